"""Search as you type over 200,000 products: what a keystroke costs, and what of it the window's own thread pays.

`Catalogue.search` gives the first fifty products with their stock. Beside it, in the same run, on the same encrypted
file and taken in turn for each keystroke: the bare FTS5 query for the first fifty row ids. The figure is the median of
all keystrokes of a clerk, of the ratio between the two, each the median of its rounds; a mean of their times would say
nothing but what the few one-letter words cost, on both sides. Beside it stands the class of keystrokes that does worst.

The last figure is the time that the window's thread works from the key until the answers are painted, with the real
page; the search itself runs on a worker. It is the slowest keystroke of all, against one frame of 16 ms.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks._profiles import fill_catalogue
from benchmarks.figures import Figure
from desktop.cache.line_files import LineFileCard
from desktop.foundation.jobs import Claim, Failed, Job, Jobs, Result
from tests.builders.desk import CALDER, make_context, make_desk

if TYPE_CHECKING:
    from desktop.sync.desk import Desk

PRODUCTS = 200_000
ROUNDS = 9
FRAME_MILLISECONDS = 16.0
TYPED = ("sea glass", "velvet emer", "0303-11", "damask", "wallpaper ivory", "chevron och", "contract vinyl", "1354")
_PATIENCE_MILLISECONDS = 20_000


def keystrokes() -> list[str]:
    """What stands in the box after each key of a clerk who types these."""
    return [words[:end] for words in TYPED for end in range(1, len(words) + 1)]


def run() -> list[Figure]:
    """The keystrokes against the bare query, all and the worst class; the slowest one's work in the window's thread."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        desk = make_desk(Path(name))
        try:
            fill_catalogue(desk.catalogue, Path(name) / "products.csv", PRODUCTS)
            ratios = _search_ratios(desk)
            slowest = _window_times(desk)
        finally:
            desk.close()
    return [
        Figure("search, a keystroke over 200,000 products, median ratio", _median(ratios), 1.0, "times", 1.5),
        Figure("search, the same for its worst class of keystrokes", _worst_class(ratios), 1.0, "times", 1.5),
        Figure("search, the window's thread until rows are painted", slowest, FRAME_MILLISECONDS, "ms", 1.0),
    ]


def _median(ratios: dict[str, float]) -> float:
    return statistics.median(ratios.values())


def _worst_class(ratios: dict[str, float]) -> float:
    """The largest median of a class: item numbers, and words by how many letters of the last one are typed."""
    classes: dict[str, list[float]] = {}
    for text, ratio in ratios.items():
        last = text.split()[-1]
        name = (
            "number" if last[0].isdigit() else "one letter" if len(last) == 1 else "two" if len(last) == 2 else "more"
        )
        classes.setdefault(name, []).append(ratio)
    for name, found in classes.items():
        print(f"  {name}: {statistics.median(found):.2f} of {len(found)} keystrokes", flush=True)
    return max(statistics.median(found) for found in classes.values())


def _search_ratios(desk: Desk) -> dict[str, float]:
    """For each text, how many times the bare query ours takes."""
    from desktop.cache.line_file import open_line
    from desktop.cache.search_words import match_expression

    card: LineFileCard = next(
        one for one in desk.catalogue.files.shown() if (one.distributor_id, one.dataset) == (CALDER, "products")
    )
    connection = open_line(desk.catalogue.files.path(card), card.key, read_only=True)
    # As large as the program's own: neither side may be slowed down by reading pages again.
    connection.execute("PRAGMA cache_size = -32768")

    def ours(text: str) -> None:
        desk.catalogue.search(text, distributor_ids=[CALDER])

    def bare(text: str) -> None:
        expression = match_expression(text)
        connection.execute("SELECT rowid FROM search WHERE search MATCH ? LIMIT 50", (expression,)).fetchall()

    try:
        return _in_turn(ours, bare)
    finally:
        connection.close()


