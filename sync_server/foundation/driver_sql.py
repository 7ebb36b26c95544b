"""Statements that run with every request: compiled by SQLAlchemy once a dialect, then run on the driver's own cursor.

Core's way from a statement to its rows costs several times what SQLite needs for the rows themselves.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Dialect, String, Text, any_, bindparam, func, select
from sqlalchemy.sql.expression import ClauseElement

from shared_models.kernel.schema import instant_text


class Ready(NamedTuple):
    """A compiled statement, and the names of its parameters in the order in which the driver takes them."""

    text: str
    names: tuple[str, ...]


def ready(statement: ClauseElement, dialect: Dialect) -> Ready:
    """Compile it. That takes a hundred times as long as running it: keep what comes back."""
    compiled: Any = statement.compile(dialect=dialect)
    return Ready(str(compiled), tuple(compiled.positiontup or ()))


def among(column: Column[Any], name: str, dialect: Dialect) -> ColumnElement[bool]:
    """Whether the column has one of the values of a list, which is a single parameter: see `listed`.

    A parameter for each value would be another statement for each length of the list, to be compiled anew.
    """
    if dialect.name == "sqlite":
        return column.in_(select(each_of(name, dialect)))
    # As long as it is: a cast to the column's own type would cut a text off at the column's length.
    own = Text() if isinstance(column.type, String) else column.type
    return column == any_(bindparam(name, type_=ARRAY(own)))


def each_of(name: str, dialect: Dialect) -> ColumnElement[str]:
    """Each text of a list, a row each; the list is a single parameter, as for `among`."""
    if dialect.name == "sqlite":
        values = func.json_each(bindparam(name, type_=Text)).table_valued("value")
    else:
        values = func.unnest(bindparam(name, type_=ARRAY(Text))).table_valued("value").render_derived()
    found: ColumnElement[str] = values.c.value
    return found


def listed(values: Sequence[str] | Sequence[int], dialect: Dialect) -> Any:
    """The values as the driver takes the list of `among`."""
    return msgspec.json.encode(values).decode() if dialect.name == "sqlite" else list(values)


def rows_of(connection: Connection, statement: Ready, values: Sequence[Any] = ()) -> list[Any]:
    """All rows, as the driver gives them."""
    cursor = connection.connection.cursor()
    cursor.execute(statement.text, values)
    return list(cursor.fetchall())


def rows_with(connection: Connection, statement: Ready, values: Mapping[str, Any]) -> list[Any]:
    """As `rows_of`, the values by the names of the parameters; a statement that gives no rows gives an empty list."""
    cursor: Any = connection.connection.cursor()
    cursor.execute(statement.text, [values[name] for name in statement.names])
    return list(cursor.fetchall()) if cursor.description is not None else []


def run_many(connection: Connection, statement: Ready, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run it once a row; values by the names of the parameters, as the driver takes them."""
    cursor = connection.connection.cursor()
    cursor.executemany(statement.text, [[row[name] for name in statement.names] for row in rows])


def instant_value(value: datetime | None, dialect: Dialect) -> Any:
    """An instant as the driver takes it: text on SQLite."""
    return instant_text(value) if value is not None and dialect.name == "sqlite" else value


def instant(value: Any) -> datetime:
    """An instant as the driver gave it; aware and in UTC."""
    found: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found


def instant_or_none(value: Any) -> datetime | None:
    """As `instant`; None for an empty one."""
    return None if value is None else instant(value)
