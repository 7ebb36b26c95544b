"""The picker's steps at the bench: scans, markings, confirming, between the panel and the actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.feature import FeatureContext
from desktop.features.picking import actions, queries
from desktop.features.picking.bench import (
    Bench,
    ScanMeaning,
    expected_words,
    meaning_of,
    on_fresh_request,
    rest_shipped,
    undone,
    with_marking,
    without_line,
)
from desktop.features.picking.bench_panel import BenchPanel
from desktop.features.picking.columns import OUTCOMES, counted
from desktop.features.picking.outcome_dialogs import BackorderDialog, WillNotShipDialog
from desktop.features.picking.rows import BenchLine, BenchRequest, Marking
from desktop.foundation.changes import Changes
from desktop.settings import DUPLICATE_DAYS
from desktop.widgets.colours import Tone
from shared_models.kernel.errors import DomainError

_USUAL_WAIT = timedelta(days=14)


class BenchWork(QObject):
    """Keeps the `Bench` and shows every step of it in the panel."""

    def __init__(self, context: FeatureContext, panel: BenchPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._desk, self._panel, self._page = context, context.desk, panel, parent
        self.bench: Bench | None = None
        panel.scan_box.entered.connect(lambda text, _from_scanner: self.scan(text))
        panel.outcome_wanted.connect(self.mark_chosen)
        panel.rest_wanted.connect(self.mark_rest)
        panel.clear_wanted.connect(self.clear_chosen)
        panel.confirm_wanted.connect(self.confirm)
        panel.leave_wanted.connect(self.put_aside)
        panel.freight_edited.connect(self._on_freight)

    # --- the ticket ------------------------------------------------------------------------------

    def open_request(self, request_id: str) -> None:
        """Lays a request on the bench, with what was marked of it before."""
        request = self._read(request_id)
        if request is None:
            self._say(Tone.BAD, "Not here", "This request is not in this warehouse's queue.")
            return
        _changes, kept = actions.kept_bench(self._desk, request_id)
        self.bench = on_fresh_request(Bench(request, kept), request)
        self._panel.show_bench(self.bench)
        still_open = sum(line.still_open for line in request.lines)
        doubled = sum(1 for line in request.lines if line.note)
        detail = f"{counted(still_open, 'sample')} to pick for {request.designer or request.showroom}."
        if still_open == 0:
            self._say(Tone.ATTENTION, request.number, "Everything on this ticket is settled already.")
        elif doubled:
            self._say(
                Tone.ATTENTION, request.number, f"{detail} {counted(doubled, 'likely duplicate')}: see the lines."
            )
        else:
            self._say(Tone.GOOD, request.number, detail)

    def put_aside(self) -> None:
        """Takes the ticket off the bench; what is marked is kept with it."""
        self.bench = None
        self._panel.show_bench(None)
        self._panel.answer.rest()
        self._panel.scan_box.arm()

    def refresh(self) -> None:
        """Reads the request again after somebody changed it; the markings stay where they still fit."""
        if self.bench is None:
            return
        request = self._read(self.bench.request.request_id)
        if request is None:
            self.put_aside()
        elif request != self.bench.request:
            self.bench = on_fresh_request(self.bench, request)
            self._panel.show_bench(self.bench)

    # --- scans -----------------------------------------------------------------------------------

    def scan(self, text: str) -> None:
        """A ticket, a sample, a line's code, or a carrier's label."""
        owner = self._desk.acting.organisation_id
        meaning = meaning_of(self.bench, self._desk.catalogue, owner, text)
        if meaning.kind == "ticket":
            self._scan_ticket(meaning.value)
        elif meaning.kind == "line" and meaning.line is not None:
            self._scan_line(meaning, meaning.line)
        elif meaning.kind == "tracking":
            self._scan_tracking(meaning)
        elif meaning.kind == "other_item":
            self._say_wrong(meaning)
        elif meaning.kind == "unknown":
            self._scan_unknown(meaning.value)

    def _scan_ticket(self, number: str) -> None:
        found = queries.request_by_number(self._desk.database.read(), self._desk.acting.organisation_id, number)
        if found:
            self.open_request(found)
        else:
            self._say(Tone.BAD, number, "No request with this number is in your queue. Scan the ticket's large code.")

    def _scan_unknown(self, value: str) -> None:
        """Perhaps the number of another ticket, typed; else nothing anybody knows."""
        found = queries.request_by_number(self._desk.database.read(), self._desk.acting.organisation_id, value)
        if found:
            self.open_request(found)
        else:
            self._say(
                Tone.BAD, value, "Nobody knows this code. Scan the sample's own barcode, or type its item number."
            )

    def _scan_line(self, meaning: ScanMeaning, line: BenchLine) -> None:
        self._panel.table.select_key(line.line_id)
        if meaning.outcome == "shipped":
            self._mark(Marking(line.line_id, "shipped", meaning.quantity))
        else:
            self._ask_outcome(meaning.outcome, line)

    def _scan_tracking(self, meaning: ScanMeaning) -> None:
        if self.bench is not None:
            self._on_freight(meaning.carrier, meaning.value)
            self._panel.show_bench(self.bench)
            self._say(Tone.GOOD, f"{meaning.carrier} {meaning.value}", "stands on the parcel. Ctrl+Enter confirms.")

    def _say_wrong(self, meaning: ScanMeaning) -> None:
        if self.bench is None:
            return
        waits = expected_words(self.bench.request.lines, self.bench) or "nothing more"
        self._say(Tone.BAD, f"Not this one: {meaning.value} {meaning.title}".strip(), f"The ticket waits for {waits}.")

    # --- markings --------------------------------------------------------------------------------

    def mark_chosen(self, outcome: str) -> None:
        """One key for the chosen lines: shipped at once, the other two ask."""
        for line in self._panel.chosen_lines():
            if outcome == "shipped":
                left = self.bench.left(line) if self.bench is not None else 0
                self._mark(Marking(line.line_id, "shipped", max(left, 1)))
            else:
                self._ask_outcome(outcome, line)
                return

    def mark_rest(self) -> None:
        """All shipped except what was said before."""
        if self.bench is not None:
            self._become(rest_shipped(self.bench))
            self._say(Tone.GOOD, "All the rest", "is marked as shipped. Ctrl+Enter confirms.")

    def clear_chosen(self) -> None:
        """Nothing is said of the chosen lines again."""
        for line in self._panel.chosen_lines():
            if self.bench is not None and self.bench.marked(line.line_id):
                self._become(without_line(self.bench, line.line_id))
                self._say(Tone.NEUTRAL, line.title or line.item_no, "is not marked any more.")

    def can_undo(self) -> bool:
        """Whether a marking can be taken back."""
        return self.bench is not None and bool(self.bench.former)

    def undo(self) -> None:
        """Takes the last marking back."""
        if self.bench is not None:
            self._become(undone(self.bench))
            self._say(Tone.NEUTRAL, "Undone", "The last marking is taken back.")

    def _ask_outcome(self, outcome: str, line: BenchLine) -> None:
        if self.bench is None:
            return
        left = self.bench.left(line)
        if left < 1:
            self._say(Tone.ATTENTION, line.title or line.item_no, "is marked already. Del takes the marking back.")
        elif outcome == "backordered":
            BackorderDialog(line, left, self._expected_on(line), self._mark, self._page).open()
        else:
            WillNotShipDialog(line, left, self._replacement(line), self._mark, self._page).open()

    def _mark(self, marking: Marking) -> None:
        if self.bench is None:
            return
        line = self.bench.request.line(marking.line_id)
        what = (line.title or line.item_no) if line is not None else ""
        try:
            marked = with_marking(self.bench, marking)
        except DomainError as error:
            self._say(Tone.BAD, what, error.sentence)
            return
        self._become(marked)
        rest = "That was the last one: Ctrl+Enter confirms." if marked.is_complete else ""
        self._say(Tone.GOOD, what, f"{marking.quantity} {OUTCOMES[marking.outcome][1].lower()}. {rest}".strip())

    def _become(self, bench: Bench) -> None:
        self.bench = bench
        self._panel.show_bench(bench)
        request_id, markings = bench.request.request_id, bench.markings
        self._context.jobs.submit_write(lambda: actions.keep_bench(self._desk, request_id, markings), None, self._why)

    def _on_freight(self, carrier: str, tracking_no: str) -> None:
        if self.bench is not None:
            self.bench = Bench(
                self.bench.request, self.bench.markings, carrier.strip(), tracking_no.strip(), self.bench.former
            )

    # --- confirming ------------------------------------------------------------------------------

    def confirm(self) -> None:
        """Says what is marked, for good; showroom and designer are mailed once it has reached the server."""
        bench = self.bench
        if bench is None or not bench.markings:
            self._say(Tone.ATTENTION, "Nothing is marked", "Scan the samples first, or press S, B or W on a line.")
            return
        desk, request_id = self._desk, bench.request.request_id

        def do() -> Changes:
            changes = actions.confirm(
                desk, request_id, bench.markings, carrier=bench.carrier, tracking_no=bench.tracking_no
            )
            return changes | actions.keep_bench(desk, request_id, ())

        self._context.jobs.submit_write(do, lambda changes: self._on_confirmed(changes, bench), self._why)

    def _on_confirmed(self, changes: Changes, bench: Bench) -> None:
        self.bench = None
        self._context.changes.publish(changes)
        self._panel.show_bench(None)
        self._panel.scan_box.arm()
        whom = " and ".join(name for name in (bench.request.designer, bench.request.showroom) if name)
        self._say(
            Tone.GOOD, f"{bench.request.number}: {_said(bench.markings)}", f"{whom} are mailed with the next sync."
        )

    # --- inside ----------------------------------------------------------------------------------

    def _read(self, request_id: str) -> BenchRequest | None:
        return queries.bench_request(
            self._desk.database.read(),
            self._desk.acting.organisation_id,
            request_id,
            duplicate_days=self._context.settings.get(DUPLICATE_DAYS),
        )

    def _expected_on(self, line: BenchLine) -> date:
        """When the catalogue expects the item, else in two weeks."""
        rows = self._desk.catalogue.stock(self._desk.acting.organisation_id, line.item_no)
        days = sorted(date.fromisoformat(row.next_due_on) for row in rows if row.next_due_on)
        coming = [day for day in days if day >= self._desk.today()]
        return coming[0] if coming else self._desk.today() + _USUAL_WAIT

    def _replacement(self, line: BenchLine) -> str:
        product = self._desk.catalogue.product(self._desk.acting.organisation_id, line.item_no)
        return product.replaced_by if product is not None else ""

    def _say(self, tone: Tone, title: str, detail: str) -> None:
        self._panel.answer.say(tone, title, detail)
        self._context.notices.sound(tone)

    def _why(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._say(Tone.BAD, "Not confirmed", error.sentence)


def _said(markings: Sequence[Marking]) -> str:
    counts = {outcome: sum(one.quantity for one in markings if one.outcome == outcome) for outcome in OUTCOMES}
    return ", ".join(f"{count} {OUTCOMES[outcome][1].lower()}" for outcome, count in counts.items() if count)
