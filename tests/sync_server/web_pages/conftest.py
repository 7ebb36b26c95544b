"""A server whose clock can be moved, with a distributor in its world that does not take part."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from shared_models.kernel.clock import SettableClock
from tests.builders.server import running_server, small_world, station_of
from tests.sync_server.web_pages.house import Correspondence, change_organisation


@pytest.fixture
def correspondence(database_url: str, tmp_path: Path) -> Iterator[Correspondence]:
    clock = SettableClock(datetime.now(UTC).replace(microsecond=0))
    with running_server(tmp_path, database_url=database_url, clock=clock) as server:
        world = small_world(server.database)

        change_organisation(server, world.other_distributor, takes_part=False)
        with station_of(server, world.clerk, world.showroom) as clerk, requests.Session() as browser:
            yield Correspondence(server, world, clerk, clock, browser)
