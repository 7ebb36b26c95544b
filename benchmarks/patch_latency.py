"""How the desk feels while a patch that changes every one of 200,000 rows of stock is laid over its line file.

The real page on an offscreen screen checks copies out by the scanner, one after the other, with the patch and without
it in turn; the patch comes in the parts that the server cuts it into, and is laid by a thread beside the window, as
the sync does it. A check-out lasts from the scan until its line stands on top of the log, durable by then. A frame is
the time between two ticks of a timer of 1 ms. What the window's thread waited for a processor that other programs had
is taken off both; what it waited for the thread that lays the patch is not.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks._moments import Moment, now
from benchmarks.figures import Figure
from desktop.cache.catalogue import Catalogue
from desktop.cache.line_file import Agreed
from shared_models.catalogue.records import INVENTORY
from shared_models.kernel.records import row_hash
from shared_models.sync.checksums import checksum_text
from shared_models.sync.line_parts import ROWS_A_PART, pack, unpack
from shared_models.sync.streams import line_dataset
from sync_server.features.sync.line_patches import blocks_of
from sync_server.features.sync.line_work import Row, RowChange
from tests.builders.desk import fill_line_file

if TYPE_CHECKING:
    from desktop.features.library.page import LibraryPage

ROWS = 200_000
SCANS_BETWEEN = 30
WARM_UP = 30
COPIES = 8_000
"""Each can be checked out once; how many are while the patch is laid depends on how it gives way."""
LONGEST_FRAME_MILLISECONDS = 50.0
_DISTRIBUTOR = "dist-1"
_STREAM = line_dataset(_DISTRIBUTOR, "inventory")
_PATIENCE_SECONDS = 120.0
_PASSES = 8
_HUNDREDTHS = 100


class Part(NamedTuple):
    """A patch as it came, and what the file must come to with it."""

    body: bytes
    after: int
    agreed: Agreed


def run() -> list[Figure]:
    """The slowest in a hundred check-outs with against without; the longest frame meanwhile."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from benchmarks._library_desk import CARD, library_page
    from desktop.foundation.memory import settle_memory
    from desktop.foundation.turns import take_short_turns

    with (
        tempfile.TemporaryDirectory(prefix="order-track-bench-") as name,
        library_page(Path(name), copies=COPIES) as (page, desk),
    ):
        before = [_row(number, 0) for number in range(ROWS)]
        fill_line_file(desk.catalogue, _DISTRIBUTOR, "inventory", (row[1:] for row in before))
        after = [_row(number, 1) for number in range(ROWS)]
        # Every row changes, and then changes back.
        parts = [*_parts(before, after, 1), *_parts(after, before, 1 + ROWS // ROWS_A_PART)]
        clerk = _Clerk(page)
        page.scan.scan_box.deliver(CARD)
        clerk.wait_until(lambda: page.visit.designer is not None)
        # As the program does it.
        take_short_turns()
        settle_memory()
        for _ in range(WARM_UP):
            clerk.check_out()
        quiet, busy = _Phase(), _Phase()
        for part in parts:
            with clerk.ticking(quiet):
                for _ in range(SCANS_BETWEEN):
                    quiet.seconds.append(clerk.check_out())
            with clerk.ticking(busy), _Laying(desk.catalogue, part) as laying:
                while laying.is_alive():
                    busy.seconds.append(clerk.check_out())
        (position,) = desk.catalogue.files.positions("").values()
        if position != parts[-1].agreed.position:
            raise AssertionError(f"the patch led to {position}")
    for what, phase in (("without", quiet), ("with", busy)):
        median = 1_000 * statistics.median(phase.seconds)
        print(
            f"  {what} the patch: {len(phase.seconds)} check-outs, median {median:.1f} ms, "
            f"slowest in a hundred {phase.slowest_in_a_hundred():.1f} ms, longest frame {phase.longest_frame():.1f} ms",
            file=sys.stderr,
        )
    return [
        Figure(
            "check-out while 200,000 rows are patched, slowest in a hundred, against without",
            busy.slowest_in_a_hundred(),
            quiet.slowest_in_a_hundred(),
            "ms",
            2.0,
        ),
        Figure(
            "longest frame while 200,000 rows are patched", busy.longest_frame(), LONGEST_FRAME_MILLISECONDS, "ms", 1.0
        ),
    ]


class _Phase:
    """What was measured in one of the two states."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.ticks: list[list[Moment]] = []

    def slowest_in_a_hundred(self) -> float:
        return 1_000 * statistics.quantiles(self.seconds, n=_HUNDREDTHS)[-1]

    def longest_frame(self) -> float:
        return 1_000 * max(before.until(after) for ticks in self.ticks for before, after in pairwise(ticks))


class _Laying(threading.Thread):
    """Lays a part over the file, as the sync does it."""

    def __init__(self, catalogue: Catalogue, part: Part) -> None:
        super().__init__(name="sync")
        self._catalogue, self._part = catalogue, part
        self._fault: BaseException | None = None

    def __enter__(self) -> _Laying:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.join()
        if self._fault is not None:
            raise self._fault

    def run(self) -> None:
        body, after, agreed = self._part
        try:
            self._catalogue.files.patch(_STREAM, unpack(body), after=after, agreed=agreed)
        except BaseException as fault:  # noqa: BLE001 - it is raised in the other thread
            self._fault = fault


class _Clerk:
    """Checks one copy out after the other."""

    def __init__(self, page: LibraryPage) -> None:
        from PySide6.QtCore import QEventLoop
        from PySide6.QtWidgets import QApplication

        self._page = page
        self._numbers = count()
        # A window waits for events without holding Python up; a loop that polled would measure itself.
        self._process_events = partial(QApplication.processEvents, QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self._settle = QApplication.processEvents

    def wait_until(self, is_so: Callable[[], object]) -> None:
        """Let the window live until the fact is there."""
        until = time.perf_counter() + _PATIENCE_SECONDS
        while not is_so():
            self._process_events()
            if time.perf_counter() > until:
                raise TimeoutError("the page did not get there")

    def check_out(self) -> float:
        """Seconds from the scan until its line is on top of the log; after a window at rest."""
        from benchmarks._library_desk import barcode, title

        for _ in range(_PASSES):
            self._settle()
        number, log = next(self._numbers), self._page.scan.log
        began = now()
        self._page.scan.scan_box.deliver(barcode(number))
        self.wait_until(lambda: (line := log.row_at(0) if log.row_count() else None) and line.what == title(number))
        return began.until(now())

    @contextmanager
    def ticking(self, phase: _Phase) -> Iterator[None]:
        """Notes when the timer ticks."""
        from PySide6.QtCore import Qt, QTimer

        ticks: list[Moment] = []
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: ticks.append(now()))
        timer.start(1)
        try:
            yield
        finally:
            timer.stop()
            phase.ticks.append(ticks)


def _parts(before: list[Row], after: list[Row], position: int) -> Iterator[Part]:
    """The patch that leads from one state, at `position`, to the other, as the server packs it."""
    total = sum(row_hash("inventory", row) for row in before)
    for start in range(0, ROWS, ROWS_A_PART):
        old, new = (rows[start : start + ROWS_A_PART] for rows in (before, after))
        total += sum(row_hash("inventory", row) for row in new) - sum(row_hash("inventory", row) for row in old)
        changes = [RowChange(row[0], row, changed) for row, changed in zip(old, new, strict=True)]
        agreed = Agreed(position + 1, ROWS, checksum_text(total))
        yield Part(pack(blocks_of(INVENTORY, changes)), position, agreed)
        position += 1


def _row(number: int, turn: int) -> Row:
    """(row_key, *columns) of a row of stock; `turn` 0 as it was, 1 as it is after the patch."""
    available = 1_000 * ((number * 7919 + turn * 13) % 900)
    told = {
        "item_no": f"{number // 2:06d}-{number % 37:02d}",
        "warehouse": "HPT" if number % 2 else "",
        "unit": "YD",
        "qty_on_hand": available + 4_000,
        "qty_committed": 4_000,
        "qty_available": available,
        "stock_status": "IN_STOCK" if available else "OUT",
        "as_of": f"2026-11-{16 + turn}T06:00:00Z",
    }
    return (number + 1, *(told.get(name, None if name.startswith("qty") else "") for name in INVENTORY.columns))
