"""station.db: the precious file. One writer connection behind a lock, a read-only connection for every thread."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.cache.encrypted_file import (
    Connection,
    DatabaseError,
    as_domain_error,
    fold_in,
    one_value,
    open_encrypted,
    transaction,
)
from desktop.cache.reader import Reader, WriterReader
from desktop.cache.records import StationRecords
from desktop.cache.reserve import Reserve
from shared_models.kernel.errors import DomainError

STATION_FILE = "station.db"
SCHEMA_VERSION = 7
"""`PRAGMA user_version` of the files that this program makes; grows with every file in `migrations/versions`."""


_CHANGES_KEPT_IN_LOG = 500
"""Rows."""
_HASTY_WRITES_KEPT_IN_LOG = 120
"""A scan changes two or three rows, in some eight pages."""


class StationDatabase:
    """An open station.db. Use from any thread; close when the program ends.

    A saved write is durable when `write` has ended: the log is synchronised to the disk (`synchronous=FULL`).
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """Open an existing file; an older one is upgraded first, a copy being kept beside it.

        Raises `DomainError`: `no_station_file`, `file_unreadable` (wrong key or damage), `newer_file` (made by a
        newer program; nothing was changed), `upgrade_failed`.
        """
        if not path.exists():
            raise DomainError("no_station_file", "Nobody has signed in here yet. Sign in first.")
        self.path = path
        self._key = key
        self._writer = _opened(path, key)
        # The log is carried over by `write` and `tidy`, never in the middle of a scan.
        self._writer.execute("PRAGMA wal_autocheckpoint = 0")
        self._tidied_at = 0
        self._lock = threading.RLock()
        self._in_haste = False
        self._hasty_writes = 0
        self._local = threading.local()
        # A lock of their own: a reader that is just made must not wait for a writer.
        self._readers_lock = threading.Lock()
        self._tidying = threading.Lock()
        self._tidier: Connection | None = None
        self._readers: list[Connection] = []
        self._reserve = Reserve(path.parent)

    @property
    def key(self) -> bytes:
        """What opens the file: for the slots that are to hold it, and for nothing that is kept or shown."""
        return self._key

    @classmethod
    def create(
        cls, path: Path, key: bytes, fill: Callable[[StationRecords], None] = lambda _records: None
    ) -> StationDatabase:
        """Make a new file, filled by `fill`, and open it. Raises `DomainError("already_there")` when there is one.

        It is made beside and gets its name last: whatever breaks off the making, there is no station file after it.
        """
        if path.exists():
            raise DomainError("already_there", "This profile already has a station file; it was not touched.")
        from desktop.cache.station_schema import create_station_tables  # SQLAlchemy is not loaded at a normal start

        beside = path.with_name(f"{path.stem}.new{path.suffix}")
        for leftover in (*_files_of(beside), *_files_of(path)):
            leftover.unlink(missing_ok=True)
        connection = open_encrypted(beside, key)
        try:
            with transaction(connection):
                create_station_tables(connection)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                fill(StationRecords(connection))
            fold_in(connection)
        finally:
            connection.close()
        os.replace(beside, path)
        return cls(path, key)

    @contextmanager
    def write(self) -> Iterator[StationRecords]:
        """One transaction: everything inside is durable afterwards, or nothing of it when an exception leaves.

        Waits for a writer of another thread; a thread must not open a second one inside. Raises `DomainError`
        (`disk_full`, `file_unreadable`, `file_not_writable`) when it could not be saved.
        """
        with self._lock:
            try:
                with transaction(self._writer):
                    yield StationRecords(self._writer)
            except DomainError as error:
                if error.code == "disk_full":
                    self._reserve.release()
                raise
            if self._in_haste:
                self._hasty_writes += 1
            elif self._writer.total_changes - self._tidied_at >= _CHANGES_KEPT_IN_LOG:
                self.tidy()

    @contextmanager
    def unless_busy(self) -> Iterator[bool]:
        """Whether nobody writes just now; if so nobody else begins to until the end of the block.

        For the window's own thread, which must not wait: inside, `write` and `read_before_write` begin at once, and
        `write` leaves it to `tidy` to carry the log over.
        """
        if not self._lock.acquire(blocking=False):
            yield False
            return
        self._in_haste = True
        try:
            yield True
        finally:
            self._in_haste = False
            self._lock.release()

    @property
    def wants_tidying(self) -> bool:
        """Whether so much was written inside `unless_busy` that `tidy` should be called soon."""
        return self._hasty_writes >= _HASTY_WRITES_KEPT_IN_LOG

    def tidy(self) -> None:
        """Carry the log over into the file, as far as nobody reads it. Whoever writes meanwhile does not wait for it.

        Takes as long as some commits. What is saved is untouched.
        """
        with self._tidying:
            self._tidied_at, self._hasty_writes = self._writer.total_changes, 0
            try:
                # Over a connection of its own: the log may be carried over while the writer goes on behind its end.
                if self._tidier is None:
                    self._tidier = open_encrypted(self.path, self._key)
                self._tidier.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            except (DatabaseError, DomainError) as error:
                # A disk that is full, for one. Everything saved is in the log, which is as good as the file.
                logging.getLogger(__name__).info("the log of the station's file was not carried over: %s", error)

    def read(self) -> Reader:
        """The calling thread's reader; made at its first call."""
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            connection = open_encrypted(self.path, self._key, read_only=True)
            with self._readers_lock:
                self._readers.append(connection)
            reader = self._local.reader = Reader(connection)
        return reader

    def read_before_write(self) -> Reader:
        """A reader for the thread that is about to write: faster right after this station's own commits.

        It waits while another thread writes, so the window's own thread must not use it but inside `unless_busy`.
        """
        return WriterReader(self._writer, self._lock)

    def close(self) -> None:
        """Close every connection. No reader may be in use."""
        with self._lock, self._readers_lock, self._tidying:
            tidiers = [] if self._tidier is None else [self._tidier]
            for connection in [*self._readers, *tidiers, self._writer]:
                connection.close()
            self._readers.clear()
            self._tidier = None


def _files_of(path: Path) -> list[Path]:
    """A file and its log; a log that another file left under the same name would be taken for its own."""
    return [path.with_name(path.name + ending) for ending in ("", "-wal", "-shm")]


def _opened(path: Path, key: bytes) -> Connection:
    """On a full disk not even the log's index finds room: the reserve is given up for it, so that all can be read."""
    try:
        _bring_to_this_version(path, key)
        return open_encrypted(path, key)
    except DomainError as error:
        if error.code not in ("disk_full", "file_not_writable") or not Reserve.release_in(path.parent):
            raise
    return open_encrypted(path, key)


def _bring_to_this_version(path: Path, key: bytes) -> None:
    connection = open_encrypted(path, key, read_only=True)
    try:
        found = int(one_value(connection, "PRAGMA user_version"))
    except DatabaseError as error:
        raise as_domain_error(error, path) from error
    finally:
        connection.close()
    if found == 0:
        raise DomainError(
            "file_unreadable", f"{path.name} is empty: it was damaged by something else than Order-Track."
        )
    if found > SCHEMA_VERSION:
        raise DomainError(
            "newer_file",
            "This profile was used by a newer Order-Track. Please update this one; nothing was changed.",
            found=found,
            known=SCHEMA_VERSION,
        )
    if found < SCHEMA_VERSION:
        from desktop.cache.upgrade import upgrade_station_file  # Alembic is only loaded when there is work for it

        upgrade_station_file(path, key, found=found, wanted=SCHEMA_VERSION)
