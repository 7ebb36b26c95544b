"""Makes whole rows of a delta: a column that the file does not have stays as it is live."""

from collections.abc import Mapping, Sequence

import polars as pl
from sqlalchemy import Connection, and_, select

from sync_server.features.feeds.checking import Checked, content_hashes, packed_rows
from sync_server.features.feeds.columns import NUMBERS, Column
from sync_server.features.feeds.derived import with_derived, without_derived
from sync_server.features.feeds.difference import Publisher, same_key
from sync_server.features.feeds.tables import MARKS, STAGING


def complete(connection: Connection, publisher: Publisher, checked: Checked, present: frozenset[str]) -> Checked:
    """The staged delta with every column filled, and with content hashes; rows that are not live start blank.

    What was worked out before (available, stock status) is worked out anew from the new figures.
    """
    columns, key = publisher.about.columns, publisher.about.key
    absent = [column for column in columns if column.name not in present and column.name not in key]
    packed, keys = [], [checked.keys.clear().with_columns(pl.Series("content_hash", [], dtype=pl.Int64))]
    for rows in checked.unpacked():
        live = _live_rows(connection, publisher, rows["row"])
        whole = rows.join(live.select("row", *(column.name for column in absent)), on="row", how="left")
        whole = whole.with_columns(_blank_where_new(column) for column in absent)
        whole = _left_as_it_was(whole, live, [column for column in columns if column.name not in key], checked.unsaid)
        whole = whole.select("row", *(column.name for column in columns))
        whole = with_derived(whole, publisher.dataset)
        packed.append(packed_rows(whole))
        hashes = content_hashes(whole, publisher.dataset)
        keys.append(whole.select("row", *key, hashes))
    return checked._replace(packed=packed, keys=pl.concat(keys))


def _left_as_it_was(
    rows: pl.DataFrame, live: pl.DataFrame, columns: Sequence[Column], unsaid: Mapping[str, Sequence[int]]
) -> pl.DataFrame:
    """The rows with the live cell wherever a row says nothing of a column of which others do."""
    for column in columns:
        if column.name in unsaid:
            before = live.select("row", pl.col(column.name).alias("_live"))
            kept = pl.col("row").is_in(pl.Series(unsaid[column.name], dtype=pl.Int32).implode())
            was = pl.col("_live") if column.kind in NUMBERS else pl.col("_live").fill_null("")
            rows = rows.join(before, on="row", how="left", maintain_order="left")
            rows = rows.with_columns(pl.when(kept).then(was).otherwise(pl.col(column.name)).alias(column.name))
            rows = rows.drop("_live")
    return rows


def _live_rows(connection: Connection, publisher: Publisher, rows: pl.Series) -> pl.DataFrame:
    """All columns of the live rows that the given staged rows speak of."""
    staging, marks, lines = STAGING[publisher.dataset], MARKS[publisher.dataset], publisher.about.rows
    columns = publisher.about.columns
    same_row = and_(lines.c.distributor_id == marks.c.distributor_id, lines.c.row_key == marks.c.row_key)
    found = connection.execute(
        select(staging.c.row, *(lines.c[column.name] for column in columns))
        .select_from(staging.join(marks, same_key(publisher)).join(lines, same_row))
        .where(staging.c.row.between(rows[0], rows[-1]), lines.c.gone_at.is_(None))
    )
    schema = {"row": pl.Int32, **{c.name: pl.Int64 if c.kind in NUMBERS else pl.String for c in columns}}
    live = pl.DataFrame([tuple(row) for row in found], schema=schema, orient="row")
    return without_derived(live, publisher.dataset)


def _blank_where_new(column: Column) -> pl.Expr:
    return pl.col(column.name) if column.kind in NUMBERS else pl.col(column.name).fill_null("")
