"""Places in another order than the usual one, of which the first are known long before the last."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from typing import overload

_AT_ONCE = 4096
"""Places that are picked before somebody else who waits for some may have them."""


class OrderedPlaces(Sequence[int]):
    """The places that a filter means, in the order that all of them have; from any thread.

    How many there are is known at once and the first screenful after a moment, so a keystroke is answered without
    picking hundreds of thousands in order. The rest comes when it is asked for, or by `complete` beside the screen.
    A place that the order does not know yet, of a row that came meanwhile, stands at the end.
    """

    def __init__(self, ordered: Sequence[int], meant: Sequence[int]) -> None:
        """`ordered` are all places in that order, `meant` those of them that are wanted; none is there twice."""
        self._meant = meant
        self._wanted = frozenset(meant)
        self._picked = array("q")
        self._unpicked = filter(self._wanted.__contains__, ordered)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._meant)

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> array[int]: ...
    def __getitem__(self, at: int | slice) -> int | array[int]:
        """One place, or an array of some; picks no more than it takes to know them."""
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            self._pick(stop if step == 1 else len(self))
            return self._picked[start:stop] if step == 1 else self._picked[at]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        number = at % len(self)
        self._pick(number + 1)
        return self._picked[number]

    def index(self, value: int, start: int = 0, stop: int | None = None) -> int:
        """Where this place stands. Raises `ValueError` when it is not wanted, without picking any."""
        if value not in self._wanted:
            raise ValueError(f"{value} is not among them")
        start, end, _step = slice(start, stop).indices(len(self))
        for known in range(_AT_ONCE, end + _AT_ONCE, _AT_ONCE):
            self._pick(min(known, end))
            with suppress(ValueError):
                return self._picked.index(value, max(start, known - _AT_ONCE), min(known, end))
        raise ValueError(f"{value} is not there")

    def complete(self) -> None:
        """Pick all that is left, a part at a time, so that nobody at the screen waits for all of it."""
        for known in range(_AT_ONCE, len(self) + _AT_ONCE, _AT_ONCE):
            self._pick(min(known, len(self)))

    def _pick(self, count: int) -> None:
        """Know the first `count` places."""
        with self._lock:
            missing = count - len(self._picked)
            if missing <= 0:
                return
            self._picked.extend(islice(self._unpicked, missing))
            if len(self._picked) < count:
                picked = set(self._picked)
                self._picked.extend(place for place in self._meant if place not in picked)
