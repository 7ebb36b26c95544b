"""What a CSV file may look like, and what is said of one that cannot be read."""

from pathlib import Path

import pytest

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.reading import PIECE_BYTES, read_header, read_pieces
from tests.sync_server.feeds.house import HEADER, House, products

ROW = "0123,Ashdown,Flax,48.50,Y,USD,ACTIVE\n"


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_end_reads_the_same(house: House, separator: str, line_end: str) -> None:
    run = house.post((HEADER + ROW).replace(",", separator).replace("\n", line_end))
    assert (run.status, run.unknown_columns) == ("landed", [])
    row = house.row("0123")
    assert (row["color_name"], row["price_trade"], row["status"]) == ("Flax", 485_000, "ACTIVE")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1"])
def test_accents_survive_every_encoding(house: House, encoding: str) -> None:
    run = house.post(
        (HEADER + ROW.replace("Ashdown", "Maison Béraudin à l’été" if encoding[0] != "i" else "Béraudin")).encode(
            encoding
        )
    )
    assert run.status == "landed"
    assert house.row("0123")["pattern_name"].startswith(("Maison Béraudin", "Béraudin"))


def test_a_character_that_only_iso_8859_1_has_is_read_as_such(house: House) -> None:
    house.post((HEADER + ROW).encode().replace(b"Ashdown", b"B\xe9raudin\x81A".replace(b"\x81A", b"")))
    assert house.row("0123")["pattern_name"] == "Béraudin"


def test_a_file_that_is_utf8_only_in_part_is_refused_with_the_line(house: House) -> None:
    run = house.post(
        HEADER.encode() + ROW.replace("Ashdown", "Béraudin").encode() + ROW.encode("utf-8").replace(b"Flax", b"Fl\xe9x")
    )
    assert (run.status, run.code) == ("refused", "encoding")
    assert "line 3" in run.sentence


@pytest.mark.parametrize(
    "item", ["0123", "1354.10.0", "00", "007.50", "=HYPERLINK(1)", "@SUM", "+44 20", "-1", "1E5", "12E3"]
)
def test_codes_are_text_and_keep_every_character(house: House, item: str) -> None:
    house.post(HEADER + ROW.replace("0123", item))
    assert house.items() == [item]


def test_a_code_led_by_a_tab_is_kept_as_it_is(house: House) -> None:
    house.post(HEADER + ROW.replace("0123", '"\t0123"'))
    assert house.items() == ["\t0123"]


@pytest.mark.parametrize("code", ["6.37702E+15", "6.37702e+15", "1E+05", "1.2E12"])
def test_scientific_notation_is_told_to_be_a_spreadsheets_work(house: House, code: str) -> None:
    run = house.post(HEADER + ROW + ROW.replace("0123", code))
    assert (run.status, run.code) == ("refused", "row_errors")
    (error,) = run.errors
    assert (error.row, error.column, error.value) == (3, "item_no", code)
    assert "re-saved by a spreadsheet" in error.expected
    assert house.items() == []


def test_quoted_cells_may_hold_separators_quote_marks_and_line_ends(house: House) -> None:
    run = house.post('item_no,content,pattern_name\n1,"54"" wide, railroaded\nyes",A\n2,x,B\n3,,"1,5"\nbad\n')
    assert [(error.row, error.value) for error in run.errors] == [(5, "1 cells")]
    assert house.post('item_no,content,pattern_name\n1,"54"" wide, railroaded\nyes",A\n2,x,B\n').status == "landed"
    assert house.row("1")["content"] == '54" wide, railroaded\nyes'


def test_blank_lines_are_passed_over_and_counted(house: House) -> None:
    run = house.post("\n" + HEADER + "\n" + ROW + ",,,,,,\n" + ROW.replace("48.50", "x").replace("0123", "0124"))
    assert run.rows_read == 2
    assert [error.row for error in run.errors] == [6]


def test_excels_own_separator_line_is_understood(house: House) -> None:
    assert house.post("sep=;\n" + (HEADER + ROW).replace(",", ";")).status == "landed"


def test_an_unclosed_quote_mark_is_refused_with_its_row(house: House) -> None:
    run = house.post(HEADER + ROW + '0124,"Ashdown,Flax,48.50,Y,USD,ACTIVE\n' + ROW.replace("0123", "0125"))
    assert (run.status, run.code) == ("refused", "unclosed_quote")
    assert "Row 3" in run.sentence


def test_a_quote_mark_inside_a_bare_cell_is_refused_with_its_row(house: House) -> None:
    run = house.post(HEADER + ROW + '0124,54" wide,Flax,48.50,Y,USD,ACTIVE\n0125,60" wide,Flax,48.50,Y,USD,ACTIVE\n')
    assert (run.status, run.code) == ("refused", "quote_mark")
    assert "Row 3" in run.sentence


@pytest.mark.parametrize(("row", "cells"), [("0124,Ashdown", "2 cells"), ("0124,A,F,1,Y,USD,NEW,more,more", "9 cells")])
def test_rows_of_another_width_are_row_errors(house: House, row: str, cells: str) -> None:
    run = house.post(HEADER + ROW + row + "\n")
    assert [(error.row, error.value) for error in run.errors] == [(3, cells)]
    assert "7 cells" in run.errors[0].expected


