"""Stock by lot and piece, mill orders whose days slipped, and how old it all is, for the follow-up page."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from desktop.sync.desk import Desk
from shared_models.catalogue.freshness import DatasetFreshness, freshness_id
from shared_models.catalogue.records import InventoryRow, MillOrderLine, StockStatus
from tests.builders.desk import BERAUDIN, CALDER, NINE, fill_line_file, put

AT_SIX = "2026-11-16T06:00:00Z"


def stock(item_no: str, lot_no: str = "", available: int = 0, *, piece: str = "", house: str = "HPT") -> InventoryRow:
    """`available` whole yards of an item."""
    return InventoryRow(
        item_no=item_no, warehouse=house, lot_no=lot_no, piece_no=piece, unit="YD", qty_available=available * 1000,
        qty_on_hand=(available + 4) * 1000, qty_reserved=4_000, stock_status="IN_STOCK" if available else "OUT",
        as_of=AT_SIX,
    )  # fmt: skip


STOCK = (
    stock("0123-04", available=96, house=""),
    stock("0123-04", "L4471", 46),
    stock("0123-04", "L4471", 38, piece="1"),
    stock("0123-04", "L4471", 8, piece="2"),
    stock("0123-04", "L4502", 50),
    stock("0123-05", available=0),
    stock("0150-01", "L11", 20),
    stock("0150-01", "L12", 18),
)
MILL_ORDERS = (
    MillOrderLine(
        mill_po_no="MP-881", line_no="1", mill_name="Mill A", item_no="0150-01", qty_ordered=200_000,
        qty_open=120_000, qty_committed=70_000, qty_free=50_000, unit="YD", ordered_on="2026-08-03",
        eta_on="2026-12-12", eta_confidence="ESTIMATED", status="IN_TRANSIT", as_of=AT_SIX,
        eta_history="2026-11-01@2026-08-04|2026-11-20@2026-10-02|2026-12-12@2026-11-09",
    ),
    MillOrderLine(
        mill_po_no="MP-902", line_no="1", mill_name="Mill B", item_no="0123-04", qty_open=80_000, unit="YD",
        eta_on="2026-11-28", status="OPEN", as_of=AT_SIX, eta_history="2026-11-28@2026-09-01",
    ),
    MillOrderLine(
        mill_po_no="MP-777", line_no="1", item_no="0123-04", qty_open=0, unit="YD", eta_on="2026-09-01",
        status="RECEIVED", as_of=AT_SIX,
    ),
)  # fmt: skip
STATUSES = (
    StockStatus(item_no="1354.10.0", stock_status="IN_STOCK", as_of=AT_SIX),
    StockStatus(item_no="1354.20.0", stock_status="OUT", as_of=AT_SIX),
)


def fill_stock_and_mills(desk: Desk) -> None:
    """Calder & Thrane has Inventory, promised hourly and three hours old; Maison Béraudin has Basic, promised daily."""
    for distributor_id, dataset, rows in (
        (CALDER, "inventory", STOCK),
        (CALDER, "mill_orders", MILL_ORDERS),
        (BERAUDIN, "stock_status", STATUSES),
    ):
        fill_line_file(desk.catalogue, distributor_id, dataset, map(msgspec.structs.astuple, rows))  # type: ignore[arg-type]
    put(desk.database, [fresh(CALDER, "inventory", 3, 60), fresh(BERAUDIN, "inventory", 3, 1440),
                        fresh(CALDER, "mill_orders", 3, 0), fresh(CALDER, "sales_orders", 0, 60)])  # fmt: skip


def fresh(distributor_id: str, dataset: str, hours_old: int, due_every_minutes: int) -> DatasetFreshness:
    """How old a dataset is at nine."""
    return DatasetFreshness(
        id=freshness_id(distributor_id, dataset), distributor_id=distributor_id, dataset=dataset,
        as_of=NINE - timedelta(hours=hours_old), due_every_minutes=due_every_minutes,
    )  # fmt: skip
