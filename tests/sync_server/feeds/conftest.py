"""A house for each test, on each database in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.foundation.database import open_database
from tests.sync_server.feeds.house import House


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    """A house on SQLite and, where there is one, on PostgreSQL."""
    database = open_database(database_url)
    yield House(database, tmp_path)
    database.close()
