"""A running server on each database, with the small world in it, and stations that talk to it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shared_models.accounts.records import Organisation, Person
from tests.builders.server import (
    RunningServer,
    SmallWorld,
    StationMaker,
    WireStation,
    running_server,
    small_world,
    station_of,
)


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(tmp_path, database_url=database_url) as running:
        yield running


@pytest.fixture
def world(server: RunningServer) -> SmallWorld:
    return small_world(server.database)


@pytest.fixture
def station(server: RunningServer) -> Iterator[StationMaker]:
    """Signs a person in at a new station; all of them are closed at the end."""
    with ExitStack() as stack:

        def make(person: Person, organisation: Organisation) -> WireStation:
            return stack.enter_context(station_of(server, person, organisation))

        yield make
