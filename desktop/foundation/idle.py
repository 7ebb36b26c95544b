"""Noticing that nobody is at the desk."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QWindow

_SIGNS_OF_LIFE = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin}
)
_LOOK_EVERY_MILLISECONDS = 5_000


class IdleWatch(QObject):
    """Emits `idle` once when no key, scan or click has come for `seconds`; `begin` starts counting anew."""

    idle = Signal()

    def __init__(
        self,
        window: QWindow,
        seconds: float,
        parent: QObject | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """It listens to the window itself, which gets each key once: a filter on every widget would cost time."""
        super().__init__(parent)
        self.seconds = seconds
        self._now = now
        self._last_at = now()
        window.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setInterval(min(_LOOK_EVERY_MILLISECONDS, max(1, int(seconds * 250))))
        self._timer.timeout.connect(self.look)

    def begin(self) -> None:
        """From now on."""
        self._last_at = self._now()
        self._timer.start()

    def end(self) -> None:
        """No more."""
        self._timer.stop()

    @property
    def is_watching(self) -> bool:
        """Whether `idle` may still come."""
        return self._timer.isActive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notes signs of life; never takes an event away."""
        if event.type() in _SIGNS_OF_LIFE:
            self._last_at = self._now()
        return super().eventFilter(watched, event)

    def look(self) -> None:
        """Whether the time is over; it does so by itself every few seconds."""
        if self._now() - self._last_at >= self.seconds:
            self._timer.stop()
            self.idle.emit()
