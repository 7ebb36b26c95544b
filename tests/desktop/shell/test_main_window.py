"""The window around the pages, driven by keys as its people drive it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext, SearchHit
from desktop.foundation.changes import ChangeBus, Changes
from desktop.foundation.jobs import InlineJobs
from desktop.foundation.qt_jobs import QtJobs
from desktop.foundation.routes import UnknownRoute
from desktop.foundation.view_state import ViewState
from desktop.shell.rail import RailEntry
from desktop.shell.status_bar import Connection, StationStatus, StatusBar, age_words, badge_words
from desktop.widgets.colours import DARK, LIGHT
from desktop.widgets.theme import current_colours
from tests.desktop.shell.conftest import CLERK, REP, MakeProgram, NoteFeature, Program, SmallDesk

if TYPE_CHECKING:
    from desktop.sync.desk import Desk

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(program: Program, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Presses a key where the focus is."""
    QTest.keyClick(QApplication.focusWidget() or program.window, key, modifiers)


def title(program: Program) -> str:
    shown = program.window.findChild(QLabel, "page_title")
    assert isinstance(shown, QLabel)
    return shown.text()


def test_pages_are_made_when_they_are_first_opened_and_only_once(program: Program) -> None:
    assert (len(program.library.made), len(program.orders.made)) == (1, 0)
    press(program, Qt.Key.Key_2, CTRL)
    press(program, Qt.Key.Key_1, CTRL)
    press(program, Qt.Key.Key_2, CTRL)
    assert (len(program.library.made), len(program.orders.made)) == (1, 1)


def test_ctrl_and_a_number_opens_the_page_at_that_place(program: Program) -> None:
    press(program, Qt.Key.Key_2, CTRL)
    assert program.window.pages.in_front == "sample_orders"
    assert title(program) == "Sample orders"
    assert program.page_in_front().objectName() == "page_sample_orders"
    assert program.page_in_front().scan_box.hasFocus()


def test_a_number_without_a_page_does_nothing(program: Program) -> None:
    press(program, Qt.Key.Key_9, CTRL)
    assert program.window.pages.in_front == "library"


def test_an_entry_of_the_navigation_opens_its_page(program: Program) -> None:
    entry = program.window.findChild(QPushButton, "go_sample_orders")
    assert isinstance(entry, QPushButton)
    QTest.mouseClick(entry, Qt.MouseButton.LeftButton)
    assert program.window.pages.in_front == "sample_orders"
    assert entry.isChecked()


def test_ctrl_z_takes_the_last_scan_of_the_page_back(program: Program) -> None:
    page = program.page_in_front()
    page.scan_box.deliver("4471")
    page.scan_box.deliver("4472")
    press(program, Qt.Key.Key_Z, CTRL)
    assert page.scans == ["4471"]


def test_ctrl_z_says_so_when_there_is_nothing_to_take_back(program: Program) -> None:
    press(program, Qt.Key.Key_Z, CTRL)
    assert program.window.toasts.sentences() == ["There is nothing here to take back."]


def test_f1_lists_the_keys_of_the_page_and_those_everywhere(program: Program) -> None:
    press(program, Qt.Key.Key_F1)
    sheet = program.window.findChild(QWidget, "key_help")
    assert isinstance(sheet, QWidget)
    words = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"Library", "Return instead of lend", "Everywhere", "Find anything"} <= words
    sheet.close()


def test_ctrl_k_finds_pages_and_what_features_answer(program: Program, qtbot: QtBot) -> None:
    press(program, Qt.Key.Key_K, CTRL)
    box = QApplication.focusWidget()
    assert box is not None
    assert box.objectName() == "find_box"
    QTest.keyClicks(box, "orders")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert program.window.pages.in_front == "sample_orders"


def test_ctrl_k_opens_a_place_inside_a_page(program: Program) -> None:
    press(program, Qt.Key.Key_K, CTRL)
    box = QApplication.focusWidget()
    assert box is not None
    QTest.keyClicks(box, "chevron")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert program.page_in_front().opened == ["found"]


