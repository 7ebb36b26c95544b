"""The tables as the database itself knows them, and their values in one form for SQLite and PostgreSQL.

The database is asked and not this program's declarations, so that a backup can be taken before an upgrade, and holds
what a later version adds without anybody having to think of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import JSON, Boolean, Column, Connection, MetaData, Table, inspect, select

from shared_models.kernel.schema import instant_text

ROWS_AT_ONCE = 2000
_OF_ALEMBIC = "alembic_version"


def tables_of(connection: Connection) -> list[Table]:
    """Every table but Alembic's own, each after those that it refers to."""
    metadata = MetaData()
    names = [name for name in inspect(connection).get_table_names() if name != _OF_ALEMBIC]
    metadata.reflect(connection, only=names)
    return list(metadata.sorted_tables)


def rows_of_table(connection: Connection, table: Table) -> Iterator[list[list[Any]]]:
    """All rows in the archive's form, some thousands at a time."""
    forms = [_form_of(column) for column in table.columns]
    options = {"stream_results": True, "max_row_buffer": ROWS_AT_ONCE}
    with connection.execute(select(table), execution_options=options) as result:
        for part in result.partitions(ROWS_AT_ONCE):
            yield [[form(value) for form, value in zip(forms, row, strict=True)] for row in part]


def _form_of(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, JSON):
        return _json_text
    return _plain


def _json_text(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value, order="deterministic").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    return value


def store_rows(connection: Connection, table: Table, columns: Sequence[str], rows: list[list[Any]]) -> None:
    """Put rows in the archive's form into the table; `columns` say what their values are."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in columns)
    target = quote(table.name)
    cursor = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {target} ({names}) VALUES ({places})", rows)
        return
    truths = [place for place, name in enumerate(columns) if isinstance(table.c[name].type, Boolean)]
    copying: Any = cursor
    with copying.copy(f"COPY {target} ({names}) FROM STDIN") as copy:
        for row in rows:
            for place in truths:
                row[place] = None if row[place] is None else bool(row[place])
            copy.write_row(row)


def continue_numbers(connection: Connection, tables: Sequence[Table]) -> None:
    """On PostgreSQL: numbers that the database itself gives go on after the highest one that is there."""
    if connection.dialect.name != "postgresql":
        return
    from sqlalchemy import func, text

    for table in tables:
        for column in table.primary_key.columns:
            if column.server_default is None:
                continue
            highest = connection.execute(select(func.max(column))).scalar()
            if highest is not None:
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"),
                    {"table": table.name, "column": column.name, "highest": highest},
                )
