"""`ServerRecords`: the shared `Records` over one transaction of the server's database.

Its statements run on the driver's own cursor (`driver_sql.py`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, Dialect, bindparam, delete, insert, select, update
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.types import JSON, Date

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person, RepCode
from shared_models.follow_up.records import FollowUpRecord
from shared_models.kernel.errors import DomainError
from shared_models.kernel.records import Record, Records, Touch, columns_of
from shared_models.kernel.schema import Instant, instant_text
from sync_server.features.sync.account_changes import note_account_change
from sync_server.features.sync.later import Later
from sync_server.features.sync.published_rows import find_published
from sync_server.features.sync.tables import RECORD_TABLES
from sync_server.foundation.driver_sql import among, listed, ready

R = TypeVar("R", bound=Record)
L = TypeVar("L", bound=Later)

NEVER_LOCKED: frozenset[type[Record]] = frozenset({Organisation, Person, Membership, ModuleGrant, Line, RepCode})
"""Read by everybody's operations and written by the operator alone: locking them would make all wait for all."""
_LARGEST = 2**63


class _Form(NamedTuple):
    """How values of one record kind go in and come out of one dialect."""

    columns: tuple[str, ...]
    instants: tuple[int, ...]
    days: tuple[int, ...]
    lists: tuple[int, ...]
    enums: tuple[int, ...]
    is_sqlite: bool

    def require_storable(self, record: Record) -> None:
        """Raises `DomainError("value_impossible")` for what no database can keep: a NUL, or more than 64 bits."""
        for value in msgspec.structs.astuple(record):
            kind = type(value)
            if kind is str:
                if "\0" not in value:
                    continue
            elif kind is not int or -_LARGEST <= value < _LARGEST:
                continue
            raise DomainError("value_impossible", "A number or a text in this cannot be stored.", id=record.id)

    def parameters(self, record: Record) -> list[Any]:
        """What the driver binds, in the order of the columns, of a record that is `require_storable`."""
        values: list[Any] = list(msgspec.structs.astuple(record))
        for index in self.enums:
            values[index] = values[index].value if isinstance(values[index], Enum) else values[index]
        for index in self.lists:
            values[index] = msgspec.json.encode(values[index]).decode() if self.is_sqlite else _jsonb(values[index])
        if self.is_sqlite:
            for index in self.instants:
                if values[index] is not None:
                    values[index] = instant_text(values[index])
            for index in self.days:
                if values[index] is not None:
                    values[index] = values[index].isoformat()
        return values

    def rows(self, records: Sequence[Record], names: Sequence[str]) -> Sequence[Any]:
        """What `run_bulk` takes for these records; `names` are the columns in the order in which they are bound."""
        if not self.is_sqlite:
            return records
        values_of, instants, days, enums, lists = _binding(self, tuple(names))
        rows = []
        for record in records:
            row = list(values_of(record))
            for index in instants:
                if row[index] is not None:
                    row[index] = instant_text(row[index])
            for index in days:
                if row[index] is not None:
                    row[index] = row[index].isoformat()
            for index in enums:
                row[index] = row[index].value if isinstance(row[index], Enum) else row[index]
            for index in lists:
                row[index] = msgspec.json.encode(row[index]).decode()
            rows.append(row)
        return rows

    def keys(self, touches: Sequence[Touch]) -> Sequence[Any]:
        """What `run_bulk` takes for deleting these."""
        return [(touch.key,) if self.is_sqlite else {"id": touch.key} for touch in touches]

    def record(self, kind: type[R], row: Sequence[Any]) -> R:
        """The record from a row of the driver."""
        fields = dict(zip(self.columns, row, strict=True))
        if self.is_sqlite:
            for index in self.lists:
                fields[self.columns[index]] = msgspec.json.decode(row[index])
        return msgspec.convert(fields, kind, strict=False)


class _Binding(NamedTuple):
    """The values of a record in the order in which a statement of SQLite binds them, and which of them it converts."""

    values_of: Callable[[Record], tuple[Any, ...]]
    instants: tuple[int, ...]
    days: tuple[int, ...]
    enums: tuple[int, ...]
    lists: tuple[int, ...]


@lru_cache(maxsize=512)
def _binding(form: _Form, names: tuple[str, ...]) -> _Binding:
    def places_of(indexes: Iterable[int]) -> tuple[int, ...]:
        return tuple(names.index(form.columns[index]) for index in indexes)

    converted = map(places_of, (form.instants, form.days, form.enums, form.lists))
    return _Binding(attrgetter(*names), *converted)


def _jsonb(value: Any) -> Any:
    """What PostgreSQL's driver takes as `jsonb`; only a server on PostgreSQL loads it."""
    from psycopg.types.json import Jsonb

    return Jsonb(value)


