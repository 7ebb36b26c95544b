"""Opening a profile in which somebody has signed in, and what is wrong when that cannot be done."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.cache.catalogue import Catalogue
from desktop.cache.keys import KeyRing
from desktop.cache.station_db import STATION_FILE, StationDatabase
from desktop.sync.desk import Desk
from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError


def is_signed_in(profile: Path) -> bool:
    """Whether somebody has signed in with this profile, so that it can be opened offline."""
    return (profile / STATION_FILE).exists()


def open_desk(profile: Path, key: bytes, clock: Clock) -> Desk:
    """Open a profile in which somebody has signed in, without any network.

    Raises `DomainError`: `no_station_file`, `newer_file`, `not_signed_in`, `foreign_key_file`, `file_unreadable`.
    A file that cannot be opened is not touched here; see `set_file_aside`.
    """
    database = open_database(profile, key)
    try:
        return Desk(database, Catalogue(database, profile), clock)
    except BaseException:
        database.close()
        raise


def open_database(profile: Path, key: bytes) -> StationDatabase:
    """Only station.db; `open_desk` for the rest."""
    file, keys = profile / STATION_FILE, KeyRing(profile)
    try:
        database = StationDatabase(file, key)
    except DomainError as error:
        if error.code == "file_unreadable" and keys.exists and not keys.belongs_to(file):
            raise DomainError(
                "foreign_key_file",
                f"The key file {keys.file.name} belongs to another profile. Nothing was changed; put the right one "
                "back from a backup, or ask your administrator for a code.",
            ) from error
        raise
    if keys.exists:
        keys.bind(file)
    return database


def set_file_aside(profile: Path, clock: Clock, word: str = "damaged") -> Path:
    """Rename station.db, with its log, so that a new one can be made; nothing is ever deleted.

    `word` becomes part of the name: `damaged`, or `kept` for one whose key is lost.
    """
    stamp = f"{clock.now():%Y%m%d-%H%M%S}"
    aside = profile / f"station.{word}-{stamp}.db"
    for ending in ("", "-wal", "-shm"):
        file = profile / f"{STATION_FILE}{ending}"
        if file.exists():
            os.replace(file, aside.with_name(aside.name + ending))
    return aside
