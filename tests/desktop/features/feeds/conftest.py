"""A master's desk at a running server, with workers as in the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.foundation.qt_jobs import QtJobs
from desktop.sync.desk import Desk
from desktop.sync.schedule import SyncSchedule
from tests.builders.desk import make_context
from tests.builders.server import RunningServer, SmallWorld, running_server, small_world
from tests.screens.feeds import FeedsScreen
from tests.sync_scenarios.stations import signed_in_station

WriteFile = Callable[..., Path]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    folder = tmp_path / "server"
    folder.mkdir()
    with running_server(folder) as running:
        yield running


@pytest.fixture
def world(server: RunningServer) -> SmallWorld:
    return small_world(server.database)


@pytest.fixture
def desk(server: RunningServer, world: SmallWorld, tmp_path: Path) -> Iterator[Desk]:
    with signed_in_station(tmp_path / "desk", server.url, world.master) as station:
        station.sync()
        # Files are written later than this.
        station.clock.advance(timedelta(hours=1))
        yield station.desk


@pytest.fixture
def context(desk: Desk) -> Iterator[FeatureContext]:
    jobs = QtJobs()
    yield replace(make_context(desk, jobs), sync=SyncSchedule(desk, offline=True))
    jobs.close()


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> FeedsScreen:
    """The page, which knows how the datasets stand."""
    made = FeedsScreen(qtbot, context)
    made.waits_for_states()
    return made


@pytest.fixture
def write(tmp_path: Path) -> WriteFile:
    """Writes a feed file where a person would have it."""

    def write_it(content: str | bytes, name: str = "products.csv") -> Path:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write_it
