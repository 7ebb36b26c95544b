"""Shutting a station out: the operator's order, the right to send what waited there, and the station's last word.

A revoked station is answered with 410 by every route. It then asks for its order, sends what the order takes with a
right that is good for nothing else, wipes itself and says so.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from shared_models.accounts.records import Person
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from shared_models.sync.wire import FarewellReport, RevocationKind, RevocationOrder, WaitingRule
from sync_server.features.accounts.late_work import tell_of_late_work
from sync_server.features.accounts.station_events import note_event
from sync_server.features.accounts.tables import RESCUED_OPERATIONS, STATION_TOKENS, STATIONS, UPLOAD_RIGHTS
from sync_server.features.sync.account_changes import note_account_change
from sync_server.features.sync.history import history_id
from sync_server.features.sync.permissions import memberships_of
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller, NotSignedIn

RIGHT_HOLDS = timedelta(hours=1)
WHO_OPERATOR = "operator"


def revoke_station(
    connection: Connection,
    station_id: str,
    now: datetime,
    *,
    order: RevocationKind = "wipe",
    waiting: WaitingRule = "accept",
) -> str:
    """Shut the station out at once; gives its name. A later call changes the order of one that has not answered.

    Raises `DomainError("not_found")`.
    """
    row = connection.execute(select(STATIONS).where(STATIONS.c.id == station_id)).first()
    if row is None:
        raise DomainError("not_found", "There is no such station here.", id=station_id)
    note_account_change(connection)
    connection.execute(
        update(STATIONS)
        .where(STATIONS.c.id == station_id)
        .values(revoked_at=row.revoked_at or now, revoked_order=order, revoked_waiting=waiting)
    )
    note_event(connection, station_id, "revoked", now, who=WHO_OPERATOR, detail=f"{order}, {waiting} what waits")
    return str(row.name)


def take_order(connection: Connection, token: str, now: datetime) -> RevocationOrder:
    """The order for the revoked station that holds this token, however old it is, with a fresh right to send.

    Raises `NotSignedIn` when no revoked station has it.
    """
    row = connection.execute(
        select(STATIONS, STATION_TOKENS.c.person_id)
        .join(STATION_TOKENS, STATION_TOKENS.c.station_id == STATIONS.c.id)
        .where(STATION_TOKENS.c.token_hash == _hash(token))
    ).first()
    if row is None or row.revoked_at is None:
        raise NotSignedIn("token_unknown", "Sign in again; what waits on this station is kept.")
    order, waiting = _order_of(row)
    right = ""
    if order == "wipe" and waiting == "accept" and row.farewell_at is None:
        right = secrets.token_urlsafe(32)
        connection.execute(
            insert(UPLOAD_RIGHTS).values(
                right_hash=_hash(right), station_id=row.id, person_id=row.person_id, expires_at=now + RIGHT_HOLDS
            )
        )
    note_event(connection, row.id, "order_taken", now, detail=f"{order}, {waiting} what waits")
    return RevocationOrder(order=order, waiting=waiting, upload_right=right, history_id=history_id(connection))


def holder_of_right(connection: Connection, right: str, now: datetime) -> Caller:
    """Who may send operations with this right. Raises `NotSignedIn`."""
    row = connection.execute(select(UPLOAD_RIGHTS).where(UPLOAD_RIGHTS.c.right_hash == _hash(right))).first()
    if row is None or now >= row.expires_at:
        raise NotSignedIn("token_unknown", "Sign in again; what waits on this station is kept.")
    person = ServerRecords(connection).need(Person, row.person_id)
    return Caller(
        person_id=person.id,
        person_name=person.name,
        station_id=row.station_id,
        token_id="",
        memberships=memberships_of(connection, person.id),
        shut_out=True,
    )


def keep_rescued(connection: Connection, right: str, content: str, now: datetime) -> None:
    """Keep what could not be settled, for the operator to hand to another station. Raises `NotSignedIn`."""
    holder = holder_of_right(connection, right, now)
    connection.execute(
        insert(RESCUED_OPERATIONS).values(
            id=new_id(), station_id=holder.station_id, person_id=holder.person_id, received_at=now, content=content
        )
    )
    note_event(connection, holder.station_id, "rest_kept", now, who=holder.person_name)


def rescued_of(connection: Connection, station_id: str) -> str:
    """The newest file that a station left. Raises `DomainError("not_found")`."""
    kept: str | None = connection.execute(
        select(RESCUED_OPERATIONS.c.content)
        .where(RESCUED_OPERATIONS.c.station_id == station_id)
        .order_by(RESCUED_OPERATIONS.c.received_at.desc())
    ).scalar()
    if kept is None:
        raise DomainError("not_found", "This station left no operations here.", id=station_id)
    return kept


def say_farewell(connection: Connection, token: str, report: FarewellReport, now: datetime) -> None:
    """The order was carried out: no right of the station holds any longer. Raises `NotSignedIn`."""
    row = connection.execute(
        select(STATIONS, STATION_TOKENS.c.person_id)
        .join(STATION_TOKENS, STATION_TOKENS.c.station_id == STATIONS.c.id)
        .where(STATION_TOKENS.c.token_hash == _hash(token), STATIONS.c.revoked_at.is_not(None))
    ).first()
    if row is None:
        raise NotSignedIn("token_unknown", "Sign in again; what waits on this station is kept.")
    connection.execute(delete(UPLOAD_RIGHTS).where(UPLOAD_RIGHTS.c.station_id == row.id))
    connection.execute(update(STATIONS).where(STATIONS.c.id == row.id).values(farewell_at=now))
    tell_of_late_work(connection, row.id, row.person_id, now, left=report.left)
    said = f"{report.sent} sent, {report.kept} kept as a file, {report.dropped} dropped"
    note_event(connection, row.id, "wiped" if _order_of(row)[0] == "wipe" else "signed_out", now, detail=said)


def _order_of(row: Any) -> tuple[RevocationKind, WaitingRule]:
    """As the operator said it; a station that was revoked before there was a choice is wiped and sends what waits."""
    order: RevocationKind = "sign_in" if row.revoked_order == "sign_in" else "wipe"
    waiting: WaitingRule = "discard" if row.revoked_waiting == "discard" else "accept"
    return order, waiting


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
