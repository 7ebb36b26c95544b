"""The lines of the orders list as a file for other programs: CSV or XLSX, in which no text is ever a formula."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desktop.features.sample_orders.columns import line_texts
from desktop.features.sample_orders.rows import OrderLineRow
from desktop.widgets.table_export import write_csv, write_xlsx


def write_lines(file: Path, rows: Sequence[OrderLineRow]) -> None:
    """Write all that is known of the lines; the name's ending says the format. Raises OSError.

    The file is written whole or not at all.
    """
    table = [line_texts(row) for row in rows]
    headings = list(table[0]) if table else []
    if file.suffix.lower() == ".xlsx":
        write_xlsx(file, "Sample requests", headings, [list(line.values()) for line in table])
    else:
        write_csv(file, headings, [[str(value) for value in line.values()] for line in table])
