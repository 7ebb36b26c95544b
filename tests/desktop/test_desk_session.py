"""An open desk in the window, without a server: what the foot of the window says, and who hears of changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.cache.keys import KeyRing
from desktop.foundation.changes import Changes
from desktop.foundation.idle import IdleWatch
from desktop.settings import LOCK_MINUTES
from desktop.sync.engine import RoundReport
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.ids import CopyId, DesignerId, LoanId
from shared_models.library.operations import CheckOutCopy
from tests.builders.desk import NINE, WINSLOW, make_desk
from tests.screens.window import Window

PASSWORD = "a long walk home"


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NINE)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, clock: SettableClock) -> Window:
    """A window on an open desk that speaks to nobody; it is closed with the test."""
    make_desk(tmp_path, key=KeyRing(tmp_path).create(PASSWORD).key).close()
    made = Window(qtbot, tmp_path, offline=True, clock=clock)
    if KeyRing(tmp_path).unlock() is None:
        made.unlock(PASSWORD)
    made.library()
    return made


def connection_of(window: Window) -> str:
    said = window.app.window.findChild(QLabel, "connection_state")
    assert said is not None
    return said.text()


def test_the_foot_of_the_window_says_how_far_an_exchange_has_come(window: Window) -> None:
    assert window.app.session is not None
    schedule = window.app.session.schedule
    schedule.busy_changed.emit(True)
    assert connection_of(window) == "Exchanging…"
    schedule.progressed.emit("Products of Calder & Thrane, 42 % of 1.2 MB, 8 s left")
    assert connection_of(window) == "Products of Calder & Thrane, 42 % of 1.2 MB, 8 s left"
    schedule.round_ended.emit(RoundReport("synced", ""))
    assert connection_of(window) == "Connected"
    schedule.busy_changed.emit(True)
    assert connection_of(window) == "Exchanging…", "what the last exchange did is over"
    schedule.round_ended.emit(RoundReport("offline", ""))
    assert connection_of(window) == "Offline, working on this machine"


def test_what_a_round_changed_is_told_to_the_pages_until_the_desk_is_closed(window: Window) -> None:
    told: list[Changes] = []
    window.app.parts.changes.subscribe(told.append)
    session = window.app.session
    assert session is not None
    session.schedule.records_changed.emit(Changes.of("designers"))
    session.schedule.round_ended.emit(RoundReport("synced", "", settled=2))
    assert told == [Changes.of("designers"), Changes.of("operations")]
    session.stop()
    session.schedule.records_changed.emit(Changes.of("designers"))
    assert len(told) == 2


def test_what_was_recorded_is_counted_at_the_foot_with_its_age(
    window: Window, clock: SettableClock, qtbot: QtBot
) -> None:
    lent = CheckOutCopy(
        loan_id=LoanId("loan-1"),
        copy_id=CopyId("copy-marlow"),
        designer_id=DesignerId(WINSLOW),
        due_on=NINE.date() + timedelta(days=14),
    )
    window.record(lent)
    qtbot.waitUntil(lambda: window.status() == "1 waiting, oldest under 1 min")
    clock.advance(timedelta(minutes=12))
    assert window.app.session is not None
    window.app.session.show_status()
    assert window.status() == "1 waiting, oldest 12 min"


def test_line_files_give_way_to_what_the_window_saves(window: Window) -> None:
    session = window.app.session
    assert session is not None
    assert session.desk.catalogue.files.give_way == window.app.parts.jobs.right_of_way.give_way


def test_a_desk_that_nobody_is_at_locks_itself_and_counts_anew_when_it_is_open_again(window: Window) -> None:
    watch = window.app.locking.findChild(IdleWatch)
    assert watch is not None
    assert watch.seconds == 60 * window.app.parts.settings.get(LOCK_MINUTES)
    seen = [watch.is_watching]
    watch.idle.emit()
    assert window.app.session is None
    seen.append(watch.is_watching)
    window.unlock(PASSWORD)
    window.library()
    seen.append(watch.is_watching)
    assert seen == [True, False, True], "a locked desk waits for nobody"
