"""How each distributor writes its files: saved column mappings, declared formats, and where the shrink guard stands."""

from collections.abc import Mapping
from hashlib import blake2b

import msgspec
from sqlalchemy import Connection, select

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.declared import DAY_FORMATS, Habits
from sync_server.features.feeds.freshness import publish_freshness
from sync_server.features.feeds.headers import IGNORE, plain_heading
from sync_server.features.feeds.tables import FEED_HABITS
from sync_server.foundation.upsert import insert_or

MOST_GONE_PERCENT = 20
_LONGEST_CADENCE = 44_640
MOST_HEADINGS = 500
LONGEST_HEADING = 200
THOUSANDS = ("", ",", " ", "'")


class FeedHabits(msgspec.Struct, frozen=True, kw_only=True):
    """What was declared of one distributor's files of one dataset."""

    mapping: dict[str, str] = {}
    """Heading to column name, or "" to leave the heading out."""
    day_formats: tuple[str, ...] = ()
    thousands: str = ""
    most_gone_percent: int = MOST_GONE_PERCENT
    """A whole file that would remove more than this share of the live rows is held."""

    due_every_minutes: int = 0
    """How often new figures are promised; 0 when that was not said."""

    @property
    def of_cells(self) -> Habits:
        """The part that the reading of cells needs."""
        return Habits(self.day_formats, self.thousands)

    @property
    def digest(self) -> str:
        """Sixteen characters that stand for all of it: a file may mean something else under another one."""
        return blake2b(msgspec.json.encode(self, order="sorted"), digest_size=8).hexdigest()

    @property
    def plain_mapping(self) -> dict[str, str]:
        """The mapping by plain headings (`headers.plain_heading`)."""
        return {plain_heading(heading): column for heading, column in self.mapping.items()}


class HabitsChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person declares anew; what is not said, or None, stays as it is."""

    mapping: dict[str, str | None] = {}
    """Heading to column name, "" to leave the heading out, None to forget what was declared of it."""
    day_formats: list[str] | None = None
    thousands: str | None = None
    most_gone_percent: int | None = None
    due_every_minutes: int | None = None


def read_habits(connection: Connection, distributor_id: str, dataset: str) -> FeedHabits:
    """What was declared; the defaults when nothing was."""
    row = connection.execute(
        select(FEED_HABITS).where(FEED_HABITS.c.distributor_id == distributor_id, FEED_HABITS.c.dataset == dataset)
    ).first()
    if row is None:
        return FeedHabits()
    return FeedHabits(
        mapping=msgspec.json.decode(row.mapping, type=dict[str, str]),
        day_formats=tuple(one for one in row.day_formats.split("|") if one),
        thousands=row.thousands,
        most_gone_percent=row.most_gone_percent,
        due_every_minutes=row.due_every_minutes,
    )


def save_habits(connection: Connection, distributor_id: str, dataset: str, habits: FeedHabits) -> None:
    """Keep what was declared, in place of what was. Raises `DomainError`: `no_such_dataset`, `habit_wrong`."""
    require_dataset(dataset)
    _require_sensible(dataset, habits)
    values = _stored(habits)
    connection.execute(
        insert_or(connection.dialect, FEED_HABITS)
        .values(distributor_id=distributor_id, dataset=dataset, **values)
        .on_conflict_do_update(index_elements=["distributor_id", "dataset"], set_=values)
    )
    publish_freshness(connection, distributor_id, dataset)


def change_habits(connection: Connection, distributor_id: str, dataset: str, change: HabitsChange) -> FeedHabits:
    """Declare what `change` says and leave the rest; gives what is declared now. Raises as `save_habits` does."""
    require_dataset(dataset)
    # Two people may declare at the same moment; the second one builds on what the first one said.
    connection.execute(
        insert_or(connection.dialect, FEED_HABITS)
        .values(distributor_id=distributor_id, dataset=dataset, **_stored(FeedHabits()))
        .on_conflict_do_nothing()
    )
    here = (FEED_HABITS.c.distributor_id == distributor_id, FEED_HABITS.c.dataset == dataset)
    connection.execute(select(FEED_HABITS.c.dataset).where(*here).with_for_update())
    habits = changed(read_habits(connection, distributor_id, dataset), change)
    save_habits(connection, distributor_id, dataset, habits)
    return habits


def changed(habits: FeedHabits, change: HabitsChange) -> FeedHabits:
    """The habits after the change. A heading replaces every spelling of it (`Ref #`, `ref_no`) that was there."""
    spoken_of = {plain_heading(heading) for heading in change.mapping}
    kept = {heading: column for heading, column in habits.mapping.items() if plain_heading(heading) not in spoken_of}
    new = {heading.strip(): column.strip() for heading, column in change.mapping.items() if column is not None}
    return FeedHabits(
        mapping={**kept, **new},
        day_formats=habits.day_formats if change.day_formats is None else tuple(dict.fromkeys(change.day_formats)),
        thousands=habits.thousands if change.thousands is None else change.thousands,
        most_gone_percent=habits.most_gone_percent if change.most_gone_percent is None else change.most_gone_percent,
        due_every_minutes=habits.due_every_minutes if change.due_every_minutes is None else change.due_every_minutes,
    )


def _stored(habits: FeedHabits) -> dict[str, str | int]:
    return {
        "mapping": msgspec.json.encode(habits.mapping).decode(),
        "day_formats": "|".join(habits.day_formats),
        "thousands": habits.thousands,
        "most_gone_percent": habits.most_gone_percent,
        "due_every_minutes": habits.due_every_minutes,
    }


def require_dataset(dataset: str) -> None:
    """Raises `DomainError("no_such_dataset")` for anything that is not taken in."""
    if dataset not in DATASETS:
        *most, last = DATASETS
        known = f"{', '.join(most)} and {last}"
        raise DomainError("no_such_dataset", f"There is no dataset “{dataset}” here; {known} are taken in.")


def _require_sensible(dataset: str, habits: FeedHabits) -> None:
    known = set(DATASETS[dataset].column_names)
    for heading, column in habits.mapping.items():
        if column != IGNORE and column not in known:
            raise DomainError("habit_wrong", f"“{heading}” cannot mean “{column}”: {dataset} has no such column.")
        if not plain_heading(heading) or len(heading) > LONGEST_HEADING:
            raise DomainError(
                "habit_wrong", f"“{heading[:40]}” is no heading; it takes letters or digits, {LONGEST_HEADING} at most."
            )
    if len(habits.mapping) > MOST_HEADINGS:
        raise DomainError("habit_wrong", f"A mapping speaks of at most {MOST_HEADINGS} headings; forget some first.")
    _require_one_name_each(habits.mapping)
    for one in habits.day_formats:
        if one not in DAY_FORMATS:
            raise DomainError("habit_wrong", f"“{one}” is no known day format; there are {', '.join(DAY_FORMATS)}.")
    if habits.thousands not in THOUSANDS:
        raise DomainError("habit_wrong", f"“{habits.thousands}” is no thousands separator; take , or ' or a blank.")
    if not 0 <= habits.due_every_minutes <= _LONGEST_CADENCE:
        raise DomainError("habit_wrong", "A dataset is due every so many minutes, from 1 to 44,640 (a month), or 0.")
    if not 0 <= habits.most_gone_percent <= 100:
        raise DomainError("habit_wrong", "The share of rows that may vanish is a percentage from 0 to 100.")


def _require_one_name_each(mapping: Mapping[str, str]) -> None:
    plain: dict[str, str] = {}
    for heading in mapping:
        first = plain.setdefault(plain_heading(heading), heading)
        if first != heading:
            raise DomainError("habit_wrong", f"“{first}” and “{heading}” are one heading; map it once.")
