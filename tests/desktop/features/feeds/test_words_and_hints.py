"""What the feeds page makes of names, sizes and errors that look alike."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from desktop.features.feeds.hints import hint_of
from desktop.features.feeds.words import dataset_of_name, moment_words, size_words
from desktop.sync.feed_messages import DeclaredMapping, FeedRun, RowFault

KNOWN = ("products", "inventory", "mill_orders", "reserves", "sales_orders", "freight", "customers")
DAY = "a day of the calendar as YYYY-MM-DD"
NUMBER = "a quantity: at most 9 digits before and 3 after the dot, not negative, no thousands separators"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "dataset"),
    [
        ("inventory_2026-11-24", "inventory"),
        ("KRA-846-0600", "inventory"),
        ("Sales Orders nightly", "sales_orders"),
        ("shipments", "freight"),
        ("export", "products"),
        ("products and stock", "products"),
        ("reproduction", "products"),
    ],
)
def test_a_name_says_a_dataset_or_leaves_it_open(name: str, dataset: str) -> None:
    assert dataset_of_name(name, KNOWN, "products") == dataset


def test_a_name_never_says_a_dataset_that_the_server_does_not_take() -> None:
    assert dataset_of_name("shipments", ("products", "inventory"), "inventory") == "inventory"


@pytest.mark.parametrize(
    ("size", "words"), [(812, "812 bytes"), (4_200, "4.2 KB"), (18_000, "18 KB"), (18_400_000, "18 MB")]
)
def test_sizes_are_read_at_a_glance(size: int, words: str) -> None:
    assert size_words(size) == words


def test_moments_say_no_more_than_they_must() -> None:
    local = NOON.astimezone()
    assert moment_words(NOON, NOON) == f"{local:%H:%M}"
    assert moment_words(datetime(2025, 3, 2, 12, 0, tzinfo=UTC), NOON).startswith("2 Mar 2025, ")
    assert moment_words(None, NOON) == ""


def run_with(expected: str, *values: str) -> FeedRun:
    errors = [RowFault(row=row, column="x", value=value, expected=expected) for row, value in enumerate(values, 2)]
    return FeedRun(id="1", dataset="products", status="refused", as_of=NOON, posted_at=NOON, errors=errors)


DECLARED = DeclaredMapping(
    dataset="products", known_day_formats=["YYYYMMDD", "MM/DD/YYYY"], known_thousands=["", ",", " ", "'"]
)


def test_days_and_numbers_that_are_all_written_one_way_give_a_hint() -> None:
    day = hint_of(run_with(DAY, "11/21/2026", "1/2/2026"), DECLARED)
    assert day is not None
    assert day.change.day_formats == ["MM/DD/YYYY"]
    number = hint_of(run_with(NUMBER, "1,048.50", "12,000"), DECLARED)
    assert number is not None
    assert number.change.thousands == ","


def test_a_hint_keeps_the_formats_that_were_declared_before() -> None:
    declared = DeclaredMapping(
        dataset="products", day_formats=["YYYYMMDD"], known_day_formats=["YYYYMMDD", "MM/DD/YYYY"]
    )
    hint = hint_of(run_with(DAY, "11/21/2026"), declared)
    assert hint is not None
    assert hint.change.day_formats == ["YYYYMMDD", "MM/DD/YYYY"]


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        (DAY, ("11/21/2026", "soon")),
        (NUMBER, ("1,048.50", "free")),
        ("one of these: YD, EA", ("11/21/2026",)),
        (DAY, ()),
    ],
)
def test_errors_that_have_nothing_in_common_give_none(expected: str, values: tuple[str, ...]) -> None:
    assert hint_of(run_with(expected, *values), DECLARED) is None


def test_what_is_declared_already_is_no_hint() -> None:
    declared = DeclaredMapping(
        dataset="products", day_formats=["MM/DD/YYYY"], thousands=",", known_day_formats=["MM/DD/YYYY"],
        known_thousands=["", ","],
    )  # fmt: skip
    assert hint_of(run_with(DAY, "13/45/2026"), declared) is None
    assert hint_of(run_with(NUMBER, "1,048.50"), declared) is None
