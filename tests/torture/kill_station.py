"""kill -9 of the station's program at any touch of its files: first sign-in, recording, syncing.

The program kills itself before a chosen write, sync, rename or removal, so that over many kills every place is met.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path

from tests.builders.server import PASSWORD, RunningServer, SmallWorld, running_server, small_world
from tests.builders.station_script import Script
from tests.sync_scenarios.stations import signed_in_station
from tests.torture.judge import Judge, everything
from tests.torture.plan import Plan, Torture, Verdict
from tests.torture.recording import FaultyDisk, build_library, why_not
from tests.torture.work import clerks_work, saved_ids

_KILLED = -9
_LINES = 20
_SIGN_IN_EVENTS, _DO_EVENTS, _SYNC_EVENTS = 400, 700, 500
"""About as many as each command has; one that is not met lets the command end."""


def run(plan: Plan) -> Verdict:
    """`plan.times` kills by chance: some at a first sign-in, the others on one profile that goes on."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    library = build_library(plan.folder)
    (plan.folder / "server").mkdir()
    with running_server(plan.folder / "server") as server:
        world = small_world(server.database)
        disk = FaultyDisk(library, plan.folder / "profile", plan.folder / "record")
        assert Script(disk.root, server.url).sign_in(world.clerk.email).returncode == 0
        work, saved, first_sign_ins = clerks_work(world, chance), list[str](), list[Path]()
        while verdict.counts.get("kills", 0) < plan.times:
            kind = chance.choices(("sign-in", "do", "sync"), (1, 3, 3))[0]
            if kind == "sign-in":
                first_sign_ins.append(_killed_sign_in(plan, library, server, world, chance, verdict))
            elif kind == "do":
                lines = "".join(f"{line}\n" for line in itertools.islice(work, _LINES))
                saved += saved_ids(
                    _killed(disk, server, chance.randint(1, _DO_EVENTS), verdict, "do", "-", given=lines)
                )
            else:
                _killed(disk, server, chance.randint(1, _SYNC_EVENTS), verdict, "sync")
        verdict.count("operations saved", len(saved))
        assert Script(disk.root, server.url).run("sync").returncode == 0
        judge = _judge(plan, server, world)
        faults = judge.station(disk.root, saved)
        for profile in first_sign_ins:
            faults += [f"first sign-in: {fault}" for fault in judge.station(profile, [])]
        verdict.faults += [f"seed {plan.seed}: {fault}" for fault in faults]
    return verdict


def _killed(disk: FaultyDisk, server: RunningServer, at: int, verdict: Verdict, *command: str, given: str = "") -> str:
    """What the program printed before it was killed, or ended because the place was not met."""
    script = Script(disk.root, server.url, disk.environment(kill_at=at))
    done = script.run(*command, given=given)
    verdict.count("kills" if done.returncode == _KILLED else "ended before")
    if done.returncode not in (0, _KILLED):
        verdict.faults.append(f"{command[0]} after a kill: {done.stderr[-300:]}")
    return done.stdout


def _killed_sign_in(
    plan: Plan, library: Path, server: RunningServer, world: SmallWorld, chance: random.Random, verdict: Verdict
) -> Path:
    number = int(sum(verdict.counts.values()))
    disk = FaultyDisk(library, plan.folder / f"first-{number}", plan.folder / f"record-{number}")
    at = chance.randint(1, _SIGN_IN_EVENTS)
    _killed(disk, server, at, verdict, "sign-in", world.clerk.email, given=f"{PASSWORD}\n")
    return disk.root


def _judge(plan: Plan, server: RunningServer, world: SmallWorld) -> Judge:
    with signed_in_station(plan.folder / "truth", server.url, world.clerk) as other:
        report = other.sync()
        assert report.state == "synced", report.sentence
        return Judge(server.url, world.clerk.email, everything(other.desk))


TORTURE = Torture(
    what="kill -9 of the station at any touch of its files: sign-in, recording, syncing",
    times="kills",
    short=15,
    long=300,
    run=run,
    why_not=why_not,
)
