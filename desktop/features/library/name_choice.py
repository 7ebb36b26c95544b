"""The short list below the scan box: designers whose names begin so, walked with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from desktop.features.library.rows import DesignerRow
from desktop.widgets.scan_field import ScanField
from desktop.widgets.search_box import SearchDrop, SearchHit

_STEPS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NameChoice(QObject):
    """`designer_chosen` carries an id, `copies_wanted` the text that shall be looked for among the copies."""

    designer_chosen = Signal(str)
    copies_wanted = Signal(str)

    def __init__(self, field: ScanField) -> None:
        super().__init__(field)
        self._field = field
        self._drop: SearchDrop | None = None

    def offer(self, designers: Sequence[DesignerRow], copies_asked: str) -> None:
        """Drop the list down, the first one ready to be taken."""
        hits = [
            SearchHit(
                one.name,
                " · ".join(part for part in (one.firm, one.city, "blocked" if one.blocked else "") if part),
                "person",
                one.designer_id,
            )
            for one in designers
        ]
        if copies_asked:
            hits.append(SearchHit(f"Copies of “{copies_asked}”", "Who has it", "search", (copies_asked,)))
        if self._drop is None:
            self._drop = SearchDrop(self._field)
            self._drop.chosen.connect(self._on_chosen)
        self._field.installEventFilter(self)
        self._drop.show_hits(hits)

    def on_offer(self) -> list[SearchHit]:
        """What is dropped down now."""
        return self._drop.hits() if self._drop is not None and self._drop.isVisible() else []

    def close(self) -> None:
        """Take the list away."""
        if self._drop is not None and self._drop.isVisible():
            self._drop.hide()
        self._field.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk, Enter takes, Esc or another text closes; everything else is the field's."""
        if self._drop is None or not self._drop.isVisible():
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.close()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in _STEPS:
            self._drop.step(event.key())
            return True
        if event.key() in _TAKES and not self._field.text():
            self._drop.take()
            return True
        self.close()
        return event.key() == Qt.Key.Key_Escape

    def _on_chosen(self, hit: SearchHit) -> None:
        self.close()
        if isinstance(hit.value, tuple):
            self.copies_wanted.emit(hit.value[0])
        else:
            self.designer_chosen.emit(hit.value)
