"""The feeds page as a master works it: drops, keys, and reading what the screen says."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.feeds.differences import ChangeLine
from desktop.features.feeds.feature import FeedsFeature
from desktop.features.feeds.page import FeedsPage
from desktop.features.feeds.rows import HeadingRow
from desktop.features.feeds.written_dialog import WrittenDialog
from desktop.sync.feed_messages import DatasetState, FeedRun, RowFault
from desktop.widgets.colours import Tone

PATIENCE_MILLISECONDS = 30_000


class FeedsScreen:
    """The page on a screen of its own."""

    def __init__(self, qtbot: QtBot, context: FeatureContext) -> None:
        self.qtbot = qtbot
        self.page = cast(FeedsPage, FeedsFeature().make_page(context))
        qtbot.addWidget(self.page)
        self.page.resize(1060, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()
        self.page.on_shown()

    # --- what a person does ----------------------------------------------------------------------

    def drops(self, *paths: Path) -> bool:
        """Drag files onto the page and let them go; whether the page takes them."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        entering = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
        entering.setAccepted(False)
        QApplication.sendEvent(self.page, entering)
        if not entering.isAccepted():
            return False
        falling = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, buttons, keys)
        QApplication.sendEvent(self.page, falling)
        return True

    def drops_and_waits(self, path: Path) -> None:
        """Drop a file and wait for what the server says of it."""
        assert self.drops(path)
        self.waits_for_answer()

    def presses(self, keys: str) -> None:
        """A key of the page, such as "Ctrl+Return", whatever has the focus."""
        from PySide6.QtGui import QKeySequence

        combination = QKeySequence(keys)[0]  # type: ignore[index]
        target = QApplication.focusWidget() or self.page
        QTest.keyClick(target, combination.key(), combination.keyboardModifiers())

    def pushes(self, name: str) -> None:
        """A button that can be seen and pressed."""
        button = self.button(name)
        assert button.isVisible(), f"{name} is not there"
        assert button.isEnabled(), f"{name} cannot be pressed"
        button.click()

    def answers(self, name: str) -> None:
        """A button of the open window."""
        button = self.dialog().findChild(QPushButton, name)
        assert button is not None
        button.click()

    def says_of_heading(self, heading: str, column: str) -> None:
        """Choose the heading, choose its column, and accept that."""
        panel = self.page.file.headings
        assert panel.table.select_key(heading)
        panel.choice.setCurrentIndex(panel.choice.findData(column))
        self.presses("Ctrl+M")

    # --- what it says ----------------------------------------------------------------------------

    def waits_for_answer(self) -> None:
        """Until the server was heard, or was not."""
        self.qtbot.waitUntil(lambda: not self.page.work.is_busy(), timeout=PATIENCE_MILLISECONDS)

    def waits_for_states(self) -> None:
        """Until the datasets are shown."""
        self.qtbot.waitUntil(lambda: self.page.datasets.row_count() > 0, timeout=PATIENCE_MILLISECONDS)

    def said(self) -> tuple[Tone, str]:
        """Tone and words of the verdict."""
        return self.page.file.answer.tone, self.page.file.answer.said

    def next_step(self) -> str:
        """What the one large button says; empty when there is none."""
        button = self.page.file.next
        return button.text() if button.isVisible() else ""

    def figures(self) -> dict[str, str]:
        """The counts in sight."""
        return {caption: fact.value for caption, fact in self.page.file.figures.items()}

    def row_errors(self) -> list[RowFault]:
        """The row errors in sight."""
        return _rows(self.page.file.errors.table)

    def headings(self) -> dict[str, tuple[str, str]]:
        """Kind and column of each heading that is not simply known."""
        rows: list[HeadingRow] = _rows(self.page.file.headings.table)
        return {row.heading: (row.kind, row.column) for row in rows}

    def states(self) -> dict[str, DatasetState]:
        """How the datasets stand."""
        return {state.dataset: state for state in _rows(self.page.datasets)}

    def runs(self) -> list[FeedRun]:
        """The history in sight, as it is ordered."""
        return _rows(self.page.history.table)

    def changes(self) -> list[tuple[str, str, str, str, str]]:
        """What the chosen run of the history changed, as it is listed: kind, number, column, before, after."""
        return _changes(self.page.history.difference.table)

    def tried_changes(self) -> list[tuple[str, str, str, str, str]]:
        """What the file that was looked at would change."""
        return _changes(self.page.file.difference.table)

    def line(self) -> str:
        """What is said of the line to the server; empty when all is well."""
        return self.page.line.text() if self.page.line.isVisible() else ""

    def button(self, name: str) -> QPushButton:
        """A button of the page."""
        found = self.page.findChild(QPushButton, name)
        assert found is not None, name
        return found

    def box(self, name: str) -> QComboBox:
        """A box of choices."""
        found = self.page.findChild(QComboBox, name)
        assert found is not None, name
        return found

    def dialog(self) -> QDialog:
        """The open window."""
        found = next((one for one in self.page.findChildren(QDialog) if one.isVisible()), None)
        assert found is not None, "no window is open"
        return found

    def has_window(self) -> bool:
        """Whether a window is open."""
        return any(one.isVisible() for one in self.page.findChildren(QDialog))

    def question(self) -> str:
        """What the open window says."""
        return " ".join(one.text() for one in self.dialog().findChildren(QLabel))

    def written_window(self) -> WrittenDialog:
        """The open window about how files are written."""
        dialog = self.dialog()
        assert isinstance(dialog, WrittenDialog)
        return dialog

    def everything_without_a_name(self) -> list[QWidget]:
        """Controls that a screen reader could not name."""
        kinds = (QPushButton, QComboBox)
        found = [one for kind in kinds for one in self.page.findChildren(kind)]
        return [one for one in found if not one.accessibleName() and one.isVisible()]


def _changes(table: object) -> list[tuple[str, str, str, str, str]]:
    lines: list[ChangeLine] = _rows(table)
    return [(one.kind, one.key, one.column, one.before, one.after) for one in lines]


def _rows(table: object) -> list:  # type: ignore[type-arg]
    from desktop.widgets.row_table import RowTable

    assert isinstance(table, RowTable)
    rows = [table.row_at(number) for number in range(table.row_count())]
    return [row for row in rows if row is not None]
