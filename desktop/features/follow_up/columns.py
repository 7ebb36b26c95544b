"""Headings, formats and chips of the follow-up's lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from desktop.features.follow_up.ages import Age, age_of
from desktop.features.follow_up.inquiry_column import inquiry_column
from desktop.features.follow_up.rows import LineSeen, Related, Seen
from desktop.features.follow_up.words import (
    account_type_words,
    amount,
    cfa_word,
    day_words,
    left_words,
    minutes_left,
    order_status_words,
    reserve_kind_words,
    reserve_word,
)
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column
from shared_models.catalogue.freshness import DatasetFreshness, Punctuality
from shared_models.follow_up.records import Customer, FreightLine, Reserve, SalesOrderLine
from shared_models.kernel.clock import local_day

Now = Callable[[], datetime]
_A_DAY_MINUTES = 24 * 60
_ORDER_TONES = {
    "OPEN": (Tone.INFO, "waiting"),
    "ON_HOLD_CFA": (Tone.ATTENTION, ""),
    "ON_HOLD_CREDIT": (Tone.BAD, ""),
    "PARTIAL": (Tone.ATTENTION, "truck"),
    "SHIPPED": (Tone.GOOD, "truck"),
    "BACKORDERED": (Tone.ATTENTION, "backorder"),
    "CANCELLED": (Tone.NEUTRAL, "close"),
    "CLOSED": (Tone.NEUTRAL, "check"),
}
_CFA = {"APPROVED": Tone.GOOD, "REJECTED": Tone.BAD}


def order_columns(now: Now) -> tuple[Column[Seen[SalesOrderLine]], ...]:
    """Columns of the orders, a row a line."""
    return (
        Column("order_no", "Order", lambda row: numbered(row.record), width=94, strong=True, sortable=True),
        Column("ordered_on", "Placed", lambda row: day(row.record.ordered_on, now), width=70, hidden=True,
               sortable=True),
        Column("order_status", "Status", lambda row: order_status_words(row.record.order_status), width=114,
               chip=lambda row: order_chip(row.record), sortable=True),
        Column("item_no", "Item", lambda row: row.record.item_no, width=84, sortable=True),
        Column("description", "Pattern and colour", lambda row: row.record.description, width=90, stretch=True,
               tip=lambda row: row.record.description, sortable=True),
        Column("qty_ordered", "Qty", lambda row: amount(row.record.qty_ordered, row.record.unit), width=58,
               align=Align.RIGHT, sortable=True),
        Column("promised_on", "Promised", lambda row: day(row.record.promised_on, now), width=100, sortable=True),
        Column("sidemark", "Sidemark", lambda row: row.record.sidemark, width=78, muted=True, sortable=True,
               tip=lambda row: row.record.sidemark),
        Column("customer_po", "PO", lambda row: row.record.customer_po, width=84, muted=True, hidden=True,
               sortable=True),
        Column("house", "Distributor", lambda row: row.distributor, width=110, muted=True, hidden=True,
               sortable=True),
        Column("mill_po_no", "Mill PO", lambda row: row.record.mill_po_no, width=84, hidden=True, sortable=True),
        Column("tracking_no", "Tracking", lambda row: row.record.tracking_no, width=130, hidden=True, sortable=True),
        inquiry_column(now, hidden=True),
        age_column(now),
    )  # fmt: skip


def reserve_columns(now: Now) -> tuple[Column[Seen[Reserve]], ...]:
    """Columns of the reserve board: what expires first stands first."""
    return (
        Column("expires_at", "Time left", lambda row: expiry_chip(row.record, now()).word, width=98,
               chip=lambda row: expiry_chip(row.record, now()), sortable=True,
               tip=lambda row: day(row.record.expires_at, now)),
        Column("reserve_no", "Reserve", lambda row: row.record.reserve_no, width=108, strong=True, sortable=True),
        Column("kind", "Kind", lambda row: reserve_kind_words(row.record.kind), width=70, hidden=True, sortable=True),
        Column("item_no", "Item", lambda row: row.record.item_no, width=86, sortable=True),
        Column("qty", "Qty", lambda row: amount(row.record.qty, row.record.unit), width=64, align=Align.RIGHT,
               sortable=True),
        Column("lot_no", "Lot", lambda row: row.record.lot_no, width=76, hidden=True, sortable=True),
        Column("cfa_decision", "CFA", lambda row: cfa_word(row.record), width=98, sortable=True,
               chip=lambda row: cfa_chip(row.record)),
        inquiry_column(now),
        Column("sidemark", "Sidemark", lambda row: row.record.sidemark, width=64, stretch=True, sortable=True,
               tip=lambda row: row.record.sidemark),
        Column("customer_no", "Customer", lambda row: row.record.customer_no, width=84, muted=True, hidden=True,
               sortable=True),
        Column("house", "Distributor", lambda row: row.distributor, width=118, muted=True, hidden=True,
               sortable=True),
        age_column(now),
    )  # fmt: skip


def freight_columns(now: Now) -> tuple[Column[Seen[FreightLine]], ...]:
    """Columns of the shipments, a row a line of a package."""
    return (
        Column("shipment_no", "Shipment", lambda row: row.record.shipment_no, width=116, strong=True, sortable=True),
        Column("shipped_on", "Shipped", lambda row: day(row.record.shipped_on, now), width=72, sortable=True),
        Column("delivered_at", "State", lambda row: freight_chip(row.record).word, width=114, sortable=True,
               chip=lambda row: freight_chip(row.record), tip=lambda row: row.record.exception),
        Column("carrier_name", "Carrier", lambda row: row.record.carrier_name or row.record.carrier_scac, width=58,
               sortable=True),
        Column("tracking_no", "Tracking", lambda row: row.record.tracking_no or row.record.pro_no, width=102,
               stretch=True, tip=lambda row: row.record.tracking_no or row.record.pro_no, sortable=True),
        Column("estimated_delivery_on", "Expected", lambda row: day(row.record.estimated_delivery_on, now), width=74,
               sortable=True),
        Column("order_no", "Order", lambda row: row.record.order_no, width=78, sortable=True),
        Column("item_no", "Item", lambda row: row.record.item_no, width=80, hidden=True, sortable=True),
        Column("qty_shipped", "Qty", lambda row: amount(row.record.qty_shipped, row.record.unit), width=62,
               align=Align.RIGHT, hidden=True, sortable=True),
        Column("ship_to_name", "To", lambda row: row.record.ship_to_name, width=110, muted=True, hidden=True,
               sortable=True, tip=lambda row: row.record.ship_to_name),
        Column("house", "Distributor", lambda row: row.distributor, width=118, muted=True, hidden=True,
               sortable=True),
        age_column(now),
    )  # fmt: skip


def customer_columns(now: Now) -> tuple[Column[Seen[Customer]], ...]:
    """Columns of the customers, a row for each place that the distributor ships to."""
    return (
        Column("name", "Customer", lambda row: row.record.name or row.record.trading_as, width=116, strong=True,
               stretch=True, sortable=True, tip=lambda row: row.record.trading_as),
        Column("customer_no", "Account", lambda row: row.record.customer_no, width=74, sortable=True),
        Column("state", "To look at", lambda row: customer_chip(row.record).word, width=106,
               chip=lambda row: customer_chip(row.record), sortable=True),
        Column("account_type", "Kind", lambda row: account_type_words(row.record.account_type), width=84, hidden=True,
               sortable=True),
        Column("contact", "Contact", lambda row: row.record.contact, width=106, sortable=True),
        Column("phone", "Telephone", lambda row: row.record.phone, width=114, sortable=True),
        Column("ship_to_city", "City", lambda row: row.record.ship_to_city or row.record.bill_to_city, width=74,
               sortable=True),
        Column("last_order_on", "Last order", lambda row: day(row.record.last_order_on, now), width=84, hidden=True,
               sortable=True),
        Column("rep_code", "Rep", lambda row: row.record.rep_code, width=60, muted=True, hidden=True, sortable=True),
        Column("house", "Distributor", lambda row: row.distributor, width=118, muted=True, hidden=True,
               sortable=True),
        age_column(now),
    )  # fmt: skip


def related_columns(now: Now) -> tuple[Column[Related], ...]:
    """Columns of what bears on the row in front."""
    return (
        Column("kind", "What", lambda row: row.kind, width=78, muted=True, sort_key=lambda row: row.kind),
        Column("what", "", lambda row: row.what, width=72, stretch=True, strong=True, sort_key=lambda row: row.what,
               tip=lambda row: " · ".join(filter(None, (row.what, row.detail)))),
        Column("state", "State", lambda row: row.state, width=88, tip=lambda row: row.state,
               sort_key=lambda row: row.state),
        Column("on", "Day", lambda row: day(row.on, now), width=66, hidden=True, sort_key=lambda row: row.on),
    )  # fmt: skip


def numbered(record: SalesOrderLine) -> str:
    """Order and line as one number."""
    return f"{record.order_no}-{record.line_no}" if record.line_no else record.order_no


def order_chip(record: SalesOrderLine) -> Chip | None:
    """The order's status; None when the distributor says none."""
    if not record.order_status:
        return None
    tone, icon = _ORDER_TONES.get(record.order_status, (Tone.NEUTRAL, ""))
    return Chip(tone, order_status_words(record.order_status), icon)


