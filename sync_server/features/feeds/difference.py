"""What a run would change, found in the database by set operations.

A run stages its keys and content hashes; the database compares them with the marks of what is live. Only rows that
differ are read, hashed and written, so that an unchanged row costs nothing and travels nowhere.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.types import BigInteger

from sync_server.features.feeds.checking import Checked
from sync_server.features.feeds.datasets import DATASETS, Dataset
from sync_server.features.feeds.tables import MARKS, STAGING
from sync_server.foundation.frames import analyse, load, make_temporary


class Publisher(NamedTuple):
    """One dataset of one distributor, the instant of the run, and as of when its facts are."""

    distributor_id: str
    dataset: str
    now: datetime
    as_of: datetime

    @property
    def about(self) -> Dataset:
        """The dataset's description."""
        return DATASETS[self.dataset]


class Difference(NamedTuple):
    """What a run would change. `different` has one row a new, returned or changed row of the file, in file order."""

    different: pl.DataFrame
    """`row`, `row_key`, `old_hash`, `was_gone`, and `old_…` for each column that the dataset carries over."""
    gone: list[tuple[int, int]]
    """Row key and row hash of the live rows that the file no longer has."""
    new: int
    changed: int
    unchanged: int
    live_before: int
    left_alone: int
    """Rows that would change or go, had nothing newer been told of them in real time."""


def stage(connection: Connection, dataset: str, checked: Checked) -> None:
    """Put the run's keys and content hashes beside the live marks, for this transaction only."""
    staging = STAGING[dataset]
    make_temporary(connection, staging)
    load(connection, staging, checked.keys)
    load(connection, staging, checked.refused_keys)
    key = ", ".join(DATASETS[dataset].key)
    connection.exec_driver_sql(f"CREATE UNIQUE INDEX staged_{dataset}_key ON {staging.name} ({key})")
    analyse(connection, staging)


def find_difference(connection: Connection, publisher: Publisher, *, is_delta: bool) -> Difference:
    """Compare what was staged with what is live. A delta never removes anything."""
    staging, marks = STAGING[publisher.dataset], MARKS[publisher.dataset]
    different = _different_rows(connection, publisher)
    is_newer = different["is_newer"]
    left_alone = int(is_newer.sum())
    different = different.filter(~is_newer).drop("is_newer")
    staged = connection.execute(select(func.count(staging.c.content_hash))).scalar_one()
    live = and_(marks.c.distributor_id == publisher.distributor_id, not_(marks.c.is_gone))
    live_before = connection.execute(select(func.count()).select_from(marks).where(live)).scalar_one()
    gone: Sequence[Any] = []
    if not is_delta:
        missing = ~exists(select(literal(1)).select_from(staging).where(same_key(publisher)))
        gone = connection.execute(
            select(marks.c.row_key, marks.c.row_hash, told_later(publisher))
            .where(live, missing)
            .order_by(marks.c.row_key)
        ).all()
        left_alone += sum(bool(row[2]) for row in gone)
        gone = [row for row in gone if not row[2]]
    new = different.filter(pl.col("row_key").is_null() | pl.col("was_gone")).height
    changed = different.height - new
    unchanged = staged - different.height - int(is_newer.sum())
    return Difference(different, [(row[0], row[1]) for row in gone], new, changed, unchanged, live_before, left_alone)


def _different_rows(connection: Connection, publisher: Publisher) -> pl.DataFrame:
    """The staged rows that are new, returned or changed; `is_newer` where what is live was told later."""
    about = publisher.about
    staging, marks, rows = STAGING[publisher.dataset], MARKS[publisher.dataset], about.rows
    same_row = and_(rows.c.distributor_id == marks.c.distributor_id, rows.c.row_key == marks.c.row_key)
    schema: dict[str, Any] = {
        "row": pl.Int32,
        "row_key": pl.Int64,
        "old_hash": pl.Int64,
        "was_gone": pl.Boolean,
        "is_newer": pl.Boolean,
        **{f"old_{name}": _frame_type(rows.c[name]) for name in about.carried},
    }
    found = connection.execute(
        select(
            staging.c.row,
            marks.c.row_key,
            marks.c.row_hash,
            marks.c.is_gone,
            told_later(publisher),
            *(rows.c[name] for name in about.carried),
        )
        .select_from(staging.outerjoin(marks, same_key(publisher)).outerjoin(rows, same_row))
        .where(
            staging.c.content_hash.is_not(None),
            or_(marks.c.row_key.is_(None), marks.c.content_hash != staging.c.content_hash, marks.c.is_gone),
        )
        .order_by(staging.c.row)
    ).all()
    return pl.DataFrame([(*row[:4], bool(row[4]), *row[5:]) for row in found], schema=schema, orient="row")


def _frame_type(column: Any) -> type[pl.DataType]:
    return pl.Int64 if isinstance(column.type, BigInteger) else pl.String


def microseconds(instant: datetime) -> int:
    """Since 1970, exactly."""
    return int(instant.timestamp()) * 1_000_000 + instant.microsecond


def told_later(publisher: Publisher) -> ColumnElement[int]:
    """1 for a mark whose row was told in real time by something newer than this run, else 0."""
    marks = MARKS[publisher.dataset]
    return case((marks.c.live_as_of > microseconds(publisher.as_of), 1), else_=0)


def same_key(publisher: Publisher) -> ColumnElement[bool]:
    """Whether a mark is of the same natural key as a staged row, and of this distributor."""
    staging, marks = STAGING[publisher.dataset], MARKS[publisher.dataset]
    return and_(
        marks.c.distributor_id == publisher.distributor_id,
        *(marks.c[name] == staging.c[name] for name in publisher.about.key),
    )
