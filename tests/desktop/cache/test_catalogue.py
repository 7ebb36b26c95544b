"""The catalogue: what is found by which words, and how its files come, change and go."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from desktop.cache.catalogue import Catalogue
from desktop.cache.line_file import open_line
from desktop.sync.desk import Desk
from shared_models.catalogue.line_file_form import FORM, PAGE_BYTES
from shared_models.catalogue.records import InventoryRow, Product, StockStatus
from shared_models.catalogue.rules import StockTotal
from shared_models.kernel.errors import DomainError
from shared_models.sync.line_manifest import Base
from shared_models.sync.line_parts import Block
from shared_models.sync.streams import line_dataset, parse_stream
from tests.builders.desk import BERAUDIN, CALDER, PRODUCTS, STOCK, fill_line, make_desk
from tests.builders.lines import Rows, gone, put, setting, sums_of

STREAM = line_dataset(CALDER, "products")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def catalogue(desk: Desk) -> Catalogue:
    return desk.catalogue


def products() -> dict[int, Product]:
    """What the desk's file of the line holds, by row key."""
    return dict(enumerate(PRODUCTS[CALDER], start=1))


def patch(catalogue: Catalogue, *blocks: Block, then: Rows, stream: str = STREAM, after: int = 1) -> None:
    """Lay a patch over a file, after which it holds `then`."""
    name = parse_stream(stream)
    assert name is not None
    dataset: Any = name.what
    catalogue.files.patch(stream, blocks, after=after, agreed=sums_of(dataset, then, after + 1))


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
    assert catalogue.search("0123-04")[0].title == "Chevron Sea Glass"
    here, without_inventory, small = (CALDER, "0123-04"), (BERAUDIN, "1354.10.0"), (CALDER, "no such")
    assert catalogue.stock_totals([here, without_inventory, small]) == {here: StockTotal(42_500, "YD", "IN_STOCK")}


def test_a_line_that_tells_a_status_only_shows_it_without_a_quantity(catalogue: Catalogue) -> None:
    said = StockStatus(item_no="1354.10.0", stock_status="LOW", as_of="2026-11-16T06:00:00Z")
    fill_line(catalogue, BERAUDIN, "stock_status", [said])
    item = (BERAUDIN, "1354.10.0")
    assert catalogue.stock_totals([item]) == {item: StockTotal(None, "", "LOW")}
    assert catalogue.stock_as_of(BERAUDIN) == "2026-11-16T06:00:00Z"
    assert catalogue.stock(BERAUDIN, "1354.10.0") == []


def test_search_keeps_to_the_chosen_distributors_and_the_limit(catalogue: Catalogue) -> None:
    assert {hit.distributor_id for hit in catalogue.search("sea", distributor_ids={BERAUDIN})} == {BERAUDIN}
    assert len(catalogue.search("sea", limit=1)) == 1


def numbered(*item_nos: str, pattern: str = "") -> list[Product]:
    """Products of these numbers; the later ones have names that come first."""
    return [
        Product(item_no=item_no, pattern_name=f"{pattern}{chr(122 - place % 26)}", color_name=f"{place:03}")
        for place, item_no in enumerate(item_nos)
    ]


def test_words_are_answered_in_the_order_of_the_names_over_all_lines(catalogue: Catalogue) -> None:
    fill_line(catalogue, CALDER, "products", numbered("3", "2", "1", pattern="Damask "))
    fill_line(catalogue, BERAUDIN, "products", numbered("6", "5", "4", pattern="Damask "))
    found = catalogue.search("damask")
    assert [hit.item_no for hit in found] == ["1", "4", "2", "5", "3", "6"]
    assert [hit.item_no for hit in catalogue.search("damask", distributor_ids=[CALDER])] == ["1", "2", "3"]


@pytest.mark.parametrize("lines", [(CALDER,), (CALDER, BERAUDIN)], ids=["one line", "two lines"])
def test_items_whose_number_begins_so_come_first_in_their_order(catalogue: Catalogue, lines: tuple[str, ...]) -> None:
    fill_line(catalogue, CALDER, "products", numbered("41", "7-04", "040", "04", "7-041"))
    fill_line(catalogue, BERAUDIN, "products", numbered("04-1", "8-04"))
    begin = ["04", "040"] if len(lines) == 1 else ["04", "04-1", "040"]
    others = ["7-041", "7-04"] if len(lines) == 1 else ["7-041", "7-04", "8-04"]
    found = [hit.item_no for hit in catalogue.search("04", distributor_ids=lines)]
    assert found[: len(begin)] == begin
    assert sorted(found[len(begin) :]) == sorted(others)
    assert [hit.item_no for hit in catalogue.search("04", limit=1, distributor_ids=lines)] == ["04"]


