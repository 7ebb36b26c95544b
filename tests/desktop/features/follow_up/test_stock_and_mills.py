"""Stock by lot and piece, mill orders with their slips, “will one lot do it”, and how old each figure is."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.follow_up.feature import FollowUpFeature
from desktop.features.follow_up.one_lot_answers import Question, read_question
from desktop.features.follow_up.rows import Elsewhere
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import SettableClock
from tests.builders.desk import BERAUDIN, CALDER, NINE, make_context, make_desk, put
from tests.builders.follow_up import follow_up_records
from tests.builders.stock import fill_stock_and_mills, fresh
from tests.screens.follow_up import FollowUpScreen

SIX = f"{(NINE.replace(hour=6)).astimezone():%H:%M}"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    fill_stock_and_mills(desk)
    put(desk.database, follow_up_records())
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> FollowUpScreen:
    return FollowUpScreen(qtbot, context)


def cells(screen: FollowUpScreen, *keys: str) -> list[tuple[str, ...]]:
    panel = screen.page.in_front
    columns = {column.key: column for column in panel.columns}
    rows = [panel.table.row_at(place) for place in range(panel.table.row_count())]
    return [tuple(columns[key].text(row) for key in keys) for row in rows if row is not None]


def answers(screen: FollowUpScreen) -> list[tuple[str, ...]]:
    """Each answer with its best lot and what remains of it."""
    table = screen.page.in_front.one_lot.table
    if table is None or not table.isVisible():
        return []
    texts = {column.key: column.text for column in table.visible_columns()}
    rows = [table.row_at(place) for place in range(table.row_count())]
    return [tuple(texts[key](row) for key in ("verdict", "item_no", "lot", "left")) for row in rows if row is not None]


def why(screen: FollowUpScreen) -> str:
    return screen.page.in_front.one_lot.words.text()


# --- stock ---------------------------------------------------------------------------------------


def test_stock_is_listed_by_item_warehouse_lot_and_piece(screen: FollowUpScreen) -> None:
    screen.shows("stock")
    assert cells(screen, "item_no", "warehouse", "lot_no", "piece_no", "qty_available")[:5] == [
        ("0123-04", "all", "", "", "96 YD"),
        ("0123-04", "HPT", "L4471", "", "46 YD"),
        ("0123-04", "HPT", "L4471", "1", "38 YD"),
        ("0123-04", "HPT", "L4471", "2", "8 YD"),
        ("0123-04", "HPT", "L4502", "", "50 YD"),
    ]
    assert cells(screen, "item_no", "qty_available", "stock_status")[-2:] == [
        ("1354.10.0", "", "In stock"),
        ("1354.20.0", "", "Out"),
    ]


def test_who_shows_its_status_only_is_named(screen: FollowUpScreen, desk: Desk) -> None:
    screen.shows("stock")
    said = "Maison Béraudin: stock status only. This line’s quantities and lots are not on Order-Track."
    assert screen.page.in_front.missing.text() == said
    screen.shows("mill_orders")
    assert screen.page.in_front.missing.text() == "The mill orders of Maison Béraudin are not on Order-Track."
    screen.shows("orders")
    assert not screen.page.in_front.missing.isVisible()


@pytest.mark.parametrize(
    ("typed", "found"),
    [("chev och", ["0123-05"]), ("0150", ["0150-01"] * 2), ("L450", ["0123-04"]),
     ("velours", ["1354.10.0", "1354.20.0"]), ("no such thing", [])],
)  # fmt: skip
def test_stock_filters_by_item_name_and_lot(screen: FollowUpScreen, typed: str, found: list[str]) -> None:
    screen.shows("stock")
    screen.types(typed)
    assert [row[0] for row in cells(screen, "item_no")] == found


def test_stock_orders_by_any_column_and_what_is_unknown_stands_last(screen: FollowUpScreen) -> None:
    screen.shows("stock")
    table = screen.page.in_front.table
    table.order_by("qty_available", descending=True)
    assert [row[0] for row in cells(screen, "qty_available")] == [
        "96 YD", "50 YD", "46 YD", "38 YD", "20 YD", "18 YD", "8 YD", "0 YD", "", "",
    ]  # fmt: skip
    for column in screen.page.in_front.columns:
        table.order_by(column.key)
        assert table.row_count() == 10, column.key
    table.order_by("title")
    assert [row[0] for row in cells(screen, "title")][:2] == ["Chevron Ochre", "Chevron Sea Glass"]
    table.order_by("house", descending=True)
    assert cells(screen, "house")[0] == ("Maison Béraudin",)


def test_what_is_not_there_can_be_left_out(screen: FollowUpScreen) -> None:
    screen.shows("stock")
    screen.page.in_front.open_only.setChecked(True)
    assert {row[0] for row in cells(screen, "item_no")} == {"0123-04", "0150-01", "1354.10.0"}


def test_the_drawer_of_a_lot_tells_all_that_bears_on_the_item(screen: FollowUpScreen) -> None:
    screen.shows("stock")
    screen.types("L4471")
    screen.page.in_front.table.select_place(0)
    assert screen.heading == "0123-04  Chevron Sea Glass"
    facts = screen.page.drawer.facts()
    assert (facts["Lot"], facts["Available"], facts["Reserved"]) == ("L4471", "46 YD", "4 YD")
    assert facts["Told"] == f"as of {SIX}, due hourly, late"
    assert screen.related == [
        ("Lot", "L4471 in HPT", "46 YD"),
        ("Lot", "L4502 in HPT", "50 YD"),
        ("Mill PO", "MP-777-1", "Received"),
        ("Mill PO", "MP-902-1", "Open"),
        ("Reserve", "R-5501", "2 h left"),
        ("Order", "40117-1", "In part"),
    ]


def test_an_order_leads_to_its_item_s_stock_and_its_mill_order(screen: FollowUpScreen) -> None:
    screen.types("40117 chevron")
    screen.page.in_front.table.select_place(0)
    assert ("Stock", "0123-04", "96 YD") in screen.related
    related = screen.page.drawer.related
    place = [row[0] for row in screen.related].index("Mill PO")
    related.select_place(place)
    QTest.keyClick(related, Qt.Key.Key_Return)
    assert screen.heading == "Mill PO MP-881-1"


def test_stock_is_written_as_it_is_shown(screen: FollowUpScreen, tmp_path: Path) -> None:
    screen.shows("stock")
    screen.types("L4471")
    screen.page.in_front.write(tmp_path / "stock.csv")
    screen.page.in_front.write(tmp_path / "stock.xlsx")
    with (tmp_path / "stock.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.reader(file))
    assert written[1][:4] == ["0123-04", "Chevron Sea Glass", "HPT", "L4471"]
    assert len(written) == 4
    sheet = load_workbook(tmp_path / "stock.xlsx").active
    assert sheet is not None
    assert [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)] == written


def test_a_station_without_stock_says_where_it_comes_from(qtbot: QtBot, tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    for card in desk.catalogue.files.shown():
        desk.catalogue.files.drop(card.stream)
    screen = FollowUpScreen(qtbot, make_context(desk))
    for name in ("stock", "mill_orders"):
        screen.shows(name)
        assert screen.listed == []
        assert "next sync" in screen.empty_words
    desk.close()


def test_a_new_file_of_stock_is_seen(screen: FollowUpScreen, desk: Desk, context: FeatureContext) -> None:
    screen.shows("stock")
    put(desk.database, [Organisation(id="dist-x", code="X", name="Xanten", kind="distributor")])
    context.changes.publish(Changes.of("organisations"))
    assert screen.page.in_front.table.row_count() == 10


# --- mill orders ---------------------------------------------------------------------------------


def test_what_arrives_first_stands_first_and_says_how_far_it_slipped(screen: FollowUpScreen) -> None:
    screen.shows("mill_orders")
    assert cells(screen, "mill_po_no", "eta_on", "slipped", "qty_free") == [
        ("MP-902-1", "28 Nov", "", "80 YD"),
        ("MP-881-1", "12 Dec", "2 times, +41 d", "50 YD"),
    ]
    screen.page.in_front.open_only.setChecked(False)
    assert [row[0] for row in cells(screen, "mill_po_no")] == ["MP-777-1", "MP-902-1", "MP-881-1"]


@pytest.mark.parametrize(
    ("typed", "found"), [("marlow", ["MP-881-1"]), ("mp-90", ["MP-902-1"]), ("mill b", ["MP-902-1"]), ("zzz", [])]
)
def test_mill_orders_filter_by_number_mill_and_pattern(screen: FollowUpScreen, typed: str, found: list[str]) -> None:
    screen.shows("mill_orders")
    screen.types(typed)
    assert [row[0] for row in cells(screen, "mill_po_no")] == found


def test_mill_orders_order_by_any_column(screen: FollowUpScreen) -> None:
    screen.shows("mill_orders")
    for column in screen.page.in_front.columns:
        screen.page.in_front.table.order_by(column.key)
        assert screen.page.in_front.table.row_count() == 2, column.key
    screen.page.in_front.table.order_by("slipped", descending=True)
    assert cells(screen, "mill_po_no")[0] == ("MP-881-1",)


def test_a_mill_order_tells_each_day_that_was_told_and_who_waits_for_it(screen: FollowUpScreen) -> None:
    screen.shows("mill_orders")
    screen.types("MP-881")
    screen.page.in_front.table.select_place(0)
    facts = screen.page.drawer.facts()
    assert facts["Arrives"] == "12 Dec, estimated"
    assert (facts["Slipped"], facts["Free"], facts["Promised"]) == ("moved 2 times, +41 days", "50 YD", "70 YD")
    assert screen.related == [
        ("ETA", "12 Dec", "+22 days"),
        ("ETA", "20 Nov", "+19 days"),
        ("ETA", "1 Nov", "first told"),
        ("Order", "40117-1", "In part"),
        ("Stock", "0150-01", "38 YD"),
    ]


# --- will one lot do it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1354 32", Question("1354", 32_000)), ("0123-04  12.5 yd", Question("0123-04", 12_500)),
     ("1354 royal 5", Question("1354 royal", 5_000)), ("Alder Street 9", None), ("1354", None), ("1354 0", None),
     ("1354 1.2345", None), ("", None)],
)  # fmt: skip
def test_an_item_and_a_quantity_ask_for_one_lot(typed: str, meant: Question | None) -> None:
    assert read_question(typed) == meant


@pytest.mark.parametrize("where", ["orders", "reserves", "freight", "stock", "mill_orders", "customers"])
def test_one_lot_is_answered_wherever_it_is_typed(screen: FollowUpScreen, where: str) -> None:
    screen.shows(where)
    screen.types("0123-04 38")
    assert answers(screen) == [("Yes", "0123-04", "L4471 in HPT", "8 YD")]
    said = "0123-04: Yes. Lot L4471 in HPT has 46 YD, in one piece: 8 YD remain. 1 more lot would do."
    assert why(screen) == said
    screen.types("0123-04")
    assert answers(screen) == []


def test_no_lot_is_long_enough_but_a_mill_order_will_be(screen: FollowUpScreen) -> None:
    screen.shows("stock")
    screen.types("0150 32")
    said = "0150-01: No. The largest lot, L11 in HPT, has 20 YD: 12 YD short. All lots together have 38 YD. "
    said += "Mill PO MP-881 has 50 YD free, due 12 Dec."
    assert answers(screen) == [("No", "0150-01", "L11 in HPT", "-12 YD")]
    assert why(screen) == said
    assert [row[0] for row in cells(screen, "lot_no")] == ["L11", "L12"]


def test_of_a_line_with_its_status_alone_that_much_is_said(screen: FollowUpScreen) -> None:
    screen.types("1354 32")
    assert [(row[0], row[1]) for row in answers(screen)] == [("Not known", "1354.10.0"), ("Not known", "1354.20.0")]
    assert why(screen) == "1354.10.0: Not known. Its status is known, in stock; how much there is, is not told."
    table = screen.page.in_front.one_lot.table
    assert table is not None
    table.select_place(1)
    assert why(screen) == "1354.20.0: Not known. Its status is known, out; how much there is, is not told."


def test_enter_on_an_answer_leads_to_the_lots(screen: FollowUpScreen) -> None:
    screen.types("0123 38")
    table = screen.page.in_front.one_lot.table
    assert table is not None
    table.select_place(0)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert screen.page.in_front.shown.name == "stock"
    assert {row[0] for row in cells(screen, "item_no")} == {"0123-04"}
    assert answers(screen)[0][0] == "Yes"


def test_ctrl_k_answers_too_with_the_age_of_the_figures(context: FeatureContext) -> None:
    hit, *_ = FollowUpFeature().search(context, "0123-04 38")
    assert hit.title == "0123-04  Chevron Sea Glass, 38 in one lot: Yes"
    assert hit.detail.endswith(f"1 more lot would do. · as of {SIX}, due hourly, late")


def test_ctrl_k_finds_products_and_mill_orders(context: FeatureContext) -> None:
    found = {hit.title: hit.detail for hit in FollowUpFeature().search(context, "marlow")}
    assert found["0150-01  Marlow Stripe Ink"] == f"38 YD · In stock · as of {SIX}, due hourly, late · Calder & Thrane"
    found = {hit.title: hit.detail for hit in FollowUpFeature().search(context, "MP-881")}
    slip = "moved 2 times, +41 days"
    assert found["Mill PO MP-881-1"] == f"0150-01  Marlow Stripe Ink · arrives 12 Dec · {slip} · as of {SIX}"


# --- how old the figures are ---------------------------------------------------------------------


def test_each_list_says_how_old_its_figures_are_and_who_is_late(screen: FollowUpScreen) -> None:
    screen.shows("stock")
    panel = screen.page.in_front
    told = f"Calder & Thrane as of {SIX}, due hourly, late; Maison Béraudin as of {SIX}, due daily"
    assert panel.age.text() == told
    assert panel.lateness.accessibleName() == "Late"
    assert cells(screen, "as_of")[0] == (f"{SIX}, late",)
    assert cells(screen, "as_of")[-1] == (SIX,)
    screen.shows("orders")
    assert screen.page.in_front.lateness.accessibleName() == "On time"


def test_a_list_of_which_nobody_promised_anything_says_only_its_age(screen: FollowUpScreen) -> None:
    screen.shows("mill_orders")
    assert screen.page.in_front.age.text() == f"Calder & Thrane as of {SIX}"
    assert screen.page.in_front.lateness.accessibleName() == "Nothing promised"
    screen.shows("customers")
    assert not screen.page.in_front.age.isVisible()


def test_a_new_picture_is_on_time_again(screen: FollowUpScreen, desk: Desk, context: FeatureContext) -> None:
    screen.shows("stock")
    new = fresh(CALDER, "inventory", 0, 60)
    with desk.database.write() as records:
        records.restore(type(new), new.id, new)
    context.changes.publish(Changes.of("dataset_freshness"))
    assert screen.page.in_front.lateness.accessibleName() == "On time"
    assert "late" not in cells(screen, "as_of")[0][0]


def test_what_was_on_time_becomes_late_while_one_looks(screen: FollowUpScreen, desk: Desk) -> None:
    screen.shows("orders")
    assert screen.page.in_front.lateness.accessibleName() == "On time"
    clock = desk.clock
    assert isinstance(clock, SettableClock)
    clock.advance(timedelta(hours=2))
    screen.page.minute.timeout.emit()
    assert screen.page.in_front.lateness.accessibleName() == "Late"
    assert cells(screen, "as_of")[-1][0].endswith(", late")


def test_the_very_line_of_a_mill_order_is_chosen(screen: FollowUpScreen) -> None:
    screen.page.open_elsewhere(Elsewhere("mill_orders", "MP", f"MP-881@1@{CALDER}"))
    assert screen.heading == "Mill PO MP-881-1"
    screen.page.open_elsewhere(Elsewhere("mill_orders", "MP", f"MP-000@1@{BERAUDIN}"))
    assert screen.heading == "Mill PO MP-777-1"
