"""What every test is held to: no window on the screen, no leftover thread, and silence.

A Python warning, a Qt message or a log record of level WARNING or above fails the test that caused it, unless
the test asked for that record with `expect_log`.
"""

import logging
import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from tests.builders.postgres import (
    NO_SERVER_PROGRAM,
    PostgresCluster,
    find_server_programs,
    postgres_cluster,
)

# Before anything imports Qt, keyring or platformdirs: nothing a test does may reach the person's own screen,
# keyring or folders.
_own = tempfile.TemporaryDirectory(prefix="order-track-tests-")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
for _name in ("DATA_HOME", "CONFIG_HOME", "CACHE_HOME", "STATE_HOME", "RUNTIME_DIR"):
    _folder = Path(_own.name) / _name.lower()
    _folder.mkdir(mode=0o700)
    os.environ[f"XDG_{_name}"] = str(_folder)

# The same examples at every run in CI; elsewhere new ones each time, and a failure prints how to repeat it.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("desk", deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

THREAD_END_SECONDS = 5.0


def pytest_unconfigure() -> None:
    """Take the tests' own folders away."""
    _own.cleanup()


# --- silence -----------------------------------------------------------------------------------------


class _LogListener(logging.Handler):
    """Keeps the records from WARNING up, and which of them the test said would come."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []
        self.expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def unexpected(self) -> list[str]:
        return [line for line in self.heard if not any(re.search(text, line) for text in self.expected)]

    def never_heard(self) -> list[str]:
        return [text for text in self.expected if not any(re.search(text, line) for line in self.heard)]


@pytest.fixture(autouse=True)
def _log_listener() -> Iterator[_LogListener]:
    """Fails a test that logs a warning or an error it did not announce, or announced and did not log."""
    listener = _LogListener()
    logging.getLogger().addHandler(listener)
    yield listener
    logging.getLogger().removeHandler(listener)
    if listener.unexpected():
        pytest.fail("unexpected log records:\n" + "\n".join(listener.unexpected()), pytrace=False)
    if listener.never_heard():
        pytest.fail("expected log records never came:\n" + "\n".join(listener.never_heard()), pytrace=False)


@pytest.fixture
def expect_log(_log_listener: _LogListener) -> Callable[[str], None]:
    """Say that records whose `LEVEL logger: message` line matches this pattern will come; one must."""
    return _log_listener.expected.append


# --- threads -----------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Fails a test after which a thread of its own still runs; what a wider fixture started may stay."""
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in _threads_of_the_test(before) if _still_runs(thread)]
    qt_core = sys.modules.get("PySide6.QtCore")
    if qt_core is not None and not qt_core.QThreadPool.globalInstance().waitForDone(int(THREAD_END_SECONDS * 1000)):
        left.append("a worker of Qt's global thread pool")
    if left:
        pytest.fail(f"the test left threads running: {', '.join(left)}", pytrace=False)


def _threads_of_the_test(before: set[threading.Thread]) -> list[threading.Thread]:
    """Without threads made by Qt: Python shows those as dummies that never end, the pool is asked itself."""
    # A server of a wider fixture takes a further worker when two requests meet.
    has_server = any(thread.name == "server under test" and thread.is_alive() for thread in before)
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and not isinstance(thread, threading._DummyThread)
        and not (has_server and thread.name.startswith(("request_", "sign-in_")))
        and not thread.name.startswith("pytest_timeout")
        # A server of a wider fixture takes another worker when it needs one; they end with it.
        and not thread.name.startswith("request_")
    ]


def _still_runs(thread: threading.Thread) -> bool:
    thread.join(THREAD_END_SECONDS)
    return thread.is_alive()


# --- PostgreSQL --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """The cluster of this run; tests that need it are skipped, with the reason, where it cannot be had."""
    programs = find_server_programs()
    if programs is None:
        pytest.skip(NO_SERVER_PROGRAM)
    with postgres_cluster(programs) as cluster:
        yield cluster


DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], AbstractContextManager[str]]:
    """Makes an initialised empty database of a server, of the kind that is named, and gives its URL."""
    from tests.builders.server import new_sqlite, prepare_database

    @contextmanager
    def new(kind: str) -> Iterator[str]:
        if kind == "sqlite":
            yield new_sqlite(tmp_path_factory.mktemp("server-files"))
            return
        cluster: PostgresCluster = request.getfixturevalue("postgres")
        with cluster.database(cluster.template("initialised server", prepare_database)) as url:
            yield url

    return new


@pytest.fixture(params=DATABASES)
def database_url(
    request: pytest.FixtureRequest, new_database: Callable[[str], AbstractContextManager[str]]
) -> Iterator[str]:
    """An initialised empty database of a server: the test runs once on each kind."""
    with new_database(request.param) as url:
        yield url


@pytest.fixture
def postgres_url(postgres: PostgresCluster) -> Iterator[str]:
    """The `postgresql+psycopg://…` URL of an empty database that only this test has."""
    with postgres.database() as url:
        yield url
