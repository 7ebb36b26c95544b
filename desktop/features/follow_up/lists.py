"""The lists of the follow-up as data: what they hold, how they are filtered, what they say when they are empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from desktop.cache import follow_up_index
from desktop.features.follow_up.columns import (
    Now,
    customer_columns,
    freight_columns,
    order_columns,
    reserve_columns,
)
from desktop.features.follow_up.line_columns import mill_columns, stock_columns
from desktop.features.follow_up.mill_queries import MillSource
from desktop.features.follow_up.sources import IndexedSource, ListSource
from desktop.features.follow_up.stock_queries import StockSource
from desktop.features.follow_up.timeline_columns import timeline_columns
from desktop.features.follow_up.timeline_queries import TimelineSource
from desktop.widgets.columns import Column
from shared_models.follow_up.records import Customer, FreightLine, Reserve, SalesOrderLine


@dataclass(frozen=True, slots=True)
class FollowUpList:
    """One list. `columns` is of the rows of its source, which orders by the keys of those that are `sortable`."""

    name: str
    title: str
    make_source: Callable[[], ListSource]
    columns: Callable[[Now], tuple[Column[Any], ...]]
    one: str
    filter_words: str
    open_words: str
    opens_open: bool
    """Whether only what is open is shown at first."""
    when_empty: str
    when_not_asked: str = ""
    """What a list says that shows nothing until something is typed."""


ORDERS = FollowUpList(
    "orders", "Orders", partial(IndexedSource, SalesOrderLine, follow_up_index.SALES_ORDERS), order_columns, "line",
    "Filter by order, PO, item, sidemark, customer, lot or tracking", "Open only", False,
    "No distributor of yours has posted orders yet. They come by themselves with the next sync.",
)  # fmt: skip
RESERVES = FollowUpList(
    "reserves", "Reserves", partial(IndexedSource, Reserve, follow_up_index.RESERVES), reserve_columns, "reserve",
    "Filter by reserve, item, lot, sidemark or customer", "Still held only", True,
    "No distributor of yours has posted reserves yet. They come by themselves with the next sync.",
)  # fmt: skip
FREIGHT = FollowUpList(
    "freight", "Freight", partial(IndexedSource, FreightLine, follow_up_index.FREIGHT), freight_columns, "line",
    "Filter by shipment, order, tracking, item or name", "On the way only", False,
    "No distributor of yours has posted shipments yet. They come by themselves with the next sync.",
)  # fmt: skip
STOCK = FollowUpList(
    "stock", "Stock", StockSource, stock_columns, "row",
    "Item, pattern, colour or lot; 1354 32: one lot?", "In stock only", False,
    "No stock is on this station yet. It comes by itself with the next sync, from lines with Basic or Inventory.",
)  # fmt: skip
MILL_ORDERS = FollowUpList(
    "mill_orders", "Mill orders", MillSource, mill_columns, "line",
    "Filter by mill PO, item, pattern, mill or note", "On order only", True,
    "No mill orders are on this station. They come with the next sync from lines that have Inventory.",
)  # fmt: skip
CUSTOMERS = FollowUpList(
    "customers", "Customers", partial(IndexedSource, Customer, follow_up_index.CUSTOMERS), customer_columns, "customer",
    "Filter by name, account, telephone, city or rep", "Without inactive", True,
    "No distributor of yours has posted customers yet. They come by themselves with the next sync.",
)  # fmt: skip
TIMELINE = FollowUpList(
    "timeline", "Sidemarks", TimelineSource, timeline_columns, "step",
    "Sidemark of a project: all of it, in order of time", "Open only", False,
    "Nothing on this station has a sidemark yet: no order, reserve, loan or sample request.",
    "Type a few letters of a sidemark. Its loans, samples, reserves, orders and shipments are shown in order of time.",
)  # fmt: skip
LISTS: tuple[FollowUpList, ...] = (ORDERS, RESERVES, FREIGHT, STOCK, MILL_ORDERS, CUSTOMERS, TIMELINE)