def expiry_chip(record: Reserve, now: datetime) -> Chip:
    """How long the goods are still set aside, or what became of them."""
    if record.status not in ("ACTIVE", ""):
        tone = Tone.GOOD if record.status == "CONVERTED" else Tone.NEUTRAL
        return Chip(tone, reserve_word(record.status), "check" if record.status == "CONVERTED" else "close")
    minutes = minutes_left(record.expires_at, now)
    if minutes is None:
        return Chip(Tone.NEUTRAL, "No end known", "waiting")
    words = left_words(record.expires_at, now)
    if minutes <= 0:
        return Chip(Tone.BAD, "Expired", "bell")
    return Chip(Tone.ATTENTION if minutes < _A_DAY_MINUTES else Tone.NEUTRAL, f"{words} left", "waiting")


def cfa_chip(record: Reserve) -> Chip | None:
    """The same as a chip; None where no cutting is asked for."""
    word = cfa_word(record)
    if not word:
        return None
    return Chip(_CFA.get(record.cfa_decision, Tone.INFO), word)


def freight_chip(record: FreightLine) -> Chip:
    """Where the goods are."""
    if record.delivered_at:
        return Chip(Tone.GOOD, "Delivered", "check")
    if record.exception:
        return Chip(Tone.BAD, "Held up", "bell")
    return Chip(Tone.INFO, "On the way", "truck") if record.shipped_on else Chip(Tone.NEUTRAL, "Not yet shipped")


