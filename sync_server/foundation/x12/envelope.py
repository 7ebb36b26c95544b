"""Interchanges, groups and transaction sets: what a 4010 envelope says must be so, or the file is refused."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from sync_server.foundation.x12.conditions import Conditions
from sync_server.foundation.x12.reading import ENVELOPE
from sync_server.foundation.x12.segments import Segment, fault, shown

SETS = {
    "810": "invoice",
    "832": "price and sales catalogue",
    "846": "inventory advice",
    "850": "purchase order",
    "855": "purchase order acknowledgement",
    "856": "ship notice",
    "860": "purchase order change",
    "997": "functional acknowledgement",
}
_GROUPS = {"832": "SC", "846": "IB", "850": "PO", "855": "PR", "856": "SH"}
_GROUP_CODES = frozenset({*_GROUPS.values(), "FA", "IN", "PC", "CA", "SW", "OW", "AR", "RE"})
_VERSIONS = ("00400", "00401")
_CLOSES = {"IEA": "ISA", "GE": "GS", "SE": "ST"}

Note = Callable[[str, Segment], None]
"""Told of what is read and not used."""


def read_sets(segments: Iterable[Segment], wanted: frozenset[str], note: Note, *, belongs: str) -> Iterator[Segment]:
    """The segments of all transaction sets, ST to SE, each of a shape that 4010 allows.

    `wanted` are the sets that may be there; `belongs` says for what, as in “products are read from 832”. Raises
    `DomainError`: `x12_envelope`, `x12_segment`, `x12_other_set`.
    """
    walk, conditions = _Walk(wanted, note, belongs), Conditions()
    for segment in segments:
        conditions.require(segment)
        if walk.take(segment):
            yield segment
    walk.end()


class _Walk:
    """Where in its envelopes a file stands."""

    def __init__(self, wanted: frozenset[str], note: Note, belongs: str) -> None:
        self._wanted, self._note, self._belongs = wanted, note, belongs
        self._open: list[Segment] = []
        """ISA, GS and ST, as far as they are open."""
        self._counts = {"ISA": 0, "GS": 0, "ST": 0}
        """Groups in the interchange, sets in the group, segments in the set so far."""
        self._seen: dict[str, set[str]] = {"ISA": set(), "GS": set(), "ST": set()}
        self._sets = 0
        self._last: Segment | None = None
        self._steps: dict[str, Callable[[Segment], None]] = {
            "ISA": self._isa,
            "GS": self._gs,
            "ST": self._st,
            "SE": self._se,
            "GE": self._ge,
            "IEA": self._iea,
        }

    def take(self, segment: Segment) -> bool:
        """Whether the segment belongs to a set."""
        step = self._steps.get(segment.id)
        if step is not None:
            step(segment)
            return segment.id in ("ST", "SE")
        if len(self._open) < 3:
            raise fault(segment, 0, "stands outside of any transaction set", code=ENVELOPE)
        self._counts["ST"] += 1
        return True

    def end(self) -> None:
        """After the last segment of the file."""
        if self._sets == 0 and self._last is not None:
            raise fault(self._last, 0, "ends a file without any transaction set", code=ENVELOPE)

    def _isa(self, segment: Segment) -> None:
        self._enter(segment, depth=0, own_number=13)
        if segment.at(12) not in _VERSIONS:
            words = f"“{shown(segment.at(12))}”, is no version that is read here; there are {', '.join(_VERSIONS)}"
            raise fault(segment, 12, words, code=ENVELOPE)
        _require_day(segment, 9)
        if segment.at(15) not in ("P", "T", "I"):
            raise fault(segment, 15, f"“{segment.at(15)}”, is neither P (production), T (test) nor I", code=ENVELOPE)
        if segment.at(15) != "P":
            self._note(f"ISA15 {segment.at(15)}, a mark that this is no production data", segment)

    def _gs(self, segment: Segment) -> None:
        self._enter(segment, depth=1, own_number=6)
        if segment.at(1) not in _GROUP_CODES:
            raise fault(segment, 1, f"“{shown(segment.at(1))}”, is no known kind of group", code=ENVELOPE)
        _require_day(segment, 4)
        if not segment.at(8).startswith("004010"):
            words = f"“{shown(segment.at(8))}”, is not release 004010, the one that is read here"
            raise fault(segment, 8, words, code=ENVELOPE)

    def _st(self, segment: Segment) -> None:
        self._enter(segment, depth=2, own_number=2)
        self._sets += 1
        self._counts["ST"] = 1
        code = segment.at(1)
        if code not in self._wanted:
            what = f"an {code} ({SETS[code]})" if code in SETS else f"“{shown(code)}”"
            raise fault(segment, 1, f"is {what}; {self._belongs}", code="x12_other_set")
        group = self._open[1]
        if _GROUPS.get(code) != group.at(1):
            self._note(f"GS01 {group.at(1)}, where {_GROUPS.get(code, 'another code')} belongs to an {code}", group)

    def _se(self, segment: Segment) -> None:
        self._counts["ST"] += 1
        self._leave(segment, "segments in this set, ST and SE included", own_number=2)

    def _ge(self, segment: Segment) -> None:
        self._leave(segment, "transaction sets in this group", own_number=6)

    def _iea(self, segment: Segment) -> None:
        self._leave(segment, "groups in this interchange", own_number=13)
        self._last = segment

    def _enter(self, segment: Segment, *, depth: int, own_number: int) -> None:
        if len(self._open) != depth:
            after = self._open[-1].id if self._open else "the beginning"
            raise fault(segment, 0, f"has no place here: {after} is not ended before it", code=ENVELOPE)
        if segment.id != "ST" and not _is_number(segment.at(own_number)):
            words = f"“{shown(segment.at(own_number))}”, is no control number: digits only"
            raise fault(segment, own_number, words, code=ENVELOPE)
        number = _plain_number(segment, own_number)
        if number in self._seen[segment.id]:
            words = f"“{shown(segment.at(own_number))}”, is a control number that this file had before"
            raise fault(segment, own_number, words, code=ENVELOPE)
        self._seen[segment.id].add(number)
        for inner in {"ISA": ("GS", "ST"), "GS": ("ST",), "ST": ()}[segment.id]:
            self._seen[inner].clear()
        if self._open:
            self._counts[self._open[-1].id] += 1
        self._counts[segment.id] = 0
        self._open.append(segment)

    def _leave(self, segment: Segment, of_what: str, *, own_number: int) -> None:
        begin_id = _CLOSES[segment.id]
        if not self._open or self._open[-1].id != begin_id:
            still = f"{self._open[-1].id} is not ended before it" if self._open else f"there is no {begin_id}"
            raise fault(segment, 0, f"has no place here: {still}", code=ENVELOPE)
        begin = self._open.pop()
        found = self._counts[begin_id]
        if not _is_number(segment.at(1)) or int(segment.at(1)) != found:
            words = f"“{shown(segment.at(1))}”, should be {found}, the number of {of_what}"
            raise fault(segment, 1, words, code=ENVELOPE)
        if _plain_number(segment, 2) != _plain_number(begin, own_number):
            words = (
                f"“{shown(segment.at(2))}”, is not the control number “{shown(begin.at(own_number))}” of the "
                f"{begin_id} in segment {begin.number}"
            )
            raise fault(segment, 2, words, code=ENVELOPE)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9


def _plain_number(segment: Segment, place: int) -> str:
    """A control number as it is compared: of ISA and GS as a number, of ST as text."""
    text = segment.at(place)
    return text if segment.id in ("ST", "SE") else text.lstrip("0") or "0"


def _require_day(segment: Segment, place: int) -> None:
    if day_of(segment.at(place)) is None and day_of("20" + segment.at(place)) is None:
        raise fault(segment, place, f"“{shown(segment.at(place))}”, is no day", code=ENVELOPE)


def day_of(text: str) -> date | None:
    """The day of CCYYMMDD, or None."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
