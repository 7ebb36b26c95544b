"""What a run would change, found in the database by set operations, and the change itself.

A run stages its keys and content hashes; the database compares them with the marks of what is live. Only rows that
differ are read, hashed and written, so that an unchanged row costs nothing and travels nowhere.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, literal, not_, null, or_, select, update

from shared_models.catalogue.records import LINE_DATASETS
from shared_models.kernel.records import row_hash
from shared_models.sync.streams import line_dataset
from sync_server.features.feeds.bulk import analyse, load, make_temporary
from sync_server.features.feeds.checking import Checked
from sync_server.features.feeds.tables import GONE, MARKS, REPLACED, STAGING
from sync_server.features.sync.stream_log import advance, read_heads
from sync_server.features.sync.tables import LINE_TABLES

_ROWS_AT_ONCE = 5_000
_DIFFERENT = {
    "row": pl.Int32,
    "row_key": pl.Int64,
    "old_hash": pl.Int64,
    "was_gone": pl.Boolean,
    "old_position": pl.Int64,
    "old_price": pl.Int64,
}


class Publisher(NamedTuple):
    """One dataset of one distributor, and the instant of the run."""

    distributor_id: str
    dataset: str
    now: datetime

    @property
    def stream(self) -> str:
        """The stream that stations pull it by."""
        return line_dataset(self.distributor_id, self.dataset)


class Difference(NamedTuple):
    """What a run would change. `different` has one row a new, returned or changed row of the file, in file order."""

    different: pl.DataFrame
    gone: list[tuple[int, int]]
    """Row key and row hash of the live rows that the file no longer has."""
    new: int
    changed: int
    unchanged: int
    live_before: int


def stage(connection: Connection, dataset: str, checked: Checked) -> None:
    """Put the run's keys and content hashes beside the live marks, for this transaction only."""
    staging = STAGING[dataset]
    make_temporary(connection, staging)
    load(connection, staging, checked.keys)
    load(connection, staging, checked.refused_keys)
    key = ", ".join(LINE_DATASETS[dataset].key)
    connection.exec_driver_sql(f"CREATE UNIQUE INDEX staged_{dataset}_key ON {staging.name} ({key})")
    analyse(connection, staging)


def find_difference(connection: Connection, publisher: Publisher, *, is_delta: bool) -> Difference:
    """Compare what was staged with what is live. A delta never removes anything."""
    dataset = publisher.dataset
    staging, marks, lines = STAGING[dataset], MARKS[dataset], LINE_TABLES[dataset]
    is_same = same_key(publisher)
    same_row = and_(lines.c.distributor_id == marks.c.distributor_id, lines.c.row_key == marks.c.row_key)
    price = lines.c.price_trade if dataset == "products" else null()
    rows = connection.execute(
        select(staging.c.row, marks.c.row_key, marks.c.row_hash, marks.c.is_gone, lines.c.stream_position, price)
        .select_from(staging.outerjoin(marks, is_same).outerjoin(lines, same_row))
        .where(
            staging.c.content_hash.is_not(None),
            or_(marks.c.row_key.is_(None), marks.c.content_hash != staging.c.content_hash, marks.c.is_gone),
        )
        .order_by(staging.c.row)
    ).all()
    different = pl.DataFrame([tuple(row) for row in rows], schema=_DIFFERENT, orient="row")
    staged = connection.execute(select(func.count(staging.c.content_hash))).scalar_one()
    live = and_(marks.c.distributor_id == publisher.distributor_id, not_(marks.c.is_gone))
    live_before = connection.execute(select(func.count()).select_from(marks).where(live)).scalar_one()
    gone: Sequence[Any] = []
    if not is_delta:
        missing = ~exists(select(literal(1)).select_from(staging).where(is_same))
        gone = connection.execute(
            select(marks.c.row_key, marks.c.row_hash).where(live, missing).order_by(marks.c.row_key)
        ).all()
    new = different.filter(pl.col("row_key").is_null() | pl.col("was_gone")).height
    changed = different.height - new
    return Difference(different, [(row[0], row[1]) for row in gone], new, changed, staged - new - changed, live_before)


def same_key(publisher: Publisher) -> ColumnElement[bool]:
    """Whether a mark is of the same natural key as a staged row, and of this distributor."""
    staging, marks = STAGING[publisher.dataset], MARKS[publisher.dataset]
    return and_(
        marks.c.distributor_id == publisher.distributor_id,
        *(marks.c[name] == staging.c[name] for name in LINE_DATASETS[publisher.dataset].key),
    )


