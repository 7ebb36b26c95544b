"""An X12 855 as confirmations of sample requests: BAK03 names the request, PO1 a line, ACK what became of it."""

import io
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from shared_models.picking.records import Outcome
from sync_server.foundation.x12.codes import DAY_QUALIFIERS, codes
from sync_server.foundation.x12.elements import (
    CODE,
    dated,
    day,
    decimal,
    entity,
    item_of,
    known_code,
    product_codes,
    reference,
)
from sync_server.foundation.x12.envelope import read_sets
from sync_server.foundation.x12.notes import Notes
from sync_server.foundation.x12.reading import SegmentReader
from sync_server.foundation.x12.segments import Segment, fault, shown

OUTCOMES: dict[str, Outcome] = {
    "AC": "shipped",
    "IA": "shipped",
    "IB": "backordered",
    "BP": "backordered",
    "IR": "will_not_ship",
    "ID": "will_not_ship",
}
_REASONS = {"IR": "Rejected", "ID": "Deleted"}
_UNUSED = codes("CUR CTP DIS FOB IT8 ITD MAN MEA N2 N3 N4 N9 PER PID PKG PO4 QTY SAC TAX TD1 TD3")


class AnsweredLine(NamedTuple):
    """What one ACK says of one line; `position` 0 or `item_no` "" when the file does not tell it."""

    line: Segment
    ack: Segment
    position: int
    item_no: str
    outcome: Outcome
    quantity: int
    until_on: date | None = None
    reason: str = ""
    replacement_item_no: str = ""


class Answer(NamedTuple):
    """One transaction set. `control` tells it from every other one of its sender."""

    begin: Segment
    request_no: str
    control: str
    lines: list[AnsweredLine]
    carrier: str
    tracking_no: str


def read_answers(text: str, notes: Notes) -> list[Answer]:
    """All 855 of a file. Raises `DomainError` with segment and element, as feeds do."""
    reader = _Answers(notes)
    segments = reader.watched(SegmentReader(io.StringIO(text, newline="")).segments())
    for segment in read_sets(segments, frozenset({"855"}), notes.add, belongs="confirmations are read from 855"):
        reader.take(segment)
    return reader.answers


