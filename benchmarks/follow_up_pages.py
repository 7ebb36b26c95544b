"""The follow-up page over 200,000 order lines: opening it, a keystroke in its filter, its end, another order.

Beside what the list is asked for, in the same run and taken in turn, stands the bare question: the statement that gives
the very same places by the same index and the one that reads the first page of rows, each written by hand, on a
connection of its own with the same key. Before anything is measured both must have given the same. The figure is the
median over all keystrokes of the ratio of the two.

The other figures are of the real page on an offscreen screen, from the key until the rows are painted: the processor
time of the window's thread and of the worker together, for the one waits for the other, so that a machine that is busy
with other programs does not count; and what of that the window's own thread works. The slowest keystroke counts, each
the median of its rounds. Scrolling to the end must not read more than a few screenfuls of rows.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks._follow_up_rows import fill_orders
from benchmarks._telling_jobs import TellingJobs
from benchmarks.figures import Figure
from tests.builders.desk import KEY, make_context, make_desk

if TYPE_CHECKING:
    from desktop.features.follow_up.list_panel import ListPanel
    from desktop.features.follow_up.page import FollowUpPage
    from desktop.sync.desk import Desk

ORDERS = 200_000
ROUNDS = 5
OPENINGS = 7
MOST_TO_OPEN = 150.0
MOST_A_KEYSTROKE = 50.0
FRAME = 16.0
MOST_ROWS_AT_THE_END = 3 * 128
TYPED = ("goldfarb penthouse", "1354.1", "0466012", "1z44", "velvet emer", "po-77", "backord", "nobody")
_OTHER_COLUMN = "item_no"
_PATIENCE_MILLISECONDS = 20_000


class Spent(NamedTuple):
    """Milliseconds of work until the rows are painted, and those of them that the window's thread did."""

    until_painted: float
    in_the_window: float


def run() -> list[Figure]:
    """The list against the bare query; opening, keystrokes, the end, and keystrokes in another order."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        desk = make_desk(Path(name))
        try:
            fill_orders(desk, ORDERS)
            ratios = _against_the_bare_query(desk, Path(name))
            opening, typed, at_end, sorting, sorted_typed = _in_the_window(desk)
        finally:
            desk.close()
    slowest = max(typed.values(), key=lambda spent: spent.until_painted)
    in_window = max(spent.in_the_window for spent in typed.values())
    in_order = max(spent.until_painted for spent in sorted_typed.values())
    print(f"  another order for the first time: {sorting.until_painted:.0f} ms, {sorting.in_the_window:.1f} of them "
          "in the window's thread", file=sys.stderr)  # fmt: skip
    name = "follow-up, 200,000 orders"
    return [
        Figure(f"{name}: a keystroke’s rows against the bare query", _median(ratios.values()), 1.0, "times", 1.5),
        Figure(f"{name}: opening until rows are painted", opening.until_painted, MOST_TO_OPEN, "ms", 1.0),
        Figure(f"{name}: slowest keystroke until rows are painted", slowest.until_painted, MOST_A_KEYSTROKE, "ms", 1.0),
        Figure(f"{name}: slowest keystroke, the window's thread", in_window, FRAME, "ms", 1.0),
        Figure(f"{name}: to the end, the window's thread", at_end.in_the_window, FRAME, "ms", 1.0),
        Figure(f"{name}: slowest keystroke in another order", in_order, MOST_A_KEYSTROKE, "ms", 1.0),
    ]  # fmt: skip


def keystrokes() -> list[str]:
    """What stands in the filter after each key of a clerk who types these."""
    return list(dict.fromkeys(words[:end] for words in TYPED for end in range(1, len(words) + 1)))


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


# --- against the bare query ----------------------------------------------------------------------


def _against_the_bare_query(desk: Desk, folder: Path) -> dict[str, float]:
    """For each text how many times the bare question the list's own takes: all places, and the first page of rows."""
    from desktop.cache.encrypted_file import open_encrypted
    from desktop.cache.follow_up_index import SALES_ORDERS
    from desktop.cache.search_words import phrase_expression
    from desktop.cache.station_db import STATION_FILE
    from desktop.features.follow_up.lists import ORDERS as LIST
    from desktop.features.follow_up.sources import Asked
    from desktop.widgets.row_model import PAGE_ROWS
    from shared_models.follow_up.records import SalesOrderLine
    from shared_models.kernel.records import columns_of

    source, names = LIST.make_source(), columns_of(SalesOrderLine)
    connection = open_encrypted(folder / STATION_FILE, KEY, read_only=True)
    found = f"SELECT rowid FROM {SALES_ORDERS.found} WHERE words MATCH ? ORDER BY rowid DESC"
    marks = ", ".join("?" * PAGE_ROWS)
    columns = ", ".join(f"row.{name}" for name in names)
    page = f"SELECT at.place, {columns} FROM sales_orders_places AS at JOIN sales_orders AS row USING (id) "

    def ours(text: str) -> tuple[list[int], Mapping[int, Any]]:
        places = source.places(desk, Asked(text))
        return places, source.rows_at(desk, places[:PAGE_ROWS])  # type: ignore[return-value]

    def bare(text: str) -> tuple[list[int], list[tuple[Any, ...]]]:
        places = [place for (place,) in connection.execute(found, (phrase_expression(text),)).fetchall()]
        first = places[:PAGE_ROWS]
        where = f"WHERE at.place IN ({marks if len(first) == PAGE_ROWS else ', '.join('?' * len(first))})"
        return places, connection.execute(page + where, first).fetchall()

    try:
        for text in keystrokes():
            (places, rows), (bare_places, bare_rows) = ours(text), bare(text)
            if list(places) != bare_places or set(rows) != {row[0] for row in bare_rows}:
                raise AssertionError(f"“{text}” gives other rows than the bare query")
        return _in_turn(keystrokes(), ours, bare)
    finally:
        connection.close()


