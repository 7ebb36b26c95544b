"""Finding what can be ordered: search as you type over all lines, and what a scanned code stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from desktop.cache.catalogue import Catalogue
from desktop.cache.product_search import ProductHit
from desktop.cache.reader import Reader
from desktop.features.sample_orders.queries import designer_with_card
from desktop.features.sample_orders.rows import DesignerRow, FoundItem, House, Item, Stock, types_of
from shared_models.catalogue.rules import StockTotal
from shared_models.library.barcodes import Scan, ScannedCode, read_scan, split_glued

MOST_FOUND = 50
MOST_AT_ONCE = 999
_AMOUNT_FIRST = re.compile(r"\s*(\d{1,3})\s*\*\s*(.*)", re.DOTALL)
_AMOUNT_LAST = re.compile(r"(.*\S)\s+(\d{1,3})\s*\*\s*", re.DOTALL)


class Typed(NamedTuple):
    """What stands in the search box: how many, and what to look for."""

    quantity: int
    words: str


class Scanned(NamedTuple):
    """What one code stands for: an item, or a designer's card; neither when nobody knows it."""

    code: str
    item: Item | None = None
    designer: DesignerRow | None = None


def read_typed(text: str) -> Typed:
    """`3*chev` and `chev 3*` ask for three, `chev` for one; the quantity is 1 to 999."""
    first, last = _AMOUNT_FIRST.fullmatch(text), _AMOUNT_LAST.fullmatch(text)
    if first is not None:
        return Typed(max(int(first[1]), 1), first[2].strip())
    if last is not None:
        return Typed(max(int(last[2]), 1), last[1].strip())
    return Typed(1, text.strip())


def found_items(
    catalogue: Catalogue, houses: dict[str, House], text: str, is_wanted: Callable[[], bool] = lambda: True
) -> list[FoundItem]:
    """The best fifty products for `text` over all lines on this station, their stock not asked for.

    Nothing once `is_wanted` denies, which it is asked before each line.
    """
    return [_found(hit, houses) for hit in catalogue.search(text, limit=MOST_FOUND, is_wanted=is_wanted)]


def with_stock(catalogue: Catalogue, rows: Sequence[FoundItem]) -> list[FoundItem]:
    """The rows with what there is of each."""
    totals = catalogue.stock_totals(row.key for row in rows)
    as_of = {distributor_id: catalogue.stock_as_of(distributor_id) for distributor_id, _ in {row.key for row in rows}}
    return [row._replace(stock=_stock(row, totals.get(row.key), as_of[row.distributor_id])) for row in rows]


def with_stock_as_before(rows: Sequence[FoundItem], before: Iterable[FoundItem]) -> list[FoundItem]:
    """The rows with the stock that the same items had on the screen, until it was asked for again."""
    known = {row.key: row.stock for row in before}
    return [row._replace(stock=known[row.key]) if row.key in known else row for row in rows]


def scanned(reader: Reader, catalogue: Catalogue, showroom_id: str, text: str) -> tuple[int | None, list[Scanned]]:
    """The quantity in front of a scan, if any, and what each of its codes stands for.

    Two codes that the scanner glued together are taken apart where only one place makes sense.
    """
    scan: Scan = read_scan(text)
    found: list[Scanned] = []
    for code in scan.codes:
        one = _one_code(reader, catalogue, showroom_id, code)
        if one.item is None and one.designer is None and code.kind == "plain":
            parts = split_glued(code.value, lambda part: _is_known(reader, showroom_id, part))
            if parts is not None:
                found += [_one_code(reader, catalogue, showroom_id, ScannedCode("plain", part)) for part in parts]
                continue
        found.append(one)
    return scan.quantity, found


def offered_types(catalogue: Catalogue, distributor_id: str, item_no: str) -> tuple[str, ...]:
    """In which forms samples of an item are offered; empty when the catalogue does not say."""
    product = catalogue.product(distributor_id, item_no)
    return types_of(product.sample_types) if product is not None else ()


def _stock(row: FoundItem, total: StockTotal | None, as_of: str) -> Stock:
    if total is None:
        return Stock("", None, row.unit, as_of)
    return Stock(total.stock_status, total.qty_available, total.unit or row.unit, as_of)


def _found(hit: ProductHit, houses: dict[str, House]) -> FoundItem:
    house = houses.get(hit.distributor_id)
    return FoundItem(
        distributor_id=hit.distributor_id,
        distributor=house.name if house else hit.brand,
        item_no=hit.item_no,
        pattern=hit.pattern_name,
        colour=hit.color_name,
        status=hit.status,
        unit=hit.unit,
        replaced_by=hit.replaced_by,
        sample_types=types_of(hit.sample_types),
    )


def _one_code(reader: Reader, catalogue: Catalogue, showroom_id: str, code: ScannedCode) -> Scanned:
    if code.kind == "designer":
        return Scanned(code.value, designer=designer_with_card(reader, showroom_id, code.value))
    if code.kind == "copy":
        return Scanned(code.value, item=_copy_item(reader, catalogue, showroom_id, code.value))
    if code.kind != "plain":
        return Scanned(code.value)
    item = _copy_item(reader, catalogue, showroom_id, code.value) or _catalogue_item(catalogue, code.value)
    if item is not None:
        return Scanned(code.value, item=item)
    return Scanned(code.value, designer=designer_with_card(reader, showroom_id, code.value))


def _copy_item(reader: Reader, catalogue: Catalogue, showroom_id: str, code: str) -> Item | None:
    """The item of which a library copy is one: by any of its barcodes, or by its id as our own labels carry it."""
    row = reader.row(
        "SELECT c.distributor_id, c.item_no, c.title FROM copy_barcodes AS b JOIN copies AS c ON c.id = b.copy_id "
        "WHERE b.showroom_id = ? AND b.barcode = ?",
        showroom_id,
        code,
    ) or reader.row(
        "SELECT distributor_id, item_no, title FROM copies WHERE id = ? AND showroom_id = ?", code, showroom_id
    )
    return Item(row[0], row[1], row[2], offered_types(catalogue, row[0], row[1])) if row else None


def _catalogue_item(catalogue: Catalogue, code: str) -> Item | None:
    """The one product with this UPC or item number; None when no line or several lines have it."""
    found = catalogue.with_code(code)
    if len(found) != 1:
        return None
    distributor_id, product = found[0]
    title = " ".join(part for part in (product.pattern_name, product.color_name) if part)
    return Item(distributor_id, product.item_no, title, types_of(product.sample_types))


def _is_known(reader: Reader, showroom_id: str, code: str) -> bool:
    return bool(
        reader.value("SELECT 1 FROM copy_barcodes WHERE showroom_id = ? AND barcode = ?", showroom_id, code)
    ) or bool(reader.value("SELECT 1 FROM designers WHERE showroom_id = ? AND card_barcode = ?", showroom_id, code))
