"""Writing a difference: the rows and their marks, then their places in the streams that they belong to."""

from collections.abc import Iterator
from typing import Any

import polars as pl
from sqlalchemy import Connection, delete, select, update

from shared_models.catalogue.mill_orders import with_eta
from shared_models.catalogue.records import INVENTORY, MILL_ORDERS, PRODUCTS
from shared_models.follow_up.records import follow_up_id
from shared_models.kernel.records import row_hash
from shared_models.sync.streams import line_dataset
from sync_server.features.feeds.checking import Checked
from sync_server.features.feeds.datasets import KEPT_HERE, travelling_columns
from sync_server.features.feeds.difference import Difference, Publisher, microseconds
from sync_server.features.feeds.statuses import publish_statuses
from sync_server.features.feeds.tables import GONE, MARKS, REPLACED, TOUCHED
from sync_server.features.follow_up.publishing import publish_follow_up
from sync_server.features.sync.stream_log import advance, read_heads
from sync_server.foundation.frames import analyse, load, make_temporary

_ROWS_AT_ONCE = 5_000


def land(
    connection: Connection,
    publisher: Publisher,
    checked: Checked,
    found: Difference,
    next_row_key: int,
    *,
    is_live: bool = False,
) -> int:
    """Write the difference and move the streams; gives the next free row key.

    `is_live` for what is told in real time: an older file will leave it alone. Whoever calls this holds the lock on
    the dataset's state, so nobody else writes these rows in between.
    """
    told = microseconds(publisher.as_of) if is_live else None
    if publisher.about.is_follow_up:
        return _land_follow_up(connection, publisher, checked, found, next_row_key, told)
    return _land_line(connection, publisher, checked, found, next_row_key, told)


# --- lines: one stream a dataset, each row with its position in it --------------------------------------------


def _land_line(
    connection: Connection,
    publisher: Publisher,
    checked: Checked,
    found: Difference,
    next_row_key: int,
    told: int | None,
) -> int:
    stream = line_dataset(publisher.distributor_id, publisher.dataset)
    head = read_heads(connection, [stream])[stream].head
    position, checksum, key = head, 0, next_row_key
    _clear_replaced(connection, publisher, found)
    for rows in _batches(checked, found.different):
        rows, key = _with_row_keys(rows, key)
        rows = _with_kept(rows, publisher)
        hashes = _travel_hashes(rows, publisher)
        rows, position = _with_positions(rows.with_columns(hashes), position)
        checksum += sum(hashes.to_list()) - sum(rows.filter(~pl.col("is_added"))["old_hash"].to_list())
        _insert(connection, publisher, rows, ("stream_position",), told)
    _mark_gone(connection, publisher, found, position, told)
    position += len(found.gone)
    checksum -= sum(old_hash for _, old_hash in found.gone)
    if position > head:
        added = found.new - len(found.gone)
        before = advance(connection, stream, by=position - head, rows=added, checksum=checksum)
        if before != head:
            raise AssertionError(f"{stream} moved from {head} to {before} under the lock of its dataset")
    if publisher.dataset == INVENTORY.name:
        publish_statuses(connection, publisher.distributor_id, moved_after=head, now=publisher.now)
    return key


def _with_kept(rows: pl.DataFrame, publisher: Publisher) -> pl.DataFrame:
    """The rows with what the server works out when they land: the days on which a mill order was said to come."""
    if publisher.dataset != MILL_ORDERS.name:
        return rows
    day = publisher.as_of.date().isoformat()
    told = rows.select("old_eta_history", "eta_on").iter_rows()
    return rows.with_columns(pl.Series("eta_history", [with_eta(old or "", eta, day) for old, eta in told], pl.String))


def _with_positions(rows: pl.DataFrame, position: int) -> tuple[pl.DataFrame, int]:
    """Each row that stations will see otherwise gets the next position; a hidden price alone moves nothing."""
    rows = rows.with_columns((pl.col("old_hash").is_null() | pl.col("was_gone")).alias("is_added"))
    moves = pl.col("is_added") | (pl.col("old_hash") != pl.col("row_hash"))
    rows = rows.with_columns(
        pl.when(moves)
        .then(position + moves.cast(pl.Int64).cum_sum())
        .otherwise("old_stream_position")
        .alias("stream_position"),
        moves.alias("moves"),
    )
    return rows, position + int(rows["moves"].sum())


# --- follow-up: rows first, then their places in the streams of showrooms and reps ----------------------------


