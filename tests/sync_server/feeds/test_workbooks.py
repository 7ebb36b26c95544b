"""Feeds as XLSX: what a person saw in the sheet is what lands, and a workbook made to do harm is refused in time."""

import io
import random
import time
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from sync_server.features.feeds.shown_numbers import is_date_format, shown_date, shown_number
from tests.sync_server.feeds.house import House

MARCH = datetime(2026, 3, 1)  # noqa: DTZ001 - a cell has no zone
HEADINGS = ["item_no", "pattern_name", "price_trade", "price_visible", "discontinued_on"]


def book(
    *rows: list[Any], formats: dict[tuple[int, int], str] | None = None, sheets: tuple[str, ...] = ("Sheet1",)
) -> bytes:
    """A workbook whose first row is `HEADINGS`; `formats` gives (row, column), from 0, a number format."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for title in sheets:
        sheet = workbook.add_worksheet(title)
        for place, row in enumerate([HEADINGS, *rows]):
            for column, value in enumerate(row):
                number_format = (formats or {}).get((place, column))
                style = workbook.add_format({"num_format": number_format}) if number_format else None
                sheet.write(place, column, value, style)
    workbook.close()
    return file.getvalue()


def with_part(content: bytes, name: str, change: Any) -> bytes:
    """The archive with one member written anew; `change` gets its text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            data = old.read(member)
            new.writestr(member, change(data.decode()).encode() if member == name else data)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_sheet_lands_as_it_is_shown(house: House) -> None:
    run = house.post(
        book(
            ["0123", "Béraudin", 48.5, "Y", date(2026, 11, 21)],
            [124, "Ashdown", 0.1 + 0.2, True, ""],
            [1354.1, "Glenarm", "50", "N", MARCH],
            formats={(2, 0): "00000", (3, 0): "0.00", (3, 4): "d-mmm-yy"},
        )
    )
    assert (run.status, run.rows_new) == ("landed", 3), run.sentence
    assert house.items() == ["00124", "0123", "1354.10"]
    assert (house.row("0123")["price_trade"], house.row("0123")["discontinued_on"]) == (485_000, "2026-11-21")
    assert (house.row("00124")["price_trade"], house.row("00124")["price_visible"]) == (3_000, "Y")
    assert house.row("1354.10")["discontinued_on"] == "2026-03-01"


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        ("123", "General", "123"),
        ("123", "00000", "00123"),
        ("1354.1", "0.00", "1354.10"),
        ("12.5", "0", "12.5"),
        ("1234567.5", "#,##0.00", "1234567.50"),
        ("0", "#,##0.00;(#,##0.00)", "0.00"),
        ("12345", "000\\-00", "123-45"),
        ("345", '000"-"00', "003-45"),
        ("1234567", "000-00", "12345-67"),
        ("-7", "0.0", "-7.0"),
        ("0.30000000000000004", "General", "0.3"),
        ("637702000000123", "General", "637702000000123"),
        ("6377020000000123", "General", "6.37702000000012E+15"),
        ("6.37702E+15", "0", "6.37702E+15"),
        ("0.00001", "General", "0.00001"),
        ("0.155", "0%", "0.155"),
    ],
)
def test_numbers_keep_the_zeros_of_their_format_and_are_never_rounded(
    value: str, number_format: str, shown: str
) -> None:
    assert shown_number(value, number_format) == shown


@pytest.mark.parametrize(
    ("serial", "from_1904", "shown"),
    [
        ("46347", False, "2026-11-21"),
        ("44885", True, "2026-11-21"),
        ("1", False, "1900-01-01"),
        ("61", False, "1900-03-01"),
        ("46347.25", False, "2026-11-21T06:00:00"),
    ],
)
def test_days_are_read_by_the_calendar_of_the_workbook(serial: str, from_1904: bool, shown: str) -> None:
    assert shown_date(serial, counts_from_1904=from_1904) == shown


@pytest.mark.parametrize(
    ("number_format", "is_date"),
    [("yyyy-mm-dd", True), ("[$-409]d-mmm-yy", True), ("0.00", False), ('0 "yards"', False), ("[Red]0", False)],
)
def test_a_word_in_a_format_makes_no_date(number_format: str, is_date: bool) -> None:
    assert is_date_format(number_format) is is_date


def test_a_wrong_cell_is_named_by_the_row_of_the_sheet(house: House) -> None:
    content = book([], ["0123", "Ashdown", "free"], [], ["0124", "Ashdown", 48.5])
    run = house.post(content)
    assert [(error.row, error.column, error.value) for error in run.errors] == [(3, "price_trade", "free")]
    assert house.post(content, accept_good_rows=True, batch_id="again").rows_new == 1


