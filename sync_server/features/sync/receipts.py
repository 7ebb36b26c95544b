"""The outcome of every operation, stored for good, and the ways to find a repeat, a fake and a copied station."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Dialect, bindparam, func, insert, select

from shared_models.sync.wire import OperationEnvelope, Outcome
from sync_server.features.sync.tables import AFTER_REVOCATION, RECEIPTS
from sync_server.foundation.bulk import bulk_insert, bytes_value, run_bulk_of_tuples
from sync_server.foundation.caller import Caller
from sync_server.foundation.driver_sql import Ready, among, each_of, instant_value, listed, ready, rows_of

_COLUMNS = (
    "operation_id",
    "body_hash",
    "name",
    "organisation_id",
    "person_id",
    "station_id",
    "station_seq",
    "made_at",
    "drift_ms",
    "received_at",
    "result",
    "outcome",
)


class Receipt(NamedTuple):
    """What was stored about one operation."""

    operation_id: str
    body_hash: bytes
    organisation_id: str
    person_id: str
    outcome: Outcome


class Settled(NamedTuple):
    """An operation with the outcome that is about to be stored, and who sent it."""

    envelope: OperationEnvelope
    said: bytes
    outcome: Outcome
    caller: Caller
    drift_ms: int


def body_hash(envelope: OperationEnvelope) -> bytes:
    """What makes a repeat a repeat: all that the operation says, but not how it travels.

    Station number, lane and `after` are left out, because a station that had to register anew sends its waiting
    operations again under other numbers.
    """
    said = (
        envelope.id,
        envelope.name,
        envelope.version,
        envelope.payload,
        envelope.made_at,
        envelope.organisation_id,
    )
    return sha256(msgspec.json.encode(said)).digest()


@lru_cache
def _by_ids(dialect: Dialect) -> Ready:
    columns = (RECEIPTS.c[name] for name in ("operation_id", "body_hash", "organisation_id", "person_id", "outcome"))
    wanted = among(RECEIPTS.c.operation_id, "wanted", dialect)
    return ready(select(*columns).where(wanted), dialect)


@lru_cache
def _by_numbers(dialect: Dialect) -> Ready:
    wanted = among(RECEIPTS.c.station_seq, "wanted", dialect)
    own = RECEIPTS.c.station_id == bindparam("station", type_=RECEIPTS.c.station_id.type)
    return ready(select(RECEIPTS.c.station_seq, RECEIPTS.c.operation_id).where(own, wanted), dialect)


@lru_cache
def _newest(dialect: Dialect) -> Ready:
    station = each_of("wanted", dialect)
    # A question a station: grouping would read all that each has ever sent.
    newest = select(func.max(RECEIPTS.c.station_seq)).where(RECEIPTS.c.station_id == station).scalar_subquery()
    return ready(select(station, newest), dialect)


def find_receipts(connection: Connection, operation_ids: Iterable[str]) -> dict[str, Receipt]:
    """The receipts there are of these operations."""
    # A NUL is in no id, and a driver would not take it.
    ids = sorted({one for one in operation_ids if "\0" not in one})
    if not ids:
        return {}
    dialect = connection.dialect
    return {
        operation_id: Receipt(
            operation_id, bytes(said), organisation_id, person_id, msgspec.json.decode(outcome, type=Outcome)
        )
        for operation_id, said, organisation_id, person_id, outcome in rows_of(
            connection, _by_ids(dialect), (listed(ids, dialect),)
        )
    }


def operations_of_numbers(connection: Connection, station_id: str, numbers: Sequence[int]) -> dict[int, str]:
    """Which operations of the station have these `station_seq`s already."""
    dialect = connection.dialect
    return dict(rows_of(connection, _by_numbers(dialect), (station_id, listed(numbers, dialect))))


def newest_numbers(connection: Connection, station_ids: Iterable[str]) -> dict[str, int]:
    """The highest `station_seq` that each station has used; one that has used none is left out."""
    dialect = connection.dialect
    rows = rows_of(connection, _newest(dialect), (listed(sorted(station_ids), dialect),))
    return {station_id: newest for station_id, newest in rows if newest is not None}


def next_number(connection: Connection, station_id: str) -> int:
    """The next free `station_seq` of a station that does not count itself, such as a distributor's own system."""
    newest = select(func.max(RECEIPTS.c.station_seq)).where(RECEIPTS.c.station_id == station_id)
    return (connection.execute(newest).scalar() or 0) + 1


def made_at_of(connection: Connection, operation_id: str) -> datetime | None:
    """When a settled operation was made; None when there is no such receipt."""
    found: datetime | None = connection.execute(
        select(RECEIPTS.c.made_at).where(RECEIPTS.c.operation_id == operation_id)
    ).scalar()
    return found


def store_receipts(connection: Connection, settled: Sequence[Settled], *, now: datetime) -> None:
    """Store the outcomes; all of them are final ones."""
    if not settled:
        return
    dialect = connection.dialect
    received_at = instant_value(now, dialect)
    rows = [
        (
            envelope.id,
            bytes_value(said, dialect),
            envelope.name,
            envelope.organisation_id,
            caller.person_id,
            caller.station_id,
            envelope.station_seq,
            instant_value(envelope.made_at, dialect),
            drift_ms,
            received_at,
            outcome.result,
            msgspec.json.encode(outcome).decode(),
        )
        for envelope, said, outcome, caller, drift_ms in settled
    ]
    run_bulk_of_tuples(connection, bulk_insert(RECEIPTS, dialect), _COLUMNS, rows)


def mark_after_revocation(connection: Connection, outcomes: Sequence[Outcome], caller: Caller, now: datetime) -> None:
    """Note beside their receipts that these came from a station that had been shut out; repeats are noted once."""
    settled = {outcome.operation_id for outcome in outcomes if outcome.result != "retry"}
    known = set(
        connection.execute(
            select(AFTER_REVOCATION.c.operation_id).where(AFTER_REVOCATION.c.operation_id.in_(settled))
        ).scalars()
    )
    rows = [
        {"operation_id": one, "station_id": caller.station_id, "received_at": now} for one in sorted(settled - known)
    ]
    if rows:
        connection.execute(insert(AFTER_REVOCATION), rows)
