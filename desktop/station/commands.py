"""What each `station` command does and prints; every refusal is one sentence."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from desktop.cache.keys import KeyRing
from desktop.cache.meta import get_meta
from desktop.cache.station_db import STATION_FILE
from desktop.foundation.logs import report_unexpected
from desktop.station.friendly import operations_from
from desktop.station.session import open_profile_folder, opened_desk
from desktop.sync.desk import Desk
from desktop.sync.lease import note_time
from desktop.sync.outbox import OutboxEntry
from desktop.sync.rescue_file import export_waiting, import_waiting
from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.clock import SystemClock
from shared_models.kernel.errors import DomainError
from shared_models.sync.registry import KIND_BY_NAME
from shared_models.sync.wire import RecoveryRequest

if TYPE_CHECKING:
    from desktop.sync.engine import RoundReport

_LONGEST_LINE = 1_000_000
_LISTED_OPERATIONS = 100_000


def sign_in(profile: Path | None, server_url: str, email: str) -> None:
    """Sign in with the password on standard input, then fetch everything once if the server has time for it."""
    from desktop.sync.client import ServerClient
    from desktop.sync.salvage import take_told
    from desktop.sync.sign_in import sign_in as sign_in_at

    password = _given_password(server_url, "Password: ")
    with open_profile_folder(profile, writes=True) as folder:
        client = ServerClient(server_url)
        try:
            desk = sign_in_at(folder, server_url, email, password, call=client.sign_in, clock=SystemClock())
            try:
                told = take_told(desk)
                report = _sync_round(desk)
                if told:
                    print(told)
                print(f"signed in as {desk.person_name}")
                _print_round(report)
            finally:
                desk.close()
        finally:
            client.close()


def _given_password(server_url: str, prompt: str) -> str:
    if not server_url:
        raise DomainError("server_missing", "Say which server with --server URL.")
    password = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise DomainError("password_missing", "Give the password on standard input.")
    return password


def recover(profile: Path | None, server_url: str, code: str) -> None:
    """Open a station with an administrator's one-time code; the password on standard input opens it from now on."""
    from desktop.cache.key_file import file_id_of
    from desktop.cache.recovery_key import recovered_key
    from desktop.sync.client import ServerClient

    password = _given_password(server_url, "New password: ")
    with open_profile_folder(profile, writes=True) as folder:
        file = folder / STATION_FILE
        if not file.exists():
            raise DomainError("no_station_file", "Nobody has signed in here yet. Sign in first.")
        client = ServerClient(server_url)
        try:
            deposit = client.recover(RecoveryRequest(file_id=file_id_of(file), code=code))
        finally:
            client.close()
        KeyRing(folder).restore(recovered_key(file, deposit), password)
        KeyRing(folder).bind(file)
    print("recovered")


def sign_out(profile: Path | None, rescue: Path | None) -> None:
    """End the sign-in and delete keys and files; what waits is written to `rescue` first, or refuses it."""
    from desktop.sync.client import ServerClient
    from desktop.sync.leaving import sign_out as leave

    with open_profile_folder(profile, writes=True) as folder, opened_desk(folder, needs_lease=False) as desk:
        if rescue is not None:
            print(f"{export_waiting(desk, rescue)} operations written to {rescue}, readable by whoever has the file")
        client = ServerClient(desk.server_url, get_meta(desk.database.read(), "token"))
        try:
            leave(desk, folder, KeyRing(folder), end_token=client.sign_out, rescued=rescue is not None)
        finally:
            client.close()
    print("signed out")


def do(profile: Path | None, lines: TextIO, out: TextIO) -> None:
    """Record operations, one JSON object a line; `SAVED <id>` is printed when it is durable."""
    with open_profile_folder(profile, writes=True) as folder, opened_desk(folder) as desk:
        note_time(desk.database, desk.clock.now())
        for line in _lines_of(lines):
            if line.strip():
                for answer in _do_line(desk, line):
                    out.write(answer + "\n")
                    out.flush()


def _lines_of(lines: TextIO) -> Iterator[str]:
    """Line by line as they come, so that a program at the other end gets its answer before it writes the next."""
    while line := lines.readline(_LONGEST_LINE):
        yield line


def _do_line(desk: Desk, line: str) -> Iterator[str]:
    try:
        fields = msgspec.json.decode(line)
        if not isinstance(fields, dict):
            yield "REFUSED This line is not a JSON object; nothing was recorded."
            return
        for operation in operations_from(desk, fields):
            yield f"SAVED {desk.record(operation).operation_id}"
    except msgspec.DecodeError as error:
        yield f"REFUSED This line is not JSON ({_one_line(str(error))}); nothing was recorded."
    except DomainError as error:
        yield f"REFUSED {_one_line(error.sentence)}"
    except Exception as error:  # noqa: BLE001 - one line must not end the others; the fault is in the log
        yield f"REFUSED {_one_line(report_unexpected(error))}"


