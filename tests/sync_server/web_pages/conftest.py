"""A server whose clock can be moved, with a distributor in its world that does not take part."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from shared_models.kernel.clock import SettableClock
from tests.builders.server import running_server, small_world, station_of
from tests.sync_server.web_pages.house import Correspondence, change_organisation
from tests.sync_server.web_pages.trade import Trade, post_everything

DATABASES = ("sqlite", "postgresql")
NewDatabase = Callable[[str], AbstractContextManager[str]]


@pytest.fixture
def correspondence(database_url: str, tmp_path: Path) -> Iterator[Correspondence]:
    clock = SettableClock(datetime.now(UTC).replace(microsecond=0))
    with running_server(tmp_path, database_url=database_url, clock=clock) as server:
        world = small_world(server.database)

        change_organisation(server, world.other_distributor, takes_part=False)
        with station_of(server, world.clerk, world.showroom) as clerk, requests.Session() as browser:
            yield Correspondence(server, world, clerk, clock, browser)


@pytest.fixture(scope="module", params=DATABASES)
def trade(
    request: pytest.FixtureRequest, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trade]:
    """One for all tests of a module: they look, and each signs in anew; its clock only goes forward."""
    folder = tmp_path_factory.mktemp("trade")
    clock = SettableClock(datetime.now(UTC).replace(microsecond=0))
    with (
        new_database(request.param) as url,
        running_server(folder, database_url=url, clock=clock) as server,
    ):
        world = small_world(server.database)
        post_everything(server, world, folder)
        yield Trade(server, world, clock)
