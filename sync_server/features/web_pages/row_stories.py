"""The page of one row: what is known of it, and what bears on it in the other lists."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from shared_models.catalogue.mill_orders import told_etas
from shared_models.catalogue.words import mill_status_words, slip_words
from shared_models.follow_up.words import (
    account_type_words,
    amount,
    order_status_words,
    reserve_kind_words,
)
from shared_models.kernel.clock import local_day
from sync_server.features.web_pages import cells, lists
from sync_server.features.web_pages.cells import Cell, day, moment, much, plain
from sync_server.features.web_pages.list_queries import rows_with
from sync_server.features.web_pages.lists import FollowUpList
from sync_server.features.web_pages.visible import Visible

MOST_RELATED = 30
Fact = tuple[str, Cell]


class Bears(NamedTuple):
    """A row elsewhere that bears on this one."""

    kind: str
    what: str
    state: Cell
    path: str


class Story(NamedTuple):
    """The page of one row."""

    title: str
    under: str
    facts: list[Fact]
    notes: str
    bears: list[Bears]


def story_of(connection: Connection, which: FollowUpList, visible: Visible, row: Any, now: datetime) -> Story:
    """All that the person may see of the row and around it."""
    title, under, facts = _TOLD[which.name](row, now)
    known = [(heading, cell) for heading, cell in facts if cell.text]
    bears = list(_around(connection, which, visible, row, now)) if which.name in _AROUND else []
    return Story(title, under, known, getattr(row, "notes", "") or getattr(row, "note", ""), bears)


def _around(connection: Connection, which: FollowUpList, visible: Visible, row: Any, now: datetime) -> Iterator[Bears]:
    for other, column, own in _AROUND[which.name]:
        value = str(getattr(row, own) or "")
        for one in rows_with(connection, other, visible, row.distributor_id, column, value, MOST_RELATED):
            if other.name != which.name or one.row_id != row.row_id:
                yield _bears(other, one, now)


def _bears(which: FollowUpList, row: Any, now: datetime) -> Bears:
    kind, what, state = _IN_SHORT[which.name](row, now)
    return Bears(kind, what, state, f"/web/{which.name}/{row.row_id}")


_AROUND: dict[str, Sequence[tuple[FollowUpList, str, str]]] = {
    "orders": (
        (lists.ORDERS, "order_no", "order_no"), (lists.FREIGHT, "order_no", "order_no"),
        (lists.RESERVES, "reserve_no", "reserve_no"), (lists.MILL_ORDERS, "mill_po_no", "mill_po_no"),
        (lists.CUSTOMERS, "customer_no", "customer_no"), (lists.STOCK, "item_no", "item_no"),
    ),
    "reserves": (
        (lists.ORDERS, "order_no", "converted_order_no"), (lists.CUSTOMERS, "customer_no", "customer_no"),
        (lists.STOCK, "item_no", "item_no"),
    ),
    "freight": ((lists.ORDERS, "order_no", "order_no"), (lists.FREIGHT, "shipment_no", "shipment_no")),
    "stock": (
        (lists.STOCK, "item_no", "item_no"), (lists.MILL_ORDERS, "item_no", "item_no"),
        (lists.RESERVES, "item_no", "item_no"), (lists.ORDERS, "item_no", "item_no"),
    ),
    "mill-orders": (
        (lists.MILL_ORDERS, "mill_po_no", "mill_po_no"), (lists.ORDERS, "mill_po_no", "mill_po_no"),
        (lists.STOCK, "item_no", "item_no"),
    ),
    "customers": (
        (lists.CUSTOMERS, "customer_no", "customer_no"), (lists.ORDERS, "customer_no", "customer_no"),
        (lists.RESERVES, "customer_no", "customer_no"),
    ),
}  # fmt: skip
"""By list: in which other list, by which column, with which of the row's own values."""


def _order(row: Any, now: datetime) -> tuple[str, str, list[Fact]]:
    facts: list[Fact] = [
        ("Status", cells.order_status(row.order_status)), ("Ordered", day(row.ordered_on, now)),
        ("Asked for", day(row.requested_on, now)), ("Promised", day(row.promised_on, now)),
        ("Waits for mill PO", plain(row.mill_po_no)), ("Quantity", much(row.qty_ordered, row.unit)),
        ("Shipped", much(row.qty_shipped, row.unit)), ("Backordered", much(row.qty_backordered or None, row.unit)),
        ("Cancelled", much(row.qty_cancelled or None, row.unit)), ("Lot", plain(row.lot_no)),
        ("Customer", plain(row.customer_no)), ("Customer PO", plain(row.customer_po)),
        ("Sidemark", plain(row.sidemark)), ("Ship to", cells.place(row)), ("Ships by", plain(row.ship_via)),
        ("Terms", plain(row.terms)), ("CFA", plain("Required" if row.cfa_required == "Y" else "")),
        ("Tracking", plain(row.tracking_no)), ("Distributor", plain(row.house)), ("As of", moment(row.as_of, now)),
    ]  # fmt: skip
    heading = f"Order {row.order_no}" + (f", line {row.line_no}" if row.line_no else "")
    return heading, f"{row.item_no}  {row.description}", facts


