"""The designers' page as a clerk works it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.designers.card_dialog import CardDialog
from desktop.features.designers.feature import DesignersFeature
from desktop.features.designers.page import DesignersPage


class DesignersScreen:
    """The page on a screen of its own; what it opens elsewhere is noted in `opened`."""

    def __init__(self, qtbot: QtBot, context: FeatureContext) -> None:
        feature = DesignersFeature()
        self.page = cast(DesignersPage, feature.make_page(context))
        self.opened: list[tuple[str, dict[str, object]]] = []
        for place, opener in feature.routes().items():
            name = f"designers.{place}" if place else "designers"
            context.routes.register(name, lambda opener=opener, **arguments: opener(self.page, arguments))
        context.routes.register("library", lambda **arguments: self.opened.append(("library", arguments)))
        qtbot.addWidget(self.page)
        self.page.resize(1060, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()
        self.page.on_shown()

    def searches(self, text: str) -> None:
        self.page.search.setText(text)
        self.page.search.ask_now()

    def presses_enter(self) -> None:
        QTest.keyClick(self.page.search, Qt.Key.Key_Return)

    def presses(self, name: str) -> None:
        found = self.page.findChild(QPushButton, name)
        assert found is not None
        found.click()

    @property
    def names(self) -> list[str]:
        rows = (self.page.table.row_at(number) for number in range(self.page.table.row_count()))
        return [row.name for row in rows if row is not None]

    @property
    def chosen(self) -> str:
        return self.says("designer_name")

    def says(self, name: str) -> str:
        found = self.page.findChild(QLabel, name)
        return found.text() if found is not None and found.isVisible() else ""

    @property
    def memos(self) -> list[str]:
        table = self.page.card.memos
        rows = (table.row_at(number) for number in range(table.row_count()))
        return [row.title for row in rows if row is not None]

    @property
    def dialog(self) -> CardDialog:
        assert self.page.dialog is not None
        return self.page.dialog

    def saves_card(self) -> None:
        found = self.dialog.findChild(QPushButton, "save_card")
        assert found is not None
        found.click()
