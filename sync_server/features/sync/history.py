"""The id of the server's history: a random text that changes when the server was restored from a backup."""

import secrets
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Select, func, insert, select

from shared_models.kernel.errors import DomainError
from sync_server.features.sync.tables import SERVER_HISTORY
from sync_server.foundation.driver_sql import Ready, ready, rows_of


def newest_history() -> Select[tuple[str]]:
    """The question for the id."""
    last = select(func.max(SERVER_HISTORY.c.number)).scalar_subquery()
    return select(SERVER_HISTORY.c.id).where(SERVER_HISTORY.c.number == last)


@lru_cache
def _newest(dialect: Dialect) -> Ready:
    return ready(newest_history(), dialect)


def history_id(connection: Connection) -> str:
    """The id of the history now; raises `DomainError("not_initialised")` when `init` was never run."""
    for (newest,) in rows_of(connection, _newest(connection.dialect)):
        return str(newest)
    raise not_initialised()


def not_initialised() -> DomainError:
    """`init` was never run."""
    return DomainError("not_initialised", "The database is empty. Run “order-track-server init” first.")


def restored_at(connection: Connection) -> datetime | None:
    """When the server was last restored from a backup; None when it never was."""
    newest = select(SERVER_HISTORY.c.number, SERVER_HISTORY.c.began_at).order_by(SERVER_HISTORY.c.number.desc())
    row = connection.execute(newest.limit(1)).first()
    return None if row is None or row.number == 1 else row.began_at


def begin_history(connection: Connection, now: datetime) -> str:
    """A new history from here on: at the first start and after every restore."""
    new = secrets.token_urlsafe(16)
    number = len(connection.execute(select(SERVER_HISTORY.c.number)).all()) + 1
    connection.execute(insert(SERVER_HISTORY).values(number=number, id=new, began_at=now))
    return new


def ensure_history(connection: Connection, now: datetime) -> None:
    """Begin the first history of a database that has none yet."""
    if not rows_of(connection, _newest(connection.dialect)):
        begin_history(connection, now)
