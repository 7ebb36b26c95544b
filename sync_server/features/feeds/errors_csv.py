"""The row errors of a run as a CSV file that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable

from sync_server.features.feeds.row_errors import RowError
from sync_server.foundation.spreadsheets import harmless

COLUMNS = ("row", "column", "value", "expected", "example")


def errors_csv(errors: Iterable[RowError]) -> str:
    """UTF-8 text with a byte order mark, so that every spreadsheet knows its letters."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for error in errors:
        writer.writerow([error.row, *(harmless(getattr(error, name)) for name in COLUMNS[1:])])
    return text.getvalue()
