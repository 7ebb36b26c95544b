"""The lists in a browser: where their rows come from, their columns, what is searched in them, what is open."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.sql.selectable import Subquery

from shared_models.catalogue.words import mill_status_words, slip_words
from shared_models.follow_up.words import reserve_kind_words
from shared_models.kernel.clock import local_day
from sync_server.features.web_pages import cells, sources
from sync_server.features.web_pages.cells import Cell, much, plain
from sync_server.features.web_pages.sources import Source

Tell = Callable[[Any, datetime], Cell]
"""From a row, and what time it is, to its words."""


class Column(NamedTuple):
    """One column. `sort` is the row's own column by which it is sorted, empty when it is not."""

    heading: str
    tell: Tell
    sort: str = ""
    look: str = ""
    """`right`, `muted`, `nowrap`, `wide` (on a phone)."""


class FollowUpList(NamedTuple):
    """One list."""

    name: str
    title: str
    one: str
    source: Source
    datasets: tuple[str, ...]
    """Whose age is shown."""
    columns: tuple[Column, ...]
    words: tuple[str, ...]
    usual: str
    """The column by which it is sorted at first; `-` before it for downwards."""
    hint: str
    is_open: Callable[[Subquery], ColumnElement[bool]]
    open_words: str
    opens_open: bool
    when_empty: str

    @property
    def sortable(self) -> frozenset[str]:
        """The columns by which it can be sorted."""
        return frozenset(column.sort for column in self.columns if column.sort)


def field(name: str) -> Tell:
    """A column's text as it is."""
    return lambda row, _now: plain(getattr(row, name))


def on(name: str) -> Tell:
    """A day."""
    return lambda row, now: cells.day(getattr(row, name), now)


def quantity(name: str) -> Tell:
    """A quantity in the row's unit."""
    return lambda row, _now: much(getattr(row, name), row.unit)


def of_row(told: Callable[[Any], Cell]) -> Tell:
    """What does not depend on the time."""
    return lambda row, _now: told(row)


def numbered(row: Any) -> Cell:
    """Order and line as one number."""
    return plain(f"{row.order_no}-{row.line_no}" if row.line_no else row.order_no)


HOUSE = Column("Distributor", field("house"), "house", "muted nowrap")
AS_OF = Column("As of", lambda row, now: cells.age(row.as_of, now), "as_of", "muted nowrap")

