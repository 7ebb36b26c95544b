"""Who uses the database: everybody together, or a restore alone.

On SQLite a lock on a file beside the database, which the system lets go of however a process ends. On PostgreSQL the
database itself knows its sessions, and ours say who they are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from shared_models.kernel.errors import DomainError

if TYPE_CHECKING:
    from sqlalchemy import Connection

PROGRAM_NAME = "order-track-server"
_PLACES = 64
"""Windows knows no shared lock here: there each user holds one of so many bytes, and whoever wants all finds out."""


def lock_path(database: Path) -> Path:
    """The file whose lock stands for the database."""
    return database.with_name(database.name + ".in-use")


@contextmanager
def together(database: Path | None) -> Iterator[None]:
    """Use the database with others. Raises `DomainError("restore_running")`. None stands for PostgreSQL."""
    if database is None:
        yield
        return
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(lock_path(database), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock_shared(handle):
            raise DomainError(
                "restore_running", "The database is being restored just now. Nothing was done; try again afterwards."
            )
        yield
    finally:
        os.close(handle)


@contextmanager
def alone(database: Path | None) -> Iterator[None]:
    """Have the database to oneself. Raises `DomainError("server_running")`. None stands for PostgreSQL."""
    if database is None:
        yield
        return
    database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(lock_path(database), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock_alone(handle):
            raise server_running()
        yield
    finally:
        os.close(handle)


def require_no_session(connection: Connection) -> None:
    """On PostgreSQL: nobody else of this program is connected. Raises `DomainError("server_running")`."""
    from sqlalchemy import text

    others = connection.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND application_name = :name"
        ),
        {"name": PROGRAM_NAME},
    ).scalar_one()
    if others:
        raise server_running()


def server_running() -> DomainError:
    """The refusal of a restore."""
    return DomainError(
        "server_running",
        "A server or another command uses this database. Stop the server first; nothing was changed.",
    )


if sys.platform == "win32":
    import msvcrt

    def _lock_shared(handle: int) -> bool:
        return any(_lock_bytes(handle, place, 1) for place in range(_PLACES))

    def _lock_alone(handle: int) -> bool:
        return _lock_bytes(handle, 0, _PLACES)

    def _lock_bytes(handle: int, place: int, count: int) -> bool:
        os.lseek(handle, place, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, count)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock_shared(handle: int) -> bool:
        return _flock(handle, fcntl.LOCK_SH)

    def _lock_alone(handle: int) -> bool:
        return _flock(handle, fcntl.LOCK_EX)

    def _flock(handle: int, kind: int) -> bool:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
