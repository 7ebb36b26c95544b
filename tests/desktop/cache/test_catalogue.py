"""The catalogue: what is found by which words, and how its files come, change and go."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.cache.catalogue import Catalogue
from desktop.sync.desk import Desk
from shared_models.catalogue.records import INVENTORY, PRODUCTS, InventoryRow, Product, StockStatus
from shared_models.kernel.errors import DomainError
from shared_models.kernel.records import row_hash
from shared_models.sync.streams import line_dataset
from shared_models.sync.wire import GoneKeys, StreamPage, TablePage
from tests.builders.desk import BERAUDIN, CALDER, fill_line, make_desk

STREAM = line_dataset(CALDER, "products")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def catalogue(desk: Desk) -> Catalogue:
    return desk.catalogue


def page(after: int, products: dict[int, Product], *, gone: tuple[int, ...] = (), **other: Any) -> StreamPage:
    columns = list(PRODUCTS.columns)
    values = [list(column) for column in zip(*(msgspec.structs.astuple(row) for row in products.values()), strict=True)]
    upto = after + len(products) + len(gone)
    return StreamPage(
        **{
            "stream": STREAM,
            "after": after,
            "upto": upto,
            "head": upto,
            "tables": [TablePage(table="products", keys=list(products), columns=columns, values=values)]
            if products
            else [],
            "gone": [GoneKeys(table="products", keys=list(gone))] if gone else [],
            **other,
        }
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("1354.1", ["1354.10.0"]),
        ("1354", ["1354.10.0", "1354.20.0"]),
        ("0123-04", ["0123-04"]),
        ("0123", ["0123-04", "0123-05"]),
        ("123", []),
        ("sea gl", ["0123-04", "1354.20.0"]),
        ("glass chev", ["0123-04"]),
        ("emer vel", ["1354.10.0"]),
        ("VELOURS", ["1354.10.0", "1354.20.0"]),
        ('"', []),
        ("- *", []),
        ("", []),
        ("chevron AND", []),
    ],
)
def test_products_are_found_by_the_beginnings_of_their_words(
    catalogue: Catalogue, typed: str, found: list[str]
) -> None:
    assert sorted(hit.item_no for hit in catalogue.search(typed)) == found


def test_a_hit_says_how_much_there_is(catalogue: Catalogue) -> None:
    hit = catalogue.search("0123-04")[0]
    assert (hit.stock_status, hit.qty_available, hit.unit, hit.title) == ("IN_STOCK", 42_500, "YD", "Chevron Sea Glass")
    without_inventory = catalogue.search("1354.10.0")[0]
    assert (without_inventory.stock_status, without_inventory.qty_available) == ("", None)


def test_a_line_that_tells_a_status_only_shows_it_without_a_quantity(catalogue: Catalogue) -> None:
    said = StockStatus(item_no="1354.10.0", stock_status="LOW", as_of="2026-11-16T06:00:00Z")
    fill_line(catalogue, BERAUDIN, "stock_status", [said])
    hit = catalogue.search("1354.10.0")[0]
    assert (hit.stock_status, hit.qty_available, hit.unit) == ("LOW", None, "YD")
    assert catalogue.stock_as_of(BERAUDIN) == "2026-11-16T06:00:00Z"
    assert catalogue.stock(BERAUDIN, "1354.10.0") == []


def test_search_keeps_to_the_chosen_distributors_and_the_limit(catalogue: Catalogue) -> None:
    assert {hit.distributor_id for hit in catalogue.search("sea", distributor_ids={BERAUDIN})} == {BERAUDIN}
    assert len(catalogue.search("sea", limit=1)) == 1


def test_one_product_is_found_by_its_exact_number_only(catalogue: Catalogue) -> None:
    product = catalogue.product(BERAUDIN, "1354.10.0")
    assert product is not None
    assert product.color_name == "Emerald"
    assert catalogue.product(BERAUDIN, "1354.10") is None
    assert catalogue.product("nobody", "1354.10.0") is None


def test_a_change_is_found_by_its_new_words_and_no_longer_by_its_old_ones(catalogue: Catalogue) -> None:
    changed = Product(item_no="0123-04", pattern_name="Herringbone", color_name="Sea Glass", status="ACTIVE")
    catalogue.files.apply(page(1, {1: changed}, gone=(4,)))
    assert [hit.item_no for hit in catalogue.search("herring")] == ["0123-04"]
    assert [hit.item_no for hit in catalogue.search("chevron")] == ["0123-05"]
    assert catalogue.search("grasscloth") == []
    assert catalogue.count("products", CALDER) == 3


def test_an_item_that_gets_another_row_is_found_once(catalogue: Catalogue) -> None:
    moved = Product(item_no="0150-01", pattern_name="Marlow Stripe", color_name="Ink")
    catalogue.files.apply(page(1, {77: moved}, gone=(3,)))
    assert [hit.item_no for hit in catalogue.search("marlow")] == ["0150-01"]


def test_a_changed_lot_changes_the_figure_of_its_item(catalogue: Catalogue) -> None:
    stream = line_dataset(CALDER, "inventory")
    row = InventoryRow(item_no="0123-04", warehouse="DAL", qty_available=1_000, unit="YD", stock_status="LOW")
    values = [[value] for value in msgspec.structs.astuple(row)]
    table = TablePage(table="inventory", keys=[50], columns=list(INVENTORY.columns), values=values)
    catalogue.files.apply(StreamPage(stream=stream, after=1, upto=2, head=2, tables=[table]))
    assert catalogue.search("0123-04")[0].qty_available == 43_500
    assert [row.warehouse for row in catalogue.stock(CALDER, "0123-04")] == ["DAL", "HPT"]


def test_a_page_out_of_order_is_thrown_away(catalogue: Catalogue) -> None:
    with pytest.raises(DomainError, match="out of order"):
        catalogue.files.apply(page(5, {9: Product(item_no="9")}))
    assert catalogue.product(CALDER, "9") is None


def test_a_file_that_differs_is_fetched_afresh_while_the_old_one_is_shown(catalogue: Catalogue) -> None:
    agreed = catalogue.files.apply(page(1, {9: Product(item_no="9")}, rows=99, checksum="0" * 16))
    assert not agreed
    assert catalogue.files.position(STREAM) == 0
    assert [hit.item_no for hit in catalogue.search("marlow")] == ["0150-01"]

    rows = {1: Product(item_no="0123-04", pattern_name="Chevron"), 2: Product(item_no="0124")}
    total = sum(row_hash("products", [key, *msgspec.structs.astuple(row)]) for key, row in rows.items())
    fresh = page(0, rows, rows=2, checksum=f"{total % 2**64:016x}")
    assert catalogue.files.apply(fresh)
    assert catalogue.count("products", CALDER) == 2
    assert catalogue.search("marlow") == []


def test_a_new_file_is_shown_when_it_is_complete_and_not_before(catalogue: Catalogue) -> None:
    catalogue.files.drop(STREAM)
    catalogue.files.apply(page(0, {1: Product(item_no="0123-04", pattern_name="Chevron")}, head=2))
    assert catalogue.search("chevron") == []
    assert catalogue.files.position(STREAM) == 1
    catalogue.files.apply(page(1, {2: Product(item_no="0124", pattern_name="Chevron")}))
    assert len(catalogue.search("chevron")) == 2


def test_a_withdrawn_line_leaves_no_file(catalogue: Catalogue) -> None:
    catalogue.search("chevron")
    catalogue.files.drop(STREAM)
    assert catalogue.search("chevron") == []
    assert not [file.name for file in catalogue.files.folder.iterdir() if f"{CALDER}-products" in file.name]


def test_a_damaged_file_costs_a_fetch_and_not_a_search(desk: Desk) -> None:
    card = next(card for card in desk.catalogue.files.shown() if card.stream == STREAM)
    path = desk.catalogue.files.path(card)
    desk.catalogue.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(os.urandom(size))
    again = Catalogue(desk.database, desk.catalogue.files.folder.parent)
    assert [hit.distributor_id for hit in again.search("sea")] == [BERAUDIN]
    assert again.files.position(STREAM) == 0
    again.files.apply(page(0, {1: Product(item_no="0123-04", pattern_name="Chevron", color_name="Sea")}))
    assert {hit.distributor_id for hit in again.search("sea")} == {BERAUDIN, CALDER}
    again.close()


def test_a_file_nobody_knows_is_swept_at_the_start(desk: Desk) -> None:
    stray = desk.catalogue.files.folder / "somebody-products.9.db"
    stray.write_bytes(b"x")
    Catalogue(desk.database, desk.catalogue.files.folder.parent).close()
    assert not stray.exists()