ORDERS = FollowUpList(
    "orders", "Orders", "line", sources.follow_up("sales_orders"), ("sales_orders",),
    (
        Column("Order", of_row(numbered), "order_no", "nowrap"),
        Column("Status", lambda row, _: cells.order_status(row.order_status), "order_status", "nowrap"),
        Column("Item", field("item_no"), "item_no", "nowrap"),
        Column("Pattern and colour", field("description"), "description", "wide"),
        Column("Qty", quantity("qty_ordered"), "qty_ordered", "right nowrap"),
        Column("Placed", on("ordered_on"), "ordered_on", "nowrap"),
        Column("Promised", on("promised_on"), "promised_on", "nowrap"),
        Column("Sidemark", field("sidemark"), "sidemark", "muted"),
        HOUSE, AS_OF,
    ),
    ("order_no", "customer_po", "sidemark", "item_no", "description", "customer_no", "showroom_code", "rep_code",
     "ship_to_name", "ship_to_city", "lot_no", "mill_po_no", "reserve_no", "tracking_no"),
    "-ordered_on", "Order, PO, item, sidemark, customer, lot or tracking",
    lambda rows: rows.c.order_status.not_in(("SHIPPED", "CANCELLED", "CLOSED")), "Open only", False,
    "No distributor of yours has posted orders for you yet.",
)  # fmt: skip
RESERVES = FollowUpList(
    "reserves", "Reserves", "reserve", sources.follow_up("reserves"), ("reserves",),
    (
        Column("Reserve", field("reserve_no"), "reserve_no", "nowrap"),
        Column("Time left", cells.expiry, "expires_at", "nowrap"),
        Column("Kind", lambda row, _: plain(reserve_kind_words(row.kind)), "kind", "nowrap"),
        Column("Item", field("item_no"), "item_no", "nowrap"),
        Column("Qty", quantity("qty"), "qty", "right nowrap"),
        Column("Lot", field("lot_no"), "lot_no", "nowrap"),
        Column("CFA", of_row(cells.approval), "cfa_decision", "nowrap"),
        Column("Sidemark", field("sidemark"), "sidemark", "muted"),
        HOUSE, AS_OF,
    ),
    ("reserve_no", "sidemark", "customer_po", "item_no", "customer_no", "showroom_code", "rep_code", "lot_no",
     "cfa_tracking", "converted_order_no", "notes"),
    "expires_at", "Reserve, item, lot, sidemark or customer",
    lambda rows: rows.c.status == "ACTIVE", "Still held only", True,
    "No distributor of yours has posted reserves for you yet.",
)  # fmt: skip
FREIGHT = FollowUpList(
    "freight", "Freight", "line", sources.follow_up("freight"), ("freight",),
    (
        Column("Shipment", field("shipment_no"), "shipment_no", "nowrap"),
        Column("State", of_row(cells.whereabouts), "delivered_at", "nowrap"),
        Column("Shipped", on("shipped_on"), "shipped_on", "nowrap"),
        Column("Expected", on("estimated_delivery_on"), "estimated_delivery_on", "nowrap"),
        Column("Carrier", lambda row, _: plain(row.carrier_name or row.carrier_scac), "carrier_name"),
        Column("Tracking", of_row(cells.tracking), "tracking_no", "wide"),
        Column("Order", field("order_no"), "order_no", "nowrap"),
        Column("Item", field("item_no"), "item_no", "nowrap"),
        Column("Qty", quantity("qty_shipped"), "qty_shipped", "right nowrap"),
        HOUSE, AS_OF,
    ),
    ("shipment_no", "order_no", "tracking_no", "pro_no", "bol_no", "item_no", "lot_no", "carrier_scac",
     "carrier_name", "service", "ship_to_name", "ship_to_city", "delivered_to", "exception"),
    "-shipped_on", "Shipment, order, tracking, PRO, carrier, item or name",
    lambda rows: rows.c.delivered_at == "", "On the way only", False,
    "No distributor of yours has posted shipments for you yet.",
)  # fmt: skip
STOCK = FollowUpList(
    "stock", "Stock", "row", sources.stock, ("inventory",),
    (
        Column("Item", field("item_no"), "item_no", "nowrap"),
        Column("Status", lambda row, _: cells.stock_status(row.stock_status), "stock_status", "nowrap"),
        Column("Pattern and colour", field("goods"), "goods", "wide"),
        Column("Warehouse", field("warehouse"), "warehouse"),
        Column("Lot", field("lot_no"), "lot_no", "nowrap"),
        Column("Piece", field("piece_no"), "piece_no", "nowrap"),
        Column("Available", quantity("qty_available"), "qty_available", "right nowrap"),
        Column("Next due", on("next_due_on"), "next_due_on", "nowrap"),
        HOUSE, AS_OF,
    ),
    ("item_no", "goods", "warehouse", "lot_no", "piece_no", "house"),
    "item_no", "Item, pattern, colour, warehouse, lot or piece",
    lambda rows: rows.c.stock_status.in_(("IN_STOCK", "LOW", "CLOSEOUT")), "In stock only", False,
    "No distributor of yours has posted stock yet.",
)  # fmt: skip
MILL_ORDERS = FollowUpList(
    "mill-orders", "Mill orders", "line", sources.mill_orders, ("mill_orders",),
    (
        Column("Mill PO", lambda row, _: plain("-".join(filter(None, (row.mill_po_no, row.line_no)))), "mill_po_no",
               "nowrap"),
        Column("Status", lambda row, _: plain(mill_status_words(row.status)), "status", "nowrap"),
        Column("Item", field("item_no"), "item_no", "nowrap"),
        Column("Pattern and colour", field("goods"), "goods", "wide"),
        Column("ETA", on("eta_on"), "eta_on", "nowrap"),
        Column("Moved", lambda row, _: Cell(words := slip_words(row.eta_history), "attention" if words else ""), "",
               "nowrap"),
        Column("Open", quantity("qty_open"), "qty_open", "right nowrap"),
        Column("Free", quantity("qty_free"), "qty_free", "right nowrap"),
        Column("Mill", field("mill_name"), "mill_name", "muted"),
        HOUSE, AS_OF,
    ),
    ("mill_po_no", "mill_name", "item_no", "goods", "status", "notes"),
    "eta_on", "Mill PO, mill, item, pattern or colour",
    lambda rows: rows.c.status.not_in(("RECEIVED", "CANCELLED")), "Open only", True,
    "No distributor of yours has posted orders on mills yet.",
)  # fmt: skip
CUSTOMERS = FollowUpList(
    "customers", "Customers", "customer", sources.follow_up("customers"), ("customers",),
    (
        Column("Customer", lambda row, _: plain(row.name or row.trading_as or row.customer_no), "name"),
        Column("To look at", of_row(cells.standing), "", "nowrap"),
        Column("Account", field("customer_no"), "customer_no", "nowrap"),
        Column("Kind", of_row(cells.account_type), "account_type"),
        Column("Contact", field("contact"), "contact"),
        Column("Telephone", field("phone"), "phone", "nowrap"),
        Column("City", lambda row, _: plain(row.ship_to_city or row.bill_to_city), "ship_to_city"),
        Column("Last order", on("last_order_on"), "last_order_on", "nowrap"),
        HOUSE, AS_OF,
    ),
    ("customer_no", "name", "trading_as", "contact", "email", "phone", "bill_to_city", "ship_to_name", "ship_to_city",
     "rep_code", "showroom_code", "territory"),
    "name", "Name, account, contact, telephone, city or rep",
    lambda rows: rows.c.status != "INACTIVE", "Without inactive", True,
    "No distributor of yours has posted customers for you yet.",
)  # fmt: skip
REQUESTS = FollowUpList(
    "requests", "Sample requests", "request", sources.sample_requests, (),
    (
        Column("Request", lambda row, _: plain(row.number or "not numbered yet"), "number", "nowrap"),
        Column("Standing", of_row(cells.request_state), "", "wide"),
        Column("Placed", lambda row, now: cells.day(local_day(row.placed_at).isoformat(), now), "row_id", "nowrap"),
        Column("Asked", field("house"), "house"),
        Column("By", field("showroom_name"), "showroom_name"),
        Column("Designer", field("designer_name"), "designer_name"),
        Column("Sidemark", field("sidemark"), "sidemark", "muted"),
    ),
    ("number", "house", "showroom_name", "designer_name", "sidemark", "placed_by_name", "ship_to_name", "ship_to_city"),
    "-row_id", "Request, distributor, showroom, designer or sidemark",
    lambda rows: rows.c.is_open == 1, "Open only", True,
    "There are no sample requests here.",
)  # fmt: skip
LISTS: tuple[FollowUpList, ...] = (ORDERS, RESERVES, FREIGHT, STOCK, MILL_ORDERS, CUSTOMERS, REQUESTS)
