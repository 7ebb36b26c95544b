"""A running server with a small world, and stations of its people."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from shared_models.accounts.records import Person
from tests.builders.server import RunningServer, SmallWorld, running_server, small_world
from tests.sync_scenarios.stations import Station, signed_in_station

MakeStation = Callable[..., Station]


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[RunningServer]:
    """The real server over each database in turn."""
    folder = tmp_path / "server"
    folder.mkdir()
    with running_server(folder, database_url=database_url) as running:
        yield running


@pytest.fixture
def world(server: RunningServer) -> SmallWorld:
    """What is in its database."""
    return small_world(server.database)


@pytest.fixture
def station(server: RunningServer, tmp_path: Path) -> Iterator[MakeStation]:
    """Makes stations of a person that have synced once."""
    with ExitStack() as stack:

        def make(person: Person, name: str = "desk") -> Station:
            made = stack.enter_context(signed_in_station(tmp_path / name, server.url, person))
            report = made.sync()
            assert report.state == "synced", report.sentence
            return made

        yield make
