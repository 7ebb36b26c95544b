"""The window from sign-in to lock: a person at a real server, then without it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import App
from desktop.cache.keys import KeyRing
from desktop.demo.cable import Cable
from desktop.features.sign_in.gate import CodeGate, FarewellGate, SignInGate, UnlockGate
from desktop.foundation.paths import open_profile
from desktop.sync.kept_files import KEPT_NOTICE
from desktop.widgets.dialogs import tell_bad_news
from desktop.widgets.scan_field import ScanField
from shared_models.kernel.operation import Operation
from shared_models.library.operations import CheckOutCopy
from sync_server.features.accounts.recovery import issue_code
from sync_server.features.accounts.revocation import revoke_station
from tests.builders.server import PASSWORD, RunningServer, SmallWorld, running_server, small_world

WAIT_MILLISECONDS = 20_000
HEAVY = {
    *("sqlalchemy", "alembic", "sqlcipher3", "reportlab", "requests", "urllib3", "keyring", "secretstorage"),
    *("pyqtgraph", "matplotlib", "plotly", "PySide6.QtCharts", "PySide6.QtGraphs", "polars", "numpy", "xlsxwriter"),
    *("zxcvbn", "argon2", "PIL"),
}


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, SmallWorld]]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server, small_world(server.database)


class Window:
    """The program as a person meets it."""

    def __init__(self, qtbot: QtBot, profile: Path, server_url: str = "") -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._qtbot = qtbot
        self.app = App(application, open_profile(profile), server=server_url)
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
            return any(text in notice.sentence for notice in self.app.notices.history)

        self._qtbot.waitUntil(is_said, timeout=WAIT_MILLISECONDS)

    def wait_for_status(self, text: str) -> None:
        self._qtbot.waitUntil(lambda: text in self.status(), timeout=WAIT_MILLISECONDS)

    def close(self) -> None:
        with self._qtbot.waitSignal(self.app.closed, timeout=WAIT_MILLISECONDS):
            self.app.window.close()


def lend(world: SmallWorld, number: int = 0) -> CheckOutCopy:
    from datetime import date

    from shared_models.kernel.ids import CopyId, DesignerId, LoanId, new_id

    return CheckOutCopy(
        loan_id=LoanId(new_id()),
        copy_id=CopyId(world.copies[number].id),
        designer_id=DesignerId(world.designer.id),
        due_on=date(2026, 12, 24),
    )


def test_a_clerk_signs_in_and_finds_the_library_with_an_armed_scan_box(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    page = window.library()
    assert page.findChild(ScanField, "scan_box") is not None
    window.wait_for_status("Nothing waits")
    window.close()


def test_a_wrong_password_is_answered_with_a_sentence_and_the_right_one_then_works(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, "not the one")
    assert "password" in window.sentence(SignInGate)
    assert not (tmp_path / "station.db").exists()
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.close()


def test_a_server_that_is_away_is_said_at_the_sign_in(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(qtbot, tmp_path, "http://127.0.0.1:9")
    window.sign_in("marisol@showroom.example", PASSWORD)
    assert "cannot be reached" in window.sentence(SignInGate)
    window.close()


def test_an_empty_form_says_what_is_missing(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(qtbot, tmp_path)
    gate = window.gate(SignInGate)
    assert isinstance(gate, SignInGate)
    window.press(gate, "sign_in")
    assert set(gate.form.errors()) == {"server", "email", "password"}
    window.close()


def test_the_sync_centre_says_what_the_server_answered_and_asks_it_again(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.wait_for_first_sync()
    page = window.app.window.open_page("sync_centre")
    said = page.findChild(QLabel, "sync_state")
    assert said is not None
    assert "offline" not in said.text()
    assert window.app.session is not None
    with qtbot.waitSignal(window.app.session.schedule.round_ended, timeout=WAIT_MILLISECONDS):
        window.press(page, "sync_now")
    window.close()


def test_the_desk_opens_again_without_the_server_and_keeps_what_was_lent(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    host, port = server.url.removeprefix("http://").split(":")
    with Cable(host, int(port)) as cable:
        first = Window(qtbot, tmp_path, cable.url)
        first.sign_in(world.clerk.email, PASSWORD)
        first.library()
        first.wait_for_first_sync()
        cable.pull()
        first.record(lend(world))
        first.wait_for_status("1 waiting")
        first.close()
        again = Window(qtbot, tmp_path)
        if KeyRing(tmp_path).unlock() is None:
            again.unlock(PASSWORD)
        again.library()
        assert "1 waiting" in again.status()
        cable.plug_in()
        assert again.app.session is not None
        qtbot.waitUntil(lambda: again.app.session.schedule.last_report is not None, timeout=WAIT_MILLISECONDS)  # type: ignore[union-attr]
        again.app.session.schedule.sync_now()
        again.wait_for_status("Nothing waits")
        again.close()


def test_a_locked_desk_opens_with_the_password_only(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.app.locking.lock()
    window.unlock("not the one")
    assert "does not open" in window.sentence(UnlockGate)
    window.unlock(PASSWORD)
    window.library()
    window.close()


def test_locking_hides_dialogs_and_notices_and_a_restart_asks_too(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.wait_for_first_sync()
    window.app.notices.good("Lent to Paloma Winslow.")
    dialog = tell_bad_news(window.app.window, "Paloma Winslow", "is blocked")
    qtbot.waitUntil(dialog.isVisible)
    window.app.window.lock_asked.emit()
    window.gate(UnlockGate)
    assert not any(
        one.isVisible() for one in QApplication.topLevelWidgets() if one is not window.app.window and one.isWindow()
    )
    assert window.app.window.toasts.sentences() == []
    assert window.app.notices.history == []
    window.close()
    assert KeyRing(tmp_path).unlock() is None
    again = Window(qtbot, tmp_path)
    again.unlock(PASSWORD)
    again.library()
    again.close()


def test_a_scan_at_a_locked_desk_is_said_and_not_counted_as_a_try(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.app.locking.lock()
    gate = window.gate(UnlockGate)
    field = gate.findChild(QLineEdit, "password")
    assert field is not None
    for code in ("HPS000001", "HPS000002", "HPS000003", "HPS000004"):
        window.app.gates.note_scan(code)
        field.setText(code)
        window.press(gate, "unlock")
        assert "was not taken" in window.sentence(UnlockGate)
    window.unlock(PASSWORD)
    window.library()
    window.close()


def test_wrong_passwords_at_the_window_take_longer_and_longer(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.app.locking.lock()
    said = []
    for _ in range(4):
        window.unlock("not the one")
        said.append(window.sentence(UnlockGate))
    assert said[3].startswith("Wait ")
    window.close()


def test_a_shut_out_desk_is_wiped_and_says_so_calmly(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.wait_for_first_sync()
    assert window.app.session is not None
    station_id = window.app.session.desk.station_id
    server.database.write_unit(lambda connection: revoke_station(connection, station_id, server.clock.now()))
    window.app.session.schedule.sync_now()
    gate = window.gate(FarewellGate)
    assert any("its files were deleted" in one.text() for one in gate.findChildren(QLabel))
    assert not (tmp_path / "station.db").exists()
    assert not (tmp_path / "keys.json").exists()
    window.press(gate, "go_on")
    window.gate(SignInGate)
    window.close()


def test_an_administrators_code_opens_a_desk_whose_key_file_is_gone(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.wait_for_first_sync()
    assert window.app.session is not None
    station_id = window.app.session.desk.station_id
    window.close()
    (tmp_path / "keys.json").unlink()
    again = Window(qtbot, tmp_path, server.url)
    gate = again.gate(CodeGate)
    given = server.database.write_unit(
        lambda connection: issue_code(connection, station_id, server.clock.now(), who="operator")
    )
    for name, text in (("code", given.code), ("password", "another long walk"), ("again", "another long walk")):
        field = gate.findChild(QLineEdit, name)
        assert field is not None
        field.setText(text)
    again.press(gate, "open_by_code")
    again.library()
    again.close()
    assert KeyRing(tmp_path).unlock_with_password("another long walk").kind == "password"


def test_signing_out_is_refused_while_something_has_not_reached_the_server(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    host, port = server.url.removeprefix("http://").split(":")
    with Cable(host, int(port)) as cable:
        window = Window(qtbot, tmp_path, cable.url)
        window.sign_in(world.clerk.email, PASSWORD)
        window.library()
        window.wait_for_first_sync()
        cable.pull()
        window.record(lend(world))
        window.app.leaving.sign_out()
        dialog = window.app.window.findChild(QWidget, "leaving")
        assert dialog is not None
        assert any("1 operation of this desk has not reached" in one.text() for one in dialog.findChildren(QLabel))
        window.press(dialog, "send_and_leave")
        window.wait_for_notice("1 operation of this desk has not reached")
        assert (tmp_path / "station.db").exists()
        window.app.leaving.write_and_leave(tmp_path / "missing folder" / "waiting.json")
        window.wait_for_notice("could not be written")
        assert (tmp_path / "station.db").exists()
        window.app.leaving.write_and_leave(tmp_path / "waiting.json")
        window.gate(SignInGate)
        assert "CheckOutCopy" in (tmp_path / "waiting.json").read_text()
        assert not (tmp_path / "station.db").exists()
        window.close()


def test_a_desk_that_was_started_anew_speaks_of_its_former_file(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    (tmp_path / "station.kept-20261124-090000.db").write_bytes(b"a file without a key")
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    banner = window.app.notices.banners[KEPT_NOTICE]
    assert "What waited in its former file may not have reached the server" in banner.sentence
    assert banner.action is not None
    banner.action()
    page = window.app.window.findChild(QWidget, "page_sync_centre")
    assert page is not None
    qtbot.waitUntil(page.isVisible)
    window.close()


def test_the_first_paint_loads_no_large_library(tmp_path: Path) -> None:
    script = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication([])\n"
        "from desktop.app import App\n"
        "from desktop.foundation.paths import open_profile\n"
        f"app = App(application, open_profile(Path({str(tmp_path)!r})), offline=True)\n"
        "app.start()\n"
        "app.window.repaint()\n"
        "print(json.dumps([sys.getswitchinterval(), sorted(sys.modules)]))\n"
        "app.window.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    turn_seconds, modules = json.loads(done.stdout)
    assert "desktop.app" in modules
    assert not set(modules) & HEAVY
    assert turn_seconds <= 0.001, "the window must not wait long for Python while a worker computes"
