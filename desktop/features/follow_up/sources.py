"""Where a list of the follow-up gets its rows from, and the source for tables of the station's file."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from desktop.cache.follow_up_index import IndexedKind
from desktop.features.follow_up import queries
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

    def places(self, desk: Desk, asked: Asked) -> array[int]:
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

    def missing(self, desk: Desk) -> str:
        """A sentence on what distributors do not tell this station; empty when there is nothing to say."""
        ...


class IndexedSource:
    """Rows of a table of station.db that has an index of places."""

    def __init__(self, kind: type[FollowUpRecord], indexed: IndexedKind) -> None:
        self._kind, self._indexed = kind, indexed
        self.datasets: tuple[str, ...] = (indexed.table,)

    def places(self, desk: Desk, asked: Asked) -> array[int]:
        """As `ListSource`."""
        return queries.places(
            desk.database.read(),
            self._indexed,
            asked.text,
            open_only=asked.open_only,
            by=asked.by,
            descending=asked.descending,
        )

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
