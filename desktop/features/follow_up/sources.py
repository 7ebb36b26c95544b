"""Where a list of the follow-up gets its rows from, and the source for tables of the station's file."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from desktop.cache.follow_up_index import IndexedKind
from desktop.cache.reader import Reader
from desktop.features.follow_up import queries
from desktop.features.follow_up.ordered_places import OrderedPlaces
from desktop.sync.desk import Desk
from shared_models.follow_up.records import FollowUpRecord


class Asked(NamedTuple):
    """What a person wants to see of a list."""

    text: str = ""
    open_only: bool = False
    by: str = ""
    """The key of the column that orders it; empty for the usual order."""
    descending: bool = False


class ListSource(Protocol):
    """The rows of one list, each at a place: a whole number that stays its own. From any thread."""

    @property
    def datasets(self) -> tuple[str, ...]:
        """What the rows are made of: tables or datasets of lines, the one whose age is told standing first."""
        ...

    def places(self, desk: Desk, asked: Asked) -> Sequence[int]:
        """The places of all rows that are wanted, in order."""
        ...

    def rows_at(self, desk: Desk, places: Sequence[int]) -> Mapping[int, Any]:
        """The rows at these places, some hundred in a few ms; one that went meanwhile is missing."""
        ...

    def place_of(self, desk: Desk, row_id: str) -> int | None:
        """Where the row with this id stands; None when it is not here."""
        ...

    def is_empty(self, desk: Desk) -> bool:
        """Whether there is no row at all, whatever is filtered."""
        ...

    def changed(self) -> None:
        """Some of the rows changed: nothing that was worked out from them holds any more."""
        ...

    def missing(self, desk: Desk) -> str:
        """A sentence on what distributors do not tell this station; empty when there is nothing to say."""
        ...


class IndexedSource:
    """Rows of a table of station.db that has an index of places.

    Another order than the usual one is worked out once for all rows and kept until some of them change: a keystroke
    then only takes those that it means out of it.
    """

    def __init__(self, kind: type[FollowUpRecord], indexed: IndexedKind) -> None:
        self._kind, self._indexed = kind, indexed
        self.datasets: tuple[str, ...] = (indexed.table,)
        self._lock = threading.Lock()
        self._orders: dict[tuple[str, bool], list[int]] = {}
        self._changes = 0

    def places(self, desk: Desk, asked: Asked) -> Sequence[int]:
        """As `ListSource`."""
        reader = desk.database.read()
        if not asked.by:
            return queries.places(reader, self._indexed, asked.text, open_only=asked.open_only)
        ordered = self._ordered(reader, asked.by, asked.descending)
        if not asked.text and not asked.open_only:
            return ordered
        meant = queries.places_meant(reader, self._indexed, asked.text, open_only=asked.open_only)
        return ordered if len(meant) == len(ordered) else OrderedPlaces(ordered, meant)

    def changed(self) -> None:
        """As `ListSource`."""
        with self._lock:
            self._orders.clear()
            self._changes += 1

    def _ordered(self, reader: Reader, by: str, descending: bool) -> list[int]:
        with self._lock:
            known, changes = self._orders.get((by, descending)), self._changes
        if known is not None:
            return known
        found = queries.places_by(reader, self._indexed, by, descending=descending)
        with self._lock:
            if changes == self._changes:
                # Of one list at a time, for each is as long as the table.
                self._orders = {(by, descending): found}
        return found

    def rows_at(self, desk: Desk, places: Sequence[int]) -> Mapping[int, Any]:
        """As `ListSource`."""
        return queries.rows_at(desk.database.read(), self._kind, self._indexed, places)

    def place_of(self, desk: Desk, row_id: str) -> int | None:
        """As `ListSource`."""
        return queries.place_of(desk.database.read(), self._indexed, row_id)

    def is_empty(self, desk: Desk) -> bool:
        """As `ListSource`."""
        return queries.is_empty(desk.database.read(), self._indexed)

    def missing(self, desk: Desk) -> str:
        """Nothing: every line has them."""
        return ""
