"""A house for each test, on SQLite and, where there is one, on PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.foundation.database import open_database
from sync_server.migrations.upgrade import upgrade
from tests.builders.postgres import PostgresCluster
from tests.sync_server.feeds.house import House


def _prepare(url: str) -> None:
    database = open_database(url)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them."""
    file = tmp_path_factory.mktemp("feeds") / "empty.db"
    _prepare(f"sqlite:///{file}")
    return file


@pytest.fixture
def house(empty_file: Path, tmp_path: Path) -> Iterator[House]:
    """A house on SQLite."""
    shutil.copy(empty_file, tmp_path / "server.db")
    database = open_database(f"sqlite:///{tmp_path / 'server.db'}")
    yield House(database, tmp_path)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A house on each database in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("house")
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with cluster.database(cluster.template("feeds", _prepare)) as url:
        database = open_database(url)
        yield House(database, tmp_path)
        database.close()
