"""What is live of each dataset: as of when, by which run, and the next row key; one writer of a dataset at a time."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from sync_server.features.feeds.tables import FEED_STATES
from sync_server.foundation.upsert import insert_or


class State(NamedTuple):
    """As of when the newest whole picture is (None before the first), and the next row key, never given twice."""

    as_of: datetime | None
    next_row_key: int


def lock_state(connection: Connection, distributor_id: str, dataset: str) -> State:
    """Take the lock that keeps two writers of one dataset apart."""
    key = {"distributor_id": distributor_id, "dataset": dataset}
    connection.execute(
        insert_or(connection.dialect, FEED_STATES).values(**key, run_id="", next_row_key=1).on_conflict_do_nothing()
    )
    row = connection.execute(
        select(FEED_STATES.c.as_of, FEED_STATES.c.next_row_key).filter_by(**key).with_for_update()
    ).one()
    return State(row.as_of, row.next_row_key)


def store_state(
    connection: Connection, distributor_id: str, dataset: str, *, as_of: datetime, run_id: str, next_row_key: int
) -> None:
    """A run landed."""
    _change(connection, distributor_id, dataset, as_of=as_of, run_id=run_id, next_row_key=next_row_key)


def store_row_key(connection: Connection, distributor_id: str, dataset: str, next_row_key: int) -> None:
    """Single records landed: the whole picture is as old as it was."""
    _change(connection, distributor_id, dataset, next_row_key=next_row_key)


def _change(connection: Connection, distributor_id: str, dataset: str, **values: object) -> None:
    connection.execute(update(FEED_STATES).filter_by(distributor_id=distributor_id, dataset=dataset).values(**values))
