"""Whether the streams of an archive add up: each head's count and checksum against the rows of the stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from shared_models.sync.streams import follow_up, line_dataset
from sync_server.features.sync.tables import FOLLOW_UP_TABLES, LINE_TABLES, STREAM_ENTRIES, STREAM_HEADS

Row = dict[str, Any]


class StreamSums:
    """Adds up the rows of an archive as they go by, in whatever order the tables come."""

    def __init__(self) -> None:
        """Nothing went by yet."""
        self._heads: dict[str, tuple[int, int]] = {}
        self._found: dict[str, tuple[int, int]] = {}
        streams: dict[str, Callable[[Row], list[str]]] = {STREAM_ENTRIES.name: lambda row: [str(row["stream"])]}
        streams |= {table.name: _follow_up_streams for table in FOLLOW_UP_TABLES.values()}
        for dataset, table in LINE_TABLES.items():
            streams[table.name] = _line_stream(dataset)
        self._streams_of = streams

    def take(self, table: str, columns: Sequence[str], rows: list[list[Any]]) -> None:
        """These rows of the table went by."""
        if table == STREAM_HEADS.name:
            for values in rows:
                head = dict(zip(columns, values, strict=True))
                self._heads[head["stream"]] = (head["rows"], int(head["checksum"], 16))
            return
        streams_of = self._streams_of.get(table)
        if streams_of is None or not {"row_hash", "gone_at"} <= set(columns):
            return
        for values in rows:
            row = dict(zip(columns, values, strict=True))
            for stream in streams_of(row) if row["gone_at"] is None else ():
                count, total = self._found.get(stream, (0, 0))
                self._found[stream] = (count + 1, (total + row["row_hash"]) % 2**64)

    def differences(self) -> Iterator[str]:
        """A sentence for each stream whose head does not fit its rows."""
        for stream in sorted(self._heads.keys() | self._found.keys()):
            head, found = self._heads.get(stream, (0, 0)), self._found.get(stream, (0, 0))
            if head != found:
                yield f"Stream {stream} says that it has {head[0]:,} rows; there are {found[0]:,}, or others."


def _line_stream(dataset: str) -> Callable[[Row], list[str]]:
    return lambda row: [line_dataset(str(row["distributor_id"]), dataset)]


def _follow_up_streams(row: Row) -> list[str]:
    """A row is in the stream of its distributor, and in that of its showroom and its rep where it has them."""
    owner = str(row["distributor_id"])
    codes = {"showroom": str(row["seen_showroom"]), "rep": str(row["seen_rep"])}
    return [follow_up(owner), *(follow_up(owner, scope, code) for scope, code in codes.items() if code)]