def test_what_features_answer_is_asked_beside_the_window_s_thread(
    make_program: MakeProgram, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = QtJobs()
    program = make_program(ViewState(), jobs)
    program.open_as(CLERK)
    qtbot.waitUntil(lambda: program.window.pages.in_front == "library")
    threads: list[int] = []
    search = program.orders.search

    def noted(context: FeatureContext, text: str) -> Sequence[SearchHit]:
        threads.append(threading.get_ident())
        return search(context, text)

    monkeypatch.setattr(program.orders, "search", noted)
    press(program, Qt.Key.Key_K, CTRL)
    box = QApplication.focusWidget()
    assert box is not None
    QTest.keyClicks(box, "chevron")
    QTest.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.page_in_front().opened == ["found"])
    assert threads
    assert threading.get_ident() not in threads
    jobs.close()


def test_escape_brings_the_focus_back_to_where_it_was(program: Program) -> None:
    press(program, Qt.Key.Key_K, CTRL)
    press(program, Qt.Key.Key_Escape)
    press(program, Qt.Key.Key_Escape)
    assert program.page_in_front().scan_box.hasFocus()


def test_ctrl_shift_l_switches_between_light_and_dark(program: Program) -> None:
    before = current_colours()
    press(program, Qt.Key.Key_L, CTRL | SHIFT)
    assert current_colours() is (LIGHT if before is DARK else DARK)


def test_a_route_opens_the_page_at_its_place(program: Program) -> None:
    program.routes.open("sample_orders.designer", designer="weiss")
    assert program.window.pages.in_front == "sample_orders"
    assert program.page_in_front().opened == ["weiss"]


def test_another_membership_sees_only_its_own_pages(program: Program, qtbot: QtBot) -> None:
    program.open_as(REP)
    qtbot.waitUntil(lambda: program.window.pages.in_front == "library")
    entries = [entry.objectName() for entry in program.window.rail.findChildren(QPushButton) if entry.isVisible()]
    assert entries == ["go_library"]
    assert len(program.library.made) == 2
    with pytest.raises(UnknownRoute):
        program.routes.open("sample_orders")


def test_the_person_s_menu_offers_the_other_memberships(program: Program, qtbot: QtBot) -> None:
    person = program.window.findChild(QToolButton, "person_menu")
    assert isinstance(person, QToolButton)
    assert person.text() == "Dana Weiss  ·  clerk, Sayre && Finch"
    other = next(one for one in program.window.header.person_menu().actions() if "Harbour" in one.text())
    with qtbot.waitSignal(program.window.membership_chosen) as chosen:
        other.trigger()
    assert chosen.args == [REP]


def test_the_entry_one_already_acts_under_does_nothing(program: Program, qtbot: QtBot) -> None:
    same = next(one for one in program.window.header.person_menu().actions() if "Sayre" in one.text())
    assert same.isChecked()
    with qtbot.assertNotEmitted(program.window.membership_chosen):
        same.trigger()


def test_the_last_page_comes_back_after_a_restart(make_program: MakeProgram, qtbot: QtBot) -> None:
    view_state = ViewState()
    first = make_program(view_state)
    first.open_as(CLERK)
    qtbot.waitUntil(lambda: first.window.pages.in_front == "library")
    press(first, Qt.Key.Key_2, CTRL)
    first.window.close()
    second = make_program(view_state)
    second.open_as(CLERK)
    qtbot.waitUntil(lambda: second.window.pages.in_front == "sample_orders")
    assert second.library.made == []


def test_the_window_does_not_close_while_a_page_objects(program: Program, qtbot: QtBot) -> None:
    program.page_in_front().leaving_allowed = False
    program.window.close()
    assert program.window.isVisible()
    program.page_in_front().leaving_allowed = True
    with qtbot.waitSignal(program.window.closed):
        program.window.close()
    assert not program.window.isVisible()


