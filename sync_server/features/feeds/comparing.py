"""Works out what a run changes, cell by cell, before anything is written: the live rows beside those of the file."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from shared_models.kernel.measures import money_text, quantity_text
from sync_server.features.feeds.checking import Checked
from sync_server.features.feeds.columns import NUMBERS, Column, Kind
from sync_server.features.feeds.difference import Difference, Publisher
from sync_server.features.feeds.row_changes import (
    CUT,
    LONGEST_CELL,
    MOST_ROWS_KEPT,
    CellChange,
    ChangeKind,
    RowChange,
    RunDifference,
    packed,
)

_ROWS_AT_ONCE = 2_000
_ABOUT: dict[str, tuple[str, ...]] = {
    "products": ("pattern_name", "color_name"),
    "mill_orders": ("item_no", "mill_name"),
    "reserves": ("item_no", "sidemark"),
    "sales_orders": ("item_no", "customer_po", "sidemark"),
    "freight": ("item_no", "tracking_no"),
    "customers": ("name",),
}
"""By dataset the columns by which a person knows a row, besides its key."""
_SHOWN: dict[Kind, Callable[[int], str]] = {
    Kind.QUANTITY: quantity_text,
    Kind.INCHES: quantity_text,
    Kind.MONEY: money_text,
    Kind.COUNT: str,
}


def compare(connection: Connection, publisher: Publisher, checked: Checked, found: Difference) -> RunDifference:
    """The difference in full, as far as it may be kept. Nothing may have been written yet."""
    comparing = _Comparing(connection, publisher, checked, found)
    pages = [*packed(comparing.gone()), *packed(comparing.changed()), *packed(comparing.new())]
    comparing.count_the_rest()
    return RunDifference(pages, comparing.counts())


class _Comparing:
    """One run being compared; counts in which columns rows differ as it goes through them."""

    def __init__(self, connection: Connection, publisher: Publisher, checked: Checked, found: Difference) -> None:
        self._connection, self._publisher = connection, publisher
        self._checked, self._found = checked, found
        self._columns = [column for column in publisher.about.columns if column.is_news]
        self._compared = [column for column in self._columns if column.name not in publisher.about.key]
        self._counts = dict.fromkeys((column.name for column in self._compared), 0)
        is_new = pl.col("row_key").is_null() | pl.col("was_gone")
        self._new = found.different.filter(is_new)
        self._pairs = self._batches(found.different.filter(~is_new))

    def counts(self) -> dict[str, int]:
        """In how many rows each column differs, the most first."""
        return dict(sorted(((name, count) for name, count in self._counts.items() if count), key=lambda one: -one[1]))

    def gone(self) -> Iterator[RowChange]:
        """The live rows that the file does not have."""
        keys = [key for key, _ in self._found.gone[:MOST_ROWS_KEPT]]
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            rows = self._live(keys[start : start + _ROWS_AT_ONCE]).sort("row_key")
            cells = self._whole_cells(rows, lambda name, text: CellChange(name, text, ""))
            yield from self._told("gone", rows.with_columns(pl.lit(0).alias("row")), cells)

    def new(self) -> Iterator[RowChange]:
        """The rows of the file that are not live."""
        wanted = self._new["row"][:MOST_ROWS_KEPT]
        if wanted.is_empty():
            return
        for piece in self._checked.unpacked(wanted):
            for rows in piece.iter_slices(_ROWS_AT_ONCE):
                cells = self._whole_cells(rows, lambda name, text: CellChange(name, "", text))
                yield from self._told("new", rows, cells)

    def changed(self) -> Iterator[RowChange]:
        """The rows of which something else is live; counts as far as it is asked."""
        for rows, live in self._pairs:
            cells: list[list[CellChange]] = [[] for _ in range(rows.height)]
            for column, places, before, after in self._differing(rows, live):
                for place, was, now in zip(places, before, after, strict=True):
                    cells[place].append(CellChange(column, was, now))
            yield from self._told("changed", rows, cells)

    def count_the_rest(self) -> None:
        """Count also in the rows that are too many to be kept."""
        for rows, live in self._pairs:
            for column in self._compared:
                self._counts[column.name] += int(live[column.name].ne_missing(rows[column.name]).sum())

    def _differing(
        self, rows: pl.DataFrame, live: pl.DataFrame
    ) -> Iterator[tuple[str, list[int], list[str], list[str]]]:
        """By column: where it differs, and the texts there before and after."""
        for column in self._compared:
            before, after = live[column.name], rows[column.name]
            places = before.ne_missing(after).arg_true()
            self._counts[column.name] += places.len()
            if places.len():
                yield column.name, places.to_list(), _texts(before[places], column), _texts(after[places], column)

    def _batches(self, changed: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Changed rows of the file and, row by row, what is live of them."""
        if changed.is_empty():
            return
        keys = changed.select("row", "row_key")
        for piece in self._checked.unpacked(changed["row"]):
            for rows in piece.join(keys, on="row", how="inner", maintain_order="left").iter_slices(_ROWS_AT_ONCE):
                live = self._live(rows["row_key"].to_list())
                yield rows, rows.select("row_key").join(live, on="row_key", how="left", maintain_order="left")

    def _live(self, keys: Sequence[int]) -> pl.DataFrame:
        lines = self._publisher.about.rows
        found = self._connection.execute(
            select(lines.c.row_key, *(lines.c[column.name] for column in self._columns)).where(
                lines.c.distributor_id == self._publisher.distributor_id, lines.c.row_key.in_(keys)
            )
        )
        schema: dict[str, Any] = {
            "row_key": pl.Int64,
            **{column.name: pl.Int64 if column.kind in NUMBERS else pl.String for column in self._columns},
        }
        return pl.DataFrame([tuple(row) for row in found], schema=schema, orient="row")

    def _whole_cells(self, rows: pl.DataFrame, cell: Callable[[str, str], CellChange]) -> list[list[CellChange]]:
        """All cells of each row that are not blank."""
        cells: list[list[CellChange]] = [[] for _ in range(rows.height)]
        for column in self._compared:
            for place, text in enumerate(_texts(rows[column.name], column)):
                if text:
                    cells[place].append(cell(column.name, text))
        return cells

    def _told(self, kind: ChangeKind, rows: pl.DataFrame, cells: list[list[CellChange]]) -> Iterator[RowChange]:
        about = self._publisher.about
        by_name = {column.name: column for column in self._columns}
        keys = [_texts(rows[name], by_name[name]) for name in about.key]
        words = [_texts(rows[name], by_name[name]) for name in _ABOUT.get(about.name, ())]
        for place, row in enumerate(rows["row"].to_list()):
            known_by = " ".join(filter(None, (column[place] for column in words)))
            yield RowChange(kind, row, [column[place] for column in keys], known_by, cells[place])


def _texts(values: pl.Series, column: Column) -> list[str]:
    """The values as a person writes them; blank ones are empty."""
    shown = _SHOWN.get(column.kind)
    if shown is not None:
        return ["" if value is None else shown(value) for value in values.to_list()]
    texts = values.fill_null("").to_list()
    return [text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + CUT for text in texts]
