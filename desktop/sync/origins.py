"""At which station an operation was made that a file brought here: what waits says so to the server."""

from __future__ import annotations

from desktop.cache.reader import Reader
from desktop.cache.records import StationRecords

_PREFIX = "brought_from:"
_AFTER_PREFIX = "brought_from;"
"""The next text that does not begin with the prefix."""


def keep_origin(records: StationRecords, operation_id: str, station_id: str) -> None:
    """Note it, inside the caller's transaction."""
    records.connection.execute(
        "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (_PREFIX + operation_id, station_id)
    )


def carry_origin(records: StationRecords, operation_id: str, fresh_id: str) -> None:
    """An operation goes on under another id: it still comes from where it came."""
    records.connection.execute(
        "INSERT OR REPLACE INTO meta (name, value) SELECT ?, value FROM meta WHERE name = ?",
        (_PREFIX + fresh_id, _PREFIX + operation_id),
    )


def origins(reader: Reader) -> dict[str, str]:
    """Operation id to station id, for all that a file brought here and that is still known."""
    rows = reader.rows("SELECT name, value FROM meta WHERE name >= ? AND name < ?", _PREFIX, _AFTER_PREFIX)
    return {name.removeprefix(_PREFIX): station_id for name, station_id in rows}


def forget_origins(records: StationRecords) -> None:
    """Of operations that are forgotten themselves."""
    records.connection.execute(
        "DELETE FROM meta WHERE name >= ? AND name < ? AND substr(name, ?) NOT IN (SELECT id FROM operations)",
        (_PREFIX, _AFTER_PREFIX, len(_PREFIX) + 1),
    )
