"""Waiting operations as a readable, signed file, and such a file brought in on another machine.

The station signs with its own key, and the server's certificate in the file says whose key that is. So a file is
believed where there is no network, and nobody can slip in work in the name of a house that is not theirs.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from desktop.cache.record_codec import instant_text
from desktop.cache.records import StationRecords
from desktop.sync.desk import Desk
from desktop.sync.origins import keep_origin, origins
from desktop.sync.outbox import COLUMNS, OutboxEntry, entry_of
from desktop.sync.rebase import reapply
from desktop.sync.signature import certificate_of, public_key_of_station, server_key_of, signing_key_of
from shared_models.accounts.records import Membership
from shared_models.kernel.errors import DomainError
from shared_models.sync.certificates import StationCertificate, holds, read_certificate, sign_operations
from shared_models.sync.operation_codec import decode

FORMAT = "order-track-operations"
VERSION = 3
"""2 had no `brought_from`; 1 was not signed."""
_FIRST_SIGNED = 2


class RescuedOperation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    brought_from: str = ""
    """The station at which it was made, when a file brought it to the one that wrote this file."""


class RescueFile(msgspec.Struct, frozen=True, kw_only=True):
    """The whole file. `signature` is the station's, over all the rest; empty when the station has no key yet."""

    format: str
    version: int = VERSION
    written_at: datetime
    server_url: str
    station_name: str
    note: str
    operations: list[RescuedOperation]
    certificate: str
    """The server's word for the station's key; empty when it gave none."""
    signature: str


class _Start(msgspec.Struct, frozen=True, kw_only=True):
    """What every version of the file begins with."""

    format: str = ""
    version: int = 1


class BroughtIn(NamedTuple):
    """What became of a file: how many operations were new here, how many were here already, and who wrote it."""

    new: int
    known: int
    writer: str


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
    brought = origins(desk.database.read())
    operations = [rescued(entry, brought.get(entry.id, "")) for entry in map(entry_of, rows)]
    content = RescueFile(
        format=FORMAT,
        written_at=desk.clock.now(),
        server_url=desk.server_url,
        station_name=desk.station_name,
        note="Operations of Order-Track that had not reached the server. Bring them in with “import” on any station.",
        operations=operations,
        certificate=certificate_of(desk.database),
        signature="",
    )
    if key := signing_key_of(desk.database):
        content = msgspec.structs.replace(content, signature=sign_operations(_signed_part(content), key))
    return len(operations), msgspec.json.format(msgspec.json.encode(content), indent=2)


def rescued(entry: OutboxEntry, brought_from: str = "") -> RescuedOperation:
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
        brought_from=brought_from,
    )


def import_waiting(desk: Desk, file: Path) -> BroughtIn:
    """Bring the operations of a rescue file in.

    Whoever works for the houses whose operations they are may do so, if the station that wrote the file belongs to
    the same server and its person worked for them too. Raises `DomainError`: `not_a_rescue_file`, `newer_file`,
    `not_signed`, `other_server`, `not_a_member`, `foreign_writer`. Bringing a file in twice, or one that has reached
    the server meanwhile, changes nothing twice: the ids tell.
    """
    content = _read(file)
    writer = _writer_of(desk, file, content)
    houses = {operation.organisation_id for operation in content.operations}
    if not houses <= {card.organisation_id for card in desk.memberships}:
        raise DomainError(
            "not_a_member", "These operations are of an organisation that you do not work for. Nothing was brought in."
        )
    if writer is not None and not houses <= _houses_of(desk, writer):
        raise DomainError(
            "foreign_writer",
            f"{file.name} was written by {writer.person_name} at {writer.station_name}, who does not work for the "
            "organisation whose operations are in it. Nothing was brought in.",
        )
    for operation in content.operations:
        decode(operation.name, operation.version, operation.payload_text.encode())
    made_at = writer.station_id if writer is not None else ""
    new = bring_in(desk, content.operations, made_at=made_at)
    by = f"{writer.person_name} at {writer.station_name}" if writer is not None else f"this desk, {desk.station_name}"
    return BroughtIn(new, len(content.operations) - new, by)


