"""What the drawer tells of a row of stock or of a mill order, and what bears on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from desktop.cache.catalogue import Catalogue
from desktop.cache.follow_up_index import SALES_ORDERS, places_query
from desktop.cache.reader import Reader
from desktop.features.follow_up.ages import age_of
from desktop.features.follow_up.columns import expiry_chip, numbered
from desktop.features.follow_up.line_columns import mill_chip, mill_chip_word, numbered_po, sure_words
from desktop.features.follow_up.rows import Elsewhere, LineSeen, Related, Story, told_facts
from desktop.features.follow_up.words import (
    amount,
    day_words,
    order_status_words,
    slip_words,
    stock_status_words,
)
from desktop.sync.desk import Desk
from shared_models.catalogue.mill_orders import ToldEta, told_etas
from shared_models.catalogue.one_lot import free_of
from shared_models.catalogue.records import InventoryRow, MillOrderLine
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.kernel.clock import local_day

_MOST = 40
_WAITING = "order_status NOT IN ('SHIPPED', 'CANCELLED', 'CLOSED')"


def line_story(desk: Desk, seen: LineSeen[Any]) -> Story:
    """The drawer of a row of a line file."""
    return _stock_story(desk, seen) if isinstance(seen.record, InventoryRow) else _mill_story(desk, seen)


def stock_related(catalogue: Catalogue, distributor_id: str, item_no: str) -> Iterator[Related]:
    """What there is of an item, in one figure; nothing where that is not known."""
    total = catalogue.stock_totals([(distributor_id, item_no)]).get((distributor_id, item_no)) if item_no else None
    if total is not None:
        status = stock_status_words(total.stock_status)
        state = amount(total.qty_available, total.unit) or status
        yield Related("Stock", "", item_no, state, status, Elsewhere("stock", item_no))


def mill_po_related(catalogue: Catalogue, distributor_id: str, mill_po_no: str, now: datetime) -> Iterator[Related]:
    """The lines of a mill order with the day on which they arrive."""
    for order in catalogue.mill_po(distributor_id, mill_po_no) if mill_po_no else ():
        yield _of_mill_order(order, distributor_id, now)


def _stock_story(desk: Desk, seen: LineSeen[InventoryRow]) -> Story:
    record, now, reader = seen.record, desk.clock.now(), desk.database.read()
    unit = record.unit

    def day(text: str) -> str:
        return day_words(text, local_day(now))

    due = " on ".join(filter(None, (amount(record.next_due_qty, unit), day(record.next_due_on))))
    facts = (
        ("Item", record.item_no), ("Warehouse", record.warehouse), ("Lot", record.lot_no), ("Piece", record.piece_no),
        ("Available", amount(record.qty_available, unit)), ("On hand", amount(record.qty_on_hand, unit)),
        ("Committed", amount(record.qty_committed, unit)), ("Reserved", amount(record.qty_reserved, unit)),
        ("Longest piece", amount(record.largest_piece, unit)), ("On order", amount(record.qty_on_order, unit)),
        ("Backordered", amount(record.qty_backordered, unit)), ("Next due", due),
        ("Status", stock_status_words(record.stock_status)),
        ("Samples", "" if record.sample_qty_on_hand is None else str(record.sample_qty_on_hand)),
        ("Told", age_of(record.as_of, seen.fresh, now).words),
    )  # fmt: skip
    related = [
        *_lots(desk.catalogue.stock(seen.distributor_id, record.item_no)),
        *(_of_mill_order(one, seen.distributor_id, now) for one in desk.catalogue.mill_orders(
            seen.distributor_id, record.item_no)[:_MOST]),
        *_reserves_of(reader, seen.distributor_id, record.item_no, now),
        *_orders_of(reader, seen.distributor_id, record.item_no),
    ]  # fmt: skip
    return Story(f"{record.item_no}  {seen.title}".strip(), _below(seen), told_facts(facts), tuple(related))


def _mill_story(desk: Desk, seen: LineSeen[MillOrderLine]) -> Story:
    record, now, reader = seen.record, desk.clock.now(), desk.database.read()
    unit = record.unit

    def day(text: str) -> str:
        return day_words(text, local_day(now))

    facts = (
        ("Item", f"{record.item_no}  {seen.title}"), ("Mill", record.mill_name), ("Ordered", day(record.ordered_on)),
        ("Leaves the mill", day(record.ex_mill_on)), ("Shipped", day(record.shipped_on)),
        ("Arrives", ", ".join(filter(None, (day(record.eta_on) or "not known", sure_words(record))))),
        ("Slipped", slip_words(record.eta_history)), ("Quantity", amount(record.qty_ordered, unit)),
        ("Received", amount(record.qty_received, unit)), ("Open", amount(record.qty_open, unit)),
        ("Promised", amount(record.qty_committed, unit)), ("Free", amount(free_of(record), unit)),
        ("Status", mill_chip_word(record, lambda: now)), ("Told", age_of(record.as_of, seen.fresh, now).words),
    )  # fmt: skip
    related = [
        *_eta_history(record, day),
        *_waiting_for(reader, seen.distributor_id, record.mill_po_no),
        *stock_related(desk.catalogue, seen.distributor_id, record.item_no),
    ]
    return Story(f"Mill PO {numbered_po(record)}", _below(seen), told_facts(facts), tuple(related), record.notes)


def _eta_history(record: MillOrderLine, day: Callable[[str], str]) -> Iterator[Related]:
    """Every day that was told, the newest first, with how far it moved."""
    told = told_etas(record.eta_history)
    moves = ["first told" for _ in told[:1]] + [_move(before, after) for before, after in pairwise(told)]
    for one, moved in reversed(list(zip(told, moves, strict=True))):
        yield Related("ETA", one.learnt_on, day(one.eta_on) or "not known", moved, f"told on {day(one.learnt_on)}")


def _move(before: ToldEta, after: ToldEta) -> str:
    if not before.eta_on or not after.eta_on:
        return "no longer known" if before.eta_on else "known again"
    days = (datetime.fromisoformat(after.eta_on) - datetime.fromisoformat(before.eta_on)).days
    return f"{days:+d} {'day' if abs(days) == 1 else 'days'}"


def _lots(rows: Sequence[InventoryRow]) -> Iterator[Related]:
    """Each lot of the item in each warehouse; pieces where the lot itself is not told."""
    whole = {(row.warehouse, row.lot_no) for row in rows if row.lot_no and not row.piece_no}
    for row in rows:
        if row.lot_no and (not row.piece_no or (row.warehouse, row.lot_no) not in whole):
            detail = f"{row.warehouse}, piece {row.piece_no}" if row.piece_no else row.warehouse
            what = f"{row.lot_no} in {row.warehouse}" if row.warehouse else row.lot_no
            yield Related("Lot", "", what, amount(row.qty_available, row.unit), detail, Elsewhere("stock", row.lot_no))


def _of_mill_order(order: MillOrderLine, distributor_id: str, now: datetime) -> Related:
    chip = mill_chip(order, now)
    state = slip_words(order.eta_history) or (chip.word if chip is not None else "")
    detail = f"{amount(free_of(order), order.unit)} free"
    row_id = f"{order.mill_po_no}@{order.line_no}@{distributor_id}"
    leads_to = Elsewhere("mill_orders", order.mill_po_no, row_id)
    return Related("Mill PO", order.eta_on, numbered_po(order), state, detail, leads_to)


def _reserves_of(reader: Reader, distributor_id: str, item_no: str, now: datetime) -> Iterator[Related]:
    clause = "WHERE item_no = ? AND distributor_id = ? AND status = 'ACTIVE' ORDER BY expires_at LIMIT ?"
    for one in reader.records(Reserve, clause, item_no, distributor_id, _MOST):
        detail = f"{amount(one.qty, one.unit)}, lot {one.lot_no or 'not said'}"
        leads_to = Elsewhere("reserves", one.reserve_no, one.id)
        state = expiry_chip(one, now).word
        yield Related("Reserve", one.expires_at, one.reserve_no, state, detail, leads_to)


def _orders_of(reader: Reader, distributor_id: str, item_no: str) -> Iterator[Related]:
    clause = f"WHERE item_no = ? AND distributor_id = ? AND {_WAITING} ORDER BY ordered_on DESC LIMIT ?"
    return map(_of_order, reader.records(SalesOrderLine, clause, item_no, distributor_id, _MOST))


def _waiting_for(reader: Reader, distributor_id: str, mill_po_no: str) -> Iterable[Related]:
    """The order lines that wait for a mill order, found by its number and then compared."""
    sql, params = places_query(SALES_ORDERS, mill_po_no, open_only=True)
    clause = (
        f"WHERE id IN (SELECT id FROM {SALES_ORDERS.places} WHERE place IN ({sql})) "
        "AND mill_po_no = ? AND distributor_id = ? ORDER BY ordered_on LIMIT ?"
    )
    return map(_of_order, reader.records(SalesOrderLine, clause, *params, mill_po_no, distributor_id, _MOST))


def _of_order(one: SalesOrderLine) -> Related:
    detail = f"{one.customer_no} {one.sidemark}, {amount(one.qty_ordered, one.unit)}"
    leads_to = Elsewhere("orders", one.order_no, one.id)
    return Related("Order", one.ordered_on, numbered(one), order_status_words(one.order_status), detail, leads_to)


def _below(seen: LineSeen[Any]) -> str:
    return " · ".join(filter(None, (seen.title if isinstance(seen.record, MillOrderLine) else "", seen.distributor)))