def land(connection: Connection, publisher: Publisher, checked: Checked, found: Difference, next_row_key: int) -> int:
    """Write the difference and move the stream; gives the next free row key.

    Whoever calls it holds the lock on the dataset's state, so nobody else moves this stream in between.
    """
    stream = publisher.stream
    head = read_heads(connection, [stream])[stream].head
    position, checksum, key = head, 0, next_row_key
    _clear_replaced(connection, publisher, found)
    for rows in _batches(checked, found.different):
        rows, key = _with_row_keys(rows, key)
        hashes = _travel_hashes(rows, publisher.dataset)
        rows, position = _with_positions(rows.with_columns(hashes), position)
        checksum += sum(hashes.to_list()) - sum(rows.filter(~pl.col("is_added"))["old_hash"].to_list())
        _insert(connection, publisher, rows)
    _mark_gone(connection, publisher, found, position)
    position += len(found.gone)
    checksum -= sum(old_hash for _, old_hash in found.gone)
    if position > head:
        added = found.new - len(found.gone)
        before = advance(connection, stream, by=position - head, rows=added, checksum=checksum)
        if before != head:
            raise AssertionError(f"{stream} moved from {head} to {before} under the lock of its dataset")
    return key


def _batches(checked: Checked, different: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The different rows with their values, in file order."""
    if different.is_empty():
        return
    different = different.join(checked.keys.select("row", "content_hash"), on="row", how="inner", maintain_order="left")
    for rows in checked.unpacked(different["row"]):
        joined = rows.join(different, on="row", how="inner", maintain_order="left")
        yield from joined.iter_slices(_ROWS_AT_ONCE)


def _with_row_keys(rows: pl.DataFrame, next_row_key: int) -> tuple[pl.DataFrame, int]:
    """New rows get the next keys, in order; the others keep theirs."""
    is_new = pl.col("row_key").is_null()
    numbered = next_row_key - 1 + is_new.cast(pl.Int64).cum_sum()
    count = rows["row_key"].null_count()
    return rows.with_columns(pl.when(is_new).then(numbered).otherwise("row_key").alias("row_key")), next_row_key + count


def _with_positions(rows: pl.DataFrame, position: int) -> tuple[pl.DataFrame, int]:
    """Each row that stations will see otherwise gets the next position; a hidden price alone moves nothing."""
    rows = rows.with_columns((pl.col("old_hash").is_null() | pl.col("was_gone")).alias("is_added"))
    moves = pl.col("is_added") | (pl.col("old_hash") != pl.col("row_hash"))
    rows = rows.with_columns(
        pl.when(moves)
        .then(position + moves.cast(pl.Int64).cum_sum())
        .otherwise("old_position")
        .alias("stream_position"),
        moves.alias("moves"),
    )
    return rows, position + int(rows["moves"].sum())


def _travel_hashes(rows: pl.DataFrame, dataset: str) -> pl.Series:
    columns = LINE_DATASETS[dataset].columns
    travelling = rows.select("row_key", *columns)
    if dataset == "products":
        shown = pl.col("price_visible") == "Y"
        travelling = travelling.with_columns(
            pl.when(shown).then("price_trade").otherwise(None).alias("price_trade"),
            pl.when(shown).then("currency").otherwise(pl.lit("")).alias("currency"),
        )
    return pl.Series("row_hash", [row_hash(dataset, row) for row in travelling.iter_rows()], dtype=pl.Int64)


def _insert(connection: Connection, publisher: Publisher, rows: pl.DataFrame) -> None:
    shape = LINE_DATASETS[publisher.dataset]
    owner = pl.lit(publisher.distributor_id).alias("distributor_id")
    load(
        connection,
        LINE_TABLES[publisher.dataset],
        rows.select(owner, "row_key", *shape.columns, "row_hash", "stream_position"),
    )
    is_gone = pl.lit(False).alias("is_gone")
    marks = rows.select(owner, *shape.key, "row_key", "content_hash", "row_hash", is_gone)
    load(connection, MARKS[publisher.dataset], marks)


def _clear_replaced(connection: Connection, publisher: Publisher, found: Difference) -> None:
    """Take away what the rows to be written replace: one insert then serves new and changed rows alike."""
    replaced = found.different["row_key"].drop_nulls()
    if replaced.is_empty():
        return
    make_temporary(connection, REPLACED)
    load(connection, REPLACED, pl.DataFrame({"row_key": replaced}))
    analyse(connection, REPLACED)
    for table in (LINE_TABLES[publisher.dataset], MARKS[publisher.dataset]):
        connection.execute(
            delete(table).where(
                table.c.distributor_id == publisher.distributor_id, table.c.row_key.in_(select(REPLACED.c.row_key))
            )
        )


def _mark_gone(connection: Connection, publisher: Publisher, found: Difference, position: int) -> None:
    if not found.gone:
        return
    keys = [key for key, _ in found.gone]
    make_temporary(connection, GONE)
    positions = range(position + 1, position + 1 + len(keys))
    load(connection, GONE, pl.DataFrame({"row_key": keys, "position": list(positions)}))
    analyse(connection, GONE)
    lines, marks = LINE_TABLES[publisher.dataset], MARKS[publisher.dataset]
    connection.execute(
        update(lines)
        .where(lines.c.distributor_id == publisher.distributor_id, lines.c.row_key == GONE.c.row_key)
        .values(gone_at=publisher.now, stream_position=GONE.c.position)
    )
    connection.execute(
        update(marks)
        .where(marks.c.distributor_id == publisher.distributor_id, marks.c.row_key.in_(select(GONE.c.row_key)))
        .values(is_gone=True)
    )
