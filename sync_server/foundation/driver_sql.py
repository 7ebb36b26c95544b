"""Statements that run with every request: compiled by SQLAlchemy once a dialect, then run on the driver's own cursor.

Core's way from a statement to its rows costs several times what SQLite needs for the rows themselves.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Dialect, bindparam
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.types import TypeEngine

from shared_models.kernel.schema import instant_text


class Ready(NamedTuple):
    """A compiled statement, and the names of its parameters in the order in which the driver takes them."""

    text: str
    names: tuple[str, ...]


def ready(statement: ClauseElement, dialect: Dialect) -> Ready:
    """Compile it. That takes a hundred times as long as running it: keep what comes back."""
    compiled: Any = statement.compile(dialect=dialect)
    return Ready(str(compiled), tuple(compiled.positiontup or ()))


def places(count: int, type_: TypeEngine[Any]) -> list[BindParameter[Any]]:
    """Parameters for the values of an `IN`."""
    return [bindparam(f"place{number}", type_=type_) for number in range(count)]


def padded(values: Sequence[Any]) -> Sequence[Any]:
    """The values of an `IN`, the last one repeated up to a power of two, so that few statements serve all lengths."""
    wanted = 1 << max(len(values) - 1, 0).bit_length()
    return [*values, *[values[-1]] * (wanted - len(values))] if values else values


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
