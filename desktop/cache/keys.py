"""The key of a profile's files, and the slots that hold it: system keyring, kernel keyring, PIN, password.

A random 256-bit key opens station.db. The key file keeps it only wrapped, once for each slot, so the system's
keyring is never the only way in (`reliability.md` section 0.5). No wrong password changes any file.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from desktop.cache import pin_slot
from desktop.cache.key_file import (
    KEY_BYTES,
    KEY_FILE,
    KeyFileContent,
    KeySlot,
    delete_key_file,
    derived,
    file_id_of,
    key_id_of,
    read_key_file,
    unwrap,
    with_salt,
    wrap,
    write_key_file,
)
from desktop.cache.key_holders import KeyHolder, LinuxKernelKeyring, SystemKeyring
from desktop.cache.wrong_tries import WrongTries
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id

WITNESS_FILE = "station.id"
_HELD: tuple[str, ...] = ("keyring", "kernel")


class Unlocked(NamedTuple):
    """The key, and by which kind of slot it was opened."""

    key: bytes
    kind: str


class KeyRing:
    """The key file of one profile."""

    def __init__(
        self, profile: Path, *, holders: Iterable[KeyHolder] | None = None, tries: WrongTries | None = None
    ) -> None:
        """`holders` are asked in their order; by default the system's keyring, then the Linux kernel's."""
        self.file = profile / KEY_FILE
        self._holders = tuple(holders) if holders is not None else (SystemKeyring(), LinuxKernelKeyring())
        self._tries = tries or WrongTries()

    @property
    def exists(self) -> bool:
        """Whether the profile has a key."""
        return self.file.exists()

    @property
    def is_held(self) -> bool:
        """Whether a keyring opens the profile without a question, as far as the key file knows."""
        return self.exists and any(slot.kind in _HELD for slot in self._read().slots)

    def create(self, password: str) -> Unlocked:
        """A new key, held by the first keyring that works and by the password.

        Raises `DomainError("already_there")` when there is a key: it is never overwritten.
        """
        if self.exists:
            raise DomainError("already_there", "This profile has a key already; it was not touched.")
        return self.restore(os.urandom(KEY_BYTES), password)

    def restore(self, key: bytes, password: str) -> Unlocked:
        """A new key file for a key that was recovered: from now on this password opens the profile."""
        held = self._held_slot(key)
        slots = ([held] if held else []) + [_password_slot(key, password)]
        write_key_file(self.file, KeyFileContent(key_id=key_id_of(key), slots=slots))
        return Unlocked(key, held.kind if held else "password")

    def bind(self, database: Path) -> None:
        """Note which file the key has opened, so that a foreign key file can be told from a damaged database."""
        content = self._read()
        file_id = file_id_of(database)
        if content.file_id != file_id:
            write_key_file(self.file, msgspec.structs.replace(content, file_id=file_id))
        if self._witness() != file_id:
            try:
                (self.file.parent / WITNESS_FILE).write_text(file_id)
            except OSError as error:
                # It is the third that knows: two are enough to open, and the next time writes it.
                logging.getLogger(__name__).info("%s not written: %s", WITNESS_FILE, error.strerror)

    def belongs_to(self, database: Path) -> bool:
        """Whether this key file was made for the database, as far as the three that know agree.

        The key file names the database it opened, the database carries its own number, and a third file names it
        too: where two agree, the other one was replaced or damaged. Raises `DomainError("key_missing")`.
        """
        expected = self._read().file_id
        try:
            found = file_id_of(database)
        except DomainError:
            return True
        return expected in ("", found) or expected == self._witness()

    # --- opening ---------------------------------------------------------------------------------------

    def unlock(self) -> Unlocked | None:
        """The key by a keyring, without asking anybody; None when a person has to be asked.

        Raises `DomainError("key_missing")` without a key file.
        """
        content = self._read()
        for holder in self._holders:
            for slot in content.slots:
                if slot.kind != holder.kind:
                    continue
                part = holder.get(slot.name)
                key = unwrap(slot, part) if part is not None and len(part) == KEY_BYTES else None
                if key is not None and key_id_of(key) == content.key_id:
                    return Unlocked(key, holder.kind)
        return None

    def unlock_with_password(self, password: str) -> Unlocked:
        """The key by the password; a keyring that has lost its part gets it by `renew_held_slot`.

        Raises `DomainError`: `wrong_password`, `too_soon` (after several wrong ones), `key_missing`.
        """
        content = self._read()
        self._tries.require_free()
        for slot in content.slots:
            if slot.kind == "password" and (key := unwrap(slot, derived(password, slot))) is not None:
                self._tries.right()
                return Unlocked(key, "password")
        self._tries.wrong()
        raise DomainError("wrong_password", "This password does not open the profile. Nothing was changed.")

    def unlock_with_pin(self, pin: str) -> Unlocked:
        """The key by PIN and keyring. Raises `DomainError`: `wrong_pin`, `pin_gone`, `too_soon`, `key_missing`."""
        self._tries.require_free()
        slot = self._pin_slot()
        if slot is None:
            raise DomainError("pin_gone", "This desk has no PIN. Your password opens it.")
        try:
            key = pin_slot.open_pin_slot(slot, pin, self._holders)
        except DomainError as refusal:
            self._tries.wrong()
            if refusal.code == "pin_gone":
                self.remove_pin()
            raise
        self._tries.right()
        return Unlocked(key, "pin")

    @property
    def has_pin(self) -> bool:
        """Whether a PIN would open the profile now."""
        slot = self._pin_slot() if self.exists else None
        return slot is not None and pin_slot.is_usable(slot, self._holders)

    # --- changing slots --------------------------------------------------------------------------------

    def renew_held_slot(self, key: bytes) -> str | None:
        """Give the key to a keyring again, after a person opened it; returns which, or None."""
        content = self._read()
        held = self._held_slot(key)
        if held is None:
            return None
        self._replace(content, [held, *content.without(*_HELD)])
        self._delete_parts(content, *_HELD)
        return held.kind

    def lock(self) -> None:
        """Let no keyring open the profile without a question: only PIN or password do, after a restart as well."""
        content = self._read()
        # The wrapped key goes first: a part that a keyring does not give up then unwraps nothing.
        self._replace(content, content.without(*_HELD))
        self._delete_parts(content, *_HELD)

    def lock_for_good(self) -> None:
        """As `lock`, and the PIN goes too: only the password opens the profile."""
        self.lock()
        self.remove_pin()

    def set_password(self, key: bytes, password: str) -> None:
        """From now on this password opens the profile, and no other."""
        content = self._read()
        self._replace(content, [*content.without("password"), _password_slot(key, password)])

    def set_pin(self, key: bytes, pin: str) -> None:
        """From now on this PIN opens the profile too. Raises `DomainError`: `pin_unfit`, `no_keyring`."""
        slot = pin_slot.new_pin_slot(key, pin, self._holders)
        former = self._pin_slot()
        content = self._read()
        self._replace(content, [*content.without("pin"), slot])
        if former is not None:
            pin_slot.destroy(former, self._holders)

    def remove_pin(self) -> None:
        """No PIN opens the profile any more."""
        slot = self._pin_slot()
        if slot is not None:
            content = self._read()
            self._replace(content, content.without("pin"))
            pin_slot.destroy(slot, self._holders)

    def forget(self) -> None:
        """Take the key out of every keyring and delete the key file: what it opened can never be opened again.

        A key file that is missing or unreadable is no hindrance.
        """
        try:
            content = self._read()
        except DomainError:
            delete_key_file(self.file)
            return
        delete_key_file(self.file)
        self._delete_parts(content, *_HELD)
        for slot in content.slots:
            if slot.kind == "pin":
                pin_slot.destroy(slot, self._holders)

    def _witness(self) -> str:
        try:
            return (self.file.parent / WITNESS_FILE).read_text().strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _held_slot(self, key: bytes) -> KeySlot | None:
        part, name = os.urandom(KEY_BYTES), f"order-track:{new_id()}"
        for holder in self._holders:
            if holder.put(name, part):
                return wrap(key, part, KeySlot(kind=holder.kind, name=name))
        return None

    def _pin_slot(self) -> KeySlot | None:
        return next((slot for slot in self._read().slots if slot.kind == "pin"), None)

    def _delete_parts(self, content: KeyFileContent, *kinds: str) -> None:
        for slot in content.slots:
            for holder in self._holders:
                if slot.kind in kinds and holder.kind == slot.kind:
                    holder.delete(slot.name)

    def _read(self) -> KeyFileContent:
        return read_key_file(self.file)

    def _replace(self, content: KeyFileContent, slots: list[KeySlot]) -> None:
        write_key_file(self.file, msgspec.structs.replace(content, slots=slots))


def _password_slot(key: bytes, password: str) -> KeySlot:
    slot = with_salt(KeySlot(kind="password"))
    return wrap(key, derived(password, slot), slot)
