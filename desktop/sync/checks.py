"""Comparing what lies in station.db with what was pulled into it, row by row, and mending what differs.

Counts and checksums are kept incrementally; this looks at the rows themselves, under the effects of what waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from desktop.cache.meta import get_meta
from desktop.cache.reader import Reader
from desktop.cache.record_codec import codec_of
from desktop.cache.records import StationRecords
from desktop.cache.station_db import StationDatabase
from desktop.sync.outbox import Journal
from desktop.sync.pulled import begin_afresh
from desktop.sync.rebase import reapply, rebase
from shared_models.kernel.records import Record, from_values, row_hash, values_of
from shared_models.sync.registry import KIND_BY_NAME, STATION_KINDS

RowKey = tuple[str, str]
_UNREADABLE = 1 << 70
"""Beyond the 64 bits of a hash."""


def mend_differences(database: StationDatabase, *, at: datetime) -> tuple[str, ...]:
    """Begin to fetch afresh every stream of which a row is missing, wrong or too many here; returns those streams.

    Rows that no stream ever brought are deleted. What waits is not touched.
    """
    streams, strays = _differences(database.read())
    if not streams and not strays:
        # What waits has shown its effect on rows that no stream has brought yet: they are made anew.
        reapply(database, at=at)
        return ()

    def work(records: StationRecords) -> set[str]:
        for name, key in strays:
            records.restore(KIND_BY_NAME[name], key, None)
        for stream in streams:
            begin_afresh(records.connection, stream)
        return {name for name, _ in strays}

    rebase(database, work, at=at)
    return tuple(sorted(streams))


def _differences(reader: Reader) -> tuple[set[str], list[RowKey]]:
    """The streams with a row that differs, and the rows that belong to none."""
    with reader.together():
        rows = _server_rows(reader)
        streams: set[str] = set()
        for stream, kind, key, expected in reader.rows("SELECT stream, kind, key, local_hash FROM stream_rows"):
            if kind in KIND_BY_NAME and rows.get((kind, key)) != expected:
                streams.add(stream)
        pulled = set(reader.rows("SELECT DISTINCT kind, key FROM stream_rows"))
        # A station that has pulled nothing yet knows nothing to compare with; one that lost every stream does.
        may_tell = bool(pulled) or bool(get_meta(reader, "last_sync_at"))
        strays = [place for place in rows if place not in pulled] if may_tell else []
    return streams, strays


def _hashes(reader: Reader, kind: type[Record]) -> Iterator[tuple[str, int]]:
    """Id and hash of each row as it lies there; one that makes no record has a hash that no row has."""
    codec = codec_of(kind)
    for row in reader.rows(codec.select):
        try:
            yield row[0], row_hash(codec.table, values_of(codec.record(row)))
        except msgspec.ValidationError:
            yield row[0], _UNREADABLE


def _server_rows(reader: Reader) -> dict[RowKey, int]:
    """The hash of every row as the server last told it: what waits has left the former state in its journal."""
    rows = {(kind.TABLE.name, key): hashed for kind in STATION_KINDS for key, hashed in _hashes(reader, kind)}
    journals = reader.rows(
        "SELECT undo FROM operations WHERE state IN ('waiting', 'sent') AND undo <> '[]' ORDER BY place DESC, row DESC"
    )
    for (undo,) in journals:
        for table, key, before in reversed(msgspec.json.decode(undo, type=Journal)):
            if before is None:
                rows.pop((table, key), None)
            else:
                record = from_values(KIND_BY_NAME[table], tuple(before), tuple(before.values()))
                rows[table, key] = row_hash(table, values_of(record))
    return rows
