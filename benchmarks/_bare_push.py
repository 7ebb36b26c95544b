"""The row changes of a push as bare SQL: the same rows, the same commits, by hand on the driver, for `push.py`.

The rows are read back from the database that the server has just filled, so they are the same to the last column.
Which of them one transaction wrote is told by its receipts: they share `received_at`. A commit writes table by table
with `executemany`, and a row that an operation wrote twice is written once. Nothing is read, checked or decided.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, insert, select, update

from shared_models.designers.operations import AddDesigner
from shared_models.designers.records import Designer
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Record
from shared_models.library.operations import CheckOutCopy, ReturnCopy
from shared_models.library.records import CopyReturn, Loan
from shared_models.sample_orders.operations import PlaceSampleOrder
from shared_models.sample_orders.records import RequestLine, SampleOrder, SampleRequest
from sync_server.features.mail.tables import MAIL_ATTACHMENTS, MAIL_OUTBOX
from sync_server.features.sample_orders.tables import REQUEST_NUMBERS
from sync_server.features.sync.tables import RECEIPTS, RECORD_TABLES, STREAM_ENTRIES, STREAM_HEADS
from sync_server.foundation.database import Database
from sync_server.foundation.driver_sql import ready
from sync_server.foundation.upsert import insert_or

Row = tuple[Any, ...]


class Change(NamedTuple):
    """Rows for one prepared statement."""

    statement: str
    rows: list[Row]


class Commit(NamedTuple):
    """One transaction: which operations it settled and what it wrote."""

    operation_ids: frozenset[str]
    changes: list[Change]


class _Known:
    """Every row that the server's pushes left, as the driver gives it, by what the changes ask for."""

    def __init__(self, database: Database) -> None:
        self._dialect = database.engine.dialect
        with database.reading() as connection:
            cursor = connection.connection.cursor()

            def rows(table: Table) -> list[dict[str, Any]]:
                names = [column.name for column in table.columns]
                cursor.execute(ready(select(*table.columns), self._dialect).text)
                return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

            kinds: tuple[type[Record], ...] = (Loan, CopyReturn, Designer, SampleOrder, SampleRequest, RequestLine)
            self.records = {kind: {row["id"]: row for row in rows(RECORD_TABLES[kind])} for kind in kinds}
            self.entries: dict[tuple[str, str], list[dict[str, Any]]] = {}
            for row in rows(STREAM_ENTRIES):
                self.entries.setdefault((row["kind"], row["key"]), []).append(row)
            self.heads = {row["stream"]: row for row in rows(STREAM_HEADS)}
            self.receipts = sorted(rows(RECEIPTS), key=lambda row: (row["received_at"], row["station_seq"]))
            self.mails = {row["about_id"]: row for row in rows(MAIL_OUTBOX)}
            self.attachments = {row["mail_id"]: row for row in rows(MAIL_ATTACHMENTS)}
            self.numbers = {row["distributor_id"]: row for row in rows(REQUEST_NUMBERS)}


def commits_of(database: Database, operations: Mapping[str, Operation]) -> list[Commit]:
    """What each transaction of the server wrote; `operations` by the id under which they were pushed."""
    known = _Known(database)
    statements = _Statements(database)
    groups: dict[Any, list[dict[str, Any]]] = {}
    for receipt in known.receipts:
        groups.setdefault(receipt["received_at"], []).append(receipt)
    return [
        Commit(
            frozenset(receipt["operation_id"] for receipt in receipts),
            _changes(known, statements, receipts, operations),
        )
        for receipts in groups.values()
    ]


