"""The library desk as a clerk works it: by keys and scans, reading what the screen says."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.library.add_copy_dialog import AddCopyDialog
from desktop.features.library.feature import LibraryFeature
from desktop.features.library.page import LibraryPage
from desktop.features.library.receipt_dialog import ReceiptDialog
from desktop.features.library.rows import CopyRow, LoanRow
from desktop.foundation.changes import ChangeBus, Changes
from desktop.sync.desk import Desk, Recorded
from desktop.widgets.colours import Tone
from desktop.widgets.row_table import RowTable


class Publisher(QObject):
    """Carries what was recorded on the data worker over to the GUI thread, as the program does it."""

    _recorded = Signal(object)

    def __init__(self, desk: Desk, changes: ChangeBus) -> None:
        super().__init__()
        self._changes = changes
        self._recorded.connect(self._on_recorded, Qt.ConnectionType.QueuedConnection)
        desk.on_recorded(self._recorded.emit)

    def _on_recorded(self, recorded: Recorded) -> None:
        self._changes.publish(Changes(recorded.kinds, recorded.keys))


class LibraryScreen:
    """The page on a screen of its own."""

    def __init__(self, qtbot: QtBot, context: FeatureContext) -> None:
        self._qtbot = qtbot
        self._context = context
        feature = LibraryFeature()
        self.page = cast(LibraryPage, feature.make_page(context))
        context.routes.register("library", lambda **arguments: feature.routes()[""](self.page, arguments))
        qtbot.addWidget(self.page)
        self.page.resize(1060, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()
        self.page.on_shown()
        self._box = self.page.scan.scan_box

    # --- what the clerk does ---------------------------------------------------------------------------

    def scans(self, *codes: str) -> None:
        for code in codes:
            self._box.deliver(code)

    def types(self, text: str) -> None:
        """Types into the scan box and presses Enter."""
        self._box.arm()
        QTest.keyClicks(self._box, text)
        QTest.keyClick(self._box, Qt.Key.Key_Return)

    def half_types(self, text: str) -> None:
        self._box.arm()
        QTest.keyClicks(self._box, text)

    def presses(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        on: QWidget | None = None,
    ) -> None:
        """Presses a key wherever the focus is, or on one widget."""
        QTest.keyClick(on or QApplication.focusWidget() or self.page, key, modifier)

    def presses_button(self, inside: QWidget, name: str) -> None:
        button = inside.findChild(QPushButton, name)
        assert button is not None
        button.click()

    def types_where_the_focus_is(self, text: str) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, text)
        self.presses(Qt.Key.Key_Return)

    def undoes(self) -> None:
        """Ctrl+Z, as the shell hands it on."""
        assert self.page.can_undo()
        self.page.undo()

    # --- what the clerk reads --------------------------------------------------------------------------

    @property
    def answer(self) -> str:
        return self.page.scan.answer.said

    @property
    def tone(self) -> Tone:
        return self.page.scan.answer.tone

    @property
    def mode(self) -> str:
        return self.page.scan.mode.accessibleName()

    @property
    def focus(self) -> str:
        widget = QApplication.focusWidget()
        return widget.objectName() if widget is not None else ""

    @property
    def box_text(self) -> str:
        return self._box.text()

    @property
    def offered_names(self) -> list[str]:
        return [hit.title for hit in self.page.scan.choice.on_offer()]

    @property
    def log(self) -> list[tuple[str, str]]:
        """Result and what of each line, newest first."""
        return [("Undone" if line.is_undone else line.word, line.what) for line in self.page.scan.lines]

    def label(self, name: str) -> str:
        found = self.page.findChild(QLabel, name)
        return found.text() if found is not None and found.isVisible() else ""

    @property
    def facts(self) -> dict[str, str]:
        return self.page.visit_panel.facts()

    def loans(self, table: str = "table_designer_loans") -> list[str]:
        """Titles in a table of loans."""
        return [row.title for row in self._rows(table) if isinstance(row, LoanRow)]

    def copies(self) -> list[tuple[str, str]]:
        """Title and holder of each copy found."""
        return [(row.title, row.designer) for row in self._rows("table_copies") if isinstance(row, CopyRow)]

    def waits_for_loans(self, titles: list[str], table: str = "table_designer_loans") -> None:
        """The tables follow the scans within a moment."""
        self._qtbot.waitUntil(lambda: self.loans(table) == titles)

    def waits_for_dialog(self, name: str) -> QWidget:
        self._qtbot.waitUntil(lambda: self.page.findChild(QWidget, name) is not None)
        return cast(QWidget, self.page.findChild(QWidget, name))

    @property
    def add_copy_dialog(self) -> AddCopyDialog:
        return cast(AddCopyDialog, self.waits_for_dialog("add_copy"))

    @property
    def receipt_dialog(self) -> ReceiptDialog:
        return cast(ReceiptDialog, self.waits_for_dialog("receipt"))

    def _rows(self, name: str) -> list[object]:
        table = cast("RowTable[object]", self.page.findChild(QWidget, name))
        return [table.row_at(number) for number in range(table.row_count())]
