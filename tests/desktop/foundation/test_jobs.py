"""The promise of `Jobs`, held by the implementation without threads and by the one of the window."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytestqt.qtbot import QtBot

from desktop.foundation.jobs import InlineJobs, Jobs, JobsClosed, Pace
from desktop.foundation.qt_jobs import QtJobs


@pytest.fixture(params=["inline", "qt"])
def jobs(request: pytest.FixtureRequest, qapp: object) -> Iterator[Jobs]:
    made: Jobs = InlineJobs() if request.param == "inline" else QtJobs()
    yield made
    made.close()


@pytest.fixture
def qt_jobs(qapp: object) -> Iterator[QtJobs]:
    made = QtJobs()
    yield made
    made.close()


def test_a_result_reaches_the_caller(jobs: Jobs, qtbot: QtBot) -> None:
    results: list[int] = []
    jobs.submit_read(lambda: 6 * 7, results.append)
    qtbot.waitUntil(lambda: results == [42])


def test_a_failure_reaches_the_caller_as_the_exception_itself(jobs: Jobs, qtbot: QtBot) -> None:
    failures: list[Exception] = []
    error = ValueError("Copy 4471 is not known.")

    def work() -> None:
        raise error

    jobs.submit_write(work, failed=failures.append)
    qtbot.waitUntil(lambda: failures == [error])


def test_writes_run_in_the_order_they_were_given(jobs: Jobs, qtbot: QtBot) -> None:
    order: list[int] = []
    finished: list[None] = []
    for number in range(200):
        jobs.submit_write(lambda number=number: order.append(number), finished.append)  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(finished) == 200)
    assert order == list(range(200))


def test_a_cancelled_job_is_not_answered(jobs: Jobs, qtbot: QtBot) -> None:
    answers: list[str] = []
    release = threading.Event()
    if isinstance(jobs, InlineJobs):
        # Inline, a job can only be cancelled while it is itself still waiting: from inside another.
        def outer() -> None:
            jobs.submit_read(lambda: "first", answers.append).cancel()

        jobs.submit_write(outer, lambda _: answers.append("last"))
    else:
        first = jobs.submit_write(lambda: "first" if release.wait(10) else "late", answers.append)
        first.cancel()
        release.set()
        jobs.submit_write(lambda: "last", answers.append)
    qtbot.waitUntil(lambda: "last" in answers)
    assert answers == ["last"]


def test_a_closed_program_takes_no_more_work(jobs: Jobs) -> None:
    jobs.close()
    with pytest.raises(JobsClosed, match="was not done"):
        jobs.submit_write(lambda: None)


def test_answers_arrive_in_the_window_s_own_thread(qt_jobs: QtJobs, qtbot: QtBot) -> None:
    threads: list[tuple[int, int]] = []
    qt_jobs.submit_write(threading.get_ident, lambda worker: threads.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(threads))
    worker, answered = threads[0]
    assert answered == threading.get_ident() != worker


def test_all_writes_happen_on_one_thread(qt_jobs: QtJobs, qtbot: QtBot) -> None:
    threads: list[int] = []
    for _ in range(20):
        qt_jobs.submit_write(threading.get_ident, threads.append)
    qtbot.waitUntil(lambda: len(threads) == 20)
    assert len(set(threads)) == 1


def test_closing_waits_for_every_write_that_was_taken(qt_jobs: QtJobs) -> None:
    written: list[int] = []
    started, release = threading.Event(), threading.Event()

    def first() -> None:
        started.set()
        release.wait(10)
        written.append(0)

    qt_jobs.submit_write(first)
    for number in range(1, 10):
        qt_jobs.submit_write(lambda number=number: written.append(number))  # type: ignore[misc]
    assert started.wait(10)
    threading.Timer(0.01, release.set).start()
    qt_jobs.close()
    assert written == list(range(10))


def test_a_slow_read_does_not_hold_a_write_up(qt_jobs: QtJobs, qtbot: QtBot) -> None:
    release = threading.Event()
    answers: list[str] = []
    qt_jobs.submit_read(lambda: "read" if release.wait(10) else "never", answers.append)
    qt_jobs.submit_write(lambda: "write", answers.append)
    qtbot.waitUntil(lambda: answers == ["write"])
    release.set()
    qtbot.waitUntil(lambda: answers == ["write", "read"])


@contextmanager
def free() -> Iterator[bool]:
    """A claim that is granted."""
    yield True


@contextmanager
def taken() -> Iterator[bool]:
    """A claim that is not."""
    yield False


@pytest.fixture
def quick_jobs(qt_jobs: QtJobs, qtbot: QtBot) -> QtJobs:
    """Jobs whose disk has shown that it is quick."""
    answers: list[None] = []
    for _ in range(3):
        qt_jobs.submit_write(lambda: None, answers.append)
    qtbot.waitUntil(lambda: len(answers) == 3)
    return qt_jobs


def test_a_prompt_write_is_a_write(jobs: Jobs, qtbot: QtBot) -> None:
    answers: list[object] = []
    error = ValueError("Copy 4471 is not known.")

    def refuse() -> None:
        raise error

    for _ in range(5):
        jobs.submit_prompt_write(lambda: 6 * 7, answers.append, claim=free)
    jobs.submit_prompt_write(refuse, failed=answers.append, claim=free)
    qtbot.waitUntil(lambda: answers == [42] * 5 + [error])


def test_a_prompt_write_that_keeps_nobody_waiting_is_done_at_once(quick_jobs: QtJobs) -> None:
    threads: list[int] = []
    quick_jobs.submit_prompt_write(threading.get_ident, threads.append, claim=free)
    assert threads == [threading.get_ident()]


def test_a_prompt_write_waits_beside_the_window_for_what_it_needs(quick_jobs: QtJobs, qtbot: QtBot) -> None:
    threads: list[int] = []
    quick_jobs.submit_prompt_write(threading.get_ident, threads.append, claim=taken)
    assert not threads
    qtbot.waitUntil(lambda: bool(threads))
    assert threads[0] != threading.get_ident()


def test_a_prompt_write_keeps_its_place_behind_the_others(quick_jobs: QtJobs, qtbot: QtBot) -> None:
    order: list[str] = []
    release = threading.Event()
    quick_jobs.submit_write(lambda: "first" if release.wait(10) else "late", order.append)
    quick_jobs.submit_prompt_write(lambda: "second", order.append, claim=free)
    quick_jobs.submit_write(lambda: "third", order.append)
    release.set()
    qtbot.waitUntil(lambda: order == ["first", "second", "third"])


def test_what_an_answer_submits_comes_behind_it(quick_jobs: QtJobs, qtbot: QtBot) -> None:
    order: list[str] = []

    def answered(said: str) -> None:
        quick_jobs.submit_prompt_write(lambda: "second", order.append, claim=free)
        order.append(said)

    quick_jobs.submit_prompt_write(lambda: "first", answered, claim=free)
    qtbot.waitUntil(lambda: order == ["first", "second"])


def test_the_window_leaves_writes_to_the_worker_until_the_disk_has_shown_its_pace(
    qt_jobs: QtJobs, qtbot: QtBot
) -> None:
    threads: list[int] = []
    qt_jobs.submit_prompt_write(threading.get_ident, threads.append, claim=free)
    assert not threads
    qtbot.waitUntil(lambda: bool(threads))


def test_pace_is_quick_after_several_quick_writes_and_lost_with_a_slow_one() -> None:
    pace, quick, slow = Pace(), Pace.MOST_SECONDS / 2, Pace.MOST_SECONDS * 2
    seen = []
    for seconds in (quick, quick, quick, slow, quick, quick, quick, quick):
        pace.took(seconds)
        seen.append(pace.is_quick)
    assert seen == [False, False, True, False, False, False, True, True]


def test_a_fault_nobody_handles_reaches_the_program_s_handler(
    qt_jobs: QtJobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    error = RuntimeError("broken")

    def work() -> None:
        raise error

    qt_jobs.submit_read(work)
    qtbot.waitUntil(lambda: seen == [error])
