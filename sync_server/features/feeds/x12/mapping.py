"""What all transaction sets have in common: rows that grow segment by segment, what is not used, what is refused."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import ClassVar, NamedTuple

from sync_server.foundation.x12.elements import decimal
from sync_server.foundation.x12.notes import Notes
from sync_server.foundation.x12.segments import Segment, fault, shown

MOST_ELEMENTS = 99
"""More than any segment has."""
MOST_TEXTS = 500
"""Pieces of one text, or answers to one line."""


class Row(NamedTuple):
    """A row by its columns; `segment` is the number of the one that opened it."""

    segment: int
    cells: dict[str, str]


class SetMapping:
    """One kind of transaction set, read segment by segment.

    A subclass names its set and handles each segment in a method of its own: `take_lin` for LIN. What it handles in no
    method and does not list in `unused` refuses the file.
    """

    sets: ClassVar[tuple[str, ...]]
    begins: ClassVar[Mapping[str, str]]
    """The segment that must come after ST, by set."""
    lines: ClassVar[tuple[str, ...]]
    """The segments that CTT01 may count."""
    sums: ClassVar[tuple[str, int] | None] = None
    """Segment and element that CTT02 sums up, where partners agree on it."""
    columns: ClassVar[tuple[str, ...]]
    unused: ClassVar[frozenset[str]]
    """Segments that may come and are only reported."""
    elements: ClassVar[Mapping[str, frozenset[int]]] = {}
    """The elements that are read of a segment, or that only keep count of the file; any other is reported."""

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
        self._counts: dict[str, int] = {}
        self._sum = Decimal(0)
        self._is_summed = False
        self._all_read = {
            name: next(place for place in range(MOST_ELEMENTS) if place + 1 not in read)
            for name, read in self.elements.items()
        }
        """How many elements of a segment are read without a gap."""
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
            self._counts[segment.id] = self._counts.get(segment.id, 0) + 1
        if self.sums and segment.id == self.sums[0] and segment.at(self.sums[1]):
            self._sum += decimal(segment, self.sums[1])
        handler = self._handlers.get(segment.id)
        if handler is not None:
            handler(segment)
            self._note_elements(segment)
        elif segment.id in self.unused:
            self.notes.add(segment.id, segment)
        else:
            raise fault(segment, 0, f"has no place in an {self.set_code}")

    def _note_elements(self, segment: Segment) -> None:
        if len(segment.elements) <= self._all_read.get(segment.id, MOST_ELEMENTS):
            return
        read = self.elements[segment.id]
        for place, text in enumerate(segment.elements, start=1):
            if text and place not in read:
                self.notes.add(f"{segment.id}{place:02d}", segment)

    def take_st(self, segment: Segment) -> None:
        """A set begins: nothing of the last one counts."""
        self.set_code = segment.at(1)
        self._expected = self.begins[self.set_code]
        self._counts = {}
        self._sum = Decimal(0)
        self._is_summed = False
        self.begin_set()

    def take_ctt(self, segment: Segment) -> None:
        """The count of lines must be right."""
        self.end_line()
        text = segment.at(1)
        counts = [self._counts.get(line, 0) for line in self.lines]
        if not (text.isascii() and text.isdigit()) or int(text[:9]) not in counts:
            raise fault(
                segment,
                1,
                f"“{shown(text)}”, should be {counts[0]}, the number of {self.lines[0]} segments in this set",
            )
        self._require_sum(segment)
        self._is_summed = True

    def _require_sum(self, segment: Segment) -> None:
        if segment.at(2) and self.sums and decimal(segment, 2) != self._sum:
            words = f"“{shown(segment.at(2))}”, should be {self._sum}, the sum of all {self.sums[0]}{self.sums[1]:02d}"
            raise fault(segment, 2, words)

    def take_se(self, _segment: Segment) -> None:
        """The set is over."""
        self.end_line()

    def begin_set(self) -> None:
        """Forget what the last set said for all its lines."""

    def end_line(self) -> None:
        """Put the rows of the line that is being read among the complete ones."""


def add_text(texts: list[str], text: str, segment: Segment) -> None:
    """One more piece of a text. Raises `DomainError` where there are so many that something else is wrong."""
    if len(texts) >= MOST_TEXTS:
        raise fault(segment, 0, f"is one of more than {MOST_TEXTS} pieces of one text")
    texts.append(text)


def put(cells: dict[str, str], column: str, value: str, segment: Segment, element: int) -> None:
    """Fill a cell once; the same again is no harm. Raises `DomainError`: two different ones cannot both be meant."""
    before = cells.setdefault(column, value)
    if before != value:
        raise fault(
            segment, element, f"“{shown(value)}”, is a second {column} of the same row, which has “{shown(before)}”"
        )
