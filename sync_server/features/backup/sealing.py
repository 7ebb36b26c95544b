"""Encrypting an archive piece by piece, with a key from a file or from a passphrase.

Each archive has a key of its own, derived with its salt, so that counting the pieces is nonce enough. The last piece
says that it is the last: a file that was cut short does not open.
"""

from __future__ import annotations

import secrets
import struct
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared_models.kernel.errors import DomainError

PIECE_BYTES = 1024 * 1024
KEY_BYTES = 32
SHORTEST_PASSPHRASE = 12
MEMORY_KIB, PASSES = 64 * 1024, 3
_LENGTH = struct.Struct(">I")


class SealHeader(msgspec.Struct, frozen=True, kw_only=True):
    """How the archive is encrypted; stands in clear at its start."""

    by: Literal["passphrase", "key"]
    salt: str
    memory_kib: int = MEMORY_KIB
    passes: int = PASSES


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """What opens an archive: a passphrase or the bytes of a key file."""

    by: Literal["passphrase", "key"]
    text: bytes


def secret_from_file(path: Path, by: Literal["passphrase", "key"]) -> Secret:
    """The secret in a file. Raises `DomainError`: `key_unreadable`, `key_unfit`."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise DomainError("key_unreadable", f"{path} cannot be read: {why}.") from None
    if by == "key":
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise DomainError("key_unfit", f"{path} is no key file; make one with “backup --new-key FILE”.")
        return Secret(by="key", text=key)
    if len(text) < SHORTEST_PASSPHRASE:
        raise DomainError("key_unfit", f"A passphrase for backups needs at least {SHORTEST_PASSPHRASE} characters.")
    return Secret(by="passphrase", text=text.encode())


def write_new_key(path: Path) -> None:
    """A new key file that only its owner may read. Raises `DomainError("key_unreadable")`, also when it is there."""
    try:
        with open(path, "x", encoding="utf-8", opener=_private) as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
    except OSError as error:
        raise DomainError(
            "key_unreadable", f"{path} cannot be written: {error.strerror}. Nothing was changed."
        ) from None


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o600)


def new_header(secret: Secret) -> SealHeader:
    """For a new archive."""
    return SealHeader(by=secret.by, salt=secrets.token_hex(32))


def _cipher(header: SealHeader, secret: Secret | None) -> AESGCM:
    if secret is None or secret.by != header.by:
        option = "--key-file" if header.by == "key" else "--passphrase-file"
        raise DomainError("archive_sealed", f"This archive is encrypted; give {option}.")
    salt, key = bytes.fromhex(header.salt), secret.text
    if header.by == "passphrase":
        from argon2.low_level import Type, hash_secret_raw

        key = hash_secret_raw(key, salt, header.passes, header.memory_kib, 1, KEY_BYTES, Type.ID)
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, b"order-track backup").derive(key))


class SealingWriter:
    """Takes bytes, writes encrypted pieces; `close` writes the last one and leaves the file open."""

    def __init__(self, file: BinaryIO, header: SealHeader, secret: Secret) -> None:
        """Nothing is written yet."""
        self._file = file
        self._cipher = _cipher(header, secret)
        self._waiting = bytearray()
        self._number = 0

    def write(self, data: bytes) -> int:
        """Encrypt what fills a piece, keep the rest."""
        self._waiting += data
        while len(self._waiting) > PIECE_BYTES:
            self._write_piece(bytes(self._waiting[:PIECE_BYTES]), b"more")
            del self._waiting[:PIECE_BYTES]
        return len(data)

    def flush(self) -> None:
        """A piece is written when it is full."""

    def close(self) -> None:
        """Write the last piece."""
        self._write_piece(bytes(self._waiting), b"last")

    def _write_piece(self, piece: bytes, which: bytes) -> None:
        sealed = self._cipher.encrypt(self._number.to_bytes(12, "big"), piece, which)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1


class SealedReader:
    """Reads what `SealingWriter` wrote. Raises `DomainError("archive_damaged")` for the wrong key and any damage."""

    def __init__(self, file: BinaryIO, header: SealHeader, secret: Secret | None) -> None:
        """Raises `DomainError("archive_sealed")` without the right kind of secret."""
        self._file = file
        self._cipher = _cipher(header, secret)
        self._ready = bytearray()
        self._number = 0
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        while not self._ended and (size < 0 or len(self._ready) < size):
            self._read_piece()
        taken = bytes(self._ready if size < 0 else self._ready[:size])
        del self._ready[: len(taken)]
        return taken

    def _read_piece(self) -> None:
        length = self._file.read(_LENGTH.size)
        size = _LENGTH.unpack(length)[0] if len(length) == _LENGTH.size else 0
        sealed = self._file.read(size) if 0 < size <= PIECE_BYTES + 64 else b""
        nonce = self._number.to_bytes(12, "big")
        for which in (b"more", b"last"):
            try:
                self._ready += self._cipher.decrypt(nonce, sealed, which)
            except (InvalidTag, ValueError):
                continue
            self._ended = which == b"last"
            self._number += 1
            return
        what = "The key does not fit this archive, or it is damaged" if self._number == 0 else "The archive is damaged"
        raise DomainError("archive_damaged", f"{what}. Nothing was changed.")
