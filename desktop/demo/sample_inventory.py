"""The inventory feed of a house: for every product its sum, then warehouses, dye lots and pieces that add up to it."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from desktop.demo.sample_catalogue import (
    SAMPLE_DAY,
    SAMPLE_SEED,
    UNITS_WITH_LOTS,
    Draw,
    Pattern,
    Product,
    patterns,
)
from desktop.demo.sample_houses import House

# Canonical column name and the heading a person would give it, as in `PRODUCT_COLUMNS`.
INVENTORY_COLUMNS: dict[str, str] = {
    "item_no": "Item #",
    "warehouse": "Warehouse",
    "lot_no": "Lot #",
    "piece_no": "Piece #",
    "unit": "Unit",
    "qty_on_hand": "Qty On Hand",
    "qty_committed": "Qty Committed",
    "qty_reserved": "Qty Reserved",
    "qty_available": "Qty Available",
    "qty_on_order": "Qty On Order",
    "qty_backordered": "Qty Backordered",
    "largest_piece": "Largest Piece",
    "next_due_on": "Next Due On",
    "next_due_qty": "Next Due Qty",
    "stock_status": "Stock Status",
    "sample_qty_on_hand": "Sample Qty On Hand",
    "as_of": "As Of",
}


class Holding(NamedTuple):
    """Goods in one place; quantities are quarters of a unit, so that sums stay exact."""

    warehouse: str
    lot_no: str
    piece_no: str
    on_hand: int
    committed: int
    reserved: int
    largest: int


class Incoming(NamedTuple):
    """What the mill still owes: quarters of a unit, and the day of the next delivery if there is one."""

    on_order: int
    backordered: int
    next_due_on: date | None
    next_due: int


def inventory_rows(
    house: House,
    count: int,
    *,
    seed: int = SAMPLE_SEED,
    today: date = SAMPLE_DAY,
    change_share: float = 0.0,
) -> Iterator[tuple[list[str], bool]]:
    """Rows in `INVENTORY_COLUMNS` order, each with whether it differs from the row written with no change.

    An item's sum row (no warehouse) comes first, then each warehouse's sum, then its lots and their pieces. Where goods
    came or went, the row and every sum above it change, so at most `change_share` of the rows differ, and no more
    than a handful fewer.
    """
    allowed = 0
    per_million = round(change_share * 1_000_000)
    for pattern in patterns(house, count, seed, today):
        draw = Draw(seed, house.code, pattern.position, "stock")
        for product in pattern.products:
            holdings = _holdings(house, pattern, product, draw)
            incoming = _incoming(pattern, product, holdings, draw, today)
            levels = _levels(holdings)
            allowed += len(levels) * per_million
            moved: Holding | None = None
            if change_share and holdings and allowed >= 1_000_000 * _depth(levels, holdings[0]):
                moved = _moved(holdings[0])
                allowed -= 1_000_000 * _depth(levels, holdings[0])
                levels = _levels([moved, *holdings[1:]])
            as_of = _instant(today, product)
            for level in levels:
                is_changed = moved is not None and _holds(level, moved)
                at = f"{today.isoformat()}T11:45:00Z" if is_changed else as_of
                yield _row(product, pattern.make.unit, level, incoming, at), is_changed


def _holdings(house: House, pattern: Pattern, product: Product, draw: Draw) -> list[Holding]:
    """The lowest rows of an item: pieces, lots, or a warehouse's whole stock; in order, none when it is sold out."""
    if draw.chance(0.07 if product.status in ("ACTIVE", "NEW") else 0.5):
        return []
    holdings: list[Holding] = []
    in_lots = house.keeps_lots and pattern.make.unit in UNITS_WITH_LOTS
    for place, warehouse in enumerate(house.warehouses):
        # The first warehouse is the main one; the second keeps some of the items only.
        if place and not draw.chance(0.35):
            continue
        if not in_lots:
            holdings.append(_holding(warehouse, "", "", _stock(pattern, draw), draw, splits=True))
            continue
        for lot in range(draw.pick((1, 1, 2, 2, 3))):
            holdings.extend(_lot(house, pattern, warehouse, lot, draw))
    return holdings


def _lot(house: House, pattern: Pattern, warehouse: str, lot: int, draw: Draw) -> list[Holding]:
    lot_no = f"{draw.between(0, 899) + 33 * lot:05d}" if house.numbering == "dotted" else _mill_lot(lot, draw)
    if not (house.keeps_pieces and pattern.position % 4 == 0):
        return [_holding(warehouse, lot_no, "", _stock(pattern, draw), draw, splits=True)]
    return [
        _holding(warehouse, lot_no, f"{lot_no}-{piece:02d}", 4 * draw.between(9, 62) + draw.between(0, 3), draw)
        for piece in range(1, draw.between(1, 4) + 1)
    ]


