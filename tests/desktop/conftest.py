"""A real server with a small world behind it, for tests of the whole program in its window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders.server import RunningServer, SmallWorld, running_server, small_world


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, SmallWorld]]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server, small_world(server.database)
