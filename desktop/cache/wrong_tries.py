"""Wrong passwords cost more time, one after the other; nothing of it is written down."""

from __future__ import annotations

import time
from collections.abc import Callable

from shared_models.kernel.errors import DomainError

_FIRST_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 60.0
_FREE_TRIES = 3


class WrongTries:
    """Makes each wrong password cost more time than the one before; forgets at the right one.

    Keep one for as long as the program runs: what counts anew at every question delays nobody.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` gives seconds."""
        self._monotonic = monotonic
        self._wrong = 0
        self._not_before = 0.0

    def require_free(self) -> None:
        """Raises `DomainError("too_soon")` while the last wrong try's delay runs."""
        left = self._not_before - self._monotonic()
        if left > 0:
            seconds = max(1, round(left))
            noun = "second" if seconds == 1 else "seconds"
            raise DomainError("too_soon", f"Wait {seconds} {noun} before the next try.", wait_seconds=seconds)

    def wrong(self) -> None:
        """One more."""
        self._wrong += 1
        if self._wrong >= _FREE_TRIES:
            delay = _FIRST_DELAY_SECONDS * 2 ** (self._wrong - _FREE_TRIES)
            self._not_before = self._monotonic() + min(delay, _LONGEST_DELAY_SECONDS)

    def right(self) -> None:
        """Start counting anew."""
        self._wrong = 0
        self._not_before = 0.0