def _land_follow_up(
    connection: Connection,
    publisher: Publisher,
    checked: Checked,
    found: Difference,
    next_row_key: int,
    told: int | None,
) -> int:
    key = next_row_key
    make_temporary(connection, TOUCHED)
    _clear_replaced(connection, publisher, found)
    places = publisher.about.carried
    for rows in _batches(checked, found.different):
        rows, key = _with_row_keys(rows, key)
        rows = rows.with_columns(_travel_hashes(rows, publisher))
        blanks = (pl.col(f"old_{name}").fill_null("" if name.startswith("seen") else 0).alias(name) for name in places)
        _insert(connection, publisher, rows.with_columns(blanks), places, told)
        was_live = pl.when(pl.col("was_gone")).then(None).otherwise("old_hash").alias("old_hash")
        load(connection, TOUCHED, rows.select("row_key", was_live))
    _mark_gone(connection, publisher, found, 0, told)
    load(
        connection, TOUCHED, pl.DataFrame(found.gone, schema={"row_key": pl.Int64, "old_hash": pl.Int64}, orient="row")
    )
    analyse(connection, TOUCHED)
    publish_follow_up(connection, publisher.distributor_id, publisher.dataset, TOUCHED, now=publisher.now)
    return key


# --- both -------------------------------------------------------------------------------------------------------


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


def _travel_hashes(rows: pl.DataFrame, publisher: Publisher) -> pl.Series:
    """Of each row as stations will have it; what never leaves the server is not in it."""
    dataset, owner = publisher.dataset, publisher.distributor_id
    travelling = rows.select("row_key", *travelling_columns(dataset))
    if dataset == PRODUCTS.name:
        shown = pl.col("price_visible") == "Y"
        travelling = travelling.with_columns(
            pl.when(shown).then("price_trade").otherwise(None).alias("price_trade"),
            pl.when(shown).then("currency").otherwise(pl.lit("")).alias("currency"),
        )
    wanted: Iterator[tuple[Any, ...]] = travelling.iter_rows()
    if publisher.about.is_follow_up:
        wanted = ((follow_up_id(owner, key), owner, *values) for key, *values in wanted)
    return pl.Series("row_hash", [row_hash(dataset, row) for row in wanted], dtype=pl.Int64)


def _insert(
    connection: Connection, publisher: Publisher, rows: pl.DataFrame, places: tuple[str, ...], told: int | None
) -> None:
    about = publisher.about
    kept = KEPT_HERE.get(publisher.dataset, ())
    owner = pl.lit(publisher.distributor_id).alias("distributor_id")
    load(connection, about.rows, rows.select(owner, "row_key", *about.column_names, *kept, "row_hash", *places))
    is_gone = pl.lit(False).alias("is_gone")
    live_as_of = pl.lit(told, dtype=pl.Int64).alias("live_as_of")
    marks = rows.select(owner, *about.key, "row_key", "content_hash", "row_hash", is_gone, live_as_of)
    load(connection, MARKS[publisher.dataset], marks)


def _clear_replaced(connection: Connection, publisher: Publisher, found: Difference) -> None:
    """Take away what the rows to be written replace: one insert then serves new and changed rows alike."""
    replaced = found.different["row_key"].drop_nulls()
    if replaced.is_empty():
        return
    make_temporary(connection, REPLACED)
    load(connection, REPLACED, pl.DataFrame({"row_key": replaced}))
    analyse(connection, REPLACED)
    for table in (publisher.about.rows, MARKS[publisher.dataset]):
        connection.execute(
            delete(table).where(
                table.c.distributor_id == publisher.distributor_id, table.c.row_key.in_(select(REPLACED.c.row_key))
            )
        )


def _mark_gone(
    connection: Connection, publisher: Publisher, found: Difference, position: int, told: int | None
) -> None:
    if not found.gone:
        return
    keys = [key for key, _ in found.gone]
    make_temporary(connection, GONE)
    positions = range(position + 1, position + 1 + len(keys))
    load(connection, GONE, pl.DataFrame({"row_key": keys, "position": list(positions)}))
    analyse(connection, GONE)
    rows, marks = publisher.about.rows, MARKS[publisher.dataset]
    values: dict[str, Any] = {"gone_at": publisher.now}
    if not publisher.about.is_follow_up:
        values["stream_position"] = GONE.c.position
    connection.execute(
        update(rows)
        .where(rows.c.distributor_id == publisher.distributor_id, rows.c.row_key == GONE.c.row_key)
        .values(**values)
    )
    connection.execute(
        update(marks)
        .where(marks.c.distributor_id == publisher.distributor_id, marks.c.row_key.in_(select(GONE.c.row_key)))
        .values(is_gone=True, live_as_of=told)
    )
