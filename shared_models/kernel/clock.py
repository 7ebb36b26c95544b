"""Where every part of the program gets the time from, so that tests and simulations can set it."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows the time."""

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's own clock; it may be wrong, so nothing orders by it across machines."""

    def now(self) -> datetime:
        """The present instant in UTC, as the machine believes it."""
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until it is moved: for tests, simulations and the played day."""

    def __init__(self, start: datetime) -> None:
        """Start at `start`, which must be aware."""
        self._now = start

    def now(self) -> datetime:
        """The instant the clock was last set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move on (or back, when negative) by `by`."""
        self._now += by


def local_day(instant: datetime) -> date:
    """The calendar day of `instant` where this machine stands: due dates are the showroom's days."""
    return instant.astimezone().date()
