"""A bad network between the real station and the real server: 0 lost, 0 doubled, whatever it does.

Two naive clients sail through the same storm, one that tries once and one that tries until it is answered, each time
with a new id: what they lose and double shows that the storm is one.
"""

from __future__ import annotations

import itertools
import random
from contextlib import ExitStack
from functools import partial

from sqlalchemy import func, select

from shared_models.designers.records import Designer
from sync_server.features.sync.tables import RECEIPTS, RECORD_TABLES
from sync_server.foundation.database import Database
from tests.builders.server import SmallWorld, small_world
from tests.builders.server_program import ServerProgram
from tests.builders.station_script import Script
from tests.sync_scenarios.stations import signed_in_station
from tests.torture.judge import Judge, everything
from tests.torture.naive_client import NaiveClient
from tests.torture.plan import Plan, Torture, Verdict
from tests.torture.stormy_proxy import StormyProxy
from tests.torture.work import clerks_work, saved_ids

_AT_ONCE = 40
"""Operations recorded by one run of the program, before it syncs through the storm."""
_SYNCS = 5
_NAIVE = 40
_CALM_SYNCS = 5


def run(plan: Plan) -> Verdict:
    """`plan.times` operations of one station go through the storm, and those of the naive ones."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    server = ServerProgram(plan.folder)
    world = server.in_database(small_world)
    with ExitStack() as stack:
        stack.enter_context(server)
        proxy = stack.enter_context(StormyProxy(server.port, chance.getrandbits(32)))
        station = _signed_in(proxy, plan, world)
        work = clerks_work(world, chance)
        saved: list[str] = []
        while len(saved) < plan.times:
            lines = "".join(f"{line}\n" for line in itertools.islice(work, _AT_ONCE))
            saved += saved_ids(station.run("do", "-", given=lines).stdout)
            for _ in range(_SYNCS):
                _sync(station, verdict)
            plan.say(f"{len(saved)} operations, {sum(proxy.happened.values())} requests")
        _naive_ones(server, proxy, world, verdict)
        proxy.is_calm = True
        # What a flipped byte turned into nonsense or a stranger refused is tried again, as the program's loop does.
        for _ in range(_CALM_SYNCS):
            _sync(station, verdict)
        verdict.count("operations saved", len(saved))
        for name, times in sorted(proxy.happened.items()):
            verdict.count(f"× {name}", times)
        verdict.faults += _settled(server, station, world, saved, plan)
    verdict.faults = [f"seed {plan.seed}: {fault}" for fault in verdict.faults]
    return verdict


def _signed_in(proxy: StormyProxy, plan: Plan, world: SmallWorld) -> Script:
    proxy.is_calm = True
    station = Script(plan.folder / "profile", proxy.url)
    done = station.sign_in(world.clerk.email)
    assert done.returncode == 0, done.stderr
    proxy.is_calm = False
    return station


def _sync(station: Script, verdict: Verdict) -> None:
    done = station.run("sync")
    verdict.count("rounds of sync")
    if "Traceback" in done.stderr:
        verdict.faults.append(f"a traceback reached the user: {done.stderr[-300:]}")


def _settled(server: ServerProgram, station: Script, world: SmallWorld, saved: list[str], plan: Plan) -> list[str]:
    """Once the network is good again: every operation once on the server, and both sides agree."""
    with signed_in_station(plan.folder / "truth", server.url, world.clerk) as other:
        report = other.sync()
        assert report.state == "synced", report.sentence
        truth = everything(other.desk)
    faults = Judge(server.url, world.clerk.email, truth).station(station.profile, saved)
    stored = set(server.in_database(_receipts))
    if lost := set(saved) - stored:
        faults.append(f"{len(lost)} of {len(saved)} saved operations never reached the server")
    return faults


def _receipts(database: Database) -> list[str]:
    with database.reading() as connection:
        return [row[0] for row in connection.execute(select(RECEIPTS.c.operation_id))]


def _naive_ones(server: ServerProgram, proxy: StormyProxy, world: SmallWorld, verdict: Verdict) -> None:
    for name, tries in (("Once", 1), ("Again", 30)):
        client = NaiveClient(server.url, proxy.url, world)
        for number in range(_NAIVE):
            client.add_designer(f"{name} {number}", tries=tries)
        client.close()
        copies = server.in_database(partial(_copies_of, name))
        verdict.count("lost by a naive client", _NAIVE - len(copies))
        verdict.count("doubled by a naive client", sum(copies) - len(copies))


def _copies_of(name: str, database: Database) -> list[int]:
    table = RECORD_TABLES[Designer]
    counted = select(func.count()).where(table.c.name.like(f"{name} %")).group_by(table.c.name)
    with database.reading() as connection:
        return [row[0] for row in connection.execute(counted)]


TORTURE = Torture(
    what="a bad network between station and server: nothing lost, nothing doubled",
    times="operations",
    short=300,
    long=5000,
    run=run,
)
