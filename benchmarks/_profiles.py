"""Station profiles as large as a real showroom's, for the benchmarks of the desktop."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import astuple

from desktop.cache.catalogue import Catalogue
from desktop.cache.keys import KeyRing
from desktop.demo.sample_data import write_products_csv
from desktop.sync.desk import Desk
from shared_models.catalogue.records import PRODUCTS, InventoryRow, Product
from shared_models.kernel.measures import money_from_text, quantity_from_text
from shared_models.library.records import Copy, CopyBarcode, Loan
from tests.builders.desk import CALDER, IVERSON, NINE, PEOPLE, SHOWROOM, WINSLOW, fill_line_file, make_desk, put

PASSWORD = "four plain words here"
_QUANTITIES = frozenset({"width_in", "repeat_v_in", "repeat_h_in", "min_qty", "increment", "yards_per_roll"})
_WHOLE = frozenset({"abrasion_double_rubs", "lead_time_days"})


def make_profile(folder: Path, products: int, *, open_loans: int = 400) -> Desk:
    """A clerk's desk in `folder` with that many products of one distributor and open loans; close it at the end.

    Its key is held by a keyring of this machine where there is one, else by `PASSWORD` only.
    """
    folder.mkdir(parents=True, exist_ok=True)
    opened = KeyRing(folder).create(PASSWORD)
    desk = make_desk(folder, "clerk", key=opened.key)
    fill_catalogue(desk.catalogue, folder / "products.csv", products)
    put(desk.database, _lent(open_loans))
    return desk


def fill_catalogue(catalogue: Catalogue, scratch: Path, products: int, *, distributor_id: str = CALDER) -> None:
    """Bring a distributor's products in; `scratch` is a file that may be overwritten."""
    write_products_csv(scratch, "CTH", products)
    with scratch.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        columns = PRODUCTS.columns
        values = ([_value(column, row.get(column, "")) for column in columns] for row in rows)
        fill_line_file(catalogue, distributor_id, "products", values)
    scratch.unlink()


def fill_stock(catalogue: Catalogue, *, distributor_id: str = CALDER) -> None:
    """Stock of every product of a distributor that is in the catalogue, in one warehouse."""
    items = [row.item_no for _, row in catalogue.rows("products") if isinstance(row, Product)]
    stock = (
        InventoryRow(
            item_no=item_no,
            warehouse="HPT",
            unit="YD",
            qty_available=number % 90 * 500,
            stock_status="IN_STOCK" if number % 90 else "OUT",
            as_of="2026-11-16T06:00:00Z",
        )
        for number, item_no in enumerate(items)
    )
    fill_line_file(catalogue, distributor_id, "inventory", map(astuple, stock))


def _value(column: str, text: str) -> Any:
    if column in _QUANTITIES:
        return quantity_from_text(text) if text else None
    if column in _WHOLE:
        return int(text) if text else None
    if column == "price_trade":
        return money_from_text(text) if text else None
    return text


def _lent(count: int) -> Iterator[Copy | CopyBarcode | Loan]:
    for number in range(1, count + 1):
        copy_id = f"copy-{number:05d}"
        title = f"Chevron {number}"
        yield Copy(
            id=copy_id, showroom_id=SHOWROOM, distributor_id=CALDER, item_no="0123-04", title=title, added_at=NINE
        )
        yield CopyBarcode(id=f"{copy_id}:1", showroom_id=SHOWROOM, copy_id=copy_id, barcode=f"HPS{number:06d}")
        yield Loan(
            id=f"loan-{number:05d}",
            showroom_id=SHOWROOM,
            copy_id=copy_id,
            designer_id=WINSLOW if number % 2 else IVERSON,
            lent_at=NINE - timedelta(days=number % 40, minutes=number),
            lent_by=PEOPLE["clerk"][0],
            due_on=(NINE + timedelta(days=14 - number % 40)).date(),
        )
