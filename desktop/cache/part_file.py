"""What has arrived of a file that is being fetched: kept encrypted, so that a fetch goes on after a kill."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b, sha256
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from shared_models.kernel.errors import DomainError

_BLOCK_BYTES = 16
_READ_BYTES = 1 << 20


class PartFile:
    """The first bytes of a file, as many as have come. AES-256-CTR under a key made from the line file's own."""

    def __init__(self, path: Path, key: bytes) -> None:
        """`key` serves one file content only; `path` is made at the first `append`."""
        self.path = path
        self._key = blake2b(key, digest_size=32, person=b"line-part").digest()
        self._file: FileIO | None = None
        self._cipher: Any = None

    @property
    def size(self) -> int:
        """How many bytes have come."""
        return self.path.stat().st_size if self.path.exists() else 0

    def append(self, piece: bytes) -> None:
        """The next bytes. Raises `DomainError("disk_full")`."""
        with disk_faults():
            if self._file is None:
                self._cipher = self._at(self.size)
                self._file = self.path.open("ab", buffering=0)
            rest = memoryview(self._cipher.update(piece))
            while rest:
                rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        """What was appended is in the file, as far as the system keeps its word until the next power cut."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Begin from nothing."""
        self.close()
        self.path.unlink(missing_ok=True)

    def pieces(self) -> Iterator[bytes]:
        """What has come, in its order."""
        self.close()
        cipher = self._at(0)
        with self.path.open("rb") as file:
            while piece := file.read(_READ_BYTES):
                yield cipher.update(piece)

    def digest(self) -> str:
        """The SHA-256 of what has come, in hex."""
        digest = sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()

    def _at(self, offset: int) -> Any:
        counter = (offset // _BLOCK_BYTES).to_bytes(_BLOCK_BYTES, "big")
        cipher: Any = Cipher(algorithms.AES(self._key), modes.CTR(counter)).encryptor()
        cipher.update(bytes(offset % _BLOCK_BYTES))
        return cipher


@contextmanager
def disk_faults() -> Iterator[None]:
    """A full disk becomes a sentence for the person; everything else goes up as it is."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DomainError(
            "disk_full", "The disk is full, so a catalogue could not be kept. Everything else goes on; free some space."
        ) from error


def remove_with_log(path: Path) -> None:
    """Remove a database file with what SQLite keeps beside it. Raises OSError where the system refuses."""
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def sync_to_disk(file: BinaryIO) -> None:
    """Come back when what was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())
