"""How far a round of sync has come, for the foot of the window, the sync centre and the command line."""

from __future__ import annotations

from typing import NamedTuple


class Progress(NamedTuple):
    """What is being done now; amounts only where there is an end in sight."""

    what: str
    """In a few words: `Sending 12`, `Products of Calder & Thrane`."""
    done: int = 0
    total: int = 0
    """In bytes, over everything that is fetched in this round; 0 when nobody knows."""
    seconds_left: float | None = None
    """None while it cannot be told."""

    @property
    def percent(self) -> int | None:
        """How much of it is done, None when nobody knows."""
        return min(100, 100 * self.done // self.total) if self.total else None

    @property
    def sentence(self) -> str:
        """All of it: `Products of Calder & Thrane, 42 %, 8 s left`."""
        parts = [self.what]
        if self.percent is not None:
            parts.append(f"{self.percent} % of {_size(self.total)}")
        if self.seconds_left is not None:
            parts.append(f"{_time(self.seconds_left)} left")
        return ", ".join(parts)


def _size(count: int) -> str:
    if count < 1_000_000:
        return f"{max(1, round(count / 1_000))} kB"
    return f"{count / 1_000_000:.1f} MB" if count < 100_000_000 else f"{count / 1_000_000:.0f} MB"


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
