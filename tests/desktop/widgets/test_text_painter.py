"""Words in tables look as Qt would write them, only that they are laid out once."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStyledItemDelegate
from pytestqt.qtbot import QtBot

from desktop.settings import FONT_SCALE, THEME, Settings
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import ThemeKeeper
from tests.desktop.widgets.loans import COLUMNS, LOANS, Loan


@pytest.fixture
def table(qtbot: QtBot, theme: ThemeKeeper) -> RowTable[Loan]:
    made: RowTable[Loan] = RowTable("table_loans", "Open loans", COLUMNS, key=lambda loan: loan.loan_id)
    qtbot.addWidget(made)
    made.resize(640, 200)
    made.show_rows(LOANS)
    made.show()
    return made


def picture(table: RowTable[Loan]) -> QImage:
    return table.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def ink_in(image: QImage, left: int, top: int, width: int, height: int) -> set[tuple[int, int]]:
    """The points of a part of the picture that are clearly writing: far from the ground's lightness."""
    ground = image.pixelColor(left + 1, top + 2).lightness()
    return {
        (x, y)
        for x in range(left, left + width)
        for y in range(top, top + height)
        if abs(image.pixelColor(x, y).lightness() - ground) > 60
    }


def cell(table: RowTable[Loan], row: int, column: int) -> tuple[int, int, int, int]:
    """Where a cell stands, without the hairline below it."""
    rect = table.visualRect(table.model().index(row, column))
    return rect.left(), rect.top(), rect.width(), rect.height() - 2


def as_qt_writes_it(table: RowTable[Loan]) -> QImage:
    own = table.itemDelegate()
    table.setItemDelegate(QStyledItemDelegate(table))
    image = picture(table)
    table.setItemDelegate(own)
    return image


@pytest.mark.parametrize("scale", [1.0, 1.4])
@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_every_word_stands_where_qt_would_put_it(
    table: RowTable[Loan], settings: Settings, theme_name: str, scale: float
) -> None:
    settings.choose(THEME, theme_name)
    settings.choose(FONT_SCALE, scale)
    ours, reference = picture(table), as_qt_writes_it(table)
    for row in range(len(LOANS)):
        for column in (0, 1, 2):
            mine, theirs = (ink_in(image, *cell(table, row, column)) for image in (ours, reference))
            assert bool(mine) == bool(theirs)
            if not mine:
                continue
            for axis in (0, 1):
                for edge in (min, max):
                    mine_edge, their_edge = (edge(point[axis] for point in ink) for ink in (mine, theirs))
                    assert abs(mine_edge - their_edge) <= 1


def test_a_long_text_stays_in_its_column(table: RowTable[Loan]) -> None:
    table.setColumnWidth(1, 90)
    left, top, width, height = cell(table, 0, 1)
    ink = ink_in(picture(table), left, top, width, height)
    assert max(x for x, _ in ink) < left + width - 4


def test_a_chosen_row_is_written_in_its_own_ink_and_another_theme_in_its_own(
    table: RowTable[Loan], settings: Settings
) -> None:
    settings.choose(THEME, "light")
    plain = picture(table)
    table.select_place(1)
    chosen = picture(table)
    settings.choose(THEME, "dark")
    dark = picture(table)
    place = cell(table, 0, 1)
    corner = place[0] + 1, place[1] + 2
    assert plain.pixelColor(*corner).lightness() > 200 > dark.pixelColor(*corner).lightness()
    assert ink_in(dark, *place)
    row = cell(table, 1, 1)
    assert plain.pixelColor(row[0] + 1, row[1] + 2) != chosen.pixelColor(row[0] + 1, row[1] + 2)
    assert ink_in(chosen, *row)


def test_another_text_in_the_same_cell_is_painted(table: RowTable[Loan]) -> None:
    before = picture(table)
    table.show_rows([Loan(7, "1354.08", "Wallpaper"), *LOANS[1:]])
    assert ink_in(before, *cell(table, 0, 1)) != ink_in(picture(table), *cell(table, 0, 1))
