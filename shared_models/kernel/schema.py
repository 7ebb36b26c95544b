"""SQLAlchemy tables derived from the record classes, so that a column is declared once.

Used by the server, by both programs' migrations and when a station file is made; never on the station's way
from a scan to a saved row, which must not pay for importing SQLAlchemy.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import JSON, String, TypeDecorator, TypeEngine

from shared_models.kernel.records import Record, columns_of


@lru_cache(maxsize=4096)
def instant_text(instant: datetime) -> str:
    """An aware instant as SQLite keeps it: in UTC, to the microsecond, so that texts sort as instants do."""
    in_utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return f"{in_utc.isoformat(timespec='microseconds')[:-6]}Z"


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: `timestamptz` on PostgreSQL, sortable ISO text on SQLite; reads back the same."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, which knows no instants."""
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses naive instants: they would mean another time on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant must be aware, got {value!r}")
        return instant_text(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware and in UTC."""
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def _plain_type(hint: Any) -> tuple[Any, bool]:
    """The type without `None`, and whether `None` was allowed."""
    if get_origin(hint) in (Union, UnionType):
        options = [option for option in get_args(hint) if option is not NoneType]
        return options[0], len(options) < len(get_args(hint))
    return hint, False


def column_type(hint: Any) -> TypeEngine[Any]:
    """The column type that a field's Python type asks for."""
    plain, _ = _plain_type(hint)
    plain = getattr(plain, "__supertype__", plain)
    if get_origin(plain) in (tuple, list, dict):
        return JSON()
    if isinstance(plain, type):
        for python_type, sql_type in (
            (bool, Boolean()),
            (int, BigInteger()),
            (datetime, Instant()),
            (date, Date()),
            (str, Text()),
        ):
            if issubclass(plain, python_type):
                return sql_type
    return Text()  # Literal["a", "b"]


def columns_for(kind: type[Record], *, key: str = "id") -> list[Column[Any]]:
    """The columns of a record kind, `key` being the primary key."""
    hints = get_type_hints(kind)
    return [
        Column(name, column_type(hints[name]), primary_key=name == key, nullable=_plain_type(hints[name])[1])
        for name in columns_of(kind)
    ]


def tables_for(kinds: Iterable[type[Record]], metadata: MetaData) -> dict[type[Record], Table]:
    """One table a record kind, with its indexes and unique keys, added to `metadata`."""
    tables = {}
    for kind in kinds:
        spec = kind.TABLE
        tables[kind] = Table(
            spec.name,
            metadata,
            *columns_for(kind),
            *(UniqueConstraint(*columns, name=f"uq_{spec.name}_{'_'.join(columns)}") for columns in spec.unique),
            *(Index(f"ix_{spec.name}_{'_'.join(columns)}", *columns) for columns in spec.indexes),
        )
    return tables
