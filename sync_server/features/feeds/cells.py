"""How one cell is read, kind by kind: text in, the stored value and “is it wrong” out, whole columns at once.

Decimals are read as decimals and kept as whole thousandths or ten-thousandths; no float is ever made. Kinds with few
different values (choices, lists, days) are read once a different value.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import NamedTuple

import polars as pl

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.columns import Column, Kind
from sync_server.features.feeds.declared import DAY_PATTERNS, Habits

BLANKS = " \u00a0"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_CONTROL_OR_BREAK = r"[\x00-\x08\x0a-\x1f\x7f]"
_SCIENTIFIC = r"^[+-]?(\d+(\.\d+)?[eE]\+\d+|\d\.\d+[eE]\d{1,3})$"
_PLACES = {Kind.QUANTITY: 3, Kind.INCHES: 3, Kind.MONEY: 4, Kind.COUNT: 0}
_WHOLE_DIGITS = {Kind.QUANTITY: 9, Kind.INCHES: 4, Kind.MONEY: 8, Kind.COUNT: 9}
_DAY_SHAPES = {"YYYYMMDD": r"\d{8}", "MM/DD/YYYY": r"\d{1,2}/\d{1,2}/\d{4}"}
_YES = {"Y": "Y", "YES": "Y", "TRUE": "Y", "T": "Y", "1": "Y", "N": "N", "NO": "N", "FALSE": "N", "F": "N", "0": "N"}


class ReadColumn(NamedTuple):
    """A column's stored values (wrong cells blank) and which cells are wrong, as polars expressions or series."""

    values: pl.Series
    wrong: pl.Series


def read_column(cells: pl.Series, column: Column, habits: Habits) -> ReadColumn:
    """Read one column. `values` are text with "" for blank, or Int64 with null for blank."""
    text = cells.str.strip_chars(BLANKS)
    if column.kind in _PLACES:
        return _numbers(text, column, habits)
    if column.kind in (Kind.CODE, Kind.NAME, Kind.TEXT):
        return _texts(text, column)
    return _by_value(text, _READERS[column.kind](column, habits))


def is_scientific(text: str) -> bool:
    """Whether a code looks like `6.37702E+15`: what a spreadsheet makes of a long number."""
    return re.match(_SCIENTIFIC, text) is not None


def _texts(text: pl.Series, column: Column) -> ReadColumn:
    wrong = text.str.contains(_CONTROL if column.kind is Kind.TEXT else _CONTROL_OR_BREAK)
    wrong |= text.str.len_bytes() > column.most_characters
    if wrong.any():  # bytes first, they cost nothing; characters only where it matters
        too_long = text.str.len_chars() > column.most_characters
        wrong = text.str.contains(_CONTROL if column.kind is Kind.TEXT else _CONTROL_OR_BREAK) | too_long
    if column.kind is Kind.CODE:
        wrong |= text.str.contains(_SCIENTIFIC)
    if column.is_needed:
        wrong |= text == ""
    if column.kind is not Kind.CODE:
        means_blank = text.is_in([".", "NONE", "None", "none"])
        text = text.set(means_blank, "") if means_blank.any() else text
    return ReadColumn(text.set(wrong, "") if wrong.any() else text, wrong)


def _numbers(text: pl.Series, column: Column, habits: Habits) -> ReadColumn:
    places, digits = _PLACES[column.kind], _WHOLE_DIGITS[column.kind]
    if habits.thousands:
        grouped = rf"^-?\d{{1,3}}({re.escape(habits.thousands)}\d{{3}})+(\.\d*)?$"
        ungrouped = text.str.replace_all(habits.thousands, "", literal=True)
        text = ungrouped.zip_with(text.str.contains(grouped), text)
    sign = "[+-]?" if column.may_be_negative else "[+]?"
    fraction = rf"(\.\d{{0,{places}}}0*)?"
    right = text.str.contains(rf"^{sign}0*\d{{1,{digits}}}{fraction}$")
    if not right.all():
        right |= text.str.contains(rf"^{sign}\.\d{{1,{places}}}0*$") if places else False
    wrong = ~right & (text != "")
    values = text.cast(pl.Decimal(38, places), strict=False).to_physical().cast(pl.Int64, strict=False)
    return ReadColumn(values.set(wrong, None) if wrong.any() else values, wrong)


