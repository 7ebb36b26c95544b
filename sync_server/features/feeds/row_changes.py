"""What a run changes, row by row, in the form in which it is kept and told: new, gone, and cell by cell what changed.

It is bounded, for a first file makes every row new: so many rows of each kind are kept, long cells are cut, and whoever
reads it is told how many there were. The counts of a run are always those of all rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple, get_args

import msgspec
import zstandard

ChangeKind = Literal["gone", "changed", "new"]
KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
"""In the order in which they are told: what goes is what a person must know first."""
MOST_ROWS_KEPT = 10_000
"""Of each kind."""
MOST_BYTES_KEPT = 2_500_000
"""Of each kind, before they are compressed."""
LONGEST_CELL = 300
ROWS_OF_A_PAGE = 500
CUT = "…"
"""Ends a cell that is longer than what is kept of it."""


class CellChange(msgspec.Struct, frozen=True, array_like=True):
    """One cell; `before` is empty in a new row, `after` in one that is gone."""

    column: str
    before: str
    after: str


class RowChange(msgspec.Struct, frozen=True):
    """One row that is new, gone or changed."""

    kind: ChangeKind
    row: int
    """Its number in the file; 0 for a row that is gone."""
    key: list[str]
    """The natural key, in the order of the dataset's."""
    about: str
    """What a person knows the row by besides its key; may be empty."""
    cells: list[CellChange]
    """Of a changed row those that differ, of the others those that are not blank."""


class ChangePage(NamedTuple):
    """Some row changes of one kind, compressed."""

    kind: ChangeKind
    rows: int
    body: bytes


class RunDifference(NamedTuple):
    """What is kept of the difference of a run."""

    pages: list[ChangePage]
    """In the order of `KINDS`."""
    changed_columns: dict[str, int]
    """In how many changed rows each column differs; of all rows, kept or not."""

    def kept(self, kind: ChangeKind) -> int:
        """How many rows of the kind."""
        return sum(page.rows for page in self.pages if page.kind == kind)

    def row_changes(self) -> Iterator[RowChange]:
        """All that is kept."""
        for page in self.pages:
            yield from unpacked(page.body)


NO_DIFFERENCE = RunDifference([], {})


def packed(changes: Iterable[RowChange]) -> list[ChangePage]:
    """Row changes of one kind as pages, as many as may be kept; the rest is not asked for."""
    pages: list[ChangePage] = []
    waiting: list[bytes] = []
    kind: ChangeKind = "new"
    rows = size = 0
    for change in changes:
        kind = change.kind
        raw = _ENCODER.encode(change)
        if size + len(raw) > MOST_BYTES_KEPT:
            break
        waiting.append(raw)
        rows, size = rows + 1, size + len(raw)
        if len(waiting) == ROWS_OF_A_PAGE:
            pages.append(_page(kind, waiting))
            waiting = []
        if rows == MOST_ROWS_KEPT:
            break
    return [*pages, _page(kind, waiting)] if waiting else pages


def unpacked(body: bytes) -> list[RowChange]:
    """The row changes of a page."""
    return _DECODER.decode(zstandard.ZstdDecompressor().decompress(body))


def page_of(kind: ChangeKind, changes: Sequence[RowChange]) -> ChangePage:
    """All of these on one page."""
    return _page(kind, [_ENCODER.encode(change) for change in changes])


def _page(kind: ChangeKind, rows: Sequence[bytes]) -> ChangePage:
    joined = msgspec.msgpack.encode([msgspec.Raw(row) for row in rows])
    return ChangePage(kind, len(rows), zstandard.ZstdCompressor(level=3).compress(joined))


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[RowChange])
