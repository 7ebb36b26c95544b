"""Gives follow-up rows their places in the streams of the distributor, of showrooms and of reps.

A row says itself which showroom and rep it belongs to; where it does not, its customer's home showroom and rep count.
Freight follows its order. Rows are sorted by these codes, whether or not anybody with such a code is here: whoever
gets the code later finds them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)

from shared_models.sync.streams import follow_up, plain_code
from sync_server.features.sync.stream_log import Move, advance_all, lock_head
from sync_server.features.sync.tables import FOLLOW_UP_LEFT, FOLLOW_UP_TABLES
from sync_server.foundation.frames import analyse, load, make_temporary

_FOLLOW = {"customers": ("sales_orders", "reserves"), "sales_orders": ("freight",)}
"""Which datasets' rows may belong to another showroom when these rows change …"""
_BY = {"customers": "customer_no", "sales_orders": "order_no"}
"""… and by which column those are found."""
_SCOPES = ("all", "showroom", "rep")

_working = MetaData()
_PLACED = Table(
    "placed_rows",
    _working,
    # A key, or SQLite looks through all of them for each row that it updates.
    Column("row_key", BigInteger, primary_key=True, autoincrement=False),
    Column("seen_showroom", Text, nullable=False),
    Column("seen_rep", Text, nullable=False),
    *(Column(f"position_{scope}", BigInteger, nullable=False) for scope in _SCOPES),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
_LEFT = Table(
    "left_rows",
    _working,
    Column("stream", String(200), nullable=False),
    Column("row_key", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
_FOLLOWING = Table(
    "following_rows",
    _working,
    Column("row_key", BigInteger, primary_key=True, autoincrement=False),
    Column("old_hash", BigInteger),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
_ROW = {
    "row_key": pl.Int64,
    "old_hash": pl.Int64,
    "row_hash": pl.Int64,
    "is_gone": pl.Boolean,
    "seen_showroom": pl.String,
    "seen_rep": pl.String,
    "position_all": pl.Int64,
    "position_showroom": pl.Int64,
    "position_rep": pl.Int64,
    "showroom": pl.String,
    "rep": pl.String,
}


class _Part(NamedTuple):
    """The rows at work: a dataset of a distributor."""

    distributor_id: str
    dataset: str
    now: datetime

    @property
    def rows(self) -> Table:
        return FOLLOW_UP_TABLES[self.dataset]


def publish_follow_up(
    connection: Connection, distributor_id: str, dataset: str, touched: Table, *, now: datetime
) -> None:
    """Place the rows in `touched` (`row_key`, and `old_hash` of those that were live before) and what follows them.

    The rows must be written, with the codes and positions that they had before. All publishing of one distributor's
    follow-up takes turns.
    """
    lock_head(connection, follow_up(distributor_id))
    part = _Part(distributor_id, dataset, now)
    _place(connection, part, _read(connection, _touched(part, touched)))
    for follower in _FOLLOW.get(dataset, ()):
        _publish_followers(connection, part, touched, part._replace(dataset=follower))


def _publish_followers(connection: Connection, leader: _Part, touched: Table, part: _Part) -> None:
    """Place the rows whose showroom or rep is another now, though they themselves did not change."""
    frame = _read(connection, _followers(leader, touched, part))
    if frame.is_empty():
        return
    _place(connection, part, frame)
    if part.dataset in _FOLLOW:
        make_temporary(connection, _FOLLOWING)
        load(connection, _FOLLOWING, frame.select("row_key", "old_hash"))
        analyse(connection, _FOLLOWING)
        for follower in _FOLLOW[part.dataset]:
            _publish_followers(connection, part, _FOLLOWING, part._replace(dataset=follower))


# --- whose a row is ---------------------------------------------------------------------------------------------


def _codes(part: _Part) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """The codes of the showroom and the rep that the rows belong to, as they were written."""
    if part.dataset == "freight":
        return _of_order(part.rows, "seen_showroom"), _of_order(part.rows, "seen_rep")
    if part.dataset == "customers":
        return part.rows.c.showroom_code, part.rows.c.rep_code
    return _own_or_customers(part.rows, "showroom_code"), _own_or_customers(part.rows, "rep_code")


def _own_or_customers(rows: Table, column: str) -> ColumnElement[str]:
    customers = FOLLOW_UP_TABLES["customers"]
    home = (
        select(func.min(customers.c[column]))
        .where(
            customers.c.distributor_id == rows.c.distributor_id,
            customers.c.customer_no == rows.c.customer_no,
            customers.c[column] != "",
        )
        .correlate(rows)
        .scalar_subquery()
    )
    own = rows.c[column]
    return case((or_(own != "", rows.c.customer_no == ""), own), else_=func.coalesce(home, ""))


def _of_order(rows: Table, column: str) -> ColumnElement[str]:
    """Of the very line when the order has it, else of the order where all its lines agree."""
    orders = FOLLOW_UP_TABLES["sales_orders"]
    of_order = and_(orders.c.distributor_id == rows.c.distributor_id, orders.c.order_no == rows.c.order_no)
    line = select(orders.c[column]).where(of_order, orders.c.line_no == rows.c.line_no)
    agreed = select(case((func.min(orders.c[column]) == func.max(orders.c[column]), func.min(orders.c[column])))).where(
        of_order
    )
    found = func.coalesce(line.correlate(rows).scalar_subquery(), agreed.correlate(rows).scalar_subquery(), "")
    return case((rows.c.order_no == "", ""), else_=found)


def _chosen(part: _Part, old_hash: ColumnElement[int]) -> Select[Any]:
    rows = part.rows
    showroom, rep = _codes(part)
    return select(
        rows.c.row_key,
        old_hash,
        rows.c.row_hash,
        rows.c.gone_at.is_not(None),
        rows.c.seen_showroom,
        rows.c.seen_rep,
        *(rows.c[f"position_{scope}"] for scope in _SCOPES),
        showroom,
        rep,
    ).where(rows.c.distributor_id == part.distributor_id)


def _touched(part: _Part, touched: Table) -> Select[Any]:
    rows = part.rows
    return (
        _chosen(part, touched.c.old_hash)
        .select_from(touched.join(rows, rows.c.row_key == touched.c.row_key))
        .order_by(rows.c.row_key)
    )


def _followers(leader: _Part, touched: Table, part: _Part) -> Select[Any]:
    """The rows that belong to touched ones and are seen by somebody else than they should be now."""
    rows, by = part.rows, _BY[leader.dataset]
    leading = (
        select(leader.rows.c[by])
        .select_from(touched.join(leader.rows, leader.rows.c.row_key == touched.c.row_key))
        .where(leader.rows.c.distributor_id == leader.distributor_id)
    )
    showroom, rep = _codes(part)
    was_live = case((rows.c.gone_at.is_(None), rows.c.row_hash), else_=null())
    return (
        _chosen(part, was_live)
        .where(rows.c[by].in_(leading), rows.c.gone_at.is_(None))
        .where(or_(showroom != rows.c.seen_showroom, rep != rows.c.seen_rep))
        .order_by(rows.c.row_key)
    )


def _read(connection: Connection, chosen: Select[Any]) -> pl.DataFrame:
    found = connection.execute(chosen).all()
    frame = pl.DataFrame([(*row[:3], bool(row[3]), *row[4:]) for row in found], schema=_ROW, orient="row")
    return frame.with_columns(_plain(frame[name]) for name in ("showroom", "rep"))


def _plain(codes: pl.Series) -> pl.Series:
    different = codes.unique()
    plain = pl.Series([plain_code(code) for code in different.to_list()], dtype=pl.String)
    return codes.replace_strict(different, plain, return_dtype=pl.String).alias(codes.name)


# --- their places -----------------------------------------------------------------------------------------------


def _place(connection: Connection, part: _Part, frame: pl.DataFrame) -> None:
    """Move the streams of these rows and write where each row now stands."""
    events = _with_positions(connection, pl.concat(_events(frame, part.distributor_id)))
    if events.is_empty():
        return
    placed = frame.with_columns(
        pl.when("is_gone").then("seen_showroom").otherwise("showroom").alias("seen_showroom"),
        pl.when("is_gone").then("seen_rep").otherwise("rep").alias("seen_rep"),
    )
    for scope in _SCOPES:
        here = events.filter(~pl.col("leaves") & (pl.col("scope") == scope)).select("row_key", "position")
        placed = placed.join(here, on="row_key", how="left").with_columns(
            pl.coalesce("position", f"position_{scope}").alias(f"position_{scope}")
        )
        placed = placed.drop("position")
    _write_places(connection, part, placed.select(column.name for column in _PLACED.columns))
    _write_left(connection, part, events)


def _events(frame: pl.DataFrame, distributor_id: str) -> Iterator[pl.DataFrame]:
    """What happens in which stream: `scope`, `stream`, `row_key`, `leaves`, `rows` and `checksum` to add."""
    was_live, lives = pl.col("old_hash").is_not_null(), ~pl.col("is_gone")
    for scope in _SCOPES:
        if scope == "all":
            old = new = pl.lit("*")
        else:
            old, new = pl.col(f"seen_{scope}"), pl.when("is_gone").then(f"seen_{scope}").otherwise(scope)
        was_here = was_live & (old == new) & (old != "")
        comes = lives & (new != "") & (~was_here | (pl.col("old_hash") != pl.col("row_hash")))
        goes = ~lives & was_here
        staying = frame.filter(comes | goes).select(
            pl.lit(scope).alias("scope"),
            new.alias("code"),
            "row_key",
            pl.lit(False).alias("leaves"),
            (lives.cast(pl.Int64) - was_here.cast(pl.Int64)).alias("rows"),
            (pl.when(lives).then("row_hash").otherwise(0) - pl.when(was_here).then("old_hash").otherwise(0)).alias(
                "checksum"
            ),
        )
        leaving = frame.filter(lives & (old != "") & (old != new)).select(
            pl.lit(scope).alias("scope"),
            old.alias("code"),
            "row_key",
            pl.lit(True).alias("leaves"),
            (-was_live.cast(pl.Int64)).alias("rows"),
            (0 - pl.col("old_hash").fill_null(0)).alias("checksum"),
        )
        for part in (staying, leaving):
            yield part.with_columns(_streams(part["code"], distributor_id, scope))


def _streams(codes: pl.Series, distributor_id: str, scope: str) -> pl.Series:
    different = codes.unique()
    names = [str(follow_up(distributor_id, scope, code)) for code in different.to_list()]
    return codes.replace_strict(different, pl.Series(names, dtype=pl.String), return_dtype=pl.String).alias("stream")


def _with_positions(connection: Connection, events: pl.DataFrame) -> pl.DataFrame:
    """Every event its own position in its stream, in the order of row keys."""
    events = events.sort("stream", "row_key")
    sums = events.group_by("stream").agg(pl.len().alias("by"), pl.col("rows").sum(), pl.col("checksum").sum())
    moves = {stream: Move(by, rows, checksum) for stream, by, rows, checksum in sums.iter_rows()}
    heads = advance_all(connection, moves) if moves else {}
    old = pl.DataFrame(
        {"stream": list(heads), "head": list(heads.values())}, schema={"stream": pl.String, "head": pl.Int64}
    )
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("stream")
    return events.join(old, on="stream", how="left", maintain_order="left").with_columns(
        (pl.col("head") + rank).alias("position")
    )


def _write_places(connection: Connection, part: _Part, placed: pl.DataFrame) -> None:
    make_temporary(connection, _PLACED)
    load(connection, _PLACED, placed)
    analyse(connection, _PLACED)
    rows = part.rows
    connection.execute(
        update(rows)
        .where(rows.c.distributor_id == part.distributor_id, rows.c.row_key == _PLACED.c.row_key)
        .values({column.name: column for column in list(_PLACED.columns)[1:]})
    )


def _write_left(connection: Connection, part: _Part, events: pl.DataFrame) -> None:
    """Remember who left which stream, and forget it of those who are back."""
    make_temporary(connection, _LEFT)
    load(connection, _LEFT, events.filter(pl.col("scope") != "all").select("stream", "row_key", "position"))
    analyse(connection, _LEFT)
    moved = select(literal(1)).where(
        _LEFT.c.stream == FOLLOW_UP_LEFT.c.stream, _LEFT.c.row_key == FOLLOW_UP_LEFT.c.row_key
    )
    connection.execute(
        delete(FOLLOW_UP_LEFT).where(FOLLOW_UP_LEFT.c.dataset == part.dataset, moved.correlate(FOLLOW_UP_LEFT).exists())
    )
    leaving = events.filter(pl.col("leaves"))
    if leaving.is_empty():
        return
    make_temporary(connection, _LEFT)
    load(connection, _LEFT, leaving.select("stream", "row_key", "position"))
    chosen = select(
        _LEFT.c.stream,
        literal(part.dataset),
        _LEFT.c.row_key,
        _LEFT.c.position,
        literal(part.now, FOLLOW_UP_LEFT.c.left_at.type),
    )
    columns = ["stream", "dataset", "row_key", "position", "left_at"]
    connection.execute(insert(FOLLOW_UP_LEFT).from_select(columns, chosen))
