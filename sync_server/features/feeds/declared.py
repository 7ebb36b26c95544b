"""What a distributor may declare of how it writes its files; apart from their reading, so that commands load little."""

from typing import NamedTuple

DAY_PATTERNS = {"YYYYMMDD": "%Y%m%d", "MM/DD/YYYY": "%m/%d/%Y"}
"""Each with what `strptime` calls it."""
DAY_FORMATS = tuple(DAY_PATTERNS)
"""What a distributor may declare besides ISO days."""


class Habits(NamedTuple):
    """How a distributor writes, as far as it was declared: extra day formats and a thousands separator."""

    day_formats: tuple[str, ...] = ()
    thousands: str = ""
