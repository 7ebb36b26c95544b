"""Opening encrypted SQLite files, and the one place where the desktop commits.

Every file of the cache is encrypted from its first byte with a raw 256-bit key (`reliability.md` section 0.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from sqlcipher3 import dbapi2

from shared_models.kernel.errors import DomainError

if TYPE_CHECKING:
    import sqlite3

Connection: TypeAlias = "sqlite3.Connection"
"""A sqlcipher3 connection; it has the same methods as the standard library's, whose types are borrowed."""

DatabaseError: type[Exception] = dbapi2.DatabaseError
IntegrityError: type[Exception] = dbapi2.IntegrityError
_NEWEST_FAULTY_SQLITE = (3, 51, 2)
_STATEMENTS_KEPT = 512
_BUSY_MILLISECONDS = 5000
_SIGNS_OF_DAMAGE = ("not a database", "malformed", "hmac check failed", "vtable constructor failed", "corrupt")

if tuple(dbapi2.sqlite_version_info) <= _NEWEST_FAULTY_SQLITE:
    raise ImportError(f"SQLite {dbapi2.sqlite_version} can corrupt a file when its log is reset; 3.51.3 is needed.")


def open_encrypted(
    path: Path,
    key: bytes,
    *,
    read_only: bool = False,
    synchronous: Literal["FULL", "NORMAL"] = "FULL",
    seal: Literal["HMAC_SHA512", "HMAC_SHA256"] = "HMAC_SHA512",
) -> Connection:
    """Open or make an encrypted file. It may be used from any thread, by one at a time.

    `read_only` refuses every change and does not make a missing file. `seal`: what every page of the file is sealed
    with, the one it was made with. Raises `DomainError`: `file_unreadable` when the key does not fit or the file is
    damaged (SQLite cannot tell the two apart), or what `as_domain_error` makes of the fault.
    """
    if len(key) != 32:
        raise ValueError("a file key has 32 bytes")
    uri = f"{path.absolute().as_uri()}?mode={'rw' if read_only else 'rwc'}"
    try:
        connection = dbapi2.connect(
            uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=_STATEMENTS_KEPT
        )
    except DatabaseError as error:
        raise as_domain_error(error, path) from error
    try:
        # The logger writes to standard error by itself, where nobody expects it.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(f"PRAGMA cipher_hmac_algorithm = {seal}")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
        if read_only:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except DatabaseError as error:
        connection.close()
        raise as_domain_error(error, path) from error
    return cast(Connection, connection)


def damaged_pages(path: Path, key: bytes) -> list[int]:
    """The pages whose seal is broken; empty for a sound file. Reads the whole file, but not what its log still holds.

    With a key that is not the file's every page is broken.
    """
    connection = dbapi2.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        faults = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
    finally:
        connection.close()
    return [int(found[1]) for fault in faults if (found := re.search(r"page (\d+)", fault))]


@contextmanager
def transaction(connection: Connection, kind: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE") -> Iterator[None]:
    """Everything inside becomes durable together at the end, or nothing of it does when an exception leaves.

    SQLite's own faults come out as `DomainError` (`as_domain_error`).
    """
    try:
        connection.execute(f"BEGIN {kind}")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except DatabaseError as error:
        sentence = as_domain_error(error)
        if sentence is error:
            raise
        raise sentence from error


def as_domain_error(error: Exception, path: Path | None = None) -> Exception:
    """The sentence for a fault of the world; a programming mistake comes back as it is."""
    words = str(error).lower()
    name = path.name if path is not None else "The station's file"
    if "disk is full" in words:
        return DomainError(
            "disk_full",
            "The disk is full, so this was not saved. Everything saved before is safe. "
            "Free some space and do it again.",
        )
    if any(sign in words for sign in _SIGNS_OF_DAMAGE):
        return DomainError("file_unreadable", f"{name} cannot be read: it is damaged, or the key belongs to another.")
    if "locked" in words or "busy" in words:
        return DomainError("file_busy", f"{name} is in use by another program. Nothing was saved; try again.")
    if "disk i/o" in words or "readonly" in words or "unable to open" in words:
        return DomainError(
            "file_not_writable",
            f"{name} cannot be written ({error}). This was not saved; check the disk and its rights.",
        )
    return error


def fold_in(connection: Connection) -> None:
    """Bring the whole log into the file, so that the file alone is everything. Nobody else may have it open.

    Raises `DomainError` where it cannot be done.
    """
    try:
        busy = one_value(connection, "PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError as error:
        raise as_domain_error(error) from error
    if busy:
        raise DomainError("file_busy", "The station's file is in use by another program. Nothing was saved; try again.")


def one_value(connection: Connection, sql: str, *params: Any) -> Any:
    """The first column of the first row, or None."""
    row = connection.execute(sql, params).fetchone()
    return row[0] if row is not None else None
