"""Questions and bad news in windows of their own: buttons are verbs, sentences say what was kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.widgets.buttons import Button, Kind
from desktop.widgets.colours import TONE_ICONS, Tone
from desktop.widgets.icons import pixmap
from desktop.widgets.panels import label
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE, TextRole, current_colours

_WIDTH = 460


class HouseDialog(QDialog):
    """A dialog with a heading, a body to fill, and buttons at the lower right; Esc is always "no"."""

    def __init__(self, name: str, heading: str, parent: QWidget | None = None, *, width: int = _WIDTH) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(heading)
        self.setAccessibleName(heading)
        self.setMinimumWidth(width)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(BROAD, WIDE + 4, BROAD, WIDE)
        outer.setSpacing(GAP)
        outer.addWidget(label(heading, TextRole.HEADING))
        self.body = QVBoxLayout()
        self.body.setSpacing(SMALL)
        outer.addLayout(self.body, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SMALL)
        self._buttons.setContentsMargins(0, SMALL, 0, 0)
        self._buttons.addStretch(1)
        outer.addLayout(self._buttons)

    def add_button(
        self, name: str, verb: str, slot: Callable[[], None], *, kind: Kind = Kind.NORMAL, default: bool = False
    ) -> Button:
        """A button at the right end of the row; `default` takes Enter."""
        button = Button(name, verb, slot, kind=kind)
        button.setDefault(default)
        self._buttons.addWidget(button)
        return button


class Question(HouseDialog):
    """A question with two verbs. Enter takes the harmless one when the other cannot be undone."""

    def __init__(
        self,
        heading: str,
        sentence: str,
        verb: str,
        *,
        keep_verb: str = "Cancel",
        dangerous: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("question", heading, parent)
        self.body.addWidget(label(sentence, wrap=True))
        self.body.addStretch(1)
        self.add_button("answer_no", keep_verb, self.reject, default=dangerous)
        kind = Kind.DANGER if dangerous else Kind.PRIMARY
        self.add_button("answer_yes", verb, self.accept, kind=kind, default=not dangerous)


def ask(
    parent: QWidget,
    heading: str,
    sentence: str,
    verb: str,
    on_yes: Callable[[], None],
    *,
    keep_verb: str = "Cancel",
    dangerous: bool = False,
) -> Question:
    """Asks without stopping the program; `on_yes` is called when the person takes the verb."""
    question = Question(heading, sentence, verb, keep_verb=keep_verb, dangerous=dangerous, parent=parent)
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question.accepted.connect(on_yes)
    question.open()
    return question


class BadNews(HouseDialog):
    """Something that was not done, why, and what was kept; one button to go on."""

    def __init__(self, heading: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__("bad_news", heading, parent)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        picture = QLabel()
        ink = current_colours().bad.ink
        picture.setPixmap(pixmap(TONE_ICONS[Tone.BAD], ink, 24, self.devicePixelRatioF()))
        row.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        words = label(sentence, wrap=True)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(words, 1)
        self.body.addLayout(row)
        self.add_button("go_on", "Go on", self.accept, kind=Kind.PRIMARY, default=True)


def tell_bad_news(parent: QWidget | None, heading: str, sentence: str) -> BadNews:
    """Shows bad news without stopping the program."""
    news = BadNews(heading, sentence, parent)
    news.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    news.open()
    return news