class _Statements:
    """The texts that a careful hand would write for each table, and the values in their order."""

    def __init__(self, database: Database) -> None:
        self._dialect = database.engine.dialect
        self._texts: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}

    def insert(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> Change:
        text, names = self._kept("insert", table, lambda: insert(table))
        return Change(text, [tuple(self._value(row[name]) for name in names) for row in rows])

    def update(self, table: Table, key: str, rows: Iterable[Mapping[str, Any]]) -> Change:
        def statement() -> Any:
            values: dict[str, Any] = {
                column.name: bindparam(f"new_{column.name}") for column in table.columns if column.name != key
            }
            return update(table).where(table.c[key] == bindparam("the_key")).values(values)

        text, names = self._kept("update", table, statement)
        return Change(
            text,
            [
                tuple(self._value(row[key if name == "the_key" else name.removeprefix("new_")]) for name in names)
                for row in rows
            ],
        )

    def upsert(self, table: Table, keys: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Change:
        def statement() -> Any:
            made = insert_or(self._dialect, table)
            rest = {column.name: made.excluded[column.name] for column in table.columns if column.name not in keys}
            return made.on_conflict_do_update(index_elements=list(keys), set_=rest)

        text, names = self._kept("upsert", table, statement)
        return Change(text, [tuple(self._value(row[name]) for name in names) for row in rows])

    def _kept(self, what: str, table: Table, statement: Any) -> tuple[str, tuple[str, ...]]:
        if (what, table.name) not in self._texts:
            made = ready(statement(), self._dialect)
            self._texts[what, table.name] = (made.text, made.names)
        return self._texts[what, table.name]

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict | list) and self._dialect.name == "postgresql":
            from psycopg.types.json import Jsonb

            return Jsonb(value)
        return value


def _changes(
    known: _Known, statements: _Statements, receipts: list[dict[str, Any]], operations: Mapping[str, Operation]
) -> list[Change]:
    new: dict[type[Record], dict[str, dict[str, Any]]] = {}
    changed: dict[str, dict[str, Any]] = {}
    distributors: set[str] = set()
    for receipt in receipts:
        operation = operations[receipt["operation_id"]]
        for kind, key in _inserted(operation):
            new.setdefault(kind, {})[key] = known.records[kind][key]
        match operation:
            case ReturnCopy():
                loan_id = known.records[CopyReturn][operation.return_id]["loan_id"]
                if loan_id and loan_id not in new.get(Loan, {}):
                    changed[loan_id] = known.records[Loan][loan_id]
            case PlaceSampleOrder():
                distributors |= {part.distributor_id for part in operation.parts}
            case _:
                pass
    touched = [(kind.TABLE.name, key) for kind, rows in new.items() for key in rows]
    touched += [(Loan.TABLE.name, key) for key in changed]
    entries = [entry for one in touched for entry in known.entries[one]]
    heads = {entry["stream"]: known.heads[entry["stream"]] for entry in entries}
    mails = [known.mails[key] for key in new.get(SampleRequest, {})]
    changes = [statements.insert(RECORD_TABLES[kind], rows.values()) for kind, rows in new.items()]
    changes += [
        statements.update(RECORD_TABLES[Loan], "id", changed.values()),
        statements.upsert(REQUEST_NUMBERS, ["distributor_id"], [known.numbers[one] for one in sorted(distributors)]),
        statements.insert(MAIL_OUTBOX, mails),
        statements.insert(MAIL_ATTACHMENTS, [known.attachments[mail["id"]] for mail in mails]),
        statements.upsert(STREAM_ENTRIES, ["stream", "kind", "key"], entries),
        statements.upsert(STREAM_HEADS, ["stream"], heads.values()),
        statements.insert(RECEIPTS, receipts),
    ]
    return [change for change in changes if change.rows]


def _inserted(operation: Operation) -> list[tuple[type[Record], str]]:
    match operation:
        case CheckOutCopy():
            return [(Loan, operation.loan_id)]
        case ReturnCopy():
            return [(CopyReturn, operation.return_id)]
        case AddDesigner():
            return [(Designer, operation.designer_id)]
        case PlaceSampleOrder():
            parts: list[tuple[type[Record], str]] = [(SampleOrder, operation.order_id)]
            for part in operation.parts:
                parts.append((SampleRequest, part.request_id))
                parts += [(RequestLine, item.line_id) for item in part.items]
            return parts
        case _:
            raise AssertionError(f"what {type(operation).__name__} writes is not known here")


def write_bare(database: Database, commits: Sequence[Sequence[Change]]) -> float:
    """The seconds that writing takes, each commit as durable as the server's own."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.cursor()
        if database.is_sqlite:
            started = time.perf_counter()
            for changes in commits:
                cursor.execute("BEGIN IMMEDIATE")
                for statement, rows in changes:
                    cursor.executemany(statement, rows)
                cursor.execute("COMMIT")
            return time.perf_counter() - started
        driver.autocommit = False
        started = time.perf_counter()
        for changes in commits:
            for statement, rows in changes:
                cursor.executemany(statement, rows)
            driver.commit()
        return time.perf_counter() - started
