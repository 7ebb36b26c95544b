"""Signing in online: a new profile gets its key and its files, a known one keeps everything that waits."""

from __future__ import annotations

import platform
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from desktop.cache.catalogue import Catalogue
from desktop.cache.keys import KeyRing, Unlocked
from desktop.cache.meta import get_meta, set_meta
from desktop.cache.record_codec import instant_text
from desktop.cache.records import StationRecords
from desktop.cache.station_db import STATION_FILE, StationDatabase
from desktop.sync.desk import Desk
from desktop.sync.lease import note_contact
from desktop.sync.opening import is_signed_in, open_database
from desktop.sync.salvage import carry_over
from desktop.sync.signature import keep_certificate, keep_signing_key, signing_key_of
from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError
from shared_models.sync.certificates import new_signing_key, public_key_of
from shared_models.sync.wire import SignInAnswer, SignInRequest

SignInCall = Callable[[SignInRequest], SignInAnswer]
"""`ServerClient.sign_in`."""


def sign_in(
    profile: Path,
    server_url: str,
    email: str,
    password: str,
    *,
    call: SignInCall,
    clock: Clock,
    keys: KeyRing | None = None,
    station_name: str = "",
) -> Desk:
    """Sign in at the server and open the desk; a new profile gets its key and its files.

    In a profile that somebody has used it keeps everything that waits, also what can be read of it in a damaged file
    (`salvage.py`). Raises `Trouble` when the server does not
    let the person in, and `DomainError`: `other_person`, `other_server`, `key_missing`, `wrong_password` (the
    profile's own, where that differs from the account's).
    """
    keys = keys or KeyRing(profile)
    has_files = is_signed_in(profile)
    opened = _open_key(keys, password) if has_files else None
    database = open_database(profile, opened.key) if opened else None
    try:
        station_id = _may_sign_in(database, email, server_url) if database else ""
        name = station_name or platform.node() or "station"
        signing_key = (signing_key_of(database) if database else "") or new_signing_key()
        answer = call(
            SignInRequest(
                email=email,
                password=password,
                station_name=name,
                station_id=station_id,
                public_key=public_key_of(signing_key),
            )
        )

        def keep(records: StationRecords) -> None:
            keep_answer(records, answer)
            keep_signing_key(records, signing_key)
            note_contact(records, clock.now())
            set_meta(
                records, server_url=server_url, person_email=email, station_name=name, signed_in_at=_now_text(clock)
            )

        if database is None or opened is None:
            database = _new_files(profile, keys, password, keep)
        else:
            # The account's password may be a new one; from now on it opens this profile too.
            keys.set_password(opened.key, password)
            with database.write() as records:
                keep(records)
        desk = Desk(database, Catalogue(database, profile), clock)
        if not has_files:
            carry_over(desk, profile, database.key)
        return desk
    except BaseException:
        if database is not None:
            database.close()
        raise


def keep_answer(records: StationRecords, answer: SignInAnswer) -> None:
    """Keep the token and what the person may be; a station with another id numbers its operations anew."""
    known = dict(records.connection.execute("SELECT name, value FROM meta WHERE name IN ('station_id', 'history_id')"))
    set_meta(
        records,
        token=answer.token,
        token_expires_at=instant_text(answer.expires_at),
        person_id=answer.person_id,
        person_name=answer.person_name,
        station_id=answer.station_id,
    )
    keep_certificate(records, answer)
    if answer.memberships:
        # Who left every house still needs the way in: what waits here must end on a screen, refused with its reason.
        set_meta(records, memberships=msgspec.json.encode(answer.memberships).decode())
    if not known.get("history_id"):
        # A known one is left to the next round, which sees the difference and offers again what was done.
        set_meta(records, history_id=answer.history_id)
    if known.get("station_id") != answer.station_id:
        _number_anew(records, answer.station_id)


def _number_anew(records: StationRecords, station_id: str) -> None:
    """All of them, settled ones too: they may be offered again, and the next one goes on from the last."""
    rows = records.connection.execute("SELECT row FROM operations ORDER BY row").fetchall()
    records.connection.executemany(
        "UPDATE operations SET station_seq = ?, station_id = ? WHERE row = ?",
        ((number, station_id, row) for number, (row,) in enumerate(rows, start=1)),
    )


def _open_key(keys: KeyRing, password: str) -> Unlocked:
    return keys.unlock() or keys.unlock_with_password(password)


def _new_files(profile: Path, keys: KeyRing, password: str, keep: Callable[[StationRecords], None]) -> StationDatabase:
    # A key without a file is what a sign-in leaves that was broken off; it opens nothing else.
    opened = _open_key(keys, password) if keys.exists else keys.create(password)
    database = StationDatabase.create(profile / STATION_FILE, opened.key, keep)
    keys.bind(database.path)
    return database


def _may_sign_in(database: StationDatabase, email: str, server_url: str) -> str:
    """The station id to sign in with; one profile belongs to one person at one server."""
    reader = database.read()
    known = get_meta(reader, "person_email")
    if known and known.casefold() != email.strip().casefold():
        raise DomainError(
            "other_person", "Somebody else works with this profile. Sign out there first, or choose another profile."
        )
    server = get_meta(reader, "server_url")
    if server and server != server_url:
        raise DomainError(
            "other_server", f"This profile belongs to {server}. Choose another profile for another server."
        )
    return get_meta(reader, "station_id")


def _now_text(clock: Clock) -> str:
    now: datetime = clock.now()
    return instant_text(now)
