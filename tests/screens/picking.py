"""The picking page as a picker works it: scans, keys, and reading what the screen says."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.picking.feature import PickingFeature
from desktop.features.picking.mismatch_panel import MismatchPanel
from desktop.features.picking.page import PickingPage
from desktop.features.picking.rows import QueueRow
from desktop.widgets.colours import Tone
from desktop.widgets.form import Form


class PickingScreen:
    """The page on a screen of its own."""

    def __init__(self, qtbot: QtBot, context: FeatureContext) -> None:
        self._qtbot = qtbot
        self.page = cast(PickingPage, PickingFeature().make_page(context))
        qtbot.addWidget(self.page)
        self.page.resize(1060, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()
        self.page.on_shown()

    def queue(self) -> list[QueueRow]:
        table = self.page.queue.table
        rows = [table.row_at(number) for number in range(table.row_count())]
        return [row for row in rows if row is not None]

    def prints_all(self) -> None:
        self.page.queue.print_all.click()

    def shown_dialog(self) -> QDialog:
        found = next((one for one in self.page.findChildren(QDialog) if one.isVisible()), None)
        assert found is not None, "no window is open"
        return found

    def scans(self, *codes: str) -> None:
        for code in codes:
            self.page.bench.scan_box.deliver(code)

    def types(self, text: str) -> None:
        """Into the scan box by hand, with Enter."""
        box = self.page.bench.scan_box
        box.arm()
        QTest.keyClicks(box, text, delay=40)
        QTest.keyClick(box, Qt.Key.Key_Return)
        QApplication.processEvents()

    def presses_anywhere(self, key: Qt.Key) -> None:
        """A key of the page, whatever has the focus."""
        QTest.keyClick(QApplication.focusWidget() or self.page, key)
        QApplication.processEvents()

    def has_open_question(self) -> bool:
        return any(one.isVisible() for one in self.page.findChildren(QDialog))

    def side_by_side(self) -> tuple[str, str] | None:
        """The two names of a wrong sample, or None when they are not shown."""
        panel = self.page.findChild(MismatchPanel)
        assert panel is not None
        return panel.names if panel.isVisible() else None

    def line_type_pixels(self) -> int:
        return self.page.bench.table.font().pixelSize()

    def ticket(self) -> str:
        """The number of the ticket on the bench; empty when there is none."""
        bench = self.page.work.bench
        return bench.request.number if bench is not None else ""

    def presses(self, key: Qt.Key) -> None:
        QTest.keyClick(self.page.bench.table, key)
        QApplication.processEvents()

    def fills(self, name: str, value: object) -> None:
        form = self.shown_dialog().findChild(Form)
        assert isinstance(form, Form)
        form.show_values({name: value})  # type: ignore[dict-item]

    def errors(self) -> dict[str, str]:
        form = self.shown_dialog().findChild(Form)
        assert isinstance(form, Form)
        return form.errors()

    def pushes(self, name: str) -> None:
        button = self.shown_dialog().findChild(QPushButton, name)
        assert button is not None
        button.click()

    def confirms(self) -> None:
        self.page.bench.confirm.click()

    def chooses_line(self, place: int) -> None:
        self.page.bench.table.select_place(place)

    def said(self) -> tuple[Tone, str]:
        return self.page.bench.said

    def marked(self) -> dict[str, int]:
        bench = self.page.work.bench
        assert bench is not None
        return {line.item_no: bench.marked(line.line_id) for line in bench.request.lines}

    def freight(self) -> tuple[str, str]:
        fields = (self.page.findChild(QLineEdit, name) for name in ("carrier", "tracking_no"))
        carrier, tracking = (field.text() if field is not None else "" for field in fields)
        return carrier, tracking
