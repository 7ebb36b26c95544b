"""The scan box, always armed, and the filter that brings it what the scanner types wherever the focus is."""

from __future__ import annotations

import time
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop.settings import SCANNER_GAP, Settings
from desktop.widgets.icons import icon
from desktop.widgets.theme import current_colours

_SHORTEST_CODE = 3
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_KEY_EVENTS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride)
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class ScanField(QLineEdit):
    """The one box for scans and typing. `entered` carries the text and whether the scanner sent it.

    A scan leaves half-typed text where it is. Typed text is cleared after Enter; Up brings back what was
    entered before, Esc clears.
    """

    entered = Signal(str, bool)
    coming = Signal(str)
    """What a scanner has typed of a code so far, while the box has the focus; perhaps all of it but the Enter."""

    def __init__(self, placeholder: str, accessible_name: str = "Scan or type", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scan_box")
        self.setAccessibleName(accessible_name)
        self.setPlaceholderText(placeholder)
        self.setMaxLength(200)
        self._earlier: list[str] = []
        self._back = 0
        self._mark = QAction(self)
        self.addAction(self._mark, QLineEdit.ActionPosition.LeadingPosition)
        self._draw_mark()
        self.returnPressed.connect(self._on_return)

    def deliver(self, code: str) -> None:
        """Takes what a scanner typed, without touching what a person is typing."""
        if code.strip():
            self.entered.emit(code.strip(), True)

    def arm(self) -> None:
        """Puts the focus here, ready for typing."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Leaves Ctrl+Z to the page while the box is empty: there it takes the last scan back."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return super().event(event)
        if not self.text() and event.matches(QKeySequence.StandardKey.Undo):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down walk through what was entered, Esc clears."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Up and self._earlier:
            self._show_earlier(self._back + 1)
        elif event.key() == Qt.Key.Key_Down and self._back:
            self._show_earlier(self._back - 1)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draws the mark in the new colours."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._draw_mark()
        super().changeEvent(event)

    def _draw_mark(self) -> None:
        self._mark.setIcon(icon("scan", current_colours().accent))

    def _show_earlier(self, back: int) -> None:
        self._back = min(back, len(self._earlier))
        self.setText(self._earlier[-self._back] if self._back else "")

    def _on_return(self) -> None:
        text = self.text().strip()
        self._back = 0
        if text:
            self._earlier = [*self._earlier[-30:], text]
            # Said first, so that the worker begins while the box is being emptied.
            self.entered.emit(text, False)
            self.clear()


_HICCUP_SECONDS = 0.25
"""A busy machine may hold a scanner's keys up for so long; a person who turns to the scanner takes longer."""


_QUICKEST_TYPIST_SECONDS = 0.03
"""From key to key, for a whole word and its Enter. Scanners take 1 to 20 ms, the quickest typists 50."""


class ScannerFilter(QObject):
    """Tells the scanner's keys from a person's by their pace, and delivers a whole code to the scan box.

    Keys are held back for one gap (some 35 ms) and, unless a fast run of at least three ends with Enter, given on
    to where they were going, in order. In a field for text the run must be more than the quick end of what is being
    typed: a sidemark stays a sidemark, however quick the typist.

    It listens to the widget with the focus only: a filter on the whole application would cost Python time for every
    event there is.
    """

    unclaimed = Signal(str)
    handed_on = Signal(str)

    def __init__(
        self,
        application: QApplication,
        settings: Settings,
        find_scan_field: Callable[[], ScanField | None] | None = None,
    ) -> None:
        """`find_scan_field` says who takes a scan now; by default the visible `ScanField` of the active window.

        `unclaimed` carries a code that came when nobody could take it; `handed_on` one that went into a field that
        takes no scans.
        """
        super().__init__(application)
        self._application = application
        self._settings = settings
        self._find = find_scan_field or visible_scan_field
        self._held: list[QKeyEvent] = []
        self._target: QObject | None = None
        self._watched: QObject | None = None
        self._last_at = 0.0
        self._began_at = 0.0
        self._continues = False
        self._has_ended = True
        self._replaying = False
        self._patience = QTimer(self, singleShot=True)
        self._patience.setTimerType(Qt.TimerType.PreciseTimer)
        self._patience.timeout.connect(self._give_on)
        application.focusChanged.connect(self._on_focus_changed)
        self._on_focus_changed(None, application.focusWidget())

    def end(self) -> None:
        """Listen no more; keys that are held go where they were going."""
        self._give_on()
        self._application.focusChanged.disconnect(self._on_focus_changed)
        if self._watched is not None and shiboken6.isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """True when the key was held back or belongs to a scan."""
        if self._replaying or event.type() not in _KEY_EVENTS or not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            return self._before_shortcut(watched, event)
        if event.type() == QEvent.Type.KeyRelease:
            # The press was held; its release would arrive first. Nobody here acts on releases of letters.
            return bool(self._held) and _is_letter(event)
        return self._on_key(watched, event)

    def _on_key(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Shift:
            # A scanner presses it before every capital, in the middle of the code.
            return False
        now = _instant(event)
        since_last = now - self._last_at
        is_fast = since_last * 1000 <= self._settings.get(SCANNER_GAP)
        self._last_at = now
        has_ended, self._has_ended = self._has_ended, event.key() in _ENTER
        if self._held and (not is_fast or watched is not self._target):
            self._give_on()
        if event.key() in _ENTER:
            field = self._find() if self._held else None
            if self._is_scan(watched, field, now):
                self._deliver(field)
                return True
            self._give_on_before_enter(watched, field)
            return False
        if _is_letter(event):
            if not self._held:
                self._began_at = now
                within = since_last <= _HICCUP_SECONDS and watched is self._target
                self._continues = within and not has_ended
            self._held.append(event.clone())
            self._target = watched
            self._patience.start(self._settings.get(SCANNER_GAP))
            if len(self._held) >= _SHORTEST_CODE and isinstance(watched, ScanField):
                watched.coming.emit(self._code())
            return True
        self._give_on()
        return False

    def _before_shortcut(self, watched: QObject, event: QKeyEvent) -> bool:
        """Qt asks whether a key is to be a shortcut: an Enter at the end of a scan is none, and presses no button.

        Any other shortcut must find in its field what was typed before it, its last letters too.
        """
        if not self._held or _is_letter(event) or event.key() == Qt.Key.Key_Shift:
            return False
        field, now = self._find(), _instant(event)
        is_fast = (now - self._last_at) * 1000 <= self._settings.get(SCANNER_GAP) and watched is self._target
        if event.key() in _ENTER and is_fast and self._is_scan(watched, field, now):
            event.accept()
            return True
        self._last_at, self._has_ended = now, event.key() in _ENTER
        if event.key() in _ENTER and is_fast:
            self._give_on_before_enter(watched, field)
        else:
            self._give_on()
        return False

    def _is_scan(self, watched: QObject, field: ScanField | None, now: float) -> bool:
        """Whether an Enter makes what is held a code that `field` takes, or that nobody takes."""
        if len(self._held) < _SHORTEST_CODE:
            return False
        if watched is field:
            # A hiccup may have cut a scan in two; its beginning stands in the box then, so the box enters all of it.
            return not self._continues
        if field is None and isinstance(watched, QLineEdit):
            # Where nothing takes scans, fast keys are somebody's own: a password that a program types, for one.
            return False
        # Else it may go on from other letters of a word, or come no quicker than people type.
        may_be_typed = self._continues or now - self._began_at > _QUICKEST_TYPIST_SECONDS * len(self._held)
        return not (may_be_typed and _takes_text(watched))

    def _give_on_before_enter(self, watched: QObject, field: ScanField | None) -> None:
        if len(self._held) >= _SHORTEST_CODE and field is None and isinstance(watched, QLineEdit):
            self.handed_on.emit(self._code())
        self._give_on()

    def _deliver(self, field: ScanField | None) -> None:
        self._patience.stop()
        code, self._held = self._code(), []
        if field is None:
            self.unclaimed.emit(code)
        else:
            field.deliver(code)

    def _code(self) -> str:
        return "".join([event.text() for event in self._held])

    def _give_on(self) -> None:
        """Sends the held keys to where they were going."""
        self._patience.stop()
        held, self._held = self._held, []
        target = self._target
        if target is None or not shiboken6.isValid(target):
            return
        self._replaying = True
        try:
            for event in held:
                QCoreApplication.sendEvent(target, event)
        finally:
            self._replaying = False

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._held:
            self._give_on()
        watched: QObject | None = new if new is not None else QApplication.activeWindow()
        if watched is self._watched:
            return
        if self._watched is not None and shiboken6.isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = watched
        if watched is not None:
            watched.installEventFilter(self)


def visible_scan_field() -> ScanField | None:
    """The scan box a person sees in the window in front; None while a dialog without one is open."""
    window = QApplication.activeModalWidget()
    if window is None:
        # Mostly it has the focus; looking through all the widgets of a window takes longer than looking a copy up.
        focus = QApplication.focusWidget()
        if isinstance(focus, ScanField) and focus.isVisible() and focus.isEnabled():
            return focus
        window = QApplication.activeWindow()
    if window is None:
        return None
    return next((field for field in window.findChildren(ScanField) if field.isVisible() and field.isEnabled()), None)


def _takes_text(widget: QObject) -> bool:
    return isinstance(widget, QWidget) and widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def _is_letter(event: QKeyEvent) -> bool:
    return bool(event.text()) and event.text().isprintable() and not event.modifiers() & _COMMANDS


def _instant(event: QKeyEvent) -> float:
    """When the key was pressed, in seconds: the platform's own time where it gives one.

    A window that was busy for a moment gets a person's keys all at once; only the platform knows their pace.
    """
    return event.timestamp() / 1000 if event.timestamp() else time.monotonic()