def _in_turn(texts: Sequence[str], *questions: Callable[[str], object]) -> dict[str, float]:
    """The ratio of the first question to the second for each text; each of the two is first as often."""
    times: dict[Callable[[str], object], dict[str, list[float]]] = {
        question: {text: [] for text in texts} for question in questions
    }
    for number in range(ROUNDS + 1):
        for text in texts:
            for question in questions if number % 2 else reversed(questions):
                began = time.perf_counter()
                question(text)
                if number:  # the first round only warms the pages
                    times[question][text].append(time.perf_counter() - began)
    first, second = questions
    return {text: _median(times[first][text]) / _median(times[second][text]) for text in texts}


# --- in the window -------------------------------------------------------------------------------


def _in_the_window(desk: Desk) -> tuple[Spent, dict[str, Spent], Spent, Spent, dict[str, Spent]]:
    from PySide6.QtWidgets import QApplication

    from desktop.settings import Settings
    from desktop.widgets.theme import ThemeKeeper

    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([])
    keeper = ThemeKeeper(application, Settings())
    visits = []
    for _ in range(OPENINGS):
        visits.append(Visit(desk))
        opening = visits[-1].opening
        print(f"  opened in {opening.until_painted:.0f} ms, {opening.in_the_window:.0f} in the window", file=sys.stderr)
        if len(visits) < OPENINGS:
            visits[-1].close()
    visit = visits[-1]
    try:
        typed = _keystrokes(visit)
        at_end = visit.to_the_end()
        sorting = visit.order_by(_OTHER_COLUMN)
        opening = Spent(*map(_median, zip(*(one.opening for one in visits), strict=True)))
        return opening, typed, at_end, sorting, _keystrokes(visit)
    finally:
        visit.close()
        application.processEvents()
        keeper.deleteLater()


