"""Work in the background: chores that repeat, each in its own thread."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

logger = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 3600.0


class Chore(NamedTuple):
    """Something that a worker does again and again; `run` gives whether there may be more to do at once."""

    name: str
    every_seconds: float
    run: Callable[[], bool]


class Worker:
    """Runs chores until it is stopped, each in a thread of its own, so that a slow one keeps nobody waiting."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        """Nothing runs before `start`."""
        self._chores = chores
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start a thread for each chore."""
        self._threads = [
            threading.Thread(target=self._repeat, args=(chore,), name=f"chore {chore.name}") for chore in self._chores
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each chore finish what it is at, and wait for that."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, chore: Chore) -> None:
        """A failing chore is tried again later and later, at most an hour later."""
        failures = 0
        while not self._stopping.is_set():
            try:
                more = chore.run()
                failures = 0
            except Exception:
                failures += 1
                more = False
                logger.exception("chore %s failed, time %d in a row", chore.name, failures)
            if not more:
                self._stopping.wait(min(chore.every_seconds * 2**failures, LONGEST_WAIT_SECONDS))
