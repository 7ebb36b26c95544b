"""What an empty table or panel says: one sentence and, where there is one, the obvious next step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.widgets.buttons import plain
from desktop.widgets.icons import pixmap
from desktop.widgets.theme import SMALL, WIDE, current_colours, set_muted


class EmptyState(QWidget):
    """An icon, a sentence and perhaps a button, in the middle of whatever holds it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty_state")
        self._icon_name = "table"
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._sentence = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._sentence.setObjectName("empty_sentence")
        set_muted(self._sentence)
        self._button = QPushButton()
        self._button.setObjectName("empty_action")
        self._button.clicked.connect(self._on_clicked)
        self._action: Callable[[], None] | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(SMALL)
        layout.addStretch(2)
        layout.addWidget(self._picture)
        layout.addWidget(self._sentence)
        layout.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.say("Nothing here yet.")

    def say(
        self,
        sentence: str,
        action_text: str = "",
        action: Callable[[], None] | None = None,
        icon: str = "table",
    ) -> None:
        """Shows this sentence, and a button only if there is something to do."""
        self._icon_name = icon
        self._sentence.setText(sentence)
        self._action = action
        self._button.setText(plain(action_text))
        self._button.setVisible(action is not None)
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Draws the icon in the new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()
        super().changeEvent(event)

    def _draw_icon(self) -> None:
        self._picture.setPixmap(pixmap(self._icon_name, current_colours().field_edge, 32, self.devicePixelRatioF()))

    def _on_clicked(self) -> None:
        if self._action is not None:
            self._action()
