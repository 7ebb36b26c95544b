"""Search as you type: a field that waits for a pause, and a list of answers that the arrow keys walk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSignalBlocker,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from desktop.widgets.icons import icon
from desktop.widgets.search_hit import SearchHit
from desktop.widgets.search_hit_painter import SearchHitPainter
from desktop.widgets.theme import current_colours

__all__ = ["SearchBox", "SearchDrop", "SearchHit"]

_PAUSE_MILLISECONDS = 60
_MOST_SHOWN = 9
_WALKING_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class SearchBox(QLineEdit):
    """A field that asks after a short pause. `asked` carries the text, "" when it was emptied.

    Give the answers with `show_hits` and they drop down below; `hit_chosen` carries the one taken by Enter
    or click; Enter waits for the answers to what stands in the field. Or walk a table: with `walk(table)` the arrow
    keys move in it and Enter activates its row.
    `finished` says that Esc was pressed with nothing left to close or clear, `left` that the focus went
    elsewhere in this window.
    """

    asked = Signal(str)
    hit_chosen = Signal(object)
    finished = Signal()
    left = Signal()

    def __init__(
        self,
        name: str,
        placeholder: str,
        *,
        pause_milliseconds: int = _PAUSE_MILLISECONDS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(placeholder)
        self.setPlaceholderText(placeholder)
        self.setClearButtonEnabled(True)
        self.setMaxLength(200)
        self._mark = QAction(self)
        self.addAction(self._mark, QLineEdit.ActionPosition.LeadingPosition)
        self._draw_mark()
        self._walked: QAbstractItemView | None = None
        self._drop: SearchDrop | None = None
        self._last_asked = ""
        self._awaits_hits = False
        self._takes_first = False
        self._pause = QTimer(self, singleShot=True, interval=pause_milliseconds)
        self._pause.timeout.connect(self.ask_now)
        self.textChanged.connect(self._on_text_changed)

    def walk(self, view: QAbstractItemView) -> None:
        """Lets the arrow keys move in `view` and Enter activate there, while typing goes on here."""
        self._walked = view

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """Drops the answers down below the field; none closes the list."""
        takes_first, self._takes_first, self._awaits_hits = self._takes_first, False, False
        if self._drop is None:
            if not hits:
                return
            self._drop = SearchDrop(self)
            self._drop.chosen.connect(self._on_chosen)
        self._drop.show_hits(hits)
        if takes_first:
            self._drop.take()

    def hits_on_screen(self) -> list[SearchHit]:
        """The answers that are dropped down now."""
        return self._drop.hits() if self._drop is not None and self._drop.isVisible() else []

    def ask_now(self) -> None:
        """Asks without waiting for the pause; asks nothing twice."""
        self._pause.stop()
        text = self.text().strip()
        if text != self._last_asked:
            self._last_asked = text
            self._awaits_hits, self._takes_first = True, False
            self.asked.emit(text)

    def show_as_asked(self, text: str) -> None:
        """Puts words into the field for which the caller asks itself."""
        with QSignalBlocker(self):
            self.setText(text)
        self._pause.stop()
        self._last_asked = text.strip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk the answers, Enter takes one, Esc closes them and then empties the field."""
        key = event.key()
        dropped = self._drop is not None and self._drop.isVisible()
        if dropped and self._drop is not None and (key in _WALKING_KEYS):
            self._drop.step(key)
        elif self._walked is None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_enter(event, self._drop if dropped else None)
        elif dropped and self._drop is not None and key == Qt.Key.Key_Escape:
            self._drop.hide()
        elif self._walked is not None and key in (*_WALKING_KEYS, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.ask_now()
            self._on_walking_key(self._walked, event)
        elif key == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.finished.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Closes the answers when the person goes elsewhere."""
        super().focusOutEvent(event)
        if event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            return
        if self._drop is not None:
            self._drop.hide()
        self.left.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Draws the mark in the new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._draw_mark()
        super().changeEvent(event)

    def _draw_mark(self) -> None:
        self._mark.setIcon(icon("search", current_colours().muted))

    def _on_text_changed(self, text: str) -> None:
        if text.strip():
            self._pause.start()
        else:
            self.ask_now()
            self.show_hits(())

    def _on_chosen(self, hit: SearchHit) -> None:
        if self._drop is not None:
            self._drop.hide()
        self.hit_chosen.emit(hit)

    def _on_enter(self, event: QKeyEvent, dropped: SearchDrop | None) -> None:
        self.ask_now()
        if self._awaits_hits:
            # What is dropped down, if anything, answers other words than stand in the field.
            self._takes_first = True
        elif dropped is not None:
            dropped.take()
            return
        super().keyPressEvent(event)

    def _on_walking_key(self, view: QAbstractItemView, event: QKeyEvent) -> None:
        model, index = view.model(), view.currentIndex()
        if not index.isValid() and model.rowCount():
            # The first key chooses the first row; Enter then takes it at once.
            view.setCurrentIndex(model.index(0, 0))
            if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                return
        QApplication.sendEvent(view, event)


class SearchDrop(QFrame):
    """The list below a search box: a child of the window, so that the focus stays in the field."""

    chosen = Signal(object)

    def __init__(self, box: QLineEdit) -> None:
        super().__init__(box.window())
        self.setObjectName("popup")
        self._box = box
        self._model = _HitModel(self)
        self._list = QListView(self)
        self._list.setObjectName("search_hits")
        self._list.setAccessibleName("Answers")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setModel(self._model)
        self._list.setItemDelegate(SearchHitPainter(self))
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.clicked.connect(self._on_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(5, 5, 5, 5)
        layout.addWidget(self._list)
        self.hide()

    def hits(self) -> list[SearchHit]:
        """The answers."""
        return list(self._model.hits)

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """Shows these answers, the first one ready to be taken."""
        self._model.show_hits(hits)
        if not hits:
            self.hide()
            return
        self._list.setCurrentIndex(self._model.index(0, 0))
        rows = min(len(hits), _MOST_SHOWN)
        height = rows * self._list.sizeHintForRow(0) + 14
        corner = self._box.mapTo(self._box.window(), QPoint(0, self._box.height() + 4))
        room = self._box.window().height() - corner.y() - 8
        self.setGeometry(corner.x(), corner.y(), max(self._box.width(), 360), max(min(height, room), 40))
        self.show()
        self.raise_()

    def step(self, key: int) -> None:
        """Moves the choice, around the ends."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -5, Qt.Key.Key_PageDown: 5}[Qt.Key(key)]
        count = self._model.rowCount()
        place = self._list.currentIndex().row() + by
        place = place % count if abs(by) == 1 else max(0, min(place, count - 1))
        self._list.setCurrentIndex(self._model.index(place, 0))

    def take(self) -> None:
        """Takes the answer the choice stands on."""
        if self._list.currentIndex().isValid():
            self._on_clicked(self._list.currentIndex())

    def _on_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(self._model.hits[index.row()])


_NO_PARENT = QModelIndex()


class _HitModel(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hits: tuple[SearchHit, ...] = ()

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        self.beginResetModel()
        self.hits = tuple(hits)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{hit.title}, {hit.detail}" if hit.detail else hit.title
        return hit if role == Qt.ItemDataRole.UserRole else None
