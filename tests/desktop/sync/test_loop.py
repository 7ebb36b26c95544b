"""When rounds happen: at once, soon after an operation, less often while the server is away."""

import queue
from collections.abc import Iterator

import pytest

from desktop.sync.engine import RoundReport
from desktop.sync.loop import SyncLoop, back_off_seconds

SOON = 10.0


class PlannedRounds:
    """Answers with what was planned, then `synced`; a round that raises is a fault of ours."""

    def __init__(self) -> None:
        self.planned: list[RoundReport | Exception] = []

    def round(self) -> RoundReport:
        answer = self.planned.pop(0) if self.planned else RoundReport("synced", "")
        if isinstance(answer, Exception):
            raise answer
        return answer


class Harness:
    """A loop and what it reported."""

    def __init__(self) -> None:
        self.rounds = PlannedRounds()
        self.reports: queue.Queue[RoundReport] = queue.Queue()
        self.loop = SyncLoop(self.rounds, on_report=self.reports.put, after_operation_seconds=0.01)

    def next_report(self) -> RoundReport:
        return self.reports.get(timeout=SOON)


@pytest.fixture
def harness() -> Iterator[Harness]:
    made = Harness()
    yield made
    made.loop.stop()


def test_the_first_round_is_at_once_and_the_next_when_something_was_recorded(harness: Harness) -> None:
    harness.loop.start()
    assert harness.next_report().state == "synced"
    harness.loop.operation_recorded()
    assert harness.next_report().state == "synced"
    assert harness.reports.empty()


def test_while_the_server_is_away_scans_do_not_knock_each_time(harness: Harness) -> None:
    harness.rounds.planned = [RoundReport("offline", "")]
    harness.loop.start()
    assert harness.next_report().state == "offline"
    harness.loop.operation_recorded()
    harness.loop.ask_now()
    assert harness.next_report().state == "synced"
    # Had the scan knocked as well, there would be a second report by the time the third round was asked for.
    harness.loop.ask_now()
    harness.next_report()
    assert harness.reports.empty()


def test_a_fault_of_ours_does_not_end_syncing(harness: Harness, expect_log: object) -> None:
    expect_log("a round of sync failed")  # type: ignore[operator]
    harness.rounds.planned = [ValueError("ours")]
    harness.loop.start()
    assert harness.next_report().sentence == "Syncing failed; it is tried again. Nothing is lost."
    harness.loop.ask_now()
    assert harness.next_report().state == "synced"


def test_the_pauses_grow_to_five_minutes_and_differ_between_stations() -> None:
    longest = [back_off_seconds(failures, 0.0, 1.0) for failures in range(1, 12)]
    assert longest[:4] == [5, 10, 20, 40]
    assert longest[-1] == 300
    assert back_off_seconds(3, 0.0, 0.0) == 10
    assert back_off_seconds(1, 42.0, 0.5) == 42
