"""How long each element may be in release 4010, and which elements need or exclude each other, segment by segment.

Written as the standard writes it: `R1/15` is a number of one to fifteen digits, `C` a composite whose length is not
looked at; `P0304` means both or none of the elements 3 and 4, `R0203` at least one of them, `E0204` at most one,
`C0403` that 4 needs 3, `L050304` that 5 needs 3 or 4. Only segments of which something is read stand here. Left out is
P0203 of ACK, which public examples break: a quantity there without a unit is in that of the line.
"""

import re
from typing import NamedTuple

from sync_server.foundation.x12.segments import Segment, fault, require_shape, shown

_MOST_FORMS = 20_000
_PRODUCT = "ID2/2 AN1/48"
"""Element 235 and 234: a qualifier and its code."""


class Length(NamedTuple):
    """Of one element; of a number the sign and the point do not count."""

    least: int
    most: int
    is_number: bool


class Condition(NamedTuple):
    """`kind` is the letter of the standard, `places` the elements in its order."""

    kind: str
    places: tuple[int, ...]


class Rule(NamedTuple):
    """What a segment must be like. An element without an entry is not looked at."""

    lengths: tuple[Length | None, ...]
    conditions: tuple[Condition, ...]


_WRITTEN = {
    "GS": "ID2/2 AN2/15 AN2/15 DT8/8 TM4/8 N01/9 ID1/2 AN1/12",
    "ST": "ID3/3 AN4/9",
    "SE": "N01/10 AN4/9",
    "GE": "N01/6 N01/9",
    "IEA": "N01/5 N09/9",
    "BAK": "ID2/2 ID2/2 AN1/22 DT8/8 AN1/30 AN1/45 AN1/30 AN1/30 DT8/8 ID2/2",
    "BCT": "ID2/2 AN1/15",
    "BEG": "ID2/2 ID2/2 AN1/22 AN1/30 DT8/8 AN1/30 ID2/2",
    "BIA": "ID2/2 ID2/2 AN1/30 DT8/8 TM4/8 ID1/2",
    "BSN": "ID2/2 AN2/30 DT8/8 TM4/8 ID4/4 ID2/2 ID3/3 | C0706",
    "ACK": f"ID2/2 R1/15 ID2/2 ID3/3 DT8/8 AN1/45 {' '.join([_PRODUCT] * 10)} | "
    "C0405 P0708 P0910 P1112 P1314 P1516 P1718 P1920 P2122 P2324 P2526",
    "CTB": "ID2/2 AN1/80 ID2/2 R1/15 | C0304",
    "CTP": "ID2/2 ID3/3 R1/17 R1/15 C ID3/3 R1/10 R1/18 ID2/2 AN1/10 N01/2 | P0405 C0607 C0902 C1002 C1103",
    "CTT": "N01/6 R1/10 R1/10 ID2/2 R1/8 ID2/2 AN1/80 | P0304 P0506",
    "CUR": "ID2/3 ID3/3 R4/10",
    "DTM": "ID3/3 DT8/8 TM4/8 ID2/2 ID2/3 AN1/35 | R020305 C0403 P0506",
    "HL": "AN1/12 AN1/12 ID1/2 ID1/1",
    "LDT": "ID2/2 R1/15 ID2/2 DT8/8",
    "LIN": f"AN1/20 {' '.join([_PRODUCT] * 15)} | "
    "P0405 P0607 P0809 P1011 P1213 P1415 P1617 P1819 P2021 P2223 P2425 P2627 P2829 P3031",
    "MAN": "ID1/2 AN1/48 AN1/48 ID1/2 AN1/48 AN1/48 | P0405 C0605",
    "MEA": "ID2/2 ID1/3 R1/20 C R1/20 R1/20 ID2/2 ID2/2 ID2/2 ID2/4 | R03050608 C0504 C0604 L07030506 E0803",
    "N1": "ID2/3 AN1/60 ID1/2 AN2/80 ID2/2 ID2/3 | R0203 P0304",
    "N2": "AN1/60 AN1/60",
    "N3": "AN1/55 AN1/55",
    "N4": "AN2/30 ID2/2 ID3/15 ID2/3 ID1/2 AN1/30 | C0605",
    "PER": "ID2/2 AN1/60 ID2/2 AN1/80 ID2/2 AN1/80 ID2/2 AN1/80 AN1/20 | P0304 P0506 P0708",
    "PID": "ID1/1 ID2/3 ID2/2 AN1/12 AN1/80 ID2/2 AN1/15 ID1/1 ID2/3 | C0403 R0405 C0703 C0804 C0905",
    "PO1": f"AN1/20 R1/15 ID2/2 R1/17 ID2/2 {' '.join([_PRODUCT] * 10)} | "
    "C0302 C0504 P0607 P0809 P1011 P1213 P1415 P1617 P1819 P2021 P2223 P2425",
    "PO4": "N01/6 R1/8 ID2/2 AN3/5 ID1/2 R1/9 ID2/2 R1/9 ID2/2 R1/8 R1/8 R1/8 ID2/2 N01/6 ID2/2 AN1/20 AN1/20 N01/9 | "
    "P0203 C0506 P0607 P0809 C1013 C1113 C1213 L13101112 C1716 C1804",
    "PRF": "AN1/22 AN1/30 AN1/8 DT8/8 AN1/20 AN1/30 ID2/2",
    "QTY": "ID2/2 R1/15 C AN1/30 | R0204 E0204",
    "REF": "ID2/3 AN1/30 AN1/80 C | R0203",
    "SCH": "R1/15 ID2/2 ID2/3 AN1/60 ID3/3 DT8/8 TM4/8 ID3/3 DT8/8 TM4/8 AN1/45 AN1/20 | C0403",
    "SN1": "AN1/20 R1/10 ID2/2 R1/15 R1/15 ID2/2 | P0506",
    "TD1": "AN3/5 N01/7 ID1/1 AN1/30 AN1/50 ID1/2 R1/10 ID2/2 R1/8 ID2/2 | C0102 C0304 C0607 P0708 P0910",
    "TD5": "ID1/2 ID1/2 AN2/80 ID1/2 AN1/35 ID2/2 ID1/2 ID1/2 AN1/30 ID2/2 R1/4 ID2/2 ID2/2 ID2/2 ID2/3 | "
    "R0204050612 C0203 C0708 C1011 C1312 C1413 C1512",
}