def _in_turn(*searches: Callable[[str], None]) -> dict[str, float]:
    texts = list(dict.fromkeys(keystrokes()))
    seconds: list[dict[str, list[float]]] = [{text: [] for text in texts} for _ in searches]
    for number in range(ROUNDS + 1):
        for text in texts:
            for search, times in zip(searches, seconds, strict=True):
                began = time.perf_counter()
                search(text)
                if number:  # the first round only warms the pages
                    times[text].append(time.perf_counter() - began)
    mine, reference = ({text: statistics.median(times[text]) for text in texts} for times in seconds)
    return {text: mine[text] / reference[text] for text in texts}


def _window_times(desk: Desk) -> float:
    """The slowest keystroke's milliseconds of work in the window's thread, the median of its rounds."""
    from PySide6.QtWidgets import QApplication

    from desktop.settings import Settings
    from desktop.widgets.theme import ThemeKeeper

    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([])
    keeper = ThemeKeeper(application, Settings())
    typist = _Typist(desk)
    try:
        times: dict[str, list[float]] = {text: [] for text in keystrokes()}
        for number in range(ROUNDS + 1):
            for text in times:
                spent = typist.seconds_for(text)
                if number:
                    times[text].append(spent)
    finally:
        typist.close()
        application.processEvents()
        keeper.deleteLater()
    return 1_000 * max(statistics.median(spent) for spent in times.values())


class _Typist:
    """The real page on an offscreen screen, and somebody who types into its search box."""

    def __init__(self, desk: Desk) -> None:
        from PySide6.QtCore import QEventLoop

        from desktop.features.sample_orders.feature import SampleOrdersFeature
        from desktop.features.sample_orders.page import SampleOrdersPage
        from desktop.foundation.qt_jobs import QtJobs

        self._loop = QEventLoop()
        self._jobs = QtJobs()
        page = SampleOrdersFeature().make_page(make_context(desk, _TellingJobs(self._jobs, self._loop.quit)))
        if not isinstance(page, SampleOrdersPage):
            raise TypeError("the sample orders feature made another page")
        self._page = page
        page.resize(1680, 980)
        page.show()

    def seconds_for(self, text: str) -> float:
        """How long this thread works from the last key of `text` until the answers are painted.

        The processor time of the thread: while the worker searches, the window sleeps and that is no work.
        """
        from PySide6.QtCore import QSignalBlocker, QTimer
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        search = self._page.order.search
        with QSignalBlocker(search.box):
            search.box.setText(text[:-1])
        QApplication.processEvents()
        too_late = QTimer(singleShot=True, interval=_PATIENCE_MILLISECONDS)
        too_late.timeout.connect(lambda: self._loop.exit(1))
        too_late.start()
        began = time.thread_time()
        QTest.keyClicks(search.box, text[-1])
        if self._loop.exec():
            raise TimeoutError(f"no answer to “{text}” came in time")
        # What the answers asked to be painted, whether within the loop already or now.
        QApplication.processEvents()
        spent = time.thread_time() - began
        too_late.stop()
        return spent

    def close(self) -> None:
        """Ends the workers and throws the page away."""
        self._jobs.close()
        self._page.close()
        self._page.deleteLater()


class _TellingJobs:
    """The program's own jobs, which say when the answer to a read has been handed over."""

    def __init__(self, jobs: Jobs, told: Callable[[], None]) -> None:
        self._jobs, self._told = jobs, told

    def submit_write(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        return self._jobs.submit_write(fn, done, failed)

    def submit_prompt_write(
        self,
        fn: Callable[[], Result],
        done: Callable[[Result], None] | None = None,
        failed: Failed | None = None,
        *,
        claim: Claim,
    ) -> Job:
        return self._jobs.submit_prompt_write(fn, done, failed, claim=claim)

    def submit_read(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        def done_and_told(result: Result) -> None:
            if done is not None:
                done(result)
            self._told()

        return self._jobs.submit_read(fn, done_and_told, failed)

    def close(self) -> None:
        self._jobs.close()
