"""What the program says beside its pages: lines that come and go, banners that stay, each with its tone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal

from desktop.widgets.colours import Tone
from desktop.widgets.sounds import Sounds

_KEPT = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence the program said, when (UTC), in which tone, and the step it offered."""

    tone: Tone
    sentence: str
    said_at: datetime
    action_text: str = ""
    action: Callable[[], None] | None = None


class Notices(QObject):
    """Says sentences to the person: pages speak here, the shell shows it.

    A toast is for what just happened. A banner is for a state that lasts, has a name, and goes when its
    cause is gone. Everything said is in `history`, newest first.
    """

    said = Signal(object)
    banner_raised = Signal(str, object)
    banner_lowered = Signal(str)
    forgotten = Signal()

    def __init__(self, sounds: Sounds | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sounds = sounds
        self._history: deque[Notice] = deque(maxlen=_KEPT)
        self._banners: dict[str, Notice] = {}

    @property
    def history(self) -> list[Notice]:
        """What was said, newest first, the last 200."""
        return list(self._history)

    @property
    def banners(self) -> dict[str, Notice]:
        """The banners that stand now, by name."""
        return dict(self._banners)

    def say(
        self,
        tone: Tone,
        sentence: str,
        action_text: str = "",
        action: Callable[[], None] | None = None,
        *,
        sound: bool = False,
    ) -> None:
        """Shows a line for some seconds; `sound` also plays the tone."""
        notice = Notice(tone, sentence, datetime.now(UTC), action_text, action)
        self._history.appendleft(notice)
        if sound:
            self.sound(tone)
        self.said.emit(notice)

    def good(self, sentence: str) -> None:
        """Something was done."""
        self.say(Tone.GOOD, sentence)

    def attention(self, sentence: str) -> None:
        """Something was done, and a person should look."""
        self.say(Tone.ATTENTION, sentence)

    def bad(self, sentence: str) -> None:
        """Something was not done."""
        self.say(Tone.BAD, sentence)

    def forget(self) -> None:
        """Take everything said from the screen and out of `history`: the desk is locked."""
        self._history.clear()
        self.forgotten.emit()

    def sound(self, tone: Tone) -> None:
        """Only the tone, when the page itself shows the line."""
        if self._sounds is not None:
            self._sounds.play(tone)

    def raise_banner(
        self,
        name: str,
        tone: Tone,
        sentence: str,
        action_text: str = "",
        action: Callable[[], None] | None = None,
    ) -> None:
        """Shows a banner until it is lowered or closed; the same name replaces the former one."""
        notice = Notice(tone, sentence, datetime.now(UTC), action_text, action)
        if name not in self._banners or self._banners[name].sentence != sentence:
            self._history.appendleft(notice)
        self._banners[name] = notice
        self.banner_raised.emit(name, notice)

    def lower_banner(self, name: str) -> None:
        """Takes a banner away; no harm if it is not there."""
        if self._banners.pop(name, None) is not None:
            self.banner_lowered.emit(name)
