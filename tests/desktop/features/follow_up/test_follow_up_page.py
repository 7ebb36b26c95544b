"""Following a project on screen: lists that filter as one types, and a drawer with all that bears on a row."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.follow_up import queries, story
from desktop.features.follow_up.feature import FollowUpFeature
from desktop.features.follow_up.rows import Elsewhere
from desktop.features.follow_up.words import as_of_words, left_words, tracking_link
from desktop.foundation.changes import Changes
from desktop.foundation.qt_jobs import QtJobs
from desktop.sync.desk import Desk
from shared_models.library.records import Loan
from shared_models.sync.wire import MembershipCard
from tests.builders.desk import CALDER, NINE, SHOWROOM, WINSLOW, make_context, make_desk, put
from tests.builders.follow_up import PENTHOUSE, follow_up_records, order
from tests.screens.follow_up import FollowUpScreen


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    lent = Loan(
        id="loan-1", showroom_id=SHOWROOM, copy_id="copy-chevron", designer_id=WINSLOW, sidemark=PENTHOUSE,
        lent_at=NINE - timedelta(days=3), lent_by="person-marisol", due_on=(NINE + timedelta(days=11)).date(),
    )  # fmt: skip
    put(desk.database, [*follow_up_records(), lent])
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> FollowUpScreen:
    return FollowUpScreen(qtbot, context)


# --- the lists -----------------------------------------------------------------------------------


def test_the_newest_order_stands_first(screen: FollowUpScreen) -> None:
    assert [row[0] for row in screen.listed] == ["88-2041-1", "40117-2", "40117-1", "40090-1"]
    assert screen.page.in_front.amount.text() == "4 lines"


def test_a_list_filters_as_one_types_and_the_arrows_walk_it(screen: FollowUpScreen) -> None:
    screen.types("goldf chev")
    assert [row[0] for row in screen.listed] == ["40117-1"]
    QTest.keyClick(screen.page.in_front.filter, Qt.Key.Key_Down)
    assert screen.heading == "Order 40117, line 1"


def test_nothing_found_says_what_to_do(screen: FollowUpScreen) -> None:
    screen.shows("reserves")
    screen.types("nobody")
    assert screen.listed == []
    assert screen.page.in_front.amount.text() == "0 reserves"
    assert screen.heading == "Nothing is chosen"


def test_the_board_of_reserves_begins_with_what_expires_first(screen: FollowUpScreen) -> None:
    screen.shows("reserves")
    assert screen.listed == [("2 h left", "R-5501"), ("4 days left", "R-5502")]
    screen.page.in_front.open_only.setChecked(False)
    assert screen.listed[0] == ("Expired", "R-5480")
    assert screen.listed[-1] == ("Converted", "R-5499")


def test_a_list_orders_by_any_column_and_what_is_unknown_stands_last(screen: FollowUpScreen) -> None:
    screen.page.in_front.table.order_by("mill_po_no")
    assert screen.listed[0][0] == "40117-1"
    screen.page.in_front.table.order_by("item_no", descending=True)
    assert [row[0] for row in screen.listed] == ["88-2041-1", "40090-1", "40117-2", "40117-1"]


@pytest.mark.parametrize("name", ["orders", "reserves", "freight", "customers"])
def test_every_column_orders_its_list_both_ways(screen: FollowUpScreen, name: str) -> None:
    screen.shows(name)
    table = screen.page.in_front.table
    rows = sorted(screen.listed)
    for column in screen.page.in_front.columns:
        assert column.sortable, column.key
        for descending in (False, True):
            table.order_by(column.key, descending=descending)
            assert sorted(screen.listed) == rows, column.key


def test_a_filter_keeps_the_chosen_order(screen: FollowUpScreen) -> None:
    screen.page.in_front.table.order_by("item_no")
    screen.types("goldf")
    assert [row[0] for row in screen.listed] == ["40117-1", "40117-2", "88-2041-1"]
    screen.page.in_front.table.order_by("house", descending=True)
    assert screen.listed[0][0] == "88-2041-1"
    screen.page.in_front.open_only.setChecked(True)
    screen.types("")
    assert [row[0] for row in screen.listed] == ["88-2041-1", "40117-2", "40117-1"]


def test_an_order_that_was_worked_out_is_not_kept_past_a_change(
    screen: FollowUpScreen, desk: Desk, context: FeatureContext
) -> None:
    screen.page.in_front.table.order_by("item_no")
    assert screen.listed[0][0] == "40117-1"
    put(desk.database, [order("40300", "1", "0001-01", "Aardvark")])
    context.changes.publish(Changes(frozenset({"sales_orders"}), frozenset()))
    assert screen.listed[0][0] == "40300-1"


def test_what_a_pull_brings_is_seen_and_the_chosen_row_stays(
    screen: FollowUpScreen, desk: Desk, context: FeatureContext
) -> None:
    screen.page.in_front.table.select_place(1)
    assert screen.heading == "Order 40117, line 2"
    put(desk.database, [order("40200", "1", "0123-04", "Chevron Sea Glass", ordered_on="2026-11-16")])
    context.changes.publish(Changes(frozenset({"sales_orders"}), frozenset()))
    assert screen.listed[0][0] == "40200-1"
    assert screen.heading == "Order 40117, line 2"


def test_an_empty_station_says_where_orders_come_from(qtbot: QtBot, tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    screen = FollowUpScreen(qtbot, make_context(desk))
    assert screen.listed == []
    assert not screen.page.in_front.export.isEnabled()
    desk.close()


# --- the drawer ----------------------------------------------------------------------------------


def test_an_order_shows_its_other_lines_shipments_customer_and_the_project(screen: FollowUpScreen) -> None:
    screen.types("40117 chevron")
    screen.page.in_front.table.select_place(0)
    assert screen.page.drawer.facts()["Waits for mill PO"] == "MP-881"
    assert screen.page.drawer.facts()["Backordered"] == "12 YD"
    assert screen.related == [
        ("Order", "40117-2", "Backordered"),
        ("Shipment", "S-77120", "On the way"),
        ("Stock", "0123-04", "42.5 YD"),
        ("Customer", "The Mayfield Company", ""),
        ("Loan", "Chevron Sea Glass", "out"),
        ("Reserve", "R-5501", "2 h left"),
        ("Reserve", "R-5502", "4 days left"),
        ("Reserve", "R-5499", "Converted"),
    ]


def test_enter_on_what_bears_on_a_row_leads_there(screen: FollowUpScreen) -> None:
    screen.types("40117 chevron")
    screen.page.in_front.table.select_place(0)
    related = screen.page.drawer.related
    related.select_place(1)
    QTest.keyClick(related, Qt.Key.Key_Return)
    assert screen.page.in_front.shown.name == "freight"
    assert screen.heading == "Shipment S-77120"
    assert screen.page.drawer.track.isVisible()


def test_a_customer_shows_orders_reserves_and_loans(screen: FollowUpScreen) -> None:
    screen.shows("customers")
    screen.types("mayfield")
    screen.page.in_front.table.select_place(0)
    assert screen.heading == "The Mayfield Company"
    assert {row[0] for row in screen.related} == {"Order", "Reserve", "Loan"}


def test_another_tab_tells_its_own_row(screen: FollowUpScreen) -> None:
    screen.page.in_front.table.select_place(0)
    screen.shows("freight")
    assert screen.heading == "Nothing is chosen"
    screen.shows("orders")
    assert screen.heading == "Order 88-2041, line 1"


# --- out of the list -----------------------------------------------------------------------------


def test_a_filtered_list_is_written_as_it_is_shown(screen: FollowUpScreen, tmp_path: Path) -> None:
    screen.types("goldfarb")
    screen.page.in_front.write(tmp_path / "orders.csv")
    screen.page.in_front.write(tmp_path / "orders.xlsx")
    with (tmp_path / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert [row[0] for row in written] == ["Order", "88-2041-1", "40117-2", "40117-1"]
    sheet = load_workbook(tmp_path / "orders.xlsx").active
    assert sheet is not None
    assert [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)] == written


def test_a_column_that_was_hidden_is_not_written(screen: FollowUpScreen, tmp_path: Path) -> None:
    screen.page.in_front.table.setColumnHidden(0, True)
    screen.page.in_front.write(tmp_path / "orders.csv")
    assert (tmp_path / "orders.csv").read_text(encoding="utf-8-sig").startswith("Status,Item,")


def test_another_list_chooses_what_was_looked_for_when_the_answer_comes_later(qtbot: QtBot, desk: Desk) -> None:
    jobs = QtJobs()
    screen = FollowUpScreen(qtbot, make_context(desk, jobs))
    screen.page.open_elsewhere(Elsewhere("freight", "S-76998"))
    qtbot.waitUntil(lambda: screen.heading == "Shipment S-76998")
    jobs.close()


def test_what_is_looked_for_is_asked_once(screen: FollowUpScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    places = queries.places

    def counted_places(*args: Any, **options: Any) -> array[int]:
        asked.append(args[2])
        return places(*args, **options)

    screen.shows("reserves")
    screen.shows("orders")
    monkeypatch.setattr(queries, "places", counted_places)
    screen.page.open_elsewhere(Elsewhere("reserves", "R-5499"))
    assert asked == ["R-5499"]
    assert screen.heading == "Reserve R-5499"


def test_the_very_row_that_is_meant_is_chosen(screen: FollowUpScreen) -> None:
    screen.page.open_elsewhere(Elsewhere("orders", "40117", f"40117-1@{CALDER}"))
    assert [row[0] for row in screen.listed] == ["40117-2", "40117-1"]
    assert screen.heading == "Order 40117, line 1"


def test_a_file_that_cannot_be_written_is_said_and_nothing_is_left(
    screen: FollowUpScreen, context: FeatureContext, tmp_path: Path
) -> None:
    said: list[str] = []
    context.notices.said.connect(lambda notice: said.append(notice.sentence))
    screen.page.in_front.write(tmp_path / "no such folder" / "orders.csv")
    assert said == ["“orders.csv” was not written: No such file or directory. Choose another place."]


# --- the door ------------------------------------------------------------------------------------


def test_everything_is_found_from_anywhere(desk: Desk, context: FeatureContext) -> None:
    hits = FollowUpFeature().search(context, "1Z999AA10123456784")
    assert [(hit.title, hit.detail) for hit in hits] == [
        ("Order 40117, line 1", "0123-04  Chevron Sea Glass · In part · Goldfarb Penthouse · Calder & Thrane"),
        ("Shipment S-77120", "On the way · 1Z999AA10123456784 · The Mayfield Company · Calder & Thrane"),
    ]
    assert FollowUpFeature().search(context, "ab") == []


def test_a_sidemark_is_found_with_what_it_has(context: FeatureContext) -> None:
    first, *others = FollowUpFeature().search(context, "goldf")
    assert (first.title, first.detail) == ("Sidemark Goldfarb Penthouse", "3 order lines, 3 reserves, 1 loan")
    assert [hit.title for hit in others][:2] == ["Order 88-2041, line 1", "Order 40117, line 2"]


def test_an_answer_opens_its_own_row(screen: FollowUpScreen, context: FeatureContext) -> None:
    opener = FollowUpFeature().routes()[""]
    context.routes.register("follow_up", lambda **arguments: opener(screen.page, arguments))
    hit = next(hit for hit in FollowUpFeature().search(context, "40117") if hit.title == "Order 40117, line 1")
    assert callable(hit.value)
    hit.value()
    assert screen.heading == "Order 40117, line 1"


def test_no_drawer_is_made_for_an_answer(context: FeatureContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise AssertionError("a whole drawer was read for a line of an answer")

    monkeypatch.setattr(story, "story_of", refuse)
    monkeypatch.setattr(queries, "rows_at", refuse)
    assert FollowUpFeature().search(context, "40117")


@pytest.mark.parametrize(
    ("kind", "role", "sees"),
    [("showroom", "clerk", True), ("showroom", "rep", True), ("distributor", "master", True),
     ("distributor", "picker", False)],
)  # fmt: skip
def test_who_has_the_page(kind: str, role: str, sees: bool) -> None:
    card = MembershipCard(
        organisation_id="one", organisation_code="ONE", organisation_name="One", organisation_kind=kind, role=role,
        modules=[],
    )  # fmt: skip
    assert FollowUpFeature().visible_for(card) is sees


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(40, "40 min"), (59, "59 min"), (5 * 60, "5 h"), (47 * 60, "47 h"), (72 * 60, "3 days"), (-1, "expired")],
)
def test_how_long_goods_are_set_aside(minutes: int, words: str) -> None:
    assert left_words((NINE + timedelta(minutes=minutes)).isoformat(), NINE) == words


def test_a_figure_of_today_tells_its_time_and_an_older_one_its_day() -> None:
    here = NINE.astimezone()
    assert as_of_words(NINE.isoformat(), NINE) == f"{here:%H:%M}"
    assert as_of_words("2026-11-02T09:00:00Z", NINE) == "2 Nov"
    assert as_of_words("", NINE) == ""


@pytest.mark.parametrize(
    ("scac", "number", "link"),
    [
        ("UPSN", "1Z999AA10123456784", "https://www.ups.com/track?tracknum=1Z999AA10123456784"),
        ("", "1Z999AA10123456784", "https://www.ups.com/track?tracknum=1Z999AA10123456784"),
        ("ZZZZ", "551", ""),
        ("UPSN", "1Z/../x", ""),
    ],
)
def test_a_parcel_is_followed_where_its_carrier_is_known(scac: str, number: str, link: str) -> None:
    assert tracking_link(scac, number) == link
