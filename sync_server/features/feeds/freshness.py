"""Keeps the record by which stations know how old a dataset is and when it is due."""

from datetime import datetime

from sqlalchemy import Connection, select

from shared_models.catalogue.freshness import DatasetFreshness, freshness_id
from sync_server.features.feeds.tables import FEED_HABITS, FEED_STATES
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import publish


def publish_freshness(connection: Connection, distributor_id: str, dataset: str) -> None:
    """Bring the record in line with what is live and what is promised; nothing moves when it says so already."""
    here = {"distributor_id": distributor_id, "dataset": dataset}
    as_of: datetime | None = connection.execute(select(FEED_STATES.c.as_of).filter_by(**here)).scalar()
    due = connection.execute(select(FEED_HABITS.c.due_every_minutes).filter_by(**here)).scalar() or 0
    records = ServerRecords(connection)
    key = freshness_id(distributor_id, dataset)
    found = records.get(DatasetFreshness, key)
    if found is None:
        records.insert(DatasetFreshness(id=key, **here, as_of=as_of, due_every_minutes=due))
    else:
        records.change(found, as_of=as_of, due_every_minutes=due)
    if records.touched:
        publish(connection, records.touched, records)
