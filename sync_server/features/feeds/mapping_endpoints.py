"""The routes by which a master sees how the datasets stand, and declares how the files are written."""

from typing import Annotated

import msgspec
from litestar import get, patch
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from shared_models.kernel.clock import local_day
from sync_server.features.feeds.declared import DAY_FORMATS
from sync_server.features.feeds.expectations import what_belongs
from sync_server.features.feeds.habits import (
    THOUSANDS,
    FeedHabits,
    HabitsChange,
    change_habits,
    read_habits,
    require_dataset,
)
from sync_server.features.feeds.headers import columns_of
from sync_server.features.feeds.overview import DatasetState, states_of
from sync_server.features.feeds.runs import FeedDesk
from sync_server.features.feeds.sender import distributor_of
from sync_server.foundation.signed_in import SignedIn

_Distributor = Annotated[str, QueryParameter(description="Code, for a master of several distributors.")]


class ColumnChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A column that a heading may be given."""

    name: str
    expected: str
    example: str


class DeclaredMapping(msgspec.Struct, frozen=True, kw_only=True):
    """What is declared of a distributor's files of one dataset, and what could be."""

    dataset: str
    mapping: dict[str, str]
    """Heading to column, or "" where the heading is left out."""
    day_formats: list[str]
    thousands: str
    most_gone_percent: int
    due_every_minutes: int
    """How often new figures are promised; 0 when that was not said."""
    columns: list[ColumnChoice]
    known_day_formats: list[str]
    known_thousands: list[str]


@get("/v1/feeds", sync_to_thread=True, summary="How each of your datasets stands")
def get_feeds(caller: SignedIn, state: State, distributor: _Distributor = "") -> list[DatasetState]:
    """What is live as of when, the newest run, and what is held."""
    desk: FeedDesk = state.feed_desk
    with desk.database.reading() as connection:
        mine = distributor_of(connection, caller, distributor)
        now = desk.clock.now()
        return states_of(connection, mine, local_day(now), now)


@get("/v1/feeds/{dataset:str}/mapping", sync_to_thread=True, summary="How your files of a dataset are written")
def get_mapping(
    caller: SignedIn, state: State, dataset: FromPath[str], distributor: _Distributor = ""
) -> DeclaredMapping:
    """Saved headings, day formats and separators, and the columns that a heading may be given."""
    require_dataset(dataset)
    desk: FeedDesk = state.feed_desk
    with desk.database.reading() as connection:
        mine = distributor_of(connection, caller, distributor)
        return _declared(dataset, read_habits(connection, mine.id, dataset))


@patch("/v1/feeds/{dataset:str}/mapping", sync_to_thread=True, summary="Declare how your files are written")
def patch_mapping(
    caller: SignedIn, state: State, dataset: FromPath[str], data: JSONBody[HabitsChange], distributor: _Distributor = ""
) -> DeclaredMapping:
    """What is not said stays; a heading with null is forgotten. The next file is read by it."""
    require_dataset(dataset)
    desk: FeedDesk = state.feed_desk
    with desk.database.reading() as connection:
        mine = distributor_of(connection, caller, distributor)
    return _declared(
        dataset, desk.database.write_unit(lambda connection: change_habits(connection, mine.id, dataset, data))
    )


def _declared(dataset: str, habits: FeedHabits) -> DeclaredMapping:
    columns = []
    for column in columns_of(dataset).values():
        expected, example = what_belongs(column, habits.of_cells)
        columns.append(ColumnChoice(name=column.name, expected=expected, example=example))
    return DeclaredMapping(
        dataset=dataset,
        mapping=habits.mapping,
        day_formats=list(habits.day_formats),
        thousands=habits.thousands,
        most_gone_percent=habits.most_gone_percent,
        due_every_minutes=habits.due_every_minutes,
        columns=columns,
        known_day_formats=list(DAY_FORMATS),
        known_thousands=list(THOUSANDS),
    )


HANDLERS = [get_feeds, get_mapping, patch_mapping]
