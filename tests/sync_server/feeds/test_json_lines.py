"""Feeds as JSON Lines: the same rows as CSV, digits kept as written, and the line named when one cannot be read."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_server.foundation.database import open_database
from tests.sync_server.feeds.house import House


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_an_object_a_line_lands_as_the_same_row_of_csv_would(house: House) -> None:
    run = house.post(
        lines(
            {"Item #": "0123", "pattern": "Béraudin", "price": "48.50", "usage": ["DRAPERY", "OUTDOOR"]},
            {"Item #": "0124", "railroaded": True, "content": 'says "54"|wide', "repeat v": None},
        )
    )
    assert (run.status, run.rows_new, run.unknown_columns) == ("landed", 2, [])
    first, second = house.row("0123"), house.row("0124")
    assert (first["pattern_name"], first["price_trade"], first["usage"]) == ("Béraudin", 485_000, "DRAPERY|OUTDOOR")
    assert (second["railroaded"], second["content"], second["pattern_name"]) == ("Y", 'says "54"|wide', "")


@pytest.mark.parametrize("written", ["1354.10", "0.50", "12345678901234567890", "1E5", "7"])
def test_a_number_keeps_the_digits_that_were_written(house: House, written: str) -> None:
    house.post(f'{{"item_no": {written}, "status": "ACTIVE"}}\n')
    assert house.items() == [written]


def test_a_code_in_scientific_notation_is_a_row_error_at_its_line(house: House) -> None:
    run = house.post('{"item_no": "0001"}\n\n{"item_no": 6.37702E+15}\n')
    assert (run.status, run.code) == ("refused", "row_errors")
    (error,) = run.errors
    assert (error.row, error.column, error.value) == (3, "item_no", "6.37702E+15")


def test_a_delta_leaves_what_no_line_names_as_it_is(house: House) -> None:
    house.post(lines({"item_no": "1", "color_name": "Flax", "price": "48.50"}))
    assert house.post(lines({"item_no": "1", "price": "50"}), mode="delta").rows_changed == 1
    assert (house.row("1")["color_name"], house.row("1")["price_trade"]) == ("Flax", 500_000)


def test_a_delta_whose_lines_have_different_members_is_refused_rather_than_blanked(house: House) -> None:
    house.post(lines({"item_no": "1", "price": "48.50"}, {"item_no": "2", "price": "48.50"}))
    run = house.post(lines({"item_no": "1", "price": "50"}, {"item_no": "2"}), mode="delta")
    assert (run.status, run.code) == ("refused", "members_differ")
    assert "Line 1 has “price” and line 2 has not. Nothing was changed" in run.sentence
    assert house.row("2")["price_trade"] == 485_000


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ('{"item_no": "2", "item_no": "3"}', "Line 2 has “item_no” twice"),
        ('{"item_no": "2", "price": NaN}', "Line 2 holds NaN, which is no number"),
        ('{"item_no": "2", "price": -Infinity}', "Line 2 holds -Infinity"),
        ('["2"]', "Line 2 is no object"),
        ('{"item_no": "2"', "Line 2 is no JSON"),
        ('{"item_no": "2"} {"item_no": "3"}', "Line 2 is no JSON: extra data at character 18"),
        ('{"item_no": {"no": "2"}}', "Line 2 has an object"),
        ('{"item_no": "2", "usage": ["DRAPERY|OUTDOOR"]}', "texts without |, as “usage”"),
        ('{"item_no": "\\ud83d"}', "Line 2 has half a character in “item_no”"),
        ('{"item_no": "2", "content": "a\\u0000b"}', "Line 2 holds a NUL character"),
        ('{"item_no": "2", "a\\u0000b": "c"}', "Line 2 holds a NUL character"),
        ('{"x": ' * 2_000 + "1" + "}" * 2_000, "Line 2"),
        ('{"item_no": "' + "9" * (5 << 20) + '"}', "Line 2 is longer than 4 MiB"),
        ("{" + ", ".join(f'"c{number}": 1' for number in range(300)) + "}", "more than 200 members"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_changes(house: House, second: str, words: str) -> None:
    house.post(lines({"item_no": "1"}))
    before = house.state()
    run = house.post('{"item_no": "1"}\n' + second + "\n")
    assert run.status == "refused"
    assert words in run.sentence
    assert "Nothing was changed" in run.sentence
    assert house.state() == before


def test_a_control_character_behind_an_escape_is_a_row_error(house: House) -> None:
    run = house.post('{"item_no": "1", "pattern_name": "a\\u0001b"}\n')
    assert [(error.row, error.column) for error in run.errors] == [(1, "pattern_name")]


def test_an_unknown_member_is_reported(house: House) -> None:
    assert house.post(lines({"item_no": "1", "margin": "9"})).unknown_columns == ["margin"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_house(
    request: pytest.FixtureRequest,
    new_database: Callable[[str], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    with new_database(request.param) as url:
        database = open_database(url)
        yield House(database, tmp_path_factory.mktemp("json-lines"))
        database.close()


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
_NAMES = st.sampled_from(["item_no", "Item #", "price", "status", "content", "x"]) | st.text(max_size=6)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.dictionaries(_NAMES, _JSON, max_size=4), min_size=1, max_size=5), tail=st.binary(max_size=8))
def test_any_objects_land_or_are_refused_with_a_sentence(
    one_house: House, rows: list[dict[str, Any]], tail: bytes
) -> None:
    before = one_house.state()
    content = "".join(json.dumps(row) + "\n" for row in rows).encode() + tail
    run = one_house.post(content, dry_run=True)
    assert one_house.state() == before
    if run.status == "refused":
        assert "Nothing was changed" in run.sentence
    else:
        assert run.status in ("landed", "held")
        assert run.rows_new + run.rows_changed + run.rows_unchanged == run.rows_read


def test_members_that_come_late_or_in_another_order_are_columns_too(house: House) -> None:
    lines = [
        "",
        '{"item_no": "1", "unit": "YD"}',
        '{"unit": "EA", "item_no": "2"}',
        '{"item_no": "3", "content": "linen", "usage": ["DRAPERY", "TRIM"]}',
    ]
    assert house.post("\n".join(lines) + "\n").status == "landed"
    assert [(row["item_no"], row["unit"], row["content"], row["usage"]) for row in house.live()] == [
        ("1", "YD", "", ""), ("2", "EA", "", ""), ("3", "", "linen", "DRAPERY|TRIM"),
    ]  # fmt: skip
    wrong = house.post("\n".join([*lines, '{"item_no": "4", "unit": "furlong"}']) + "\n")
    assert [error.row for error in wrong.errors] == [5]
