"""Reading the station's file: plain SQL and records, on a connection that belongs to one thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
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


class WriterReader(Reader):
    """Questions on the writer's own connection, each waiting for a writer of another thread.

    Its pages are still at hand after the station's own commits, where every other connection must decrypt them
    anew: that is half a commit's time for each scan. For the thread that writes next.
    """

    def __init__(self, connection: Connection, lock: AbstractContextManager[object]) -> None:
        """`lock` is held by whoever uses the connection."""
        super().__init__(connection)
        self._lock = lock

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock:
            return super().rows(sql, *params)

    def row(self, sql: str, *params: Any) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        with self._lock:
            # All of them: a question left open would keep the writer from its next transaction's end.
            found = super().rows(sql, *params)
        return found[0] if found else None

    @contextmanager
    def together(self) -> Iterator[None]:
        """All questions inside see one and the same state: nobody else writes meanwhile."""
        with self._lock:
            yield