def _by_value(text: pl.Series, read: Callable[[str], str | None]) -> ReadColumn:
    """Read each different value once; `read` gives None for a wrong one."""
    different = text.unique()
    found = [read(value) for value in different.to_list()]
    bad = [value for value, result in zip(different.to_list(), found, strict=True) if result is None]
    new = pl.Series([result or "" for result in found], dtype=pl.String)
    if not bad and (new == different).all():
        return ReadColumn(text, pl.repeat(False, len(text), dtype=pl.Boolean, eager=True))
    values = text.replace_strict(different, new, return_dtype=pl.String)
    return ReadColumn(values, text.is_in(bad))


def _choice(column: Column, _habits: Habits) -> Callable[[str], str | None]:
    return partial(_one_of, column.choices)


def _one_of(choices: tuple[str, ...], text: str) -> str | None:
    plain = re.sub(r"[ -]+", "_", text.strip(BLANKS)).upper()
    return plain if plain in choices or not plain else None


def _choices(column: Column, _habits: Habits) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        parts = [_one_of(column.choices, part) for part in _parts(text)]
        return None if None in parts else "|".join(dict.fromkeys(part for part in parts if part))

    return read


def _codes(_column: Column, _habits: Habits) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        return None if re.search(_CONTROL_OR_BREAK, text) else "|".join(dict.fromkeys(_parts(text)))

    return read


def _parts(text: str) -> list[str]:
    """The parts of a list between `|`, else between `;`, else between `,`; blank ones left out."""
    separator = next((one for one in "|;" if one in text), ",")
    return [part.strip(BLANKS) for part in text.split(separator) if part.strip(BLANKS)]


def _yes_no(_column: Column, _habits: Habits) -> Callable[[str], str | None]:
    return lambda text: _YES.get(text.upper()) if text else ""


def _currency(_column: Column, _habits: Habits) -> Callable[[str], str | None]:
    return lambda text: text.upper() if re.fullmatch("[A-Za-z]{3}|", text) else None


def _day(_column: Column, habits: Habits) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        found = day_from_text(text, habits)
        return None if found is None and text else found.isoformat() if found else ""

    return read


def day_from_text(text: str, habits: Habits) -> date | None:
    """The calendar day of an ISO text or of a declared format; None when it is none."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
        for name in habits.day_formats:
            if re.fullmatch(_DAY_SHAPES[name], text, re.ASCII):
                return datetime.strptime(text, DAY_PATTERNS[name]).replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return None


def _instant(_column: Column, habits: Habits) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        found = instant_from_text(text, habits)
        return None if found is None and text else instant_text(found) if found else ""

    return read


def instant_from_text(text: str, habits: Habits) -> datetime | None:
    """The UTC instant of an ISO text; without an offset it is UTC, a day alone its first moment. None when none."""
    day = day_from_text(text, habits)
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text, re.ASCII):
        return None
    try:
        found = datetime.fromisoformat(text)
        return (found.replace(tzinfo=UTC) if found.tzinfo is None else found).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def posted_instant(text: str) -> datetime | None:
    """The `as_of` of an envelope, or None when it is empty. Raises `DomainError("as_of_wrong")`."""
    found = instant_from_text(text.replace(" ", "+"), Habits()) or instant_from_text(text, Habits())
    if text and found is None:
        raise DomainError("as_of_wrong", f"“{text}” is no instant; write it like 2026-11-21T06:00:00Z.")
    return found


def instant_text(instant: datetime) -> str:
    """`2026-11-21T06:00:00Z`, with a fraction only when there is one."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


_READERS: dict[Kind, Callable[[Column, Habits], Callable[[str], str | None]]] = {
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.CODES: _codes,
    Kind.YES_NO: _yes_no,
    Kind.CURRENCY: _currency,
    Kind.DAY: _day,
    Kind.INSTANT: _instant,
}
