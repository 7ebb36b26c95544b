"""Who computes when: how long a worker may keep the window from Python, and what long work gives way to."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_TURN_SECONDS = 0.0002
LONGEST_GIVING_WAY_SECONDS = 0.02
"""More than a write on a quick disk takes."""


def take_short_turns() -> None:
    """Call once at the start of a program with a window: threads pass Python on after 0.2 ms instead of 5 ms.

    Qt lets go of Python's lock and takes it again for every cell that it paints, a scan for every question to its file;
    each time a worker that applies a page of sync may get it and keeps it for a whole turn. Of check-outs while 200,000
    rows were patched, the slowest in a hundred fell from 2.0-2.6 times what it takes otherwise to 1.7-1.8, the longest
    frame by nearly a half.
    """
    sys.setswitchinterval(_TURN_SECONDS)


class RightOfWay:
    """What a person waits for has it; long work beside asks row by row whether to give way, and waits then.

    Turns alone are not enough: whoever lets go of Python's lock a hundred times waits for it a hundred times. Nobody
    has it for long: a write that takes longer than a quick disk needs is not waited for any more, and long work goes
    on, if slowly, however many short writes follow one another.
    """

    def __init__(self, longest_seconds: float = LONGEST_GIVING_WAY_SECONDS) -> None:
        """Nobody has it."""
        self._longest_seconds = longest_seconds
        self._changed = threading.Condition()
        self._holders = 0
        self._since = 0.0
        self.waiting = 0
        """How many threads give way just now."""

    @property
    def is_taken(self) -> bool:
        """Whether somebody has it."""
        return self._holders > 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have it until the end of the block. Several threads may, and one may again inside."""
        with self._changed:
            if not self._holders:
                self._since = time.perf_counter()
            self._holders += 1
        try:
            yield
        finally:
            with self._changed:
                self._holders -= 1
                if not self._holders:
                    self._changed.notify_all()

    def give_way(self) -> None:
        """Wait while somebody has it, at most `longest_seconds` after it was taken. Costs nothing otherwise."""
        if not self._holders:
            return
        with self._changed:
            left = self._longest_seconds - (time.perf_counter() - self._since)
            if left > 0:
                self.waiting += 1
                self._changed.wait_for(lambda: not self._holders, left)
                self.waiting -= 1
