"""From the scanner's Enter until the loan is durable and its line stands in the log, with the real page offscreen.

Beside it, in the same run and taken in turn: a bare commit of two rows with the same encrypted driver, WAL and
`synchronous=FULL`, on the same disk. Then the longest time the window stood still while 200 copies were scanned in a
row and pages of the library's stream were pulled and applied under the waiting operations all the while.

A loaded machine lets any window stand still. So beside the plain figure stand the longest that the window's own thread
computed in one go, and the standstill without the time that it was ready and no processor was free, where the system
tells it (Linux); what the same window at rest stood still for as long, with nothing to do, is printed.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from benchmarks.figures import Figure

SCANS = 200
WARM_UP = 20
MOST_STANDSTILL_MILLISECONDS = 50.0
_PATIENCE_SECONDS = 60.0
_PASSES = 8
_SCANNER_KEY_SECONDS = 0.002
"""A quick scanner: the desk gets no longer than this to prepare for what comes."""


def run() -> list[Figure]:
    """The median of 200 scans against the median of 200 bare commits; the longest standstill against 50 ms."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from benchmarks._library_desk import CARD, library_page
    from desktop.foundation.memory import settle_memory
    from desktop.foundation.turns import take_short_turns

    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        bare = _bare_commits(Path(name))
        with library_page(Path(name)) as (page, _desk):
            bench = _Bench(page, _desk)
            page.scan.scan_box.deliver(CARD)
            bench.wait_until(lambda: page.visit.designer is not None)
            # As the program does it once its first page is there.
            settle_memory()
            take_short_turns()
            ours, reference = [], []
            for number in range(WARM_UP + SCANS):
                # Both after a window at rest, and each as often first: what comes second finds the disk awake.
                bench.settle()
                if number % 2:
                    reference.append(bench.bare(bare))
                ours.append(bench.scan_and_wait(number))
                if not number % 2:
                    bench.settle()
                    reference.append(bench.bare(bare))
            standstill = bench.longest_standstill(WARM_UP + SCANS)
            rest = bench.standstill_at_rest(standstill.lasted_seconds)
        print(f"  the same window at rest stood still for up to {rest.milliseconds:.0f} ms", flush=True)
        bare.close()
    median, bare_median = (1_000 * statistics.median(values[WARM_UP:]) for values in (ours, reference))
    figures = [
        Figure("scan to recorded and in the log, median", median, bare_median, "ms", 3.0),
        Figure(
            "longest standstill of the window, 200 scans while pulling",
            standstill.milliseconds,
            MOST_STANDSTILL_MILLISECONDS,
            "ms",
            1.0,
        ),
    ]
    others = {
        "the window's own work in one go meanwhile, at worst": standstill.worked_milliseconds,
        "the same standstill without the wait for a free processor": standstill.own_milliseconds,
    }
    figures += [
        Figure(name, found, MOST_STANDSTILL_MILLISECONDS, "ms", 1.0)
        for name, found in others.items()
        if found is not None
    ]
    return figures


class Standstill(NamedTuple):
    """The longest time between two ticks of a window's timer of 1 ms."""

    milliseconds: float
    worked_milliseconds: float
    """The longest that its thread computed between two ticks."""
    own_milliseconds: float | None
    """Without the time that its thread was ready and waited for a processor; None where the system does not tell."""
    lasted_seconds: float
    """From the first tick to the last."""


def _bare_commits(folder: Path) -> Generator[float, None, None]:
    """Seconds of one transaction that inserts two rows and is durable; one a step."""
    from desktop.cache.encrypted_file import open_encrypted

    connection = open_encrypted(folder / "bare.db", bytes(range(32)))
    connection.execute("CREATE TABLE loans (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID")
    connection.execute("CREATE TABLE operations (row INTEGER PRIMARY KEY, id TEXT, body TEXT)")
    body, number = "x" * 300, 0
    try:
        while True:
            number += 1
            key = f"{number:036d}"
            began = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO loans VALUES (?, ?)", (key, body))
            connection.execute("INSERT INTO operations VALUES (?, ?, ?)", (number, key, body))
            connection.execute("END")
            yield time.perf_counter() - began
    finally:
        connection.close()


