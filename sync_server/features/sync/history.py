"""The id of the server's history: a random text that changes when the server was restored from a backup."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, insert, select

from shared_models.kernel.errors import DomainError
from sync_server.features.sync.tables import SERVER_HISTORY

_NEWEST = select(SERVER_HISTORY.c.id).order_by(SERVER_HISTORY.c.number.desc()).limit(1)


def history_id(connection: Connection) -> str:
    """The id of the history now; raises `DomainError("not_initialised")` when `init` was never run."""
    found: str | None = connection.execute(_NEWEST).scalar()
    if found is None:
        raise DomainError("not_initialised", "The database is empty. Run “order-track-server init” first.")
    return found


def begin_history(connection: Connection, now: datetime) -> str:
    """A new history from here on: at the first start and after every restore."""
    new = secrets.token_urlsafe(16)
    number = len(connection.execute(select(SERVER_HISTORY.c.number)).all()) + 1
    connection.execute(insert(SERVER_HISTORY).values(number=number, id=new, began_at=now))
    return new


def ensure_history(connection: Connection, now: datetime) -> None:
    """Begin the first history of a database that has none yet."""
    if connection.execute(_NEWEST).first() is None:
        begin_history(connection, now)
