"""The difference of a run as a CSV file, a line a cell, that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable, Iterator

from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.row_changes import RowChange
from sync_server.foundation.spreadsheets import harmless

_ROWS_AT_ONCE = 500


def difference_csv(dataset: str, changes: Iterable[RowChange]) -> Iterator[str]:
    """UTF-8 text in parts, the first with a byte order mark; amounts stay numbers, whatever their sign."""
    about = DATASETS[dataset]
    numbers = set(about.numbers(about.column_names))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(["change", "row", *about.key, "known_by", "column", "before", "after"])
    for place, change in enumerate(changes, start=1):
        head = [change.kind, change.row or "", *map(harmless, change.key), harmless(change.about)]
        for cell in change.cells:
            plain = cell.column in numbers
            values = (cell.before, cell.after) if plain else (harmless(cell.before), harmless(cell.after))
            writer.writerow([*head, cell.column, *values])
        if not change.cells:
            writer.writerow([*head, "", "", ""])
        if place % _ROWS_AT_ONCE == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()
