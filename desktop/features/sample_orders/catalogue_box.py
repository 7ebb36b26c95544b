"""The one box for scans and for search as you type: arrows walk the answers, Enter takes one, `3*` is a quantity."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from desktop.widgets.scan_field import ScanField

_WALKING_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CatalogueBox(ScanField):
    """A scan box whose typed text is searched for while it is typed.

    `asked` carries the text at every keystroke; `taken` says that Enter was pressed on the answers; `entered`
    comes only from the scanner.
    """

    asked = Signal(str)
    taken = Signal()

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(placeholder, "Search the catalogue, or scan", parent)
        self._view: QAbstractItemView | None = None
        self.setClearButtonEnabled(True)
        self.textChanged.connect(lambda text: self.asked.emit(text.strip()))

    def walk(self, view: QAbstractItemView) -> None:
        """Lets the arrow keys move in `view` while typing goes on here."""
        self._view = view

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the answers, Enter takes one; Ctrl+Enter stays what the page makes of it."""
        if event.key() in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.taken.emit()
        elif self._view is not None and event.key() in _WALKING_KEYS:
            self._walk(self._view, event)
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _walk(view: QAbstractItemView, event: QKeyEvent) -> None:
        if view.currentIndex().isValid() or not view.model().rowCount():
            QApplication.sendEvent(view, event)
        else:
            view.setCurrentIndex(view.model().index(0, 0))