def _reserve(row: Any, now: datetime) -> tuple[str, str, list[Fact]]:
    facts: list[Fact] = [
        ("Time left", cells.expiry(row, now)), ("Kind", plain(reserve_kind_words(row.kind))),
        ("Placed", moment(row.placed_at, now)), ("Expires", moment(row.expires_at, now)),
        ("Extended", plain(f"{row.times_extended} times" if row.times_extended else "")),
        ("Quantity", much(row.qty, row.unit)), ("Lot", plain(row.lot_no)),
        ("Pieces", plain(row.piece_nos.replace("|", ", "))), ("CFA", cells.approval(row)),
        ("CFA asked for", moment(row.cfa_requested_at, now)), ("CFA sent", moment(row.cfa_sent_at, now)),
        ("CFA tracking", plain(row.cfa_tracking)), ("CFA received", moment(row.cfa_received_at, now)),
        ("CFA decided", moment(row.cfa_decided_at, now)), ("Customer", plain(row.customer_no)),
        ("Customer PO", plain(row.customer_po)), ("Sidemark", plain(row.sidemark)),
        ("Became order", plain(row.converted_order_no)), ("Distributor", plain(row.house)),
        ("As of", moment(row.as_of, now)),
    ]  # fmt: skip
    return f"Reserve {row.reserve_no}", row.item_no, facts


def _shipment(row: Any, now: datetime) -> tuple[str, str, list[Fact]]:
    facts: list[Fact] = [
        ("State", cells.whereabouts(row)), ("Shipped", day(row.shipped_on, now)),
        ("Expected", day(row.estimated_delivery_on, now)), ("Delivered", moment(row.delivered_at, now)),
        ("Delivered to", plain(row.delivered_to)), ("Held up", plain(row.exception)),
        ("Carrier", plain(row.carrier_name or row.carrier_scac)), ("Service", plain(row.service)),
        ("Tracking", cells.tracking(row)), ("PRO", plain(row.pro_no)), ("Bill of lading", plain(row.bol_no)),
        ("Packages", plain(row.packages or "")), ("Weight", much(row.weight_lb, "lb")), ("Order", plain(row.order_no)),
        ("Quantity", much(row.qty_shipped, row.unit)), ("Lot", plain(row.lot_no)),
        ("Pieces", plain(row.piece_nos.replace("|", ", "))), ("Ship to", cells.place(row)),
        ("Distributor", plain(row.house)), ("As of", moment(row.as_of, now)),
    ]  # fmt: skip
    return f"Shipment {row.shipment_no}", row.item_no, facts


def _stock(row: Any, now: datetime) -> tuple[str, str, list[Fact]]:
    amounts = (
        ("Available", row.qty_available), ("On hand", row.qty_on_hand), ("Committed", row.qty_committed),
        ("Reserved", row.qty_reserved), ("On order", row.qty_on_order), ("Backordered", row.qty_backordered),
        ("Largest piece", row.largest_piece), ("Next due, how much", row.next_due_qty),
    )  # fmt: skip
    facts: list[Fact] = [
        ("Status", cells.stock_status(row.stock_status)), ("Warehouse", plain(row.warehouse)),
        ("Lot", plain(row.lot_no)), ("Piece", plain(row.piece_no)),
        *((heading, much(number, row.unit)) for heading, number in amounts),
        ("Next due", day(row.next_due_on, now)), ("Distributor", plain(row.house)), ("As of", moment(row.as_of, now)),
    ]  # fmt: skip
    if row.qty_available is None:
        facts.append(("Quantities", plain("This line's inventory is not on Order-Track.")))
    return f"Stock of {row.item_no}", row.goods or "", facts


