"""Bringing an older station.db to this program's version: a copy first, then all steps in one transaction."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from desktop.cache.encrypted_file import as_domain_error, open_encrypted
from shared_models.kernel.errors import DomainError

MIGRATIONS = Path(__file__).parent / "migrations"


def revision_of(version: int) -> str:
    """The Alembic revision that makes files of this `PRAGMA user_version`."""
    return f"{version:04d}"


def upgrade_station_file(path: Path, key: bytes, *, found: int, wanted: int, migrations: Path = MIGRATIONS) -> Path:
    """Upgrade the file and return the copy of what it was.

    Raises `DomainError("upgrade_failed")`; the file is then as it was before.
    """
    copy = path.with_name(f"{path.stem}.before-{wanted}{path.suffix}")
    try:
        _copy(path, key, copy)
        _migrate(path, key, found, wanted, migrations)
    except Exception as error:
        logging.getLogger(__name__).error("upgrade from %d to %d failed", found, wanted, exc_info=error)
        raise DomainError(
            "upgrade_failed",
            "This profile could not be brought to the new version of Order-Track. Nothing in it was changed; "
            "go on with the former version and tell us.",
            found=found,
            wanted=wanted,
        ) from error
    return copy


def _copy(path: Path, key: bytes, copy: Path) -> None:
    connection = open_encrypted(path, key)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    shutil.copyfile(path, copy)


def _migrate(path: Path, key: bytes, found: int, wanted: int, migrations: Path) -> None:
    engine = create_engine("sqlite://", module=dbapi2, creator=lambda: open_encrypted(path, key), poolclass=StaticPool)
    try:

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(migrations))
            config.attributes["connection"] = connection
            config.attributes["found"] = revision_of(found)
            command.upgrade(config, revision_of(wanted))
            connection.exec_driver_sql(f"PRAGMA user_version = {wanted}")
    except dbapi2.DatabaseError as error:
        raise as_domain_error(error, path) from error
    finally:
        engine.dispose()
