"""What the drawer tells of a row, and everything that bears on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from desktop.cache.sidemark_index import having
from desktop.features.follow_up.ages import age_of, freshness_of
from desktop.features.follow_up.columns import expiry_chip, freight_chip, numbered
from desktop.features.follow_up.line_story import line_story, mill_po_related, stock_related
from desktop.features.follow_up.rows import AnySeen, Elsewhere, LineSeen, Related, Seen, Step, Story, told_facts
from desktop.features.follow_up.step_story import step_story
from desktop.features.follow_up.words import (
    account_type_words,
    amount,
    cfa_word,
    day_words,
    order_status_words,
    reserve_kind_words,
    tracking_link,
)
from desktop.sync.desk import Desk
from shared_models.designers.records import Designer
from shared_models.follow_up.records import Customer, FollowUpRecord, FreightLine, Reserve, SalesOrderLine
from shared_models.kernel.clock import local_day
from shared_models.library.records import Copy, Loan
from shared_models.sample_orders.records import SampleRequest

MOST_RELATED = 60


def story_of(desk: Desk, seen: AnySeen) -> Story:
    """The drawer of one row; all of it is on this station."""
    if isinstance(seen, LineSeen):
        return line_story(desk, seen)
    if isinstance(seen, Step):
        if not isinstance(seen.record, FollowUpRecord):
            return step_story(desk, seen)
        fresh = freshness_of(desk.database.read(), seen.distributor_id, type(seen.record).TABLE.name)
        seen = Seen(seen.place, seen.record, seen.distributor, fresh)
    record: FollowUpRecord = seen.record
    teller = _Teller(desk, seen)
    if isinstance(record, SalesOrderLine):
        return teller.order(record)
    if isinstance(record, Reserve):
        return teller.reserve(record)
    if isinstance(record, FreightLine):
        return teller.shipment(record)
    assert isinstance(record, Customer)
    return teller.customer(record)


class _Teller:
    def __init__(self, desk: Desk, seen: Seen[Any]) -> None:
        self._reader, self._catalogue, self._now = desk.database.read(), desk.catalogue, desk.clock.now()
        self._distributor = seen.distributor
        self._age = age_of(seen.record.as_of, seen.fresh, self._now).words

    # --- one of each ---------------------------------------------------------------------------------

    def order(self, record: SalesOrderLine) -> Story:
        facts = (
            ("Ordered", self._day(record.ordered_on)), ("Asked for", self._day(record.requested_on)),
            ("Promised", self._day(record.promised_on)), ("Waits for mill PO", record.mill_po_no),
            ("Quantity", amount(record.qty_ordered, record.unit)),
            ("Shipped", amount(record.qty_shipped, record.unit)),
            ("Backordered", amount(record.qty_backordered or None, record.unit)),
            ("Cancelled", amount(record.qty_cancelled or None, record.unit)),
            ("Lot", record.lot_no), ("Customer", record.customer_no), ("Customer PO", record.customer_po),
            ("Sidemark", record.sidemark), ("Ship to", _place(record)), ("Ships by", record.ship_via),
            ("Terms", record.terms), ("CFA", "Required" if record.cfa_required == "Y" else ""),
            ("Told", self._age),
        )  # fmt: skip
        related = [
            *self._lines_of_order(record.distributor_id, record.order_no, but=record.id),
            *self._shipments(record.distributor_id, record.order_no),
            *self._reserves(record.distributor_id, "reserve_no", record.reserve_no),
            *mill_po_related(self._catalogue, record.distributor_id, record.mill_po_no, self._now),
            *stock_related(self._catalogue, record.distributor_id, record.item_no),
            *self._customers(record.distributor_id, record.customer_no),
            *self._of_project(record.sidemark),
        ]
        heading = f"Order {record.order_no}" + (f", line {record.line_no}" if record.line_no else "")
        below = f"{record.item_no}  {record.description}"
        return self._story(heading, below, facts, related, record.notes)._replace(sidemark=record.sidemark.strip())

    def reserve(self, record: Reserve) -> Story:
        facts = (
            ("Kind", reserve_kind_words(record.kind)), ("Placed", self._day(record.placed_at)),
            ("Expires", self._day(record.expires_at)),
            ("Extended", _times(record.times_extended)),
            ("Quantity", amount(record.qty, record.unit)), ("Lot", record.lot_no),
            ("Pieces", record.piece_nos.replace("|", ", ")), ("Customer", record.customer_no),
            ("Customer PO", record.customer_po), ("Sidemark", record.sidemark),
            ("CFA asked for", self._day(record.cfa_requested_at)), ("CFA sent", self._day(record.cfa_sent_at)),
            ("CFA tracking", record.cfa_tracking), ("CFA received", self._day(record.cfa_received_at)),
            ("CFA decided", " ".join(filter(None, (cfa_word(record), self._day(record.cfa_decided_at))))
             if record.cfa_decided_at else ""),
            ("Told", self._age),
        )  # fmt: skip
        related = [
            *self._lines_of_order(record.distributor_id, record.converted_order_no),
            *stock_related(self._catalogue, record.distributor_id, record.item_no),
            *self._customers(record.distributor_id, record.customer_no),
            *self._of_project(record.sidemark, but=record.id),
        ]
        chip = expiry_chip(record, self._now)
        below = f"{record.item_no}, {chip.word.lower()}"
        story = self._story(f"Reserve {record.reserve_no}", below, facts, related, record.notes)
        return story._replace(sidemark=record.sidemark.strip())

    def shipment(self, record: FreightLine) -> Story:
        facts = (
            ("Shipped", self._day(record.shipped_on)), ("Expected", self._day(record.estimated_delivery_on)),
            ("Delivered", " to ".join(filter(None, (self._day(record.delivered_at), record.delivered_to)))),
            ("Held up", record.exception), ("Carrier", record.carrier_name or record.carrier_scac),
            ("Service", record.service), ("Tracking", record.tracking_no), ("PRO", record.pro_no),
            ("Bill of lading", record.bol_no), ("Packages", str(record.packages or "")),
            ("Weight", amount(record.weight_lb, "lb")), ("Item", record.item_no),
            ("Quantity", amount(record.qty_shipped, record.unit)), ("Lot", record.lot_no),
            ("Pieces", record.piece_nos.replace("|", ", ")), ("Ship to", _place(record)),
            ("Told", self._age),
        )  # fmt: skip
        clause = "WHERE distributor_id = ? AND shipment_no = ? AND id <> ? ORDER BY package_no, line_no LIMIT ?"
        others = self._reader.records(
            FreightLine, clause, record.distributor_id, record.shipment_no, record.id, MOST_RELATED
        )
        related = [*self._lines_of_order(record.distributor_id, record.order_no), *map(_of_shipment, others)]
        link = tracking_link(record.carrier_scac, record.tracking_no)
        return self._story(f"Shipment {record.shipment_no}", freight_chip(record).word, facts, related, link=link)

    def customer(self, record: Customer) -> Story:
        facts = (
            ("Account", record.customer_no), ("Kind", account_type_words(record.account_type)),
            ("Trades as", record.trading_as), ("Contact", record.contact), ("Telephone", record.phone),
            ("E-mail", record.email), ("Ship to", _place(record)), ("Terms", record.terms),
            ("Credit hold", "Yes" if record.credit_hold == "Y" else ""),
            ("Memos", "Blocked" if record.memo_privilege == "BLOCKED" else ""),
            ("Resale certificate", record.resale_certificate_no),
            ("… expires", self._day(record.resale_expires_on)), ("Rep", record.rep_code),
            ("Territory", record.territory), ("Customer since", self._day(record.since_on)),
            ("Last order", self._day(record.last_order_on)), ("Told", self._age),
        )  # fmt: skip
        orders = self._reader.records(
            SalesOrderLine, "WHERE distributor_id = ? AND customer_no = ? ORDER BY ordered_on DESC LIMIT ?",
            record.distributor_id, record.customer_no, MOST_RELATED,
        )  # fmt: skip
        related = [
            *map(_of_order, orders),
            *self._reserves(record.distributor_id, "customer_no", record.customer_no),
            *self._loans_of(record.name),
        ]
        return self._story(record.name or record.customer_no, "", facts, related)

    # --- what bears on it ----------------------------------------------------------------------------

    def _lines_of_order(self, distributor_id: str, order_no: str, but: str = "") -> Iterable[Related]:
        if not order_no:
            return ()
        lines = self._reader.records(
            SalesOrderLine, "WHERE distributor_id = ? AND order_no = ? AND id <> ? ORDER BY line_no LIMIT ?",
            distributor_id, order_no, but, MOST_RELATED,
        )  # fmt: skip
        return map(_of_order, lines)

    def _shipments(self, distributor_id: str, order_no: str) -> Iterable[Related]:
        lines = self._reader.records(
            FreightLine, "WHERE distributor_id = ? AND order_no = ? ORDER BY shipped_on LIMIT ?",
            distributor_id, order_no, MOST_RELATED,
        )  # fmt: skip
        return map(_of_shipment, lines)

    def _reserves(self, distributor_id: str, column: str, value: str) -> Iterable[Related]:
        if not value:
            return ()
        clause = f"WHERE distributor_id = ? AND {column} = ? ORDER BY expires_at LIMIT ?"
        found = self._reader.records(Reserve, clause, distributor_id, value, MOST_RELATED)
        return map(self._of_reserve, found)

    def _customers(self, distributor_id: str, customer_no: str) -> Iterable[Related]:
        if not customer_no:
            return ()
        found = self._reader.records(
            Customer, "WHERE distributor_id = ? AND customer_no = ? ORDER BY ship_to_code LIMIT 1",
            distributor_id, customer_no,
        )  # fmt: skip
        return [
            Related("Customer", one.last_order_on, one.name, "Credit hold" if one.credit_hold == "Y" else "",
                    one.contact, Elsewhere("customers", one.customer_no, one.id))
            for one in found
        ]  # fmt: skip

    def _of_project(self, sidemark: str, but: str = "") -> Iterable[Related]:
        """Loans, sample requests and reserves with the same sidemark: the rest of the project's story."""
        if not sidemark.strip():
            return ()
        wanted = sidemark.strip()
        loans = self._reader.rows(
            f"SELECT loan.lent_at, loan.returned_at, copy.title FROM {Loan.TABLE.name} AS loan "
            f"JOIN {Copy.TABLE.name} AS copy ON copy.id = loan.copy_id "
            f"WHERE {having()} ORDER BY loan.lent_at DESC LIMIT ?", wanted, MOST_RELATED,
        )  # fmt: skip
        requests = self._reader.records(
            SampleRequest, f"WHERE {having()} ORDER BY placed_at DESC LIMIT ?", wanted, MOST_RELATED
        )
        reserves = self._reader.records(
            Reserve, f"WHERE {having()} AND id <> ? ORDER BY expires_at LIMIT ?", wanted, but,
            MOST_RELATED,
        )  # fmt: skip
        return [
            *(Related("Loan", lent, title, "back" if back else "out") for lent, back, title in loans),
            *(Related("Samples", one.placed_at.isoformat(), f"Request {one.number}".strip(), "") for one in requests),
            *map(self._of_reserve, reserves),
        ]

    def _loans_of(self, name: str) -> Iterable[Related]:
        """What the library has lent to a designer of that name or firm."""
        rows = self._reader.rows(
            f"SELECT loan.lent_at, copy.title FROM {Loan.TABLE.name} AS loan "
            f"JOIN {Copy.TABLE.name} AS copy ON copy.id = loan.copy_id "
            f"JOIN {Designer.TABLE.name} AS designer ON designer.id = loan.designer_id "
            "WHERE loan.returned_at IS NULL AND ? IN (designer.name, designer.firm) ORDER BY loan.lent_at DESC LIMIT ?",
            name, MOST_RELATED,
        )  # fmt: skip
        return [Related("Loan", lent, title, "out") for lent, title in rows]

    def _of_reserve(self, one: Reserve) -> Related:
        detail = f"{one.item_no}, {amount(one.qty, one.unit)}, lot {one.lot_no or 'not said'}"
        state = expiry_chip(one, self._now).word
        return Related(
            "Reserve", one.expires_at, one.reserve_no, state, detail, Elsewhere("reserves", one.reserve_no, one.id)
        )

    def _day(self, text: str) -> str:
        return day_words(text, local_day(self._now))

    def _story(
        self,
        heading: str,
        subheading: str,
        facts: Iterable[tuple[str, str]],
        related: Iterable[Related],
        notes: str = "",
        link: str = "",
    ) -> Story:
        told = told_facts(facts)
        below = " · ".join(part for part in (subheading.strip(), self._distributor) if part)
        return Story(heading, below, told, tuple(related), notes, link)


def _times(number: int | None) -> str:
    return "" if not number else "once" if number == 1 else f"{number} times"


def _of_order(one: SalesOrderLine) -> Related:
    detail = f"{one.item_no} {one.description}, {amount(one.qty_ordered, one.unit)}"
    leads_to = Elsewhere("orders", one.order_no, one.id)
    return Related("Order", one.ordered_on, numbered(one), order_status_words(one.order_status), detail, leads_to)


def _of_shipment(one: FreightLine) -> Related:
    detail = f"{one.item_no}, {amount(one.qty_shipped, one.unit)}, {one.carrier_name or one.carrier_scac}"
    leads_to = Elsewhere("freight", one.shipment_no, one.id)
    return Related("Shipment", one.shipped_on, one.shipment_no, freight_chip(one).word, detail, leads_to)


def _place(record: SalesOrderLine | FreightLine | Customer) -> str:
    parts = (
        record.ship_to_name, record.ship_to_attention, record.ship_to_address1, record.ship_to_address2,
        record.ship_to_city, f"{record.ship_to_state} {record.ship_to_postal_code}".strip(),
    )  # fmt: skip
    return ", ".join(part for part in parts if part)
