"""The server's database on PostgreSQL: kept and brought back inside itself, with fail-points at its driver."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event

from tests.sync_scenarios.simulation.fail_points import Process, running_process

KEPT = "kept"


class PostgresStorage:
    """One database of the tests' own cluster (`server.Storage`)."""

    def __init__(self, url: str) -> None:
        """`url` as SQLAlchemy writes it."""
        self.url = url
        self._address = url.replace("postgresql+psycopg", "postgresql")
        self._onlooker: psycopg.Connection[tuple[Any, ...]] | None = None

    def back_up(self) -> None:
        """Copy every table into a schema of its own."""
        with self._connect() as connection:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(KEPT)))
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(KEPT)))
            for table in self._tables(connection):
                connection.execute(
                    sql.SQL("CREATE TABLE {} AS TABLE {}").format(
                        sql.Identifier(KEPT, table), sql.Identifier("public", table)
                    )
                )

    def bring_back(self) -> None:
        """Empty every table and fill it from the copy."""
        with self._connect() as connection:
            tables = self._tables(connection)
            every = sql.SQL(", ").join(sql.Identifier("public", table) for table in tables)
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(every))
            connection.execute("SET session_replication_role = replica")
            for table in tables:
                connection.execute(
                    sql.SQL("INSERT INTO {} SELECT * FROM {}").format(
                        sql.Identifier("public", table), sql.Identifier(KEPT, table)
                    )
                )

    def ask(self, question: str, *values: object) -> list[Any]:
        """As in `server.Storage`."""
        if self._onlooker is None:
            self._onlooker = psycopg.connect(self._address, autocommit=True)
        return self._onlooker.execute(question.replace("?", "%s").encode(), values).fetchall()

    def close(self) -> None:
        """As in `server.Storage`."""
        if self._onlooker is not None:
            self._onlooker.close()
            self._onlooker = None

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self._address)

    @staticmethod
    def _tables(connection: psycopg.Connection[tuple[Any, ...]]) -> list[str]:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        return [name for (name,) in rows]


class HookedCursor(psycopg.Cursor[Any]):
    """A cursor that tells the process of its connection of every statement."""

    def execute(self, *arguments: Any, **named: Any) -> Any:
        """Run a statement between the process's hooks."""
        process = _process_of(self)
        process.before()
        result = super().execute(*arguments, **named)
        process.after()
        return result

    def executemany(self, *arguments: Any, **named: Any) -> None:
        """As `execute`."""
        process = _process_of(self)
        process.before()
        super().executemany(*arguments, **named)
        process.after()


class HookedConnection(psycopg.Connection[Any]):
    """A connection of one process of a history."""

    process: Process


def _process_of(cursor: HookedCursor) -> Process:
    connection = cursor.connection
    assert isinstance(connection, HookedConnection)
    return connection.process


def hook_postgres(engine: Engine) -> None:
    """Fail-points; and whoever meets a lock gives up at once, because the one who holds it cannot go on meanwhile."""

    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> HookedConnection:
        connection = HookedConnection.connect(*arguments, **options)
        process = running_process()
        connection.execute("SET lock_timeout = '20ms'")
        connection.commit()
        connection.process = process
        connection.cursor_factory = HookedCursor
        process.opened(connection)
        return connection

    def commits(connection: Any) -> None:
        connection.connection.dbapi_connection.process.before()

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "commit", commits)
