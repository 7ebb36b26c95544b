"""The form of an archive: a line that names it, a line that says how it is encrypted, then packed frames.

A frame is a length, a short digest, so that nothing damaged is ever decoded, and a message: the head, rows of a table,
files that belong to the server, and the end, which holds the digest of everything before it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b, sha256
from typing import Any, BinaryIO

import msgspec
import zstandard

from shared_models.kernel.errors import DomainError
from sync_server.features.backup.sealing import SealedReader, SealHeader, SealingWriter, Secret, new_header

MAGIC = b"ORDER-TRACK BACKUP 1\n"
_FAMILY = b"ORDER-TRACK BACKUP "
_LENGTH = struct.Struct(">I")
_PROOF_BYTES = 8
_LONGEST_FRAME = 256 * 1024 * 1024
Value = None | bool | int | float | str | bytes


class TableHead(msgspec.Struct, frozen=True, kw_only=True):
    """One table: its columns in the order of its rows' values, and about how many rows there are."""

    name: str
    columns: list[str]
    rows: int


class Head(msgspec.Struct, frozen=True, kw_only=True, tag="head"):
    """What the archive holds. `revisions` are the database's own, by which an older archive is brought up."""

    program: str
    database: str
    revisions: list[str]
    history_id: str
    taken_at: datetime
    tables: list[TableHead]


class Rows(msgspec.Struct, frozen=True, kw_only=True, tag="rows"):
    """Some rows of one table; the same values whatever database they came from."""

    table: str
    rows: list[list[Any]]


class KeptFile(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """A file without which the database is not enough, such as the key that signs links."""

    name: str
    content: bytes


class TableSum(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows a table has, and a sum over them that does not ask for their order."""

    rows: int
    checksum: str


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end"):
    """The last frame: each table's sum, and the SHA-256 of all frames before."""

    tables: dict[str, TableSum]
    digest: str


Frame = Head | Rows | KeptFile | End


class Adding:
    """Counts and sums rows as they go by, whichever way they go."""

    def __init__(self) -> None:
        """Nothing went by yet."""
        self._rows: dict[str, int] = {}
        self._sums: dict[str, int] = {}

    def table(self, name: str) -> None:
        """The table is there, be it empty."""
        self._rows.setdefault(name, 0)
        self._sums.setdefault(name, 0)

    def take(self, name: str, rows: list[list[Any]]) -> None:
        """These rows of the table went by."""
        self.table(name)
        encode = msgspec.msgpack.Encoder().encode
        self._rows[name] += len(rows)
        self._sums[name] += sum(int.from_bytes(blake2b(encode(row), digest_size=8).digest(), "big") for row in rows)

    def sums(self) -> dict[str, TableSum]:
        """What went by until now."""
        return {
            name: TableSum(rows=rows, checksum=f"{self._sums[name] % 2**64:016x}")
            for name, rows in sorted(self._rows.items())
        }


class ArchiveWriter:
    """Writes the frames of one archive into an open file, packed and, with a secret, encrypted."""

    def __init__(self, file: BinaryIO, secret: Secret | None) -> None:
        """Writes the two lines at the start."""
        header = new_header(secret) if secret is not None else None
        file.write(MAGIC + msgspec.json.encode(header) + b"\n")
        self._sealing = SealingWriter(file, header, secret) if header and secret else None
        below: Any = self._sealing or file
        self._packed: Any = zstandard.ZstdCompressor(level=6).stream_writer(below, closefd=False)
        self._digest = sha256()
        self._adding = Adding()

    def write(self, frame: Head | Rows | KeptFile) -> None:
        """One frame more."""
        if isinstance(frame, Head):
            for table in frame.tables:
                self._adding.table(table.name)
        elif isinstance(frame, Rows):
            self._adding.take(frame.table, frame.rows)
        self._put(frame)

    def finish(self) -> End:
        """Write the end; the file itself stays open."""
        end = End(tables=self._adding.sums(), digest=self._digest.hexdigest())
        self._put(end)
        self._packed.close()
        if self._sealing is not None:
            self._sealing.close()
        return end

    def _put(self, frame: Frame) -> None:
        message = msgspec.msgpack.encode(frame)
        data = _LENGTH.pack(len(message)) + _proof(message) + message
        self._digest.update(data)
        self._packed.write(data)


def read_frames(file: BinaryIO, secret: Secret | None) -> Iterator[Frame]:
    """The frames of an archive; the last one is the end, and it fits what went before.

    Raises `DomainError`: `not_a_backup`, `newer_backup`, `archive_sealed`, `archive_damaged`. What is given out before
    the end may still turn out to be damaged: read to the end first, then believe it.
    """
    source = _opened(file, secret)
    digest = sha256()
    adding = Adding()
    try:
        while True:
            start = source.read(_LENGTH.size + _PROOF_BYTES)
            size = _LENGTH.unpack(start[: _LENGTH.size])[0] if len(start) >= _LENGTH.size else _LONGEST_FRAME + 1
            message = source.read(size) if size <= _LONGEST_FRAME else b""
            if len(message) != size or start[_LENGTH.size :] != _proof(message):
                raise _damaged()
            frame = msgspec.msgpack.decode(message, type=Frame)
            if isinstance(frame, End):
                if frame.digest != digest.hexdigest() or frame.tables != adding.sums():
                    raise _damaged()
                yield frame
                return
            if isinstance(frame, Head):
                for table in frame.tables:
                    adding.table(table.name)
            elif isinstance(frame, Rows):
                adding.take(frame.table, frame.rows)
            digest.update(start + message)
            yield frame
    except (msgspec.MsgspecError, zstandard.ZstdError):
        raise _damaged() from None


def is_backup(first: bytes) -> bool:
    """Whether a file that starts so is a backup of any version."""
    return first.startswith(_FAMILY)


def _proof(message: bytes) -> bytes:
    return blake2b(message, digest_size=_PROOF_BYTES).digest()


def _opened(file: BinaryIO, secret: Secret | None) -> Any:
    first = file.readline(200)
    if not is_backup(first):
        raise DomainError("not_a_backup", "This file is no backup of Order-Track. Nothing was changed.")
    if first != MAGIC:
        raise DomainError(
            "newer_backup", "This backup was written by a newer Order-Track. Update this program; nothing was changed."
        )
    try:
        header = msgspec.json.decode(file.readline(2000), type=SealHeader | None)
    except msgspec.MsgspecError:
        raise _damaged() from None
    below: Any = SealedReader(file, header, secret) if header is not None else file
    return zstandard.ZstdDecompressor().stream_reader(below, closefd=False)


def _damaged() -> DomainError:
    return DomainError("archive_damaged", "The archive is damaged or was cut short. Nothing was changed.")
