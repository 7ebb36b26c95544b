"""Opaque tokens, one a station and person: issued, recognised, renewed, ended. Only their SHA-256 is stored."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from shared_models.accounts.records import Person
from shared_models.kernel.ids import new_id
from sync_server.features.accounts.tables import STATION_TOKENS, STATIONS
from sync_server.features.sync.permissions import memberships_of
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller, NotSignedIn

VALID_FOR = timedelta(days=90)
"""Longer than a station may work offline."""
GRACE = timedelta(seconds=120)
"""How long a renewed token still holds: the answer with the new one may have been lost."""


class IssuedToken(NamedTuple):
    """A token in clear, once."""

    token: str
    expires_at: datetime


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def issue_token(connection: Connection, *, station_id: str, person_id: str, now: datetime) -> IssuedToken:
    """A new token for the person at the station."""
    token = secrets.token_urlsafe(32)
    expires_at = now + VALID_FOR
    connection.execute(
        insert(STATION_TOKENS).values(
            id=new_id(),
            token_hash=_hash(token),
            station_id=station_id,
            person_id=person_id,
            issued_at=now,
            expires_at=expires_at,
        )
    )
    return IssuedToken(token, expires_at)


_BY_HASH = (
    select(
        STATION_TOKENS.c.id,
        STATION_TOKENS.c.station_id,
        STATION_TOKENS.c.person_id,
        STATION_TOKENS.c.expires_at,
        STATION_TOKENS.c.replaced_at,
        STATION_TOKENS.c.ended_at,
        STATIONS.c.revoked_at,
    )
    .join(STATIONS, STATIONS.c.id == STATION_TOKENS.c.station_id)
    .where(STATION_TOKENS.c.token_hash == bindparam("hash"))
)


def caller_of(connection: Connection, token: str, now: datetime) -> Caller:
    """Who holds the token. Raises `NotSignedIn`; a revoked station is told so (410)."""
    row = connection.execute(_BY_HASH, {"hash": _hash(token)}).first()
    if row is None:
        raise NotSignedIn("token_unknown", "Sign in again; what waits on this station is kept.")
    if row.revoked_at is not None:
        raise NotSignedIn("station_revoked", "This station was shut out by the operator of the server.", revoked=True)
    if row.ended_at is not None or now >= row.expires_at:
        raise NotSignedIn("token_expired", "Sign in again; what waits on this station is kept.")
    if row.replaced_at is not None and now >= row.replaced_at + GRACE:
        raise NotSignedIn("token_reused", "This sign-in was renewed elsewhere. Sign in again; what waits is kept.")
    person = ServerRecords(connection).get(Person, row.person_id)
    return Caller(
        person_id=row.person_id,
        person_name=person.name if person else "",
        station_id=row.station_id,
        token_id=row.id,
        memberships=memberships_of(connection, row.person_id),
    )


def renew_token(connection: Connection, caller: Caller, now: datetime) -> IssuedToken:
    """A new token in place of the caller's, which holds for two minutes more."""
    connection.execute(
        update(STATION_TOKENS)
        .where(STATION_TOKENS.c.id == caller.token_id, STATION_TOKENS.c.replaced_at.is_(None))
        .values(replaced_at=now)
    )
    return issue_token(connection, station_id=caller.station_id, person_id=caller.person_id, now=now)


def end_token(connection: Connection, token_id: str, now: datetime) -> None:
    """The token holds no longer."""
    connection.execute(update(STATION_TOKENS).where(STATION_TOKENS.c.id == token_id).values(ended_at=now))


def end_all_of_station(connection: Connection, token: str, now: datetime) -> None:
    """Somebody used a token that was renewed long ago: it was copied, so every token of its station ends."""
    station_id = connection.execute(
        select(STATION_TOKENS.c.station_id).where(STATION_TOKENS.c.token_hash == _hash(token))
    ).scalar()
    connection.execute(
        update(STATION_TOKENS)
        .where(STATION_TOKENS.c.station_id == station_id, STATION_TOKENS.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all_of_person(connection: Connection, person_id: str, now: datetime) -> None:
    """After a new password: the person signs in anew everywhere."""
    connection.execute(
        update(STATION_TOKENS)
        .where(STATION_TOKENS.c.person_id == person_id, STATION_TOKENS.c.ended_at.is_(None))
        .values(ended_at=now)
    )
