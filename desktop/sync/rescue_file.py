"""Waiting operations as a readable file, and such a file brought in on another machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from desktop.cache.record_codec import instant_text
from desktop.cache.records import StationRecords
from desktop.sync.desk import Desk
from desktop.sync.outbox import COLUMNS, OutboxEntry, entry_of
from desktop.sync.rebase import reapply
from shared_models.kernel.errors import DomainError
from shared_models.sync.operation_codec import decode

FORMAT = "order-track-operations"
VERSION = 1


class RescuedOperation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation in the file, word for word as it was made."""

    id: str
    name: str
    version: int
    made_at: datetime
    organisation_id: str
    person_id: str
    lane: str
    after: list[str]
    payload: dict[str, Any]
    payload_text: str
    """The payload's own bytes: what the server compares."""


class RescueFile(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file. `seal` is the SHA-256 of all the rest: it shows damage and edits, not who wrote it."""

    format: str
    version: int = VERSION
    written_at: datetime
    server_url: str
    station_name: str
    note: str
    operations: list[RescuedOperation]
    seal: str


class _Start(msgspec.Struct, frozen=True, kw_only=True):
    """What every version of the file begins with."""

    format: str = ""
    version: int = 1


def export_waiting(desk: Desk, file: Path) -> int:
    """Write what waits, and what was refused and needs somebody, into `file`; returns how many operations.

    They stay in the outbox. The file is readable and leaves the protection of the encrypted profile.
    Raises `DomainError("file_not_writable")`.
    """
    count, content = rescue_content(desk)
    try:
        with file.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise DomainError("file_not_writable", f"{file.name} could not be written: {error.strerror}.") from error
    return count


def rescue_content(desk: Desk) -> tuple[int, bytes]:
    """The file of what is unsettled, and how many operations stand in it."""
    rows = desk.database.read().rows(
        f"SELECT {COLUMNS} FROM operations WHERE state = 'waiting' OR (state = 'refused' AND dealt_with_at IS NULL) "
        "ORDER BY place, row"
    )
    operations = [rescued(entry) for entry in map(entry_of, rows)]
    content = RescueFile(
        format=FORMAT,
        written_at=desk.clock.now(),
        server_url=desk.server_url,
        station_name=desk.station_name,
        note="Operations of Order-Track that had not reached the server. Bring them in with “import” on any station.",
        operations=operations,
        seal="",
    )
    content = msgspec.structs.replace(content, seal=_seal(content))
    return len(operations), msgspec.json.format(msgspec.json.encode(content), indent=2)


def rescued(entry: OutboxEntry) -> RescuedOperation:
    """An operation of an outbox, word for word."""
    return RescuedOperation(
        id=entry.id,
        name=entry.name,
        version=entry.version,
        made_at=entry.made_at,
        organisation_id=entry.organisation_id,
        person_id=entry.person_id,
        lane=entry.lane,
        after=list(entry.after),
        payload=msgspec.json.decode(entry.payload),
        payload_text=entry.payload,
    )


def import_waiting(desk: Desk, file: Path) -> tuple[int, int]:
    """Bring the operations of a rescue file in; returns how many are new here and how many were here already.

    Raises `DomainError`: `not_a_rescue_file`, `other_server`, `not_a_member`. Bringing a file in twice, or one that
    has reached the server meanwhile, changes nothing twice: the ids tell.
    """
    content = _read(file)
    if content.server_url.rstrip("/") != desk.server_url.rstrip("/"):
        raise DomainError("other_server", f"These operations belong to {content.server_url}.")
    mine = {card.organisation_id for card in desk.memberships}
    if any(operation.organisation_id not in mine for operation in content.operations):
        raise DomainError("not_a_member", "These operations are of an organisation that you do not work for.")
    for operation in content.operations:
        decode(operation.name, operation.version, operation.payload_text.encode())
    new = bring_in(desk, content.operations)
    return new, len(content.operations) - new


def bring_in(desk: Desk, operations: Sequence[RescuedOperation]) -> int:
    """Let these operations wait here, in their order; returns how many are new. Those with a known id are left out."""
    with desk.database.write() as records:
        new = sum(_insert(desk, records, operation) for operation in operations)
    reapply(desk.database, at=desk.clock.now())
    desk.outbox.read_again()
    return new


def _insert(desk: Desk, records: StationRecords, operation: RescuedOperation) -> bool:
    if records.connection.execute("SELECT 1 FROM operations WHERE id = ?", (operation.id,)).fetchone():
        return False
    row, seq, station_id = records.connection.execute(
        "SELECT coalesce(max(row), 0) + 1, "
        "coalesce((SELECT station_seq FROM operations WHERE station_id = ? ORDER BY row DESC LIMIT 1), 0) + 1, ? "
        "FROM operations",
        (desk.station_id, desk.station_id),
    ).fetchone()
    records.connection.execute(
        "INSERT INTO operations (row, id, station_seq, place, name, version, payload, made_at, organisation_id, "
        "person_id, station_id, lane, after_ids) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row,
            operation.id,
            seq,
            row,
            operation.name,
            operation.version,
            operation.payload_text,
            instant_text(operation.made_at),
            operation.organisation_id,
            desk.person_id,
            station_id,
            operation.lane,
            msgspec.json.encode(operation.after).decode(),
        ),
    )
    return True


def _read(file: Path) -> RescueFile:
    try:
        data = file.read_bytes()
        _require_known_version(file, data)
        content = msgspec.json.decode(data, type=RescueFile)
    except OSError as error:
        raise DomainError("not_a_rescue_file", f"{file.name} could not be read: {error.strerror}.") from error
    except msgspec.MsgspecError:
        raise DomainError("not_a_rescue_file", f"{file.name} does not hold operations of Order-Track.") from None
    if content.format != FORMAT or content.seal != _seal(content):
        raise DomainError(
            "not_a_rescue_file", f"{file.name} was changed or damaged since it was written. Nothing was brought in."
        )
    return content


def _require_known_version(file: Path, data: bytes) -> None:
    """A file of a newer program may have fields that this one would drop unseen, the seal with them."""
    start = msgspec.json.decode(data, type=_Start)
    if start.format == FORMAT and start.version > VERSION:
        raise DomainError(
            "newer_file",
            f"{file.name} was written by a newer Order-Track. Update this program first; nothing was brought in.",
        )


def _seal(content: RescueFile) -> str:
    return sha256(msgspec.json.encode(msgspec.structs.replace(content, seal=""), order="sorted")).hexdigest()
