"""Grounds and headings that pages lay their parts on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.widgets.theme import GAP, SMALL, WIDE, TextRole, set_muted, set_text_role


def label(text: str = "", role: TextRole = TextRole.BODY, *, muted: bool = False, wrap: bool = False) -> QLabel:
    """A label in one of the ranks of writing; its text is plain, never markup from data."""
    made = QLabel(text, wordWrap=wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    set_text_role(made, role)
    if muted:
        set_muted(made)
    return made


def rule() -> QFrame:
    """A hairline across."""
    line = QFrame()
    line.setProperty("rule", True)
    return line


class Panel(QFrame):
    """A bordered ground with an optional heading row; put widgets into `body`, small ones at the right of `head`."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(WIDE, GAP, WIDE, WIDE)
        outer.setSpacing(SMALL)
        self.head = QHBoxLayout()
        self.head.setSpacing(SMALL)
        self.heading = label(heading, TextRole.HEADING)
        if heading:
            self.head.addWidget(self.heading)
            self.head.addStretch(1)
            outer.addLayout(self.head)
        self.body = QVBoxLayout()
        self.body.setSpacing(SMALL)
        outer.addLayout(self.body, 1)


class Fact(QWidget):
    """A figure or a word with its caption above it; several stand side by side as a summary."""

    def __init__(self, caption: str, value: str = "", role: TextRole = TextRole.STRONG) -> None:
        super().__init__()
        self._value = label(value, role)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(label(caption, TextRole.CAPTION, muted=True))
        layout.addWidget(self._value)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> str:
        """What stands under the caption."""
        return self._value.text()

    def show_value(self, value: str) -> None:
        """Shows another value."""
        self._value.setText(value)
