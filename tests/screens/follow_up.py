"""The follow-up page as a clerk works it: typing, walking, and reading the drawer."""

from __future__ import annotations

from typing import cast

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.follow_up.feature import FollowUpFeature
from desktop.features.follow_up.lists import LISTS
from desktop.features.follow_up.page import FollowUpPage
from desktop.widgets.empty_state import EmptyState


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