def _rule(text: str) -> Rule:
    lengths, _, conditions = text.partition("|")
    return Rule(
        tuple(_length(one) for one in lengths.split()),
        tuple(Condition(one[0], tuple(map(int, re.findall("..", one[1:])))) for one in conditions.split()),
    )


def _length(text: str) -> Length | None:
    if text == "C":
        return None
    kind, least, most = re.fullmatch(r"(N0|R|ID|AN|DT|TM)(\d+)/(\d+)", text).groups()  # type: ignore[union-attr]
    return Length(int(least), int(most), kind in ("N0", "R"))


RULES = {name: _rule(text) for name, text in _WRITTEN.items()}


class Conditions:
    """The check of one file, whose segments are mostly of few forms: one that was right is not looked at again."""

    def __init__(self) -> None:
        self._right_forms: set[tuple[str, tuple[int, ...]]] = set()
        """Segments with elements of these lengths are right, whatever stands in them."""

    def require(self, segment: Segment) -> None:
        """Raises `DomainError("x12_segment")`: not a known segment, an element too many, missing or too long."""
        form = (segment.id, tuple(map(len, segment.elements)))
        if form in self._right_forms:
            return
        require_shape(segment)
        rule = RULES.get(segment.id)
        if rule is not None:
            counts_alike = _require_lengths(segment, rule)
            for condition in rule.conditions:
                _require(segment, condition)
            if not counts_alike:
                return
        if len(self._right_forms) < _MOST_FORMS:
            self._right_forms.add(form)


def _require_lengths(segment: Segment, rule: Rule) -> bool:
    """Whether every element of these lengths would be right, and not only these, of which signs do not count."""
    counts_alike = True
    for place, (text, length) in enumerate(zip(segment.elements, rule.lengths, strict=False), start=1):
        if not text or length is None:
            continue
        size = len(text)
        if length.is_number:
            digits = size - text.count(".", 0, 40) - text.startswith("-")
            counts_alike &= length.least <= size - 2 or length.least == 1
            counts_alike &= size <= length.most
            size = digits
        if not length.least <= size <= length.most:
            unit = "digit" if length.is_number else "character"
            raise fault(
                segment,
                place,
                f"“{shown(text)}”, has {_counted(size, unit)}; {_allowed(length, unit)}",
            )
    return counts_alike


def _counted(number: int, unit: str) -> str:
    return f"1 {unit}" if number == 1 else f"{number:,} {unit}s"


def _allowed(length: Length, unit: str) -> str:
    if length.least == length.most:
        return f"it has exactly {length.most}"
    return f"it has {length.least} to {length.most} {unit}s"


def _require(segment: Segment, condition: Condition) -> None:
    kind, places = condition
    there = [place for place in places if segment.at(place)]
    first, others = places[0], places[1:]
    if kind == "P" and there and len(there) < len(places):
        missing = next(place for place in places if place not in there)
        raise fault(segment, missing, f"is missing: {_named(segment, there)} does not stand without it")
    if kind == "R" and not there:
        raise fault(segment, first, f"is missing: at least one of {_named(segment, places)} is needed")
    if kind == "E" and len(there) > 1:
        raise fault(segment, there[1], f"“{shown(segment.at(there[1]))}”, excludes {_named(segment, there[:1])}")
    if kind == "C" and first in there and len(there) < len(places):
        missing = next(place for place in others if place not in there)
        raise fault(segment, missing, f"is missing: {_named(segment, [first])} does not stand without it")
    if kind == "L" and there == [first]:
        raise fault(
            segment,
            others[0],
            f"is missing: {_named(segment, [first])} needs at least one of {_named(segment, others)}",
        )


def _named(segment: Segment, places: tuple[int, ...] | list[int]) -> str:
    return ", ".join(f"{segment.id}{place:02d}" for place in places)
