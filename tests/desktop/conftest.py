"""A real server with a small world behind it, for tests of the whole program in its window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.settings import Settings
from desktop.widgets.theme import ThemeKeeper
from tests.builders.server import PASSWORD, RunningServer, SmallWorld, running_server, small_world
from tests.screens.window import Window


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, SmallWorld]]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server, small_world(server.database)


@pytest.fixture
def theme(qapp: QApplication) -> ThemeKeeper:
    return ThemeKeeper(qapp, Settings())


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]) -> Window:
    """The clerk's window after her first sign-in, in step with the server."""
    server, world = served
    made = Window(qtbot, tmp_path, server.url)
    made.sign_in(world.clerk.email, PASSWORD)
    made.library()
    made.wait_for_first_sync()
    return made
