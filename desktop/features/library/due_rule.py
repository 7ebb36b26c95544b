"""When a memo lent now is due: the showroom's days, moved on past the days on which it is closed."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from desktop.settings import CLOSED_WEEKDAYS, DUE_DAYS, HOLIDAYS, Settings
from shared_models.library.rules import due_on

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class DueRule:
    """Calendar days and closed days, as the settings had them when it was made."""

    days: int
    closed_weekdays: frozenset[int]
    holidays: frozenset[date]

    @classmethod
    def from_settings(cls, settings: Settings) -> DueRule:
        """The rule as it stands; words in the settings that are no days are passed over."""
        return _rule(settings.get(DUE_DAYS), settings.get(CLOSED_WEEKDAYS), settings.get(HOLIDAYS))

    def due_on(self, lent_on: date) -> date:
        """The day a memo lent on `lent_on` is due."""
        return due_on(lent_on, days=self.days, closed_weekdays=self.closed_weekdays, holidays=self.holidays)


@lru_cache(maxsize=4)
def _rule(days: int, closed_weekdays: str, holidays: str) -> DueRule:
    """Asked at every scan, and read anew only when a setting changed."""
    listed = re.findall(r"[a-z]{3}", closed_weekdays.casefold())
    closed = frozenset(_WEEKDAYS.index(word) for word in listed if word in _WEEKDAYS)
    off = set()
    for word in re.split(r"[\s,;]+", holidays):
        with suppress(ValueError):
            off.add(date.fromisoformat(word))
    return DueRule(days, closed, frozenset(off))
