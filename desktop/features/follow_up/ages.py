"""How old a figure is against what its distributor promised, in the words of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from desktop.cache.reader import Reader
from desktop.features.follow_up.words import as_of_words, instant_of
from shared_models.catalogue.freshness import (
    DatasetFreshness,
    Punctuality,
    freshness_id,
    freshness_words,
    punctuality,
)

STATUS_FROM = {"stock_status": "inventory"}
"""Nobody posts a stock status: it is as old as the inventory from which it follows."""
_MOST_TOLD = 3


class Age(NamedTuple):
    """How old one figure is."""

    short: str
    """`09:02`, or `09:02, late`; empty when nothing is known of it."""
    words: str
    """`as of 09:02, due hourly, late`; empty when nothing is known of it."""
    state: Punctuality


def age_of(as_of: str, fresh: DatasetFreshness | None, now: datetime) -> Age:
    """The age of a row that says `as_of` itself, in a dataset of this freshness: the newer of both counts.

    A whole picture confirms every row that it holds, and a row that came by itself is newer than the picture.
    """
    row_at = instant_of(as_of)
    picture_at = fresh.as_of if fresh is not None else None
    newest = max((instant for instant in (row_at, picture_at) if instant is not None), default=None)
    due_every = fresh.due_every_minutes if fresh is not None else 0
    state = punctuality(newest, due_every, now)
    said = as_of_words(newest.isoformat(), now) if newest is not None else as_of_words(as_of, now)
    if not said and state == "no_promise":
        return Age("", "", state)
    short = ", ".join(filter(None, (said, "late" if state == "late" else "")))
    return Age(short, freshness_words(said, due_every, state), state)


def freshness_by_line(reader: Reader, dataset: str) -> dict[str, DatasetFreshness]:
    """How old a dataset is, by distributor; none where the server never said."""
    dataset = STATUS_FROM.get(dataset, dataset)
    found = reader.records(DatasetFreshness, "WHERE dataset = ?", dataset)
    return {one.distributor_id: one for one in found}


def freshness_of(reader: Reader, distributor_id: str, dataset: str) -> DatasetFreshness | None:
    """How old one dataset of one distributor is; None where the server never said."""
    return reader.get(DatasetFreshness, freshness_id(distributor_id, STATUS_FROM.get(dataset, dataset)))


def ages_sentence(ages: Mapping[str, Age]) -> str:
    """`Calder & Thrane as of 09:02, due hourly, late; …`, by distributor, those that are late first."""
    rank = {"late": 0, "due": 1, "fresh": 2, "no_promise": 3}
    told = sorted(
        ((name, age) for name, age in ages.items() if age.words), key=lambda one: (rank[one[1].state], one[0])
    )
    parts = [f"{name} {age.words}" for name, age in told[:_MOST_TOLD]]
    if len(told) > _MOST_TOLD:
        parts.append(f"{len(told) - _MOST_TOLD} more")
    return "; ".join(parts)
