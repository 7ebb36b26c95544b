"""When a memo lent now is due: the showroom's days, moved on past the days on which it is closed."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

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
        listed = re.findall(r"[a-z]{3}", settings.get(CLOSED_WEEKDAYS).casefold())
        closed = frozenset(_WEEKDAYS.index(word) for word in listed if word in _WEEKDAYS)
        holidays = set()
        for word in re.split(r"[\s,;]+", settings.get(HOLIDAYS)):
            with suppress(ValueError):
                holidays.add(date.fromisoformat(word))
        return cls(settings.get(DUE_DAYS), closed, frozenset(holidays))

    def due_on(self, lent_on: date) -> date:
        """The day a memo lent on `lent_on` is due."""
        return due_on(lent_on, days=self.days, closed_weekdays=self.closed_weekdays, holidays=self.holidays)
