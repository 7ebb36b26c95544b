"""The lists of the follow-up as data: what they hold, how they are filtered, what they say when they are empty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop.cache import follow_up_index
from desktop.cache.follow_up_index import IndexedKind
from desktop.features.follow_up.columns import (
    Now,
    customer_columns,
    freight_columns,
    order_columns,
    reserve_columns,
)
from desktop.widgets.columns import Column
from shared_models.follow_up.records import Customer, FollowUpRecord, FreightLine, Reserve, SalesOrderLine


@dataclass(frozen=True, slots=True)
class FollowUpList:
    """One list. `columns` is of rows of `kind`; its keys with `sortable` are columns of the table in the file."""

    name: str
    title: str
    kind: type[FollowUpRecord]
    indexed: IndexedKind
    columns: Callable[[Now], tuple[Column[Any], ...]]
    one: str
    filter_words: str
    open_words: str
    opens_open: bool
    """Whether only what is open is shown at first."""
    when_empty: str


ORDERS = FollowUpList(
    "orders", "Orders", SalesOrderLine, follow_up_index.SALES_ORDERS, order_columns, "line",
    "Filter by order, PO, item, sidemark, customer, lot or tracking", "Open only", False,
    "No distributor of yours has posted orders yet. They come by themselves with the next sync.",
)  # fmt: skip
RESERVES = FollowUpList(
    "reserves", "Reserves", Reserve, follow_up_index.RESERVES, reserve_columns, "reserve",
    "Filter by reserve, item, lot, sidemark or customer", "Active only", True,
    "No distributor of yours has posted reserves yet. They come by themselves with the next sync.",
)  # fmt: skip
FREIGHT = FollowUpList(
    "freight", "Freight", FreightLine, follow_up_index.FREIGHT, freight_columns, "line",
    "Filter by shipment, order, tracking, PRO, carrier, item or name", "On the way only", False,
    "No distributor of yours has posted shipments yet. They come by themselves with the next sync.",
)  # fmt: skip
CUSTOMERS = FollowUpList(
    "customers", "Customers", Customer, follow_up_index.CUSTOMERS, customer_columns, "customer",
    "Filter by name, account, contact, telephone, city or rep", "Without inactive", True,
    "No distributor of yours has posted customers yet. They come by themselves with the next sync.",
)  # fmt: skip
LISTS: tuple[FollowUpList, ...] = (ORDERS, RESERVES, FREIGHT, CUSTOMERS)
