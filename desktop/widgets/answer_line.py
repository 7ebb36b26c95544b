"""The answer to the last scan: one large line with icon, what it was, what happened, and perhaps a step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.widgets.announce import announce
from desktop.widgets.buttons import Button, Kind, plain
from desktop.widgets.colours import TONE_ICONS, Tone
from desktop.widgets.icons import pixmap
from desktop.widgets.panels import label
from desktop.widgets.theme import GAP, SMALL, WIDE, TextRole, current_colours

_ICON = 24


class AnswerLine(QFrame):
    """Stands below a scan box. It has its height from the start, so that nothing jumps at the first scan."""

    def __init__(self, resting_sentence: str, parent: QWidget | None = None) -> None:
        """`resting_sentence` says what to do first, until something was said."""
        super().__init__(parent)
        self.setObjectName("scan_answer")
        # Not Fixed: a sentence that takes three lines in a narrow window needs their height.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._resting_sentence = resting_sentence
        self._tone = Tone.NEUTRAL
        self._icon_name = ""
        self._picture = QLabel()
        self._picture.setFixedWidth(_ICON)
        self._title = label(role=TextRole.HEADING, wrap=True)
        self._detail = label(wrap=True)
        self._action: Callable[[], None] | None = None
        self._button = Button("answer_action", "", self._on_clicked, kind=Kind.NORMAL)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(WIDE - 2, SMALL, GAP, SMALL)
        layout.setSpacing(GAP)
        layout.addWidget(self._picture)
        layout.addLayout(words, 1)
        layout.addWidget(self._button)
        self.setMinimumHeight(60)
        self.rest()

    @property
    def said(self) -> str:
        """Title and detail, as a person reads them."""
        return f"{self._title.text()} {self._detail.text()}".strip()

    @property
    def tone(self) -> Tone:
        """How it was said."""
        return self._tone

    def rest(self) -> None:
        """Says what to do first."""
        self._show(Tone.NEUTRAL, "", self._resting_sentence, icon="scan")

    def say(
        self,
        tone: Tone,
        title: str,
        detail: str = "",
        action_text: str = "",
        action: Callable[[], None] | None = None,
        *,
        icon: str = "",
    ) -> None:
        """Shows what was scanned and what happened; read aloud by screen readers."""
        self._show(tone, title, detail, action_text, action, icon)
        announce(self, self.said)

    def changeEvent(self, event: QEvent) -> None:
        """Draws the icon in the new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_button"):
            self._draw_icon()
        super().changeEvent(event)

    def _show(
        self,
        tone: Tone,
        title: str,
        detail: str,
        action_text: str = "",
        action: Callable[[], None] | None = None,
        icon: str = "",
    ) -> None:
        self._tone, self._icon_name, self._action = tone, icon or TONE_ICONS[tone], action
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._button.setText(plain(action_text))
        self._button.setAccessibleName(action_text)
        self._button.setVisible(action is not None)
        self.setAccessibleName(self.said)
        if self.property("ground") != str(tone):
            self.setProperty("ground", str(tone))
            # The words take their ink from the ground, and a stylesheet looks at that only when they are polished.
            for part in (self, self._title, self._detail, self._button):
                self.style().unpolish(part)
                self.style().polish(part)
        self._draw_icon()

    def _draw_icon(self) -> None:
        ink = current_colours().tone(self._tone).ink
        self._picture.setPixmap(pixmap(self._icon_name, ink, _ICON, self.devicePixelRatioF()))

    def _on_clicked(self) -> None:
        if self._action is not None:
            self._action()
