"""Columns that are worked out when a distributor leaves them empty: what is available, and the stock status."""

import polars as pl

LOW_BELOW = 15_000
"""Thousandths of a unit: less than fifteen yards, rolls or feet will rarely do a job."""
LOW_BELOW_PIECES = 3_000
"""Thousandths: fewer than three of what is sold by the piece."""

_INPUTS = ("qty_on_hand", "qty_committed", "qty_reserved")


def available() -> pl.Expr:
    """On hand less committed less reserved; not known while on hand is not known, the others count as none."""
    return pl.col("qty_on_hand") - pl.col("qty_committed").fill_null(0) - pl.col("qty_reserved").fill_null(0)


def stock_status() -> pl.Expr:
    """OUT, LOW or IN_STOCK by what is available; blank while that is not known."""
    low = pl.when(pl.col("unit") == "EA").then(LOW_BELOW_PIECES).otherwise(LOW_BELOW)
    there = pl.col("qty_available")
    return (
        pl.when(there.is_null())
        .then(pl.lit(""))
        .when(there <= 0)
        .then(pl.lit("OUT"))
        .when(there < low)
        .then(pl.lit("LOW"))
        .otherwise(pl.lit("IN_STOCK"))
    )


def with_derived(rows: pl.DataFrame) -> pl.DataFrame:
    """The inventory rows with `qty_available` and `stock_status` worked out wherever they are blank."""
    rows = rows.with_columns(pl.col("qty_available").fill_null(available()))
    blank = pl.col("stock_status") == ""
    return rows.with_columns(pl.when(blank).then(stock_status()).otherwise("stock_status").alias("stock_status"))


def without_derived(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with those values blank that were worked out, so that a delta works them out anew."""
    status_was_derived = pl.col("stock_status") == stock_status()
    rows = rows.with_columns(
        pl.when(status_was_derived).then(pl.lit("")).otherwise("stock_status").alias("stock_status")
    )
    was_derived = pl.col("qty_available") == available()
    return rows.with_columns(pl.when(was_derived).then(None).otherwise("qty_available").alias("qty_available"))
