"""Pure rules of stock: an item as one figure, from its rows by warehouse, lot and piece."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class StockRow(NamedTuple):
    """What one inventory row says; quantities in thousandths, None when not known."""

    warehouse: str
    lot_no: str
    piece_no: str
    unit: str
    qty_available: int | None
    stock_status: str


class StockTotal(NamedTuple):
    """One item's stock over all warehouses."""

    qty_available: int | None
    unit: str
    stock_status: str


_BEST_FIRST = ("IN_STOCK", "LOW", "MADE_TO_ORDER", "CLOSEOUT", "OUT", "DISCONTINUED")


def stock_total(rows: Iterable[StockRow]) -> StockTotal:
    """Add the rows that say most: a blank warehouse, lot or piece is the sum of the rows below it (`feeds.md`).

    The quantity is None when no row knows one; the status is the best of the warehouses'.
    """
    rows = list(rows)
    counted = [row for row in rows if not any(_covers(other, row) for other in rows)] if len(rows) > 1 else rows
    known = [row.qty_available for row in counted if row.qty_available is not None]
    statuses = {row.stock_status for row in counted if row.stock_status}
    best = next((status for status in _BEST_FIRST if status in statuses), "")
    unit = next((row.unit for row in counted if row.unit), "")
    return StockTotal(sum(known) if known else None, unit, best)


def _covers(above: StockRow, row: StockRow) -> bool:
    """Whether `above` is a sum that already contains `row`."""
    if above[:3] == row[:3]:
        return False
    return all(mine in ("", theirs) for mine, theirs in zip(above[:3], row[:3], strict=True))
