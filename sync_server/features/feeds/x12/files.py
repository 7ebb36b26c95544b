"""From an X12 file to the CSV text that every file becomes, so that all rules after it are the same code."""

import csv
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.reading import MOST_ROWS
from sync_server.features.feeds.x12.freight import Freight
from sync_server.features.feeds.x12.inventory import Inventory
from sync_server.features.feeds.x12.mapping import Row, SetMapping
from sync_server.features.feeds.x12.products import Products
from sync_server.features.feeds.x12.sales_orders import SalesOrders
from sync_server.foundation.x12.envelope import read_sets
from sync_server.foundation.x12.notes import Notes
from sync_server.foundation.x12.reading import SegmentReader

MAPPINGS: dict[str, type[SetMapping]] = {
    "products": Products,
    "inventory": Inventory,
    "sales_orders": SalesOrders,
    "freight": Freight,
}
"""Datasets that X12 has transaction sets for."""


class X12Rows(NamedTuple):
    """The rows of an X12 file as CSV."""

    path: Path
    columns: frozenset[str]
    """Those that any row gives."""
    segments: Sequence[int]
    """For each row the number of the segment that opened it, which is its number in all that is said of it."""
    notes: tuple[str, ...]
    """What the file holds and no column takes."""
    unsaid: Mapping[str, Sequence[int]]
    """By column, the rows that do not give it though others do; in a delta it stays as it is there."""


def csv_of_x12(source: Path, folder: Path, dataset: str, meaning_of: Callable[[str], str | None]) -> X12Rows:
    """The UTF-8 file as CSV in `folder`.

    Raises `DomainError`: `x12_no_set` for a dataset that no set is read for, what the foundation's X12 raises,
    `x12_code` for a code or day that is none, `too_many_rows`.
    """
    if dataset not in MAPPINGS:
        known = ", ".join(f"{name} ({' or '.join(one.sets)})" for name, one in MAPPINGS.items())
        raise DomainError(
            "x12_no_set",
            f"{dataset} is not read from X12. Nothing was changed; post CSV, XLSX or JSON Lines. X12 is read "
            f"for {known}.",
        )
    notes = Notes()
    mapping = MAPPINGS[dataset](notes, meaning_of)
    copy = folder / "as-csv"
    segments = array("i")
    alike: dict[frozenset[str], array[int]] = {}
    """The rows by the columns that they give."""
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        file.write("sep=,\n")
        writer.writerow(mapping.columns)
        for row in _rows(source, mapping, dataset):
            segments.append(row.segment)
            alike.setdefault(frozenset(row.cells), array("i")).append(row.segment)
            if len(segments) > MOST_ROWS:
                raise DomainError(
                    "too_many_rows",
                    f"The file has more than {MOST_ROWS:,} rows. Nothing was changed; post it in parts, as deltas.",
                    most_rows=MOST_ROWS,
                )
            writer.writerow([row.cells.get(column, "") for column in mapping.columns])
    given = frozenset[str]().union(*alike)
    return X12Rows(copy, given, segments, notes.told(), _unsaid(alike, given))


def _unsaid(alike: Mapping[frozenset[str], Sequence[int]], given: frozenset[str]) -> dict[str, Sequence[int]]:
    unsaid: dict[str, array[int]] = {}
    for shape, rows in alike.items():
        for column in given - shape:
            unsaid.setdefault(column, array("i")).extend(rows)
    return {**unsaid}


def _rows(source: Path, mapping: SetMapping, dataset: str) -> Iterator[Row]:
    with source.open(encoding="utf-8", newline="") as text:
        reader = SegmentReader(text)
        wanted = " or ".join(mapping.sets)
        sets = read_sets(
            reader.segments(), frozenset(mapping.sets), mapping.notes.add, belongs=f"{dataset} are read from {wanted}"
        )
        for segment in sets:
            if segment.id == "ST":
                mapping.component = reader.separators.component
            mapping.take(segment)
            if mapping.rows:
                yield from mapping.rows
                mapping.rows.clear()
