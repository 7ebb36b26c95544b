"""Products, inventory, stock status and mill orders as distributors publish them; only feeds write them, no station.

These rows are many and alike, so they travel as bare columns inside the stream of their line and are known there
by an integer `row_key`, not by a public id. Quantities are whole thousandths, money whole ten-thousandths
(`kernel/measures.py`); lists are codes joined by `|`; days are ISO text; an empty text means “not known”.
"""

from typing import Literal, NamedTuple

import msgspec

Dataset = Literal["products", "inventory", "stock_status", "mill_orders"]

STOCK_STATUSES = ("IN_STOCK", "LOW", "OUT", "DISCONTINUED", "CLOSEOUT", "MADE_TO_ORDER")
PRODUCT_STATUSES = ("ACTIVE", "NEW", "DISCONTINUED", "CLOSEOUT")
ETA_CONFIDENCES = ("FIRM", "ESTIMATED", "UNKNOWN")
MILL_ORDER_STATUSES = ("OPEN", "IN_TRANSIT", "PARTIAL", "RECEIVED", "CANCELLED")
SAMPLE_TYPES = ("MEMO", "CUTTING", "WING", "BOOK", "RING_SET")


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a distributor. The natural key is `item_no`, a text whose zeros and dots matter."""

    item_no: str
    pattern_no: str = ""
    pattern_name: str = ""
    color_no: str = ""
    color_name: str = ""
    brand: str = ""
    collection: str = ""
    category: str = ""
    usage: str = ""
    width_in: int | None = None
    repeat_v_in: int | None = None
    repeat_h_in: int | None = None
    railroaded: str = ""
    content: str = ""
    backing: str = ""
    finish: str = ""
    cleaning_code: str = ""
    abrasion_double_rubs: int | None = None
    abrasion_method: str = ""
    fire_codes: str = ""
    country: str = ""
    unit: str = ""
    min_qty: int | None = None
    increment: int | None = None
    yards_per_roll: int | None = None
    price_trade: int | None = None
    """Never leaves the server unless `price_visible` is Y."""
    currency: str = ""
    price_visible: str = ""
    lead_time_days: int | None = None
    status: str = ""
    discontinued_on: str = ""
    replaced_by: str = ""
    sample_types: str = ""
    sample_status: str = ""
    upc: str = ""
    image_url: str = ""
    updated_at: str = ""


class InventoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of one item in one warehouse, lot and piece; the last three may be blank, which is the sum."""

    item_no: str
    warehouse: str = ""
    lot_no: str = ""
    piece_no: str = ""
    unit: str = ""
    qty_on_hand: int | None = None
    qty_committed: int | None = None
    qty_reserved: int | None = None
    qty_available: int | None = None
    qty_on_order: int | None = None
    qty_backordered: int | None = None
    largest_piece: int | None = None
    next_due_on: str = ""
    next_due_qty: int | None = None
    stock_status: str = ""
    sample_qty_on_hand: int | None = None
    as_of: str = ""


class StockStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an item's stock in one word, without quantities and lots: all that Basic gives."""

    item_no: str
    stock_status: str = ""
    as_of: str = ""


class MillOrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the distributor's order on a mill: what a backorder waits for."""

    mill_po_no: str
    line_no: str = ""
    mill_name: str = ""
    """May be masked."""
    item_no: str = ""
    qty_ordered: int | None = None
    qty_received: int | None = None
    qty_open: int | None = None
    qty_committed: int | None = None
    qty_free: int | None = None
    unit: str = ""
    ordered_on: str = ""
    ex_mill_on: str = ""
    shipped_on: str = ""
    eta_on: str = ""
    eta_confidence: str = ""
    status: str = ""
    notes: str = ""
    as_of: str = ""
    eta_history: str = ""
    """Every `eta_on` that was told, with the day it was learnt (`catalogue/mill_orders.py`); kept by the server."""


class DatasetShape(NamedTuple):
    """How one dataset is stored and sent: its struct, its natural key and its columns in their order."""

    name: Dataset
    row: type[msgspec.Struct]
    key: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, the natural key first."""
        return self.row.__struct_fields__


PRODUCTS = DatasetShape("products", Product, ("item_no",))
INVENTORY = DatasetShape("inventory", InventoryRow, ("item_no", "warehouse", "lot_no", "piece_no"))
STOCK_STATUS = DatasetShape("stock_status", StockStatus, ("item_no",))
MILL_ORDERS = DatasetShape("mill_orders", MillOrderLine, ("mill_po_no", "line_no"))
LINE_DATASETS: dict[str, DatasetShape] = {
    shape.name: shape for shape in (PRODUCTS, INVENTORY, STOCK_STATUS, MILL_ORDERS)
}
"""All that travels in streams of a line. Stock status follows from the inventory; nobody posts it."""
