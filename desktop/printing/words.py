"""Words as they are printed: names made safe for one line, dates, ages, counts, and the order of bins."""

import re
import unicodedata
from datetime import date, datetime

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST = 2_000
"""Characters kept of one text: far more than any place on paper shows, and a bound for hostile input."""


def clean(text: str) -> str:
    """`text` as one printable line: line ends, tabs and control characters become single spaces.

    Direction marks and other invisible characters go, since they could turn an item number around on paper.
    No-break spaces stay, so that a text may be cleaned twice. Half characters (lone surrogates), which no font
    file can carry, become the replacement character.
    """
    kept = []
    for character in text[:_LONGEST]:
        category = unicodedata.category(character)
        if category == "Cs":
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif category != "Cf":
            kept.append(character)
    composed = unicodedata.normalize("NFC", "".join(kept))
    return re.sub(r"[^\S\u00a0]+", " ", composed).strip()


def day(value: date) -> str:
    """A day that cannot be misread across the Atlantic: `3 Nov 2026`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """A day with its time to the minute: `3 Nov 2026, 14:05`."""
    return f"{day(value)}, {value:%H:%M}"


def age(since: date, today: date) -> str:
    """How long ago `since` was, in days; a day in the future (a clock set wrong) is said to be today."""
    days = (today - since).days
    if days <= 0:
        return "today"
    return "1 day ago" if days == 1 else f"{days} days ago"


def counted(number: int, one: str, many: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{number} {one if number == 1 else many}"


def joined(*parts: str) -> str:
    """The parts that say something, with a middle dot between them that never begins a line."""
    return "\N{NO-BREAK SPACE}· ".join(cleaned for part in parts if (cleaned := clean(part)))


def walking_order(bin_name: str) -> tuple[bool, tuple[tuple[int, int, str], ...]]:
    """A sort key for bins as a picker walks them: A-2 before A-10, and what has no bin last."""
    parts = re.findall(r"[0-9]+|[^0-9]+", clean(bin_name).casefold())
    return (not parts, tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts))
