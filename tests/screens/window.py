"""The whole program in its window, as a person meets it, and the server that it speaks to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import App
from desktop.features.sign_in.gate import SignInGate, UnlockGate
from desktop.foundation.paths import open_profile
from shared_models.kernel.clock import Clock
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, new_id
from shared_models.kernel.operation import Operation
from shared_models.library.operations import CheckOutCopy
from tests.builders.server import SmallWorld

WAIT_MILLISECONDS = 20_000


class Window:
    """The program as a person meets it."""

    def __init__(
        self, qtbot: QtBot, profile: Path, server_url: str = "", *, offline: bool = False, clock: Clock | None = None
    ) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._qtbot = qtbot
        self.app = App(application, open_profile(profile), server=server_url, offline=offline, clock=clock)
        qtbot.addWidget(self.app.window)
        self.app.start()

    def gate(self, kind: type[QWidget]) -> QWidget:
        """The gate of this kind, once it stands in the window."""
        self._qtbot.waitUntil(lambda: self._find_gate(kind) is not None, timeout=WAIT_MILLISECONDS)
        found = self._find_gate(kind)
        assert found is not None
        return found

    def _find_gate(self, kind: type[QWidget]) -> QWidget | None:
        return next((one for one in self.app.window.findChildren(kind) if one.isVisible()), None)

    def sign_in(self, email: str, password: str) -> None:
        gate = self.gate(SignInGate)
        for name, text in (("email", email), ("password", password)):
            field = gate.findChild(QLineEdit, name)
            assert field is not None
            field.clear()
            QTest.keyClicks(field, text)
        self.press(gate, "sign_in")

    def unlock(self, password: str) -> None:
        gate = self.gate(UnlockGate)
        field = gate.findChild(QLineEdit, "password")
        assert field is not None
        QTest.keyClicks(field, password)
        self.press(gate, "unlock")

    def press(self, within: QWidget, name: str) -> None:
        button = within.findChild(QPushButton, name)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def sentence(self, kind: type[QWidget]) -> str:
        """What the gate says once it is no longer busy."""
        gate = self.gate(kind)
        self._qtbot.waitUntil(lambda: gate.form.isEnabled(), timeout=WAIT_MILLISECONDS)  # type: ignore[attr-defined]
        return str(gate.sentence)  # type: ignore[attr-defined]

    def library(self) -> QWidget:
        """The library page, once it is there."""

        def there() -> bool:
            return self.app.window.findChild(QWidget, "page_library") is not None

        self._qtbot.waitUntil(there, timeout=WAIT_MILLISECONDS)
        found = self.app.window.findChild(QWidget, "page_library")
        assert found is not None
        return found

    def status(self) -> str:
        badge = self.app.window.findChild(QWidget, "sync_badge")
        assert badge is not None
        return str(badge.text())  # type: ignore[attr-defined]

    def record(self, operation: Operation) -> None:
        assert self.app.session is not None
        self.app.session.desk.record(operation)

    def wait_for_first_sync(self) -> None:
        def is_synced() -> bool:
            report = self.app.session.schedule.last_report if self.app.session is not None else None
            return report is not None and report.state == "synced"

        self._qtbot.waitUntil(is_synced, timeout=WAIT_MILLISECONDS)

    def wait_for_notice(self, text: str) -> None:
        def is_said() -> bool:
            return any(text in notice.sentence for notice in self.app.parts.notices.history)

        self._qtbot.waitUntil(is_said, timeout=WAIT_MILLISECONDS)

    def wait_for_status(self, text: str) -> None:
        self._qtbot.waitUntil(lambda: text in self.status(), timeout=WAIT_MILLISECONDS)

    def close(self) -> None:
        with self._qtbot.waitSignal(self.app.closed, timeout=WAIT_MILLISECONDS):
            self.app.window.close()


def lend(world: SmallWorld, number: int = 0) -> CheckOutCopy:
    return CheckOutCopy(
        loan_id=LoanId(new_id()),
        copy_id=CopyId(world.copies[number].id),
        designer_id=DesignerId(world.designer.id),
        due_on=date(2026, 12, 24),
    )