def bring_in(desk: Desk, operations: Sequence[RescuedOperation], *, made_at: str = "") -> int:
    """Let these operations wait here, in their order; returns how many are new. Those with a known id are left out.

    `made_at` is the station that made those that do not say so themselves: what the operator decides about it counts
    for them (docs/decisions/0014-files-of-operations-are-signed.md).
    """
    with desk.database.write() as records:
        new = sum(_insert(desk, records, operation, operation.brought_from or made_at) for operation in operations)
    reapply(desk.database, at=desk.clock.now())
    desk.outbox.read_again()
    return new


def _insert(desk: Desk, records: StationRecords, operation: RescuedOperation, made_at: str) -> bool:
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
    if made_at:
        keep_origin(records, operation.id, made_at)
    return True


def _read(file: Path) -> RescueFile:
    try:
        data = file.read_bytes()
        _require_known_version(file, data)
        content = msgspec.json.decode(data, type=RescueFile)
    except OSError as error:
        raise DomainError(
            "not_a_rescue_file", f"{file.name} could not be read: {error.strerror}. Nothing was brought in."
        ) from error
    except msgspec.MsgspecError:
        raise DomainError(
            "not_a_rescue_file", f"{file.name} does not hold operations of Order-Track. Nothing was brought in."
        ) from None
    if content.format != FORMAT:
        raise DomainError(
            "not_a_rescue_file", f"{file.name} does not hold operations of Order-Track. Nothing was brought in."
        )
    return content


def _writer_of(desk: Desk, file: Path, content: RescueFile) -> StationCertificate | None:
    """Who wrote the file; None when it was this very station, whose server certified nothing."""
    if not content.signature:
        raise _not_signed(file)
    if not content.certificate:
        own = public_key_of_station(desk.database)
        if own and holds(content.signature, _signed_part(content), own):
            return None
        raise _not_signed(file)
    writer = read_certificate(content.certificate, server_key_of(desk.database))
    if writer is None and content.server_url.rstrip("/") != desk.server_url.rstrip("/"):
        raise DomainError(
            "other_server",
            f"{file.name} belongs to {content.server_url}, this desk to {desk.server_url}. Nothing was brought in.",
        )
    if writer is None or not holds(content.signature, _signed_part(content), writer.public_key):
        raise DomainError(
            "not_a_rescue_file", f"{file.name} was changed or damaged since it was written. Nothing was brought in."
        )
    return writer


def _not_signed(file: Path) -> DomainError:
    return DomainError(
        "not_signed",
        f"{file.name} is not signed, so nobody can tell who wrote it. Nothing was brought in. Sign in again at the "
        "station that wrote it, and write the file anew.",
    )


def _houses_of(desk: Desk, writer: StationCertificate) -> set[str]:
    """For which the writer works: as the certificate says, and as this station has heard since."""
    known = desk.database.read().records(Membership, "WHERE person_id = ?", writer.person_id)
    return {*writer.organisation_ids, *(member.organisation_id for member in known)}


def _require_known_version(file: Path, data: bytes) -> None:
    """A file of a newer program may have fields that this one would drop unseen, and an early one has no signature."""
    start = msgspec.json.decode(data, type=_Start)
    if start.format == FORMAT and start.version > VERSION:
        raise DomainError(
            "newer_file",
            f"{file.name} was written by a newer Order-Track. Update this program first; nothing was brought in.",
        )
    if start.format == FORMAT and start.version < _FIRST_SIGNED:
        raise _not_signed(file)


def _signed_part(content: RescueFile) -> bytes:
    """All but the signature, however the file is laid out."""
    return msgspec.json.encode(msgspec.structs.replace(content, signature=""), order="sorted")
