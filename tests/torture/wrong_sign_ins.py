"""200 wrong sign-ins a second from everywhere, while others sync: they hardly notice, and memory stays bounded.

How long a pull takes says more about the machine than about the server. So it is counted how many guesses the server
checked while a pull was on its way: one that stands in a line with the guesses waits for the whole line.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack

import msgspec
import psutil
import requests

from shared_models.sync.wire import PullRequest, SignInAnswer
from tests.builders.server import PASSWORD, SmallWorld, small_world
from tests.builders.server_program import ServerProgram
from tests.torture.plan import Plan, Torture, Verdict

A_SECOND = 200
MOST_GUESSES_A_PULL = 8
"""Two are checked at once; where pulls stood in their line, at the 95th percentile, 13 to 16 were."""
MOST_GROWTH_MEBIBYTES = 150
_CALM_PULLS = 40
_AT_ONCE = 400
_ANSWER_SECONDS = 30


def run(plan: Plan) -> Verdict:
    """`plan.times` seconds of it."""
    verdict, chance = Verdict(), random.Random(plan.seed)
    server = ServerProgram(plan.folder)
    world = server.in_database(small_world)
    with ExitStack() as stack:
        stack.enter_context(server)
        desk = stack.enter_context(_signed_in(server.url, world))
        calm = [_pull(desk, server.url) for _ in range(_CALM_PULLS)]
        process = psutil.Process(server.process_id)
        before = process.memory_info().rss
        flood = _Flood(server.port, plan.times, chance, world)
        flood.start()
        stormy, guesses_a_pull = [], []
        while flood.is_alive():
            checked_before = flood.answers["401"]
            stormy.append(_pull(desk, server.url))
            guesses_a_pull.append(flood.answers["401"] - checked_before)
        flood.join()
        grown = (process.memory_info().rss - before) / 2**20
    verdict.counts = {
        "wrong sign-ins": sum(flood.answers.values()),
        "a second": sum(flood.answers.values()) / flood.seconds,
        **{f"× {status}": count for status, count in sorted(flood.answers.items())},
        "s p95 of a pull before": _p95(calm),
        "s p95 of a pull meanwhile": _p95(stormy),
        "guesses checked during a pull, p95": _p95(guesses_a_pull),
        "pulls meanwhile": len(stormy),
        "MiB grown": grown,
    }
    verdict.faults = [f"seed {plan.seed}: {fault}" for fault in _faults(verdict, flood)]
    return verdict


def _faults(verdict: Verdict, flood: _Flood) -> list[str]:
    faults = list(flood.faults)
    if (guesses := verdict.counts["guesses checked during a pull, p95"]) > MOST_GUESSES_A_PULL:
        faults.append(f"pulls of others waited for {guesses:.0f} guesses (p95)")
    if verdict.counts["MiB grown"] > MOST_GROWTH_MEBIBYTES:
        faults.append(f"the server grew by {verdict.counts['MiB grown']:.0f} MiB")
    if strange := set(flood.answers) - {"401", "429"}:
        faults.append(f"wrong sign-ins were answered {', '.join(sorted(strange))}")
    if not flood.answers["429"]:
        faults.append("nobody was told to wait")
    return faults


def _signed_in(url: str, world: SmallWorld) -> requests.Session:
    body = {"email": world.clerk.email, "password": PASSWORD, "station_name": "desk"}
    answer = requests.post(url + "/v1/sign-in", json=body, timeout=_ANSWER_SECONDS)
    session = requests.Session()
    token = msgspec.json.decode(answer.content, type=SignInAnswer).token
    session.headers.update({"authorization": f"Bearer {token}", "content-type": "application/json"})
    return session


def _pull(desk: requests.Session, url: str) -> float:
    """Seconds that a pull of everything took."""
    started = time.monotonic()
    body = msgspec.json.encode(PullRequest(have={}, history_id=""))
    answer = desk.post(url + "/v1/streams/changes", data=body, timeout=_ANSWER_SECONDS)
    assert answer.status_code == 200, answer.text
    return time.monotonic() - started


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


class _Flood(threading.Thread):
    """Every attempt comes from another address, half of them at accounts that there are."""

    def __init__(self, port: int, seconds: int, chance: random.Random, world: SmallWorld) -> None:
        super().__init__(name="flood")
        self.answers: Counter[str] = Counter()
        self.faults: list[str] = []
        self.seconds = float(seconds)
        self._port, self._count, self._chance = port, seconds * A_SECOND, chance
        self._known = [person.email for person in (world.rep, world.picker, world.master, world.other_clerk)]

    def run(self) -> None:
        started = time.monotonic()
        asyncio.run(self._all())
        self.seconds = time.monotonic() - started

    async def _all(self) -> None:
        loop = asyncio.get_running_loop()
        places, began = asyncio.Semaphore(_AT_ONCE), loop.time()
        async with asyncio.TaskGroup() as group:
            for number in range(self._count):
                early = began + number / A_SECOND - loop.time()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.Event().wait(), max(0.0, early))
                await places.acquire()
                group.create_task(self._one(number)).add_done_callback(lambda _task: places.release())

    async def _one(self, number: int) -> None:
        known = self._chance.choice(self._known)
        email = known if number % 2 else f"nobody{number}@people.example"
        body = json.dumps({"email": email, "password": "guess", "station_name": "x", "station_id": ""}).encode()
        head = (
            "POST /v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        address = f"127.{1 + number // 60_000}.{number // 250 % 240}.{1 + number % 250}"
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(address, 0))
        writer.write(head.encode() + body)
        answer = await asyncio.wait_for(reader.read(), _ANSWER_SECONDS)
        writer.close()
        status = answer[9:12].decode() or "nothing"
        self.answers[status] += 1
        if status == "429" and b"retry-after" not in answer.lower():
            self.faults.append("a 429 does not say how long to wait")


TORTURE = Torture(
    what="200 wrong sign-ins a second from everywhere while other people sync",
    times="seconds",
    short=5,
    long=60,
    run=run,
)
