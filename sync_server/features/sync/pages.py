"""One page of one stream: the changes after a position, the current rows column by column.

People's records are found through their stream entries; published rows (products, inventory) carry their own
positions. A page ends between positions only, so that what one transaction wrote together arrives together.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.records import columns_of, values_of
from shared_models.sync.registry import KIND_BY_NAME
from shared_models.sync.streams import parse_follow_up
from shared_models.sync.wire import GoneKeys, StreamPage, TablePage
from sync_server.features.sync.follow_up_rows import follow_up_changes, gone_of, tables_of
from sync_server.features.sync.line_rows import changed_rows, line_stream
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import Head
from sync_server.features.sync.tables import STREAM_ENTRIES, STREAM_FLOORS

_BYTES_OF_ENTRY = 250
_BYTES_OF_LINE_ROW = 300
_BYTES_OF_FOLLOW_UP_ROW = 500
"""About what a row takes in JSON; a budget of bytes becomes a number of rows by these."""


class _Changed(NamedTuple):
    """What moved, and up to which position it is complete."""

    upto: int
    tables: list[TablePage]
    gone: list[GoneKeys]


def is_line_stream(stream: str) -> bool:
    """Whether it is one of the big ones that distributors publish."""
    return stream.startswith("line:")


def read_page(
    connection: Connection, stream: str, after: int, head: Head, budget: int, *, fetching: bool = False
) -> StreamPage:
    """The changes of `stream` after position `after`, about `budget` bytes of them, at least one group of rows.

    A cursor that is older than the swept tombstones, or newer than the head, gets the stream afresh. One that is
    `fetching` has begun from nothing: to begin it again for the tombstones' sake would never end.
    """
    floor = 0 if fetching else floor_of(connection, stream)
    fresh = not floor <= after <= head.head and after != 0
    start = 0 if fresh else after
    changed = _reader(stream)(connection, stream, start, head.head, budget)
    complete = changed.upto == head.head
    return StreamPage(
        stream=stream,
        after=start,
        upto=changed.upto,
        head=head.head,
        tables=changed.tables,
        gone=changed.gone,
        rows=head.rows if complete else None,
        checksum=f"{head.checksum:016x}" if complete else None,
        fresh=fresh,
    )


def _reader(stream: str) -> Callable[[Connection, str, int, int, int], _Changed]:
    if is_line_stream(stream):
        return _read_line
    return _read_entries if parse_follow_up(stream) is None else _read_follow_up


_FLOOR = select(STREAM_FLOORS.c.floor).where(STREAM_FLOORS.c.stream == bindparam("of_stream"))


def floor_of(connection: Connection, stream: str) -> int:
    """Up to which position tombstones of the stream were swept; 0 when never."""
    return connection.execute(_FLOOR, {"of_stream": stream}).scalar() or 0


# --- people's records ------------------------------------------------------------------------------------

_ENTRIES = select(
    STREAM_ENTRIES.c.kind, STREAM_ENTRIES.c.key, STREAM_ENTRIES.c.position, STREAM_ENTRIES.c.gone_at
).where(STREAM_ENTRIES.c.stream == bindparam("of_stream"))
_NEXT_ENTRIES = (
    _ENTRIES.where(STREAM_ENTRIES.c.position > bindparam("later_than"))
    .order_by(STREAM_ENTRIES.c.position, STREAM_ENTRIES.c.kind, STREAM_ENTRIES.c.key)
    .limit(bindparam("most"))
)
_GROUP = _ENTRIES.where(STREAM_ENTRIES.c.position == bindparam("at_position"))


def _read_entries(connection: Connection, stream: str, after: int, head: int, budget: int) -> _Changed:
    most = max(1, budget // _BYTES_OF_ENTRY)
    asked = {"of_stream": stream, "later_than": after, "most": most + 1}
    entries: Sequence[Any] = connection.execute(_NEXT_ENTRIES, asked).all()
    upto = head
    if len(entries) > most:
        cut = entries[-1].position
        if entries[0].position == cut:
            entries = connection.execute(_GROUP, {"of_stream": stream, "at_position": cut}).all()
            upto = cut
        else:
            entries = [entry for entry in entries if entry.position < cut]
            upto = entries[-1].position
    live: dict[str, list[str]] = {}
    gone: dict[str, list[str]] = {}
    for entry in entries:
        if entry.gone_at is None:
            live.setdefault(entry.kind, []).append(entry.key)
        elif after > 0:
            gone.setdefault(entry.kind, []).append(entry.key)
    records = ServerRecords(connection)
    return _Changed(
        upto,
        [_table_page(records, kind, keys) for kind, keys in live.items()],
        [GoneKeys(table=kind, keys=list(keys)) for kind, keys in gone.items()],
    )


def _table_page(records: ServerRecords, name: str, keys: list[str]) -> TablePage:
    kind = KIND_BY_NAME[name]
    rows = [values_of(record) for record in records.get_many(kind, keys)]
    return TablePage(
        table=name,
        keys=[row[0] for row in rows],
        columns=list(columns_of(kind)),
        values=[list(column) for column in zip(*rows, strict=True)],
    )


# --- published rows --------------------------------------------------------------------------------------


def _read_line(connection: Connection, stream: str, after: int, head: int, budget: int) -> _Changed:
    """Each row has a position of its own, so a page may end after any of them."""
    line = line_stream(stream)
    if line is None:
        return _Changed(head, [], [])
    most = max(1, budget // _BYTES_OF_LINE_ROW)
    rows = changed_rows(connection, line, after, head, most + 1)
    upto = head
    if len(rows) > most:
        rows = rows[:most]
        upto = rows[-1].position
    live = [one.row for one in rows if not one.is_gone]
    gone = [one.row[0] for one in rows if one.is_gone] if after > 0 else []
    dataset = line.shape.name
    return _Changed(
        upto,
        [_line_page(dataset, live)] if live else [],
        [GoneKeys(table=dataset, keys=gone)] if gone else [],
    )


def _read_follow_up(connection: Connection, stream: str, after: int, head: int, budget: int) -> _Changed:
    """As a line: each row has a position of its own."""
    of = parse_follow_up(stream)
    if of is None:
        return _Changed(head, [], [])
    most = max(1, budget // _BYTES_OF_FOLLOW_UP_ROW)
    changes = follow_up_changes(connection, stream, of, after, head, most + 1)
    upto = head
    if len(changes) > most:
        changes = changes[:most]
        upto = changes[-1].position
    return _Changed(upto, tables_of(changes), gone_of(changes) if after > 0 else [])


def _line_page(dataset: str, rows: Sequence[Any]) -> TablePage:
    """Rows that begin with their key, column by column."""
    keys, *values = zip(*rows, strict=True)
    return TablePage(
        table=dataset,
        keys=list(keys),
        columns=list(LINE_DATASETS[dataset].columns),
        values=[list(column) for column in values],
    )
