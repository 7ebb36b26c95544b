"""The server's database: one engine, one snapshot a question, one transaction and one commit a change.

SQLite through the `sqlcipher3` driver (the system's own SQLite may carry the WAL-reset fault), or PostgreSQL.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from shared_models.kernel.errors import DomainError
from sync_server.foundation.faults import busy, driver_errors, met_another, understood
from sync_server.foundation.in_use import PROGRAM_NAME, together
from sync_server.foundation.row_security import (
    CALLER,
    SCOPE,
    SERVER,
    become_reader,
    can_be_reader,
    name_streams,
    require_scope,
)

logger = logging.getLogger(__name__)

OLDEST_SQLITE = (3, 51, 3)
"""Everything before can corrupt a file when the WAL is reset."""
BUSY_SECONDS = 10.0
MOST_TRIES = 8
_SNAPSHOT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
MOVED = "moved streams"
"""Key in `Connection.info` under which the streams that a transaction moved wait for its commit."""

T = TypeVar("T")
Moved = dict[str, int]


class Database:
    """One database, for all threads of a process. `on_moved` are told after a commit which streams moved."""

    def __init__(self, engine: Engine, using: ExitStack, readers: Engine | None = None) -> None:
        """Use `open_database`. `using` is closed in the end: it says that somebody uses the database.

        `readers` makes the connections on which callers' questions are asked (`row_security.py`).
        """
        self.engine = engine
        self._readers = readers
        self._has_reader: bool | None = None
        self._using = using
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.on_moved: list[Callable[[Moved], None]] = []
        self._writing = engine.execution_options(begin="BEGIN IMMEDIATE", **{SCOPE: SERVER})
        self._reading = engine.execution_options(**{SCOPE: SERVER}, **({} if self.is_sqlite else _SNAPSHOT))
        # SQLite has one writer anyway; waiting here is fair and at once, its busy handler sleeps and is neither.
        self._one_writer = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent snapshot; nothing can be written through it for good. Raises `StorageUnavailable`."""
        with understood(), self._reading.connect() as connection, connection.begin() as transaction:
            yield connection
            transaction.rollback()

    @contextmanager
    def seen_by(self, streams: Iterable[str]) -> Iterator[Connection]:
        """As `reading`, for a caller who may pull these streams: on PostgreSQL nothing else can be read.

        On SQLite, and where the database's user may not become the role for it (`guards_rows`), it is as `reading`:
        then the questions' own conditions are the only guard.
        """
        if self._readers is None or not self.guards_rows():
            with self.reading() as connection:
                yield connection
            return
        with understood(), self._readers.connect() as connection:
            connection = connection.execution_options(**{SCOPE: CALLER})
            with connection.begin() as transaction:
                name_streams(connection, streams)
                yield connection
                transaction.rollback()

    def guards_rows(self) -> bool:
        """Whether the database itself keeps rows from callers who may not see them."""
        if self._readers is None:
            return False
        if self._has_reader is None:
            with self.reading() as connection:
                self._has_reader = can_be_reader(connection)
        return self._has_reader

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, committed at the end unless something was raised. Raises `StorageUnavailable`.

        On PostgreSQL it may fail with a deadlock that another try would not meet: see `write_unit`.
        """
        if self.is_sqlite and not self._one_writer.acquire(timeout=BUSY_SECONDS):
            raise busy()
        moved: Moved = {}
        try:
            with understood(), self._writing.connect() as connection, connection.begin() as transaction:
                connection.info[MOVED] = moved
                yield connection
                transaction.commit()
        finally:
            if self.is_sqlite:
                self._one_writer.release()
        if moved:
            self.tell_moved(moved)

    def write_unit(self, unit: Callable[[Connection], T]) -> T:
        """Run `unit` in a writing transaction, all of it again when the database says that it met another one."""
        for attempt in range(1, MOST_TRIES + 1):
            try:
                with self.writing() as connection:
                    return unit(connection)
            except driver_errors() as error:
                if attempt == MOST_TRIES or not met_another(error):
                    raise
                logger.info("a transaction met another one and starts again, attempt %d", attempt)
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise AssertionError("the last attempt either returned or raised")

    def tell_moved(self, moved: Moved) -> None:
        """Tell everybody who asked (`on_moved`) that streams reached new positions."""
        for listener in self.on_moved:
            listener(moved)

    def close(self) -> None:
        """Close all connections; SQLite folds its write-ahead file in."""
        self.engine.dispose()
        if self._readers is not None:
            self._readers.dispose()
        self._using.close()


def open_database(url: str, *, connections: int = 16) -> Database:
    """Open the database of `url`, a SQLite file is made when missing.

    Raises `DomainError` (`sqlite_too_old`, `database_url_wrong`, `restore_running`).
    """
    try:
        parsed = make_url(url)
    except Exception as error:  # noqa: BLE001 - any failure means the same: it is no URL
        raise DomainError("database_url_wrong", f"The database URL cannot be read: {error}.") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        path = Path(str(parsed.database))
        using = ExitStack()
        using.enter_context(together(path))
        return Database(_sqlite_engine(path, connections), using)
    if backend == "postgresql":
        engine = _postgres_engine(parsed, connections)
        event.listen(engine, "begin", require_scope)
        readers = _postgres_engine(parsed, max(2, connections // 4)).execution_options(**_SNAPSHOT)
        event.listen(readers, "connect", become_reader)
        event.listen(readers, "begin", require_scope)
        return Database(engine, ExitStack(), readers)
    raise DomainError(
        "database_url_wrong",
        "The database URL must be sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE.",
    )


def _postgres_engine(url: URL, connections: int) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        paramstyle="format",
        connect_args={
            "options": "-c timezone=UTC",
            "connect_timeout": 5,
            "application_name": PROGRAM_NAME,
        },
    )


def _sqlite_engine(path: Path, connections: int) -> Engine:
    if sqlite.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise DomainError(
            "sqlite_too_old",
            f"The SQLite library is {sqlite.sqlite_version}; {oldest} or newer is needed, older ones may lose data.",
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        f"sqlite+pysqlite:///{path}",
        module=sqlite,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "isolation_level": None},
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        "cache_size=-65536",
        "mmap_size=268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    require_scope(connection)
    # On the driver itself: a fault of it is understood just the same, and every request begins here.
    driver: Any = connection.connection.dbapi_connection
    driver.execute(connection.get_execution_options().get("begin", "BEGIN"))


@contextmanager
def file_transaction(connection: Any) -> Iterator[None]:
    """One transaction on a file beside the database; nothing of it is kept when an exception leaves."""
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