class _Statements(NamedTuple):
    """The ready texts for one record kind in one dialect; parameters are positional."""

    form: _Form
    get: str
    get_locked: str
    insert: str
    update: str
    delete: str


def _text(statement: ClauseElement, dialect: Dialect) -> str:
    return ready(statement, dialect).text


@cache
def _statements(kind: type[Record], dialect: Dialect) -> _Statements:
    table = RECORD_TABLES[kind]
    columns = columns_of(kind)
    by_id = table.c.id == bindparam("key", type_=table.c.id.type)
    chosen = select(*(table.c[name] for name in columns)).where(by_id)
    is_sqlite = dialect.name == "sqlite"
    form = _Form(
        columns=columns,
        instants=tuple(i for i, name in enumerate(columns) if isinstance(table.c[name].type, Instant)),
        days=tuple(i for i, name in enumerate(columns) if isinstance(table.c[name].type, Date)),
        lists=tuple(i for i, name in enumerate(columns) if isinstance(table.c[name].type, JSON)),
        enums=tuple(i for i, name in enumerate(columns) if _may_be_enum(kind, name)),
        is_sqlite=is_sqlite,
    )
    rest = [name for name in columns if name != "id"]
    return _Statements(
        form=form,
        get=_text(chosen, dialect),
        get_locked=_text(chosen.with_for_update(), dialect),
        insert=_text(insert(table), dialect),
        update=_text(update(table).where(by_id).values({name: bindparam(name) for name in rest}), dialect),
        delete=_text(delete(table).where(by_id), dialect),
    )


def _may_be_enum(kind: type[Record], name: str) -> bool:
    field = next(field for field in msgspec.structs.fields(kind) if field.name == name)
    return isinstance(field.type, type) and issubclass(field.type, Enum)


@lru_cache(maxsize=4096)
def _find_text(kind: type[Record], equals: tuple[tuple[str, bool], ...], locked: bool, dialect: Dialect) -> str:
    """`equals`: each column and whether it must be empty."""
    table = RECORD_TABLES[kind]
    statement = select(*(table.c[name] for name in columns_of(kind))).order_by(table.c.id)
    for name, is_empty in equals:
        column = table.c[name]
        statement = statement.where(column.is_(None) if is_empty else column == bindparam(name, type_=column.type))
    return _text(statement.with_for_update() if locked else statement, dialect)


@lru_cache(maxsize=4096)
def _among_text(kind: type[Record], column: str, locked: bool, dialect: Dialect) -> str:
    table = RECORD_TABLES[kind]
    statement = select(*(table.c[name] for name in columns_of(kind))).order_by(table.c.id)
    statement = statement.where(among(table.c[column], "wanted", dialect))
    return _text(statement.with_for_update() if locked else statement, dialect)


def form_of(kind: type[Record], dialect: Dialect) -> _Form:
    """How values of the kind go in and come out of this dialect."""
    return _statements(kind, dialect).form


