"""The kits page as a rep works it: by keys, reading what the screen says."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.kits.feature import KitsFeature
from desktop.features.kits.page import KitsPage
from desktop.widgets.dialogs import HouseDialog


class KitsScreen:
    """The page on a screen of its own."""

    def __init__(self, qtbot: QtBot, context: FeatureContext) -> None:
        self._context = context
        feature = KitsFeature()
        self.page = cast(KitsPage, feature.make_page(context))
        context.routes.register("kits", lambda **arguments: feature.routes()[""](self.page, arguments))
        qtbot.addWidget(self.page)
        self.page.resize(1060, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()
        self.page.on_shown()

    # --- what the rep does -----------------------------------------------------------------------

    def makes_kit(self, name: str) -> None:
        self.clicks("new_kit")
        dialog = self.dialog("kit_dialog")
        field = dialog.findChild(QWidget, "kit_name")
        assert field is not None
        QTest.keyClicks(field, name)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def adds(self, words: str) -> None:
        """Types words and takes the first answer by Enter."""
        box = self.page.kit.search_box
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, words)
        box.ask_now()
        QTest.keyClick(box, Qt.Key.Key_Return)

    def chooses(self, *item_numbers: str) -> None:
        """Chooses these items and no others."""
        table = self.page.kit.table
        rows = [table.row_at(place) for place in range(table.row_count())]
        table.clearSelection()
        for place, row in enumerate(rows):
            if row is not None and row.item_no in item_numbers:
                index = table.model().index(place, 0)
                table.selectionModel().select(
                    index, table.selectionModel().SelectionFlag.Select | table.selectionModel().SelectionFlag.Rows
                )

    def opens(self, name: str) -> None:
        """Stands on a kit of the list."""
        table = self.page.kits
        names = [row.name if (row := table.row_at(place)) else "" for place in range(table.row_count())]
        table.select_place(names.index(name))

    def presses_on_item(self, text: str) -> None:
        """Presses a key that stands for an action on the chosen items."""
        table = self.page.kit.table
        next(one for one in table.actions() if one.shortcut().toString() == text).trigger()

    def clicks(self, name: str, inside: QWidget | None = None) -> None:
        button = (inside or self.page).findChild(QAbstractButton, name)
        assert button is not None
        assert button.isEnabled()
        button.click()

    def undoes(self) -> None:
        """Ctrl+Z, as the shell hands it on."""
        assert self.page.can_undo()
        self.page.undo()

    def dialog(self, name: str) -> HouseDialog:
        """The small window that is open."""
        found = [one for one in self.page.findChildren(HouseDialog, name) if one.isVisible()]
        assert len(found) == 1
        return found[0]

    # --- what the rep reads ----------------------------------------------------------------------

    @property
    def kits(self) -> list[str]:
        table = self.page.kits
        return [f"{row.name} ({row.items})" for place in range(table.row_count()) if (row := table.row_at(place))]

    @property
    def items(self) -> list[str]:
        """The items of the kit on screen: `2 0123-04 MEMO`."""
        table = self.page.kit.table
        rows = [row for place in range(table.row_count()) if (row := table.row_at(place))]
        return [f"{row.quantity} {row.item_no} {row.sample_type}" for row in rows]

    @property
    def statuses(self) -> dict[str, str]:
        """What the status column says of each item."""
        model = self.page.kit.table.model()
        column = {model.headerData(one, Qt.Orientation.Horizontal): one for one in range(model.columnCount())}
        return {
            str(model.index(row, column["Item"]).data()): str(model.index(row, column["Status"]).data())
            for row in range(model.rowCount())
        }

    @property
    def said(self) -> str:
        """The newest sentence beside the page."""
        return self._context.notices.history[0].sentence

    def button_text(self, name: str) -> str:
        button = self.page.findChild(QAbstractButton, name)
        assert button is not None
        return button.text()

    def story(self) -> str:
        label = self.page.findChild(QLabel, "kit_item_story")
        assert label is not None
        return label.text()
