"""Who has the right of way, and how long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytestqt.qtbot import QtBot

from desktop.foundation.qt_jobs import QtJobs
from desktop.foundation.turns import RightOfWay

PATIENT = 60.0


class LongWork(threading.Thread):
    """Works a row, gives way, and notes that it goes on."""

    def __init__(self, way: RightOfWay, notes: list[str]) -> None:
        super().__init__(name="long work")
        self._way, self._notes = way, notes

    def run(self) -> None:
        self._way.give_way()
        self._notes.append("went on")


def test_long_work_goes_on_when_what_is_urgent_is_over(qtbot: QtBot) -> None:
    way, notes = RightOfWay(PATIENT), list[str]()
    work = LongWork(way, notes)
    with way.taken():
        work.start()
        qtbot.waitUntil(lambda: way.waiting == 1)
        notes.append("saved")
    work.join()
    assert notes == ["saved", "went on"]
    assert way.waiting == 0


def test_it_waits_for_everybody_who_has_it(qtbot: QtBot) -> None:
    way, notes = RightOfWay(PATIENT), list[str]()
    work = LongWork(way, notes)
    with way.taken():
        with way.taken():
            work.start()
            qtbot.waitUntil(lambda: way.waiting == 1)
        notes.append("still saving")
    work.join()
    assert notes == ["still saving", "went on"]


def test_an_exception_gives_it_back() -> None:
    way = RightOfWay(PATIENT)
    with pytest.raises(ValueError, match="refused"), way.taken():
        raise ValueError("refused")
    way.give_way()


def test_nobody_has_it_for_long() -> None:
    way = RightOfWay(0.001)
    with way.taken():
        for _ in range(10):
            way.give_way()


@contextmanager
def free() -> Iterator[bool]:
    """A claim that is granted."""
    yield True


def test_what_a_person_saves_has_it(qapp: object, qtbot: QtBot) -> None:
    """On the worker, and in the window's own thread until its answer is shown."""
    jobs, had = QtJobs(), list[bool]()
    way = jobs.right_of_way
    try:
        for number in range(3):
            jobs.submit_write(lambda: had.append(way.is_taken))
            qtbot.waitUntil(lambda number=number: len(had) == number + 1)  # type: ignore[misc]
        jobs.submit_prompt_write(lambda: had.append(way.is_taken), lambda _: had.append(way.is_taken), claim=free)
        qtbot.waitUntil(lambda: len(had) == 5)
    finally:
        jobs.close()
    assert all(had)
    assert not way.is_taken


def test_what_is_only_looked_up_does_not_have_it(qapp: object, qtbot: QtBot) -> None:
    """A report may take seconds."""
    jobs, had = QtJobs(), list[bool]()
    try:
        jobs.submit_read(lambda: had.append(jobs.right_of_way.is_taken))
        qtbot.waitUntil(lambda: had == [False])
    finally:
        jobs.close()
