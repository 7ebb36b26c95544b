"""A whole list as a file for other programs, read in pieces beside the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.features.follow_up.sources import ListSource
from desktop.sync.desk import Desk
from desktop.widgets.columns import Column
from desktop.widgets.table_export import write_csv, write_xlsx

_AT_ONCE = 500
MOST_XLSX_ROWS = 1_048_575
"""What a sheet has room for below its headings."""


def write_list(
    file: Path, title: str, source: ListSource, desk: Desk, places: Sequence[int], columns: Sequence[Column[Any]]
) -> int:
    """Write the rows at these places, the given columns in their order; the name's ending says the format.

    Returns the number of rows. Raises OSError; the file is written whole or not at all.
    """
    headings = [column.heading for column in columns]
    rows: list[list[str]] = []
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        found = source.rows_at(desk, some)
        rows += [[column.text(found[place]) for column in columns] for place in some if place in found]
    if file.suffix.lower() == ".xlsx":
        if len(rows) > MOST_XLSX_ROWS:
            raise OSError(f"a workbook has room for {MOST_XLSX_ROWS:,} rows and there are {len(rows):,}; take CSV")
        write_xlsx(file, title, headings, rows)
    else:
        write_csv(file, headings, rows)
    return len(rows)
