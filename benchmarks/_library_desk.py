"""A library desk with some thousands of copies on a real encrypted file, and the real page over it, for benchmarks."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from desktop.feature import FeatureContext
from desktop.features.library.feature import LibraryFeature
from desktop.foundation.changes import ChangeBus, Changes
from desktop.foundation.qt_jobs import QtJobs
from desktop.foundation.routes import Routes
from desktop.foundation.view_state import ViewState
from desktop.settings import Settings
from desktop.sync.desk import Desk, Recorded
from desktop.sync.rebase import take_heads, take_page
from desktop.widgets.notices import Notices
from desktop.widgets.scan_field import ScannerFilter
from desktop.widgets.theme import ThemeKeeper
from shared_models.accounts.records import Membership, ModuleGrant, Organisation, Person
from shared_models.designers.records import Designer
from shared_models.kernel.clock import SystemClock
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record, columns_of, values_of
from shared_models.library.records import Copy, CopyBarcode, Loan
from shared_models.sync.streams import library
from shared_models.sync.wire import StreamPage, TablePage

if TYPE_CHECKING:
    from desktop.features.library.page import LibraryPage

SHOWROOM, CLERK = "showroom-1", "person-1"
CARD = "CARD-7"
_DESIGNERS, _COPIES, _OPEN_LOANS = 500, 3_000, 400
_ROWS_A_PAGE = 400
_SINCE = datetime(2026, 1, 5, tzinfo=UTC)


def barcode(number: int) -> str:
    """The label of a copy that is on the shelf, counted from 0."""
    return f"HPS{number:06d}"


def title(number: int) -> str:
    """What stands on that copy's ticket."""
    return f"Glenarm {number}"


@contextmanager
def library_page(folder: Path, *, copies: int = _COPIES) -> Iterator[tuple[LibraryPage, Desk]]:
    """The page in front on an offscreen screen, with the jobs on their threads; everything is closed at the end.

    The showroom has so many copies, of which the last hundreds are out.
    """
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    settings = Settings()
    theme = ThemeKeeper(application, settings)
    desk = _make_desk(folder, copies)
    jobs, changes = QtJobs(), ChangeBus()
    desk.catalogue.files.give_way = jobs.right_of_way.give_way
    publisher = _Publisher(desk, changes)
    context = FeatureContext(settings, ViewState(), jobs, Routes(), changes, Notices(), desk)
    page: LibraryPage = LibraryFeature().make_page(context)  # type: ignore[assignment]
    page.resize(1060, 700)
    scanner = ScannerFilter(application, settings)
    page.show()
    page.activateWindow()
    page.on_shown()
    try:
        yield page, desk
    finally:
        page.hide()
        jobs.close()
        page.deleteLater()
        scanner.deleteLater()
        publisher.deleteLater()
        application.processEvents()
        desk.close()
        theme.deleteLater()


class PullingMeanwhile:
    """Pages of the library's stream arrive and are applied under the waiting operations, one after the other."""

    def __init__(self, desk: Desk) -> None:
        """Nothing arrives yet."""
        self._desk = desk
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._pull, name="puller")
        self.pages = 0
        """How many were taken over."""

    def __enter__(self) -> PullingMeanwhile:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _pull(self) -> None:
        stream, now = library(SHOWROOM), self._desk.clock.now()
        take_heads(self._desk.database, [stream], at=now)
        while not self._over.is_set():
            first = 100_000 + self.pages * _ROWS_A_PAGE
            records = [_copy(number) for number in range(first, first + _ROWS_A_PAGE)]
            columns = [list(column) for column in zip(*(values_of(one) for one in records), strict=True)]
            table = TablePage(
                table="copies", keys=[one.id for one in records], columns=list(columns_of(Copy)), values=columns
            )
            page = StreamPage(
                stream=stream, after=self.pages, upto=self.pages + 1, head=self.pages + 1_000, tables=[table]
            )
            if take_page(self._desk.database, page, at=now).taken is None:
                raise AssertionError("a page was thrown away")
            self._desk.outbox.read_again()
            self.pages += 1


class _Publisher(QObject):
    """Carries what was recorded on the data worker over to the GUI thread, as the program does it."""

    _recorded = Signal(object)

    def __init__(self, desk: Desk, changes: ChangeBus) -> None:
        super().__init__()
        self._changes = changes
        self._recorded.connect(self._on_recorded, Qt.ConnectionType.QueuedConnection)
        desk.on_recorded(self._recorded.emit)

    def _on_recorded(self, recorded: Recorded) -> None:
        self._changes.publish(Changes(recorded.kinds, recorded.keys))


def _make_desk(folder: Path, copies: int) -> Desk:
    from desktop.cache.catalogue import Catalogue
    from desktop.cache.meta import set_meta
    from desktop.cache.station_db import STATION_FILE, StationDatabase

    database = StationDatabase.create(folder / STATION_FILE, bytes(range(32)))
    with database.write() as records:
        for record in _world(copies):
            records.insert(record)
        set_meta(
            records,
            person_id=CLERK,
            person_name="Marisol Vega",
            station_id="station-1",
            acting_organisation_id=SHOWROOM,
            acting_role="clerk",
        )
    return Desk(database, Catalogue(database, folder), SystemClock())


def _world(copies: int) -> Iterable[Record]:
    yield Organisation(id=SHOWROOM, code="HPS", name="Halloran Pryce Showroom", kind="showroom")
    yield Person(id=CLERK, name="Marisol Vega", email="marisol.vega@halloranpryce.example")
    yield Membership(id="member-1", person_id=CLERK, organisation_id=SHOWROOM, role=Role.CLERK)
    yield ModuleGrant(id="grant-1", organisation_id=SHOWROOM, module=Module.SAMPLE_CHECKOUT, starts_on=date(2026, 1, 1))
    for number in range(_DESIGNERS):
        yield Designer(
            id=f"designer-{number}",
            showroom_id=SHOWROOM,
            name=f"Paloma Winslow {number}",
            firm="The Mayfield Company",
            card_barcode=f"CARD-{number}",
        )
    for number in range(copies):
        yield _copy(number)
        yield CopyBarcode(
            id=f"copy-{number}:1", showroom_id=SHOWROOM, copy_id=f"copy-{number}", barcode=barcode(number)
        )
    for number in range(_OPEN_LOANS):
        yield Loan(
            id=f"loan-{number}",
            showroom_id=SHOWROOM,
            copy_id=f"copy-{copies - 1 - number}",
            designer_id=f"designer-{100 + number % 300}",
            lent_at=_SINCE + timedelta(hours=number),
            lent_by=CLERK,
            due_on=(_SINCE + timedelta(hours=number, days=14)).date(),
            sidemark="Goldfarb Penthouse / Mudroom",
        )


def _copy(number: int) -> Copy:
    return Copy(
        id=f"copy-{number}",
        showroom_id=SHOWROOM,
        distributor_id="dist-1",
        item_no=f"{number:05d}",
        title=title(number),
        shelf="A-01-1",
        added_at=_SINCE,
    )
