"""Pure rules of “will one lot do it”: the dye lots that cover a quantity after all holds, else the mill order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from shared_models.catalogue.records import InventoryRow, MillOrderLine

Verdict = Literal["yes", "no", "lots_not_told", "quantities_not_told"]
_OVER = ("RECEIVED", "CANCELLED")
_NEVER = "9999"


class LotOffer(NamedTuple):
    """What one lot has free in one warehouse, or in all of them together; quantities in thousandths."""

    lot_no: str
    warehouses: tuple[str, ...]
    available: int
    remains: int
    """What is left of it after the quantity was taken; negative: so much is missing."""
    longest_piece: int | None
    """The longest piece of it that is free; None when its pieces are not told."""

    @property
    def covers(self) -> bool:
        """Whether the lot has enough."""
        return self.remains >= 0

    def in_one_piece(self, needed: int) -> bool | None:
        """Whether a single piece has enough; None when the pieces are not told."""
        return None if self.longest_piece is None else self.longest_piece >= needed


class OneLot(NamedTuple):
    """The answer for one item and one quantity, in thousandths."""

    verdict: Verdict
    needed: int
    unit: str
    offers: tuple[LotOffer, ...]
    """Lots that cover it, those with a long enough piece first, then the one that leaves least; then the others."""
    available: int | None
    """What is free over all lots and warehouses."""
    mill_order: MillOrderLine | None
    """The first mill order that is on its way with so much free; for when no lot covers it."""
    stock_status: str = ""


def one_lot(rows: Iterable[InventoryRow], needed: int, mill_orders: Iterable[MillOrderLine] = ()) -> OneLot:
    """Whether one dye lot of an item covers `needed`, from the rows of its stock and its mill orders.

    What is committed or set aside does not count: it is `qty_available` that is looked at. A row of a lot says more
    than the sum of its pieces, which may not know of a hold on the lot; a lot that lies in several warehouses is
    offered from each, and from all together only where no single one has enough. A piece counts up to what its lot
    has free.
    """
    rows = list(rows)
    offers = _offers(rows, needed)
    available = _available(rows)
    if any(offer.covers for offer in offers):
        verdict: Verdict = "yes"
    elif offers or (available is not None and available < needed):
        verdict = "no"
    else:
        verdict = "quantities_not_told" if available is None else "lots_not_told"
    unit = next((row.unit for row in rows if row.unit), "")
    status = next((row.stock_status for row in rows if row.stock_status), "")
    coming = None if verdict == "yes" else _mill_order(mill_orders, needed)
    return OneLot(verdict, needed, unit, offers, available, coming, status)


def free_of(order: MillOrderLine) -> int | None:
    """What of a mill order nobody waits for; None when it is not told."""
    if order.qty_free is not None:
        return order.qty_free
    if order.qty_open is None:
        return None
    return order.qty_open - (order.qty_committed or 0)


def _offers(rows: Sequence[InventoryRow], needed: int) -> tuple[LotOffer, ...]:
    by_lot: dict[str, dict[str, list[InventoryRow]]] = {}
    for row in rows:
        if row.lot_no:
            by_lot.setdefault(row.lot_no, {}).setdefault(row.warehouse, []).append(row)
    offers: list[LotOffer] = []
    for lot_no, in_warehouses in by_lot.items():
        named = {name: kept for name, kept in in_warehouses.items() if name} or in_warehouses
        single = [offer for name, kept in named.items() if (offer := _offer(lot_no, name, kept, needed)) is not None]
        if len(single) > 1 and not any(offer.covers for offer in single):
            single = [_together(single, needed)]
        offers += single
    return tuple(sorted(offers, key=lambda offer: _rank(offer, needed)))


def _offer(lot_no: str, warehouse: str, rows: Sequence[InventoryRow], needed: int) -> LotOffer | None:
    whole = next((row for row in rows if not row.piece_no), None)
    pieces = [row.qty_available for row in rows if row.piece_no and row.qty_available is not None]
    available = whole.qty_available if whole is not None else None
    if available is None:
        if not pieces:
            return None
        available = sum(pieces)
    longest = max(pieces, default=whole.largest_piece if whole is not None else None)
    if longest is not None:
        longest = min(longest, max(available, 0))
    return LotOffer(lot_no, (warehouse,) if warehouse else (), available, available - needed, longest)


def _together(single: Sequence[LotOffer], needed: int) -> LotOffer:
    available = sum(offer.available for offer in single)
    warehouses = tuple(name for offer in single for name in offer.warehouses)
    longest = max((offer.longest_piece for offer in single if offer.longest_piece is not None), default=None)
    return LotOffer(single[0].lot_no, warehouses, available, available - needed, longest)


def _rank(offer: LotOffer, needed: int) -> tuple[bool, bool, int, int, str]:
    if not offer.covers:
        return True, False, 0, -offer.remains, offer.lot_no
    return False, offer.in_one_piece(needed) is False, len(offer.warehouses), offer.remains, offer.lot_no


def _available(rows: Sequence[InventoryRow]) -> int | None:
    """What is free in all, by the rows that say most; a blank warehouse, lot or piece is a sum."""
    for level in (
        [row for row in rows if not (row.warehouse or row.lot_no or row.piece_no)],
        [row for row in rows if row.warehouse and not row.lot_no and not row.piece_no],
        [row for row in rows if row.lot_no and not row.piece_no],
        [row for row in rows if row.piece_no],
    ):
        known = [row.qty_available for row in level if row.qty_available is not None]
        if known:
            return sum(known)
    return None


def _mill_order(orders: Iterable[MillOrderLine], needed: int) -> MillOrderLine | None:
    enough = [order for order in orders if order.status not in _OVER and (free_of(order) or 0) >= needed]
    return min(enough, key=lambda order: (order.eta_on or _NEVER, order.mill_po_no, order.line_no), default=None)
