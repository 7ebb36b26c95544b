"""The scan box, and telling a scanner's keys from a person's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import hypothesis
import pytest
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.settings import SCANNER_GAP, Settings
from desktop.widgets.scan_field import ScanField, ScannerFilter
from desktop.widgets.theme import ThemeKeeper


@dataclass
class Desk:
    """A window with a scan box and a half-typed note, and what was entered."""

    window: QWidget
    scan_box: ScanField
    note: QLineEdit
    entered: list[tuple[str, bool]]
    unclaimed: list[str]
    handed_on: list[str]

    def __post_init__(self) -> None:
        self._instant = 1000

    def key(self, text: str, *, after: int) -> None:
        """Presses one key in whatever has the focus, `after` ms after the key before, by the platform's clock."""
        self._instant += after
        key = Qt.Key.Key_Return if text == "\r" else Qt.Key(ord(text.upper()))
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
            event.setTimestamp(self._instant)
            receiver = QApplication.focusWidget() or self.window
            QCoreApplication.sendEvent(receiver, event)

    def type(self, text: str) -> None:
        for letter in text:
            self.key(letter, after=130)

    def scan(self, code: str) -> None:
        self.key(code[0], after=500)
        for letter in code[1:] + "\r":
            self.key(letter, after=4)


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, settings: Settings, theme: ThemeKeeper) -> Iterator[Desk]:
    window = QWidget()
    layout = QVBoxLayout(window)
    scan_box, note = ScanField("Scan a card or a copy"), QLineEdit()
    layout.addWidget(scan_box)
    layout.addWidget(note)
    qtbot.addWidget(window)
    made = Desk(window, scan_box, note, [], [], [])
    scan_box.entered.connect(lambda text, from_scanner: made.entered.append((text, from_scanner)))
    scanner = ScannerFilter(qapp, settings)
    scanner.unclaimed.connect(made.unclaimed.append)
    scanner.handed_on.connect(made.handed_on.append)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield made
    scanner.deleteLater()


def test_the_box_can_be_found_from_outside(desk: Desk) -> None:
    assert desk.scan_box.objectName() == "scan_box"
    assert desk.scan_box.accessibleName()


def test_typed_text_and_enter_are_entered_as_typed(desk: Desk) -> None:
    desk.scan_box.arm()
    desk.type("wei\r")
    assert desk.entered == [("wei", False)]
    assert desk.scan_box.text() == ""


def test_nothing_is_entered_by_enter_alone(desk: Desk) -> None:
    desk.scan_box.arm()
    desk.type(" \r")
    assert desk.entered == []


def test_a_scan_reaches_the_box_though_another_field_is_half_typed(desk: Desk) -> None:
    desk.note.setFocus()
    desk.type("two wee")
    desk.scan("4471X")
    assert desk.entered == [("4471X", True)]
    assert desk.note.text() == "two wee"
    assert desk.note.hasFocus()


def test_typing_goes_on_after_a_scan_where_it_was(desk: Desk, qtbot: QtBot) -> None:
    desk.note.setFocus()
    desk.type("two")
    desk.scan("4471X")
    desk.type(" weeks")
    qtbot.waitUntil(lambda: desk.note.text() == "two weeks")


def test_a_scan_leaves_a_half_typed_name_in_the_box_itself(desk: Desk) -> None:
    desk.scan_box.arm()
    desk.type("we")
    desk.scan("4471X")
    assert desk.entered == [("4471X", True)]
    desk.type("i\r")
    assert desk.entered[-1] == ("wei", False)


def test_slow_typing_and_enter_in_another_field_is_no_scan(desk: Desk, qtbot: QtBot) -> None:
    pressed: list[str] = []
    desk.note.returnPressed.connect(lambda: pressed.append(desk.note.text()))
    desk.note.setFocus()
    desk.type("sage\r")
    assert desk.entered == []
    assert pressed == ["sage"]


