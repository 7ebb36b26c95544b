"""Columns that are worked out when a distributor leaves them empty: what is available, open and free; stock status."""

from collections.abc import Callable

import polars as pl

LOW_BELOW = 15_000
"""Thousandths of a unit: less than fifteen yards, rolls or feet will rarely do a job."""
LOW_BELOW_PIECES = 3_000
"""Thousandths: fewer than three of what is sold by the piece."""


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


def still_open() -> pl.Expr:
    """Ordered less received; not known while ordered is not known."""
    return pl.col("qty_ordered") - pl.col("qty_received").fill_null(0)


def free() -> pl.Expr:
    """Open less what is committed to waiting orders; not known while open is not known."""
    return pl.col("qty_open") - pl.col("qty_committed").fill_null(0)


_DERIVED: dict[str, tuple[tuple[str, Callable[[], pl.Expr]], ...]] = {
    "inventory": (("qty_available", available), ("stock_status", stock_status)),
    "mill_orders": (("qty_open", still_open), ("qty_free", free)),
}
"""By dataset what is worked out, in the order in which one follows from the other."""


def with_derived(rows: pl.DataFrame, dataset: str) -> pl.DataFrame:
    """The rows with everything that can be worked out filled in wherever it is blank."""
    for name, worked_out in _DERIVED.get(dataset, ()):
        blank = pl.col(name) == "" if rows.schema[name] == pl.String else pl.col(name).is_null()
        rows = rows.with_columns(pl.when(blank).then(worked_out()).otherwise(name).alias(name))
    return rows


def without_derived(rows: pl.DataFrame, dataset: str) -> pl.DataFrame:
    """The rows with those values blank that were worked out, so that a delta works them out anew."""
    for name, worked_out in reversed(_DERIVED.get(dataset, ())):
        blank = pl.lit("") if rows.schema[name] == pl.String else None
        rows = rows.with_columns(pl.when(pl.col(name) == worked_out()).then(blank).otherwise(name).alias(name))
    return rows