def _mill_order(row: Any, now: datetime) -> tuple[str, str, list[Fact]]:
    told = [
        (f"Told {day(one.learnt_on, now).text}", plain(f"ETA {day(one.eta_on, now).text}" if one.eta_on else "no ETA"))
        for one in told_etas(row.eta_history)
    ]
    facts: list[Fact] = [
        ("Status", plain(mill_status_words(row.status))), ("Mill", plain(row.mill_name)),
        ("ETA", day(row.eta_on, now)), ("How sure", plain(row.eta_confidence.capitalize())),
        ("Moved", plain(slip_words(row.eta_history))), ("Ordered", day(row.ordered_on, now)),
        ("Leaves the mill", day(row.ex_mill_on, now)), ("Shipped", day(row.shipped_on, now)),
        ("Ordered quantity", much(row.qty_ordered, row.unit)), ("Received", much(row.qty_received, row.unit)),
        ("Open", much(row.qty_open, row.unit)), ("Committed", much(row.qty_committed, row.unit)),
        ("Free", much(row.qty_free, row.unit)), ("Distributor", plain(row.house)), ("As of", moment(row.as_of, now)),
        *(told if len(told) > 1 else []),
    ]  # fmt: skip
    heading = f"Mill order {row.mill_po_no}" + (f", line {row.line_no}" if row.line_no else "")
    return heading, f"{row.item_no}  {row.goods or ''}", facts


def _customer(row: Any, now: datetime) -> tuple[str, str, list[Fact]]:
    facts: list[Fact] = [
        ("To look at", cells.standing(row)), ("Account", plain(row.customer_no)),
        ("Kind", plain(account_type_words(row.account_type))), ("Trades as", plain(row.trading_as)),
        ("Contact", plain(row.contact)), ("Telephone", plain(row.phone)), ("E-mail", plain(row.email)),
        ("Bill to", cells.place(row, "bill_to")), ("Ship to", cells.place(row)), ("Terms", plain(row.terms)),
        ("Rep", plain(row.rep_code)), ("Territory", plain(row.territory)),
        ("Resale certificate until", day(row.resale_expires_on, now)), ("Customer since", day(row.since_on, now)),
        ("Last order", day(row.last_order_on, now)), ("Distributor", plain(row.house)),
        ("As of", moment(row.as_of, now)),
    ]  # fmt: skip
    return row.name or row.trading_as or row.customer_no, "", facts


def _request(row: Any, now: datetime) -> tuple[str, str, list[Fact]]:
    facts: list[Fact] = [
        ("Standing", cells.request_state(row)), ("Placed", day(local_day(row.placed_at).isoformat(), now)),
        ("Placed by", plain(row.placed_by_name)), ("Showroom", plain(row.showroom_name)),
        ("Designer", plain(row.designer_name)), ("Sidemark", plain(row.sidemark)), ("Ship to", cells.place(row)),
        ("Ship by", plain(row.ship_method)),
    ]  # fmt: skip
    return f"Sample request {row.number}".rstrip(), f"asked of {row.house}", facts


_TOLD: dict[str, Callable[[Any, datetime], tuple[str, str, list[Fact]]]] = {
    "orders": _order, "reserves": _reserve, "freight": _shipment, "stock": _stock, "mill-orders": _mill_order,
    "customers": _customer, "requests": _request,
}  # fmt: skip
_IN_SHORT: dict[str, Callable[[Any, datetime], tuple[str, str, Cell]]] = {
    "orders": lambda row, now: (
        "Order", f"{lists.numbered(row).text}  {row.description or row.item_no}",
        Cell(order_status_words(row.order_status), cells.order_status(row.order_status).tone),
    ),
    "reserves": lambda row, now: (
        "Reserve", f"{row.reserve_no}  {amount(row.qty, row.unit)} {row.sidemark}", cells.expiry(row, now)
    ),
    "freight": lambda row, now: (
        "Shipment", f"{row.shipment_no}  {row.carrier_name} {row.tracking_no}", cells.whereabouts(row)
    ),
    "stock": lambda row, now: (
        "Stock", "  ".join(filter(None, (row.warehouse, row.lot_no, row.piece_no,
                                         amount(row.qty_available, row.unit)))) or row.item_no,
        cells.stock_status(row.stock_status),
    ),
    "mill-orders": lambda row, now: (
        "Mill order", f"{row.mill_po_no}  ETA {day(row.eta_on, now).text or 'not known'}",
        plain(mill_status_words(row.status)),
    ),
    "customers": lambda row, now: (
        "Customer", " ".join(filter(None, (row.name, row.ship_to_city))) or row.customer_no, cells.standing(row)
    ),
}  # fmt: skip
