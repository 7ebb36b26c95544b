"""The picking page: queue, bench, what was confirmed, bins; connects them to the actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QVBoxLayout

from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.picking import actions, queries
from desktop.features.picking.bench_panel import BenchPanel
from desktop.features.picking.bench_work import BenchWork
from desktop.features.picking.columns import counted
from desktop.features.picking.lists_panels import BinsPanel, ConfirmedPanel
from desktop.features.picking.papers import TicketPaper, print_tickets_paper
from desktop.features.picking.queue_panel import QueuePanel
from desktop.features.picking.tickets_dialog import TicketsDialog
from desktop.foundation.changes import Changes
from desktop.settings import DUPLICATE_DAYS, PRINTER
from desktop.widgets.colours import Tone
from desktop.widgets.theme import BROAD, GAP, WIDE
from shared_models.kernel.errors import DomainError

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
        self._connect()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(BROAD, GAP, BROAD, WIDE)
        layout.addWidget(self.tabs)
        context.changes.subscribe(self._on_changes)
        self._refresh_queue()

    # --- as the shell asks for it ----------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        return (
            KeyHint("Ctrl+P", "Print what is new, as one wave sorted by bin"),
            KeyHint("Ctrl+B", "Lay the chosen request on the bench"),
            KeyHint("S  B  W", "The chosen lines: shipped, backordered, will not ship"),
            KeyHint("F7 or A", "All the rest shipped"),
            KeyHint("Del", "Take the marking of a line back"),
            KeyHint("Ctrl+Enter", "Confirm what is marked"),
            KeyHint("3* before a scan", "Three of it"),
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

    def scan(self, code: str) -> None:
        """As if it had been scanned at the bench."""
        self.tabs.setCurrentIndex(_BENCH)
        self.bench.scan_box.deliver(code)

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
        rows = queries.queue(
            self._desk.database.read(),
            self._desk.acting.organisation_id,
            duplicate_days=self._context.settings.get(DUPLICATE_DAYS),
        )
        self.queue.show_queue(rows)
        self.tabs.setTabText(_QUEUE, f"Queue  {len(rows)}" if rows else "Queue")
        self.title_altered.emit(f"{counted(len(rows), 'request')} open" if rows else "")

    def _refresh_confirmed(self) -> None:
        reader, owner = self._desk.database.read(), self._desk.acting.organisation_id
        self.confirmed.show_rows(queries.confirmed(reader, owner, self.confirmed.filter.text()))

    def _refresh_bins(self) -> None:
        reader, owner = self._desk.database.read(), self._desk.acting.organisation_id
        self.bins.show_rows(queries.bins(reader, owner, self.bins.filter.text()))

    # --- printing --------------------------------------------------------------------------------

    def _on_print_wanted(self, request_ids: list[str]) -> None:
        desk, days = self._desk, self._context.settings.get(DUPLICATE_DAYS)
        paper_only = self.queue.paper_only.isChecked()
        self._context.notices.say(Tone.INFO, f"Drawing {counted(len(request_ids), 'ticket')}…")
        self._context.jobs.submit_write(
            lambda: actions.print_tickets(desk, request_ids, duplicate_days=days, paper_only=paper_only),
            self._on_drawn,
            self._say_why,
        )

    def _on_drawn(self, drawn: tuple[Changes, TicketPaper]) -> None:
        changes, papers = drawn
        self._context.changes.publish(changes)
        dialog = TicketsDialog(papers, lambda: self._print(papers, dialog), self)
        dialog.open()

    def _print(self, papers: TicketPaper, dialog: TicketsDialog) -> None:
        queue = self._context.settings.get(PRINTER)

        def failed(error: Exception) -> None:
            if not isinstance(error, DomainError):
                raise error
            dialog.tell(Tone.BAD, error.sentence)

        self._context.jobs.submit_read(
            lambda: print_tickets_paper(papers, queue),
            lambda _job: dialog.tell(Tone.GOOD, f"{counted(papers.tickets, 'ticket')} on the way to the printer."),
            failed,
        )

    # --- counting --------------------------------------------------------------------------------

    def _on_counted(self, item_no: str, bin_name: str, seen: int) -> None:
        desk = self._desk
        if not bin_name:
            self._context.notices.bad("Say which bin: type its name, such as A-12-03.")
            return

        def done(changes: Changes) -> None:
            self._context.changes.publish(changes)
            self._context.notices.good(f"{item_no}: {seen} in {bin_name.upper()}.")
            self._refresh_bins()

        self._context.jobs.submit_write(lambda: actions.count_bin(desk, item_no, bin_name, seen), done, self._say_why)

    # --- inside ----------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._on_tab)
        self.queue.print_wanted.connect(self._on_print_wanted)
        self.queue.bench_wanted.connect(self.open_request)
        self.confirmed.filter_asked.connect(self._refresh_confirmed)
        self.bins.filter_asked.connect(self._refresh_bins)
        self.bins.counted.connect(self._on_counted)
        for place in range(self.tabs.count()):
            shortcut = QShortcut(QKeySequence(f"Alt+{place + 1}"), self)
            shortcut.activated.connect(lambda place=place: self.tabs.setCurrentIndex(place))

    def _say_why(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._context.notices.say(Tone.BAD, error.sentence, sound=True)
