"""How notices look: toasts over the lower left corner of a window, banners at the top of its pages."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.widgets.announce import announce
from desktop.widgets.buttons import plain
from desktop.widgets.colours import TONE_ICONS, Tone
from desktop.widgets.icons import icon, pixmap
from desktop.widgets.notices import Notice, Notices
from desktop.widgets.theme import BROAD, GAP, SMALL, current_colours

_SECONDS = {Tone.GOOD: 4, Tone.INFO: 5, Tone.NEUTRAL: 4, Tone.ATTENTION: 8, Tone.BAD: 12}
_WIDEST = 520
_MOST_TOASTS = 3


class NoticeLine(QFrame):
    """One notice: icon, sentence, the step it offers, and a cross."""

    closed = Signal()

    def __init__(self, notice: Notice, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("ground", str(notice.tone))
        self.setAccessibleName(notice.sentence)
        self._notice = notice
        self._picture = QLabel()
        sentence = QLabel(notice.sentence, wordWrap=True)
        sentence.setObjectName("notice_sentence")
        sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP, SMALL, SMALL, SMALL)
        layout.setSpacing(SMALL)
        layout.addWidget(self._picture, alignment=Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(sentence, 1)
        if notice.action is not None:
            button = QPushButton(plain(notice.action_text))
            button.setObjectName("notice_action")
            button.setProperty("kind", "quiet")
            button.clicked.connect(self._on_action)
            layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignVCenter)
        self._cross = QToolButton()
        self._cross.setObjectName("notice_close")
        self._cross.setAccessibleName("Close this notice")
        self._cross.setIconSize(QSize(16, 16))
        self._cross.clicked.connect(self.closed)
        layout.addWidget(self._cross, alignment=Qt.AlignmentFlag.AlignVCenter)
        self._draw_icons()

    def changeEvent(self, event: QEvent) -> None:
        """Draws the icons in the new colours."""
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()
        super().changeEvent(event)

    def _draw_icons(self) -> None:
        ink = current_colours().tone(self._notice.tone).ink
        self._picture.setPixmap(pixmap(TONE_ICONS[self._notice.tone], ink, 20, self.devicePixelRatioF()))
        self._cross.setIcon(icon("close", ink))

    def _on_action(self) -> None:
        self.closed.emit()
        if self._notice.action is not None:
            self._notice.action()


class Toasts(QWidget):
    """The lines of `notices`, newest below, over the lower left corner of `window`; takes no focus.

    At the left, because the buttons that people need next stand at the right.
    """

    def __init__(
        self, notices: Notices, window: QWidget, *, beside: QWidget | None = None, above: QWidget | None = None
    ) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("toasts")
        self._beside, self._above = beside, above
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SMALL)
        self._lines: list[NoticeLine] = []
        window.installEventFilter(self)
        notices.said.connect(self._on_said)
        notices.forgotten.connect(self.clear)
        self.hide()

    def sentences(self) -> list[str]:
        """What stands on screen now, oldest first."""
        return [line.accessibleName() for line in self._lines]

    def clear(self) -> None:
        """Takes all lines away."""
        for line in list(self._lines):
            self._remove(line)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the window's size."""
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self._place()
        return False

    def _on_said(self, notice: Notice) -> None:
        line = NoticeLine(notice, "toast_line", self)
        line.closed.connect(self._remover(line))
        timer = QTimer(line, singleShot=True, interval=_SECONDS[notice.tone] * 1000)
        timer.timeout.connect(self._remover(line))
        timer.start()
        self._lines.append(line)
        self._layout.addWidget(line)
        while len(self._lines) > _MOST_TOASTS:
            self._remove(self._lines[0])
        announce(self, notice.sentence)
        line.show()
        self.show()
        self.raise_()
        self._place()

    def _remover(self, line: NoticeLine) -> Callable[[], None]:
        return lambda: self._remove(line)

    def _remove(self, line: NoticeLine) -> None:
        if line in self._lines:
            self._lines.remove(line)
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
            self.setVisible(bool(self._lines))
            self._place()

    def _place(self) -> None:
        window = self._window
        self._layout.activate()
        left = self._beside.width() if self._beside is not None else 0
        bottom = self._above.height() if self._above is not None else 0
        width = min(_WIDEST, window.width() - left - 2 * BROAD)
        self.setFixedWidth(width)
        height = self._layout.heightForWidth(width) if self._layout.hasHeightForWidth() else self.sizeHint().height()
        self.resize(width, height)
        self.move(left + BROAD, window.height() - height - bottom - GAP)


class BannerArea(QWidget):
    """The banners of `notices`, one below the other; takes no room while there are none."""

    def __init__(self, notices: Notices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner_area")
        self._notices = notices
        self._lines: dict[str, NoticeLine] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(BROAD, GAP, BROAD, 0)
        self._layout.setSpacing(SMALL)
        notices.banner_raised.connect(self._on_raised)
        notices.banner_lowered.connect(self._on_lowered)
        self.hide()
        for name, notice in notices.banners.items():
            self._on_raised(name, notice)

    def sentences(self) -> list[str]:
        """What stands on screen now, top first."""
        return [line.accessibleName() for line in self._lines.values()]

    def _on_raised(self, name: str, notice: Notice) -> None:
        self._on_lowered(name)
        line = NoticeLine(notice, f"banner_{name}", self)
        line.closed.connect(lambda: self._notices.lower_banner(name))
        self._lines[name] = line
        self._layout.addWidget(line)
        self.show()

    def _on_lowered(self, name: str) -> None:
        line = self._lines.pop(name, None)
        if line is not None:
            self._layout.removeWidget(line)
            line.hide()
            line.deleteLater()
            self.setVisible(bool(self._lines))
