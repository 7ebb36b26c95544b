"""What makes a whole trade run quickly and repeatably in one process; everything is put back afterwards."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import argon2
import uuid_utils
from litestar import concurrency

from desktop.cache import key_file, reserve
from desktop.sync import engine
from sync_server.features.accounts import lobby, passwords
from sync_server.features.sync import line_builder, line_endpoints
from sync_server.foundation import database
from tests.sync_scenarios.simulation.fail_points import hooked_connections
from tests.sync_scenarios.simulation.line_lanes import Lanes

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_MEMORY = Path("/dev/shm")
_MOST_PULLS = 200
"""A round that goes round in circles is to be seen, not waited for."""


class TradeTime:
    """The true time, which no machine knows exactly."""

    def __init__(self) -> None:
        """A Monday morning."""
        self.now = START

    def pass_by(self, by: timedelta) -> None:
        """Time only goes on."""
        self.now += by


class DeviceClock:
    """A machine's own clock: the true time and its error."""

    def __init__(self, time: TradeTime, error: timedelta = timedelta(0)) -> None:
        """`error` may be changed at any moment: somebody set the clock."""
        self._time = time
        self.error = error

    def now(self) -> datetime:
        """As in `Clock`."""
        return self._time.now + self.error

    def follow(self, time: TradeTime) -> None:
        """From now on, show another true time."""
        self._time = time


class Identifiers:
    """UUIDv7s that are the same at every run; their time is the one of the machine that makes them."""

    def __init__(self, seed: int) -> None:
        """One for a history."""
        self._random = random.Random(seed)
        self._count = 0
        self.clock: Callable[[], datetime] = lambda: START

    def uuid7(self) -> str:
        """As in `uuid_utils`: within one millisecond of one machine they go up."""
        self._count += 1
        milliseconds = int(self.clock().timestamp() * 1000)
        low = 0x8000 << 48 | (self._count & 0xFFFF) << 32 | self._random.getrandbits(32)
        text = f"{milliseconds & 0xFFFFFFFFFFFF:012x}7{self._count >> 16 & 0xFFF:03x}{low:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class _AtOnce(ThreadPoolExecutor):
    """Runs what it is given in the caller's thread: a server that does one thing at a time. A crash ends all of it."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Done when this returns."""
        done: Future[Any] = Future()
        try:
            done.set_result(work(*arguments, **named))
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            done.set_exception(error)
        return done


class Threads:
    """The two event loops: one for requests, one for a request that comes while another is being answered."""

    def __init__(self) -> None:
        """The second thread is started, and sleeps until it is needed."""
        self.at_once = _AtOnce(1)
        self._loops = [asyncio.new_event_loop(), asyncio.new_event_loop()]
        for loop in self._loops:
            loop.set_default_executor(self.at_once)
        self._second = ThreadPoolExecutor(1, "meanwhile")
        self._second.submit(int).result()
        self._depth = 0

    def run(self, work: Any) -> Any:
        """Run a coroutine to its end; one that is started inside another gets the second thread and loop."""
        loop = self._loops[self._depth]
        if self._depth == 0:
            self._depth = 1
            try:
                return loop.run_until_complete(work)
            finally:
                self._depth = 0
        return self._second.submit(copy_context().run, loop.run_until_complete, work).result()

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered just now."""
        return self._depth > 0

    def close(self) -> None:
        """End both."""
        self._second.shutdown()
        self.at_once.shutdown()
        for loop in self._loops:
            loop.close()


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder of its own, in memory where the machine has such a place."""
    folder = Path(tempfile.mkdtemp(prefix="order-track-trade-", dir=_MEMORY if _MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def one_process() -> Iterator[Threads]:
    """Passwords cost next to nothing, nobody waits for a lock, requests are answered in the caller's thread."""
    with ExitStack() as stack:
        cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        stack.enter_context(patch.object(passwords, "_hasher", cheap))
        stack.enter_context(patch.object(key_file, "_ARGON_MEMORY_KIBIBYTES", 8))
        stack.enter_context(patch.object(key_file, "_ARGON_PASSES", 1))
        stack.enter_context(patch.object(reserve, "RESERVE_BYTES", 16))
        stack.enter_context(patch.object(database, "BUSY_SECONDS", 0.0))
        stack.enter_context(patch.object(engine, "_MOST_PULLS_A_ROUND", _MOST_PULLS))
        stack.enter_context(patch.object(lobby, "ThreadPoolExecutor", _AtOnce))
        stack.enter_context(patch.object(line_builder, "_Lane", Lanes().lane))
        stack.enter_context(patch.object(line_endpoints, "WAIT_SECONDS", 0.0))
        stack.enter_context(hooked_connections())
        threads = Threads()
        stack.callback(threads.close)
        stack.callback(concurrency.set_asyncio_executor, concurrency.get_asyncio_executor())
        concurrency.set_asyncio_executor(threads.at_once)
        yield threads


@contextmanager
def same_identifiers(identifiers: Identifiers) -> Iterator[None]:
    """New ids come from `identifiers`."""
    with patch.object(uuid_utils, "uuid7", identifiers.uuid7):
        yield