def customer_chip(record: Customer) -> Chip:
    """What one must know before promising anything."""
    if record.credit_hold == "Y":
        return Chip(Tone.BAD, "Credit hold", "lock")
    if record.memo_privilege == "BLOCKED":
        return Chip(Tone.ATTENTION, "No memos", "lock")
    words = {"INACTIVE": (Tone.NEUTRAL, "Inactive"), "PROSPECT": (Tone.INFO, "Prospect")}
    tone, word = words.get(record.status, (Tone.GOOD, "Active"))
    return Chip(tone, word)


def tone_of(state: Punctuality) -> Tone | None:
    """The ink of a figure of that age; None for the usual one."""
    return {"late": Tone.BAD, "due": Tone.ATTENTION}.get(state)


def ages_chip(ages: Iterable[Age]) -> Chip:
    """The worst of several ages as a word of its own."""
    states = {age.state for age in ages}
    if "late" in states:
        return Chip(Tone.BAD, "Late", "bell")
    if "due" in states:
        return Chip(Tone.ATTENTION, "Due", "waiting")
    return Chip(Tone.GOOD, "On time", "check") if "fresh" in states else Chip(Tone.NEUTRAL, "Nothing promised", "info")


@lru_cache(maxsize=4096)
def _age_this_minute(as_of: str, fresh: DatasetFreshness | None, minute: datetime) -> Age:
    """Rows say the same instant over and over; words for it are made once a minute."""
    return age_of(as_of, fresh, minute)


def age_column(now: Now) -> Column[Any]:
    """How old the row is, and whether that is later than promised."""

    def age(row: Seen[Any] | LineSeen[Any]) -> Age:
        return _age_this_minute(row.record.as_of, row.fresh, now().replace(second=0, microsecond=0))

    return Column("as_of", "As of", lambda row: age(row).short, width=86, align=Align.RIGHT, muted=True, sortable=True,
                  tone=lambda row: tone_of(age(row).state), tip=lambda row: age(row).words)  # fmt: skip


def day(text: str, now: Now) -> str:
    """`25 Nov`; empty when not known."""
    return day_words(text, local_day(now()))
