"""What stands in one element: codes that are known, days, numbers, product codes; anything else refuses the file."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from sync_server.foundation.x12.codes import (
    DAY_QUALIFIERS,
    ENTITIES,
    ITEM_QUALIFIERS,
    PRODUCT_QUALIFIERS,
    REFERENCE_QUALIFIERS,
)
from sync_server.foundation.x12.envelope import day_of
from sync_server.foundation.x12.segments import Segment, fault, shown

CODE = "x12_code"
_NUMBER = re.compile(r"-?(\d{1,15}(\.\d{0,10})?|\.\d{1,10})", re.ASCII)


def known_code(segment: Segment, place: int, known: frozenset[str], what: str) -> str:
    """The code at `place`, which must be a known one."""
    code = segment.at(place)
    if code not in known:
        raise fault(segment, place, f"“{shown(code)}”, is no known {what}", code=CODE)
    return code


def decimal(segment: Segment, place: int) -> Decimal:
    """The number at `place`, exactly."""
    text = segment.at(place)
    if not _NUMBER.fullmatch(text):
        raise fault(segment, place, f"“{shown(text)}”, is no number", code=CODE)
    return Decimal(text)


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
