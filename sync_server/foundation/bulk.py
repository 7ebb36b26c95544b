"""Many rows of one table in one go: `executemany` on SQLite, one statement over a JSON list on PostgreSQL.

A row of its own costs PostgreSQL's driver a round of binding and executing, several times what the row costs the
database; a list that the database takes apart itself does not.
"""

from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Dialect, Table, and_, bindparam, delete, insert, update

from sync_server.foundation.driver_sql import ready
from sync_server.foundation.upsert import insert_or

Row = tuple[Any, ...]


class Bulk(NamedTuple):
    """A statement for many rows, and the columns in the order in which a row of SQLite gives them."""

    text: str
    names: tuple[str, ...]
    as_json: bool


def run_bulk(connection: Connection, bulk: Bulk, rows: Sequence[Any]) -> None:
    """Run it over all rows.

    On SQLite a row is a sequence in the order of `bulk.names`, on PostgreSQL anything that is a JSON object of the
    columns. One key may come only once.
    """
    if not rows:
        return
    cursor = connection.connection.cursor()
    if bulk.as_json:
        cursor.execute(bulk.text, (msgspec.json.encode(rows).decode(),))
    else:
        cursor.executemany(bulk.text, rows)


def run_bulk_of_mappings(connection: Connection, bulk: Bulk, rows: Sequence[dict[str, Any]]) -> None:
    """As `run_bulk` for rows that are mappings on either database."""
    run_bulk(connection, bulk, rows if bulk.as_json else list(map(itemgetter(*bulk.names), rows)))


def run_bulk_of_tuples(connection: Connection, bulk: Bulk, names: tuple[str, ...], rows: Sequence[Row]) -> None:
    """As `run_bulk` for rows that are the values of the columns `names`; quickest in the order of the table."""
    if bulk.as_json:
        run_bulk(connection, bulk, [dict(zip(names, row, strict=True)) for row in rows])
    elif bulk.names == names:
        run_bulk(connection, bulk, rows)
    else:
        run_bulk(connection, bulk, list(map(itemgetter(*map(names.index, bulk.names)), rows)))


def insert_new(connection: Connection, table: Table, unique: str, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Write rows whose value of `unique` is not there yet; gives the ids of those that were written."""
    if not rows:
        return set()
    cursor: Any = connection.connection.cursor()
    bulk = _insert_new(table, unique, connection.dialect)
    if bulk.as_json:
        cursor.execute(bulk.text, (msgspec.json.encode(rows).decode(),))
        return {found for (found,) in cursor.fetchall()}
    written: set[str] = set()
    for row in rows:
        cursor.execute(bulk.text, [row[name] for name in bulk.names])
        written.update(found for (found,) in cursor.fetchall())
    return written


def bytes_value(value: bytes, dialect: Dialect) -> bytes | str:
    """Bytes as a row for `run_bulk` holds them."""
    return value if dialect.name == "sqlite" else f"\\x{value.hex()}"


@lru_cache(maxsize=512)
def bulk_insert(table: Table, dialect: Dialect) -> Bulk:
    """New rows, all columns of each."""
    names = tuple(column.name for column in table.columns)
    if dialect.name == "sqlite":
        made = ready(insert(table), dialect)
        return Bulk(made.text, made.names, False)
    return Bulk(_json_insert(table, dialect, names), names, True)


@lru_cache(maxsize=512)
def bulk_upsert(table: Table, keys: tuple[str, ...], moved: tuple[str, ...], dialect: Dialect) -> Bulk:
    """New rows; where `keys` are there already, only the columns `moved` take the new values."""
    names = tuple(column.name for column in table.columns)
    if dialect.name == "sqlite":
        statement = insert_or(dialect, table)
        values = {name: statement.excluded[name] for name in moved}
        made = ready(statement.on_conflict_do_update(index_elements=list(keys), set_=values), dialect)
        return Bulk(made.text, made.names, False)
    quote = dialect.identifier_preparer.quote
    target = ", ".join(quote(name) for name in keys)
    sets = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in moved)
    return Bulk(f"{_json_insert(table, dialect, names)} ON CONFLICT ({target}) DO UPDATE SET {sets}", names, True)


@lru_cache(maxsize=512)
def _insert_new(table: Table, unique: str, dialect: Dialect) -> Bulk:
    if dialect.name == "sqlite":
        statement = insert_or(dialect, table).on_conflict_do_nothing(index_elements=[unique])
        made = ready(statement.returning(table.c.id), dialect)
        return Bulk(made.text, made.names, False)
    names = tuple(column.name for column in table.columns)
    quote = dialect.identifier_preparer.quote
    target = f"ON CONFLICT ({quote(unique)}) DO NOTHING RETURNING {quote('id')}"
    return Bulk(f"{_json_insert(table, dialect, names)} {target}", names, True)


@lru_cache(maxsize=512)
def bulk_update(table: Table, keys: tuple[str, ...], dialect: Dialect) -> Bulk:
    """Rows that are there, found by `keys`; all other columns take the new values."""
    names = tuple(column.name for column in table.columns)
    rest = [name for name in names if name not in keys]
    if dialect.name == "sqlite":
        found = and_(*(table.c[name] == bindparam(f"key_{name}", type_=table.c[name].type) for name in keys))
        values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in rest}
        made = ready(update(table).where(found).values(values), dialect)
        return Bulk(made.text, tuple(name[4:] for name in made.names), False)
    quote = dialect.identifier_preparer.quote
    sets = ", ".join(f"{quote(name)} = n.{quote(name)}" for name in rest)
    same = " AND ".join(f"t.{quote(name)} = n.{quote(name)}" for name in keys)
    text = f"UPDATE {quote(table.name)} AS t SET {sets} FROM {_json_rows(table, dialect)} AS n WHERE {same}"
    return Bulk(text, names, True)


@lru_cache(maxsize=512)
def bulk_delete(table: Table, key: str, dialect: Dialect) -> Bulk:
    """Rows found by `key`; a row to delete needs no other column."""
    if dialect.name == "sqlite":
        made = ready(delete(table).where(table.c[key] == bindparam(key, type_=table.c[key].type)), dialect)
        return Bulk(made.text, made.names, False)
    quote = dialect.identifier_preparer.quote
    chosen = f"SELECT n.{quote(key)} FROM {_json_rows(table, dialect)} AS n"
    return Bulk(f"DELETE FROM {quote(table.name)} WHERE {quote(key)} IN ({chosen})", (key,), True)


def _json_insert(table: Table, dialect: Dialect, names: Sequence[str]) -> str:
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    return f"INSERT INTO {quote(table.name)} ({columns}) SELECT {columns} FROM {_json_rows(table, dialect)} AS n"


def _json_rows(table: Table, dialect: Dialect) -> str:
    return f"json_populate_recordset(NULL::{dialect.identifier_preparer.quote(table.name)}, %s::json)"