class _Answers:
    """Grows by one segment after the other."""

    def __init__(self, notes: Notes) -> None:
        self.answers: list[Answer] = []
        self._notes = notes
        self._controls = {"ISA": "", "GS": ""}
        self._control = ""
        self._line: Segment | None = None
        self._lines = 0
        self._is_begun = False
        self._steps: dict[str, Callable[[Segment], None]] = {
            "BAK": self._bak,
            "REF": self._ref,
            "N1": lambda segment: notes.add(f"N1 {entity(segment)}", segment),
            "DTM": lambda segment: notes.add(f"DTM {dated(segment)[0]}", segment),
            "TD5": self._td5,
            "PO1": self._po1,
            "ACK": self._ack,
            "MSG": lambda segment: self._reason(segment, segment.at(1)),
            "NTE": lambda segment: self._reason(segment, segment.at(2)),
            "CTT": self._ctt,
            "SE": self._se,
        }

    def watched(self, segments: Iterable[Segment]) -> Iterator[Segment]:
        """The segments on their way; the control numbers around a set are kept."""
        for segment in segments:
            if segment.id in self._controls:
                self._controls[segment.id] = segment.at(13 if segment.id == "ISA" else 6)
            yield segment

    def take(self, segment: Segment) -> None:
        """Read one segment of a set."""
        if segment.id == "ST":
            self._control = f"X12 {self._controls['ISA']} {self._controls['GS']} {segment.at(2)}"
            self._line, self._lines, self._is_begun = None, 0, False
            return
        if not self._is_begun and segment.id != "BAK":
            raise fault(segment, 0, "stands where BAK should: it begins an 855")
        step = self._steps.get(segment.id)
        if step is not None:
            step(segment)
        elif segment.id in _UNUSED:
            self._notes.add(segment.id, segment)
        else:
            raise fault(segment, 0, "has no place in an 855 that confirms a sample request")

    def _bak(self, segment: Segment) -> None:
        if self._is_begun:
            raise fault(segment, 0, "is a second BAK in one set")
        if segment.at(1) not in ("00", "06", "11"):
            raise fault(segment, 1, f"“{shown(segment.at(1))}”, is none of 00, 06 and 11: it takes nothing back")
        day(segment, 4)
        self._is_begun = True
        self.answers.append(Answer(segment, segment.at(3), self._control, [], "", ""))

    def _ref(self, segment: Segment) -> None:
        qualifier, number = reference(segment)
        if qualifier not in ("2I", "CN"):
            self._notes.add(f"REF {qualifier}", segment)
        elif self.answers[-1].tracking_no not in ("", number):
            raise fault(segment, 2, f"“{shown(number)}”, is a second tracking number; confirm in two 855")
        else:
            self.answers[-1] = self.answers[-1]._replace(tracking_no=number)

    def _td5(self, segment: Segment) -> None:
        carrier = segment.at(5) or segment.at(3)
        if self.answers[-1].carrier not in ("", carrier):
            raise fault(segment, 5, f"“{shown(carrier)}”, is a second carrier; confirm in two 855")
        self.answers[-1] = self.answers[-1]._replace(carrier=carrier)

    def _po1(self, segment: Segment) -> None:
        self._lines += 1
        self._line = segment
        if segment.at(1) and not (segment.at(1).isascii() and segment.at(1).isdigit() and len(segment.at(1)) < 6):
            raise fault(segment, 1, f"“{shown(segment.at(1))}”, is no number of a line of the request")
        if segment.at(3) not in ("", "EA"):
            raise fault(segment, 3, f"“{shown(segment.at(3))}”, is not EA: samples are counted", code=CODE)
        item_no, used = item_of({qualifier: code for _, qualifier, code in product_codes(segment, 6)})
        if not segment.at(1) and not item_no:
            raise fault(segment, 1, "is missing, and no item number tells which line it is")
        if used and used not in ("VN", "VP"):
            self._notes.add(f"PO1 {used} as the item number", segment)

    def _ack(self, segment: Segment) -> None:
        if self._line is None:
            raise fault(segment, 0, "stands before the first PO1, so it belongs to no line")
        code = segment.at(1)
        if code not in OUTCOMES:
            known = ", ".join(OUTCOMES)
            words = f"“{shown(code)}”, confirms nothing: a sample is shipped, backordered or will not ship ({known})"
            raise fault(segment, 1, words, code=CODE)
        if segment.at(3) not in ("", "EA"):
            raise fault(segment, 3, f"“{shown(segment.at(3))}”, is not EA: samples are counted", code=CODE)
        until = day(segment, 5)
        if until:
            known_code(segment, 4, DAY_QUALIFIERS, "qualifier of a date")
        outcome = OUTCOMES[code]
        if until and outcome != "backordered":
            self._notes.add(f"ACK05 of {code}", segment)
        other, _ = item_of({qualifier: number for _, qualifier, number in product_codes(segment, 7)})
        if other and outcome != "will_not_ship":
            self._notes.add(f"ACK08 of {code}", segment)
        self.answers[-1].lines.append(
            AnsweredLine(
                line=self._line,
                ack=segment,
                position=int(self._line.at(1) or 0),
                item_no=item_of({kind: number for _, kind, number in product_codes(self._line, 6)})[0],
                outcome=outcome,
                quantity=self._quantity(segment),
                until_on=date.fromisoformat(until) if until and outcome == "backordered" else None,
                reason=_REASONS.get(code, ""),
                replacement_item_no=other if outcome == "will_not_ship" else "",
            )
        )

    def _quantity(self, ack: Segment) -> int:
        assert self._line is not None
        segment = ack if ack.at(2) else self._line
        if not segment.at(2):
            raise fault(ack, 2, "is missing, and PO102 gives no quantity either")
        quantity = decimal(segment, 2)
        if quantity != int(quantity) or quantity < 1:
            raise fault(segment, 2, f"“{shown(segment.at(2))}”, is no whole number of samples")
        return int(quantity)

    def _reason(self, segment: Segment, words: str) -> None:
        lines = self.answers[-1].lines
        if self._line is not None and lines and lines[-1].line is self._line and lines[-1].outcome == "will_not_ship":
            before = lines[-1].reason if lines[-1].reason not in _REASONS.values() else ""
            lines[-1] = lines[-1]._replace(reason=f"{before} {words}".strip())
        else:
            self._notes.add(segment.id, segment)

    def _ctt(self, segment: Segment) -> None:
        if segment.at(1) != str(self._lines):
            raise fault(segment, 1, f"“{shown(segment.at(1))}”, should be {self._lines}, the number of PO1 segments")

    def _se(self, segment: Segment) -> None:
        if not self.answers[-1].lines:
            raise fault(segment, 0, "ends an answer without any ACK, so nothing would be confirmed")
