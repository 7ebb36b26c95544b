"""Search as you type over 200,000 products: what a keystroke costs, and what of it the window's own thread pays.

`Catalogue.search` gives the first fifty products as they are shown. Beside it, in the same run, on the same encrypted
file, with as large a page cache and taken in turn for each keystroke: the FTS5 query that gives the very same rows with
the same columns in the same order, written by hand (`_bare_query`), its parameters ready; before anything is measured
both must have given the same. The figure is the median of all keystrokes of a clerk, of the ratio between the two, each
the median of its rounds; a mean of their times would say nothing but what the few dearest words cost, on both sides.
Beside it stands the class of keystrokes that does worst.

The stock of the fifty is another question, to another file, asked when they are on the screen: neither side has it in
the first two figures. The last two figures are the time that the window's thread works from the key until the answers
are painted, and until their stock is too, with the real page; both questions run on a worker. It is the slowest
keystroke of all, against one frame of 16 ms.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks._profiles import fill_catalogue, fill_stock
from benchmarks._telling_jobs import TellingJobs
from benchmarks.figures import Figure
from desktop.cache.line_files import LineFileCard
from tests.builders.desk import CALDER, make_context, make_desk

if TYPE_CHECKING:
    from desktop.cache.encrypted_file import Connection
    from desktop.cache.product_search import ProductHit
    from desktop.sync.desk import Desk

PRODUCTS = 200_000
ROUNDS = 41
WINDOW_ROUNDS = 9
FRAME_MILLISECONDS = 16.0
TYPED = (
    *("sea glass", "velvet emer", "damask", "wallpaper ivory", "chevron och", "contract vinyl", "velour-blue"),
    *("0303-11", "1354", "0042.07", "0077-0", "zydeco blue", "9999-1"),
)
_SHOWN = 50
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
            fill_stock(desk.catalogue)
            ratios = _search_ratios(desk)
            rows, stock = _window_times(desk)
        finally:
            desk.close()
    return [
        Figure("search, a keystroke over 200,000 products, median ratio", _median(ratios), 1.0, "times", 1.5),
        Figure("search, the same for its worst class of keystrokes", _worst_class(ratios), 1.0, "times", 1.5),
        Figure("search, the window's thread until rows are painted", rows, FRAME_MILLISECONDS, "ms", 1.0),
        Figure("search, the same until their stock is painted too", stock, FRAME_MILLISECONDS, "ms", 1.0),
    ]


def _median(ratios: dict[Any, float]) -> float:
    return statistics.median(ratios.values())


def _worst_class(ratios: dict[tuple[str, str], float]) -> float:
    """The largest median of a class of keystrokes."""
    classes: dict[str, list[float]] = {}
    for (name, _), ratio in ratios.items():
        classes.setdefault(name, []).append(ratio)
    for name, found in sorted(classes.items()):
        print(f"  {name}: {statistics.median(found):.2f} of {len(found)} keystrokes", flush=True)
    return max(statistics.median(found) for found in classes.values())


def _class_of(text: str, hits: int) -> str:
    """Texts without an answer, item numbers and codes of several parts; else by letters and words."""
    *before, last = text.split()
    if not hits:
        return "no hit"
    if any(not sign.isalnum() for sign in last):
        return "code with dots"
    if last.isdigit():
        return "digits"
    if before:
        return "several words"
    return {1: "one letter", 2: "two letters", 3: "three letters"}.get(len(last), "four letters and more")


def _search_ratios(desk: Desk) -> dict[tuple[str, str], float]:
    """For each text, with its class before it, how many times the bare query ours takes."""
    from desktop.cache.catalogue import PAGES_KEPT_KIBIBYTES
    from desktop.cache.line_file import open_line
    from desktop.cache.search_words import match_expression

    card: LineFileCard = next(
        one for one in desk.catalogue.files.shown() if (one.distributor_id, one.dataset) == (CALDER, "products")
    )
    connection = open_line(desk.catalogue.files.path(card), card.key, read_only=True)
    connection.execute(f"PRAGMA cache_size = -{PAGES_KEPT_KIBIBYTES}")
    texts = list(dict.fromkeys(keystrokes()))
    queries = {text: _bare_query(connection, text) for text in texts}

    def ours(text: str) -> list[ProductHit]:
        return desk.catalogue.search(text, limit=_SHOWN, distributor_ids=[CALDER])

    def bare(text: str) -> list[tuple[str, ...]]:
        return connection.execute(*queries[text]).fetchall()

    def ids(text: str) -> object:
        sql = f"SELECT rowid FROM search WHERE search MATCH ? LIMIT {_SHOWN}"
        return connection.execute(sql, (match_expression(text),)).fetchall()

    try:
        hits = {}
        for text in texts:
            hits[text] = bare(text)
            if [hit[1:] for hit in ours(text)] != hits[text]:
                raise AssertionError(f"“{text}” gives other rows than the bare query")
        ratios = _in_turn(texts, ours, bare)
        print(
            f"  against row ids alone, which nobody could show: {_median(_in_turn(texts, ours, ids)):.2f}", flush=True
        )
        return {(_class_of(text, len(hits[text])), text): ratio for text, ratio in ratios.items()}
    finally:
        connection.close()


def _bare_query(connection: Connection, text: str) -> tuple[str, tuple[str, ...]]:
    """The leanest statement for the rows of this text, and its parameters.

    Words: the search joined to the rows. A code of several parts, which an index without places does not know to stand
    beside each other: the same with the pattern. A number: items that begin with it are first; where there are fifty
    of them their index alone answers, else the search has them all.
    """
    from desktop.cache.product_search import ProductHit
    from desktop.cache.search_words import next_text, search_words
    from shared_models.catalogue.line_file_form import SEARCHED

    columns = ", ".join(f"p.{name}" for name in ProductHit._fields[1:])
    expression, patterns = search_words(text)
    parameters: tuple[str, ...] = (expression,)
    order = "p.pattern_name, p.color_name, p.item_no"
    number = text.strip()
    if " " not in number and any(map(str.isdigit, number)):
        both = (number, next_text(number))
        begins = "p.item_no >= ?{} COLLATE NOCASE AND p.item_no < ?{} COLLATE NOCASE"
        by_item = f"SELECT {columns} FROM products AS p WHERE {begins.format(1, 2)} ORDER BY p.item_no COLLATE NOCASE"
        by_item += f" LIMIT {_SHOWN}"
        if len(connection.execute(by_item, both).fetchall()) == _SHOWN:
            return by_item, both
        order = f"iif({begins.format(2, 3)}, p.item_no, NULL) COLLATE NOCASE NULLS LAST, {order}"
        parameters = (expression, *both)
    rows = "" if not patterns else "JOIN products AS c ON c.row_key = search.rowid "
    beside = "".join(
        f" AND ({' OR '.join(f'c.{name} LIKE {_quoted(pattern)}' for name in SEARCHED)})" for pattern in patterns
    )
    found = f"SELECT search.rowid AS found FROM search {rows}WHERE search MATCH ?1{beside} LIMIT {_SHOWN}"
    return f"SELECT {columns} FROM ({found}) JOIN products AS p ON p.row_key = found ORDER BY {order}", parameters


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _in_turn(
    texts: Sequence[str], ours: Callable[[str], object], reference: Callable[[str], object]
) -> dict[str, float]:
    """The ratio for each text; each of the two is first as often."""
    times: dict[Callable[[str], object], dict[str, list[float]]] = {
        search: {text: [] for text in texts} for search in (ours, reference)
    }
    for number in range(ROUNDS + 1):
        for text in texts:
            for search in (ours, reference) if number % 2 else (reference, ours):
                began = time.perf_counter()
                search(text)
                if number:  # the first round only warms the pages
                    times[search][text].append(time.perf_counter() - began)
    return {text: statistics.median(times[ours][text]) / statistics.median(times[reference][text]) for text in texts}


def _window_times(desk: Desk) -> tuple[float, float]:
    """The slowest keystroke's milliseconds of work in the window's thread, until the rows are there and their stock.

    Each is the median of its rounds.
    """
    from PySide6.QtWidgets import QApplication

    from desktop.settings import Settings
    from desktop.widgets.theme import ThemeKeeper

    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([])
    keeper = ThemeKeeper(application, Settings())
    typist = _Typist(desk)
    try:
        times: dict[str, list[tuple[float, float]]] = {text: [] for text in keystrokes()}
        for number in range(WINDOW_ROUNDS + 1):
            for text in times:
                spent = typist.seconds_for(text)
                if number:
                    times[text].append(spent)
    finally:
        typist.close()
        application.processEvents()
        keeper.deleteLater()
    rows, stock = (
        1_000 * max(statistics.median(spent[place] for spent in times[text]) for text in times) for place in (0, 1)
    )
    return rows, stock


class _Typist:
    """The real page on an offscreen screen, and somebody who types into its search box."""

    def __init__(self, desk: Desk) -> None:
        from PySide6.QtCore import QEventLoop

        from desktop.features.sample_orders.feature import SampleOrdersFeature
        from desktop.features.sample_orders.page import SampleOrdersPage
        from desktop.foundation.qt_jobs import QtJobs

        self._loop = QEventLoop()
        self._jobs = QtJobs()
        self._jobs_told = TellingJobs(self._jobs, self._loop.quit)
        page = SampleOrdersFeature().make_page(make_context(desk, self._jobs_told))
        if not isinstance(page, SampleOrdersPage):
            raise TypeError("the sample orders feature made another page")
        self._page = page
        page.resize(1680, 980)
        page.show()

    def seconds_for(self, text: str) -> tuple[float, float]:
        """How long this thread works from the last key of `text` until the answers are painted, and their stock.

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
        spent = []
        for _question in ("what there is", "its stock"):
            if self._jobs_told.waited_for and self._loop.exec():
                raise TimeoutError(f"no answer to “{text}” came in time")
            # What the answers asked to be painted, whether within the loop already or now.
            QApplication.processEvents()
            spent.append(time.thread_time() - began)
        too_late.stop()
        return spent[0], spent[1]

    def close(self) -> None:
        """Ends the workers and throws the page away."""
        self._jobs.close()
        self._page.close()
        self._page.deleteLater()
