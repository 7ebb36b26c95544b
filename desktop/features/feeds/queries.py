"""What the feeds page asks the server: how datasets stand, what runs did, how files are written. In a job, always."""

from __future__ import annotations

import errno
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from desktop.cache.meta import get_meta
from desktop.features.feeds.differences import ROWS_AT_ONCE, DifferenceAsk
from desktop.features.feeds.rows import FileFacts
from desktop.sync.desk import Desk
from desktop.sync.feed_client import FeedClient
from desktop.sync.feed_messages import DatasetState, DeclaredMapping, DifferencePage, FeedRun


def feed_client(desk: Desk) -> FeedClient:
    """A conversation of its own with the desk's server; close it."""
    return FeedClient(desk.server_url, get_meta(desk.database.read(), "token"))


def file_facts(path: Path) -> FileFacts:
    """Size and time of a file; a place on the network may take a while to answer. Raises `OSError`."""
    found = path.stat()
    if not path.is_file():
        raise IsADirectoryError(errno.EISDIR, "this is a folder", str(path))
    return FileFacts(found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))


def states(desk: Desk) -> list[DatasetState]:
    """How each dataset of the house stands. Raises `Trouble`, as everything here does."""
    with closing(feed_client(desk)) as client:
        return client.states(desk.acting.organisation_code)


def runs(desk: Desk, dataset: str) -> list[FeedRun]:
    """The newest runs of a dataset, newest first."""
    with closing(feed_client(desk)) as client:
        return client.runs(desk.acting.organisation_code, dataset)


def run(desk: Desk, run_id: str) -> FeedRun:
    """One run with its row errors."""
    with closing(feed_client(desk)) as client:
        return client.run(run_id)


def difference(desk: Desk, run_id: str, ask: DifferenceAsk) -> DifferencePage:
    """A part of what a run changed."""
    with closing(feed_client(desk)) as client:
        return client.difference(run_id, **ask._asdict(), limit=ROWS_AT_ONCE)


def declared(desk: Desk, dataset: str) -> DeclaredMapping:
    """How files of the dataset are written, and what a heading may be given."""
    with closing(feed_client(desk)) as client:
        return client.mapping(desk.acting.organisation_code, dataset)
