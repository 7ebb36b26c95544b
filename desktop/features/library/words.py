"""Days, moments, names and typed due days, as the library desk says and reads them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FARTHEST_DUE_DAYS = 730

TYPE_WORDS = {"MEMO": "Memo", "CUTTING": "Cutting", "WING": "Wing", "BOOK": "Book", "RING_SET": "Ring set"}


def day_words(day: date, today: date) -> str:
    """`Thu 3 Dec`; with its year when that is not this one."""
    words = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def date_words(day: date, today: date) -> str:
    """`3 Dec`, as short as a column wants it; with its year when that is not this one."""
    words = f"{day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def since_words(instant: datetime, today: date) -> str:
    """When something began, by this machine's zone: `10:42 today`, `yesterday`, `3 Nov`."""
    local = instant.astimezone()
    days = (today - local.date()).days
    if days <= 0:
        return f"{local:%H:%M} today"
    if days == 1:
        return "yesterday"
    return date_words(local.date(), today)


def days_words(days: int) -> str:
    """`1 day`, `9 days`."""
    return "1 day" if days == 1 else f"{days} days"


def type_words(sample_type: str) -> str:
    """A sample type as people say it."""
    return TYPE_WORDS.get(sample_type, sample_type.replace("_", " ").capitalize())


def plain(text: str) -> str:
    """`text` in small letters without accents, for finding names."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parted if not unicodedata.combining(sign))


def begins_a_word(wanted: Sequence[str], text: str) -> bool:
    """Whether each wanted beginning begins a word of `text`."""
    words = re.split(r"[^\w']+", plain(text))
    return all(any(word.startswith(one) for word in words) for one in wanted)


def read_due_day(text: str, today: date) -> date | None:
    """A due day as a person types it, or None when it is none.

    `+21` (days from today), `12/24`, `12/24/2026`, `2026-12-24`, `24 dec`, `dec 24`. Without a year it is the next
    such day from today on. A day in the past or more than two years away is no due day.
    """
    day = _relative(text, today) or _written(text.strip().casefold(), today)
    if day is None or not today <= day <= today + timedelta(days=_FARTHEST_DUE_DAYS):
        return None
    return day


def _relative(text: str, today: date) -> date | None:
    match = re.fullmatch(r"\+\s?(\d{1,3})", text.strip())
    return today + timedelta(days=int(match[1])) if match else None


def _written(text: str, today: date) -> date | None:
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?", text):
        return _in_year(match[3], int(match[1]), int(match[2]), today)
    if (match := re.fullmatch(r"(\d{1,2})\.? ?([a-z]{3,})\.?(?:,? (\d{4}))?", text)) and (month := _month(match[2])):
        return _in_year(match[3], month, int(match[1]), today)
    if (match := re.fullmatch(r"([a-z]{3,})\.? (\d{1,2})(?:,? (\d{4}))?", text)) and (month := _month(match[1])):
        return _in_year(match[3], month, int(match[2]), today)
    return None


def _month(word: str) -> int:
    """1 to 12 for a month's name or its beginning, else 0: “mar” is March, “marlow” is a pattern."""
    return next((number for number, name in enumerate(_MONTH_NAMES, start=1) if name.startswith(word)), 0)


def _in_year(year: str | None, month: int, day: int, today: date) -> date | None:
    if year:
        return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    this_year = _day(today.year, month, day)
    return this_year if this_year is None or this_year >= today else _day(today.year + 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
