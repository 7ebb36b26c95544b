"""The lines of the orders list as a file for other programs: CSV or XLSX, in which no text is ever a formula."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from desktop.features.sample_orders.columns import line_texts
from desktop.features.sample_orders.rows import OrderLineRow
from desktop.widgets.table_export import write_csv


def write_lines(file: Path, rows: Sequence[OrderLineRow]) -> None:
    """Write all that is known of the lines; the name's ending says the format. Raises OSError.

    The file is written whole or not at all.
    """
    table = [line_texts(row) for row in rows]
    headings = list(table[0]) if table else []
    if file.suffix.lower() == ".xlsx":
        _write_xlsx(file, headings, [list(line.values()) for line in table])
    else:
        write_csv(file, headings, [[str(value) for value in line.values()] for line in table])


def _write_xlsx(file: Path, headings: Sequence[str], lines: Sequence[Sequence[str | int]]) -> None:
    # Loads only when somebody exports.
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    beside = file.with_name(file.name + ".part")
    # In memory, because the library's own temporary files would hold the rows in the clear.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = Workbook(str(beside), options)
    sheet = book.add_worksheet("Sample requests")
    bold = book.add_format({"bold": True})
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
        sheet.set_column(column, column, min(max(len(heading), *(len(str(line[column])) for line in lines), 8) + 2, 48))
    for row, line in enumerate(lines, start=1):
        for column, value in enumerate(line):
            if isinstance(value, int):
                sheet.write_number(row, column, value)
            else:
                sheet.write_string(row, column, value)
    sheet.freeze_panes(1, 0)
    try:
        book.close()
        os.replace(beside, file)
    except XlsxWriterException as error:
        raise OSError(f"the workbook was not written: {error}") from error
    finally:
        beside.unlink(missing_ok=True)
