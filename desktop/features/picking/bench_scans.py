"""What each scan at the bench leads to: between the meaning of a code and the steps of `BenchWork`."""

from __future__ import annotations

from desktop.features.picking import queries
from desktop.features.picking.bench import expected_line, with_label
from desktop.features.picking.bench_work import BenchWork
from desktop.features.picking.rows import BenchLine, Marking
from desktop.features.picking.scan_meaning import ScanMeaning, codes_of, meaning_of
from desktop.widgets.colours import Tone
from shared_models.picking.records import Outcome

_TYPED_KEYS: dict[str, Outcome] = {"S": "shipped", "B": "backordered", "W": "will_not_ship"}


class BenchScans:
    """Takes what the scan box enters."""

    def __init__(self, work: BenchWork) -> None:
        self._work = work

    def take(self, text: str, from_scanner: bool) -> None:
        """A ticket, a sample, a line's code, a carrier's label; or a typed key of the chosen lines, such as S."""
        if self._work.asks:
            self._work.say(Tone.BAD, "Not taken", "Answer the open question first, then scan again.")
            return
        key = text.strip().upper()
        if not from_scanner and self._work.bench is not None and key in (*_TYPED_KEYS, "A"):
            if key == "A":
                self._work.mark_rest()
            else:
                self._work.mark_chosen(_TYPED_KEYS[key])
            return
        codes = codes_of(self._work.bench, self._work.desk.catalogue, text)
        tones = [self._take_one(code) for code in codes]
        if len(codes) > 1:
            worst = Tone.GOOD if set(tones) == {Tone.GOOD} else Tone.ATTENTION
            self._work.say(worst, " and ".join(codes), "came in one scan and were taken one after the other.")

    def _take_one(self, code: str) -> Tone:
        """The tone in which it was answered."""
        work = self._work
        meaning = meaning_of(
            work.bench, work.desk.catalogue, work.owner, code, tracking_next=work.panel.tracking.hasFocus()
        )
        if meaning.kind == "ticket":
            self._ticket(meaning.value)
        elif meaning.kind == "line" and meaning.line is not None:
            self._line(meaning, meaning.line)
        elif meaning.kind == "tracking":
            self._label(meaning)
        elif meaning.kind == "other_item":
            self._wrong(meaning)
        elif meaning.kind == "other_line":
            work.say(Tone.BAD, meaning.value, "is a line of another ticket. Lay that sample back.")
        elif meaning.kind == "unknown":
            self._unknown(meaning.value)
        return work.panel.said[0]

    def _ticket(self, number: str) -> None:
        found = queries.request_by_number(self._work.reader(), self._work.owner, number)
        if found:
            self._work.open_request(found)
        else:
            self._work.say(
                Tone.BAD, number, "No request with this number is in your queue. Scan the ticket's large code."
            )

    def _line(self, meaning: ScanMeaning, line: BenchLine) -> None:
        self._work.panel.table.select_key(line.line_id)
        if meaning.outcome == "shipped":
            self._work.mark(Marking(line.line_id, "shipped", meaning.quantity))
        else:
            self._work.ask_outcome(meaning.outcome, [line])

    def _label(self, meaning: ScanMeaning) -> None:
        """A carrier's label; a long code that we know no carrier for may as well be another ticket's number."""
        bench = self._work.bench
        if not meaning.carrier and self._open_ticket(meaning.value):
            return
        if bench is None or (bench.carrier, bench.tracking_no) == (meaning.carrier, meaning.value):
            return
        before = f"It was {bench.tracking_no} before. " if bench.tracking_no else ""
        self._work.become(with_label(bench, meaning.carrier, meaning.value))
        title = f"{meaning.carrier} {meaning.value}".strip()
        self._work.say(Tone.GOOD, title, f"stands on the parcel. {before}Ctrl+Enter confirms.")

    def _wrong(self, meaning: ScanMeaning) -> None:
        bench = self._work.bench
        if bench is None:
            return
        waiting = sum(1 for line in bench.request.lines if bench.left(line) > 0)
        self._work.say_mismatch(meaning, expected_line(bench, meaning.pattern), max(waiting - 1, 0))

    def _unknown(self, value: str) -> None:
        """Perhaps the number of another ticket, typed; else nothing anybody knows."""
        if not self._open_ticket(value):
            self._work.say(
                Tone.BAD, value, "Nobody knows this code. Scan the sample's own barcode, or type its item number."
            )

    def _open_ticket(self, number: str) -> bool:
        found = queries.request_by_number(self._work.reader(), self._work.owner, number)
        if found:
            self._work.open_request(found)
        return bool(found)
