"""A line file is made while it comes: what comes is kept, proven, unpacked, encrypted and written piece by piece.

It is proven by the digest under which the server names it, and not looked through once more: the server did that with
these very bytes before it named them, and every page gets a seal of its own here.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any

import zstandard
from sqlcipher3 import dbapi2

from desktop.cache.encrypted_file import Connection, DatabaseError, as_domain_error
from desktop.cache.line_file import open_line
from desktop.cache.page_cipher import PageCipher
from desktop.cache.part_file import PartFile, disk_faults, remove_with_log, sync_to_disk
from shared_models.catalogue.line_file_form import FORM, create_tables, finish_file, schema_of
from shared_models.catalogue.records import LINE_DATASETS, DatasetShape
from shared_models.kernel.errors import DomainError
from shared_models.sync.line_manifest import Snapshot

_PIECE_BYTES = 1 << 17
"""So much packed is unpacked at a time."""
_LONGEST_WINDOW = 2**27
_MOST_WAITING = 8
"""So many unpacked pieces wait for the thread that writes them."""


class LineMaking:
    """One encrypted file in the making: a context that leaves no file behind unless `finish` came to its end.

    Used by one thread; another encrypts and writes meanwhile. Nothing plain is written anywhere.
    """

    def __init__(self, part: PartFile, snapshot: Snapshot, target: Path, key: bytes, shape: DatasetShape) -> None:
        """`part` holds what came before an earlier start was cut off, and keeps what comes now."""
        self._part = part
        self._snapshot = snapshot
        self._target = target
        self._key = key
        self._shape = shape
        self._is_finished = False
        if part.size > snapshot.bytes:
            part.discard()
        self.come = part.size
        """How many bytes of the snapshot have come."""

    def __enter__(self) -> LineMaking:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._part.close()
        self._writer.abandon()
        if not self._is_finished:
            remove_with_log(self._target)

    def take(self, piece: bytes) -> None:
        """The next bytes. Raises `DomainError("disk_full")`."""
        self._part.append(piece)
        self.come += len(piece)
        self._pass_on(piece)

    def begin_anew(self) -> None:
        """The first byte comes next, whatever came before."""
        self._writer.abandon()
        self._part.discard()
        self.come = 0
        self._begin()

    def finish(self) -> None:
        """Everything has come: the file is whole, on the disk, and of exactly the expected form.

        Raises `DomainError`: `digest_differs` (what came is discarded), `file_unfit`, `file_unreadable`, `disk_full`.
        """
        if self._digest.hexdigest() != self._snapshot.digest:
            self._part.discard()
            raise DomainError("digest_differs", "A catalogue did not arrive as it was sent and is fetched again.")
        if self._fault is not None:
            raise self._fault
        self._writer.finish()
        _require_expected(self._target, self._key, self._shape)
        self._is_finished = True

    def _begin(self) -> None:
        self._digest: Any = sha256()
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_LONGEST_WINDOW).decompressobj()
        self._unpacked = 0
        self._fault: DomainError | None = None
        """Why it cannot be unpacked; as long as the digest is not known, it may just have arrived damaged."""
        self._writer = _Writer(self._target, self._key)
        if self.come:
            for piece in self._part.pieces():
                self._pass_on(piece)

    def _pass_on(self, packed: bytes) -> None:
        self._digest.update(packed)
        for start in range(0, len(packed), _PIECE_BYTES):
            if self._fault is None:
                self._unpack(packed[start : start + _PIECE_BYTES])

    def _unpack(self, packed: bytes) -> None:
        try:
            plain = self._unpacker.decompress(packed)
        except zstandard.ZstdError:
            self._fault = DomainError("file_unreadable", "A catalogue cannot be unpacked and is fetched again.")
            return
        self._unpacked += len(plain)
        if self._unpacked > self._snapshot.plain_bytes:
            self._fault = DomainError("file_unreadable", "A catalogue unfolds to more than was said of it.")
            return
        self._writer.write(plain)


class _Writer:
    """Encrypts and writes, in a thread of its own; what goes wrong there is told at the end."""

    def __init__(self, target: Path, key: bytes) -> None:
        self._waiting: queue.Queue[bytes | None] = queue.Queue(_MOST_WAITING)
        self._is_abandoned = False
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(target, key), name="line file", daemon=True)
        self._thread.start()

    def write(self, plain: bytes) -> None:
        """The next piece; waits while too many wait."""
        self._waiting.put(plain)

    def finish(self) -> None:
        """Come back when everything is on the disk. Raises what went wrong."""
        self._waiting.put(None)
        self._thread.join()
        if self._fault is not None:
            raise self._fault

    def abandon(self) -> None:
        """End without a whole file; nothing happens after `finish`."""
        if self._thread.is_alive():
            self._is_abandoned = True
            self._waiting.put(None)
            self._thread.join()

    def _run(self, target: Path, key: bytes) -> None:
        pieces = iter(self._waiting.get, None)
        try:
            self._write_all(pieces, target, key)
        except BaseException as fault:  # noqa: BLE001 - it is raised in the other thread
            self._fault = fault
            # Nobody may wait for room here for ever.
            for _ in pieces:
                pass

    def _write_all(self, pieces: Iterator[bytes | None], target: Path, key: bytes) -> None:
        with disk_faults(), target.open("wb") as file:
            cipher = PageCipher(file, key)
            for plain in pieces:
                if plain and not self._is_abandoned:
                    cipher.write(plain)
            if not self._is_abandoned:
                cipher.finish()
                sync_to_disk(file)


def _require_expected(target: Path, key: bytes, shape: DatasetShape) -> None:
    """Raises `DomainError`: `file_unfit` for anything but exactly the expected schema, `file_unreadable` for damage."""
    connection = open_line(target, key, read_only=True)
    try:
        form = connection.execute("PRAGMA user_version").fetchone()[0]
        is_expected = form == FORM and tuple(schema_of(connection)) == _expected_schema(shape.name)
    except DatabaseError as error:
        raise as_domain_error(error, target) from error
    finally:
        connection.close()
    if not is_expected:
        raise DomainError("file_unfit", "The server's catalogue has another form than this program knows.")


@cache
def _expected_schema(dataset: str) -> tuple[tuple[str, str, str, str], ...]:
    connection: Connection = dbapi2.connect(":memory:", isolation_level=None)
    try:
        create_tables(connection, LINE_DATASETS[dataset])
        finish_file(connection, LINE_DATASETS[dataset], collected_bytes=_PIECE_BYTES)
        return tuple(schema_of(connection))
    finally:
        connection.close()
