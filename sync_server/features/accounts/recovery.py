"""A way back into a station whose password is lost: its wrapped key, given out once against a short-lived code.

The server alone cannot read a station's file with what it keeps, and a stolen disk alone cannot either; whoever has
both, the operator with the disk in hand, can (docs/decisions/0013-keys-at-rest.md).
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, select, update

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from shared_models.sync.wire import RecoveryCode, RecoveryDeposit, RecoveryRequest
from sync_server.features.accounts.station_events import note_event
from sync_server.features.accounts.tables import RECOVERY_CODES, RECOVERY_DEPOSITS, STATIONS
from sync_server.foundation.caller import Caller

CODE_HOLDS = timedelta(minutes=30)
MOST_WRONG = 5
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is read as something else."""
_CODE_LENGTH = 12
_LONGEST_FIELD = 200


def keep_deposit(connection: Connection, deposit: RecoveryDeposit, caller: Caller, now: datetime) -> None:
    """Keep a station's wrapped key in the place of the former one. Raises `DomainError("malformed")`."""
    if not all(0 < len(one) <= _LONGEST_FIELD for one in (deposit.file_id, deposit.key_id, deposit.wrapped)):
        raise DomainError("malformed", "This is no wrapped key.")
    known = connection.execute(
        select(RECOVERY_DEPOSITS.c.station_id).where(RECOVERY_DEPOSITS.c.file_id == deposit.file_id)
    ).scalar()
    if known not in (None, caller.station_id):
        # A copied station, or a profile that registered anew: the file is the same, the newest station counts.
        note_event(connection, caller.station_id, "key_taken_over", now, who=caller.person_name, detail=f"from {known}")
    connection.execute(delete(RECOVERY_DEPOSITS).where(RECOVERY_DEPOSITS.c.file_id == deposit.file_id))
    connection.execute(
        insert(RECOVERY_DEPOSITS).values(
            file_id=deposit.file_id,
            station_id=caller.station_id,
            key_id=deposit.key_id,
            wrapped=deposit.wrapped,
            deposited_at=now,
        )
    )
    note_event(connection, caller.station_id, "key_deposited", now, who=caller.person_name)


def issue_code(connection: Connection, station_id: str, now: datetime, *, who: str) -> RecoveryCode:
    """A new code for the station; an earlier one ends. Raises `DomainError`: `not_found`, `no_deposit`, `revoked`."""
    station = connection.execute(select(STATIONS).where(STATIONS.c.id == station_id)).first()
    if station is None:
        raise DomainError("not_found", "There is no such station here.", id=station_id)
    if station.revoked_at is not None:
        raise DomainError("revoked", f"{station.name} was shut out; it is not opened again.")
    deposit = select(RECOVERY_DEPOSITS.c.file_id).where(RECOVERY_DEPOSITS.c.station_id == station_id)
    if connection.execute(deposit).first() is None:
        raise DomainError("no_deposit", f"{station.name} has left no key here, so no code can open it.")
    _end_codes(connection, station_id, now)
    code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    expires_at = now + CODE_HOLDS
    connection.execute(
        insert(RECOVERY_CODES).values(
            id=new_id(),
            station_id=station_id,
            code_hash=_hash(station_id, code),
            issued_at=now,
            expires_at=expires_at,
            wrong=0,
        )
    )
    note_event(connection, station_id, "code_issued", now, who=who)
    return RecoveryCode(code="-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4)), expires_at=expires_at)


def redeem(connection: Connection, request: RecoveryRequest, now: datetime) -> RecoveryDeposit | None:
    """The wrapped key for a code that fits, once; None for one that does not, and every try is noted."""
    kept = connection.execute(
        select(RECOVERY_DEPOSITS, STATIONS.c.revoked_at)
        .join(STATIONS, STATIONS.c.id == RECOVERY_DEPOSITS.c.station_id)
        .where(RECOVERY_DEPOSITS.c.file_id == request.file_id.replace("\0", ""))
    ).first()
    if kept is None or kept.revoked_at is not None:
        return None
    code = connection.execute(
        select(RECOVERY_CODES).where(
            RECOVERY_CODES.c.station_id == kept.station_id,
            RECOVERY_CODES.c.ended_at.is_(None),
            RECOVERY_CODES.c.expires_at > now,
        )
    ).first()
    if code is None:
        note_event(connection, kept.station_id, "code_refused", now, detail="no code holds")
        return None
    typed = "".join(sign for sign in request.code.upper() if sign in _LETTERS)
    if not secrets.compare_digest(code.code_hash, _hash(kept.station_id, typed)):
        wrong = code.wrong + 1
        ended = {"ended_at": now} if wrong >= MOST_WRONG else {}
        connection.execute(update(RECOVERY_CODES).where(RECOVERY_CODES.c.id == code.id).values(wrong=wrong, **ended))
        note_event(connection, kept.station_id, "code_refused", now, detail=f"wrong for the {wrong}. time")
        return None
    _end_codes(connection, kept.station_id, now)
    note_event(connection, kept.station_id, "code_used", now)
    return RecoveryDeposit(file_id=kept.file_id, key_id=kept.key_id, wrapped=kept.wrapped)


def _end_codes(connection: Connection, station_id: str, now: datetime) -> None:
    connection.execute(
        update(RECOVERY_CODES)
        .where(RECOVERY_CODES.c.station_id == station_id, RECOVERY_CODES.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def _hash(station_id: str, code: str) -> bytes:
    return sha256(f"{station_id}:{code}".encode()).digest()
