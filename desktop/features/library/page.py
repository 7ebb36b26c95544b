"""The library desk: lays its panels out, sends what is scanned to the actions, and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.library import actions, queries, scanning
from desktop.features.library.choosing import certificate_warning
from desktop.features.library.copy_entry import CopyEntry
from desktop.features.library.desk_work import DeskWork
from desktop.features.library.due_rule import DueRule
from desktop.features.library.keys import KEYS
from desktop.features.library.loans_panel import COPIES, OPEN, OVERDUE, LoansPanel
from desktop.features.library.receipt_view import ReceiptView
from desktop.features.library.rows import CopyRow, LoanRow
from desktop.features.library.scan_panel import ScanPanel
from desktop.features.library.visit import LogLine, Step, Visit
from desktop.features.library.visit_panel import VisitPanel, VisitSlots
from desktop.features.library.words import day_words
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.widgets.theme import BROAD, GAP, WIDE

_REFRESH_MILLISECONDS = 250
_SHOWN_KINDS = ("loans", "copies", "copy_barcodes", "designers")


class LibraryPage(Page):
    """The desk. All writes go through `DeskWork`, in the order in which they were scanned."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self.visit = Visit()
        self._work = DeskWork(context, self._on_step)
        self._reading: Job | None = None
        self._finding: Job | None = None
        self._asked = ""
        today = self._desk.today
        self.scan = ScanPanel(today, context.view_state, self._on_offer)
        self.visit_panel = VisitPanel(today, VisitSlots(self.show_receipt, self.finish_visit, self._edit_card))
        self.loans = LoansPanel(today, context.view_state)
        self.receipts = ReceiptView(context, self)
        self.copies = CopyEntry(context, self, self._work)
        self._refresh_soon = QTimer(self, singleShot=True, interval=_REFRESH_MILLISECONDS)
        self._refresh_soon.timeout.connect(self.refresh)
        self._lay_out()
        self._connect()
        self._add_keys()
        context.changes.subscribe(self._on_changes)

    # --- as the shell asks for it ------------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the desk."""
        return KEYS

    def on_shown(self) -> None:
        """The scan box is armed, and the tables are as they are now."""
        self.refresh()
        self.scan.scan_box.arm()

    def can_undo(self) -> bool:
        """Whether a scan of this session can still be taken back."""
        return bool(self.visit.undoable)

    def undo(self) -> None:
        """Take the last scan back."""
        self._work.do(actions.undo_scan, prompt=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """A page that nobody sees reads nothing; `on_shown` catches up."""
        self._refresh_soon.stop()
        super().hideEvent(event)

    # --- what a person does ---------------------------------------------------------------------------

    def enter(self, text: str, from_scanner: bool) -> None:
        """Do what was scanned or typed."""
        rule = DueRule.from_settings(self._context.settings)
        take_scan = partial(actions.take_scan, text=text, from_scanner=from_scanner, rule=rule)
        # What was typed may be a name, which is looked for among all of them.
        self._work.do(take_scan, prompt=from_scanner)

    def look_ahead(self, text: str) -> None:
        """A scanner is typing: most of the time of a scan goes into reading pages of the file for the first time."""
        with self._desk.database.unless_busy() as is_free:
            if is_free:
                scanning.look_ahead(self._desk, text)

    def choose_designer(self, designer_id: str) -> None:
        """Begin her visit."""
        self._work.do(lambda desk, visit: actions.choose_designer(desk, visit, designer_id))
        self.scan.scan_box.arm()

    def show_copy(self, copy_id: str) -> None:
        """Show where one copy is."""
        copy = queries.copy_by_id(self._desk.database.read(), self._desk.acting.organisation_id, copy_id)
        if copy is not None:
            self.loans.ask_for_copies(copy.item_no)
            self.loans.copies.select_key(copy_id)

    def switch_mode(self) -> None:
        """Take back instead of lend, and the other way round."""
        self._work.do(lambda desk, visit: actions.set_returning(desk, visit, not visit.is_returning))
        self.scan.scan_box.arm()

    def finish_visit(self) -> None:
        """She leaves; the desk is free."""
        self._work.do(actions.finish_visit)
        self.scan.scan_box.arm()

    def show_receipt(self) -> None:
        """The receipt of the visit on screen, when something was lent at it."""
        if self.visit.loans:
            self.receipts.open(self.visit)

    def add_copy(self, barcode: str = "") -> None:
        """Ask for a copy that joins the library."""
        self.copies.open(barcode)

    # --- what came of it --------------------------------------------------------------------------------

    def _on_step(self, step: Step) -> None:
        before, self.visit = self.visit, step.visit
        has_changed_hands = before.designer != step.visit.designer
        tone = self.scan.show_step(step)
        if tone is not None:
            self._context.notices.sound(tone)
        if step.designers:
            self.scan.scan_box.arm()
            self.scan.choice.offer(step.designers, step.copies_asked)
        elif step.copies_asked:
            self.find_copies(step.copies_asked)
        if _without_loans(before) == _without_loans(step.visit):
            self.visit_panel.show_taken(len(step.visit.loans))
        else:
            self._show_visit(has_changed_hands)
        if step.page_does == "receipt":
            self.show_receipt()
        elif step.page_does == "sidemark":
            self.visit_panel.sidemark.setFocus()

    def _show_visit(self, has_changed_hands: bool) -> None:
        designer = self.visit.designer
        warning = certificate_warning(self._desk, designer) if designer is not None else ""
        today = self._desk.today()
        usual = day_words(DueRule.from_settings(self._context.settings).due_on(today), today)
        self.visit_panel.show_visit(self.visit, warning, usual)
        self.scan.show_mode(self.visit)
        if has_changed_hands:
            self.loans.show_whose(designer.name if designer is not None else "")
            self.loans.setCurrentIndex(OPEN)
            self.title_altered.emit(designer.name if designer is not None else "")
            self.refresh()

    def find_copies(self, text: str) -> None:
        """Show who has the copies that fit the text."""
        self.loans.ask_for_copies(text)

    def _on_offer(self, line: LogLine) -> None:
        rule = DueRule.from_settings(self._context.settings)
        if line.offer == "undo":
            self._work.do(lambda desk, visit: actions.undo_scan(desk, visit, line.about))
        elif line.offer == "lend_anyway":
            self._work.do(lambda desk, visit: actions.lend_anyway(desk, visit, rule))
        elif line.offer == "take_back":
            self._take_back((line.about,))
        elif line.offer == "add_copy":
            self.add_copy(line.about)
        elif line.offer == "open_page" and self._context.routes.can_open(line.about):
            self._context.routes.open(line.about)

    def _take_current_offer(self) -> None:
        line = self.scan.current_offer()
        if line is not None and line.offer != "undo":
            self._on_offer(line)

    def _take_back(self, copy_ids: tuple[str, ...]) -> None:
        self._work.do(lambda desk, visit: actions.take_back_copies(desk, visit, copy_ids))

    def _undo_chosen(self) -> None:
        for line in self.scan.log.selected_rows():
            if line.undoable is not None and not line.is_undone:
                self._work.do(partial(actions.undo_scan, key=line.undoable.key))

    def _edit_card(self) -> None:
        if self.visit.designer is not None and self._context.routes.can_open("designers.card"):
            self._context.routes.open("designers.card", designer=self.visit.designer.designer_id, back="library")

    def _on_sidemark_said(self, text: str) -> None:
        self._work.do(lambda desk, visit: actions.set_sidemark(desk, visit, text))
        self.scan.scan_box.arm()

    def _on_due_day_said(self, text: str) -> None:
        rule = DueRule.from_settings(self._context.settings)
        self._work.do(lambda desk, visit: actions.set_due_day(desk, visit, text, rule))
        self.scan.scan_box.arm()

    # --- the tables ---------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the loans again, beside the screen."""
        self._refresh_soon.stop()
        if self._reading is not None:
            self._reading.cancel()
        designer_id = self.visit.designer.designer_id if self.visit.designer is not None else ""
        desk, showroom, today = self._desk, self._desk.acting.organisation_id, self._desk.today()

        def read() -> tuple[LoanRow, ...]:
            return queries.open_loans(desk.database.read(), showroom, today=today)

        self._reading = self._context.jobs.submit_read(read, partial(self._on_loans_read, designer_id))

    def _on_loans_read(self, designer_id: str, rows: tuple[LoanRow, ...]) -> None:
        hers = [row for row in rows if row.designer_id == designer_id] if designer_id else []
        self.loans.show_loans(rows, hers)
        self.visit_panel.show_counts(len(hers), sum(row.days_overdue > 0 for row in hers))

    def _on_copies_asked(self, text: str) -> None:
        self._asked = text
        if self._finding is not None:
            self._finding.cancel()
        desk, showroom = self._desk, self._desk.acting.organisation_id

        def read() -> tuple[CopyRow, ...]:
            return queries.copies_found(desk.database.read(), showroom, text)

        self._finding = self._context.jobs.submit_read(read, lambda rows: self.loans.show_copies(rows, text))

    def _on_changes(self, changes: Changes) -> None:
        if not changes.touches(*_SHOWN_KINDS):
            return
        # Not restarted: during a long row of scans the tables still follow.
        if self.isVisible() and not self._refresh_soon.isActive():
            self._refresh_soon.start()
        if changes.touches("designers") and self.visit.designer is not None:
            self._work.do(actions.read_card_again)
        if self._asked and changes.touches("loans", "copies"):
            self._on_copies_asked(self._asked)

    # --- layout --------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.scan)
        column.addWidget(self.visit_panel)
        column.addWidget(self.scan.log, 1)
        split = QSplitter()
        split.setObjectName("library_split")
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.loans)
        split.setStretchFactor(0, 11)
        split.setStretchFactor(1, 12)
        split.setSizes([484, 528])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(BROAD, GAP, BROAD, WIDE)
        layout.addWidget(split)

    def _connect(self) -> None:
        self.scan.scan_box.entered.connect(self.enter)
        self.scan.scan_box.coming.connect(self.look_ahead)
        self.scan.choice.designer_chosen.connect(self.choose_designer)
        self.scan.choice.copies_wanted.connect(self.find_copies)
        self.scan.log.add_row_action("Undo this scan", self._undo_chosen, "U")
        self.visit_panel.sidemark.said.connect(self._on_sidemark_said)
        self.visit_panel.due_day.said.connect(self._on_due_day_said)
        for field in (self.visit_panel.sidemark, self.visit_panel.due_day):
            field.left.connect(self.scan.scan_box.arm)
        self.loans.take_back_wanted.connect(self._take_back)
        self.loans.designer_wanted.connect(self.choose_designer)
        self.loans.copies_asked.connect(self._on_copies_asked)

    def _add_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "F4": self.switch_mode,
            "F6": self.visit_panel.sidemark.setFocus,
            "F10": self.visit_panel.due_day.setFocus,
            "Ctrl+Return": self._take_current_offer,
            "Ctrl+N": self.add_copy,
            "F2": partial(self._show_tab, OPEN),
            "F3": partial(self._show_tab, OVERDUE),
            "F7": partial(self._show_tab, COPIES),
        }
        for key, slot in keys.items():
            QShortcut(QKeySequence(key), self, partial(_call, slot))

    def _show_tab(self, place: int) -> None:
        self.loans.setCurrentIndex(place)
        tables = {
            OPEN: self.loans.open if self.visit.designer is None else self.loans.hers,
            OVERDUE: self.loans.overdue,
        }
        tables.get(place, self.loans.search).setFocus()


def _without_loans(visit: Visit) -> Visit:
    """What of a visit is shown apart from the number of its loans, which changes at every scan."""
    return replace(visit, loans=(), undoable=(), began_at=None, refused=None)


def _call(slot: Callable[[], object]) -> None:
    slot()
