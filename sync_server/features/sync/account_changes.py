"""A number that grows with every change of who may do what, so that what was read of it holds until then.

It is changed in the transaction of the change itself and read in the snapshot of the request: a revoked station is
shut out by its next request, however much of it is remembered, in every process.
"""

from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, Dialect, func, insert, select, update

from sync_server.features.sync.history import newest_history, not_initialised
from sync_server.features.sync.tables import ACCOUNT_CHANGES
from sync_server.foundation.driver_sql import Ready, ready, rows_of


class AccountsState(NamedTuple):
    """Two that are equal mean that nobody's rights changed in between."""

    changes: int
    history_id: str


@lru_cache
def _state(dialect: Dialect) -> Ready:
    changes = select(func.max(ACCOUNT_CHANGES.c.changes)).scalar_subquery()
    return ready(select(changes, newest_history().scalar_subquery()), dialect)


def accounts_state(connection: Connection) -> AccountsState:
    """As it is in this snapshot. Raises `DomainError("not_initialised")`."""
    ((changes, history),) = rows_of(connection, _state(connection.dialect))
    if history is None:
        raise not_initialised()
    return AccountsState(changes or 0, history)


def note_account_change(connection: Connection) -> None:
    """Somebody's rights change in this transaction."""
    raised = update(ACCOUNT_CHANGES).values(changes=ACCOUNT_CHANGES.c.changes + 1)
    if connection.execute(raised).rowcount == 0:
        connection.execute(insert(ACCOUNT_CHANGES).values(number=1, changes=1))
