"""Taking pulled rows over into station.db: rows, their stream's cursor, count and checksum, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from desktop.cache.encrypted_file import Connection
from desktop.cache.record_codec import codec_of, instant_text
from desktop.cache.records import StationRecords
from shared_models.kernel.records import Record, columns_of, from_values, row_hash, values_of
from shared_models.sync.checksums import checksum_text, signed_sum
from shared_models.sync.registry import KIND_BY_NAME
from shared_models.sync.wire import GoneKeys, StreamPage, TablePage


class StreamState(NamedTuple):
    """Where the station stands in one stream."""

    position: int
    rows: int
    checksum: int
    refetching: bool


class Taken(NamedTuple):
    """What a page did."""

    kinds: frozenset[str]
    agrees: bool
    """False when the stream is complete but differs from what the server says it holds."""
    refetched: bool
    """Whether the page completed a fetch from the beginning."""


def stream_state(connection: Connection, stream: str) -> StreamState:
    """The stream's cursor and sums; zeros for a new one."""
    row = connection.execute(
        "SELECT position, rows, checksum, refetching FROM streams WHERE stream = ?", (stream,)
    ).fetchone()
    return StreamState(row[0], row[1], row[2], bool(row[3])) if row else StreamState(0, 0, 0, False)


def keep_state(connection: Connection, stream: str, state: StreamState) -> None:
    """Write the stream's cursor and sums."""
    connection.execute(
        "INSERT INTO streams (stream, position, rows, checksum, refetching) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (stream) DO UPDATE SET position = excluded.position, rows = excluded.rows, "
        "checksum = excluded.checksum, refetching = excluded.refetching",
        (stream, state.position, state.rows, state.checksum, int(state.refetching)),
    )


def begin_afresh(connection: Connection, stream: str) -> None:
    """Fetch the stream from its beginning; what is here stays on the screens until the fetch is complete."""
    connection.execute("UPDATE stream_rows SET stale = 1 WHERE stream = ?", (stream,))
    keep_state(connection, stream, StreamState(0, 0, 0, True))
    connection.execute("UPDATE streams SET agreed_at = NULL WHERE stream = ?", (stream,))


def take_over(records: StationRecords, page: StreamPage, now: datetime) -> Taken | None:
    """Apply one page to the server's own state of things (no local effect may be in place).

    None when the page does not follow the cursor: it is thrown away.
    """
    connection = records.connection
    state = stream_state(connection, page.stream)
    if page.fresh and page.after == 0 and (state.position > 0 or state.rows > 0):
        begin_afresh(connection, page.stream)
        state = stream_state(connection, page.stream)
    if page.after != state.position:
        return None
    sums = _Sums(state)
    # The first page of a stream can replace nothing, so nothing is looked up: a first sync is mostly such pages.
    is_first = state.position == 0 and not _has_rows(connection, page.stream)
    for gone in page.gone:
        _take_out(records, page.stream, gone, sums)
    for table in page.tables:
        _put_in(records, page.stream, table, sums, is_first=is_first)
    complete = page.upto == page.head
    kinds = {table.table for table in page.tables} | {gone.table for gone in page.gone}
    if complete and state.refetching:
        kinds |= _sweep_stale(records, page.stream)
    agrees = (
        not complete or page.rows is None or (sums.rows, checksum_text(sums.checksum)) == (page.rows, page.checksum)
    )
    keep_state(
        connection, page.stream, StreamState(page.upto, sums.rows, sums.checksum, state.refetching and not complete)
    )
    agreed_at = instant_text(now) if complete and agrees else None
    connection.execute("UPDATE streams SET agreed_at = ? WHERE stream = ?", (agreed_at, page.stream))
    return Taken(frozenset(kinds), agrees, complete and (state.refetching or state.position == 0))


def _has_rows(connection: Connection, stream: str) -> bool:
    return connection.execute("SELECT 1 FROM stream_rows WHERE stream = ? LIMIT 1", (stream,)).fetchone() is not None


def withdraw(records: StationRecords, streams: Collection[str]) -> set[str]:
    """Streams that the station may no longer pull: their rows go unless another stream has them too."""
    kinds: set[str] = set()
    for stream in streams:
        records.connection.execute("UPDATE stream_rows SET stale = 1 WHERE stream = ?", (stream,))
        kinds |= _sweep_stale(records, stream)
        records.connection.execute("DELETE FROM streams WHERE stream = ?", (stream,))
    return kinds


class _Sums:
    """The number of rows and the checksum of a stream while a page changes them."""

    def __init__(self, state: StreamState) -> None:
        self.rows = state.rows
        self.checksum = state.checksum

    def add(self, hashed: int) -> None:
        self.rows += 1
        self.checksum = signed_sum(self.checksum, hashed)

    def take(self, hashed: int) -> None:
        self.rows -= 1
        self.checksum = signed_sum(self.checksum, -hashed)


def _put_in(records: StationRecords, stream: str, table: TablePage, sums: _Sums, *, is_first: bool) -> None:
    kind = KIND_BY_NAME.get(table.table)
    rows = zip(*table.values, strict=True) if table.columns else iter(())
    entries: list[tuple[Any, ...]] = []
    stored: list[list[Any]] = []
    for key, values in zip(table.keys, rows, strict=True):
        hashed = row_hash(table.table, values)
        if not is_first:
            former = records.connection.execute(
                "SELECT row_hash, stale FROM stream_rows WHERE stream = ? AND kind = ? AND key = ?",
                (stream, table.table, key),
            ).fetchone()
            if former is not None and not former[1]:
                sums.take(former[0])
        sums.add(hashed)
        local = 0
        if kind is not None:
            record = from_values(kind, table.columns, values)
            local = hashed if tuple(table.columns) == columns_of(kind) else row_hash(table.table, values_of(record))
            stored.append(codec_of(kind).row(record))
        entries.append((stream, table.table, key, hashed, local))
    if kind is not None:
        records.connection.executemany(codec_of(kind).upsert, stored)
    records.connection.executemany(
        "INSERT INTO stream_rows (stream, kind, key, row_hash, local_hash) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (stream, kind, key) DO UPDATE SET row_hash = excluded.row_hash, "
        "local_hash = excluded.local_hash, stale = 0",
        entries,
    )


def _take_out(records: StationRecords, stream: str, gone: GoneKeys, sums: _Sums) -> None:
    for key in gone.keys:
        former = records.connection.execute(
            "DELETE FROM stream_rows WHERE stream = ? AND kind = ? AND key = ? RETURNING row_hash, stale",
            (stream, gone.table, key),
        ).fetchone()
        if former is not None and not former[1]:
            sums.take(former[0])
        _delete_unless_elsewhere(records, [(gone.table, key)])


def _sweep_stale(records: StationRecords, stream: str) -> set[str]:
    stale = records.connection.execute(
        "DELETE FROM stream_rows WHERE stream = ? AND stale = 1 RETURNING kind, key", (stream,)
    ).fetchall()
    _delete_unless_elsewhere(records, stale)
    return {kind for kind, _ in stale}


def _delete_unless_elsewhere(records: StationRecords, keys: Iterable[tuple[str, str]]) -> None:
    for name, key in keys:
        kind: type[Record] | None = KIND_BY_NAME.get(name)
        elsewhere = records.connection.execute(
            "SELECT 1 FROM stream_rows WHERE kind = ? AND key = ? LIMIT 1", (name, key)
        ).fetchone()
        if kind is not None and elsewhere is None:
            records.restore(kind, key, None)
