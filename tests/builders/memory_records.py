"""Records kept in dictionaries: the smallest real implementation of `Records`, for tests of rules and operations."""

from collections.abc import Iterable
from typing import cast

from shared_models.kernel.records import R, Record, Records, Touch


class MemoryRecords(Records):
    """All records of one small world. `find` answers in the order of the ids, as the databases do."""

    def __init__(self, start: Iterable[Record] = ()) -> None:
        """Hold `start`, which counts as stored before and not as touched."""
        super().__init__()
        self._rows: dict[type[Record], dict[str, Record]] = {}
        for record in start:
            self._rows.setdefault(type(record), {})[record.id] = record

    def get(self, kind: type[R], key: str, /) -> R | None:
        """The record with this id, or None."""
        return cast("R | None", self._rows.get(kind, {}).get(key))

    def find(self, kind: type[R], /, **equals: str | bool | int | None) -> list[R]:
        """All records whose columns equal the given values, in the order of their ids."""
        rows = sorted(self._rows.get(kind, {}).items())
        return [
            cast("R", record)
            for _, record in rows
            if all(getattr(record, column) == value for column, value in equals.items())
        ]

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a kind, in the order of their ids."""
        return self.find(kind)

    def copy(self) -> "MemoryRecords":
        """The same records with nothing touched yet: what another desk or the server has of them."""
        return MemoryRecords(record for rows in self._rows.values() for record in rows.values())

    def undo(self, touched: Iterable[Touch]) -> None:
        """Take changes back, the last one first, as a station does before it applies pulled rows."""
        for touch in reversed(list(touched)):
            rows = self._rows.setdefault(touch.kind, {})
            if touch.before is None:
                del rows[touch.key]
            else:
                rows[touch.key] = touch.before

    def _write(self, touch: Touch) -> None:
        rows = self._rows.setdefault(touch.kind, {})
        if touch.after is None:
            del rows[touch.key]
        else:
            rows[touch.key] = touch.after