def typed_into_the_note(desk: Desk, word: str, gaps: Sequence[int]) -> list[str]:
    """Types a word and Enter into the note, `gaps` ms between the keys; what the note had at its Enter."""
    pressed: list[str] = []
    connection = desk.note.returnPressed.connect(lambda: pressed.append(desk.note.text()))
    desk.note.setFocus()
    desk.key(word[0], after=2000)
    for letter, after in zip(word[1:] + "\r", gaps, strict=True):
        desk.key(letter, after=after)
    desk.note.returnPressed.disconnect(connection)
    desk.note.clear()
    return pressed


@pytest.mark.parametrize("pace", [31, 35, 50, 90])
def test_a_sidemark_stays_a_sidemark_however_quick_the_typist(desk: Desk, pace: int) -> None:
    assert typed_into_the_note(desk, "goldfarb", [pace] * 8) == ["goldfarb"]
    assert desk.entered == []


@pytest.mark.parametrize("pace", [1, 12, 20, 30])
def test_a_scanner_is_told_from_a_typist_in_a_field_for_text(desk: Desk, pace: int) -> None:
    assert typed_into_the_note(desk, "hps000123", [pace] * 9) == []
    assert desk.entered == [("hps000123", True)]


def test_a_quick_end_of_a_typed_word_is_no_code(desk: Desk) -> None:
    assert typed_into_the_note(desk, "sage", [50, 15, 15, 20]) == ["sage"]
    assert desk.entered == []


@hypothesis.given(gaps=st.lists(st.integers(1, 250), min_size=5, max_size=5))
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_no_letter_of_a_typed_word_is_ever_taken_for_a_code(desk: Desk, gaps: list[int]) -> None:
    typed = [50, *gaps]
    assert typed_into_the_note(desk, "velvet", typed) == ["velvet"]
    assert desk.entered == []


def test_a_slow_scanner_is_heard_in_the_box_and_leaves_fields_for_text_to_typists(
    desk: Desk, settings: Settings
) -> None:
    settings.choose(SCANNER_GAP, 120)
    assert typed_into_the_note(desk, "goldfarb", [60] * 8) == ["goldfarb"]
    desk.scan_box.setFocus()
    desk.key("4", after=2000)
    for letter in "471X\r":
        desk.key(letter, after=60)
    assert desk.entered == [("4471X", True)]


@pytest.fixture
def pressed(desk: Desk) -> list[str]:
    """What the note had each time when the window's button was pressed, whose key is Enter."""
    said: list[str] = []
    QShortcut(QKeySequence("Return"), desk.window).activated.connect(lambda: said.append(desk.note.text()))
    return said


def test_an_enter_that_is_a_buttons_key_finds_all_that_was_typed_before_it(desk: Desk, pressed: list[str]) -> None:
    desk.note.setFocus()
    QTest.keyClicks(desk.note, "ab")
    QTest.keyClick(desk.note, Qt.Key.Key_Return)
    assert pressed == ["ab"]


def test_a_scan_presses_no_button(desk: Desk, pressed: list[str]) -> None:
    desk.note.setFocus()
    QTest.keyClicks(desk.note, "HPS000001")
    QTest.keyClick(desk.note, Qt.Key.Key_Return)
    assert desk.entered == [("HPS000001", True)]
    assert (pressed, desk.note.text()) == ([], "")


def test_two_keys_rolled_over_quickly_are_still_typing(desk: Desk, qtbot: QtBot) -> None:
    desk.note.setFocus()
    desk.key("t", after=200)
    desk.key("h", after=20)
    desk.key("\r", after=20)
    assert desk.note.text() == "th"
    assert desk.entered == []


def test_a_fast_run_without_enter_is_given_to_its_field_in_order(desk: Desk, qtbot: QtBot) -> None:
    desk.note.setFocus()
    desk.key("p", after=500)
    for letter in "asted":
        desk.key(letter, after=3)
    qtbot.waitUntil(lambda: desk.note.text() == "pasted")
    assert desk.entered == []


def test_leaving_the_field_loses_no_key(desk: Desk) -> None:
    desk.note.setFocus()
    desk.key("o", after=200)
    desk.scan_box.setFocus()
    assert desk.note.text() == "o"


