"""The time line of a project: everything with one sidemark, step by step, from loans and samples to freight."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from desktop.cache.reader import Reader
from desktop.cache.sidemark_index import having, sidemarks_found
from desktop.features.follow_up.ages import age_of, freshness_by_line
from desktop.features.follow_up.line_rows import Placed, houses, in_order
from desktop.features.follow_up.rows import Elsewhere, Step
from desktop.features.follow_up.sources import Asked
from desktop.features.follow_up.words import amount, cfa_word, order_status_words, reserve_kind_words, reserve_word
from desktop.sync.desk import Desk
from shared_models.catalogue.freshness import DatasetFreshness
from shared_models.follow_up.records import FollowUpRecord, FreightLine, Reserve, SalesOrderLine
from shared_models.kernel.records import Record
from shared_models.library.records import Copy, Loan
from shared_models.sample_orders.records import RequestLine, SampleRequest

MOST_SIDEMARKS = 20
MOST_OF_A_KIND = 500
"""Of each kind of row, for one sidemark."""
_DONE = ("SHIPPED", "CANCELLED", "CLOSED")


class _Told(NamedTuple):
    """One step before it has its place: when, what, of which record."""

    on: str
    what: str
    number: str
    detail: str
    state: str
    record: Record
    distributor_id: str
    is_open: bool


class TimelineSource:
    """The steps of the sidemarks that fit what was typed, each project for itself, the earliest step first."""

    datasets: tuple[str, ...] = ("sales_orders", "reserves", "freight", "loans", "sample_requests", "request_lines")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[tuple[str, str], int] = {}
        self._steps: dict[int, Step] = {}
        self._before: dict[int, Step] = {}

    def places(self, desk: Desk, asked: Asked) -> array[int]:
        """As `ListSource`; none until a sidemark is typed."""
        reader = desk.database.read()
        names = [found.name for found in sidemarks_found(reader, asked.text, MOST_SIDEMARKS)]
        steps = [step for name in names for step in self._of_sidemark(desk, name)]
        if asked.open_only:
            steps = [step for step in steps if step.is_open]
        with self._lock:
            # What is on screen still shows the steps of the former answer.
            self._before, self._steps = self._steps, {step.place: step for step in steps}
        if not asked.by:
            return array("q", [step.place for step in steps])
        return in_order([Placed(getattr(step, asked.by), step.place) for step in steps], descending=asked.descending)

    def rows_at(self, desk: Desk, places: Sequence[int]) -> Mapping[int, Step]:
        """As `ListSource`; they were read with their places."""
        with self._lock:
            known = {**self._before, **self._steps}
        return {place: known[place] for place in places if place in known}

    def place_of(self, desk: Desk, row_id: str) -> int | None:
        """As `ListSource`; the first step of the record."""
        with self._lock:
            return next((place for place, step in self._steps.items() if step.record.id == row_id), None)

    def is_empty(self, desk: Desk) -> bool:
        """As `ListSource`."""
        return desk.database.read().value("SELECT 1 FROM sidemarks LIMIT 1") is None

    def changed(self) -> None:
        """As `ListSource`; nothing is worked out beforehand."""

    def missing(self, desk: Desk) -> str:
        """Nothing: what is not here has no sidemark."""
        return ""

    def _of_sidemark(self, desk: Desk, sidemark: str) -> list[Step]:
        reader, now = desk.database.read(), desk.clock.now()
        names = houses(reader)
        fresh = {name: freshness_by_line(reader, name) for name in ("sales_orders", "reserves", "freight")}
        told = sorted(_everything(reader, sidemark), key=lambda one: one.on or "9999")
        return [
            Step(
                self._number(one.record.id, one.what), one.on, one.what, one.number, one.detail, one.state, sidemark,
                names.get(one.distributor_id, ""), one.distributor_id, one.record, one.is_open,
                age_of(getattr(one.record, "as_of", ""), _fresh(fresh, one.record), now).short, _leads_to(one.record),
            )
            for one in told
        ]  # fmt: skip

    def _number(self, record_id: str, what: str) -> int:
        with self._lock:
            return self._numbers.setdefault((record_id, what), len(self._numbers))


def _leads_to(record: Record) -> Elsewhere | None:
    """The list in which the record itself stands."""
    if isinstance(record, SalesOrderLine):
        return Elsewhere("orders", record.order_no, record.id)
    if isinstance(record, Reserve):
        return Elsewhere("reserves", record.reserve_no, record.id)
    return Elsewhere("freight", record.shipment_no, record.id) if isinstance(record, FreightLine) else None


def _fresh(by_table: Mapping[str, Mapping[str, DatasetFreshness]], record: Record) -> DatasetFreshness | None:
    if not isinstance(record, FollowUpRecord):
        return None
    return by_table[type(record).TABLE.name].get(record.distributor_id)


def _everything(reader: Reader, sidemark: str) -> Iterator[_Told]:
    clause = f"WHERE {having()} LIMIT {MOST_OF_A_KIND}"
    orders = reader.records(SalesOrderLine, clause, sidemark)
    for one in orders:
        yield from _of_order(one)
    for reserve in reader.records(Reserve, clause, sidemark):
        yield from _of_reserve(reserve)
    for order in {(one.distributor_id, one.order_no) for one in orders}:
        yield from _of_freight(reader, *order)
    for loan in reader.records(Loan, clause, sidemark):
        yield from _of_loan(reader, loan)
    for request in reader.records(SampleRequest, clause, sidemark):
        yield from _of_request(reader, request)


def _of_order(one: SalesOrderLine) -> Iterator[_Told]:
    number = f"{one.order_no}-{one.line_no}" if one.line_no else one.order_no
    detail = f"{one.item_no}  {one.description}, {amount(one.qty_ordered, one.unit)}"
    state, is_open = order_status_words(one.order_status), one.order_status not in _DONE
    told = _Told(one.ordered_on, "Ordered", number, detail, state, one, one.distributor_id, is_open)
    yield told
    if one.promised_on and is_open:
        yield told._replace(on=one.promised_on, what="Promised")


def _of_reserve(one: Reserve) -> Iterator[_Told]:
    detail = f"{one.item_no}, {amount(one.qty, one.unit)}, lot {one.lot_no or 'not said'}"
    is_open = one.status == "ACTIVE"
    kind, state = reserve_kind_words(one.kind), reserve_word(one.status)
    told = _Told(one.placed_at, "Reserved", one.reserve_no, detail, kind, one, one.distributor_id, is_open)
    decided = f"CFA {cfa_word(one).lower()}"
    yield told
    steps = (
        (one.cfa_requested_at, "CFA asked for", kind),
        (one.cfa_sent_at, "CFA sent", one.cfa_tracking), (one.cfa_received_at, "CFA received", ""),
        (one.cfa_decided_at, decided, state), (one.expires_at if is_open else "", "Expires", state),
    )  # fmt: skip
    for on, what, said in steps:
        if on:
            yield told._replace(on=on, what=what, state=said)


def _of_freight(reader: Reader, distributor_id: str, order_no: str) -> Iterator[_Told]:
    """Each shipment of an order once, by its first line."""
    clause = "WHERE distributor_id = ? AND order_no = ? ORDER BY shipment_no, package_no, line_no LIMIT ?"
    lines = reader.records(FreightLine, clause, distributor_id, order_no, MOST_OF_A_KIND)
    for one in {line.shipment_no: line for line in reversed(lines)}.values():
        carried = (f"order {one.order_no}", one.carrier_name or one.carrier_scac, one.tracking_no or one.pro_no)
        detail = ", ".join(filter(None, carried))
        state = one.exception
        is_open = not one.delivered_at
        told = _Told(one.shipped_on, "Shipped", one.shipment_no, detail, state, one, distributor_id, is_open)
        yield told
        if one.delivered_at:
            to = f"to {one.delivered_to}" if one.delivered_to else state
            yield told._replace(on=one.delivered_at, what="Delivered", state=to)
        elif one.estimated_delivery_on:
            yield told._replace(on=one.estimated_delivery_on, what="Expected", state=one.exception)


def _of_loan(reader: Reader, one: Loan) -> Iterator[_Told]:
    copy = reader.get(Copy, one.copy_id)
    title, house = (copy.title, copy.distributor_id) if copy is not None else (one.copy_id, "")
    number = copy.item_no if copy is not None else ""
    is_open = one.returned_at is None
    state = "out" if is_open else "back"
    told = _Told(one.lent_at.isoformat(), "Lent", number, title, state, one, house, is_open)
    yield told
    if one.returned_at is not None:
        yield told._replace(on=one.returned_at.isoformat(), what="Returned")
    else:
        yield told._replace(on=one.due_on.isoformat(), what="Due back")


def _of_request(reader: Reader, one: SampleRequest) -> Iterator[_Told]:
    lines = reader.records(RequestLine, "WHERE request_id = ? ORDER BY position", one.id)
    items = ", ".join(line.title or line.item_no for line in lines)
    is_open = any(line.quantity > line.shipped + line.will_not_ship + line.cancelled for line in lines)
    number = one.number or "Request"
    told = _Told(one.placed_at.isoformat(), "Samples asked for", number, items, "", one, one.distributor_id, is_open)
    yield told
    for day, sent in _confirmed(lines):
        yield told._replace(on=day, what="Samples sent", detail=", ".join(sent))


def _confirmed(lines: Iterable[RequestLine]) -> list[tuple[str, list[str]]]:
    """What was sent at which instant."""
    sent: dict[str, list[str]] = {}
    for line in lines:
        if line.shipped and line.last_confirmed_at is not None:
            sent.setdefault(line.last_confirmed_at.isoformat(), []).append(line.title or line.item_no)
    return sorted(sent.items())
