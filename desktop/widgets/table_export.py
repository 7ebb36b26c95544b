"""A table for other programs: CSV and XLSX without live formulas, and tabs for pasting."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

# A cell that begins so is a formula to a spreadsheet; the leading apostrophe makes it text again.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """`text` as it may stand in a CSV file that a person opens; numbers such as -4 or +12.5 stay numbers."""
    if not text.startswith(_FORMULA_STARTS) or _is_number(text):
        return text
    return f"'{text}"


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """All of it as CSV with CRLF, as RFC 4180 has it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def write_csv(file: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes the file whole or not at all; raises OSError. UTF-8 with a mark, for spreadsheets."""
    write_whole(file, csv_text(headings, rows).encode("utf-8-sig"))


def write_whole(file: Path, content: bytes) -> None:
    """Writes the file whole or not at all; raises OSError."""
    beside = file.with_name(file.name + ".part")
    try:
        beside.write_bytes(content)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def write_xlsx(file: Path, sheet_name: str, headings: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
    """Writes a workbook of one sheet, whole or not at all; raises OSError. Texts stay texts, never formulas."""
    # Loads only when somebody exports.
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    beside = file.with_name(file.name + ".part")
    # In memory, because the library's own temporary files would hold the rows in the clear.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = Workbook(str(beside), options)
    sheet = book.add_worksheet(sheet_name)
    bold = book.add_format({"bold": True})
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
        sheet.set_column(column, column, min(max(len(heading), *(len(str(line[column])) for line in rows), 8) + 2, 48))
    for row, line in enumerate(rows, start=1):
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


def pasted_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as lines with tabs, for the clipboard; breaks and tabs inside a cell become blanks."""
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(",", "").replace(".", "", 1).isdigit()