def _keystrokes(visit: Visit) -> dict[str, Spent]:
    times: dict[str, list[Spent]] = {text: [] for text in keystrokes()}
    for number in range(ROUNDS + 1):
        for text in times:
            spent = visit.type_last_of(text)
            if number:
                times[text].append(spent)
    medians = {text: Spent(*map(_median, zip(*rounds, strict=True))) for text, rounds in times.items()}
    for text, spent in sorted(medians.items(), key=lambda one: -one[1].until_painted)[:4]:
        print(f"  “{text}”: {spent.until_painted:.1f} ms, {spent.in_the_window:.1f} in the window", file=sys.stderr)
    return medians


class Visit:
    """The real page on an offscreen screen, and somebody who works at it."""

    def __init__(self, desk: Desk) -> None:
        """Opens the page; how long that took is `opening`."""
        from PySide6.QtCore import QEventLoop

        from desktop.features.follow_up.feature import FollowUpFeature
        from desktop.foundation.qt_jobs import QtJobs

        self._loop = QEventLoop()
        self._jobs = QtJobs()
        self._told = TellingJobs(self._jobs, self._loop.quit)
        context = make_context(desk, self._told)
        self._pages: list[FollowUpPage] = []

        def open_it() -> None:
            page: Any = FollowUpFeature().make_page(context)
            self._pages.append(page)
            page.resize(1680, 980)
            page.show()
            page.on_shown()

        self.opening = self._spent(open_it)

    @property
    def _panel(self) -> ListPanel:
        return self._pages[0].in_front

    def type_last_of(self, text: str) -> Spent:
        """From the last key of `text` until its rows are painted, without the pause in which a person may go on."""
        from PySide6.QtTest import QTest

        box = self._panel.filter
        box.show_as_asked(text[:-1])

        def press() -> None:
            QTest.keyClicks(box, text[-1])
            box.ask_now()

        return self._spent(press)

    def to_the_end(self) -> Spent:
        """From the key until the last rows are painted. Raises where more than a few screenfuls were read."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        self._panel.filter.show_as_asked("")
        self._spent(self._panel.refresh)
        table, source = self._panel.table, self._panel.source
        if table.row_count() != ORDERS:
            raise AssertionError(f"{table.row_count()} rows are listed")
        read: list[int] = []
        rows_at = source.rows_at

        def counted(desk: Desk, places: Sequence[int]) -> Mapping[int, Any]:
            read.append(len(places))
            return rows_at(desk, places)

        source.rows_at = counted  # type: ignore[method-assign]
        table.setFocus()
        spent = self._spent(lambda: QTest.keyClick(table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier))
        source.rows_at = rows_at  # type: ignore[method-assign]
        bar = table.verticalScrollBar()
        if bar.value() != bar.maximum() or not 0 < sum(read) <= MOST_ROWS_AT_THE_END:
            raise AssertionError(f"{sum(read)} rows were read on the way to the end")
        return spent

    def order_by(self, key: str) -> Spent:
        """From a click on a heading until the rows are painted in that order."""
        return self._spent(lambda: self._panel.table.order_by(key))

    def close(self) -> None:
        """Ends the workers and throws the page away."""
        self._jobs.close()
        for page in self._pages:
            page.close()
            page.deleteLater()

    def _spent(self, act: Callable[[], object]) -> Spent:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        QApplication.processEvents()
        too_late = QTimer(singleShot=True, interval=_PATIENCE_MILLISECONDS)
        too_late.timeout.connect(lambda: self._loop.exit(1))
        too_late.start()
        worked, read = time.thread_time(), self._told.read_seconds
        act()
        while self._told.waited_for:
            if self._loop.exec():
                raise TimeoutError("no answer came in time")
        QApplication.processEvents()
        in_the_window, by_workers = time.thread_time() - worked, self._told.read_seconds - read
        too_late.stop()
        return Spent(1_000 * (in_the_window + by_workers), 1_000 * in_the_window)
