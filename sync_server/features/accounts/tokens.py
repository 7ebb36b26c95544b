"""Opaque tokens, one a station and person: issued, recognised, renewed, ended. Only their SHA-256 is stored."""

import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection, Dialect, bindparam, insert, select, update

from shared_models.accounts.records import Person
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from sync_server.features.accounts.tables import STATION_TOKENS, STATIONS
from sync_server.features.sync.account_changes import note_account_change
from sync_server.features.sync.permissions import memberships_of, reach_of
from sync_server.features.sync.tables import RECORD_TABLES
from sync_server.foundation.caller import Caller, NotSignedIn
from sync_server.foundation.driver_sql import Ready, instant, instant_or_none, ready, rows_of

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


def issue_token(
    connection: Connection,
    *,
    station_id: str,
    person_id: str,
    now: datetime,
    proposed: str = "",
    valid_for: timedelta = VALID_FOR,
) -> IssuedToken:
    """A new token for the person at the station: the one that the station proposed, where that is fit to be one.

    Raises `DomainError("malformed")` for a proposal that is too short, too long or taken.
    """
    token = _fit(connection, proposed) if proposed else secrets.token_urlsafe(32)
    expires_at = now + valid_for
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


class HeldToken(NamedTuple):
    """A token as it is stored, with what must be known of its station and person."""

    id: str
    station_id: str
    person_id: str
    expires_at: datetime
    replaced_at: datetime | None
    ended_at: datetime | None
    revoked_at: datetime | None
    person_name: str


@lru_cache
def _by_hash(dialect: Dialect) -> Ready:
    people = RECORD_TABLES[Person]
    return ready(
        select(
            STATION_TOKENS.c.id,
            STATION_TOKENS.c.station_id,
            STATION_TOKENS.c.person_id,
            STATION_TOKENS.c.expires_at,
            STATION_TOKENS.c.replaced_at,
            STATION_TOKENS.c.ended_at,
            STATIONS.c.revoked_at,
            people.c.name,
        )
        .join(STATIONS, STATIONS.c.id == STATION_TOKENS.c.station_id)
        .outerjoin(people, people.c.id == STATION_TOKENS.c.person_id)
        .where(STATION_TOKENS.c.token_hash == bindparam("hash", type_=STATION_TOKENS.c.token_hash.type)),
        dialect,
    )


def find_token(connection: Connection, token: str) -> HeldToken | None:
    """The token as it is stored; None when it never was."""
    rows = rows_of(connection, _by_hash(connection.dialect), (_hash(token),))
    for token_id, station_id, person_id, expires_at, replaced_at, ended_at, revoked_at, person_name in rows:
        return HeldToken(
            id=token_id,
            station_id=station_id,
            person_id=person_id,
            expires_at=instant(expires_at),
            replaced_at=instant_or_none(replaced_at),
            ended_at=instant_or_none(ended_at),
            revoked_at=instant_or_none(revoked_at),
            person_name=person_name or "",
        )
    return None


def require_holds(row: HeldToken | None, now: datetime) -> HeldToken:
    """The token, when it holds. Raises `NotSignedIn`; a revoked station is told so (410)."""
    if row is None:
        raise NotSignedIn("token_unknown", "Sign in again; what waits on this station is kept.")
    if row.revoked_at is not None:
        raise NotSignedIn("station_revoked", "This station was shut out by the operator of the server.", revoked=True)
    if row.ended_at is not None or now >= row.expires_at:
        raise NotSignedIn("token_expired", "Sign in again; what waits on this station is kept.")
    if row.replaced_at is not None and now >= row.replaced_at + GRACE:
        raise NotSignedIn("token_reused", "This sign-in was renewed elsewhere. Sign in again; what waits is kept.")
    return row


def caller_with(connection: Connection, held: HeldToken) -> Caller:
    """The person at the station, with what the person is and may see right now."""
    memberships = memberships_of(connection, held.person_id)
    return Caller(
        person_id=held.person_id,
        person_name=held.person_name,
        station_id=held.station_id,
        token_id=held.id,
        memberships=memberships,
        reach=reach_of(connection, held.person_id, memberships),
    )


def _fit(connection: Connection, proposed: str) -> str:
    taken = select(STATION_TOKENS.c.id).where(STATION_TOKENS.c.token_hash == _hash(proposed))
    if not 43 <= len(proposed) <= 128 or connection.execute(taken).first() is not None:
        raise DomainError("malformed", "This token cannot be taken; let the server choose one.")
    return proposed


def renew_token(connection: Connection, caller: Caller, now: datetime, proposed: str = "") -> IssuedToken:
    """A new token in place of the caller's, which holds for two minutes more.

    A station that proposes the next token and keeps it first is not shut out when the answer is lost for longer.
    """
    note_account_change(connection)
    connection.execute(
        update(STATION_TOKENS)
        .where(STATION_TOKENS.c.id == caller.token_id, STATION_TOKENS.c.replaced_at.is_(None))
        .values(replaced_at=now)
    )
    return issue_token(connection, station_id=caller.station_id, person_id=caller.person_id, now=now, proposed=proposed)


def end_token(connection: Connection, token_id: str, now: datetime) -> None:
    """The token holds no longer."""
    note_account_change(connection)
    connection.execute(update(STATION_TOKENS).where(STATION_TOKENS.c.id == token_id).values(ended_at=now))


def end_all_of_station(connection: Connection, token: str, now: datetime) -> None:
    """Somebody used a token that was renewed long ago: it was copied, so every token of its station ends."""
    note_account_change(connection)
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
    note_account_change(connection)
    connection.execute(
        update(STATION_TOKENS)
        .where(STATION_TOKENS.c.person_id == person_id, STATION_TOKENS.c.ended_at.is_(None))
        .values(ended_at=now)
    )
