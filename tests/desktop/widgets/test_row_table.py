"""The house table as a person at the keyboard finds it."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop.foundation.view_state import ViewState
from desktop.settings import FONT_SCALE, Settings
from desktop.widgets.columns import Order
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import ThemeKeeper
from tests.desktop.widgets.loans import COLUMNS, LOANS, Loan, shown_items


def made(qtbot: QtBot, view_state: ViewState | None = None) -> RowTable[Loan]:
    table = RowTable("table_loans", "Open loans", COLUMNS, lambda loan: loan.loan_id, view_state)
    qtbot.addWidget(table)
    table.resize(700, 300)
    table.show()
    return table


@pytest.fixture
def table(qtbot: QtBot, theme: ThemeKeeper) -> RowTable[Loan]:
    return made(qtbot)


def heading_click(qtbot: QtBot, table: RowTable[Loan], column: int) -> None:
    header = table.horizontalHeader()
    place = header.rect().center()
    place.setX(header.sectionViewportPosition(column) + 10)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def menu_texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def test_it_can_be_found_from_outside(table: RowTable[Loan]) -> None:
    assert table.objectName() == "table_loans"
    assert table.accessibleName() == "Open loans"


def test_rows_come_in_the_order_given_until_a_heading_is_clicked(qtbot: QtBot, table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    assert shown_items(table) == ["1354.08", "0045.2", "TR 77410"]
    heading_click(qtbot, table, 0)
    assert shown_items(table) == ["0045.2", "1354.08", "TR 77410"]
    heading_click(qtbot, table, 0)
    assert shown_items(table) == ["TR 77410", "1354.08", "0045.2"]


def test_a_heading_that_cannot_order_changes_nothing(qtbot: QtBot, table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    heading_click(qtbot, table, 1)
    assert table.order is None
    assert not table.horizontalHeader().isSortIndicatorShown()


def test_what_was_chosen_stays_chosen_when_rows_come_and_go(qtbot: QtBot, table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    assert table.select_key(3)
    table.show_rows((Loan(11, "W-0220", "Marsh Reed, Fog"), *LOANS))
    current = table.current_row()
    assert current is not None
    assert current.item == "0045.2"
    assert [loan.loan_id for loan in table.selected_rows()] == [3]


def test_a_refresh_that_keeps_the_choice_is_no_news(qtbot: QtBot, table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    table.select_key(3)
    with qtbot.assertNotEmitted(table.selection_altered):
        table.show_rows(LOANS[1:])


def test_a_chosen_row_that_vanishes_is_told_once(qtbot: QtBot, table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    table.select_key(3)
    told: list[int] = []
    table.selection_altered.connect(lambda: told.append(len(table.selected_rows())))
    table.show_rows((LOANS[0], LOANS[2]))
    assert told == [0]


def test_the_place_one_looked_at_stays_after_a_refresh(table: RowTable[Loan]) -> None:
    many = [Loan(number, f"{number:05}", "Chevron") for number in range(500)]
    table.show_rows(many)
    table.verticalScrollBar().setValue(4321)
    table.show_rows([*many, Loan(501, "00501", "Chevron")])
    assert table.verticalScrollBar().value() == 4321


def test_enter_activates_the_row_the_keyboard_stands_on(qtbot: QtBot, table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    table.select_place(0)
    activated: list[Loan] = []
    table.row_activated.connect(activated.append)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert activated == [LOANS[1]]


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Up])
def test_the_first_arrow_chooses_the_row_one_stands_on(qtbot: QtBot, table: RowTable[Loan], key: Qt.Key) -> None:
    table.show_rows(LOANS[:1])
    table.setFocus()
    QTest.keyClick(table, key)
    assert table.selected_rows() == [LOANS[0]]


def test_later_arrows_walk(qtbot: QtBot, table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert table.selected_rows() == [LOANS[1]]


def test_letters_do_not_make_a_long_list_read_itself(qtbot: QtBot, table: RowTable[Loan]) -> None:
    reads: list[int] = []

    def fetch(ids: object) -> dict[int, Loan]:
        reads.append(1)
        return {}

    table.show_ids(array("q", range(100_000)), fetch)
    before = len(reads)
    QTest.keyClicks(table, "zz")
    assert len(reads) <= before + 1


def test_an_empty_table_says_the_next_step(qtbot: QtBot, table: RowTable[Loan]) -> None:
    pressed: list[str] = []
    table.say_when_empty("No memo is out.", "Scan a card", lambda: pressed.append("scan"))
    table.show_rows(())
    sentence = table.findChild(QLabel, "empty_sentence")
    button = table.findChild(QPushButton, "empty_action")
    assert isinstance(sentence, QLabel)
    assert isinstance(button, QPushButton)
    assert sentence.isVisible()
    assert sentence.text() == "No memo is out."
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == ["scan"]
    table.show_rows(LOANS)
    assert not sentence.isVisible()


def test_copied_rows_can_be_pasted_into_a_spreadsheet(qtbot: QtBot, table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    table.select_key(3)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "0045.2\tOttoman Stripe, Indigo\t12\tOverdue"


def test_widths_places_hidden_columns_and_order_are_remembered(
    qtbot: QtBot, theme: ThemeKeeper, tmp_path: Path
) -> None:
    file = tmp_path / "view-state.json"
    state = ViewState(file)
    first = made(qtbot, state)
    first.horizontalHeader().resizeSection(0, 173)
    first.horizontalHeader().moveSection(3, 0)
    menu = first.make_menu()
    columns = next(action.menu() for action in menu.actions() if action.text() == "Columns")
    assert isinstance(columns, QMenu)
    next(action for action in columns.actions() if action.text() == "Days late").setChecked(False)
    first.order_by("item", descending=True)
    state.save()
    second = made(qtbot, ViewState(file))
    second.show_rows(LOANS)
    assert second.columnWidth(0) == 173
    assert second.horizontalHeader().visualIndex(3) == 0
    assert second.isColumnHidden(2)
    assert second.order == Order("item", descending=True)
    assert shown_items(second) == ["TR 77410", "1354.08", "0045.2"]


def test_remembered_columns_that_no_longer_exist_do_no_harm(qtbot: QtBot, theme: ThemeKeeper) -> None:
    state = ViewState()
    state.keep(
        "table:table_loans",
        {"widths": {"gone": 3, "item": "x"}, "places": ["gone", 4], "hidden": ["item", "name", "late", "state"]},
    )
    table = made(qtbot, state)
    assert [table.isColumnHidden(number) for number in range(4)] == [False] * 4
    assert table.columnWidth(0) == 110


def test_the_stretching_column_takes_what_is_left_but_is_never_squeezed(table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    table.resize(1200, 300)
    assert table.horizontalHeader().length() == table.viewport().width()
    table.resize(300, 300)
    assert table.columnWidth(1) == 200


def test_the_menu_offers_row_actions_only_when_a_row_is_chosen(qtbot: QtBot, table: RowTable[Loan]) -> None:
    renewed: list[str] = []
    table.add_row_action("Renew", lambda: renewed.extend(loan.item for loan in table.selected_rows()), "R")
    table.show_rows(LOANS)
    assert "Renew" not in menu_texts(table.make_menu())
    table.select_key(5)
    assert "Renew" in menu_texts(table.make_menu())
    table.activateWindow()
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_R)
    assert renewed == ["TR 77410"]


def test_a_long_list_asks_its_page_for_another_order(qtbot: QtBot, table: RowTable[Loan]) -> None:
    ids = array("q", range(1000))
    table.show_ids(ids, lambda some: {one: Loan(one, str(one), "Chevron") for one in some})
    with qtbot.waitSignal(table.order_requested) as asked:
        heading_click(qtbot, table, 0)
    assert asked.args == [Order("item")]
    assert shown_items(table)[:3] == ["0", "1", "2"]


def test_choosing_a_place_beyond_the_end_chooses_the_last_row(table: RowTable[Loan]) -> None:
    table.show_rows(LOANS)
    table.select_place(99)
    assert table.current_row() == LOANS[-1]


def test_the_exported_file_holds_what_is_on_screen_and_no_formula(table: RowTable[Loan], tmp_path: Path) -> None:
    table.show_rows((Loan(1, "=HYPERLINK(1)", 'Bullion, 4"', -4), Loan(2, "+1 Fringe", "Kersey")))
    table.setColumnHidden(3, True)
    file = tmp_path / "loans.csv"
    table.export_csv(file)
    assert file.read_bytes().decode("utf-8-sig") == (
        'Item,Pattern and colour,Days late\r\n\'=HYPERLINK(1),"Bullion, 4""",-4\r\n\'+1 Fringe,Kersey,\r\n'
    )
    assert list(tmp_path.iterdir()) == [file]


def test_rows_headings_and_columns_grow_with_the_type(table: RowTable[Loan], settings: Settings) -> None:
    table.show_rows(LOANS)
    row, heading, column = table.rowHeight(0), table.horizontalHeader().height(), table.columnWidth(0)
    settings.choose(FONT_SCALE, 1.5)
    assert table.rowHeight(0) > row
    assert table.horizontalHeader().height() > heading
    assert table.columnWidth(0) > column
