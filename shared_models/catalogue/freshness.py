"""How old a distributor's figures are, and whether that is older than it promised."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from shared_models.kernel.records import Record, TableSpec

Punctuality = Literal["no_promise", "fresh", "due", "late"]
_CADENCES = {60: "hourly", 120: "two-hourly", 1440: "daily", 10080: "weekly"}
_LEAST_GRACE = timedelta(minutes=5)


class DatasetFreshness(Record, frozen=True, kw_only=True):
    """As of when the live rows of one dataset of one distributor are, and how often it promised new ones."""

    TABLE: ClassVar = TableSpec("dataset_freshness", indexes=(("distributor_id",),), thing="dataset")

    distributor_id: str
    dataset: str
    as_of: datetime | None = None
    """The instant of the newest whole picture; None before the first."""
    due_every_minutes: int = 0
    """0 when nothing was promised."""


def freshness_id(distributor_id: str, dataset: str) -> str:
    """The id of the record about one dataset of one distributor."""
    return f"{dataset}@{distributor_id}"


def punctuality(as_of: datetime | None, due_every_minutes: int, now: datetime) -> Punctuality:
    """`fresh` within the promised time, `due` for a quarter of it more (at least five minutes), then `late`.

    What never came is late as soon as something is promised.
    """
    if due_every_minutes <= 0:
        return "no_promise"
    if as_of is None:
        return "late"
    promised = timedelta(minutes=due_every_minutes)
    age = now - as_of
    if age <= promised:
        return "fresh"
    return "due" if age <= promised + max(promised / 4, _LEAST_GRACE) else "late"


def cadence_words(due_every_minutes: int) -> str:
    """`hourly`, `two-hourly`, `daily`, `weekly` or `every 45 minutes`; empty when nothing is promised."""
    if due_every_minutes <= 0:
        return ""
    return _CADENCES.get(due_every_minutes, f"every {due_every_minutes} minutes")


def freshness_words(as_of_words: str, due_every_minutes: int, state: Punctuality) -> str:
    """`as of 09:02, due hourly, late`: `as_of_words` is the instant as the reader's clock shows it, empty for none."""
    parts = [f"as of {as_of_words}" if as_of_words else "never received"]
    if due_every_minutes > 0:
        parts.append(f"due {cadence_words(due_every_minutes)}")
    if state in ("due", "late"):
        parts.append("late" if state == "late" else "expected any moment")
    return ", ".join(parts)
