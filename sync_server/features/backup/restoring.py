"""Bringing a backup back: into an empty database, or in place of the one there, which is set aside and not deleted.

Whatever goes wrong before the end leaves things as they were. Every restore begins a new history, which is how the
stations learn of it.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sqlalchemy import Connection, MetaData, Table, delete, func, inspect, select, text
from sqlalchemy.engine import make_url

from shared_models.accounts.records import Organisation, Person
from shared_models.kernel.errors import DomainError
from sync_server.features.backup.archive import Adding, Rows, read_frames
from sync_server.features.backup.progress import Progress
from sync_server.features.backup.saving import LINK_KEY, Checked, MakeProgress, check
from sync_server.features.backup.sealing import Secret
from sync_server.features.backup.tables import continue_numbers, rows_of_table, store_rows, tables_of
from sync_server.features.mail.sending import hold_waiting_mail
from sync_server.features.sync.history import begin_history
from sync_server.features.sync.tables import RECEIPTS, RECORD_TABLES
from sync_server.foundation.database import Database, open_database
from sync_server.foundation.in_use import alone, lock_path, require_no_session
from sync_server.migrations.upgrade import known_revisions, upgrade_within

_ENDINGS = ("", "-wal", "-shm")


class Restored(NamedTuple):
    """What was done."""

    checked: Checked
    history_id: str
    held_mails: int
    set_aside: str
    """Where the former database is now; empty when there was none."""
    link_key: str
    """`restored`, `kept` (another one was there already) or empty when the archive has none."""


class _Wish(NamedTuple):
    """How a restore was asked for."""

    file: BinaryIO
    secret: Secret | None
    now: datetime
    replace: bool
    hold_mail: bool
    progress: MakeProgress


class _Loaded(NamedTuple):
    history_id: str
    held_mails: int


def restore(
    database_url: str,
    file: BinaryIO,
    *,
    secret: Secret | None,
    now: datetime,
    link_key: Path,
    replace: bool = False,
    hold_mail: bool = True,
    progress: MakeProgress = Progress,
) -> Restored:
    """Check the whole archive, then load it.

    With `hold_mail` what waited in the outbox is held: it may have left after the backup was taken. Raises
    `DomainError`: `not_empty`, `server_running`, `newer_backup`, and what `read_frames` raises.
    """
    checked = check(file, secret, progress)
    if not set(checked.head.revisions) <= known_revisions():
        raise DomainError(
            "newer_backup", "This backup was taken by a newer Order-Track. Update this program; nothing was changed."
        )
    wish = _Wish(file, secret, now, replace, hold_mail, progress)
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        loaded, aside = _into_sqlite(Path(str(url.database)), checked, wish)
    else:
        loaded, aside = _into_postgres(database_url, checked, wish)
    return Restored(checked, loaded.history_id, loaded.held_mails, aside, _bring_link_key(checked, link_key))


# --- SQLite: a new file beside the old one, then two renames -----------------------------------------------


def _into_sqlite(path: Path, checked: Checked, wish: _Wish) -> tuple[_Loaded, str]:
    with alone(path):
        if path.exists() and not wish.replace and not _is_empty_file(path):
            raise _not_empty()
        unfinished = path.with_name(path.name + ".restoring")
        _remove(unfinished)
        try:
            database = open_database(f"sqlite:///{unfinished}")
            try:
                with database.writing() as connection:
                    loaded = _load(connection, checked, wish)
                with database.reading() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                database.close()
            aside = _set_aside(path, wish.now)
            os.replace(unfinished, path)
        finally:
            _remove(unfinished)
    return loaded, aside


def _is_empty_file(path: Path) -> bool:
    """Asked on a connection of its own: this process has the database to itself."""
    import sqlcipher3.dbapi2 as sqlite
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite+pysqlite:///{path}", module=sqlite)
    try:
        with engine.connect() as connection:
            return _is_empty(connection)
    except Exception:  # noqa: BLE001 - what cannot be read is not empty: only --replace may set it aside
        return False
    finally:
        engine.dispose()


def _set_aside(path: Path, now: datetime) -> str:
    if not path.exists():
        return ""
    aside = path.with_name(f"{path.stem}.before-restore-{now:%Y%m%d-%H%M%S}{path.suffix}")
    for ending in _ENDINGS:
        file = path.with_name(path.name + ending)
        if file.exists():
            os.replace(file, aside.with_name(aside.name + ending))
    return str(aside)


def _remove(unfinished: Path) -> None:
    for ending in _ENDINGS:
        unfinished.with_name(unfinished.name + ending).unlink(missing_ok=True)
    lock_path(unfinished).unlink(missing_ok=True)


# --- PostgreSQL: one transaction; the former tables move into a schema of their own ------------------------


def _into_postgres(database_url: str, checked: Checked, wish: _Wish) -> tuple[_Loaded, str]:
    database = open_database(database_url)
    try:
        return _in_one_transaction(database, checked, wish)
    finally:
        database.close()


def _in_one_transaction(database: Database, checked: Checked, wish: _Wish) -> tuple[_Loaded, str]:
    with database.writing() as connection:
        require_no_session(connection)
        if not wish.replace and not _is_empty(connection):
            raise _not_empty()
        names = inspect(connection).get_table_names()
        aside = ""
        if names:
            aside = f"before_restore_{wish.now:%Y%m%d_%H%M%S}"
            connection.execute(text(f'CREATE SCHEMA "{aside}"'))
            quote = connection.dialect.identifier_preparer.quote
            for name in names:
                connection.execute(text(f'ALTER TABLE {quote(name)} SET SCHEMA "{aside}"'))
        return _load(connection, checked, wish), f"schema {aside}" if aside else ""


# --- both ------------------------------------------------------------------------------------------------


def _load(connection: Connection, checked: Checked, wish: _Wish) -> _Loaded:
    """Make the tables as they were, fill them, compare, and only then bring everything up to this program."""
    upgrade_within(connection, checked.head.revisions)
    tables = {table.name: table for table in tables_of(connection)}
    missing = sorted({table.name for table in checked.head.tables} - tables.keys())
    if missing:
        raise DomainError("archive_damaged", f"The archive holds tables that no version had: {', '.join(missing)}.")
    for table in reversed(tables_of(connection)):
        # Steps put rows of their own into new tables; the archive has those too, as they were.
        connection.execute(delete(table))
    columns = {table.name: table.columns for table in checked.head.tables}
    counted = wish.progress("restoring", checked.rows)
    wish.file.seek(0)
    for frame in read_frames(wish.file, wish.secret):
        if isinstance(frame, Rows):
            store_rows(connection, tables[frame.table], columns[frame.table], frame.rows)
            counted.advance(len(frame.rows))
    continue_numbers(connection, list(tables.values()))
    _require_same(connection, checked, {name: tables[name] for name in columns})
    upgrade_within(connection, ["heads"])
    history_id = begin_history(connection, wish.now)
    return _Loaded(history_id, hold_waiting_mail(connection) if wish.hold_mail else 0)


def _require_same(connection: Connection, checked: Checked, tables: dict[str, Table]) -> None:
    """Read everything back out of the database and compare it, table by table, with what was saved."""
    adding = Adding()
    for name, table in tables.items():
        adding.table(name)
        wanted = next(one.columns for one in checked.head.tables if one.name == name)
        arranged = Table(name, MetaData(), *(table.c[column]._copy() for column in wanted))
        for rows in rows_of_table(connection, arranged):
            adding.take(name, rows)
    found = adding.sums()
    differing = sorted(name for name, saved in checked.end.tables.items() if found.get(name) != saved)
    if differing:
        raise DomainError(
            "restore_differs",
            f"What was loaded differs from the archive in: {', '.join(differing)}. Nothing was changed.",
        )


def _is_empty(connection: Connection) -> bool:
    """Whether nothing was ever entered: no tables, or no organisation, person or operation in them."""
    telling = {RECORD_TABLES[Organisation].name, RECORD_TABLES[Person].name, RECEIPTS.name}
    return not any(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in tables_of(connection)
        if table.name in telling
    )


def _not_empty() -> DomainError:
    return DomainError(
        "not_empty",
        "There is something in this database. With --replace it is set aside, not deleted, and the backup takes its "
        "place. Nothing was changed.",
    )


def _bring_link_key(checked: Checked, path: Path) -> str:
    """Put the key of the links back where there is none; another one that is there signed links of its own."""
    saved = next((file.content for file in checked.files if file.name == LINK_KEY), None)
    if saved is None:
        return ""
    if path.exists():
        return "restored" if path.read_bytes() == saved else "kept"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(saved)
    return "restored"
