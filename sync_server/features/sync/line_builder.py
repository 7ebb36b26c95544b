"""The builders of one process: patches are made the moment something moved, whole files behind them."""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from functools import partial

from shared_models.kernel.errors import DomainError
from sync_server.features.sync.line_keeper import LineKeeper
from sync_server.features.sync.line_rows import LineStream, line_stream
from sync_server.foundation.database import Moved
from sync_server.foundation.refusals import StorageUnavailable

logger = logging.getLogger(__name__)

_QUICK_LOCK_SECONDS = 0.5
"""Who makes a whole file holds the lock for longer, and brings the patches along."""


class LineBuilder:
    """Two threads, started when there is something to build. Everything may be called from any thread."""

    def __init__(self, keeper: LineKeeper) -> None:
        """`keeper` does the work."""
        self.keeper = keeper
        self._quick: _Lane = _Lane("line patches", self._advance)
        self._slow: _Lane = _Lane("line files", self._tend)
        self._lock = threading.Lock()
        self._waiting: dict[str, set[Callable[[], None]]] = {}

    def moved(self, positions: Moved) -> None:
        """Streams reached new positions; for `Database.on_moved`."""
        for stream in positions:
            line = line_stream(stream)
            if line is not None:
                self._quick.wish(line)

    def wish(self, line: LineStream) -> None:
        """Somebody wants the line's files to be at its head."""
        self._quick.wish(line)

    async def advanced(self, line: LineStream, *, wait_seconds: float) -> None:
        """Wish it, and wait until a builder has been at it, at most so long."""
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            loop.call_soon_threadsafe(done.set)

        with self._lock:
            self._waiting.setdefault(line.stream, set()).add(tell)
        self._quick.wish(line)
        try:
            await asyncio.wait_for(done.wait(), wait_seconds)
        except TimeoutError:
            return
        finally:
            with self._lock:
                self._waiting.get(line.stream, set()).discard(tell)

    def close(self) -> None:
        """End both threads after what they are at."""
        self._quick.close()
        self._slow.close()

    def _advance(self, line: LineStream) -> None:
        told = partial(self._tell, line)
        if self.keeper.advance(line, wait_seconds=_QUICK_LOCK_SECONDS, published=told) == "current":
            told()
        self._slow.wish(line)

    def _tend(self, line: LineStream) -> None:
        self.keeper.tend(line)
        self._tell(line)

    def _tell(self, line: LineStream) -> None:
        with self._lock:
            waiting = self._waiting.pop(line.stream, set())
        for tell in waiting:
            tell()


class _Lane:
    """A thread that does one thing after the other; what is wished twice before its turn is done once."""

    def __init__(self, name: str, work: Callable[[LineStream], None]) -> None:
        self._name = name
        self._work = work
        self._wished: queue.SimpleQueue[LineStream | None] = queue.SimpleQueue()
        self._queued: set[str] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def wish(self, line: LineStream) -> None:
        with self._lock:
            if self._closed or line.stream in self._queued:
                return
            self._queued.add(line.stream)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        self._wished.put(line)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            self._wished.put(None)
            thread.join()

    def _run(self) -> None:
        while (line := self._wished.get()) is not None and not self._closed:
            with self._lock:
                self._queued.discard(line.stream)
            try:
                self._work(line)
            except (StorageUnavailable, DomainError) as refusal:
                # Said already where it happened; the worker tries again.
                logger.info("%s of %s wait: %s", self._name, line.stream, refusal)
            except Exception:
                logger.exception("%s of %s could not be made", self._name, line.stream)
