"""The outcome of every operation, stored for good, and the ways to find a repeat, a fake and a copied station."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select

from shared_models.sync.wire import OperationEnvelope, Outcome
from sync_server.features.sync.tables import RECEIPTS
from sync_server.foundation.caller import Caller


class Receipt(NamedTuple):
    """What was stored about one operation."""

    operation_id: str
    body_hash: bytes
    organisation_id: str
    person_id: str
    outcome: Outcome


class Settled(NamedTuple):
    """An operation with the outcome that is about to be stored."""

    envelope: OperationEnvelope
    outcome: Outcome


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


_BY_ID = select(
    RECEIPTS.c.operation_id,
    RECEIPTS.c.body_hash,
    RECEIPTS.c.organisation_id,
    RECEIPTS.c.person_id,
    RECEIPTS.c.outcome,
).where(RECEIPTS.c.operation_id.in_(bindparam("ids", expanding=True)))
_BY_SEQ = select(RECEIPTS.c.station_seq, RECEIPTS.c.operation_id).where(
    RECEIPTS.c.station_id == bindparam("station"), RECEIPTS.c.station_seq.in_(bindparam("numbers", expanding=True))
)


def find_receipts(connection: Connection, operation_ids: Iterable[str]) -> dict[str, Receipt]:
    """The receipts there are of these operations."""
    rows = connection.execute(_BY_ID, {"ids": sorted(set(operation_ids))})
    return {
        row.operation_id: Receipt(
            row.operation_id,
            bytes(row.body_hash),
            row.organisation_id,
            row.person_id,
            msgspec.json.decode(row.outcome, type=Outcome),
        )
        for row in rows
    }


def operations_of_numbers(connection: Connection, station_id: str, numbers: Sequence[int]) -> dict[int, str]:
    """Which operations of the station have these `station_seq`s already."""
    rows = connection.execute(_BY_SEQ, {"station": station_id, "numbers": list(numbers)})
    return {row.station_seq: row.operation_id for row in rows}


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


def store_receipts(
    connection: Connection, settled: Sequence[Settled], caller: Caller, *, drift_ms: int, now: datetime
) -> None:
    """Store the outcomes; all of them are final ones."""
    if not settled:
        return
    connection.execute(
        insert(RECEIPTS),
        [
            {
                "operation_id": envelope.id,
                "body_hash": body_hash(envelope),
                "name": envelope.name,
                "organisation_id": envelope.organisation_id,
                "person_id": caller.person_id,
                "station_id": caller.station_id,
                "station_seq": envelope.station_seq,
                "made_at": envelope.made_at,
                "drift_ms": drift_ms,
                "received_at": now,
                "result": outcome.result,
                "outcome": msgspec.json.encode(outcome).decode(),
            }
            for envelope, outcome in settled
        ],
    )
