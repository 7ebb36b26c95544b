"""The key file of a profile: which key and which station.db it is about, and the key wrapped once for each slot."""

from __future__ import annotations

import base64
import contextlib
import os
from hashlib import blake2b
from pathlib import Path

import msgspec

from shared_models.kernel.errors import DomainError

KEY_FILE = "keys.json"
KEY_BYTES = 32
FORMAT = 2
_NONCE_BYTES = 12
_SALT_BYTES = 16
_ARGON_MEMORY_KIBIBYTES = 64 * 1024
_ARGON_PASSES = 3


class KeySlot(msgspec.Struct, frozen=True, kw_only=True):
    """One way to the key: who holds what unwraps it, and the wrapped key."""

    kind: str
    """`keyring` and `kernel` open without a question, `password` and `pin` with one."""
    name: str = ""
    """Under which a keyring holds its part; empty for a password."""
    held_by: str = ""
    """Which keyring holds a PIN's part."""
    nonce: str = ""
    wrapped: str = ""
    salt: str = ""
    memory_kibibytes: int = 0
    passes: int = 0


class KeyFileContent(msgspec.Struct, frozen=True, kw_only=True):
    """The key file."""

    format: int = FORMAT
    key_id: str
    """Names the key; says nothing about it."""
    file_id: str = ""
    """Names the station.db that the key opens: tells a foreign key file from a damaged database."""
    slots: list[KeySlot]

    def without(self, *kinds: str) -> list[KeySlot]:
        """The slots of other kinds."""
        return [slot for slot in self.slots if slot.kind not in kinds]


def key_id_of(key: bytes) -> str:
    """A name for a key from which the key cannot be found."""
    return blake2b(key, digest_size=16, person=b"order-track-key").hexdigest()


def salt_of(database: Path) -> bytes:
    """The random number in the clear at the start of an encrypted file, made with it and never changed.

    Raises `DomainError("file_unreadable")` when the file is shorter than that.
    """
    try:
        with database.open("rb") as file:
            salt = file.read(_SALT_BYTES)
    except OSError as error:
        raise DomainError("file_unreadable", f"{database.name} cannot be read ({error.strerror}).") from error
    if len(salt) < _SALT_BYTES:
        raise DomainError("file_unreadable", f"{database.name} is damaged: it breaks off before its beginning ends.")
    return salt


def file_id_of(database: Path) -> str:
    """A name for an encrypted file, from which its salt cannot be found. Raises as `salt_of`."""
    return blake2b(salt_of(database), digest_size=16, person=b"order-track-file").hexdigest()


def read_key_file(file: Path) -> KeyFileContent:
    """The content. Raises `DomainError`: `key_missing` when there is none to read, `newer_file`."""
    try:
        content = msgspec.json.decode(file.read_bytes(), type=KeyFileContent)
    except FileNotFoundError:
        raise DomainError(
            "key_missing",
            f"The key of this profile ({file.name}) is missing. The data was not touched. Put the key file back from "
            "a backup, or ask your administrator for a code.",
        ) from None
    except (msgspec.MsgspecError, OSError):
        raise DomainError(
            "key_missing",
            f"The key file {file.name} cannot be read. Nothing was changed. Put it back from a backup, or ask your "
            "administrator for a code.",
        ) from None
    if content.format > FORMAT:
        raise DomainError(
            "newer_file", "This profile was used by a newer Order-Track. Please update this one; nothing was changed."
        )
    return content


def write_key_file(file: Path, content: KeyFileContent) -> None:
    """Replace the file, whole or not at all, readable for this account only. Raises `DomainError("key_not_kept")`."""
    beside = file.with_suffix(".new")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(content), indent=1))
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, file)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise DomainError(
            "key_not_kept",
            f"The key file {file.name} could not be written ({error.strerror}). What was there is unchanged; make room "
            "on the disk, or look at its rights, and do it again.",
        ) from error


def delete_key_file(file: Path) -> None:
    """Overwrite the wrapped keys and delete the file; no harm when there is none."""
    for one in (file, file.with_suffix(".new")):
        try:
            with one.open("r+b") as old:
                old.write(bytes(one.stat().st_size))
                old.flush()
                os.fsync(old.fileno())
        except FileNotFoundError:
            continue
        one.unlink()


def with_salt(slot: KeySlot) -> KeySlot:
    """The slot with a fresh salt and today's cost for what a person types."""
    return msgspec.structs.replace(
        slot, salt=_text(os.urandom(_SALT_BYTES)), memory_kibibytes=_ARGON_MEMORY_KIBIBYTES, passes=_ARGON_PASSES
    )


def derived(secret: str, slot: KeySlot) -> bytes:
    """32 bytes from what a person types, by argon2id with the slot's salt and cost."""
    from argon2.low_level import Type, hash_secret_raw  # only where a password is used

    return hash_secret_raw(
        secret.encode(),
        base64.b64decode(slot.salt),
        time_cost=slot.passes,
        memory_cost=slot.memory_kibibytes,
        parallelism=1,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def wrap(key: bytes, part: bytes, slot: KeySlot) -> KeySlot:
    """The slot with `key` wrapped under `part`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE_BYTES)
    wrapped = AESGCM(part).encrypt(nonce, key, slot.kind.encode())
    return msgspec.structs.replace(slot, nonce=_text(nonce), wrapped=_text(wrapped))


def unwrap(slot: KeySlot, part: bytes) -> bytes | None:
    """The key; None when `part` is not what it was wrapped under."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        nonce, wrapped = base64.b64decode(slot.nonce), base64.b64decode(slot.wrapped)
        return AESGCM(part).decrypt(nonce, wrapped, slot.kind.encode())
    except (InvalidTag, ValueError):
        return None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
