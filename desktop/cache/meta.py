"""The small named values of station.db: who is signed in, where, and with which token."""

from __future__ import annotations

from desktop.cache.reader import Reader
from desktop.cache.records import StationRecords


def get_meta(reader: Reader, name: str, default: str = "") -> str:
    """The value kept under `name`."""
    value = reader.value("SELECT value FROM meta WHERE name = ?", name)
    return default if value is None else str(value)


def set_meta(records: StationRecords, **values: str) -> None:
    """Keep values, inside the caller's transaction."""
    for name, value in values.items():
        records.connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )
