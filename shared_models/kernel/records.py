"""What a stored record is, and the small set of ways in which an operation may read and change records.

Both programs implement `Records` over their own database, so that `apply` is one piece of code. Every change
goes through `Records.touch`, which is why the undo journal of a station and the stream entries of the server
are complete without anybody having to remember them.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from typing import Any, ClassVar, NamedTuple, TypeVar, get_args

import msgspec

from shared_models.kernel.errors import DomainError


class TableSpec(NamedTuple):
    """Where a record kind is stored: table name, indexes and unique keys, each a tuple of column names."""

    name: str
    indexes: tuple[tuple[str, ...], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    thing: str = "record"
    """What a person calls one of these, in the middle of a sentence: `copy`, `designer`."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One row that stations and the server share, identified by `id`; frozen, changed only by replacing it."""

    TABLE: ClassVar[TableSpec]

    id: str


R = TypeVar("R", bound=Record)


class Touch(NamedTuple):
    """One record before and after a change; `before` is None for a new one, `after` for a deleted one."""

    kind: type[Record]
    key: str
    before: Record | None
    after: Record | None


class Records(ABC):
    """The records of one database inside one transaction, with a list of everything that was changed."""

    def __init__(self) -> None:
        """Start with nothing touched."""
        self.touched: list[Touch] = []

    @abstractmethod
    def get(self, kind: type[R], key: str, /) -> R | None:
        """The record with this id, or None."""

    @abstractmethod
    def find(self, kind: type[R], /, **equals: str | bool | int | None) -> list[R]:
        """All records whose columns equal the given values (None means empty), in the order of their ids."""

    @abstractmethod
    def _write(self, touch: Touch) -> None:
        """Carry one change out in the database."""

    def need(self, kind: type[R], key: str, /, **must_be: str) -> R:
        """The record with this id whose columns have the given values.

        Raises `DomainError("not_found")` when it is missing, and just the same when a column differs: nobody
        learns that a record exists which is not theirs.
        """
        record = self.get(kind, key)
        if record is not None:
            for column, value in must_be.items():
                if getattr(record, column) != value:
                    break
            else:
                return record
        thing = kind.TABLE.thing
        raise DomainError("not_found", f"There is no such {thing} here.", kind=kind.TABLE.name, id=key)

    def insert(self, record: Record) -> None:
        """Store a new record. Raises `DomainError("already_there")` when its id is taken."""
        if self.get(type(record), record.id) is not None:
            raise already_there(record)
        self._touch(Touch(type(record), record.id, None, record))

    def change(self, record: R, /, **values: object) -> R:
        """Replace some columns of a record that was just read; returns the new state."""
        for column, value in values.items():
            if getattr(record, column) != value:
                break
        else:
            return record
        changed = msgspec.structs.replace(record, **values)
        self._touch(Touch(type(record), record.id, record, changed))
        return changed

    def delete(self, record: Record) -> None:
        """Remove a record that was just read."""
        self._touch(Touch(type(record), record.id, record, None))

    def _touch(self, touch: Touch) -> None:
        self._write(touch)
        self.touched.append(touch)


def already_there(record: Record) -> DomainError:
    """The refusal of a new record whose id is taken."""
    return DomainError("already_there", f"This {type(record).TABLE.thing} was already entered.", id=record.id)


@cache
def columns_of(kind: type[Record]) -> tuple[str, ...]:
    """The column names of a record kind, in the order in which they are stored and sent."""
    return kind.__struct_fields__


def values_of(record: Record) -> list[Any]:
    """The record as JSON values in the order of `columns_of`: what travels, and what a station stores.

    Instants are written in UTC whatever zone they came in: one record has one `row_hash` on both ends.
    """
    told = [list(value) if isinstance(value, tuple) else value for value in _in_utc(record)]
    return list(msgspec.to_builtins(told))


def _in_utc(record: Record) -> Sequence[Any]:
    values: Sequence[Any] = msgspec.structs.astuple(record)
    for index in _instants_of(type(record)):
        value = values[index]
        if value is not None and value.tzinfo is not UTC:
            values = [*values[:index], value.astimezone(UTC), *values[index + 1 :]]
    return values


@cache
def _instants_of(kind: type[Record]) -> tuple[int, ...]:
    """Where in `columns_of` instants stand."""
    fields = msgspec.structs.fields(kind)
    return tuple(index for index, field in enumerate(fields) if datetime in (field.type, *get_args(field.type)))


def from_values(kind: type[R], columns: Sequence[str], values: Sequence[Any]) -> R:
    """The record from JSON or database values; lists may be lists, truths may be 0 and 1.

    Columns that this program does not know are ignored; columns that are missing take their default. That is
    how a station reads a newer server and the other way round.
    """
    return msgspec.convert(dict(zip(columns, values, strict=True)), kind, strict=False)


def hash_of(record: Record) -> int:
    """The `row_hash` of a record's `values_of`."""
    return row_hash(record.TABLE.name, _in_utc(record))


def row_hash(kind_name: str, values: Sequence[Any]) -> int:
    """Eight bytes that stand for one row, as a signed integer; both ends compute it from the same JSON values.

    Sums of these, modulo 2**64, compare whole streams without regard to order (`sync.md` section 3).
    """
    digest = blake2b(msgspec.json.encode((kind_name, values)), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
