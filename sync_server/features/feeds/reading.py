"""From a CSV text to polars frames in which every cell is still the text that was written, piece by piece.

A row's number is the one a spreadsheet shows: the header of an ordinary file is row 1, the first record row 2. A record
whose quoted cell spans several lines is one row; blank lines count and are passed over.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import polars as pl

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.row_errors import RowError

MOST_ROWS = 500_000
MOST_COLUMNS = 200
MOST_CELLS = 20_000
"""Of a row, more than the widest spreadsheet has: the parser's memory grows with it, wanted cells or not."""
PIECE_BYTES = 4 << 20
HEADER_BYTES = 1 << 18
_SEPARATORS = ",\t;|"
_SEPARATOR_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe"}
_QUOTED = re.compile(rb'"[^"]*"')
_MARK = "\x02"
"""Stands for a quoted stretch while the cells of a row are counted."""


class TextFile(NamedTuple):
    """A UTF-8 file whose header was read; `data_offset` is where its first record begins, in bytes."""

    path: Path
    separator: str
    headings: tuple[str, ...]
    header_row: int
    data_offset: int
    ends_lines_with_cr: bool


class Piece(NamedTuple):
    """Some rows: `cells` has a column `row` and one text column a wanted column.

    `misshapen` are those with too few or too many cells, as far as they could be read; each has its entry in `errors`.
    """

    cells: pl.DataFrame
    misshapen: pl.DataFrame
    errors: list[RowError]


def read_header(path: Path, *, ends_lines_with_cr: bool, score: Callable[[Sequence[str]], int]) -> TextFile:
    """Find the header row and the separator, which is the one under which `score` knows most headings.

    Raises `DomainError`: `empty_file`, `header_unreadable`, `too_many_columns`.
    """
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    if ends_lines_with_cr:
        head = head.replace(b"\r", b"\n")
    start, row, announced = 3 if head.startswith(b"\xef\xbb\xbf") else 0, 1, ""
    while True:
        end = _record_end(head, start)
        line = head[start:end]
        said = re.fullmatch(rb"sep=([,\t;|])\s*", line) if row == 1 else None
        if said is None and line.strip(b" \t\r\n,;|"):
            break
        if end >= len(head):
            raise DomainError("empty_file", "The file has no header row. Nothing was changed; check the export.")
        announced = said[1].decode() if said else announced
        start, row = end, row + 1
    if end >= HEADER_BYTES:
        raise _header_error(f"it is longer than {HEADER_BYTES >> 10} KiB or holds an unclosed quote mark")
    text = line.decode(errors="replace").rstrip("\r\n")
    separator, headings = _split_header(text, announced or _SEPARATORS, score)
    return TextFile(path, separator, headings, row, end, ends_lines_with_cr)


def _record_end(head: bytes, start: int) -> int:
    """Where the record that begins at `start` ends: after the first line end outside quotes, or at the end."""
    end = start
    while True:
        end = head.find(b"\n", end) + 1
        if not end:
            return len(head)
        if head.count(b'"', start, end) % 2 == 0:
            return end


def _split_header(text: str, separators: str, score: Callable[[Sequence[str]], int]) -> tuple[str, tuple[str, ...]]:
    best: tuple[tuple[int, int], str, tuple[str, ...]] | None = None
    for separator in separators:
        if text.count(separator) >= MOST_COLUMNS:
            raise DomainError(
                "too_many_columns",
                f"The first row has more than {MOST_COLUMNS} columns. Nothing was changed; is this the right file?",
                most_columns=MOST_COLUMNS,
            )
        try:
            headings = tuple(next(csv.reader([text], delimiter=separator, strict=True), []))
        except csv.Error:
            continue
        merit = (score(headings), len(headings))
        if best is None or merit > best[0]:
            best = (merit, separator, headings)
    if best is None:
        raise _header_error("a quote mark in it is not closed or stands inside a cell")
    return best[1], best[2]


def _header_error(why: str) -> DomainError:
    return DomainError("header_unreadable", f"The header row cannot be read: {why}. Nothing was changed.")


def read_pieces(file: TextFile, wanted: Mapping[int, str]) -> Iterator[Piece]:
    """The rows of the file in order; `wanted` names the columns to keep by their place.

    Raises `DomainError` with the row when the file itself cannot be trusted: `quote_mark`, `unclosed_quote`,
    `row_too_long`, `too_many_columns`, `control_character`, `too_many_rows`. A row with too few or too many cells is an
    error of that row only.
    """
    row = file.header_row
    for raw in _cut(file):
        if raw is None:
            raise DomainError(
                "row_too_long",
                f"Row {row + 1} is longer than {PIECE_BYTES >> 20} MiB. Nothing was changed; is a quote mark missing "
                "there?",
                row=row + 1,
            )
        counted = _count_cells(raw, file, row)
        _refuse_endless_rows(counted, row)
        # No line end of its own at the end of the file is no difference to a reader of lines.
        cells = _parse(raw, file, wanted)
        if cells is None or cells.height != counted.height:
            raise _unreadable(row + 1, row + counted.height)
        cells = cells.with_columns(pl.int_range(row + 1, row + 1 + cells.height, dtype=pl.Int32).alias("row"))
        row += cells.height
        if row - file.header_row > MOST_ROWS:
            raise DomainError(
                "too_many_rows",
                f"The file has more than {MOST_ROWS:,} rows. Nothing was changed; post it in parts with mode delta.",
                most_rows=MOST_ROWS,
            )
        errors = _wrong_widths(counted, file, row - cells.height)
        keep = counted["is_right"] & ~counted["is_blank"]
        if keep.all():
            yield Piece(cells, cells.clear(), errors)
        else:
            yield Piece(cells.filter(keep), cells.filter(~counted["is_right"] & ~counted["is_blank"]), errors)


