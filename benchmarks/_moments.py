"""Instants of one thread, told so that a machine that is busy with other programs does not count.

Linux says how long a thread was ready to run and waited for a processor; that time is taken off. Elsewhere an instant
is the wall clock's. What another thread of the same program holds up counts everywhere.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

_SCHEDULER = Path("/proc/thread-self/schedstat")


class Moment(NamedTuple):
    """An instant by the wall clock, and how long this thread had then waited for a processor in all, in seconds."""

    wall: float
    waited: float

    def until(self, later: Moment) -> float:
        """The seconds from here on, without those in which no processor was free for this thread."""
        return later.wall - self.wall - (later.waited - self.waited)


def now() -> Moment:
    """This instant, for the thread that asks."""
    if not _SCHEDULER.exists():
        return Moment(time.perf_counter(), 0.0)
    _, waited, _ = _SCHEDULER.read_bytes().split()
    return Moment(time.perf_counter(), int(waited) / 1e9)