class ServerRecords(Records):
    """Reads through a small memory of this transaction, writes at once; `connection` must be in a transaction.

    With `locking` (an operation's transaction on PostgreSQL) rows that people change are locked as they are read.
    """

    def __init__(self, connection: Connection, *, locking: bool = False) -> None:
        """Nothing is read yet."""
        super().__init__()
        self.connection = connection
        self._dialect = connection.dialect
        self._cursor = connection.connection.cursor()
        self._locking = locking and self._dialect.name == "postgresql"
        self._noted = False
        self._known: dict[tuple[type[Record], str], Record | None] = {}
        self._found: dict[tuple[type[Record], tuple[tuple[str, Any], ...]], list[Any]] = {}
        self._laters: dict[type[Later], Later] = {}
        self._streams_shown: Callable[[], Set[str]] = frozenset

    def get(self, kind: type[R], key: str, /) -> R | None:
        """As in `Records`; read once a transaction."""
        known: Any = self._known.get((kind, key), self)
        if known is not self:
            found: R | None = known
            return found
        if "\0" in key:
            return None
        statements = _statements(kind, self._dialect)
        locked = self._locking and kind not in NEVER_LOCKED
        row = self._run(statements.get_locked if locked else statements.get, (key,)).fetchone()
        record = None if row is None else statements.form.record(kind, row)
        self._known[kind, key] = record
        return record

    def show_rows(self, streams: Callable[[], Set[str]]) -> None:
        """Find, from now on, the follow-up rows in these streams; before this is said, none. Asked when needed."""
        self._streams_shown = streams

    def find(self, kind: type[R], /, **equals: str | bool | int | None) -> list[R]:
        """As in `Records`; who may do what is read once a transaction, however many operations ask."""
        if issubclass(kind, FollowUpRecord):
            found: list[Any] = find_published(self.connection, kind, equals, streams=self._streams_shown())
            return found
        if kind not in NEVER_LOCKED:
            return self._find(kind, equals)
        question = (kind, tuple(equals.items()))
        if question not in self._found:
            self._found[question] = self._find(kind, equals)
        return list(self._found[question])

    def _find(self, kind: type[R], equals: Mapping[str, str | bool | int | None]) -> list[R]:
        shape = tuple((name, value is None) for name, value in equals.items())
        values = [value for value in equals.values() if value is not None]
        if any(isinstance(value, str) and "\0" in value for value in values):
            return []
        locked = self._locking and kind not in NEVER_LOCKED
        rows = self._run(_find_text(kind, shape, locked, self._dialect), values).fetchall()
        form = _statements(kind, self._dialect).form
        records = [form.record(kind, row) for row in rows]
        for record in records:
            self._known[kind, record.id] = record
        return records

    def find_among(self, kind: type[R], column: str, values: Sequence[str], *, locked: bool = False) -> list[R]:
        """All records whose column has one of the values, in the order of their ids; read anew."""
        if not values:
            return []
        form = _statements(kind, self._dialect).form
        statement = _among_text(kind, column, locked, self._dialect)
        found = self._run(statement, (listed(values, self._dialect),)).fetchall()
        return [form.record(kind, row) for row in found]

    def get_many(self, kind: type[R], keys: Sequence[str]) -> list[R]:
        """The records with these ids, in the order of their ids; missing ones are left out."""
        return self.find_among(kind, "id", keys)

    def _write(self, touch: Touch) -> None:
        statements = _statements(touch.kind, self._dialect)
        if touch.after is None:
            self._run(statements.delete, (touch.key,))
        else:
            statements.form.require_storable(touch.after)
            values = statements.form.parameters(touch.after)
            if touch.before is None:
                self._run(statements.insert, values)
            else:
                at = statements.form.columns.index("id")
                self._run(statements.update, [*values[:at], *values[at + 1 :], touch.key])
        self._known[touch.kind, touch.key] = touch.after
        if touch.kind in NEVER_LOCKED:
            self._found.clear()
            self._note_account_change()

    @property
    def changes_rights(self) -> bool:
        """Whether anybody's rights are other ones in this transaction than before it."""
        return self._noted

    def _note_account_change(self) -> None:
        """What is remembered of anybody's rights holds no longer. Once a transaction is enough."""
        if not self._noted:
            self._noted = True
            note_account_change(self.connection)

    def savepoint(self) -> AbstractContextManager[None]:
        """A context in which everything written is taken back when something is raised."""
        return Savepoint(self)

    def connection_in_savepoint(self) -> Connection:
        """The connection, for writing what is no record; taken back with the savepoint that is open."""
        return self.connection

    def later(self, kind: type[L]) -> L:
        """Where rows of this kind wait in this transaction; taken back with the savepoint that is open."""
        found = self._laters.get(kind)
        if found is None:
            found = self._laters[kind] = kind(self.connection)
        assert isinstance(found, kind)
        return found

    def foresee(
        self, keys: Mapping[type[Record], Iterable[str]], columns: Mapping[tuple[type[Record], str], Iterable[str]]
    ) -> None:
        """What will be asked for: records by id, and by the value of one column; here each is read when it is."""

    def flush(self) -> None:
        """Write what waits."""
        for later in self._laters.values():
            later.write()

    def _run(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        self._cursor.execute(statement, parameters)
        return self._cursor


class Savepoint:
    """`with records.savepoint():` … all or nothing, in the database and in what `records` remembers."""

    def __init__(self, records: ServerRecords) -> None:
        """Use `ServerRecords.savepoint`."""
        self._records = records
        self._run: Callable[[str, Sequence[Any]], Any] = records._run
        self._touched = 0

    def __enter__(self) -> None:
        self._touched = len(self._records.touched)
        self._run("SAVEPOINT one_operation", ())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        is_good = False
        try:
            if kind is None:
                self._records.flush()
                is_good = True
        finally:
            if not is_good:
                self._take_back()
            self._run("RELEASE SAVEPOINT one_operation", ())

    def _take_back(self) -> None:
        self._run("ROLLBACK TO SAVEPOINT one_operation", ())
        for touch in self._records.touched[self._touched :]:
            self._records._known.pop((touch.kind, touch.key), None)
        self._records._found.clear()
        self._records._laters.clear()
        self._records._noted = False
        del self._records.touched[self._touched :]
