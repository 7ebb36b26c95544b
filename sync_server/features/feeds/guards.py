"""When a file that can be read is too unlike what is live to be believed without a person's look."""

import polars as pl
from sqlalchemy import Connection, select

from sync_server.features.feeds.checking import Checked
from sync_server.features.feeds.difference import Difference, Publisher

FEWEST_PRICES_IN_A_DELTA = 100
"""A delta that moves fewer prices than this is somebody's work, not a slipped decimal point."""


def why_hold(
    connection: Connection,
    publisher: Publisher,
    checked: Checked,
    found: Difference,
    *,
    most_gone_percent: int,
    is_delta: bool,
) -> tuple[str, str] | None:
    """Code and sentence of the reason to hold the run, or None."""
    if found.live_before == 0:
        return None
    if 100 * len(found.gone) > most_gone_percent * found.live_before:
        share = 100 * len(found.gone) / found.live_before
        sentence = (
            f"Held: {len(found.gone):,} of {found.live_before:,} rows ({share:.0f} %) are missing in this file, more "
            f"than {most_gone_percent} %. What was live stays; look at the difference, then accept or reject the run."
        )
        return "too_many_gone", sentence
    if publisher.dataset == "inventory" and not is_delta:
        return _all_zero(connection, publisher, checked)
    if publisher.dataset == "products":
        return _prices_moved(checked, found, is_delta=is_delta)
    return None


def _all_zero(connection: Connection, publisher: Publisher, checked: Checked) -> tuple[str, str] | None:
    """Every quantity on hand that the file tells is zero, while live ones are not."""
    known = 0
    for rows in checked.unpacked():
        on_hand = rows["qty_on_hand"].drop_nulls()
        known += on_hand.len()
        if (on_hand != 0).any():
            return None
    lines = publisher.about.rows
    something = select(lines.c.row_key).where(
        lines.c.distributor_id == publisher.distributor_id, lines.c.gone_at.is_(None), lines.c.qty_on_hand != 0
    )
    if known == 0 or connection.execute(something.limit(1)).first() is None:
        return None
    sentence = (
        f"Held: all {known:,} quantities on hand in this file are zero. What was live stays; look at the file, then "
        "accept or reject the run."
    )
    return "all_zero", sentence


def _prices_moved(checked: Checked, found: Difference, *, is_delta: bool) -> tuple[str, str] | None:
    """Most of the prices that are both live and in the file moved by more than half of what they were."""
    changed = found.different.filter(pl.col("old_price_trade") > 0)
    known = found.unchanged + found.changed
    if 2 * changed.height <= known:
        return None
    moved = 0
    for rows in checked.unpacked(changed["row"]):
        both = rows.select("row", "price_trade").join(changed, on="row")
        by = (pl.col("price_trade") - pl.col("old_price_trade")).abs()
        moved += both.filter(2 * by > pl.col("old_price_trade")).height
    if 2 * moved <= known or (is_delta and moved < FEWEST_PRICES_IN_A_DELTA):
        return None
    sentence = (
        f"Held: {moved:,} of {known:,} prices moved by more than 50 %. What was live stays; look at the file, then "
        "accept or reject the run."
    )
    return "prices_moved", sentence
