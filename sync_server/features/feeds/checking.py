"""Checks whole pieces of a file column by column, and gives the rows as they will be stored."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple, Self

import polars as pl

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.cells import BLANKS, read_column
from sync_server.features.feeds.columns import DIST_CODE, MOST_CHARACTERS, NUMBERS, Column
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.declared import Habits
from sync_server.features.feeds.derived import with_derived
from sync_server.features.feeds.expectations import wrong_cell
from sync_server.features.feeds.reading import Piece
from sync_server.features.feeds.row_errors import RowError

MOST_ERRORS_KEPT = 1_000
"""Row errors told and stored of one run; all are counted."""


_ROWS_OF_A_NARROWED_PIECE = 5_000


class Checked(NamedTuple):
    """What a file holds. The rows themselves stay packed: a run needs few of them, and memory is shared by many."""

    keys: pl.DataFrame
    """`row`, the natural key and, in a whole file, `content_hash` of each good row."""
    refused_keys: pl.DataFrame
    """`row` and the natural key of the rows that have an error, as far as they could be read."""
    packed: list[bytes]
    """All good rows, as stored values: `row` and the columns that the file has (all of them in a whole file)."""
    errors: list[RowError]
    """The first `MOST_ERRORS_KEPT`, in the order of their rows."""
    error_count: int
    rows_read: int
    """All records of the file but blank ones, refused ones included."""
    counted: str = "row"
    """What the number of a row counts: rows, or the segments of an X12 file."""
    unsaid: Mapping[str, Sequence[int]] = {}
    """Of a delta, by column: the rows that say nothing of it, though others do. It stays as it is there too."""

    def unpacked(self, among: pl.Series | None = None) -> Iterator[pl.DataFrame]:
        """The good rows in the order of the file, piece by piece; only those whose `row` is `among`."""
        wanted = self.keys["row"] if among is None else among
        for raw in self.packed:
            frame = pl.read_ipc(io.BytesIO(raw))
            frame = frame.filter(frame["row"].is_in(wanted.implode()))
            if frame.height:
                yield frame

    def narrowed(self, rows: pl.Series) -> Self:
        """Only these rows, so that going through them again costs no more than they are; itself where that is most."""
        if 2 * rows.len() > self.keys.height:
            return self
        packed: list[bytes] = []
        waiting: list[pl.DataFrame] = []
        for frame in self.unpacked(rows):
            waiting.append(frame)
            if sum(one.height for one in waiting) >= _ROWS_OF_A_NARROWED_PIECE:
                packed.append(packed_rows(pl.concat(waiting)))
                waiting = []
        if waiting:
            packed.append(packed_rows(pl.concat(waiting)))
        return self._replace(packed=packed, keys=self.keys.filter(self.keys["row"].is_in(rows.implode())))


def check_pieces(
    pieces: Iterable[Piece],
    dataset: str,
    present: frozenset[str],
    *,
    is_delta: bool,
    dist_code: str,
    habits: Habits,
    counted: str = "row",
) -> Checked:
    """Read every cell of every piece. `present` are the columns that the file has.

    In a whole file the others are blank and derived ones are worked out. Raises what reading raises, and
    `DomainError("cell_too_long")`: such a file is no feed.
    """
    key = DATASETS[dataset].key
    columns = [
        column for column in DATASETS[dataset].columns if column.name in present or column.name in key or not is_delta
    ]
    blanks = [column.name for column in columns if column.name not in present]
    errors: list[RowError] = []
    keys, refused, packed = [_no_keys(key, with_hash=not is_delta)], [_no_keys(key, with_hash=False)], []
    error_count = rows_read = 0
    for piece in pieces:
        cells, misshapen = (
            frame.with_columns(pl.lit("").alias(name) for name in blanks) for frame in (piece.cells, piece.misshapen)
        )
        rows, wrong, found = _check_piece(cells, columns, dist_code, habits)
        if not is_delta:
            rows = with_derived(rows, dataset)
        packed.append(packed_rows(rows))
        hashes = () if is_delta else (content_hashes(rows, dataset),)
        keys.append(rows.select("row", *key, *hashes))
        refused += [part.select("row", *key) for part in (wrong, misshapen)]
        found = [*piece.errors, *found]
        error_count += len(found)
        rows_read += cells.height + misshapen.height
        errors += found[: MOST_ERRORS_KEPT - len(errors)]
    good, doubled, twice = _without_duplicates(pl.concat(keys), key, counted)
    errors = sorted([*errors, *twice], key=lambda error: error.row)[:MOST_ERRORS_KEPT]
    bad = pl.concat([*refused, doubled]).unique(key, keep="first", maintain_order=True).join(good, on=key, how="anti")
    return Checked(good, bad, packed, errors, error_count + len(twice), rows_read, counted)


def content_hashes(rows: pl.DataFrame, dataset: str) -> pl.Series:
    """Eight bytes that stand for each row as the distributor gave it, time stamps left out (`Column.is_news`)."""
    parts = [
        pl.col(column.name).cast(pl.String).fill_null("") if column.kind in NUMBERS else pl.col(column.name)
        for column in DATASETS[dataset].columns
        if column.is_news
    ]
    joined = rows.select(pl.concat_str(parts, separator="\x1f").cast(pl.Binary)).to_series().to_list()
    hashes = [int.from_bytes(blake2b(row, digest_size=8).digest(), "big", signed=True) for row in joined]
    return pl.Series("content_hash", hashes, dtype=pl.Int64)


def _no_keys(key: tuple[str, ...], *, with_hash: bool) -> pl.DataFrame:
    schema = {"row": pl.Int32, **dict.fromkeys(key, pl.String), **({"content_hash": pl.Int64} if with_hash else {})}
    return pl.DataFrame(schema=schema)


def packed_rows(rows: pl.DataFrame) -> bytes:
    """The rows as compressed Arrow bytes."""
    buffer = io.BytesIO()
    rows.write_ipc(buffer, compression="lz4")
    return buffer.getvalue()


def _check_piece(
    cells: pl.DataFrame, columns: list[Column], dist_code: str, habits: Habits
) -> tuple[pl.DataFrame, pl.DataFrame, list[RowError]]:
    """The good rows as stored values, the other rows as text, and what is wrong with them."""
    rows = cells["row"]
    read: dict[str, pl.Series] = {"row": rows}
    errors: list[RowError] = []
    any_wrong: pl.Series | None = None
    for column in columns:
        raw = cells[column.name]
        _refuse_huge_cells(rows, raw, column.name)
        values, wrong = read_column(raw, column, habits)
        read[column.name] = values
        if wrong.any():
            errors += [wrong_cell(row, column, value, habits) for row, value in _at(rows, raw, wrong)]
            any_wrong = wrong if any_wrong is None else any_wrong | wrong
    if DIST_CODE in cells.columns:
        raw = cells[DIST_CODE]
        plain = raw.str.strip_chars(BLANKS)
        wrong = (plain.str.to_uppercase() != dist_code.upper()) & (plain != "")
        errors += [_foreign_row(row, value, dist_code) for row, value in _at(rows, raw, wrong)]
        any_wrong = wrong if any_wrong is None else any_wrong | wrong
    frame = pl.DataFrame(read)
    if any_wrong is None:
        return frame, cells.clear(), errors
    errors.sort(key=lambda error: error.row)
    return frame.filter(~any_wrong), cells.filter(any_wrong), errors


def _refuse_huge_cells(rows: pl.Series, raw: pl.Series, name: str) -> None:
    longest = raw.str.len_bytes().max()
    if isinstance(longest, int) and longest > MOST_CHARACTERS:
        row = rows.filter(raw.str.len_bytes() > MOST_CHARACTERS)[0]
        raise DomainError(
            "cell_too_long",
            f"Row {row}, column {name}, is longer than {MOST_CHARACTERS:,} bytes. Nothing was changed; is a quote mark "
            "missing there?",
            row=row,
            column=name,
        )


def _at(rows: pl.Series, raw: pl.Series, wrong: pl.Series) -> Iterator[tuple[int, str]]:
    return zip(rows.filter(wrong).to_list(), raw.filter(wrong).to_list(), strict=True)


def _foreign_row(row: int, value: str, dist_code: str) -> RowError:
    return RowError(
        row=row,
        column=DIST_CODE,
        value=value,
        expected=f"{dist_code}, the code of the distributor that posts this file",
        example=dist_code,
    )


def _without_duplicates(
    keys: pl.DataFrame, key: tuple[str, ...], counted: str
) -> tuple[pl.DataFrame, pl.DataFrame, list[RowError]]:
    """Keys that stand in one row only; the others; and for every later row of a key an error that names both rows."""
    doubled = keys.select(key).is_duplicated()
    others = keys.filter(doubled).select("row", *key)
    firsts: dict[tuple[str, ...], int] = {}
    errors = []
    for row, *values in others.iter_rows():
        first = firsts.setdefault(tuple(values), row)
        if first != row:
            said = ", ".join(f"{name} {value}" for name, value in zip(key, values, strict=True) if value)
            errors.append(
                RowError(
                    row=row,
                    column=key[0],
                    value=values[0],
                    expected=f"each key once; {counted}s {first} and {row} are both {said}",
                    example="one row for each " + ", ".join(key),
                )
            )
    return keys.filter(~doubled), others, errors
