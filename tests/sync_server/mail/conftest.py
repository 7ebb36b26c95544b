"""A furnished server on each database, and a mail server that it may know."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from shared_models.kernel.clock import SettableClock
from sync_server.foundation.database import open_database
from tests.builders.postgres import PostgresCluster
from tests.builders.server import new_sqlite, prepare_database
from tests.sync_server.mail.mail_sink import MailSink, SinkServer
from tests.sync_server.mail.post_room import PostRoom, settings_for, start_of_day


def _prepare_furnished(url: str) -> None:
    prepare_database(url)
    with _room(url, Path()) as room:
        room.furnish()


@contextmanager
def _room(url: str, folder: Path) -> Iterator[PostRoom]:
    database = open_database(url)
    try:
        yield PostRoom(database, settings_for(folder, url), SettableClock(start_of_day()))
    finally:
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def post_room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PostRoom]:
    """A server that knows no mail server yet."""
    if request.param == "sqlite":
        with _room(new_sqlite(tmp_path), tmp_path) as room:
            room.furnish()
            yield room
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    template = cluster.template("post room", _prepare_furnished)
    with cluster.database(template) as url, _room(url, tmp_path) as room:
        yield room


@pytest.fixture
def sink(post_room: PostRoom) -> Iterator[MailSink]:
    """A mail server; the post room knows it."""
    sink = MailSink()
    server = SinkServer(sink)
    server.start()
    post_room.settings = msgspec.structs.replace(post_room.settings, smtp_url=server.url)
    yield sink
    sink.may_answer.set()
    server.stop()
