"""What Ctrl+K finds of the follow-up: light rows, of which only the columns that are shown were read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from desktop.cache import follow_up_index
from desktop.cache.follow_up_index import IndexedKind
from desktop.cache.reader import Reader
from desktop.cache.sidemark_index import SidemarkCount, sidemarks_found
from desktop.features.follow_up import queries
from desktop.features.follow_up.ages import age_of, freshness_by_line
from desktop.features.follow_up.columns import expiry_chip, freight_chip, order_chip
from desktop.features.follow_up.line_columns import numbered_po
from desktop.features.follow_up.line_rows import houses
from desktop.features.follow_up.mill_queries import MillSource
from desktop.features.follow_up.one_lot_answers import answer_words, answers_to, verdict_words
from desktop.features.follow_up.rows import Elsewhere, Hit
from desktop.features.follow_up.sources import Asked
from desktop.features.follow_up.words import amount, counted, day_words, slip_words, stock_status_words
from desktop.sync.desk import Desk
from shared_models.follow_up.records import Customer, FollowUpRecord, FreightLine, Reserve, SalesOrderLine
from shared_models.kernel.clock import local_day
from shared_models.kernel.measures import quantity_text

_MOST_OF_A_LIST = 3
_MOST_SIDEMARKS = 2
Told = tuple[str, str]


class _Light(NamedTuple):
    """How the rows of one list are told in a line: the columns that it takes, and the words."""

    list_name: str
    kind: type[FollowUpRecord]
    indexed: IndexedKind
    columns: tuple[str, ...]
    tell: Callable[[Any, datetime], Told]


def found_anywhere(desk: Desk, text: str) -> list[Hit]:
    """A few of each: answers to “will one lot do it”, sidemarks, and rows of every list with every word of `text`."""
    reader, now = desk.database.read(), desk.clock.now()
    sidemarks = [_of_sidemark(found) for found in sidemarks_found(reader, text, _MOST_SIDEMARKS)]
    light = [hit for one in _LIGHT for hit in _found_in(reader, one, text, now)]
    return [*_one_lot(desk, text), *sidemarks, *light, *_stock(desk, text), *_mill_orders(desk, text)]


def _one_lot(desk: Desk, text: str) -> Iterator[Hit]:
    now = desk.clock.now()
    for told in answers_to(desk.catalogue, desk.database.read(), text, now)[:_MOST_OF_A_LIST]:
        needed = quantity_text(told.answer.needed)
        title = f"{told.item_no}  {told.title}, {needed} in one lot: {verdict_words(told.answer)}"
        detail = " · ".join(filter(None, (answer_words(told, now), told.age.words)))
        yield Hit(title, detail, Elsewhere("stock", f"{told.item_no} {needed}"))


def _stock(desk: Desk, text: str) -> Iterator[Hit]:
    """Products with what there is of them, and how old that is."""
    hits = desk.catalogue.search(text, limit=_MOST_OF_A_LIST)
    totals = desk.catalogue.stock_totals((hit.distributor_id, hit.item_no) for hit in hits)
    names, fresh = houses(desk.database.read()), freshness_by_line(desk.database.read(), "inventory")
    for hit in hits:
        total = totals.get((hit.distributor_id, hit.item_no))
        as_of = desk.catalogue.stock_as_of(hit.distributor_id) if total is not None else ""
        age = age_of(as_of, fresh.get(hit.distributor_id) if total is not None else None, desk.clock.now()).words
        there = "" if total is None else amount(total.qty_available, total.unit)
        status = "stock not known" if total is None else stock_status_words(total.stock_status)
        detail = " · ".join(filter(None, (there, status, age, names.get(hit.distributor_id, ""))))
        yield Hit(f"{hit.item_no}  {hit.title}", detail, Elsewhere("stock", hit.item_no))


def _mill_orders(desk: Desk, text: str) -> Iterator[Hit]:
    source = MillSource()
    places = source.places(desk, Asked(text))[:_MOST_OF_A_LIST]
    found = source.rows_at(desk, places)
    for seen in (found[place] for place in places if place in found):
        record = seen.record
        due = day_words(record.eta_on, local_day(desk.clock.now())) if record.eta_on else "day not known"
        age = age_of(record.as_of, seen.fresh, desk.clock.now()).words
        detail = (f"{record.item_no}  {seen.title}", f"arrives {due}", slip_words(record.eta_history), age)
        row_id = f"{record.mill_po_no}@{record.line_no}@{seen.distributor_id}"
        leads_to = Elsewhere("mill_orders", record.mill_po_no, row_id)
        yield Hit(f"Mill PO {numbered_po(record)}", " · ".join(filter(None, detail)), leads_to)


def _of_sidemark(found: SidemarkCount) -> Hit:
    there = zip(found[1:], ("order line", "reserve", "loan", "sample request"), strict=True)
    detail = ", ".join(counted(number, one) for number, one in there if number)
    return Hit(f"Sidemark {found.name}", detail, Elsewhere("timeline", found.name))


def _found_in(reader: Reader, light: _Light, text: str, now: datetime) -> Iterator[Hit]:
    for seen in queries.first_found(reader, light.kind, light.indexed, text, light.columns, _MOST_OF_A_LIST):
        title, detail = light.tell(seen.record, now)
        below = " · ".join(part for part in (detail.strip(), seen.distributor) if part)
        yield Hit(title, below, Elsewhere(light.list_name, text, seen.record.id))


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
    _Light(
        "orders", SalesOrderLine, follow_up_index.SALES_ORDERS,
        ("order_no", "line_no", "item_no", "description", "order_status", "sidemark"), _of_order,
    ),
    _Light(
        "reserves", Reserve, follow_up_index.RESERVES,
        ("reserve_no", "item_no", "status", "expires_at", "sidemark"), _of_reserve,
    ),
    _Light(
        "freight", FreightLine, follow_up_index.FREIGHT,
        ("shipment_no", "shipped_on", "delivered_at", "exception", "tracking_no", "pro_no", "ship_to_name"),
        _of_shipment,
    ),
    _Light("customers", Customer, follow_up_index.CUSTOMERS, ("customer_no", "name", "contact", "ship_to_city"),
           _of_customer),
)  # fmt: skip
