"""kill -9 of the real window while it is scanned at and syncs: what its log showed is there, once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

from tests.builders.server import SmallWorld, running_server, small_world
from tests.builders.station_script import Script
from tests.sync_scenarios.stations import signed_in_station
from tests.torture.judge import Judge, everything
from tests.torture.plan import Plan, Torture, Verdict

_MOST_SHOWN_BEFORE = 40
_LONGEST_MOMENT_SECONDS = 0.05


def run(plan: Plan) -> Verdict:
    """`plan.times` windows, one after the other on one profile, each killed at a moment by chance."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    (plan.folder / "server").mkdir()
    with running_server(plan.folder / "server") as server:
        world = small_world(server.database)
        station = Script(plan.folder / "profile", server.url)
        assert station.sign_in(world.clerk.email).returncode == 0
        shown: list[str] = []
        for number in range(plan.times):
            new = _scanned_and_killed(station, world, chance)
            verdict.count("kills")
            if not new:
                verdict.faults.append(f"the window showed nothing after {number} kills")
                break
            shown += new
            if number % 10 == 9:
                plan.say(f"{number + 1} kills, {len(shown)} scans shown")
        verdict.count("scans shown", len(shown))
        kept = [row["id"] for table in ("loans", "copy_returns") for row in station.told("show", table)]
        if lost := set(shown) - set(kept):
            verdict.faults.append(f"{len(lost)} of {len(shown)} scans that were shown are lost")
        assert station.run("sync").stdout == "synced\n"
        with signed_in_station(plan.folder / "truth", server.url, world.clerk) as other:
            assert other.sync().state == "synced"
            judge = Judge(server.url, world.clerk.email, everything(other.desk))
        verdict.faults += judge.station(station.profile, [])
    verdict.faults = [f"seed {plan.seed}: {fault}" for fault in verdict.faults]
    return verdict


def _scanned_and_killed(station: Script, world: SmallWorld, chance: random.Random) -> list[str]:
    codes = [barcode.barcode for barcode in world.barcodes]
    command = [sys.executable, "-m", "tests.torture.scanned_window", str(station.profile), world.designer.id, *codes]
    environment = {**station.environment, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as window:
        assert window.stdout is not None
        said = [window.stdout.readline() for _ in range(chance.randint(1, _MOST_SHOWN_BEFORE))]
        until = time.monotonic() + chance.random() * _LONGEST_MOMENT_SECONDS
        while time.monotonic() < until:
            pass
        os.kill(window.pid, signal.SIGKILL)
        # What was printed before the kill stood on the screen.
        said += window.stdout.read().splitlines(keepends=True)
    return [line.split()[1] for line in said if line.startswith("SHOWN ") and line.endswith("\n")]


TORTURE = Torture(
    what="kill -9 of the window while it is scanned at: what its log showed is there once",
    times="kills",
    short=4,
    long=100,
    run=run,
)