def _mill_lot(lot: int, draw: Draw) -> str:
    return f"L{draw.between(23, 26)}-{draw.between(1, 299) + 300 * lot:04d}"


def _stock(pattern: Pattern, draw: Draw) -> int:
    if pattern.make.unit == "EA":
        return 4 * draw.between(0, 14)
    if pattern.make.unit == "RL":
        return 4 * draw.between(2, 120)
    return draw.between(10, 640)


def _holding(warehouse: str, lot_no: str, piece_no: str, on_hand: int, draw: Draw, *, splits: bool = False) -> Holding:
    committed = draw.between(0, on_hand // 12) * 4 if draw.chance(0.3) else 0
    committed = min(committed, on_hand)
    reserved = min(draw.between(1, 8) * 4, on_hand - committed) if draw.chance(0.15) else 0
    largest = min(on_hand, 4 * draw.between(28, 65)) if splits else on_hand
    return Holding(warehouse, lot_no, piece_no, on_hand, committed, reserved, largest)


def _incoming(pattern: Pattern, product: Product, holdings: list[Holding], draw: Draw, today: date) -> Incoming:
    wanted = 4 * draw.between(30, 220)
    days = draw.between(4, 110)
    is_ordered = draw.chance(0.18 if holdings else 0.85)
    if product.status in ("DISCONTINUED", "CLOSEOUT") or not is_ordered:
        return Incoming(0, 0, None, 0)
    if pattern.make.unit == "EA":
        wanted = wanted // 80 * 4 + 4
    backordered = 4 * draw.between(0, wanted // 6) if not holdings else 0
    return Incoming(wanted, backordered, today + timedelta(days=days), wanted)


def _levels(holdings: list[Holding]) -> list[Holding]:
    """The sum of everything, then sums by warehouse and lot above the rows they are made of, each once."""
    sums: dict[tuple[str, str, str], list[int]] = {("", "", ""): [0, 0, 0, 0]}
    for warehouse, lot_no, piece_no, on_hand, committed, reserved, largest in holdings:
        keys = [("", "", ""), (warehouse, "", "")]
        if lot_no:
            keys.append((warehouse, lot_no, ""))
        if piece_no:
            keys.append((warehouse, lot_no, piece_no))
        for key in keys:
            total = sums.get(key)
            if total is None:
                sums[key] = [on_hand, committed, reserved, largest]
                continue
            total[0] += on_hand
            total[1] += committed
            total[2] += reserved
            if largest > total[3]:
                total[3] = largest
    return [Holding(*key, *total) for key, total in sums.items()]


def _holds(level: Holding, part: Holding) -> bool:
    return (
        level.warehouse in ("", part.warehouse)
        and level.lot_no in ("", part.lot_no)
        and level.piece_no in ("", part.piece_no)
    )


def _depth(levels: list[Holding], part: Holding) -> int:
    return sum(_holds(level, part) for level in levels)


def _moved(holding: Holding) -> Holding:
    """The same goods after a receipt of three units: never fewer than what is promised to others."""
    return holding._replace(on_hand=holding.on_hand + 12, largest=holding.largest + 12)


def _row(product: Product, unit: str, level: Holding, incoming: Incoming, as_of: str) -> list[str]:
    warehouse, lot_no, piece_no, on_hand, committed, reserved, largest = level
    available = on_hand - committed - reserved
    place = [product.item_no, warehouse, lot_no, piece_no, unit]
    counted = [_quantity(on_hand), _quantity(committed), _quantity(reserved), _quantity(available)]
    if warehouse:
        return [*place, *counted, "", "", _quantity(largest), "", "", "", "", as_of]
    due = incoming.next_due_on
    return [
        *place,
        *counted,
        _quantity(incoming.on_order),
        _quantity(incoming.backordered),
        _quantity(largest),
        due.isoformat() if due else "",
        _quantity(incoming.next_due) if due else "",
        _stock_status(product, unit, available, on_hand),
        str(product.sample_quantity),
        as_of,
    ]


@lru_cache(maxsize=16_384)
def _quantity(quarters: int) -> str:
    return f"{quarters // 4}{('', '.25', '.5', '.75')[quarters % 4]}"


def _stock_status(product: Product, unit: str, available: int, on_hand: int) -> str:
    if product.status in ("DISCONTINUED", "CLOSEOUT"):
        return product.status
    if unit == "EA" and not on_hand:
        return "MADE_TO_ORDER"
    if available <= 0:
        return "OUT"
    return "LOW" if available < 4 * (3 if unit == "EA" else 15) else "IN_STOCK"


def _instant(today: date, product: Product) -> str:
    """When the figure was taken: this morning, at a minute that differs from item to item, as a long export does."""
    return f"{today.isoformat()}T06:{product.sample_quantity % 60:02d}:00Z"