def _one_line(sentence: str) -> str:
    return " ".join(sentence.split())


def sync(profile: Path | None, server_url: str) -> None:
    """One round: `synced` when both sides agree, `offline` when the server is away."""
    with open_profile_folder(profile, writes=True) as folder, opened_desk(folder, needs_lease=False) as desk:
        report = _sync_round(desk, server_url)
        if report.state == "revoked":
            raise DomainError("station_revoked", _carry_out_order(desk, folder))
        if report.state in ("trouble", "sign_in_needed"):
            raise DomainError(report.state, report.sentence)
        _print_round(report)


def _carry_out_order(desk: Desk, profile: Path) -> str:
    """The operator shut this station out: do what the order says, and tell in a sentence what became of it."""
    from desktop.sync.client import ServerClient, Trouble
    from desktop.sync.farewell import carry_out

    client = ServerClient(desk.server_url)
    try:
        return carry_out(desk, client, profile, KeyRing(profile)).sentence
    except Trouble as trouble:
        return f"The operator shut this station out. {trouble.sentence}"
    finally:
        client.close()


def _print_round(report: RoundReport) -> None:
    """One word for a script; for a person the sentence beside it."""
    from desktop.sync.rebase import PUT_BACK

    print(report.state)
    if report.put_back:
        print(PUT_BACK, file=sys.stderr)
    if report.state != "synced":
        print(report.sentence, file=sys.stderr)


def _sync_round(desk: Desk, server_url: str = "") -> RoundReport:
    from desktop.sync.client import ServerClient
    from desktop.sync.engine import SyncEngine

    if server_url and server_url.rstrip("/") != desk.server_url.rstrip("/"):
        raise DomainError("other_server", f"This profile belongs to {desk.server_url}.")
    client = ServerClient(desk.server_url)
    try:
        return SyncEngine(desk, client).round()
    finally:
        client.close()


def outbox(profile: Path | None, *, as_json: bool) -> None:
    """Every operation of the last 30 days and what became of it, oldest first."""
    with open_profile_folder(profile, writes=False) as folder, opened_desk(folder) as desk:
        entries = list(reversed(desk.outbox.operations(limit=_LISTED_OPERATIONS)))
    if as_json:
        print(json.dumps([_outbox_row(entry) for entry in entries], ensure_ascii=False))
        return
    for entry in entries:
        print(f"{entry.state:13}{entry.name:18}{entry.id}  {_one_line(entry.sentence)}".rstrip())


def _outbox_row(entry: OutboxEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "operation": entry.name,
        "state": entry.state,
        "sentence": entry.sentence,
        "made_at": entry.made_at.isoformat(),
        "code": entry.code,
        "dealt_with": entry.dealt_with_at is not None,
    }


def show(profile: Path | None, table: str, *, as_json: bool) -> None:
    """What the station now believes. Raises `DomainError("unknown_table")` with the list of those there are."""
    known = sorted([*KIND_BY_NAME, *LINE_DATASETS])
    if table not in known:
        raise DomainError("unknown_table", f"There is no table “{table}”. There are: {', '.join(known)}.")
    with open_profile_folder(profile, writes=False) as folder, opened_desk(folder) as desk:
        rows = _rows_of(desk, table)
        if as_json:
            _print_json_list(rows)
            return
        for row in rows:
            print("  ".join(f"{name}={value}" for name, value in row.items() if value not in (None, "")))


def _rows_of(desk: Desk, table: str) -> Iterator[dict[str, Any]]:
    if table in LINE_DATASETS:
        for distributor_id, row in desk.catalogue.rows(LINE_DATASETS[table].name):
            yield {"distributor_id": distributor_id, **msgspec.to_builtins(row)}
        return
    for record in desk.database.read().records(KIND_BY_NAME[table], "ORDER BY id"):
        yield msgspec.to_builtins(record)


def _print_json_list(rows: Iterator[dict[str, Any]]) -> None:
    """A JSON list, written row by row: a catalogue need not fit into memory twice."""
    start = "["
    for row in rows:
        sys.stdout.write(f"{start}{json.dumps(row, ensure_ascii=False)}")
        start = ",\n"
    sys.stdout.write("[]\n" if start == "[" else "]\n")


def export(profile: Path | None, file: Path) -> None:
    """Write what waits into a file; it stays here as well."""
    with open_profile_folder(profile, writes=False) as folder, opened_desk(folder, needs_lease=False) as desk:
        count = export_waiting(desk, file)
    print(f"{count} operations written to {file}")


def bring_in(profile: Path | None, file: Path) -> None:
    """Bring in operations that another station wrote to a file."""
    with open_profile_folder(profile, writes=True) as folder, opened_desk(folder) as desk:
        taken = import_waiting(desk, file)
    known = f", {taken.known} were here already" if taken.known else ""
    print(f"{taken.new} operations brought in{known}")
    print(f"The file was written by {taken.writer}.", file=sys.stderr)
