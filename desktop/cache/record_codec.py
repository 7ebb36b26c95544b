"""Records to rows of a station's file and back: statements and converters, made once for each record kind.

The file holds JSON values: days as ISO text, instants as ISO text with six decimals (so that text order is time
order), truths as 0 and 1, lists as JSON text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from shared_models.kernel.records import Record, columns_of, from_values

R = TypeVar("R", bound=Record)

_TO_MICROSECONDS = len("2026-11-23T09:30:00.000000")


def instant_text(instant: datetime) -> str:
    """An aware instant as the file holds it: `2026-11-23T09:30:00.000000Z`."""
    in_utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds")[:_TO_MICROSECONDS] + "Z"


def _json_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _enum_value(value: Enum) -> Any:
    return value.value


def _plain(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        hint = next(option for option in get_args(hint) if option is not type(None))
    return getattr(hint, "__supertype__", hint)


def _converter(hint: Any) -> Callable[[Any], Any] | None:
    plain = _plain(hint)
    if get_origin(plain) in (tuple, list, dict):
        return _json_text
    if not isinstance(plain, type):
        return None
    kinds: tuple[tuple[type, Callable[[Any], Any]], ...] = (
        (bool, int),
        (Enum, _enum_value),
        (datetime, instant_text),
        (date, date.isoformat),
    )
    return next((convert for kind, convert in kinds if issubclass(plain, kind)), None)


class RecordCodec(Generic[R]):
    """How one record kind is read from and written to its table."""

    def __init__(self, kind: type[R]) -> None:
        """Look at the kind's fields once."""
        hints = get_type_hints(kind)
        self.kind = kind
        self.columns = columns_of(kind)
        self.table = kind.TABLE.name
        self._converters = [
            (place, convert)
            for place, name in enumerate(self.columns)
            if (convert := _converter(hints[name])) is not None
        ]
        self._lists = [place for place, convert in self._converters if convert is _json_text]
        listed = ", ".join(self.columns)
        marks = ", ".join("?" * len(self.columns))
        updates = ", ".join(f"{name} = excluded.{name}" for name in self.columns[1:])
        self.select = f"SELECT {listed} FROM {self.table}"
        self.select_one = f"{self.select} WHERE id = ?"
        self.select_there = f"SELECT 1 FROM {self.table} WHERE id = ?"
        self.insert = f"INSERT INTO {self.table} ({listed}) VALUES ({marks})"
        self.upsert = f"{self.insert} ON CONFLICT (id) DO UPDATE SET {updates}"
        self.delete = f"DELETE FROM {self.table} WHERE id = ?"
        self._finds: dict[tuple[tuple[str, bool], ...], str] = {}
        self._updates: dict[tuple[int, ...], str] = {}

    def row(self, record: R) -> list[Any]:
        """The record's values as the file holds them, in the order of `columns`."""
        values: list[Any] = list(msgspec.structs.astuple(record))
        for place, convert in self._converters:
            if values[place] is not None:
                values[place] = convert(values[place])
        return values

    def record(self, row: Sequence[Any]) -> R:
        """The record from a row in the order of `columns`."""
        if self._lists:
            row = list(row)
            for place in self._lists:
                row[place] = msgspec.json.decode(row[place])
        return from_values(self.kind, self.columns, row)

    def find(self, equals: dict[str, Any]) -> tuple[str, list[Any]]:
        """The statement and parameters that select by equality, ordered by id."""
        shape = tuple((name, value is None) for name, value in equals.items())
        sql = self._finds.get(shape)
        if sql is None:
            unknown = [name for name in equals if name not in self.columns]
            if unknown:
                raise AttributeError(f"{self.table} has no column {unknown[0]}")
            wheres = " AND ".join(f"{name} IS NULL" if empty else f"{name} = ?" for name, empty in shape)
            sql = self._finds[shape] = f"{self.select} WHERE {wheres or '1'} ORDER BY id"
        return sql, [_bound(value) for value in equals.values() if value is not None]

    def update(self, before: R, after: R) -> tuple[str, list[Any]]:
        """The statement and parameters that write only the columns which differ: indexes of others stay untouched."""
        old, new = self.row(before), self.row(after)
        places = tuple(place for place, value in enumerate(new) if value != old[place])
        sql = self._updates.get(places)
        if sql is None:
            sets = ", ".join(f"{self.columns[place]} = ?" for place in places) or "id = id"
            sql = self._updates[places] = f"UPDATE {self.table} SET {sets} WHERE id = ?"
        return sql, [*(new[place] for place in places), after.id]


def _bound(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else int(value) if isinstance(value, bool) else value


@cache
def codec_of(kind: type[R]) -> RecordCodec[R]:
    """The codec of a record kind; made at its first use."""
    return RecordCodec(kind)
