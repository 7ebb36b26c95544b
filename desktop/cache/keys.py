"""The key of a profile's files, and the slots that hold it: system keyring, kernel keyring, password.

A random 256-bit key opens station.db. The key file keeps it only wrapped, once for each slot, so the system's
keyring is never the only way in (`reliability.md` section 0.5). No wrong try changes any file.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import msgspec

from desktop.cache.key_holders import KeyHolder, LinuxKernelKeyring, SystemKeyring
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id

KEY_FILE = "keys.json"
KEY_BYTES = 32
_NONCE_BYTES = 12
_ARGON_MEMORY_KIBIBYTES = 64 * 1024
_ARGON_PASSES = 3
_FIRST_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 60.0
_FREE_TRIES = 3


class KeySlot(msgspec.Struct, frozen=True, kw_only=True):
    """One way to the key: who holds what unwraps it, and the wrapped key."""

    kind: str
    """`keyring`, `kernel` or `password`."""
    name: str
    """Under which a keyring holds its part; empty for a password."""
    nonce: str
    wrapped: str
    salt: str = ""
    memory_kibibytes: int = 0
    passes: int = 0


class KeyFileContent(msgspec.Struct, frozen=True, kw_only=True):
    """The key file: which key it is about, and its slots."""

    format: int = 1
    key_id: str
    """Tells a wrong key file from a damaged database; says nothing about the key."""
    slots: list[KeySlot]


class Unlocked(NamedTuple):
    """The key, and by which kind of slot it was opened."""

    key: bytes
    kind: str


def key_id_of(key: bytes) -> str:
    """A name for a key from which the key cannot be found."""
    return blake2b(key, digest_size=16, person=b"order-track-key").hexdigest()


class WrongTries:
    """Makes each wrong password cost more time than the one before; forgets at the right one."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` gives seconds."""
        self._monotonic = monotonic
        self._wrong = 0
        self._not_before = 0.0

    def require_free(self) -> None:
        """Raises `DomainError("too_soon")` while the last wrong try's delay runs."""
        left = self._not_before - self._monotonic()
        if left > 0:
            seconds = max(1, round(left))
            raise DomainError("too_soon", f"Wait {seconds} seconds before the next try.", wait_seconds=seconds)

    def wrong(self) -> None:
        """One more."""
        self._wrong += 1
        if self._wrong >= _FREE_TRIES:
            delay = _FIRST_DELAY_SECONDS * 2 ** (self._wrong - _FREE_TRIES)
            self._not_before = self._monotonic() + min(delay, _LONGEST_DELAY_SECONDS)

    def right(self) -> None:
        """Start counting anew."""
        self._wrong = 0
        self._not_before = 0.0


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

    def create(self, password: str) -> Unlocked:
        """A new key, held by the first keyring that works and by the password.

        Raises `DomainError("already_there")` when there is a key: it is never overwritten.
        """
        if self.exists:
            raise DomainError("already_there", "This profile has a key already; it was not touched.")
        key = os.urandom(KEY_BYTES)
        held = self._held_slot(key)
        slots = ([held] if held else []) + [_password_slot(key, password)]
        self._write(KeyFileContent(key_id=key_id_of(key), slots=slots))
        return Unlocked(key, held.kind if held else "password")

    def unlock(self) -> Unlocked | None:
        """The key by a keyring, without asking anybody; None when only the password is left.

        Raises `DomainError("key_missing")` without a key file.
        """
        content = self._read()
        for holder in self._holders:
            for slot in content.slots:
                if slot.kind != holder.kind:
                    continue
                part = holder.get(slot.name)
                key = _unwrap(slot, part) if part is not None and len(part) == KEY_BYTES else None
                if key is not None and key_id_of(key) == content.key_id:
                    return Unlocked(key, holder.kind)
        return None

    def unlock_with_password(self, password: str) -> Unlocked:
        """The key by the password; a keyring that has lost its part gets it again.

        Raises `DomainError`: `wrong_password`, `too_soon` (after several wrong ones), `key_missing`.
        """
        content = self._read()
        self._tries.require_free()
        for slot in content.slots:
            if slot.kind == "password" and (key := _unwrap(slot, _derived(password, slot))) is not None:
                self._tries.right()
                return Unlocked(key, "password")
        self._tries.wrong()
        raise DomainError("wrong_password", "This password does not open the profile. Nothing was changed.")

    def renew_held_slot(self, key: bytes) -> str | None:
        """Give the key to a keyring again, after it was opened by the password; returns which, or None."""
        content = self._read()
        held = self._held_slot(key)
        if held is None:
            return None
        rest = [slot for slot in content.slots if slot.kind == "password"]
        self._write(KeyFileContent(key_id=content.key_id, slots=[held, *rest]))
        return held.kind

    def set_password(self, key: bytes, password: str) -> None:
        """From now on this password opens the profile, and no other."""
        content = self._read()
        rest = [slot for slot in content.slots if slot.kind != "password"]
        self._write(KeyFileContent(key_id=content.key_id, slots=[*rest, _password_slot(key, password)]))

    def forget(self) -> None:
        """Take the key out of every keyring and delete the key file: what it opened can never be opened again."""
        for slot in self._read().slots:
            for holder in self._holders:
                if holder.kind == slot.kind:
                    holder.delete(slot.name)
        self.file.unlink()

    def _held_slot(self, key: bytes) -> KeySlot | None:
        part, name = os.urandom(KEY_BYTES), f"order-track:{new_id()}"
        for holder in self._holders:
            if holder.put(name, part):
                return _wrap(key, part, KeySlot(kind=holder.kind, name=name, nonce="", wrapped=""))
        return None

    def _read(self) -> KeyFileContent:
        try:
            return msgspec.json.decode(self.file.read_bytes(), type=KeyFileContent)
        except FileNotFoundError:
            raise DomainError(
                "key_missing",
                f"The key of this profile ({self.file.name}) is missing. The data was not touched; "
                "put the key file back from a backup, or sign in with a new profile.",
            ) from None
        except msgspec.MsgspecError:
            raise DomainError(
                "key_missing",
                f"The key file {self.file.name} cannot be read. Nothing was changed; put it back from a backup.",
            ) from None

    def _write(self, content: KeyFileContent) -> None:
        beside = self.file.with_suffix(".new")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(content), indent=1))
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, self.file)


def _password_slot(key: bytes, password: str) -> KeySlot:
    slot = KeySlot(
        kind="password",
        name="",
        nonce="",
        wrapped="",
        salt=_text(os.urandom(16)),
        memory_kibibytes=_ARGON_MEMORY_KIBIBYTES,
        passes=_ARGON_PASSES,
    )
    return _wrap(key, _derived(password, slot), slot)


def _derived(password: str, slot: KeySlot) -> bytes:
    from argon2.low_level import Type, hash_secret_raw  # only where a password is used

    return hash_secret_raw(
        password.encode(),
        base64.b64decode(slot.salt),
        time_cost=slot.passes,
        memory_cost=slot.memory_kibibytes,
        parallelism=1,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def _wrap(key: bytes, part: bytes, slot: KeySlot) -> KeySlot:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    wrapped = AESGCM(part).encrypt(nonce, key, slot.kind.encode())
    return msgspec.structs.replace(slot, nonce=_text(nonce), wrapped=_text(wrapped))


def _unwrap(slot: KeySlot, part: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        nonce, wrapped = base64.b64decode(slot.nonce), base64.b64decode(slot.wrapped)
        return AESGCM(part).decrypt(nonce, wrapped, slot.kind.encode())
    except (InvalidTag, ValueError):
        return None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
