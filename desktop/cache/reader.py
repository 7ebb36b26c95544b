"""Reading the station's file: plain SQL and records, on a connection that belongs to one thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from desktop.cache.encrypted_file import Connection, DatabaseError, as_domain_error, transaction
from desktop.cache.record_codec import R, codec_of


class Reader:
    """Questions to station.db. Each one sees the latest saved state; `together` freezes it for several.

    Raises `DomainError("file_unreadable")` where the file is damaged. A reader refuses every change.
    """

    def __init__(self, connection: Connection) -> None:
        """`connection` is read-only and used by one thread."""
        self._connection = connection

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        try:
            return self._connection.execute(sql, params).fetchall()
        except DatabaseError as error:
            raise as_domain_error(error) from error

    def row(self, sql: str, *params: Any) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        try:
            first: tuple[Any, ...] | None = self._connection.execute(sql, params).fetchone()
        except DatabaseError as error:
            raise as_domain_error(error) from error
        return first

    def value(self, sql: str, *params: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, *params)
        return row[0] if row is not None else None

    def records(self, kind: type[R], clause: str = "", *params: Any) -> list[R]:
        """Records of a kind; `clause` is what follows the table's name: `where … order by … limit …`."""
        codec = codec_of(kind)
        return [codec.record(row) for row in self.rows(f"{codec.select} {clause}", *params)]

    def get(self, kind: type[R], key: str) -> R | None:
        """The record with this id, or None."""
        codec = codec_of(kind)
        row = self.row(codec.select_one, key)
        return codec.record(row) if row is not None else None

    @contextmanager
    def together(self) -> Iterator[None]:
        """All questions inside see one and the same state."""
        with transaction(self._connection, "DEFERRED"):
            yield