def test_a_gate_covers_everything_until_somebody_is_signed_in(program: Program, qtbot: QtBot) -> None:
    gate = QLabel("Sign in")
    program.window.show_gate(gate)
    assert gate.isVisible()
    assert not program.window.rail.isVisible()
    assert not program.routes.can_open("library")
    program.open_as(CLERK)
    qtbot.waitUntil(lambda: program.window.pages.in_front == "library")
    assert program.window.rail.isVisible()


def test_a_page_says_a_word_beside_its_title(program: Program) -> None:
    program.page_in_front().title_altered.emit("Marguerite Sayre")
    beside = program.window.findChild(QLabel, "page_beside_title")
    assert isinstance(beside, QLabel)
    assert beside.text() == "Marguerite Sayre"
    press(program, Qt.Key.Key_2, CTRL)
    assert beside.text() == ""
    press(program, Qt.Key.Key_1, CTRL)
    assert beside.text() == "Marguerite Sayre"


def test_a_page_that_needs_more_room_than_there_is_scrolls(program: Program) -> None:
    page = program.page_in_front()
    page.setMinimumHeight(3000)
    QApplication.processEvents()
    assert page.height() >= 3000
    assert program.window.height() < 2000


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (StationStatus(), "Nothing waits"),
        (StationStatus(waiting=7, oldest_seconds=12 * 60 + 5), "7 waiting, oldest 12 min"),
        (StationStatus(needs_attention=1), "1 needs attention"),
        (
            StationStatus(waiting=2, oldest_seconds=30, needs_attention=3),
            "3 need attention · 2 waiting, oldest under 1 min",
        ),
    ],
)
def test_the_badge_says_what_waits_and_how_old_it_is(status: StationStatus, words: str) -> None:
    assert badge_words(status) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "under 1 min"),
        (59, "under 1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (47 * 3600, "47 h"),
        (48 * 3600, "2 days"),
    ],
)
def test_an_age_is_said_as_a_person_says_it(seconds: float, words: str) -> None:
    assert age_words(seconds) == words


def test_the_status_bar_can_be_read_from_outside(program: Program) -> None:
    program.window.show_status(StationStatus(7, 720, 0, Connection.OFFLINE, "Exchanged 11:10", "Keys held by password"))
    bar = program.window.findChild(StatusBar, "status_bar")
    assert isinstance(bar, StatusBar)
    badge = bar.findChild(QToolButton, "sync_badge")
    assert isinstance(badge, QToolButton)
    assert badge.text() == badge.accessibleName() == "7 waiting, oldest 12 min"
    words = {label.text() for label in bar.findChildren(QLabel)}
    assert {"Offline, working on this machine", "Exchanged 11:10", "Keys held by password"} <= words


class MailFeature(NoteFeature):
    """Counts what lies in a tray."""

    counted_kinds = frozenset({"mails"})
    tray = 0

    def count(self, context: FeatureContext) -> int:
        return self.tray


def test_the_navigation_counts_what_wants_something_and_follows_what_changes(
    make_program: MakeProgram, qtbot: QtBot
) -> None:
    program = make_program(ViewState())
    mail = MailFeature("mail", "Mail", 3)
    desk = cast("Desk", SmallDesk("Dana Weiss", (CLERK,), CLERK))
    changes = ChangeBus()
    context = FeatureContext(
        program.settings, program.view_state, InlineJobs(), program.routes, changes, program.notices, desk
    )
    program.window.open_for((program.library, mail), context)
    entry = program.window.findChild(RailEntry, "go_mail")
    assert entry is not None
    assert (entry.count.isVisible(), entry.accessibleName()) == (False, "Mail")
    mail.tray = 3
    changes.publish(Changes.of("loans"))
    assert not entry.count.isVisible()
    changes.publish(Changes.of("mails"))
    assert (entry.count.text(), entry.accessibleName()) == ("3", "Mail, 3 to look at")
    mail.tray = 4_000
    changes.publish(Changes.of("mails"))
    assert entry.count.text() == "999+"
    assert program.window.findChild(RailEntry, "go_library").count.isHidden()  # type: ignore[union-attr]