def test_two_scans_in_a_row_are_two(desk: Desk) -> None:
    desk.note.setFocus()
    desk.scan("4471X")
    desk.scan("4472Y")
    assert desk.entered == [("4471X", True), ("4472Y", True)]


def test_the_box_with_the_focus_hears_of_a_code_while_it_is_coming(desk: Desk) -> None:
    coming: list[str] = []
    desk.scan_box.coming.connect(coming.append)
    desk.scan_box.setFocus()
    desk.type("we")
    assert coming == []
    desk.scan("4471X")
    assert coming == ["447", "4471", "4471X"]
    assert desk.entered == [("4471X", True)]


def test_a_scan_right_behind_another_one_is_no_typing(desk: Desk) -> None:
    desk.scan_box.setFocus()
    desk.scan("4471X")
    desk.key("4", after=60)
    for letter in "472Y\r":
        desk.key(letter, after=4)
    assert desk.entered == [("4471X", True), ("4472Y", True)]


def test_a_scan_right_behind_a_typed_name_is_no_typing(desk: Desk) -> None:
    desk.scan_box.setFocus()
    desk.type("wei\r")
    desk.key("4", after=60)
    for letter in "472Y\r":
        desk.key(letter, after=4)
    assert desk.entered == [("wei", False), ("4472Y", True)]


def test_a_scan_with_nothing_to_take_it_is_told(desk: Desk) -> None:
    desk.scan_box.hide()
    desk.note.clearFocus()
    desk.scan("4471X")
    assert desk.unclaimed == ["4471X"]
    assert desk.note.text() == ""


def test_up_brings_back_what_was_entered_before(desk: Desk) -> None:
    desk.scan_box.arm()
    QTest.keyClick(desk.scan_box, Qt.Key.Key_Up)
    assert desk.scan_box.text() == ""
    desk.type("wei\r")
    desk.type("sayre\r")
    QTest.keyClick(desk.scan_box, Qt.Key.Key_Up)
    QTest.keyClick(desk.scan_box, Qt.Key.Key_Up)
    assert desk.scan_box.text() == "wei"
    QTest.keyClick(desk.scan_box, Qt.Key.Key_Down)
    assert desk.scan_box.text() == "sayre"


def test_ctrl_z_in_the_empty_box_belongs_to_the_page(desk: Desk) -> None:
    undone: list[str] = []
    shortcut = QShortcut(QKeySequence("Ctrl+Z"), desk.window)
    shortcut.activated.connect(lambda: undone.append("scan"))
    desk.scan_box.arm()
    QTest.keyClick(desk.scan_box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["scan"]
    desk.type("we")
    QTest.keyClick(desk.scan_box, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["scan"]


def test_fast_keys_and_enter_belong_to_the_field_where_nothing_takes_scans(desk: Desk, pressed: list[str]) -> None:
    desk.scan_box.hide()
    desk.note.setFocus()
    QTest.keyClicks(desk.note, "a long walk home")
    QTest.keyClick(desk.note, Qt.Key.Key_Return)
    assert pressed == ["a long walk home"]
    assert desk.handed_on == ["a long walk home"]
    assert desk.unclaimed == []


def test_a_scanner_presses_shift_before_capitals(desk: Desk) -> None:
    desk.note.setFocus()
    for place, letter in enumerate("HPSD1001\r"):
        if letter.isupper():
            shift = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier)
            QCoreApplication.sendEvent(desk.note, shift)
        desk.key(letter, after=4 if place else 500)
    assert desk.entered == [("HPSD1001", True)]
    assert desk.note.text() == ""


def test_a_scan_that_a_busy_machine_cut_in_two_is_one_code(desk: Desk) -> None:
    desk.scan_box.setFocus()
    desk.key("H", after=500)
    for letter in "PS":
        desk.key(letter, after=4)
    desk.key("D", after=120)
    for letter in "1001\r":
        desk.key(letter, after=4)
    assert [text for text, _from_scanner in desk.entered] == ["HPSD1001"]
