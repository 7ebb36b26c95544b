"""Noticing that nobody is at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.foundation.idle import IdleWatch


@dataclass
class Desk:
    """A window, a clock that the test turns, and how often the watch said that nobody is there."""

    window: QWindow
    watch: IdleWatch
    clock: list[float]
    said: list[str]

    def look_at(self, seconds: float) -> None:
        self.clock[0] = seconds
        self.watch.look()


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    window, clock, said = QWindow(), [0.0], list[str]()
    watch = IdleWatch(window, 900.0, now=lambda: clock[0])
    watch.idle.connect(lambda: said.append("idle"))
    watch.begin()
    yield Desk(window, watch, clock, said)
    watch.end()
    watch.deleteLater()
    window.deleteLater()


def test_nobody_is_there_after_the_time_without_a_key_and_it_is_said_once(desk: Desk) -> None:
    desk.look_at(899.0)
    assert desk.said == []
    desk.look_at(900.0)
    assert desk.said == ["idle"]
    assert not desk.watch.is_watching


@pytest.mark.parametrize("kind", ["key", "scan", "click"])
def test_a_key_a_scan_and_a_click_count_from_then_on(desk: Desk, kind: str) -> None:
    desk.clock[0] = 600.0
    if kind == "click":
        event = QMouseEvent(
            QEvent.Type.MouseButtonPress,
            QPointF(1, 1),
            QPointF(1, 1),
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(desk.window, event)
    elif kind == "key":
        QTest.keyClick(desk.window, Qt.Key.Key_A)
    else:
        QApplication.sendEvent(
            desk.window, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_4, Qt.KeyboardModifier.NoModifier, "4")
        )
    desk.look_at(1499.0)
    assert desk.said == []
    desk.look_at(1500.0)
    assert desk.said == ["idle"]


def test_it_looks_by_itself_and_not_before_somebody_began(qtbot: QtBot) -> None:
    window = QWindow()
    watch = IdleWatch(window, 0.02)
    seen = [watch.is_watching]
    with qtbot.waitSignal(watch.idle):
        watch.begin()
    seen.append(watch.is_watching)
    watch.begin()
    seen.append(watch.is_watching)
    watch.end()
    seen.append(watch.is_watching)
    assert seen == [False, False, True, False]
    watch.deleteLater()
    window.deleteLater()
