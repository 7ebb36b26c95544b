"""Opening a profile for the station commands: lock, key, desk, and the client that speaks to its server."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.cache.encrypted_file import damaged_pages
from desktop.cache.keys import KeyRing
from desktop.cache.profile_lock import ProfileLock
from desktop.cache.station_db import STATION_FILE
from desktop.foundation.logs import set_up_logs
from desktop.foundation.paths import default_profile_folder, folder_warning, open_profile, why_no_profile
from desktop.sync.desk import Desk
from desktop.sync.lease import require_lease, require_not_shut_out
from desktop.sync.opening import is_signed_in, open_desk, set_file_aside
from desktop.sync.salvage import sentence_of_damage
from shared_models.kernel.clock import SystemClock
from shared_models.kernel.errors import DomainError

UNLOCK_VARIABLE = "ORDER_TRACK_UNLOCK_PASSWORD"
_WAIT_FOR_PROFILE_SECONDS = 5.0


@contextmanager
def open_profile_folder(profile: Path | None, *, writes: bool) -> Iterator[Path]:
    """The profile's folder with its log; locked while something is written in it.

    Raises `DomainError`: `profile_unusable`, `profile_on_network`, `profile_in_use`.
    """
    folder = profile or default_profile_folder()
    if reason := why_no_profile(folder):
        raise DomainError("profile_on_network", reason)
    if warning := folder_warning(folder):
        print(warning, file=sys.stderr)
    try:
        paths = open_profile(profile)
        take_down_logs = set_up_logs(paths.logs)
    except OSError as error:
        raise DomainError(
            "profile_unusable", f"The profile folder cannot be used ({error.strerror}). Choose another with --profile."
        ) from error
    try:
        if not writes:
            yield paths.root
        else:
            with ProfileLock(paths.root, wait_seconds=_WAIT_FOR_PROFILE_SECONDS):
                yield paths.root
    finally:
        take_down_logs()


@contextmanager
def opened_desk(profile: Path, *, needs_lease: bool = True) -> Iterator[Desk]:
    """The signed-in desk of the profile, unlocked and open, without any network.

    `needs_lease` False is for what ends or survives a lease that is over: to sync, and to write to a file what waits.
    Raises `DomainError`; a damaged station.db is set aside first and the sentence says where.
    """
    if not is_signed_in(profile):
        raise DomainError("not_signed_in", "Nobody is signed in here. Run “station sign-in EMAIL” first.")
    keys = KeyRing(profile)
    key = unlocked_key(keys)
    try:
        desk = open_desk(profile, key, SystemClock())
    except DomainError as error:
        if error.code != "file_unreadable":
            raise
        raise _set_aside(profile) from error
    try:
        if needs_lease:
            _require_lease(desk, keys)
            require_not_shut_out(desk.database.read())
        yield desk
    except DomainError as error:
        desk.close()
        # A page in the middle is found by whoever reads it first.
        if error.code == "file_unreadable" and damaged_pages(profile / STATION_FILE, key):
            raise _set_aside(profile) from error
        raise
    finally:
        desk.close()


def _require_lease(desk: Desk, keys: KeyRing) -> None:
    try:
        require_lease(desk.database.read(), desk.clock.now())
    except DomainError:
        keys.lock_for_good()
        raise


def _set_aside(profile: Path) -> DomainError:
    aside = set_file_aside(profile, SystemClock())
    return DomainError("file_unreadable", sentence_of_damage(aside))


def unlocked_key(keys: KeyRing) -> bytes:
    """The profile's key: by a keyring, else by the password of the environment or of whoever sits there.

    Raises `DomainError`: `locked` when there is nobody to ask, `wrong_password`, `key_missing`.
    """
    opened = keys.unlock()
    if opened is not None:
        return opened.key
    password = os.environ.get(UNLOCK_VARIABLE)
    if password is None and sys.stderr.isatty():
        password = getpass.getpass("Password of this station: ")
    if password is None:
        raise DomainError(
            "locked",
            "This station is locked: no keyring holds its key since the last restart. "
            f"Sign in again, or give the password in {UNLOCK_VARIABLE}.",
        )
    key = keys.unlock_with_password(password).key
    keys.renew_held_slot(key)
    return key
