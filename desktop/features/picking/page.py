"""The picking page: queue, bench, what was confirmed, bins; connects them to the actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QVBoxLayout

from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.picking import actions, queries
from desktop.features.picking.bench_panel import BenchPanel
from desktop.features.picking.bench_scans import BenchScans
from desktop.features.picking.bench_work import BenchWork
from desktop.features.picking.columns import counted
from desktop.features.picking.lists_panels import BinsPanel, ConfirmedPanel
from desktop.features.picking.papers import TicketJob, TicketPaper, draw_tickets, print_tickets_paper
from desktop.features.picking.queue_panel import QueuePanel
from desktop.features.picking.rows import BinRow, QueueRow
from desktop.features.picking.scan_meaning import item_of
from desktop.features.picking.tickets_dialog import TicketsDialog
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.printing.papers import Paper
from desktop.settings import DUPLICATE_DAYS, LARGE_PICKING_TYPE, PAPER, PRINTER
from desktop.widgets.colours import Tone
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE
from shared_models.kernel.errors import DomainError
from shared_models.library.barcodes import read_scan

_REQUESTS = ("sample_requests", "request_lines")
_QUEUE, _BENCH, _CONFIRMED, _BINS = range(4)


class PickingPage(Page):
    """The warehouse's page for sample requests."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context, self._desk = context, context.desk
        self.queue = QueuePanel(context.desk.clock.now, context.view_state)
        self.bench = BenchPanel(context.view_state)
        self.work = BenchWork(context, self.bench, self)
        self._scans = BenchScans(self.work)
        self.confirmed = ConfirmedPanel(context.view_state)
        self.bins = BinsPanel(context.view_state)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("picking_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for panel, title in (
            (self.queue, "Queue"),
            (self.bench, "Bench"),
            (self.confirmed, "Confirmed"),
            (self.bins, "Bins"),
        ):
            self.tabs.addTab(panel, title)
        self._queue_asked: Job | None = None
        self._bins_asked: Job | None = None
        self._connect()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(BROAD, GAP, BROAD, WIDE)
        layout.setSpacing(SMALL)
        # Above the tabs, so that a scan is taken whatever a person is looking at.
        layout.addWidget(self.bench.scan_box)
        layout.addWidget(self.tabs, 1)
        context.changes.subscribe(self._on_changes)
        self.bench.show_large(context.settings.get(LARGE_PICKING_TYPE))
        self.work.lay_back()
        self._refresh_queue()

    # --- as the shell asks for it ----------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        return (
            KeyHint("Ctrl+P", "Print what is new, as one wave sorted by bin"),
            KeyHint("Ctrl+B", "Lay the chosen request on the bench"),
            KeyHint("F6", "From the scan box to the lines, and back"),
            KeyHint("S  B  W", "The chosen lines: shipped, backordered, will not ship (in the scan box: S, Enter)"),
            KeyHint("F7 or A", "All the rest shipped"),
            KeyHint("Del", "Take the marking of a line back"),
            KeyHint("Ctrl+Enter", "Confirm what is marked"),
            KeyHint("3* before a scan", "Three of it"),
            KeyHint("F8", "Large type"),
            KeyHint("F9", "Put the ticket aside; what is marked is kept"),
            KeyHint("Alt+1…4", "Queue, bench, confirmed, bins"),
        )

    def on_shown(self) -> None:
        """Ready for the next ticket."""
        self._refresh_queue()
        if self.tabs.currentIndex() == _BENCH:
            self.bench.scan_box.arm()
        else:
            self.queue.filter.setFocus()

    def can_undo(self) -> bool:
        """Whether a marking can be taken back."""
        return self.work.can_undo()

    def undo(self) -> None:
        """Takes the last marking back."""
        self.work.undo()

    def open_request(self, request_id: str) -> None:
        """Lays a request on the bench."""
        self.tabs.setCurrentIndex(_BENCH)
        self.work.open_request(request_id)
        self.bench.scan_box.arm()

    # --- what is shown ---------------------------------------------------------------------------

    def _on_changes(self, changes: Changes) -> None:
        if changes.touches(*_REQUESTS):
            self._refresh_queue()
            self.work.refresh()
        if changes.touches("confirmations", "confirmation_lines") and self.tabs.currentIndex() == _CONFIRMED:
            self._refresh_confirmed()
        if changes.touches("sample_stock") and self.tabs.currentIndex() == _BINS:
            self._refresh_bins()

    def _on_tab(self, place: int) -> None:
        if place == _QUEUE:
            self.queue.table.setFocus()
        elif place == _BENCH:
            self.bench.scan_box.arm()
        elif place == _CONFIRMED:
            self._refresh_confirmed()
        else:
            self._refresh_bins()

    def _refresh_queue(self) -> None:
        desk, days = self._desk, self._context.settings.get(DUPLICATE_DAYS)
        owner = desk.acting.organisation_id
        if self._queue_asked is not None:
            self._queue_asked.cancel()
        self._queue_asked = self._context.jobs.submit_read(
            lambda: queries.queue(desk.database.read(), owner, duplicate_days=days), self._show_queue
        )

    def _show_queue(self, rows: list[QueueRow]) -> None:
        self.queue.show_queue(rows)
        self.tabs.setTabText(_QUEUE, f"Queue  {len(rows)}" if rows else "Queue")
        self.title_altered.emit(f"{counted(len(rows), 'request')} open" if rows else "")

    def _refresh_confirmed(self) -> None:
        reader, owner = self._desk.database.read(), self._desk.acting.organisation_id
        self.confirmed.show_rows(queries.confirmed(reader, owner, self.confirmed.filter.text()))

    def _refresh_bins(self) -> None:
        desk, text = self._desk, self.bins.filter.text()
        owner = desk.acting.organisation_id
        if self._bins_asked is not None:
            self._bins_asked.cancel()

        def read() -> list[BinRow]:
            return queries.bins(desk.database.read(), desk.catalogue, owner, text)

        self._bins_asked = self._context.jobs.submit_read(read, self.bins.show_rows)

    # --- scans -----------------------------------------------------------------------------------

    def _on_entered(self, text: str, from_scanner: bool) -> None:
        """Bins are filled where bins are shown; everything else, and every ticket, is work for the bench."""
        codes = read_scan(text).codes
        if self.tabs.currentIndex() == _BINS and codes and codes[0].kind in ("plain", "bin"):
            self._scan_at_bins(codes[0].kind == "bin", codes[0].value)
            return
        self.tabs.setCurrentIndex(_BENCH)
        self._scans.take(text, from_scanner)

    def _scan_at_bins(self, is_bin: bool, value: str) -> None:
        if is_bin:
            self.bins.show_bin(value)
            return
        try:
            product = item_of(self._desk.catalogue, self._desk.acting.organisation_id, value)
        except DomainError as error:
            self._say_why(error)
            return
        place, on_hand = queries.bin_of(self._desk.database.read(), self._desk.acting.organisation_id, product.item_no)
        self.bins.show_item(product.item_no, place, on_hand)
        self._context.notices.sound(Tone.GOOD)

    # --- printing --------------------------------------------------------------------------------

    def _on_print_wanted(self, request_ids: list[str]) -> None:
        desk, days = self._desk, self._context.settings.get(DUPLICATE_DAYS)
        self._context.notices.say(Tone.INFO, f"Drawing {counted(len(request_ids), 'ticket')}…")
        self._context.jobs.submit_write(
            lambda: actions.record_print(desk, request_ids, duplicate_days=days), self._on_print_recorded, self._say_why
        )

    def _on_print_recorded(self, recorded: tuple[Changes, TicketJob]) -> None:
        """Drawn beside the worker that writes: a wave takes half a second, and scans must not wait for it."""
        changes, job = recorded
        self._context.changes.publish(changes)
        paper = Paper.A4 if self._context.settings.get(PAPER) == "a4" else Paper.LETTER
        paper_only = self.queue.paper_only.isChecked()
        self._context.jobs.submit_read(
            lambda: draw_tickets(job, paper=paper, paper_only=paper_only), self._on_drawn, self._say_why
        )

    def _on_drawn(self, papers: TicketPaper) -> None:
        dialog = TicketsDialog(papers, lambda: self._print(papers, dialog), self)
        dialog.open()

    def _print(self, papers: TicketPaper, dialog: TicketsDialog) -> None:
        queue = self._context.settings.get(PRINTER)

        def failed(error: Exception) -> None:
            if not isinstance(error, DomainError):
                raise error
            dialog.tell(Tone.BAD, error.sentence)

        self._context.jobs.submit_read(
            lambda: print_tickets_paper(papers, queue, self._context.desk.database.path.parent),
            lambda _job: dialog.tell(Tone.GOOD, f"{counted(papers.tickets, 'ticket')} on the way to the printer."),
            failed,
        )

    # --- counting --------------------------------------------------------------------------------

    def _on_counted(self, item_no: str, bin_name: str, seen: int) -> None:
        desk = self._desk

        def done(changes: Changes) -> None:
            self._context.changes.publish(changes)
            self._context.notices.good(f"{item_no}: {seen} in {bin_name.upper()}.")
            self.bins.clear_count()
            self.bench.scan_box.arm()

        self._context.jobs.submit_write(lambda: actions.count_bin(desk, item_no, bin_name, seen), done, self._say_why)

    # --- inside ----------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._on_tab)
        self.queue.print_wanted.connect(self._on_print_wanted)
        self.queue.bench_wanted.connect(self.open_request)
        self.confirmed.filter_asked.connect(self._refresh_confirmed)
        self.bins.filter_asked.connect(self._refresh_bins)
        self.bins.counted.connect(self._on_counted)
        self.bench.scan_box.entered.connect(self._on_entered)
        self.bench.large_wanted.connect(self._on_large_wanted)
        QShortcut(QKeySequence("F6"), self).activated.connect(self._change_places)
        for place in range(self.tabs.count()):
            shortcut = QShortcut(QKeySequence(f"Alt+{place + 1}"), self)
            shortcut.activated.connect(lambda place=place: self.tabs.setCurrentIndex(place))

    def _change_places(self) -> None:
        tables = (self.queue.table, self.bench.table, self.confirmed.table, self.bins.table)
        if self.bench.scan_box.hasFocus():
            tables[self.tabs.currentIndex()].setFocus()
        else:
            self.bench.scan_box.arm()

    def _on_large_wanted(self, on: bool) -> None:
        self.bench.show_large(on)
        try:
            self._context.settings.choose(LARGE_PICKING_TYPE, on)
        except OSError:
            self._context.notices.attention("The choice holds until the program ends: it could not be written down.")

    def _say_why(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._context.notices.say(Tone.BAD, error.sentence, sound=True)
