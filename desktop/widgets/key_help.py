"""The sheet of keys that F1 shows: what each key does on this page and everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.widgets.buttons import Button, Kind
from desktop.widgets.key_hint import KeyHint
from desktop.widgets.panels import label, rule
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE, TextRole

__all__ = ["KeyHelp", "KeyHint"]


class KeyHelp(QDialog):
    """A sheet with one column a group of keys; Esc, F1 or Enter closes it."""

    def __init__(self, groups: Sequence[tuple[str, Sequence[KeyHint]]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key_help")
        self.setWindowTitle("Keys")
        self.setAccessibleName("Keys")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(BROAD, WIDE, BROAD, WIDE)
        outer.setSpacing(GAP)
        columns = QHBoxLayout()
        columns.setSpacing(BROAD * 2)
        for heading, hints in groups:
            if hints:
                columns.addLayout(_group(heading, hints))
        outer.addLayout(columns)
        outer.addWidget(rule())
        close = Button("close_key_help", "Close", self.accept, kind=Kind.PRIMARY)
        outer.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)
        close.setDefault(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F1 closes what F1 opened."""
        if event.key() == Qt.Key.Key_F1:
            self.accept()
        else:
            super().keyPressEvent(event)


def _group(heading: str, hints: Sequence[KeyHint]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(SMALL)
    column.addWidget(label(heading, TextRole.HEADING))
    grid = QGridLayout()
    grid.setHorizontalSpacing(WIDE)
    grid.setVerticalSpacing(SMALL - 2)
    for number, hint in enumerate(hints):
        grid.addWidget(label(_native(hint.key), TextRole.STRONG), number, 0)
        grid.addWidget(label(hint.does), number, 1)
    grid.setColumnStretch(1, 1)
    column.addLayout(grid)
    column.addStretch(1)
    return column


def _native(key: str) -> str:
    """The key as this system writes it; words that are no key ("scan", "12*") stay as they are."""
    sequence = QKeySequence(key)
    written = sequence.toString(QKeySequence.SequenceFormat.NativeText)
    return written if written and sequence.toString() == key else key