def _cut(file: TextFile) -> Iterator[bytes | None]:
    """Stretches of the file that end between two records, that is at a line end outside quotes.

    None, and no more, when a record goes on for longer than a piece: nothing that is read of it may grow with it.
    """
    with file.path.open("rb") as source:
        source.seek(file.data_offset)
        rest = b""
        while True:
            rest, is_last = _read_on(source, rest, cr=file.ends_lines_with_cr)
            end = len(rest) if is_last else _last_record_end(rest)
            if end:
                yield rest[:end]
                rest = rest[end:]
            if is_last:
                return
            if not end:
                yield None
                return


def _read_on(source: BinaryIO, rest: bytes, *, cr: bool) -> tuple[bytes, bool]:
    more = source.read(PIECE_BYTES)
    return rest + (more.replace(b"\r", b"\n") if cr else more), len(more) < PIECE_BYTES


def _last_record_end(raw: bytes) -> int:
    """After the last line end that has an even number of quote marks before it; 0 when there is none."""
    end, quotes = raw.rfind(b"\n") + 1, raw.count(b'"')
    while end:
        if (quotes - raw.count(b'"', end)) % 2 == 0:
            return end
        # Inside a quoted cell: back to before the quote mark that opened it.
        end = raw.rfind(b"\n", 0, raw.rfind(b'"', 0, end)) + 1
    return 0


def _count_cells(raw: bytes, file: TextFile, row: int) -> pl.DataFrame:
    """One row a record: number of `cells`, `is_right`, `is_blank`."""
    has_quotes = b'"' in raw
    if has_quotes and b"\x02" in raw:
        place = row + 1 + _QUOTED.sub(b"", raw[: raw.index(b"\x02")]).count(b"\n")
        raise DomainError(
            "control_character",
            f"Row {place} holds a control character. Nothing was changed; clean the cell and post the file again.",
            row=place,
        )
    bare = _QUOTED.sub(_MARK.encode(), raw) if has_quotes else raw
    lines = pl.read_lines(bare, name="line")
    if has_quotes:
        _refuse_stray_quotes(lines, file.separator, row)
    line, width = lines["line"], len(file.headings)
    separators = line.str.count_matches(file.separator, literal=True)
    is_right = separators == width - 1
    if not is_right.all():
        is_right |= (separators == width) & line.str.ends_with(file.separator)
    is_blank = line.str.len_bytes() <= 4 * width  # only a short line can be one
    if is_blank.any():
        is_blank &= line.str.strip_chars(file.separator + " \r") == ""
    return pl.DataFrame({"cells": separators + 1, "is_right": is_right, "is_blank": is_blank})


def _refuse_endless_rows(counted: pl.DataFrame, row: int) -> None:
    widest = counted["cells"].max()
    if isinstance(widest, int) and widest > MOST_CELLS:
        place = row + 1 + (counted["cells"] > MOST_CELLS).arg_true()[0]
        raise DomainError(
            "too_many_columns",
            f"Row {place} has {widest:,} cells, more than the {MOST_CELLS:,} that any spreadsheet has. Nothing was "
            "changed; is this the right file?",
            row=place,
        )


def _refuse_stray_quotes(lines: pl.DataFrame, separator: str, row: int) -> None:
    mark, apart = re.escape(_MARK), re.escape(separator)
    wrong = lines.with_row_index("at").filter(
        pl.col("line").str.contains(f'[^{apart}{mark}]{mark}|{mark}[^{apart}{mark}\r]|"')
    )
    if wrong.is_empty():
        return
    at, line = wrong.row(0)
    place = row + 1 + at
    if '"' in line and not re.search(f"[^{apart}{mark}]{mark}|{mark}[^{apart}{mark}\r]", line):
        raise DomainError(
            "unclosed_quote",
            f"Row {place} opens a quote mark that is never closed. Nothing was changed; close it, or write a quote "
            'mark that belongs to the text twice inside a quoted cell ("54"" wide").',
            row=place,
        )
    raise DomainError(
        "quote_mark",
        f"Row {place} has a quote mark in the middle of a cell. Nothing was changed; put the whole cell into quote "
        'marks and write the inner one twice ("54"" wide").',
        row=place,
    )


def _parse(raw: bytes, file: TextFile, wanted: Mapping[int, str]) -> pl.DataFrame | None:
    """The wanted columns as text; None when the parser gives up."""
    places = sorted(wanted)
    try:
        frame = pl.read_csv(
            raw,
            has_header=False,
            separator=file.separator,
            schema={str(place): pl.String for place in range(len(file.headings))},
            truncate_ragged_lines=True,
            missing_columns="insert",
            extra_columns="ignore",
            empty_string_is_null=False,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    return frame.select(pl.col(str(place)).fill_null("").alias(wanted[place]) for place in places)


def _wrong_widths(counted: pl.DataFrame, file: TextFile, row: int) -> list[RowError]:
    width = len(file.headings)
    wrong = counted.with_row_index("at").filter(~pl.col("is_right") & ~pl.col("is_blank"))
    return [
        RowError(
            row=row + 1 + at,
            column="",
            value=f"{cells} cells",
            expected=f"{width} cells as in the header, separated by a {_SEPARATOR_NAMES[file.separator]}",
            example=f"a cell that holds a {_SEPARATOR_NAMES[file.separator]} stands in quote marks",
        )
        for at, cells in wrong.select("at", "cells").iter_rows()
    ]


def _unreadable(first: int, last: int) -> DomainError:
    return DomainError(
        "unreadable",
        f"Rows {first} to {last} cannot be told apart. Nothing was changed; save the file as CSV again and post it.",
        row=first,
    )
