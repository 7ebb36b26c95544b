"""Ordering samples at the screen, by keys and scanner, on a real encrypted station."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.sample_orders.columns import stock_text
from desktop.features.sample_orders.feature import SampleOrdersFeature
from desktop.features.sample_orders.find import found_items, with_stock
from desktop.features.sample_orders.order_dialogs import AddressDialog, ByHandDialog
from desktop.sync.desk import Desk
from shared_models.sample_orders.records import SampleRequest
from shared_models.sync.wire import MembershipCard
from tests.builders.desk import BARCODES, TIDEWATER
from tests.screens.sample_orders import SampleOrdersScreen

# --- search and add ----------------------------------------------------------------------------------


def test_the_page_says_how_many_items_there_are_to_search(screen: SampleOrdersScreen) -> None:
    empty = screen.page.order.search.results.findChild(QLabel, "empty_sentence")
    assert empty is not None
    assert "6 items" in empty.text()


def test_each_keystroke_narrows_what_is_found(screen: SampleOrdersScreen) -> None:
    screen.types("sea")
    assert set(screen.found) == {"0123-04", "0151-01", "1354.20.0"}
    screen.types("sea vel")
    assert screen.found == ["1354.20.0"]
    screen.types("sea vel nothing")
    assert screen.found == []


def stock_on_screen(screen: SampleOrdersScreen) -> list[str]:
    results = screen.page.order.search.results
    return [stock_text(row) for place in range(results.row_count()) if (row := results.row_at(place)) is not None]


def test_the_stock_of_what_was_found_comes_after_it_and_moves_nothing(screen: SampleOrdersScreen, desk: Desk) -> None:
    search = screen.page.order.search
    rows = found_items(desk.catalogue, {}, "chevron")
    search.show_found("chevron", rows)
    assert stock_on_screen(screen) == ["Discontinued", ""]
    search.results.select_place(1)
    search.show_stock(with_stock(desk.catalogue, rows))
    assert stock_on_screen(screen) == ["Discontinued, 0 YD", "In stock, 42.5 YD"]
    chosen = search.results.current_row()
    assert chosen is not None
    assert chosen.item_no == "0123-04"


def test_what_stays_on_the_screen_keeps_its_stock_while_it_is_asked_for_again(
    screen: SampleOrdersScreen, desk: Desk
) -> None:
    screen.types("chev")
    assert stock_on_screen(screen) == ["Discontinued, 0 YD", "In stock, 42.5 YD"]
    screen.page.order.search.show_found("sea", found_items(desk.catalogue, {}, "sea"))
    assert stock_on_screen(screen) == ["In stock, 42.5 YD", "", ""]


def test_enter_adds_the_first_and_arrows_walk_to_another(screen: SampleOrdersScreen) -> None:
    screen.types("0123")
    assert screen.found == ["0123-04", "0123-05"]
    screen.presses("Enter")
    screen.presses("Down")
    screen.presses("Enter")
    assert screen.basket == ["Calder & Thrane  ·  2 items", "1 0123-04", "1 0123-05"]
    assert screen.answer == (
        "Chevron Ochre Discontinued; 0123-04 takes its place. 1 × Memo, in the basket for Calder & Thrane"
    )


def test_a_number_and_a_star_before_the_words_is_a_quantity(screen: SampleOrdersScreen) -> None:
    screen.types("3*marlow")
    assert screen.found == ["0150-01"]
    screen.presses("Enter")
    assert screen.basket == ["Calder & Thrane  ·  1 item", "3 0150-01"]


def test_the_next_word_replaces_the_last_one_after_adding(screen: SampleOrdersScreen) -> None:
    screen.types("marlow")
    screen.presses("Enter")
    box = screen.page.order.search.box
    assert box.selectedText() == "marlow"


def test_a_scan_adds_and_leaves_half_typed_words_alone(screen: SampleOrdersScreen) -> None:
    screen.types("velo")
    screen.scans("400012304009", BARCODES["copy-velours"])
    assert screen.searched_words == "velo"
    assert screen.basket == [
        "Calder & Thrane  ·  1 item",
        "1 0123-04",
        "Maison Béraudin  ·  1 item",
        "1 1354.10.0",
    ]


def test_a_typed_quantity_counts_for_the_scan_that_follows(screen: SampleOrdersScreen) -> None:
    screen.types("4*")
    screen.scans("400012304009")
    assert screen.basket[1] == "4 0123-04"
    assert screen.searched_words == ""


def test_a_code_that_nobody_knows_says_what_to_do(screen: SampleOrdersScreen) -> None:
    screen.scans("77777777")
    assert screen.answer == "77777777 Nobody knows this code. Type the item's number, or add it by hand."
    assert screen.basket == []


def test_an_item_of_a_house_that_is_not_on_order_track_is_added_by_hand(screen: SampleOrdersScreen) -> None:
    screen.types("6001-99")
    screen.adds_by_hand(TIDEWATER, "6001-99", "Foxglove Delft tassel")
    assert screen.basket == ["Tidewater & Vogel  ·  1 item  ·  by e-mail only", "1 6001-99"]


def test_by_hand_without_a_number_says_so_and_stays_open(screen: SampleOrdersScreen) -> None:
    screen.clicks("add_by_hand")
    dialog = screen.dialog("by_hand_dialog")
    assert isinstance(dialog, ByHandDialog)
    screen.clicks("by_hand_add", dialog)
    assert dialog.form.errors() == {"by_hand_item_no": "Type the item number as the distributor writes it."}
    assert dialog.isVisible()


def test_what_nobody_found_stands_in_the_form_by_hand_already(screen: SampleOrdersScreen) -> None:
    screen.types("6001-99")
    screen.clicks("add_by_hand")
    dialog = screen.dialog("by_hand_dialog")
    assert isinstance(dialog, ByHandDialog)
    assert dialog.form.text("by_hand_item_no") == "6001-99"


# --- the basket --------------------------------------------------------------------------------------


def test_a_quantity_is_changed_by_number_and_by_plus(screen: SampleOrdersScreen) -> None:
    screen.types("marlow")
    screen.presses("Enter")
    screen.chooses_line("0150-01")
    screen.sets_quantity(12)
    assert screen.basket[1] == "12 0150-01"
    screen.presses_in_basket("+")
    screen.presses_in_basket("+")
    screen.presses_in_basket("-")
    assert screen.basket[1] == "13 0150-01"


def test_the_forms_on_offer_are_those_of_the_item(screen: SampleOrdersScreen, desk: Desk) -> None:
    screen.scans("400012304009")
    form = screen.page.order.basket.form
    assert [form.itemText(place) for place in range(form.count())] == ["Memo", "Cutting"]
    screen.chooses("line_form", "Cutting")
    assert screen.page.order.basket.chosen_lines[0].sample_type == "CUTTING"


def test_removing_can_be_undone(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009", BARCODES["copy-velours"])
    before = screen.basket
    screen.chooses_line("0123-04")
    screen.presses_in_basket("Del")
    assert screen.basket == ["Maison Béraudin  ·  1 item", "1 1354.10.0"]
    assert screen.answer == "Chevron Sea Glass removed from the basket"
    screen.undoes()
    assert screen.basket == before


def test_a_house_chosen_stands_for_all_of_its_lines(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009", "0150-01", BARCODES["copy-velours"])
    screen.page.order.basket.table.select_place(0)
    screen.clicks("remove_line")
    assert screen.basket == ["Maison Béraudin  ·  1 item", "1 1354.10.0"]


def test_undo_takes_scans_back_one_by_one(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009", "400012304009")
    assert screen.basket[1] == "2 0123-04"
    screen.undoes()
    assert screen.basket[1] == "1 0123-04"
    screen.undoes()
    assert screen.basket == []
    assert not screen.page.can_undo()


def test_the_basket_is_there_when_the_page_is_made_anew(
    screen: SampleOrdersScreen, qtbot: QtBot, context: FeatureContext
) -> None:
    screen.scans("400012304009")
    screen.fills("sidemark", "Goldfarb Penthouse")
    again = SampleOrdersScreen(qtbot, context)
    assert again.basket == ["Calder & Thrane  ·  1 item", "1 0123-04"]
    assert again.page.order.sending.sidemark.text() == "Goldfarb Penthouse"


# --- for whom and where to ---------------------------------------------------------------------------


def test_three_letters_and_enter_give_the_basket_to_a_designer_at_her_address(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009")
    screen.says_for("win")
    assert screen.page.order.sending.designer.text() == "Paloma Winslow"
    assert screen.choice("ship_to") == "Paloma Winslow — 619 Alder Street, Nashville, TN"
    assert screen.basket == ["Calder & Thrane  ·  1 item", "1 0123-04"]


def test_a_scanned_card_does_the_same(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009", "HPSD1001")
    assert screen.page.order.sending.designer.text() == "Paloma Winslow"


def test_an_emptied_field_is_the_showroom_again(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009", "HPSD1001")
    screen.clears_designer()
    assert screen.page.order.designer_id == ""
    assert screen.choice("ship_to").startswith("Showroom — 351 Peachtree")
    assert screen.basket == ["Calder & Thrane  ·  1 item", "1 0123-04"]


def test_half_a_name_is_no_designer(screen: SampleOrdersScreen) -> None:
    screen.scans("HPSD1001")
    field = screen.page.order.sending.designer
    field.setFocus()
    field.setText("Palo")
    screen.page.order.search.box.setFocus()
    assert field.text() == "Paloma Winslow"


def test_baskets_of_several_designers_are_kept_apart(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009", "HPSD1001")
    screen.chooses("which_basket", "Paloma")
    screen.page.open_order("designer-iverson", "")
    assert screen.basket == []
    screen.scans(BARCODES["copy-velours"])
    screen.chooses("which_basket", "Paloma Winslow (1)")
    assert screen.basket == ["Calder & Thrane  ·  1 item", "1 0123-04"]


def test_another_address_is_typed_once_and_used(screen: SampleOrdersScreen, desk: Desk) -> None:
    screen.scans("400012304009")
    screen.chooses("ship_to", "Another address")
    dialog = screen.dialog("address_dialog")
    assert isinstance(dialog, AddressDialog)
    screen.clicks("address_take", dialog)
    assert set(dialog.form.errors()) == {"ship_to_name", "ship_to_address1", "ship_to_city"}
    dialog.form.show_values({"ship_to_name": "Site", "ship_to_address1": "9 Dock Road", "ship_to_city": "Savannah"})
    screen.clicks("address_take", dialog)
    assert screen.choice("ship_to") == "Site — 9 Dock Road, Savannah"
    screen.clicks("send_basket")
    (request,) = desk.database.read().records(SampleRequest)
    assert request.ship_to_name == "Site"


def test_giving_up_another_address_keeps_the_former_one(screen: SampleOrdersScreen) -> None:
    screen.scans("400012304009")
    screen.chooses("ship_to", "Another address")
    screen.clicks("address_cancel", screen.dialog("address_dialog"))
    assert screen.choice("ship_to").startswith("Showroom — ")


# --- the door ----------------------------------------------------------------------------------------


def test_other_pages_can_look_for_an_item_fill_the_basket_and_show_lines(
    screen: SampleOrdersScreen, context: FeatureContext
) -> None:
    context.routes.open("sample_orders", designer="designer-winslow", find="marlow")
    assert screen.found == ["0150-01"]
    assert screen.page.order.designer_id == "designer-winslow"
    context.routes.open("sample_orders.basket", items=[("dist-calder", "0150-01", "Marlow Stripe Ink", "BOOK", 2)])
    assert screen.basket == ["Calder & Thrane  ·  1 item", "2 0150-01"]
    screen.clicks("send_basket")
    context.routes.open("sample_orders.lines", find="marlow")
    assert screen.requests == ["0150-01 Pending"]


def test_find_anything_offers_products_and_requests(screen: SampleOrdersScreen, context: FeatureContext) -> None:
    screen.scans("400012304009", BARCODES["copy-velours"], "HPSD1001")
    screen.clicks("send_basket")
    hits = SampleOrdersFeature().search(context, "velours")
    assert [hit.title for hit in hits] == [
        "1354.10.0  Velours Royal Emerald",
        "1354.20.0  Velours Royal Sea Glass",
        "Request  Velours Royal Emerald",
    ]
    assert SampleOrdersFeature().search(context, "ve") == []


@pytest.mark.parametrize(
    ("kind", "role", "modules", "visible"),
    [
        ("showroom", "clerk", ["sample_orders"], True),
        ("showroom", "rep", ["sample_orders"], True),
        ("showroom", "clerk", ["sample_checkout"], False),
        ("distributor", "picker", ["sample_orders"], False),
    ],
)
def test_the_page_is_for_clerks_and_reps_of_a_showroom_that_has_it(
    kind: str, role: str, modules: list[str], visible: bool
) -> None:
    card = MembershipCard(
        organisation_id="x",
        organisation_code="X",
        organisation_name="X",
        organisation_kind=kind,
        role=role,
        modules=modules,
    )
    assert SampleOrdersFeature().visible_for(card) is visible
