"""The published rows of a line as they may leave the server, read from its database."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, literal, null, select

from shared_models.catalogue.records import LINE_DATASETS, DatasetShape
from shared_models.sync.streams import parse_stream
from sync_server.features.sync.tables import LINE_TABLES

_ROWS_AT_ONCE = 2_000


class LineStream(NamedTuple):
    """A line's stream taken apart."""

    stream: str
    distributor_id: str
    shape: DatasetShape


class ChangedRow(NamedTuple):
    """A row that moved: its stream position, whether it left, its hash, and its key with all columns."""

    position: int
    is_gone: bool
    row_hash: int
    row: tuple[Any, ...]


def line_stream(stream: str) -> LineStream | None:
    """The line that a stream belongs to; None when it is none of those that have files."""
    name = parse_stream(stream)
    if name is None or name.scope != "line" or name.what not in LINE_TABLES:
        return None
    return LineStream(stream, name.owner_id, LINE_DATASETS[name.what])


def travelling(dataset: str) -> list[ColumnElement[Any]]:
    """The columns as they leave the server: a trade price only where its distributor shows it."""
    table = LINE_TABLES[dataset]
    hidden: dict[str, ColumnElement[Any]] = {}
    if dataset == "products":
        shown = table.c.price_visible == "Y"
        hidden = {
            "price_trade": case((shown, table.c.price_trade), else_=null()),
            "currency": case((shown, table.c.currency), else_=literal("")),
        }
    return [hidden.get(name, table.c[name]).label(name) for name in LINE_DATASETS[dataset].columns]


@cache
def _changed(dataset: str) -> Select[Any]:
    table = LINE_TABLES[dataset]
    return (
        select(table.c.stream_position, table.c.gone_at, table.c.row_hash, table.c.row_key, *travelling(dataset))
        .where(
            table.c.distributor_id == bindparam("distributor"),
            table.c.stream_position > bindparam("later_than"),
            table.c.stream_position <= bindparam("at_most"),
        )
        .order_by(table.c.stream_position)
        .limit(bindparam("most"))
    )


@cache
def _live(dataset: str) -> Select[Any]:
    """In the order of the primary key, so that no database has to sort."""
    table = LINE_TABLES[dataset]
    return (
        select(table.c.row_key, *travelling(dataset))
        .where(
            table.c.distributor_id == bindparam("distributor"),
            table.c.row_key > bindparam("later_than"),
            table.c.gone_at.is_(None),
        )
        .order_by(table.c.row_key)
        .limit(_ROWS_AT_ONCE)
    )


def changed_rows(connection: Connection, line: LineStream, after: int, upto: int, most: int) -> list[ChangedRow]:
    """At most so many rows that moved after position `after`, the earliest first."""
    asked = {"distributor": line.distributor_id, "later_than": after, "at_most": upto, "most": most}
    rows = connection.execute(_changed(line.shape.name), asked).all()
    return [ChangedRow(row[0], row[1] is not None, row[2], tuple(row[3:])) for row in rows]


def live_rows(connection: Connection, line: LineStream, after_key: int) -> Sequence[tuple[Any, ...]]:
    """The next rows of (row_key, *columns) in the order of their keys; empty at the end."""
    asked = {"distributor": line.distributor_id, "later_than": after_key}
    return [tuple(row) for row in connection.execute(_live(line.shape.name), asked).all()]


def newest_date(connection: Connection, line: LineStream, column: str) -> str:
    """The newest text in a column of the live rows; empty when there is none."""
    table = LINE_TABLES[line.shape.name]
    of_line = (table.c.distributor_id == line.distributor_id, table.c.gone_at.is_(None))
    return connection.execute(select(func.max(table.c[column])).where(*of_line)).scalar() or ""
