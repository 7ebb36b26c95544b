"""Power cuts under the server's SQLite file: every operation that it acknowledged is there, once and whole."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from sync_server.foundation.database import open_database
from tests.builders.server import small_world
from tests.builders.server_program import ServerProgram
from tests.torture.books import audit
from tests.torture.courier import Courier
from tests.torture.disk_states import Disk, lay_out
from tests.torture.plan import Plan, Torture, Verdict
from tests.torture.recording import Event, FaultyDisk, build_library, why_not

_BATCHES = 60
_MARK = "ACKNOWLEDGED "


def run(plan: Plan, *, synchronises: bool = True) -> Verdict:
    """`plan.times` cuts; without `synchronises` the server's disk never keeps a sync, and faults must be found."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    home = plan.folder / "server"
    home.mkdir()
    disk = FaultyDisk(build_library(plan.folder), home, plan.folder / "record")
    server = ServerProgram(home, environment=disk.environment(synchronises=synchronises))
    world = server.in_database(small_world)
    start = Disk(home)
    with server:
        courier = Courier([server.url], world, world.clerk, world.showroom, chance)
        courier.sign_in()
        for _ in range(_BATCHES):
            courier.make_some()
            told = set(courier.outcomes)
            courier.send()
            disk.mark("".join(f"{_MARK}{key}\n" for key in courier.outcomes.keys() - told))
        courier.close()
    events = disk.events()
    verdict.count("events", len(events))
    _cut(plan, start, events, courier, chance, verdict)
    return verdict


def _cut(
    plan: Plan, disk: Disk, events: Sequence[Event], courier: Courier, chance: random.Random, verdict: Verdict
) -> None:
    all_outcomes, printed, folder = dict(courier.outcomes), "", plan.folder / "after"
    cuts = sorted(chance.choices(range(len(events) + 1), k=plan.times))
    for number, event in enumerate([*events, None]):
        for _ in range(cuts.count(number)):
            lay_out(disk.after_cut(chance), folder)
            told = [line.removeprefix(_MARK) for line in printed.splitlines() if line.startswith(_MARK)]
            courier.outcomes = {key: all_outcomes[key] for key in told}
            verdict.count("cuts")
            verdict.count("operations that had to be there", len(told))
            if faults := _audited(folder, courier):
                verdict.faults.append(f"seed {plan.seed}, cut before event {number}: {'; '.join(faults)[:400]}")
            shutil.rmtree(folder)
        if event is not None:
            disk.take(event)
            printed += event.data.decode() if event.kind == "P" else ""


def _audited(folder: Path, courier: Courier) -> list[str]:
    if not (folder / "order-track.db").exists():
        return ["the file is not there"]
    database = open_database(f"sqlite:///{folder / 'order-track.db'}")
    try:
        return audit(database, [courier])
    except Exception as error:  # noqa: BLE001 - a file that cannot be read is a fault like any other
        return [f"cannot be read: {type(error).__name__}: {error}"]
    finally:
        database.close()


TORTURE = Torture(
    what="power cuts under the server's SQLite file: what it acknowledged is there",
    times="cuts",
    short=20,
    long=500,
    run=run,
    why_not=why_not,
)
