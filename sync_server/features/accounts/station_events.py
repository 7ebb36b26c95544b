"""The audit trail of stations: what happened to each, when, and by whom."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select

from shared_models.kernel.ids import new_id
from sync_server.features.accounts.tables import STATION_EVENTS


class StationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a station."""

    at: datetime
    station_id: str
    event: str
    who: str
    detail: str


def note_event(
    connection: Connection, station_id: str, event: str, now: datetime, *, who: str = "", detail: str = ""
) -> None:
    """Write it down, in the transaction of what happened."""
    connection.execute(
        insert(STATION_EVENTS).values(id=new_id(), station_id=station_id, at=now, event=event, who=who, detail=detail)
    )


def list_events(connection: Connection, station_id: str = "") -> list[StationEvent]:
    """Of one station or of all, newest first."""
    query = select(STATION_EVENTS).order_by(STATION_EVENTS.c.at.desc(), STATION_EVENTS.c.id.desc())
    if station_id:
        query = query.where(STATION_EVENTS.c.station_id == station_id)
    return [
        StationEvent(at=row.at, station_id=row.station_id, event=row.event, who=row.who, detail=row.detail)
        for row in connection.execute(query)
    ]
