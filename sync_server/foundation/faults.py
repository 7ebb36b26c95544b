"""What an error of a database driver means; a server on SQLite never loads the driver of PostgreSQL for it."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sync_server.foundation.refusals import StorageUnavailable

logger = logging.getLogger(__name__)

Errors = tuple[type[Exception], ...]


def driver_errors() -> Errors:
    """Everything that a driver raises, by itself or through SQLAlchemy; for an `except` clause."""
    return (DBAPIError, sqlite.Error, *_of_postgres("Error"))


def operational_errors() -> Errors:
    """The ones that say something about the database's state and not about the statement."""
    return (OperationalError, sqlite.OperationalError, *_of_postgres("OperationalError"))


def met_another(error: BaseException) -> bool:
    """Whether a transaction of PostgreSQL only has to be run again, because it met another one."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, _of_postgres("errors.SerializationFailure", "errors.DeadlockDetected"))


def busy() -> StorageUnavailable:
    """Somebody else is writing, for too long."""
    return StorageUnavailable("database_busy", "The server is busy. Nothing was stored; try again in a moment.", 2)


@contextmanager
def understood() -> Iterator[None]:
    """Faults of the world become `StorageUnavailable`; ours go up as they are."""
    try:
        yield
    except PoolTimeout:
        raise busy() from None
    except driver_errors() as error:
        meant = _understand(error.orig if isinstance(error, DBAPIError) else error)
        if meant is None:
            raise
        logger.error("the database cannot do it now: %s", meant.code)
        raise meant from error


def _understand(cause: BaseException | None) -> StorageUnavailable | None:
    text = str(cause)
    full = "disk is full" in text or isinstance(cause, _of_postgres("errors.DiskFull"))
    if full or "disk I/O error" in text:
        return StorageUnavailable(
            "disk_full",
            "The server's disk is full. Nothing was stored; tell the operator, then try again.",
            60,
        )
    if "database is locked" in text or "database table is locked" in text:
        return busy()
    if cause is not None and isinstance(cause, _of_postgres("OperationalError")) and not met_another(cause):
        return StorageUnavailable("database_away", "The server's database is away. Nothing was stored; try again.", 10)
    return None


def _of_postgres(*names: str) -> Errors:
    """Classes of psycopg; none before somebody connected to PostgreSQL: no error can be one of them then."""
    if "psycopg" not in sys.modules:
        return ()
    import psycopg

    found: list[type[Exception]] = []
    for name in names:
        home = psycopg.errors if name.startswith("errors.") else psycopg
        found.append(getattr(home, name.removeprefix("errors.")))
    return tuple(found)
