"""Locking the open desk: by key, by idleness, or because its server was away too long; and the PIN that opens it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from desktop.desk_keeper import DeskKeeper
from desktop.foundation.idle import IdleWatch
from desktop.gatekeeper import Gatekeeper, sentence_of
from desktop.settings import LOCK_MINUTES
from desktop.window_parts import WindowParts

if TYPE_CHECKING:
    from desktop.cache.keys import KeyRing


class Locking(QObject):
    """What hides an open desk and asks again."""

    def __init__(self, desks: DeskKeeper, parts: WindowParts, gates: Gatekeeper, profile: Path) -> None:
        super().__init__(desks)
        self._desks, self._parts, self._gates, self._profile = desks, parts, gates, profile
        self._idle: IdleWatch | None = None

    def watch_idle(self) -> None:
        """Lock when nobody is at the desk, counted from now."""
        handle = self._parts.window.windowHandle()
        if self._idle is None and handle is not None:
            self._idle = IdleWatch(handle, self._parts.settings.get(LOCK_MINUTES) * 60.0, self)
            self._idle.idle.connect(self.lock)
        if self._idle is not None:
            self._idle.begin()

    def lock(self) -> None:
        """Hide everything, close the desk's files, and let only PIN or password open them again.

        Nothing stops it: what a page holds half-typed is gone, what was recorded is on the disk. Sync pauses until
        the desk is open again, because the token lies in the closed file.
        """
        self._close_for(
            "Locking…",
            lambda keys: keys.lock(),
            lambda has_pin: self._gates.show_unlock(
                "This desk is locked. What you recorded is safe, and goes on being sent once it is open again.",
                has_pin=has_pin,
            ),
        )

    def lock_for_lease(self, sentence: str) -> None:
        """The server has not answered for too long: only the password opens the desk, once it answers again."""
        self._close_for("Locking…", lambda keys: keys.lock_for_good(), lambda _pin: self._gates.show_unlock(sentence))

    def _close_for(self, words: str, change: Callable[[KeyRing], None], then: Callable[[bool], None]) -> None:
        if self._desks.session is None:
            return
        self._desks.hide_everything(words)
        root = self._profile

        def change_keys() -> bool:
            from desktop.cache.keys import KeyRing

            keys = KeyRing(root)
            if not keys.exists:
                return False
            change(keys)
            return keys.has_pin

        def closed() -> None:
            self._parts.jobs.submit_read(change_keys, then, self._gates.show_trouble)

        self._desks.end_session(closed)

    def stop_watching(self) -> None:
        """The desk is closed; nobody needs to be at it."""
        if self._idle is not None:
            self._idle.end()

    def ask_pin(self) -> None:
        """Set or take away the PIN of this desk."""
        session = self._desks.session
        if session is None:
            return
        from desktop.cache.keys import KeyRing
        from desktop.features.sign_in.pin_dialog import PinDialog

        keys = KeyRing(self._profile)

        def tell(error: Exception) -> None:
            dialog.tell(sentence_of(error))

        def done(words: str) -> None:
            dialog.accept()
            self._parts.notices.good(words)

        def set_pin(pin: str) -> None:
            self._parts.jobs.submit_read(
                lambda: keys.set_pin(session.desk.database.key, pin), lambda _none: done("The PIN is set."), tell
            )

        def remove() -> None:
            self._parts.jobs.submit_read(keys.remove_pin, lambda _none: done("This desk has no PIN any more."), tell)

        dialog = PinDialog(set_pin, remove, self._parts.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
