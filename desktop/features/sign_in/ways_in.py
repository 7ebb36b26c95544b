"""The ways into a profile: a keyring, PIN or password, signing in, an administrator's code; all run on a worker."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from desktop.cache.key_file import file_id_of
from desktop.cache.keys import KeyRing
from desktop.cache.meta import get_meta
from desktop.cache.pin_slot import LONGEST_PIN, SHORTEST_PIN
from desktop.cache.recovery_key import recovered_key
from desktop.cache.station_db import STATION_FILE
from desktop.cache.wrong_tries import WrongTries
from desktop.sync.desk import Desk
from desktop.sync.kept_files import KEPT_WORD
from desktop.sync.lease import is_shut_out, require_lease
from desktop.sync.opening import is_signed_in, open_desk, set_file_aside
from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import RecoveryRequest

FILE_SET_ASIDE = "file_set_aside"
NOT_HELD = "The system does not hold this desk's key just now. Your password opens it, with or without a network."


class Opened(NamedTuple):
    """An open desk, and which slot opened it."""

    desk: Desk
    key_kind: str


class Closed(NamedTuple):
    """What stands in the way: a `sign_in`, an `unlock`, or a `lost_key`, with the words and whether a PIN would do."""

    needs: str
    sentence: str = ""
    has_pin: bool = False


class Ways(NamedTuple):
    """The profile and what its ways in need. `tries` lives as long as the program."""

    profile: Path
    clock: Clock
    tries: WrongTries
    offline: bool = False

    def keys(self) -> KeyRing:
        """The key file."""
        return KeyRing(self.profile, tries=self.tries)

    def without_asking(self) -> Opened | Closed:
        """Open with what a keyring holds, or say what a person must do. Raises `DomainError` for damage."""
        if not is_signed_in(self.profile):
            return Closed("sign_in")
        keys = self.keys()
        try:
            opened = keys.unlock()
            if opened is None:
                return Closed("unlock", NOT_HELD, keys.has_pin)
            return Opened(self._open(opened.key), opened.kind)
        except DomainError as refusal:
            if refusal.code in ("key_missing", "foreign_key_file"):
                return Closed("lost_key", refusal.sentence)
            if refusal.code == FILE_SET_ASIDE:
                return Closed("sign_in", refusal.sentence)
            if refusal.code in ("lease_over", "station_revoked"):
                return Closed("unlock" if is_signed_in(self.profile) else "sign_in", refusal.sentence)
            raise

    def with_secret(self, secret: str) -> Opened:
        """Open by PIN or password; a keyring that has lost its part gets it again.

        Raises `DomainError`: `wrong_password`, `wrong_pin`, `pin_gone`, `too_soon`, `lease_over` and others.
        """
        keys = self.keys()
        is_pin = secret.isdecimal() and SHORTEST_PIN <= len(secret) <= LONGEST_PIN and keys.has_pin
        opened = keys.unlock_with_pin(secret) if is_pin else keys.unlock_with_password(secret)
        desk = self._open(opened.key, "" if is_pin else secret)
        return Opened(desk, keys.renew_held_slot(opened.key) or opened.kind)

    def after_scan(self, secret: str) -> Opened:
        """As `with_secret` for what may have been a scan: never tried as a PIN, and not counted."""
        keys = KeyRing(self.profile, tries=WrongTries())
        opened = keys.unlock_with_password(secret)
        return Opened(self._open(opened.key, secret), keys.renew_held_slot(opened.key) or opened.kind)

    def by_sign_in(self, server: str, email: str, password: str) -> Opened:
        """Sign in at the server. Raises `Trouble` and `DomainError`."""
        from desktop.sync.client import ServerClient
        from desktop.sync.sign_in import sign_in

        with contextlib.closing(ServerClient(server)) as client:
            desk = sign_in(self.profile, server.rstrip("/"), email, password, call=client.sign_in, clock=self.clock)
        opened = self.keys().unlock()
        return Opened(desk, opened.kind if opened else self.keys().renew_held_slot(desk.database.key) or "password")

    def by_code(self, server: str, code: str, password: str) -> Opened:
        """Open with an administrator's one-time code; `password` opens the profile from now on.

        Raises `Trouble` when the server does not take the code, and `DomainError`.
        """
        from desktop.sync.client import ServerClient

        file = self.profile / STATION_FILE
        with contextlib.closing(ServerClient(server.rstrip("/"))) as client:
            deposit = client.recover(RecoveryRequest(file_id=file_id_of(file), code=code))
        key = recovered_key(file, deposit)
        restored = self.keys().restore(key, password)
        return Opened(self._open(key), restored.kind)

    def set_aside(self) -> Path:
        """Keep the file that does not open under another name, so that a new one can be made."""
        keys = self.keys()
        aside = set_file_aside(self.profile, self.clock, KEPT_WORD)
        if keys.exists:
            keys.file.replace(aside.with_suffix(".keys.json"))
        return aside

    def _open(self, key: bytes, password: str = "") -> Desk:
        """The desk, if its lease holds and no order of the operator waits; otherwise the server is asked first."""
        desk = _open_or_set_aside(self.profile, key, self.clock)
        with _closed_when_refused(desk):
            reader = desk.database.read()
            if is_shut_out(reader):
                self._carry_out_order(desk)
            try:
                require_lease(reader, self.clock.now())
            except DomainError:
                self._ask_server(desk, password)
                require_lease(reader, self.clock.now())
        return desk

    def _ask_server(self, desk: Desk, password: str) -> None:
        """The lease is over: one round, after a new sign-in where the token ended; in vain, keyrings are emptied."""
        from desktop.sync.client import ServerClient, Trouble
        from desktop.sync.engine import SyncEngine
        from desktop.sync.lease import note_contact
        from desktop.sync.sign_in import keep_answer
        from shared_models.sync.wire import SignInRequest

        if not self.offline:
            with contextlib.closing(ServerClient(desk.server_url)) as client:
                state = SyncEngine(desk, client).round().state
                if state == "revoked":
                    self._carry_out_order(desk)
                if state == "sign_in_needed" and password:
                    station_id = get_meta(desk.database.read(), "station_id")
                    client.token = ""
                    with contextlib.suppress(Trouble):
                        answer = client.sign_in(
                            SignInRequest(
                                email=desk.person_email,
                                password=password,
                                station_name=desk.station_name,
                                station_id=station_id,
                            )
                        )
                        with desk.database.write() as records:
                            keep_answer(records, answer)
                            note_contact(records, self.clock.now())
        try:
            require_lease(desk.database.read(), self.clock.now())
        except DomainError:
            self.keys().lock_for_good()
            raise

    def _carry_out_order(self, desk: Desk) -> None:
        """Raises `DomainError("station_revoked")` with what became of it."""
        raise DomainError("station_revoked", carry_out_order(desk, self.profile))


def carry_out_order(desk: Desk, profile: Path) -> str:
    """Do what the operator ordered, and say what became of it; the desk is closed afterwards."""
    from desktop.sync.client import ServerClient, Trouble
    from desktop.sync.farewell import carry_out

    with contextlib.closing(ServerClient(desk.server_url)) as client:
        try:
            return carry_out(desk, client, profile, KeyRing(profile)).sentence
        except Trouble as trouble:
            desk.close()
            return f"The operator shut this station out. {trouble.sentence} What waits is sent at the next try."


def _open_or_set_aside(profile: Path, key: bytes, clock: Clock) -> Desk:
    """Raises `DomainError(FILE_SET_ASIDE)` when the file was damaged and has just been renamed."""
    from desktop.sync.salvage import sentence_of_damage

    try:
        return open_desk(profile, key, clock)
    except DomainError as error:
        if error.code != "file_unreadable":
            raise
        raise DomainError(FILE_SET_ASIDE, sentence_of_damage(set_file_aside(profile, clock))) from error


@contextmanager
def _closed_when_refused(desk: Desk) -> Iterator[None]:
    try:
        yield
    except BaseException:
        desk.close()
        raise
