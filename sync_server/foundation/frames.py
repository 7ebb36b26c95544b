"""Moves whole polars frames into tables: COPY on PostgreSQL, the driver's own executemany on SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import CreateTable

_ROWS_AT_ONCE = 10_000


def load(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Insert all rows of `frame`, whose columns are named as those of `table`. Booleans must be 0 and 1 on SQLite."""
    if frame.is_empty():
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in frame.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * frame.width)
        statement = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"
        for part in frame.iter_slices(_ROWS_AT_ONCE):
            connection.exec_driver_sql(statement, part.rows())
        return
    driver: Any = connection.connection.driver_connection
    # Text is always quoted and a blank number never, which is how COPY tells "" from NULL.
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        for part in frame.iter_slices(_ROWS_AT_ONCE):
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric").encode())


def make_temporary(connection: Connection, table: Table) -> None:
    """An empty temporary table; one that an earlier transaction of this connection left is dropped first."""
    drop_temporary(connection, table)
    connection.execute(CreateTable(table))


def drop_temporary(connection: Connection, table: Table) -> None:
    """Drop a temporary table if it is there."""
    schema = "temp" if connection.dialect.name == "sqlite" else "pg_temp"
    connection.execute(text(f"DROP TABLE IF EXISTS {schema}.{table.name}"))


def analyse(connection: Connection, table: Table) -> None:
    """Tell PostgreSQL how large a freshly filled table is, or it plans a nested loop over all of it."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"ANALYZE {table.name}"))


@contextmanager
def bounded_memory(connection: Connection) -> Iterator[None]:
    """Keep SQLite from mapping the whole database into memory while a run goes through all of a dataset."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA mmap_size").scalar_one()
    connection.exec_driver_sql("PRAGMA mmap_size=0")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA mmap_size={before:d}")
