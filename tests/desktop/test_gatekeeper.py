"""The ways into a profile, at the window: a person at a real server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.cache.keys import KeyRing
from desktop.features.sign_in.gate import CodeGate, FarewellGate, Gate, SignInGate, TroubleGate, UnlockGate
from desktop.widgets.colours import Tone
from desktop.widgets.scan_field import ScanField
from desktop.widgets.theme import ThemeKeeper
from sync_server.features.accounts.recovery import issue_code
from tests.builders.server import PASSWORD, RunningServer, SmallWorld
from tests.screens.window import Window


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


LONG = "The profile folder is on a network drive (//files/profiles). Order-Track keeps its file here; choose another."


@pytest.mark.parametrize("width", [1280, 1920])
@pytest.mark.parametrize(
    "gate",
    [
        pytest.param(lambda: TroubleGate(LONG), id="trouble"),
        pytest.param(lambda: FarewellGate(LONG * 2), id="farewell"),
        pytest.param(lambda: UnlockGate(LONG, has_pin=True), id="unlock"),
        pytest.param(lambda: SignInGate(""), id="sign in"),
        pytest.param(lambda: CodeGate(LONG, "", may_go_back=True), id="code"),
    ],
)
def test_nothing_at_a_gate_is_cut_off_or_lies_over_another(
    qtbot: QtBot, theme: ThemeKeeper, gate: Callable[[], Gate], width: int
) -> None:
    made = gate()
    qtbot.addWidget(made)
    made.resize(width, 800)
    made.show()
    qtbot.waitExposed(made)
    for primary in ("sign_in", "unlock", "open_by_code"):
        if (button := made.findChild(QPushButton, primary)) is not None:
            button.click()
            assert made.form.errors()
    made.say(Tone.BAD, LONG)
    QApplication.processEvents()
    shown = [one for one in made.findChildren(QWidget) if isinstance(one, (QLabel, QLineEdit, QPushButton))]
    areas = [QRect(one.mapTo(made, QPoint(0, 0)), one.size()) for one in shown if one.isVisible()]
    for one in (one for one in shown if isinstance(one, QLabel) and one.isVisible() and one.wordWrap()):
        assert one.height() >= one.heightForWidth(one.width()), one.text()
    for place, area in enumerate(areas):
        assert made.rect().contains(area)
        assert not any(area.intersects(other) for other in areas[place + 1 :])


def test_an_empty_form_says_what_is_missing(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(qtbot, tmp_path)
    gate = window.gate(SignInGate)
    assert isinstance(gate, SignInGate)
    window.press(gate, "sign_in")
    assert set(gate.form.errors()) == {"server", "email", "password"}
    window.close()


def test_a_scan_at_a_locked_desk_is_said_and_not_counted_as_a_try(window: Window) -> None:
    window.app.locking.lock()
    gate = window.gate(UnlockGate)
    field = gate.findChild(QLineEdit, "password")
    assert field is not None
    for code in ("HPS000001", "HPS000002", "HPS000003", "HPS000004"):
        field.setFocus()
        QTest.keyClicks(field, code)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert "was not taken" in window.sentence(UnlockGate)
    window.unlock(PASSWORD)
    window.library()
    window.close()


def test_wrong_passwords_at_the_window_take_longer_and_longer(window: Window) -> None:
    window.app.locking.lock()
    said = []
    for _ in range(4):
        window.unlock("not the one")
        said.append(window.sentence(UnlockGate))
    assert said[3].startswith("Wait ")
    window.close()


def test_an_administrators_code_opens_a_desk_whose_key_file_is_gone(
    window: Window, qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, _world = served
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
