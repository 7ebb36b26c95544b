"""Locking an open desk, and opening it again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.cache.keys import KeyRing
from desktop.features.sign_in.gate import UnlockGate
from desktop.widgets.dialogs import tell_bad_news
from tests.builders.server import PASSWORD
from tests.screens.window import Window


def test_a_locked_desk_opens_with_the_password_only(window: Window) -> None:
    window.app.locking.lock()
    window.unlock("not the one")
    assert "does not open" in window.sentence(UnlockGate)
    window.unlock(PASSWORD)
    window.library()
    window.close()


def test_locking_hides_dialogs_and_notices_and_a_restart_asks_too(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    window.app.parts.notices.good("Lent to Paloma Winslow.")
    dialog = tell_bad_news(window.app.window, "Paloma Winslow", "is blocked")
    qtbot.waitUntil(dialog.isVisible)
    window.app.window.lock_asked.emit()
    window.gate(UnlockGate)
    assert not any(
        one.isVisible() for one in QApplication.topLevelWidgets() if one is not window.app.window and one.isWindow()
    )
    assert window.app.window.toasts.sentences() == []
    assert window.app.parts.notices.history == []
    window.close()
    assert KeyRing(tmp_path).unlock() is None
    again = Window(qtbot, tmp_path)
    again.unlock(PASSWORD)
    again.library()
    again.close()
