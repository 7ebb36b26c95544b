"""The server's builders of line files without threads of their own: who wishes a file makes it, at once."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from shared_models.kernel.errors import DomainError
from sync_server.features.sync.line_rows import LineStream
from sync_server.foundation.refusals import StorageUnavailable

logger = logging.getLogger(__name__)

Work = Callable[[LineStream], None]


class _Wish(NamedTuple):
    lane: AtOnceLane
    line: LineStream


class Lanes:
    """Of all server programs together: what is wished while something is made is made after it."""

    def __init__(self) -> None:
        """Nothing is wished."""
        self._wishes: deque[_Wish] = deque()
        self._at_work = False

    def lane(self, _name: str, work: Work) -> AtOnceLane:
        """As `line_builder` makes its threads."""
        return AtOnceLane(self, work)

    def wish(self, wish: _Wish) -> None:
        """Do it now, or later by whoever is at work."""
        if wish not in self._wishes:
            self._wishes.append(wish)
        if self._at_work:
            return
        self._at_work = True
        try:
            while self._wishes:
                _do(self._wishes.popleft())
        finally:
            # A program that was killed in the middle has forgotten what was wished.
            self._wishes.clear()
            self._at_work = False


class AtOnceLane:
    """One of the two of a builder."""

    def __init__(self, lanes: Lanes, work: Work) -> None:
        """`work` is done in the caller's thread."""
        self._lanes = lanes
        self.work = work

    def wish(self, line: LineStream) -> None:
        """As the thread's."""
        self._lanes.wish(_Wish(self, line))

    def close(self) -> None:
        """No thread is there to end."""


def _do(wish: _Wish) -> None:
    try:
        wish.lane.work(wish.line)
    except (StorageUnavailable, DomainError) as refusal:
        logger.info("files of %s wait: %s", wish.line.stream, refusal)
