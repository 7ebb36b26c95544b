"""What row errors have in common: days or numbers written in a way that may be declared for all files of the house."""

from __future__ import annotations

import re
from typing import NamedTuple

from desktop.sync.feed_messages import DeclaredMapping, FeedRun, MappingChange, RowFault

_DAY_SHAPES = {"YYYYMMDD": re.compile(r"\d{8}"), "MM/DD/YYYY": re.compile(r"\d{1,2}/\d{1,2}/\d{4}")}
_THOUSANDS = {",": re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?"), "'": re.compile(r"-?\d{1,3}('\d{3})+(\.\d*)?")}
_ABOUT_DAYS = "a day of the calendar"
_ABOUT_NUMBERS = "no thousands separators"


class Hint(NamedTuple):
    """What to declare, and the verb that says it."""

    verb: str
    change: MappingChange


def hint_of(run: FeedRun, declared: DeclaredMapping) -> Hint | None:
    """A declaration that may mend row errors of the run; None when they have nothing of the kind in common."""
    days = [error.value.strip() for error in run.errors if error.expected.startswith(_ABOUT_DAYS)]
    for name, shape in _DAY_SHAPES.items():
        is_new = name in declared.known_day_formats and name not in declared.day_formats
        if days and is_new and all(shape.fullmatch(day) for day in days):
            return Hint(f"Days are written {name}", MappingChange(day_formats=[*declared.day_formats, name]))
    numbers = [error.value.strip() for error in run.errors if _is_about_numbers(error)]
    for separator, shape in _THOUSANDS.items():
        is_new = separator in declared.known_thousands and not declared.thousands
        if numbers and is_new and all(shape.fullmatch(number) for number in numbers):
            return Hint(f"“{separator}” separates thousands", MappingChange(thousands=separator))
    return None


def _is_about_numbers(error: RowFault) -> bool:
    return error.expected.endswith(_ABOUT_NUMBERS)
