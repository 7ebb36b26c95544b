"""PostgreSQL goes down at once in the middle of pushes: stations go on by themselves, nothing lost, nothing doubled.

Two server processes stand on one PostgreSQL; neither is started again.
"""

from __future__ import annotations

import random
from contextlib import ExitStack

from tests.builders.postgres import NO_SERVER_PROGRAM, find_server_programs, postgres_cluster
from tests.builders.server import prepare_database, small_world
from tests.builders.server_program import ServerProgram
from tests.torture.books import audit
from tests.torture.crew import Crew
from tests.torture.plan import Plan, Torture, Verdict

_MOST_ANSWERS_BEFORE = 25


def run(plan: Plan) -> Verdict:
    """Restart PostgreSQL `plan.times` times, in its immediate mode: it does not finish anything."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    programs = find_server_programs()
    assert programs is not None, "why_not() was asked"
    with ExitStack() as stack:
        cluster = stack.enter_context(postgres_cluster(programs, durable=True))
        url = stack.enter_context(cluster.database())
        prepare_database(url)
        servers = []
        for name in ("first", "second"):
            (plan.folder / name).mkdir()
            servers.append(ServerProgram(plan.folder / name, database_url=url))
        world = servers[0].in_database(small_world)
        for server in servers:
            stack.enter_context(server)
        crew = Crew([server.url for server in servers], world, chance, stations=4)
        with crew:
            for number in range(plan.times):
                if not crew.wait_for_answers(chance.randint(5, _MOST_ANSWERS_BEFORE)):
                    verdict.faults.append(f"seed {plan.seed}: after {number} restarts nobody gets an answer any more")
                    break
                cluster.restart()
                verdict.count("restarts")
        verdict.count("requests without an answer", crew.troubles())
        verdict.count("acknowledged operations", crew.acknowledged())
        faults = servers[0].in_database(lambda database: audit(database, crew.couriers))
        verdict.faults += [f"seed {plan.seed}: {fault}" for fault in faults]
    return verdict


def why_not() -> str | None:
    """Why there is no PostgreSQL here."""
    return None if find_server_programs() else NO_SERVER_PROGRAM


TORTURE = Torture(
    what="PostgreSQL restarted at once under two servers while stations push",
    times="restarts",
    short=4,
    long=40,
    run=run,
    why_not=why_not,
)