def test_a_separator_at_the_end_of_a_row_is_harmless(house: House) -> None:
    assert house.post(HEADER + ROW.replace("\n", ",\n")).status == "landed"


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "empty_file", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty_file", "empty"),
        (HEADER.encode(), "no_rows", "no rows"),
        (b"PK\x03\x04rest", "workbook_damaged", "damaged or cut"),
        (b"\xd0\xcf\x11\xe0rest", "not_csv", "old or a locked Excel"),
        (b"%PDF-1.7 rest", "not_csv", "PDF"),
        (b"ISA*00*          *", "x12_envelope", "Segment 1 (ISA) is short"),
        (b'[{"item_no": "1"}]', "not_csv", "JSON array"),
        (b"<html><body>502 Bad Gateway</body></html>", "not_csv", "web page"),
        (b"item_no,unit\n01\x0023,YD\n", "nul_in_file", "Line 2"),
        (HEADER.encode("utf-16")[:-1], "encoding", "UTF-16"),
        (b"pattern,price\nA,1\n", "key_column_missing", "“pattern”, “price”"),
        (b"item_no,Item #\n1,2\n", "column_twice", "Item #"),
        (b"a," * 5_000_000 + b"item_no\n", "header_unreadable", "longer than"),
        (b"item_no," + b"a," * 300 + b"\n1\n", "too_many_columns", "200 columns"),
        (b'item_no,"content\n1,2\n', "header_unreadable", "quote mark"),
        (b"item_no,content\n1," + b"x" * 40_000 + b"\n", "cell_too_long", "Row 2, column content"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_sentence(house: House, content: bytes, code: str, words: str) -> None:
    house.post(products(5))
    before = house.state()
    run = house.post(content)
    assert (run.status, run.code) == ("refused", code)
    assert words in run.sentence
    assert "Nothing was changed" in run.sentence
    assert house.state() == before


def test_a_file_of_another_dataset_is_recognised(house: House) -> None:
    run = house.post("Item #,Warehouse,Lot #,Qty On Hand,Qty Available\n0123,HPT,L1,4,4\n")
    assert (run.code, run.facts["looks_like"]) == ("other_dataset", "inventory")
    assert "This looks like an inventory file, not a products file" in run.sentence
    run = house.post(products(3), "inventory")
    assert "This looks like a products file, not an inventory file" in run.sentence
    run = house.post("order_no,line_no,item_no,qty_ordered\n1,1,0123,4\n")
    assert "sales orders" in run.sentence


def test_a_file_over_the_limit_is_refused(house: House) -> None:
    house.desk.most_bytes = 1000
    assert house.post(products(100)).code == "file_too_large"


@pytest.mark.parametrize(
    "heading", ["Item #", "item_no", "ItemNo", "ITEM NUMBER", "Item  No.", "item-number", "ITEMNO", "SKU", " Item Nbr "]
)
def test_headings_are_understood_however_they_are_spelt(house: House, heading: str) -> None:
    assert house.post(f"Color Name,Pattern Name,{heading}\nFlax,Ashdown,0123\n").status == "landed"
    assert (house.row("0123")["pattern_name"], house.row("0123")["color_name"]) == ("Ashdown", "Flax")


def test_a_saved_mapping_goes_before_everything(house: House) -> None:
    house.declare(mapping={"Referenz": "item_no", "Item #": ""})
    run = house.post("REFERENZ,Item #,Colour\n0123,99,Flax\n")
    assert (run.status, run.unknown_columns) == ("landed", [])
    assert house.items() == ["0123"]


def test_rows_are_numbered_right_across_pieces_of_a_large_file(house: House) -> None:
    wide = "x" * 150
    count = 2 * PIECE_BYTES // 200
    rows = [f'{number:07d},"{wide}\n,{number}"\n' for number in range(count)]
    rows[count - 3] = f"{count:07d},{wide},too much\n"
    run = house.post("item_no,content\n" + "".join(rows), dry_run=True)
    assert run.rows_read == count
    assert [error.row for error in run.errors] == [count - 1]


@pytest.mark.parametrize(
    "start",
    [b"1,", b'1,"', b"1," + b'"' * 4_000_000, b'1,"' + b"a\n" * 2_000_000, b"1" + b"," * 4_000_000],
    ids=["cell", "quoted cell", "quote marks", "lines in a quoted cell", "cells"],
)
def test_a_row_without_an_end_is_refused_before_all_of_it_is_in_memory(tmp_path: Path, start: bytes) -> None:
    file = tmp_path / "posted.csv"
    with file.open("wb") as written:
        written.write(b"item_no,content\n0,fits\n" + start)
        for _ in range(30):
            written.write(b"x" * (1 << 20))
    text = read_header(file, ends_lines_with_cr=False, score=len)
    read: list[int] = []
    with pytest.raises(DomainError) as caught:
        read.extend(piece.cells.height for piece in read_pieces(text, {0: "item_no", 1: "content"}))
    assert (caught.value.code, read) == ("row_too_long", [1])
    assert "Row 3 is longer than 4 MiB. Nothing was changed" in caught.value.sentence
