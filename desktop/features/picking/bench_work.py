"""The picker's steps at the bench: the ticket, markings, confirming, between the panel and the actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from desktop.cache.reader import Reader
from desktop.feature import FeatureContext
from desktop.features.picking import actions, queries
from desktop.features.picking.bench import (
    Bench,
    on_fresh_request,
    rest_shipped,
    undone,
    with_marking,
    without_line,
)
from desktop.features.picking.bench_panel import BenchPanel
from desktop.features.picking.columns import OUTCOMES, counted
from desktop.features.picking.kept_bench import kept_bench, request_on_bench
from desktop.features.picking.outcome_dialogs import BackorderDialog, WillNotShipDialog
from desktop.features.picking.rows import BenchLine, BenchRequest, Marking
from desktop.features.picking.scan_meaning import ScanMeaning, item_of
from desktop.foundation.changes import Changes
from desktop.settings import DUPLICATE_DAYS
from desktop.widgets.colours import Tone
from shared_models.kernel.errors import DomainError


class BenchWork(QObject):
    """Keeps the `Bench` and shows every step of it in the panel."""

    def __init__(self, context: FeatureContext, panel: BenchPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self.desk, self.panel, self._page = context, context.desk, panel, parent
        self._dialog: QDialog | None = None
        self.bench: Bench | None = None
        panel.outcome_wanted.connect(self.mark_chosen)
        panel.rest_wanted.connect(self.mark_rest)
        panel.clear_wanted.connect(self.clear_chosen)
        panel.confirm_wanted.connect(self.confirm)
        panel.leave_wanted.connect(self.put_aside)
        panel.freight_edited.connect(self._on_freight)

    @property
    def owner(self) -> str:
        """The distributor whose bench this is."""
        return self.desk.acting.organisation_id

    @property
    def asks(self) -> bool:
        """Whether a question about a line stands open."""
        return self._dialog is not None

    def reader(self) -> Reader:
        """This thread's reader."""
        return self.desk.database.read()

    # --- the ticket ------------------------------------------------------------------------------

    def open_request(self, request_id: str) -> None:
        """Lays a request on the bench, with what was marked of it before."""
        request = self._read(request_id)
        if request is None:
            self.say(Tone.BAD, "Not here", "This request is not in this warehouse's queue.")
            return
        self.become(kept_bench(self.reader(), request))
        still_open = sum(line.still_open for line in request.lines)
        doubled = sum(1 for line in request.lines if line.note and line.still_open)
        number = request.number or "This request"
        detail = f"{counted(still_open, 'sample')} to pick for {request.designer or request.showroom}."
        if still_open == 0:
            self.say(Tone.ATTENTION, number, "Everything on this ticket is settled already.")
        elif doubled:
            self.say(Tone.ATTENTION, number, f"{detail} {counted(doubled, 'likely duplicate')}: see the lines.")
        else:
            self.say(Tone.GOOD, number, detail)

    def lay_back(self) -> None:
        """After a start: the ticket that lay on the bench, without a sound."""
        request_id = request_on_bench(self.reader())
        request = self._read(request_id) if request_id else None
        if request is None or not any(line.still_open for line in request.lines):
            return
        self.bench = kept_bench(self.reader(), request)
        self.panel.show_bench(self.bench)
        said = "with what was marked of it." if self.bench.is_touched else "Scan the samples."
        self.panel.say(Tone.NEUTRAL, f"{request.number} still lies on the bench", said)

    def put_aside(self) -> None:
        """Takes the ticket off the bench; what is marked is kept with it."""
        self._clear()
        self.panel.rest_answer()
        self._context.jobs.submit_write(lambda: actions.clear_bench(self.desk))

    def refresh(self) -> None:
        """Reads the request again after somebody changed it; the markings stay where they still fit."""
        if self.bench is None:
            return
        request = self._read(self.bench.request.request_id)
        if request is None:
            self.put_aside()
        elif request != self.bench.request:
            before = self.bench
            self.bench = on_fresh_request(before, request)
            self.panel.show_bench(self.bench)
            self._say_what_fell_away(before)

    def _say_what_fell_away(self, before: Bench) -> None:
        """Marked samples that are not to be sent any more lie in the parcel already: loud, and by name."""
        bench = self.bench
        if bench is None:
            return
        fallen = [line for line in bench.request.lines if bench.marked(line.line_id) < before.marked(line.line_id)]
        if not fallen:
            return
        names = ", ".join(
            f"{before.marked(line.line_id) - bench.marked(line.line_id)} of {line.title or line.item_no}"
            for line in fallen
        )
        why = "cancelled by the showroom" if all(line.cancelled for line in fallen) else "settled elsewhere meanwhile"
        self.say(Tone.BAD, names, f"{why}: not marked any more. Take it out of the parcel again.")

    # --- markings --------------------------------------------------------------------------------

    def mark_chosen(self, outcome: str) -> None:
        """One key for the chosen lines: shipped at once, the other two ask."""
        lines = self.panel.chosen_lines()
        if outcome != "shipped":
            self.ask_outcome(outcome, lines)
            return
        for line in lines:
            left = self.bench.left(line) if self.bench is not None else 0
            self.mark(Marking(line.line_id, "shipped", max(left, 1)))

    def mark_rest(self) -> None:
        """All shipped except what was said before."""
        if self.bench is not None:
            self.become(rest_shipped(self.bench))
            self.say(Tone.GOOD, "All the rest", "is marked as shipped. Scan the carrier's label, or Ctrl+Enter.")

    def clear_chosen(self) -> None:
        """Nothing is said of the chosen lines again."""
        for line in self.panel.chosen_lines():
            if self.bench is not None and self.bench.marked(line.line_id):
                self.become(without_line(self.bench, line.line_id))
                self.say(Tone.NEUTRAL, line.title or line.item_no, "is not marked any more.")

    def can_undo(self) -> bool:
        """Whether a marking or a label can be taken back."""
        return self.bench is not None and self.bench.former is not None

    def undo(self) -> None:
        """Takes the last marking or label back."""
        if self.bench is not None:
            self.become(undone(self.bench))
            self.say(Tone.NEUTRAL, "Undone", "The last step is taken back.")

    def ask_outcome(self, outcome: str, lines: Sequence[BenchLine]) -> None:
        """Asks until when, or why; of the lines of which something can still be said."""
        if self.bench is None or not lines:
            return
        bench = self.bench
        left = [(line, bench.left(line)) for line in lines if bench.left(line) > 0]
        if not left:
            first = lines[0]
            self.say(Tone.ATTENTION, first.title or first.item_no, "is marked already. Del takes the marking back.")
            return
        if outcome == "backordered":
            self._dialog = BackorderDialog(
                left, self._expected_on([line for line, _left in left]), self.desk.today(), self.mark, self._page
            )
        else:
            replacement = self._replacement(left[0][0]) if len(left) == 1 else ""
            self._dialog = WillNotShipDialog(left, replacement, self._title_of, self.mark, self._page)
        self._dialog.finished.connect(self._on_answered)
        self._dialog.open()

    def mark(self, marking: Marking) -> None:
        """Says something of a line, or why it cannot be said."""
        if self.bench is None:
            return
        line = self.bench.request.line(marking.line_id)
        what = (line.title or line.item_no) if line is not None else ""
        try:
            marked = with_marking(self.bench, marking)
        except DomainError as error:
            self.say(Tone.BAD, what, error.sentence)
            return
        self.become(marked)
        left = marked.left(line) if line is not None else 0
        more = f", {left} more of it to pick." if left else "."
        rest = "That was the last one: scan the carrier's label, or Ctrl+Enter confirms." if marked.is_complete else ""
        self.say(Tone.GOOD, what, f"{marking.quantity} {OUTCOMES[marking.outcome][1].lower()}{more} {rest}".strip())

    def become(self, bench: Bench) -> None:
        """The bench after a step: shown at once, kept on the worker."""
        self.bench = bench
        self.panel.show_bench(bench)
        self._keep(bench)

    # --- confirming ------------------------------------------------------------------------------

    def confirm(self) -> None:
        """Says what is marked, for good; showroom and designer are mailed once it has reached the server.

        The bench is free at once, so that neither a second Ctrl+Enter nor the next ticket's scan meets this one.
        """
        bench = self.bench
        if bench is None or not bench.markings:
            self.say(Tone.ATTENTION, "Nothing is marked", "Scan the samples first, or press S, B or W on a line.")
            return
        self._clear()
        self.panel.say(Tone.NEUTRAL, bench.request.number, "is being confirmed…")
        self._context.jobs.submit_write(
            lambda: actions.confirm_bench(self.desk, bench) | actions.clear_bench(self.desk),
            lambda changes: self._on_confirmed(changes, bench),
            lambda error: self._on_refused(error, bench),
        )

    def _on_confirmed(self, changes: Changes, bench: Bench) -> None:
        self._context.changes.publish(changes)
        names = [name for name in (bench.request.designer, bench.request.showroom) if name]
        whom = f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'} mailed with the next sync."
        self.say(Tone.GOOD, f"{bench.request.number}: {_said(bench.markings)}", whom)
        if self.bench is not None:
            # The next ticket came before the answer; the worker has just taken it off the kept bench.
            self._keep(self.bench)

    def _on_refused(self, error: Exception, bench: Bench) -> None:
        """What was marked is kept; the ticket comes back unless the next one lies there already."""
        if not isinstance(error, DomainError):
            raise error
        if self.bench is None:
            self.bench = bench
            self.panel.show_bench(bench)
            self.refresh()
        self.say(Tone.BAD, f"{bench.request.number} is not confirmed", f"{error.sentence} The markings are kept.")

    # --- saying ----------------------------------------------------------------------------------

    def say(self, tone: Tone, title: str, detail: str) -> None:
        """A line and its tone."""
        self.panel.say(tone, title, detail)
        self._context.notices.sound(tone)

    def say_mismatch(self, scanned: ScanMeaning, expected: BenchLine | None, more: int) -> None:
        """A wrong sample: loud, both names side by side."""
        self.panel.say_mismatch(scanned, expected, more)
        self._context.notices.sound(Tone.BAD)

    # --- inside ----------------------------------------------------------------------------------

    def _clear(self) -> None:
        self.bench = None
        self.panel.show_bench(None)
        self.panel.scan_box.arm()

    def _keep(self, bench: Bench) -> None:
        self._context.jobs.submit_write(lambda: actions.keep_bench(self.desk, bench), None, self._say_not_kept)

    def _say_not_kept(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self.say(Tone.BAD, "Not kept", f"{error.sentence} What is marked stands on screen only; confirm it now.")

    def _on_freight(self, carrier: str, tracking_no: str) -> None:
        """Typed letter by letter, so no step of its own to undo."""
        if self.bench is not None:
            bench = self.bench
            self.bench = Bench(bench.request, bench.markings, carrier.strip(), tracking_no.strip(), bench.former)
            self._keep(self.bench)

    def _on_answered(self, _result: int) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def _read(self, request_id: str) -> BenchRequest | None:
        days = self._context.settings.get(DUPLICATE_DAYS)
        return queries.bench_request(self.reader(), self.owner, request_id, duplicate_days=days)

    def _expected_on(self, lines: Sequence[BenchLine]) -> date | None:
        """When the inventory expects the items, the latest of them; None when it does not know of one."""
        days = [queries.expected_on(self.desk.catalogue, self.owner, line.item_no, self.desk.today()) for line in lines]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None

    def _replacement(self, line: BenchLine) -> str:
        product = self.desk.catalogue.product(self.owner, line.item_no)
        return product.replaced_by if product is not None else ""

    def _title_of(self, item_no: str) -> str:
        try:
            product = item_of(self.desk.catalogue, self.owner, item_no)
        except DomainError:
            return ""
        return " ".join(part for part in (product.pattern_name, product.color_name) if part) or product.item_no


def _said(markings: Sequence[Marking]) -> str:
    counts = {outcome: sum(one.quantity for one in markings if one.outcome == outcome) for outcome in OUTCOMES}
    return ", ".join(f"{count} {OUTCOMES[outcome][1].lower()}" for outcome, count in counts.items() if count)
