"""The rows of a follow-up stream as they leave the server: orders, reserves, freight and customers by position.

Only the columns of their records are read: what is the distributor's own business is in none of them.
"""

from collections.abc import Iterator
from functools import cache
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from shared_models.follow_up.records import FOLLOW_UP_DATASETS, follow_up_id
from shared_models.kernel.records import columns_of
from shared_models.sync.streams import FollowUpStream
from shared_models.sync.wire import GoneKeys, TablePage
from sync_server.features.sync.tables import FOLLOW_UP_LEFT, FOLLOW_UP_TABLES


class FollowUpChange(NamedTuple):
    """A row that moved in the stream: `values` as its record has them, None when it is no longer in the stream."""

    position: int
    dataset: str
    id: str
    values: tuple[Any, ...] | None


def follow_up_changes(
    connection: Connection, stream: str, of: FollowUpStream, after: int, upto: int, most: int
) -> list[FollowUpChange]:
    """At most so many rows that moved after position `after`, the earliest first."""
    asked = {"distributor": of.distributor_id, "later_than": after, "at_most": upto, "most": most}
    parts: list[Iterator[FollowUpChange]] = []
    for dataset in FOLLOW_UP_DATASETS:
        found = connection.execute(
            _moved(dataset, of.scope), asked if of.scope == "all" else {**asked, "code": of.code}
        )
        parts.append(_changes(dataset, of.distributor_id, found.all()))
    left = connection.execute(_LEFT, {"stream": stream, "later_than": after, "at_most": upto, "most": most}).all()
    parts.append(
        FollowUpChange(row.position, row.dataset, follow_up_id(of.distributor_id, row.row_key), None) for row in left
    )
    return list(islice(merge(*parts, key=lambda change: change.position), most))


def _changes(dataset: str, distributor_id: str, found: Any) -> Iterator[FollowUpChange]:
    for position, gone_at, row_key, *values in found:
        row_id = follow_up_id(distributor_id, row_key)
        whole = None if gone_at is not None else (row_id, distributor_id, *values)
        yield FollowUpChange(position, dataset, row_id, whole)


def tables_of(changes: list[FollowUpChange]) -> list[TablePage]:
    """The rows that are there, column by column, a table for each dataset."""
    pages = []
    for dataset, shape in FOLLOW_UP_DATASETS.items():
        rows = [change.values for change in changes if change.dataset == dataset and change.values is not None]
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            pages.append(
                TablePage(table=dataset, keys=columns[0], columns=list(columns_of(shape.kind)), values=columns)
            )
    return pages


def gone_of(changes: list[FollowUpChange]) -> list[GoneKeys]:
    """The ids of the rows that are no longer there, by dataset."""
    gone: dict[str, list[int | str]] = {}
    for change in changes:
        if change.values is None:
            gone.setdefault(change.dataset, []).append(change.id)
    return [GoneKeys(table=dataset, keys=keys) for dataset, keys in gone.items()]


@cache
def _moved(dataset: str, scope: str) -> Select[Any]:
    rows = FOLLOW_UP_TABLES[dataset]
    position = rows.c[f"position_{scope}"]
    whose: list[ColumnElement[bool]] = [rows.c.distributor_id == bindparam("distributor")]
    if scope != "all":
        whose.append(rows.c[f"seen_{scope}"] == bindparam("code"))
    return (
        select(
            position, rows.c.gone_at, rows.c.row_key, *(rows.c[name] for name in FOLLOW_UP_DATASETS[dataset].columns)
        )
        .where(*whose, position > bindparam("later_than"), position <= bindparam("at_most"))
        .order_by(position)
        .limit(bindparam("most"))
    )


_LEFT = (
    select(FOLLOW_UP_LEFT.c.position, FOLLOW_UP_LEFT.c.dataset, FOLLOW_UP_LEFT.c.row_key)
    .where(
        FOLLOW_UP_LEFT.c.stream == bindparam("stream"),
        FOLLOW_UP_LEFT.c.position > bindparam("later_than"),
        FOLLOW_UP_LEFT.c.position <= bindparam("at_most"),
    )
    .order_by(FOLLOW_UP_LEFT.c.position)
    .limit(bindparam("most"))
)
