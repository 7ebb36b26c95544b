"""Whether the streams of an archive add up: each head's count and checksum against the rows of the stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from shared_models.sync.streams import line_dataset
from sync_server.features.sync.tables import LINE_TABLES, STREAM_ENTRIES, STREAM_HEADS

Row = dict[str, Any]


class StreamSums:
    """Adds up the rows of an archive as they go by, in whatever order the tables come."""

    def __init__(self) -> None:
        """Nothing went by yet."""
        self._heads: dict[str, tuple[int, int]] = {}
        self._found: dict[str, tuple[int, int]] = {}
        streams: dict[str, Callable[[Row], str]] = {STREAM_ENTRIES.name: lambda row: str(row["stream"])}
        for dataset, table in LINE_TABLES.items():
            streams[table.name] = _line_stream(dataset)
        self._stream_of = streams

    def take(self, table: str, columns: Sequence[str], rows: list[list[Any]]) -> None:
        """These rows of the table went by."""
        if table == STREAM_HEADS.name:
            for values in rows:
                head = dict(zip(columns, values, strict=True))
                self._heads[head["stream"]] = (head["rows"], int(head["checksum"], 16))
            return
        stream_of = self._stream_of.get(table)
        if stream_of is None or not {"row_hash", "gone_at"} <= set(columns):
            return
        for values in rows:
            row = dict(zip(columns, values, strict=True))
            if row["gone_at"] is None:
                count, total = self._found.get(stream_of(row), (0, 0))
                self._found[stream_of(row)] = (count + 1, (total + row["row_hash"]) % 2**64)

    def differences(self) -> Iterator[str]:
        """A sentence for each stream whose head does not fit its rows."""
        for stream in sorted(self._heads.keys() | self._found.keys()):
            head, found = self._heads.get(stream, (0, 0)), self._found.get(stream, (0, 0))
            if head != found:
                yield f"Stream {stream} says that it has {head[0]:,} rows; there are {found[0]:,}, or others."


def _line_stream(dataset: str) -> Callable[[Row], str]:
    return lambda row: line_dataset(str(row["distributor_id"]), dataset)
