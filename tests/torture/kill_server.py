"""kill -9 of the server process while stations push: what it had acknowledged is there, and nothing twice."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack

from tests.builders.server import small_world
from tests.builders.server_program import ServerProgram
from tests.torture.books import audit
from tests.torture.crew import Crew
from tests.torture.plan import Plan, Torture, Verdict

_MOST_ANSWERS_BEFORE = 25


def run(plan: Plan) -> Verdict:
    """Kill the server `plan.times` times at moments by chance; it is started again at the same address at once."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    server = ServerProgram(plan.folder)
    world = server.in_database(small_world)
    with ExitStack() as stack:
        stack.enter_context(server)
        crew = Crew([server.url], world, chance)
        with crew:
            for number in range(plan.times):
                if not crew.wait_for_answers(chance.randint(1, _MOST_ANSWERS_BEFORE)):
                    verdict.faults.append(f"seed {plan.seed}: after {number} kills nobody gets an answer any more")
                    break
                _spin(chance.random() * 0.01)
                server.kill()
                verdict.count("kills")
                server.start()
                if number % 20 == 19:
                    plan.say(f"{number + 1} kills, {crew.acknowledged()} operations acknowledged")
    verdict.count("requests without an answer", crew.troubles())
    verdict.count("acknowledged operations", crew.acknowledged())
    faults = server.in_database(lambda database: audit(database, crew.couriers))
    verdict.faults += [f"seed {plan.seed}: {fault}" for fault in faults]
    return verdict


def _spin(seconds: float) -> None:
    """Any point inside the next request, not only its end."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


TORTURE = Torture(
    what="kill -9 of the server while stations push: what it acknowledged is there once",
    times="kills",
    short=8,
    long=200,
    run=run,
)
