"""A full disk under the station: refused before it is saved, the rest kept and readable, and well again by itself."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.builders.server import RunningServer, SmallWorld, running_server, small_world
from tests.builders.station_script import Script
from tests.sync_scenarios.stations import signed_in_station
from tests.torture.judge import Judge, everything
from tests.torture.plan import Plan, Torture, Verdict
from tests.torture.recording import FaultyDisk, build_library, why_not
from tests.torture.work import clerks_work

_MOST_WHILE_FULL = 800
"""The log's own file has room left over from before; sooner or later it must grow."""
_MOST_BETWEEN = 15


def run(plan: Plan) -> Verdict:
    """The disk is full `plan.times` times while one program goes on recording."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    full = plan.folder / "full"
    disk = FaultyDisk(build_library(plan.folder), plan.folder / "profile", plan.folder / "record")
    (plan.folder / "server").mkdir()
    with running_server(plan.folder / "server") as server:
        world = small_world(server.database)
        assert Script(disk.root, server.url).sign_in(world.clerk.email).returncode == 0
        station = Script(disk.root, server.url, disk.environment(full_while=full))
        saved = _record(station, clerks_work(world, chance), chance, full, plan.times, verdict)
        full.touch()
        done = station.run("sync")
        verdict.count("rounds of sync on a full disk")
        if "Traceback" in done.stderr:
            verdict.faults.append(f"a sync on a full disk says {done.stderr[-300:]}")
        full.unlink()
        _sync_well(station, verdict)
        verdict.faults += _judge(plan, server, world).station(disk.root, saved)
    verdict.faults = [f"seed {plan.seed}: {fault}" for fault in verdict.faults]
    return verdict


def _record(
    station: Script, work: Iterator[str], chance: random.Random, full: Path, times: int, verdict: Verdict
) -> list[str]:
    saved: list[str] = []
    with station.start("do", "-") as program:
        for number in range(times):
            for _ in range(chance.randint(1, _MOST_BETWEEN)):
                _expect_saved(_answer(program, next(work)), saved, verdict, f"with room, time {number}")
            full.touch()
            refusal = _until_refused(program, work, saved)
            verdict.count("refusals")
            if "The disk is full, so this was not saved." not in refusal:
                verdict.faults.append(f"a full disk was answered with: {refusal}")
            if number == 0:
                verdict.faults += _unread(station, saved)
            full.unlink()
        assert program.stdin is not None
        program.stdin.close()
    verdict.count("operations saved", len(saved))
    return saved


def _until_refused(program: subprocess.Popen[str], work: Iterator[str], saved: list[str]) -> str:
    for _ in range(_MOST_WHILE_FULL):
        answer = _answer(program, next(work))
        if not answer.startswith("SAVED "):
            return answer
        saved.append(answer.split()[1])
    return "never refused"


def _answer(program: subprocess.Popen[str], line: str) -> str:
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(line + "\n")
    program.stdin.flush()
    # An order for two houses is still one operation: every line of this work has one answer.
    return program.stdout.readline()


def _expect_saved(answer: str, saved: list[str], verdict: Verdict, when: str) -> None:
    if answer.startswith("SAVED "):
        saved.append(answer.split()[1])
    else:
        verdict.faults.append(f"{when}: {answer}")


def _unread(station: Script, saved: list[str]) -> list[str]:
    done = station.run("outbox", "--json")
    if done.returncode != 0:
        return [f"reading while the disk is full ends with {done.returncode}: {done.stderr[-4000:]}"]
    missing = [one for one in saved if one not in done.stdout]
    return [f"{len(missing)} of {len(saved)} are not shown while the disk is full"] if missing else []


def _sync_well(station: Script, verdict: Verdict) -> None:
    done = station.run("sync")
    if done.stdout != "synced\n":
        verdict.faults.append(f"with room again it does not sync: {done.stdout}{done.stderr}")


def _judge(plan: Plan, server: RunningServer, world: SmallWorld) -> Judge:
    with signed_in_station(plan.folder / "truth", server.url, world.clerk) as other:
        report = other.sync()
        assert report.state == "synced", report.sentence
        return Judge(server.url, world.clerk.email, everything(other.desk))


TORTURE = Torture(
    what="a full disk under a station that records: refused before SAVED, kept, readable, well again by itself",
    times="times full",
    short=4,
    long=100,
    run=run,
    why_not=why_not,
)
