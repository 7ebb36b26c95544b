"""The stations that people sign in at: registered, last seen, revoked."""

import threading
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, insert, select, update

from shared_models.accounts.records import Membership, Person
from shared_models.kernel.ids import new_id
from sync_server.features.accounts.tables import STATION_TOKENS, STATIONS
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.database import Database

SEEN_EVERY = timedelta(minutes=1)
LONGEST_NAME = 120
BROWSER = "Browser"


class StationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One station as the operator sees it."""

    id: str
    name: str
    people: list[str]
    registered_at: datetime
    last_seen_at: datetime
    revoked_at: datetime | None
    order: str
    """What a revoked station must do: `wipe` or `sign_in`, and whether what waits there is taken."""
    farewell_at: datetime | None
    """When it reported that this was done."""


def register_station(connection: Connection, *, station_id: str, name: str, person_id: str, now: datetime) -> str:
    """The id under which the station goes on: its own when it is known, of the same house and not revoked, else new."""
    known = connection.execute(select(STATIONS).where(STATIONS.c.id == station_id)).first() if station_id else None
    name = name.strip()[:LONGEST_NAME] or "station"
    if known is not None and known.revoked_at is None and _colleagues(connection, known.registered_by, person_id):
        connection.execute(update(STATIONS).where(STATIONS.c.id == station_id).values(last_seen_at=now, name=name))
        return station_id
    new = new_id()
    connection.execute(
        insert(STATIONS).values(id=new, name=name, registered_by=person_id, registered_at=now, last_seen_at=now)
    )
    return new


def browser_of(connection: Connection, person_id: str, now: datetime) -> str:
    """The station that stands for all browsers in which the person signs in: one more when it was shut out."""
    mine = (STATIONS.c.registered_by == person_id) & (STATIONS.c.name == BROWSER) & STATIONS.c.revoked_at.is_(None)
    known: str | None = connection.execute(select(STATIONS.c.id).where(mine).order_by(STATIONS.c.id)).scalar()
    return register_station(connection, station_id=known or "", name=BROWSER, person_id=person_id, now=now)


def name_of_station(connection: Connection, station_id: str) -> str:
    """As its people call it; empty for one that is not there."""
    return connection.execute(select(STATIONS.c.name).where(STATIONS.c.id == station_id)).scalar() or ""


def _colleagues(connection: Connection, one: str, other: str) -> bool:
    """Whether they are the same person or work for one organisation: nobody takes over a stranger's station."""
    records = ServerRecords(connection)
    houses = [{member.organisation_id for member in records.find(Membership, person_id=who)} for who in (one, other)]
    return one == other or bool(houses[0] & houses[1])


def list_stations(connection: Connection) -> list[StationRow]:
    """All stations with the people who signed in there, last seen first."""
    people = {person.id: person.name for person in ServerRecords(connection).find(Person)}
    users: dict[str, set[str]] = {}
    for station_id, person_id in connection.execute(
        select(STATION_TOKENS.c.station_id, STATION_TOKENS.c.person_id).distinct()
    ):
        users.setdefault(station_id, set()).add(people.get(person_id, ""))
    return [
        StationRow(
            id=row.id,
            name=row.name,
            people=sorted(users.get(row.id, ())),
            registered_at=row.registered_at,
            last_seen_at=row.last_seen_at,
            revoked_at=row.revoked_at,
            order=f"{row.revoked_order or 'wipe'}, {row.revoked_waiting or 'accept'}" if row.revoked_at else "",
            farewell_at=row.farewell_at,
        )
        for row in connection.execute(select(STATIONS).order_by(STATIONS.c.last_seen_at.desc(), STATIONS.c.id))
    ]


class LastSeen:
    """Remembers when stations were last seen, written at most once a minute each."""

    def __init__(self, database: Database) -> None:
        """Nothing seen yet."""
        self._database = database
        self._lock = threading.Lock()
        self._written: dict[str, datetime] = {}

    def is_due(self, station_id: str, now: datetime) -> bool:
        """Whether a call of the station is worth writing down."""
        written = self._written.get(station_id)
        return written is None or now - written >= SEEN_EVERY

    def saw(self, station_id: str, now: datetime) -> None:
        """The station called just now."""
        with self._lock:
            if now - self._written.get(station_id, now - SEEN_EVERY) < SEEN_EVERY:
                return
            self._written[station_id] = now

        def unit(connection: Connection) -> None:
            connection.execute(update(STATIONS).where(STATIONS.c.id == station_id).values(last_seen_at=now))

        self._database.write_unit(unit)