@pytest.mark.parametrize("typed", ["10", "1000"])
@pytest.mark.parametrize("begin", [0, 1, 3, 8])
def test_items_whose_number_begins_so_are_not_lost_among_many_that_have_it_elsewhere(
    catalogue: Catalogue, typed: str, begin: int
) -> None:
    others = [f"{place:03}-{typed}" for place in range(200, 230)]
    fill_line(catalogue, CALDER, "products", numbered(*others, *(f"{typed}-{place}" for place in range(begin))))
    found = [hit.item_no for hit in catalogue.search(typed, limit=5)]
    assert len(found) == len(set(found)) == 5
    assert [item for item in found if item.startswith(typed)] == [f"{typed}-{place}" for place in range(min(begin, 5))]
    assert [item.startswith(typed) for item in found] == sorted((i.startswith(typed) for i in found), reverse=True)


def test_one_product_is_found_by_its_exact_number_only(catalogue: Catalogue) -> None:
    product = catalogue.product(BERAUDIN, "1354.10.0")
    assert product is not None
    assert product.color_name == "Emerald"
    assert catalogue.product(BERAUDIN, "1354.10") is None
    assert catalogue.product("nobody", "1354.10.0") is None


def test_a_word_of_several_parts_is_found_only_where_they_stand_beside_each_other(catalogue: Catalogue) -> None:
    apart = Product(item_no="9-1", pattern_name="Glass", color_name="Sea")
    fill_line(catalogue, CALDER, "products", [*PRODUCTS[CALDER], apart])
    assert {hit.item_no for hit in catalogue.search("sea glass")} == {"0123-04", "1354.20.0", "9-1"}
    assert {hit.item_no for hit in catalogue.search("sea-glass")} == {"0123-04", "1354.20.0"}
    assert {hit.item_no for hit in catalogue.search("10.0")} == {"1354.10.0"}
    assert catalogue.search("04-0123") == []


def test_a_change_is_found_by_its_new_words_and_no_longer_by_its_old_ones(catalogue: Catalogue) -> None:
    then = products()
    then[1] = msgspec.structs.replace(then[1], pattern_name="Herringbone")
    del then[4]
    patch(catalogue, setting({1: {"pattern_name": "Herringbone"}}), gone(4), then=then)
    assert [hit.item_no for hit in catalogue.search("herring")] == ["0123-04"]
    assert [hit.item_no for hit in catalogue.search("chevron")] == ["0123-05"]
    assert catalogue.search("grasscloth") == []
    assert catalogue.count("products", CALDER) == 3


def test_an_item_that_gets_another_row_is_found_once(catalogue: Catalogue) -> None:
    then = products()
    then[77] = then.pop(3)
    patch(catalogue, put("products", {77: then[77]}), gone(3), then=then)
    assert [hit.item_no for hit in catalogue.search("marlow")] == ["0150-01"]


def test_a_changed_lot_changes_the_figure_of_its_item(catalogue: Catalogue) -> None:
    row = InventoryRow(item_no="0123-04", warehouse="DAL", qty_available=1_000, unit="YD", stock_status="LOW")
    then = {**dict(enumerate(STOCK[CALDER], start=1)), 50: row}
    patch(catalogue, put("inventory", {50: row}), then=then, stream=line_dataset(CALDER, "inventory"))
    item = (CALDER, "0123-04")
    assert catalogue.stock_totals([item])[item].qty_available == 43_500
    assert [row.warehouse for row in catalogue.stock(CALDER, "0123-04")] == ["DAL", "HPT"]


def test_long_work_on_a_file_gives_way_every_few_rows(catalogue: Catalogue) -> None:
    """Filling, laying a patch, and reading the rows anew; of 1,000 rows at least ten times each."""
    asked: list[None] = []
    catalogue.files.give_way = lambda: asked.append(None)
    stream = line_dataset(BERAUDIN, "inventory")
    before: dict[int, InventoryRow] = {
        number: InventoryRow(item_no=f"{number}", qty_available=1) for number in range(1, 1_001)
    }
    fill_line(catalogue, BERAUDIN, "inventory", [*before.values()])
    assert len(asked) >= 10
    asked.clear()
    after = {number: msgspec.structs.replace(row, qty_available=2) for number, row in before.items()}
    block = setting({number: {"qty_available": 2} for number in after})
    patch(catalogue, block, then=after, stream=stream)
    assert len(asked) >= 10
    asked.clear()
    patch(catalogue, gone(*range(1, 901)), then={n: after[n] for n in range(901, 1_001)}, stream=stream, after=2)
    assert len(asked) >= 10
    asked.clear()
    patch(catalogue, put("inventory", after), then=after, stream=stream, after=3)
    assert len(asked) >= 10
    asked.clear()
    (card,) = (one for one in catalogue.files.shown() if one.stream == stream)
    assert catalogue.files.verify(card)
    assert len(asked) >= 10


def test_a_patch_out_of_order_is_thrown_away(catalogue: Catalogue) -> None:
    new = Product(item_no="9")
    with pytest.raises(DomainError, match="out of order"):
        patch(catalogue, put("products", {9: new}), then={**products(), 9: new}, after=5)
    assert catalogue.product(CALDER, "9") is None


