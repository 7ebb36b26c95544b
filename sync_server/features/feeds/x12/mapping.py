"""What all transaction sets have in common: rows that grow segment by segment, what is not used, what is refused."""

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, NamedTuple

from sync_server.features.feeds.x12.codes import (
    DAY_QUALIFIERS,
    ENTITIES,
    ITEM_QUALIFIERS,
    OTHER_UNITS,
    PRODUCT_QUALIFIERS,
    REFERENCE_QUALIFIERS,
    UNITS,
)
from sync_server.foundation.x12.envelope import day_of
from sync_server.foundation.x12.segments import Segment, fault, shown

CODE = "x12_code"
MOST_NOTES = 100


class Row(NamedTuple):
    """A row by its columns; `segment` is the number of the one that opened it."""

    segment: int
    cells: dict[str, str]


class Notes:
    """What a file holds that no column takes, each with the segment where it first stands."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}

    def add(self, what: str, segment: Segment) -> None:
        """Remember it, unless it was seen before."""
        if len(self._first) < MOST_NOTES:
            self._first.setdefault(what, segment.number)

    def told(self) -> tuple[str, ...]:
        """As a run reports it."""
        more = ("… and more",) if len(self._first) >= MOST_NOTES else ()
        return (*(f"{what} (segment {number})" for what, number in self._first.items()), *more)


class SetMapping:
    """One kind of transaction set, read segment by segment.

    A subclass names its set and handles each segment in a method of its own: `take_lin` for LIN. What it handles in no
    method and does not list in `unused` refuses the file.
    """

    sets: ClassVar[tuple[str, ...]]
    begins: ClassVar[Mapping[str, str]]
    """The segment that must come after ST, by set."""
    lines: ClassVar[tuple[str, ...]]
    """The segments that CTT01 counts."""
    columns: ClassVar[tuple[str, ...]]
    unused: ClassVar[frozenset[str]]
    """Segments that may come and are only reported."""

    def __init__(self, notes: Notes, meaning_of: Callable[[str], str | None]) -> None:
        """`meaning_of` gives the column that a heading means, "" to leave it out, or None."""
        self.notes = notes
        self.meaning_of = meaning_of
        self.set_code = ""
        self.component = ""
        """Separates the parts of an element in the interchange that is being read."""
        self.rows: list[Row] = []
        """Those that are complete; who reads them takes them away."""
        self._expected = ""
        self._line_count = 0
        self._is_summed = False
        self._handlers: dict[str, Callable[[Segment], None]] = {
            name.removeprefix("take_").upper(): getattr(self, name) for name in dir(self) if name.startswith("take_")
        }

    def take(self, segment: Segment) -> None:
        """Read one segment. Raises `DomainError` with its number."""
        if self._expected and segment.id != self._expected:
            raise fault(segment, 0, f"stands where {self._expected} should: it begins an {self.set_code}")
        self._expected = ""
        if self._is_summed and segment.id not in ("AMT", "SE", "ST"):
            raise fault(segment, 0, "stands after CTT, which ends the lines")
        if segment.id in self.lines:
            self._line_count += 1
        handler = self._handlers.get(segment.id)
        if handler is not None:
            handler(segment)
        elif segment.id in self.unused:
            self.notes.add(segment.id, segment)
        else:
            raise fault(segment, 0, f"has no place in an {self.set_code}")

    def take_st(self, segment: Segment) -> None:
        """A set begins: nothing of the last one counts."""
        self.set_code = segment.at(1)
        self._expected = self.begins[self.set_code]
        self._line_count = 0
        self._is_summed = False
        self.begin_set()

    def take_ctt(self, segment: Segment) -> None:
        """The count of lines must be right."""
        self.end_line()
        text = segment.at(1)
        if not (text.isascii() and text.isdigit()) or int(text[:9]) != self._line_count:
            names = " and ".join(self.lines)
            raise fault(
                segment, 1, f"“{shown(text)}”, should be {self._line_count}, the number of {names} segments in this set"
            )
        self._is_summed = True

    def take_se(self, _segment: Segment) -> None:
        """The set is over."""
        self.end_line()

    def begin_set(self) -> None:
        """Forget what the last set said for all its lines."""

    def end_line(self) -> None:
        """Put the rows of the line that is being read among the complete ones."""


def put(cells: dict[str, str], column: str, value: str, segment: Segment, element: int) -> None:
    """Fill a cell once; the same again is no harm. Raises `DomainError`: two different ones cannot both be meant."""
    before = cells.setdefault(column, value)
    if before != value:
        raise fault(
            segment, element, f"“{shown(value)}”, is a second {column} of the same row, which has “{shown(before)}”"
        )


def known_code(segment: Segment, place: int, known: frozenset[str], what: str) -> str:
    """The code at `place`, which must be a known one."""
    code = segment.at(place)
    if code not in known:
        raise fault(segment, place, f"“{shown(code)}”, is no known {what}", code=CODE)
    return code


def day(segment: Segment, place: int) -> str:
    """The day at `place` as ISO text; "" when there is none."""
    text = segment.at(place)
    if not text:
        return ""
    found = day_of(text)
    if found is None:
        raise fault(segment, place, f"“{shown(text)}”, is no day of the calendar as CCYYMMDD", code=CODE)
    return found.isoformat()


def dated(segment: Segment) -> tuple[str, str]:
    """Qualifier and day of a DTM. Raises when there is no day in it."""
    qualifier = known_code(segment, 1, DAY_QUALIFIERS, "qualifier of a date")
    found = day(segment, 2)
    if not found and segment.at(5) in ("D8", ""):
        found = day(segment, 6)
    if not found:
        raise fault(segment, 2, "is missing: a DTM gives a day")
    return qualifier, found


def instant(segment: Segment, day_place: int, time_place: int) -> str:
    """Day and time as an instant in UTC, as which a time without a zone is read; "" when there is no day."""
    found, time = day(segment, day_place), segment.at(time_place)
    if not found:
        return ""
    if not time:
        return f"{found}T00:00:00Z"
    right = len(time) in (4, 6, 7, 8) and time.isascii() and time.isdigit()
    if not right or int(time[:2]) > 23 or int(time[2:4]) > 59 or int(time[4:6] or 0) > 59:
        raise fault(segment, time_place, f"“{shown(time)}”, is no time as HHMM or HHMMSS", code=CODE)
    return f"{found}T{time[:2]}:{time[2:4]}:{time[4:6] or '00'}Z"


def unit(segment: Segment, place: int, component: str = "") -> str:
    """The unit at `place` as a dataset names it; one that no dataset has stays as it is, to be a wrong cell.

    `component` separates the parts of a composed unit, of which only the first is read: with a power or a factor after
    it the quantity would be another one.
    """
    code = segment.at(place)
    if component and component in code:
        code, _, others = code.partition(component)
        if others.strip(component):
            raise fault(segment, place, f"“{shown(segment.at(place))}”, is a composed unit; write one unit", code=CODE)
    if not code:
        return ""
    if code not in UNITS and code not in OTHER_UNITS:
        known = ", ".join(UNITS)
        raise fault(segment, place, f"“{shown(code)}”, is no known unit; there are {known}", code=CODE)
    return UNITS.get(code, code)


def product_codes(segment: Segment, first: int) -> Iterator[tuple[int, str, str]]:
    """The pairs of qualifier and code from element `first` on, each with the element of its code."""
    for place in range(first, len(segment.elements) + 1, 2):
        qualifier, code = segment.at(place), segment.at(place + 1)
        if not qualifier and not code:
            continue
        known_code(segment, place, PRODUCT_QUALIFIERS, "qualifier of a product code")
        if not code:
            raise fault(segment, place + 1, f"is missing: the qualifier {qualifier} before it has no code")
        yield place + 1, qualifier, code


def item_of(codes: Mapping[str, str]) -> tuple[str, str]:
    """The item number among product codes by qualifier, and its qualifier; two blanks when none is there."""
    qualifier = next((one for one in ITEM_QUALIFIERS if one in codes), "")
    return codes.get(qualifier, ""), qualifier


def reference(segment: Segment) -> tuple[str, str]:
    """Qualifier and number of a REF."""
    return known_code(segment, 1, REFERENCE_QUALIFIERS, "qualifier of a reference"), segment.at(2)


def entity(segment: Segment) -> str:
    """Whom an N1 is about."""
    return known_code(segment, 1, ENTITIES, "code of a party")
