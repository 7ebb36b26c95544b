"""Leaving a desk for good: by one's own will, and by the operator's."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.demo.cable import Cable
from desktop.features.sign_in.gate import FarewellGate, SignInGate
from sync_server.features.accounts.revocation import revoke_station
from tests.builders.server import PASSWORD, RunningServer, SmallWorld
from tests.screens.window import Window, lend


def test_a_shut_out_desk_is_wiped_and_says_so_calmly(
    window: Window, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, _world = served
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