def test_a_patch_that_does_not_add_up_changes_nothing_and_has_the_line_fetched_anew(catalogue: Catalogue) -> None:
    with pytest.raises(DomainError, match="differs"):
        patch(catalogue, put("products", {9: Product(item_no="9")}), then=products())
    assert catalogue.product(CALDER, "9") is None
    assert catalogue.files.positions("")[STREAM] == 0
    assert [hit.item_no for hit in catalogue.search("marlow")] == ["0150-01"], "shown until the new one is here"
    fill_line(catalogue, CALDER, "products", PRODUCTS[CALDER][:2])
    assert catalogue.files.positions("")[STREAM] == 1
    assert catalogue.search("marlow") == []


def test_a_row_that_was_changed_behind_its_back_is_found(catalogue: Catalogue) -> None:
    card = next(card for card in catalogue.files.shown() if card.stream == STREAM)
    assert catalogue.files.verify(card)
    connection = open_line(catalogue.files.path(card), card.key)
    connection.execute("UPDATE products SET unit = 'FT' WHERE row_key = 2")
    connection.close()
    assert not catalogue.files.verify(card)
    assert catalogue.files.positions("")[STREAM] == 0


def test_a_new_file_is_shown_when_it_is_complete_and_not_before(catalogue: Catalogue) -> None:
    files = catalogue.files
    files.drop(STREAM)
    card = files.begin(STREAM, "a base")
    files.fill(card, [put("products", products())], part=files.filled(card, "a base", ""))
    assert catalogue.search("chevron") == []
    assert files.positions("")[STREAM] == 0
    agreed = sums_of("products", products(), 9)
    files.finish(card, Base(position=9, rows=agreed.rows, checksum=agreed.checksum, parts=[]))
    assert len(catalogue.search("chevron")) == 2
    assert files.positions("")[STREAM] == 9


def test_a_file_of_another_history_is_fetched_anew_and_shown_until_then(catalogue: Catalogue) -> None:
    files = catalogue.files
    card = files.begin(STREAM, "a base")
    files.fill(card, [put("products", products())], part=files.filled(card, "a base", "before the restore"))
    agreed = sums_of("products", products(), 9)
    files.finish(card, Base(position=9, rows=agreed.rows, checksum=agreed.checksum, parts=[]))
    assert files.positions("before the restore")[STREAM] == 9
    assert files.positions("after it")[STREAM] == 0
    assert len(catalogue.search("chevron")) == 2


def test_a_file_of_an_older_form_is_fetched_anew_and_shown_until_then(catalogue: Catalogue) -> None:
    files = catalogue.files
    assert files.positions("")[STREAM] == 1
    (card,) = [card for card in files.shown() if card.stream == STREAM]
    with closing(open_line(files.path(card), card.key)) as connection:
        connection.execute(f"PRAGMA user_version = {FORM - 1}")
    assert files.positions("")[STREAM] == 0
    assert len(catalogue.search("chevron")) == 2


def test_parts_of_an_older_form_are_not_gone_on_with(catalogue: Catalogue) -> None:
    files = catalogue.files
    card = files.begin(STREAM, "a base")
    files.fill(card, [put("products", products())], part=files.filled(card, "a base", ""))
    with closing(open_line(files.path(card), card.key)) as connection:
        connection.execute(f"PRAGMA user_version = {FORM - 1}")
    assert files.filled(card, "a base", "") == 0


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
    told: list[str] = []
    again.files.on_suspect = lambda: told.append("damaged")
    assert [hit.distributor_id for hit in again.search("sea")] == [BERAUDIN]
    assert told == ["damaged"]
    assert again.files.positions("")[STREAM] == 0
    fill_line(again, CALDER, "products", [Product(item_no="0123-04", pattern_name="Chevron", color_name="Sea")])
    assert {hit.distributor_id for hit in again.search("sea")} == {BERAUDIN, CALDER}
    again.close()


def test_a_file_with_one_damaged_page_goes_on_as_far_as_it_can_be_read(desk: Desk) -> None:
    catalogue = desk.catalogue
    many = [Product(item_no=f"{number:04}", pattern_name="Chevron", content="x" * 300) for number in range(800)]
    fill_line(catalogue, CALDER, "products", many)
    card = next(card for card in catalogue.files.shown() if card.stream == STREAM)
    catalogue.close()
    path = catalogue.files.path(card)
    with path.open("r+b") as file:
        file.seek(30 * PAGE_BYTES + 100)
        (was,) = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        # Encrypted, it may be any byte: one that was there already would do no damage.
        file.write(bytes([was ^ 0xFF]))
    again = Catalogue(desk.database, catalogue.files.folder.parent)
    found = [again.product(CALDER, product.item_no) is not None for product in many]
    assert 0 < found.count(False) < 20
    assert again.files.positions("")[STREAM] == 0
    again.close()


def test_a_file_nobody_knows_is_swept_at_the_start(desk: Desk) -> None:
    stray = desk.catalogue.files.folder / "somebody-products.9.db"
    stray.write_bytes(b"x")
    Catalogue(desk.database, desk.catalogue.files.folder.parent).close()
    assert not stray.exists()
