"""How cells are read, kind by kind, and what a wrong one is told."""

from typing import Any

import pytest

from tests.sync_server.feeds.house import House


def _one(house: House, column: str, value: str, dataset: str = "products") -> Any:
    run = house.post(f'item_no,{column}\n0123,"{value}"\n', dataset)
    assert run.status == "landed", run.sentence
    return house.row("0123", dataset)[column]


@pytest.mark.parametrize(
    ("column", "text", "stored"),
    [
        ("width_in", "54", 54_000),
        ("width_in", "54.125", 54_125),
        ("width_in", "0054.1250000", 54_125),
        ("price_trade", "48.50", 485_000),
        ("price_trade", "0.0001", 1),
        ("price_trade", "99999999.9999", 999_999_999_999),
        ("min_qty", ".5", 500),
        ("min_qty", "5.", 5_000),
        ("min_qty", "999999999.999", 999_999_999_999),
        ("min_qty", "", None),
        ("lead_time_days", "007", 7),
        ("abrasion_double_rubs", "65000.0", 65_000),
        ("pattern_name", ".", ""),
        ("color_name", "NONE", ""),
        ("color_name", " Flax ", "Flax"),
        ("category", "wallcovering", "WALLCOVERING"),
        ("usage", "Drapery; Upholstery", "DRAPERY|UPHOLSTERY"),
        ("usage", "DRAPERY,UPHOLSTERY,DRAPERY", "DRAPERY|UPHOLSTERY"),
        ("sample_types", "ring set|memo", "RING_SET|MEMO"),
        ("fire_codes", "NFPA 260|CAL TB 117-2013", "NFPA 260|CAL TB 117-2013"),
        ("railroaded", "yes", "Y"),
        ("price_visible", "False", "N"),
        ("currency", "usd", "USD"),
        ("discontinued_on", "2024-02-29", "2024-02-29"),
        ("updated_at", "2026-11-21T06:00:00Z", "2026-11-21T06:00:00Z"),
        ("updated_at", "2026-11-21T06:00:00+02:00", "2026-11-21T04:00:00Z"),
        ("updated_at", "2026-11-21 06:00", "2026-11-21T06:00:00Z"),
        ("upc", "0439300000012", "0439300000012"),
    ],
)
def test_a_cell_is_stored_exactly(house: House, column: str, text: str, stored: object) -> None:
    assert _one(house, column, text) == stored


def test_an_oversold_item_may_have_less_than_nothing(house: House) -> None:
    assert _one(house, "qty_available", "-12.5", "inventory") == -12_500


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("width_in", "54 in", "inches"),
        ("width_in", "54.1234", "3 after the dot"),
        ("width_in", "12345", "at most 4 digits"),
        ("price_trade", "1,250.00", "no thousands separators"),
        ("price_trade", "$48", "an amount"),
        ("price_trade", "-1", "not negative"),
        ("price_trade", "48,50", "an amount"),
        ("min_qty", "1e3", "a quantity"),
        ("min_qty", "NaN", "a quantity"),
        ("lead_time_days", "7.5", "a whole number"),
        ("category", "CARPET", "FABRIC, WALLCOVERING"),
        ("usage", "DRAPERY|CURTAIN", "UPHOLSTERY, DRAPERY"),
        ("railroaded", "maybe", "Y or N"),
        ("currency", "Dollars", "three letters"),
        ("discontinued_on", "2026-02-30", "YYYY-MM-DD"),
        ("discontinued_on", "02/13/2026", "YYYY-MM-DD"),
        ("discontinued_on", "20260213", "YYYY-MM-DD"),
        ("updated_at", "yesterday", "an instant"),
        ("item_no", "x" * 41, "at most 40 characters, this has 41"),
        ("content", "y" * 201, "at most 200 characters"),
        ("replaced_by", "6.37702E+15", "spreadsheet"),
        ("color_no", "0\x071", "control characters"),
    ],
)
def test_a_wrong_cell_is_named_with_what_was_expected(house: House, column: str, text: str, expected: str) -> None:
    header, row = ("item_no", f'"{text}"') if column == "item_no" else (f"item_no,{column}", f'0124,"{text}"')
    run = house.post(f"{header}\n{'0123' if column == 'item_no' else '0123,'}\n{row}\n")
    assert (run.status, run.code, run.error_count) == ("refused", "row_errors", 1)
    (error,) = run.errors
    assert (error.row, error.column) == (3, column)
    assert text.startswith(error.value.rstrip("…"))
    assert expected in error.expected
    assert error.example
    assert f"row 3, column {column}" in run.sentence
    assert house.items() == []


def test_declared_formats_are_read(house: House) -> None:
    house.declare(day_formats=("YYYYMMDD", "MM/DD/YYYY"), thousands=",")
    assert _one(house, "discontinued_on", "20260213") == "2026-02-13"
    assert _one(house, "discontinued_on", "2/13/2026") == "2026-02-13"
    assert _one(house, "price_trade", "1,250.00") == 12_500_000
    assert house.post('item_no,price_trade\n0123,"12,50.00"\n').code == "row_errors"


def test_a_row_without_an_item_number_is_an_error(house: House) -> None:
    run = house.post("item_no,color_name\n,Flax\n")
    assert [(error.row, error.column) for error in run.errors] == [(2, "item_no")]


def test_doubled_keys_name_both_rows(house: House) -> None:
    run = house.post("item_no,color_name\n0123,Flax\n0124,Dove\n0123,Sage\n")
    (error,) = run.errors
    assert error.row == 4
    assert "rows 2 and 4 are both item_no 0123" in error.expected


def test_rows_of_another_distributor_are_errors(house: House) -> None:
    run = house.post("dist_code,item_no\ncth,0123\nMBR,0124\n,0125\n")
    assert [(error.row, error.column, error.value) for error in run.errors] == [(3, "dist_code", "MBR")]


@pytest.mark.parametrize(
    ("row", "available", "status"),
    [
        ("YD,40,5,3.5", 31_500, "IN_STOCK"),
        ("YD,20,5,", 15_000, "IN_STOCK"),
        ("YD,14.999,,", 14_999, "LOW"),
        ("EA,3,,", 3_000, "IN_STOCK"),
        ("EA,2,,", 2_000, "LOW"),
        ("YD,5,5,", 0, "OUT"),
        ("YD,5,8,", -3_000, "OUT"),
        ("YD,,8,", None, ""),
    ],
)
def test_available_and_status_are_worked_out_when_absent(
    house: House, row: str, available: int | None, status: str
) -> None:
    house.post(f"item_no,unit,qty_on_hand,qty_committed,qty_reserved\n0123,{row}\n", "inventory")
    live = house.row("0123", "inventory")
    assert (live["qty_available"], live["stock_status"]) == (available, status)