def test_a_long_number_that_lost_its_digits_is_told_to_be_a_spreadsheets_work(house: House) -> None:
    run = house.post(book([6377020000000123, "Ashdown"]))
    (error,) = run.errors
    assert (error.row, error.column) == (2, "item_no")
    assert "re-saved by a spreadsheet" in error.expected


def test_of_several_sheets_the_one_named_like_the_dataset_is_taken(house: House) -> None:
    assert house.post(book(["1", "A"], sheets=("Notes", "Products"))).status == "landed"
    run = house.post(book(["1", "B"], sheets=("Spring", "Autumn")))
    assert (run.status, run.code) == ("refused", "several_sheets")
    assert "“Spring”, “Autumn”" in run.sentence


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (lambda xml: xml.replace("<v>48.5</v>", "<f>1+1</f>"), "formula_without_value", "Cell C2"),
        (lambda xml: xml.replace('<c r="C2"><v>48.5</v>', '<c r="C2" t="e"><v>#REF!</v>'), "cell_error", "C2 shows"),
        (lambda xml: xml.replace("48.5", "4 8"), "workbook_damaged", "Cell C2 holds “4 8”"),
        (lambda xml: xml.replace('t="s"><v>0<', 't="s"><v>999<'), "workbook_damaged", "Cell A1 names a text"),
        (lambda xml: xml.replace('r="C2"', 'r="XFD2"'), "too_many_columns", "XFD2"),
        (lambda xml: xml.replace('<row r="2"', '<row r="1048576"'), "too_many_rows", "below row"),
        (lambda xml: xml.replace('<row r="2"', '<row r="1"'), "workbook_damaged", "out of order"),
        (lambda xml: xml[: len(xml) // 2], "workbook_damaged", SHEET),
        (
            lambda xml: xml.replace("?>", '?><!DOCTYPE w [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>', 1),
            "workbook_hostile",
            "document type",
        ),
    ],
)
def test_a_sheet_that_cannot_be_trusted_is_refused_with_the_place(
    house: House, change: Any, code: str, words: str
) -> None:
    content = book(["0123", "Ashdown", 48.5])
    house.post(content)
    before = house.state()
    run = house.post(with_part(content, SHEET, change))
    assert (run.status, run.code) == ("refused", code), run.sentence
    assert words in run.sentence
    assert "Nothing was changed" in run.sentence
    assert house.state() == before


def archive(*members: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members:
            target.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (archive(("../evil.xml", b"")), "workbook_hostile"),
        (archive(*((f"part{number}", b"") for number in range(2_001))), "workbook_hostile"),
        (archive(("xl/workbook.xml", b" " * (30 << 20))), "workbook_hostile"),
        (archive(("readme.txt", b"hello")), "not_csv"),
        (archive(("xl/workbook.xml", b"<workbook/>")), "workbook_damaged"),
        (book()[:-40], "workbook_damaged"),
    ],
)
def test_an_archive_made_to_do_harm_is_refused(house: House, content: bytes, code: str) -> None:
    began = time.monotonic()
    run = house.post(content)
    assert (run.status, run.code) == ("refused", code), run.sentence
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("texts", "code", "words"),
    [
        ("<si><t>{0}</t></si>" * 1_600_000, "workbook_too_large", "more than 1,500,000 texts"),
        ("<si>" + "<t>ab&amp;</t>" * 400_000 + "</si>", "cell_too_long", "Text 1 has more than 32,767 characters"),
    ],
)
def test_texts_made_to_fill_the_memory_end_only_their_own_process(
    house: House, texts: str, code: str, words: str
) -> None:
    run = house.post(with_part(book(["1", "A"]), "xl/sharedStrings.xml", lambda _xml: noisy(f"<sst>{texts}</sst>")))
    assert (run.status, run.code) == ("refused", code), run.sentence
    assert words in run.sentence
    assert house.post(book(["1", "A"])).status == "landed"


def noisy(xml: str) -> str:
    """Followed by a comment that packs badly, so that the archive is not refused for packing too well."""
    noise = random.Random(7)
    return xml + "<!--" + "".join(f"{noise.getrandbits(32):08x}" for _ in range(60_000)) + "-->"


def test_the_same_rows_as_a_workbook_and_as_csv_are_no_change(house: House) -> None:
    house.post(book(["0123", "Ashdown", 48.5, "Y", date(2026, 11, 21)]))
    run = house.post(f"{','.join(HEADINGS)}\n0123,Ashdown,48.50,Y,2026-11-21\n")
    assert (run.rows_new, run.rows_changed, run.rows_unchanged) == (0, 0, 1)
