"""The sample orders page as a clerk works it: by keys and scans, reading what the screen says."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.sample_orders.feature import SampleOrdersFeature
from desktop.features.sample_orders.order_dialogs import ByHandDialog
from desktop.features.sample_orders.page import SampleOrdersPage
from desktop.widgets.dialogs import HouseDialog

_KEYS = {"Enter": Qt.Key.Key_Return, "Down": Qt.Key.Key_Down, "Up": Qt.Key.Key_Up, "Del": Qt.Key.Key_Delete}


class SampleOrdersScreen:
    """The page on a screen of its own."""

    def __init__(self, qtbot: QtBot, context: FeatureContext) -> None:
        feature = SampleOrdersFeature()
        self.page = cast(SampleOrdersPage, feature.make_page(context))
        for place, opener in feature.routes().items():
            name = f"sample_orders.{place}" if place else "sample_orders"
            context.routes.register(name, lambda opener=opener, **arguments: opener(self.page, arguments))
        qtbot.addWidget(self.page)
        self.page.resize(1060, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()
        self.page.on_shown()
        self._order = self.page.order

    # --- what the clerk does ---------------------------------------------------------------------

    def types(self, text: str) -> None:
        """Types into the search box, in place of what was there."""
        box = self._order.search.box
        box.arm()
        box.selectAll()
        QTest.keyClicks(box, text)

    def presses(self, key: str) -> None:
        """Presses a key wherever the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.page, _KEYS[key])

    def scans(self, *codes: str) -> None:
        for code in codes:
            self._order.search.box.deliver(code)

    def chooses_line(self, item_no: str) -> None:
        """Stands on this line of the basket."""
        table = self._order.basket.table
        rows = [table.row_at(place) for place in range(table.row_count())]
        table.select_place([row.line.item_no if row and row.line else "" for row in rows].index(item_no))
        table.setFocus()

    def sets_quantity(self, quantity: int) -> None:
        """Enter on the line, the number, Enter."""
        self.presses("Enter")
        field = self._order.basket.quantity
        assert field.hasFocus()
        field.selectAll()
        QTest.keyClicks(field, str(quantity))
        QTest.keyClick(field, Qt.Key.Key_Return)

    def presses_in_basket(self, text: str) -> None:
        """Presses a key that stands for a row action of the basket."""
        table = self._order.basket.table
        table.setFocus()
        action = next(one for one in table.actions() if one.shortcut().toString() == text)
        action.trigger()

    def chooses(self, name: str, words: str) -> None:
        """Takes the entry of a choice whose words begin so."""
        box = self.page.findChild(QComboBox, name)
        assert box is not None
        place = next(number for number in range(box.count()) if box.itemText(number).startswith(words))
        box.setCurrentIndex(place)
        box.activated.emit(place)

    def says_for(self, letters: str) -> None:
        """Types letters of a designer and takes the first answer."""
        field = self._order.sending.designer
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, letters)
        field.ask_now()
        QTest.keyClick(field, Qt.Key.Key_Return)

    def clears_designer(self) -> None:
        field = self._order.sending.designer
        field.setFocus()
        field.clear()
        self._order.search.box.setFocus()

    def fills(self, name: str, text: str) -> None:
        """Fills in a line of text and leaves it."""
        field = self._order.sending.sidemark if name == "sidemark" else self._order.sending.note
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Tab)

    def clicks(self, name: str, inside: QWidget | None = None) -> None:
        button = (inside or self.page).findChild(QAbstractButton, name)
        assert button is not None
        assert button.isEnabled()
        button.click()

    def adds_by_hand(self, house: str, item_no: str, title: str) -> None:
        """Fills in the form for an item that no catalogue has; `house` is the distributor's id."""
        self.clicks("add_by_hand")
        dialog = self.dialog("by_hand_dialog")
        assert isinstance(dialog, ByHandDialog)
        dialog.form.show_values({"by_hand_house": house, "by_hand_item_no": item_no, "by_hand_title": title})
        self.clicks("by_hand_add", dialog)

    def undoes(self) -> None:
        """Ctrl+Z, as the shell hands it on."""
        assert self.page.can_undo()
        self.page.undo()

    def dialog(self, name: str) -> HouseDialog:
        """The small window that is open."""
        found = [one for one in self.page.findChildren(HouseDialog, name) if one.isVisible()]
        assert len(found) == 1
        return found[0]

    def looks_at_requests(self) -> None:
        self.page.tabs.setCurrentIndex(1)

    def filters(self, text: str) -> None:
        self.page.orders.filter.setText(text)
        self.page.orders.filter.ask_now()

    # --- what the clerk reads --------------------------------------------------------------------

    @property
    def answer(self) -> str:
        return self._order.search.answer.said

    @property
    def found(self) -> list[str]:
        """The item numbers on screen."""
        table = self._order.search.results
        return [row.item_no for place in range(table.row_count()) if (row := table.row_at(place))]

    @property
    def basket(self) -> list[str]:
        """The basket as it is read: the houses, and `2 0123-04 Memo` below."""
        table, read = self._order.basket.table, []
        for place in range(table.row_count()):
            row = table.row_at(place)
            assert row is not None
            read.append(f"{row.line.quantity} {row.line.item_no}" if row.line else row.heading)
        return read

    @property
    def searched_words(self) -> str:
        return self._order.search.box.text()

    def choice(self, name: str) -> str:
        """What a choice says."""
        box = self.page.findChild(QComboBox, name)
        assert box is not None
        return box.currentText()

    def text(self, name: str) -> str:
        """What a label says; empty while it is hidden."""
        label = self.page.findChild(QLabel, name)
        assert label is not None
        return label.text() if label.isVisibleTo(self.page) else ""

    def button_text(self, name: str) -> str:
        button = self.page.findChild(QPushButton, name)
        assert button is not None
        return button.text()

    @property
    def requests(self) -> list[str]:
        """The lines of the orders list: `0123-04 Pending`."""
        model = self.page.orders.table.model()
        column = {model.headerData(one, Qt.Orientation.Horizontal): one for one in range(model.columnCount())}
        return [
            f"{model.index(row, column['Item']).data()} {model.index(row, column['Status']).data()}"
            for row in range(model.rowCount())
        ]
