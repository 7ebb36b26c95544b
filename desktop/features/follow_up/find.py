"""What Ctrl+K finds of the follow-up: light rows, of which only the columns that are shown were read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from desktop.cache.reader import Reader
from desktop.cache.sidemark_index import SidemarkCount, sidemarks_found
from desktop.features.follow_up import queries
from desktop.features.follow_up.columns import expiry_chip, freight_chip, order_chip
from desktop.features.follow_up.lists import CUSTOMERS, FREIGHT, ORDERS, RESERVES, FollowUpList
from desktop.features.follow_up.rows import Elsewhere, Hit
from desktop.features.follow_up.words import counted
from shared_models.follow_up.records import Customer, FreightLine, Reserve, SalesOrderLine

_MOST_OF_A_LIST = 3
_MOST_SIDEMARKS = 2
Told = tuple[str, str]


class _Light(NamedTuple):
    """How the rows of one list are told in a line: the columns that it takes, and the words."""

    shown: FollowUpList
    columns: tuple[str, ...]
    tell: Callable[[Any, datetime], Told]


def found_anywhere(reader: Reader, text: str, now: datetime) -> list[Hit]:
    """The first orders, reserves, shipments and customers with every word of `text`, a few of each, and sidemarks."""
    sidemarks = [_of_sidemark(found) for found in sidemarks_found(reader, text, _MOST_SIDEMARKS)]
    return [*sidemarks, *(hit for light in _LIGHT for hit in _found_in(reader, light, text, now))]


def _of_sidemark(found: SidemarkCount) -> Hit:
    there = zip(found[1:], ("order line", "reserve", "loan", "sample request"), strict=True)
    detail = ", ".join(counted(number, one) for number, one in there if number)
    return Hit(f"Sidemark {found.name}", detail, Elsewhere("orders", found.name))


def _found_in(reader: Reader, light: _Light, text: str, now: datetime) -> Iterator[Hit]:
    shown = light.shown
    for seen in queries.first_found(reader, shown.kind, shown.indexed, text, light.columns, _MOST_OF_A_LIST):
        title, detail = light.tell(seen.record, now)
        below = " · ".join(part for part in (detail.strip(), seen.distributor) if part)
        yield Hit(title, below, Elsewhere(shown.name, text, seen.record.id))


def _of_order(record: SalesOrderLine, _now: datetime) -> Told:
    chip = order_chip(record)
    detail = (f"{record.item_no}  {record.description}", chip.word if chip is not None else "", record.sidemark)
    heading = f"Order {record.order_no}" + (f", line {record.line_no}" if record.line_no else "")
    return heading, " · ".join(filter(None, detail))


def _of_reserve(record: Reserve, now: datetime) -> Told:
    detail = (record.item_no, expiry_chip(record, now).word, record.sidemark)
    return f"Reserve {record.reserve_no}", " · ".join(filter(None, detail))


def _of_shipment(record: FreightLine, _now: datetime) -> Told:
    detail = (freight_chip(record).word, record.tracking_no or record.pro_no, record.ship_to_name)
    return f"Shipment {record.shipment_no}", " · ".join(filter(None, detail))


def _of_customer(record: Customer, _now: datetime) -> Told:
    detail = (record.customer_no, record.contact, record.ship_to_city)
    return record.name or record.customer_no, " · ".join(filter(None, detail))


_LIGHT = (
    _Light(ORDERS, ("order_no", "line_no", "item_no", "description", "order_status", "sidemark"), _of_order),
    _Light(RESERVES, ("reserve_no", "item_no", "status", "expires_at", "sidemark"), _of_reserve),
    _Light(
        FREIGHT,
        ("shipment_no", "shipped_on", "delivered_at", "exception", "tracking_no", "pro_no", "ship_to_name"),
        _of_shipment,
    ),
    _Light(CUSTOMERS, ("customer_no", "name", "contact", "ship_to_city"), _of_customer),
)
