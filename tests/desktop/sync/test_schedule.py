"""Sync beside the window: what rounds tell reaches the window, and what a person does reaches the rounds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.foundation.changes import Changes
from desktop.sync import engine, notices
from desktop.sync.desk import Desk
from desktop.sync.engine import RoundReport
from desktop.sync.progress import Progress
from desktop.sync.schedule import SyncSchedule
from shared_models.kernel.ids import CopyId, DesignerId, LoanId
from shared_models.library.operations import CheckOutCopy
from shared_models.sync.streams import line_dataset
from tests.builders.desk import CALDER, NINE, WINSLOW, make_desk

SOON = 10.0


class PlannedEngine:
    """Takes what a real engine takes; its rounds do what was planned, one after the other, then nothing."""

    planned: list[Callable[[PlannedEngine], None]]

    def __init__(
        self,
        _desk: Desk,
        _client: object,
        *,
        on_progress: Callable[[Progress], None],
        on_changed: Callable[[frozenset[str]], None],
        interrupted: Callable[[], bool],
    ) -> None:
        self.on_progress, self.on_changed, self.interrupted = on_progress, on_changed, interrupted

    def round(self) -> RoundReport:
        if self.planned:
            self.planned.pop(0)(self)
        return RoundReport("synced", "", kinds=frozenset({"loans"}))


class NoNotices:
    """A listener that hears nothing."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[PlannedEngine], None]]:
    """What the rounds to come do."""
    PlannedEngine.planned = []
    monkeypatch.setattr(engine, "SyncEngine", PlannedEngine)
    monkeypatch.setattr(notices, "NoticeListener", NoNotices)
    return PlannedEngine.planned


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def schedule(desk: Desk, qtbot: QtBot, planned: list[Callable[[PlannedEngine], None]]) -> Iterator[SyncSchedule]:
    made = SyncSchedule(desk)
    yield made
    made.stop()
    made.deleteLater()


def lend(desk: Desk) -> None:
    copy, designer = CopyId("copy-marlow"), DesignerId(WINSLOW)
    desk.record(CheckOutCopy(loan_id=LoanId("loan-1"), copy_id=copy, designer_id=designer, due_on=NINE.date()))


def test_how_far_a_round_has_come_is_told_in_a_sentence_and_not_for_every_piece(
    qtbot: QtBot, schedule: SyncSchedule, planned: list[Callable[[PlannedEngine], None]]
) -> None:
    def fetch(round_: PlannedEngine) -> None:
        for done in range(0, 1_000_000, 1_000):
            round_.on_progress(Progress("Products of Calder & Thrane", done, 1_000_000))

    said: list[str] = []
    planned.append(fetch)
    schedule.progressed.connect(said.append)
    with qtbot.waitSignal(schedule.round_ended):
        schedule.start()
    assert said[0] == "Products of Calder & Thrane, 0 % of 1.0 MB"
    assert len(said) < 100


def test_what_is_here_already_is_shown_before_the_round_is_over(
    qtbot: QtBot, schedule: SyncSchedule, planned: list[Callable[[PlannedEngine], None]]
) -> None:
    go_on, told = threading.Event(), list[Changes]()

    def pull(round_: PlannedEngine) -> None:
        round_.on_changed(frozenset({"designers"}))
        round_.on_changed(frozenset())
        assert go_on.wait(SOON)

    planned.append(pull)
    schedule.records_changed.connect(told.append)
    with qtbot.waitSignal(schedule.records_changed):
        schedule.start()
    assert told == [Changes.of("designers")]
    assert schedule.last_report is None, "the round still runs"
    with qtbot.waitSignal(schedule.round_ended):
        go_on.set()
    assert told == [Changes.of("designers"), Changes.of("loans")], "nothing is told of what changed nothing"


def test_what_a_person_does_interrupts_what_can_wait(
    qtbot: QtBot, desk: Desk, schedule: SyncSchedule, planned: list[Callable[[PlannedEngine], None]]
) -> None:
    fetching, seen = threading.Event(), list[object]()

    def fetch(round_: PlannedEngine) -> None:
        seen.append(round_.interrupted())
        fetching.set()
        pause = threading.Event()
        while not round_.interrupted():
            pause.wait(0.01)
        seen.append(True)

    planned += [fetch, lambda _round: seen.append("the next round")]
    schedule.start()
    qtbot.waitUntil(fetching.is_set)
    lend(desk)
    qtbot.waitUntil(lambda: len(seen) == 3)
    assert seen == [False, True, "the next round"]


def test_stopping_interrupts_too_and_nothing_is_told_any_more(
    qtbot: QtBot, schedule: SyncSchedule, planned: list[Callable[[PlannedEngine], None]]
) -> None:
    fetching = threading.Event()

    def fetch(round_: PlannedEngine) -> None:
        fetching.set()
        pause = threading.Event()
        while not round_.interrupted():
            pause.wait(0.01)

    told: list[object] = []
    planned.append(fetch)
    schedule.round_ended.connect(told.append)
    schedule.start()
    qtbot.waitUntil(fetching.is_set)
    with qtbot.waitSignal(schedule.busy_changed):
        schedule.stop()
    assert schedule.last_report is not None
    assert told == []


def test_a_damaged_catalogue_is_asked_for_at_once(
    qtbot: QtBot, desk: Desk, schedule: SyncSchedule, planned: list[Callable[[PlannedEngine], None]]
) -> None:
    rounds: list[int] = []
    planned += [lambda _round: rounds.append(1), lambda _round: rounds.append(2)]
    with qtbot.waitSignal(schedule.round_ended):
        schedule.start()
    assert rounds == [1]
    with qtbot.waitSignal(schedule.round_ended):
        desk.catalogue.files.suspect(line_dataset(CALDER, "products"))
    assert rounds == [1, 2]


def test_a_desk_that_works_without_the_network_asks_nobody(
    qtbot: QtBot, desk: Desk, planned: list[Callable[[PlannedEngine], None]]
) -> None:
    planned.append(lambda _round: None)
    schedule = SyncSchedule(desk, offline=True)
    schedule.start()
    schedule.sync_now()
    lend(desk)
    schedule.stop()
    assert len(planned) == 1
    assert schedule.last_report is None
