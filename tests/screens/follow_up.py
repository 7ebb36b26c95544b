"""The follow-up page as a clerk works it: typing, walking, and reading the drawer."""

from __future__ import annotations

from datetime import date
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.follow_up.ask_dialog import AskDialog
from desktop.features.follow_up.feature import FollowUpFeature
from desktop.features.follow_up.lists import LISTS
from desktop.features.follow_up.page import FollowUpPage
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.form import FormValue


class FollowUpScreen:
    """The page on a screen of its own."""

    def __init__(self, qtbot: QtBot, context: FeatureContext) -> None:
        self._qtbot = qtbot
        self.page = cast(FollowUpPage, FollowUpFeature().make_page(context))
        qtbot.addWidget(self.page)
        self.page.resize(1060, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.on_shown()

    def shows(self, name: str) -> None:
        self.page.tabs.setCurrentIndex([shown.name for shown in LISTS].index(name))

    def types(self, text: str) -> None:
        box = self.page.in_front.filter
        box.clear()
        QTest.keyClicks(box, text)
        box.ask_now()

    @property
    def listed(self) -> list[tuple[str, ...]]:
        """The first two columns of the list in front."""
        table = self.page.in_front.table
        rows = [table.row_at(place) for place in range(table.row_count())]
        first, second, *_ = self.page.in_front.columns
        return [(first.text(row), second.text(row)) for row in rows if row is not None]

    @property
    def empty_words(self) -> str:
        """What stands in the list in front while it has no rows."""
        empty = self.page.in_front.table.findChild(EmptyState)
        assert isinstance(empty, EmptyState)
        return " ".join(one.text() for one in empty.findChildren(QLabel))

    @property
    def heading(self) -> str:
        return self.page.drawer.heading.text()

    @property
    def related(self) -> list[tuple[str, str, str]]:
        table = self.page.drawer.related
        rows = [table.row_at(place) for place in range(table.row_count())]
        return [(row.kind, row.what, row.state) for row in rows if row is not None]

    # --- asking the distributor ------------------------------------------------------------------

    def chooses(self, number: str) -> None:
        """Chooses the row of a number, as it is listed."""
        table = self.page.in_front.table
        for place in range(table.row_count()):
            row = table.row_at(place)
            if row is not None and any(column.text(row) == number for column in self.page.in_front.columns[:2]):
                table.select_place(place)
                return
        raise AssertionError(f"{number} is not listed")

    def opens_asking(self) -> AskDialog:
        """Ctrl+D."""
        self.page.activateWindow()
        self._qtbot.waitUntil(self.page.isActiveWindow)
        QTest.keyClick(self.page, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        return self.page.findChildren(AskDialog)[-1]

    def asks(self, wanted: str, *, until: date | None = None, note: str = "") -> AskDialog:
        """Asks about the row in front; gives the window, which stays where something in it is wrong."""
        dialog = self.opens_asking()
        values: dict[str, FormValue] = {"ask_wanted": wanted, "ask_note": note}
        dialog.form.show_values({**values, "ask_until": until} if until else values)
        button = dialog.findChild(QPushButton, "ask_send")
        assert button is not None
        button.click()
        return dialog

    @property
    def asked(self) -> str:
        """What the row in front says of what was asked; empty where it says nothing."""
        table = self.page.in_front.table
        row = table.current_row()
        column = next(column for column in self.page.in_front.columns if column.key == "inquiry")
        return column.text(row) if row is not None else ""

    @property
    def said_of_asking(self) -> tuple[str, str]:
        """The two lines in the drawer; empty ones where nothing was asked."""
        strip = self.page.asking
        shown = (strip.wanted, strip.sentence)
        return (shown[0].text(), shown[1].text()) if not shown[0].isHidden() else ("", "")
