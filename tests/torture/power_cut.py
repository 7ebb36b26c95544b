"""Power cuts under the real station: everything that was printed as SAVED is there when it is switched on again.

The real program signs in, records, syncs and records again on a disk that writes everything down. From that record
the states are rebuilt that a cut could have left, and the real station opens each.
"""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import DesignerId, new_id
from tests.builders.server import RunningServer, SmallWorld, running_server, small_world, station_of
from tests.builders.station_script import Script
from tests.sync_scenarios.stations import signed_in_station
from tests.sync_server.feeds.house import products
from tests.torture.disk_states import Disk, lay_out
from tests.torture.judge import Judge, everything, files_of
from tests.torture.plan import Plan, Torture, Verdict
from tests.torture.recording import Event, FaultyDisk, build_library, why_not
from tests.torture.work import clerks_work, saved_ids

CUTS_A_DAY = 250
"""So many cuts are taken from one recorded day before another day is recorded."""
OPENED_BY_THE_PROGRAM = 30
"""Every so many states are also opened by the program in a process of its own."""
_OPERATIONS = (30, 160, 20)
"""Recorded between two syncs; the second lot is long enough for SQLite to fold its log in on the way."""


@dataclass(frozen=True)
class Day:
    """A recorded day, and what a station must come to that opens after it."""

    events: Sequence[Event]
    judge: Judge


def run(plan: Plan, *, synchronises: bool = True) -> Verdict:
    """`plan.times` cuts; without `synchronises` the station's disk never keeps a sync, and faults must be found."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    library = build_library(plan.folder)
    for number in itertools.count():
        cuts = min(CUTS_A_DAY, plan.times - number * CUTS_A_DAY)
        if cuts <= 0:
            return verdict
        folder = plan.folder / f"day-{number}"
        with recorded_day(folder, library, chance.getrandbits(32), synchronises=synchronises) as day:
            verdict.count("recorded days")
            verdict.count("events", len(day.events))
            for story in _cuts(day, cuts, chance, folder / "after", verdict):
                verdict.faults.append(f"seed {plan.seed}, day {number}, {story}")
        shutil.rmtree(folder)
        plan.say(verdict.line())
    return verdict


def _cuts(day: Day, count: int, chance: random.Random, folder: Path, verdict: Verdict) -> Iterator[str]:
    disk, printed = Disk(), ""
    cuts = sorted(chance.choices(range(len(day.events) + 1), k=count))
    for number, event in enumerate([*day.events, None]):
        for _ in range(cuts.count(number)):
            lay_out(disk.after_cut(chance), folder)
            verdict.count("cuts")
            saved = saved_ids(printed)
            verdict.count("operations that had to be there", len(saved))
            story = f"cut before event {number} of {len(day.events)} ({files_of(folder) or 'no file'})"
            if verdict.counts["cuts"] % OPENED_BY_THE_PROGRAM == 0 and saved:
                yield from (f"{story}: the program {fault}" for fault in _opened_by_program(folder, saved, verdict))
            if faults := day.judge.station(folder, saved):
                yield f"{story}: {'; '.join(faults)}"
            shutil.rmtree(folder)
        if event is not None:
            disk.take(event)
            printed += event.data.decode() if event.kind == "P" else ""


def _opened_by_program(profile: Path, saved: Sequence[str], verdict: Verdict) -> Iterator[str]:
    verdict.count("opened by a program of their own")
    done = Script(profile, "").run("outbox", "--json")
    if done.returncode != 0:
        yield f"does not open it: {done.stderr}"
    elif lost := [one for one in saved if one not in done.stdout]:
        yield f"does not show {len(lost)} operations"


@contextmanager
def recorded_day(folder: Path, library: Path, seed: int, *, synchronises: bool) -> Iterator[Day]:
    """A day of the real station on a recording disk; the server that it ended at runs on until the end."""
    chance = random.Random(seed)
    (folder / "server").mkdir(parents=True)
    disk = FaultyDisk(library, folder / "profile", folder / "record")
    with running_server(folder / "server") as server:
        world = small_world(server.database)
        work = clerks_work(world, chance)
        station = Script(disk.root, server.url, disk.environment(synchronises=synchronises))
        _publish(server, world, 12)
        _well(station.sign_in(world.clerk.email))
        for hour, lines in enumerate(_OPERATIONS):
            done = _well(station.run("do", "-", given="".join(f"{line}\n" for line in itertools.islice(work, lines))))
            assert done.stdout.count("SAVED ") >= lines, done.stdout
            _others_work(server, world, hour)
            assert _well(station.run("sync")).stdout == "synced\n"
        with signed_in_station(folder / "truth", server.url, world.clerk) as other:
            assert other.sync().state == "synced"
            truth = everything(other.desk)
        yield Day(disk.events(), Judge(server.url, world.clerk.email, truth))


def _well(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    assert done.returncode == 0, done.stderr
    return done


def _others_work(server: RunningServer, world: SmallWorld, hour: int) -> None:
    """What the next sync finds: another desk lent something, and the distributor posted its products anew."""
    with station_of(server, world.rep, world.showroom) as desk:
        desk.push(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=f"Guest {hour}")))
    _publish(server, world, 20 + 2 * hour)


def _publish(server: RunningServer, world: SmallWorld, count: int) -> None:
    with station_of(server, world.master, world.distributor) as master:
        answer = master.http.post(
            f"{server.url}/v1/feeds/products",
            data=products(count).encode(),
            headers={"content-type": "text/csv"},
            timeout=60,
        )
        assert answer.status_code == 200, answer.text


TORTURE = Torture(
    what="power cuts under a station: what was printed as SAVED is there when it is switched on again",
    times="cuts",
    short=60,
    long=2000,
    run=run,
    why_not=why_not,
)