class _Bench:
    """The page, worked through its scan box."""

    def __init__(self, page, desk) -> None:  # type: ignore[no-untyped-def]
        from PySide6.QtCore import QEventLoop
        from PySide6.QtWidgets import QApplication

        self._page = page
        self._desk = desk
        # A window waits for events without holding Python up; a loop that polled would measure itself.
        self._process_events = partial(QApplication.processEvents, QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self._settle = QApplication.processEvents

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Let the window live until the fact is there."""
        until = time.perf_counter() + _PATIENCE_SECONDS
        while not is_so():
            self._process_events()
            if time.perf_counter() > until:
                raise TimeoutError("the page did not get there in a minute")

    def settle(self) -> None:
        """Let the window paint what came last: a clerk takes longer to the next memo than that."""
        for _ in range(_PASSES):
            self._settle()

    @staticmethod
    def bare(commits: Iterator[float]) -> float:
        """Seconds of a bare commit, after a pause as before a scanner's Enter: a processor that slept is slower."""
        time.sleep(_SCANNER_KEY_SECONDS)
        return next(commits)

    def scan_and_wait(self, number: int) -> float:
        """Seconds from the scanner's Enter until the line stands on top of the table's model; the loan is in the file.

        The scanner is the keyboard that it is in life: its keys go to the widget with the focus.
        """
        from PySide6.QtCore import QEvent, Qt
        from PySide6.QtGui import QKeyEvent
        from PySide6.QtWidgets import QApplication

        from benchmarks._library_desk import barcode

        box, plain = self._page.scan.scan_box, Qt.KeyboardModifier.NoModifier
        for sign in barcode(number):
            QApplication.sendEvent(box, QKeyEvent(QEvent.Type.KeyPress, ord(sign), plain, sign))
            time.sleep(_SCANNER_KEY_SECONDS)
        enter = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, plain, "\r")
        arrived: list[float] = []
        model = self._page.scan.log.model()
        connection = model.rowsInserted.connect(lambda: arrived.append(time.perf_counter()))
        began = time.perf_counter()
        QApplication.sendEvent(box, enter)
        self.wait_until(lambda: bool(arrived))
        model.rowsInserted.disconnect(connection)
        if not self._stands_on_top(number):
            raise AssertionError("another line stands on top of the log")
        if self._desk.database.read().value("SELECT count(*) FROM loans WHERE copy_id = ?", f"copy-{number}") != 1:
            raise AssertionError("the line stood in the log before the loan was in the file")
        return arrived[0] - began

    def longest_standstill(self, first: int) -> Standstill:
        """At worst, while copies are scanned and pages are pulled."""
        from benchmarks._library_desk import PullingMeanwhile, barcode

        with _Ticks() as ticks, PullingMeanwhile(self._desk) as pulling:
            for number in range(first, first + SCANS):
                self._page.scan.scan_box.deliver(barcode(number))
                self._settle()
            self.wait_until(lambda: self._stands_on_top(first + SCANS - 1) and pulling.pages > 0)
        return ticks.longest()

    def standstill_at_rest(self, seconds: float) -> Standstill:
        """At worst, while nobody does anything for so long."""
        until = time.perf_counter() + seconds
        with _Ticks() as ticks:
            self.wait_until(lambda: time.perf_counter() > until)
        return ticks.longest()

    def _stands_on_top(self, number: int) -> bool:
        from benchmarks._library_desk import title

        log = self._page.scan.log
        return bool(log.row_count()) and log.row_at(0).what == title(number)


class _Ticks:
    """A timer of 1 ms in the window's thread, and when it came."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._ticks: list[tuple[float, float, float]] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)

    def __enter__(self) -> "_Ticks":
        self._timer.start(1)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()

    def _on_tick(self) -> None:
        self._ticks.append((time.perf_counter(), time.thread_time(), _seconds_without_processor()))

    def longest(self) -> Standstill:
        """The longest time between two ticks so far, each way."""
        gaps = [tuple(late - early for early, late in zip(*both, strict=True)) for both in pairwise(self._ticks)]
        return Standstill(
            1_000 * max(gap for gap, _worked, _waited in gaps),
            1_000 * max(worked for _gap, worked, _waited in gaps),
            1_000 * max(gap - waited for gap, _worked, waited in gaps) if _SCHEDULE.exists() else None,
            self._ticks[-1][0] - self._ticks[0][0],
        )


_SCHEDULE = Path("/proc/thread-self/schedstat")


def _seconds_without_processor() -> float:
    """How long the calling thread was ready so far and waited for a processor; 0 where the system does not tell."""
    try:
        return int(_SCHEDULE.read_bytes().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


if __name__ == "__main__":
    for figure in run():
        print(figure.line())
