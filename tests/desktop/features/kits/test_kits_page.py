"""Kits at the screen, by keys, on a real encrypted station of a rep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.kits import actions, queries
from desktop.features.kits.feature import KitsFeature
from desktop.features.kits.kit_dialogs import KitDialog, KitOrderDialog
from desktop.features.kits.rows import Delivery
from desktop.sync.desk import Desk
from shared_models.kernel.errors import DomainError
from shared_models.kits.operations import KitContent
from shared_models.sample_orders.operations import ShipTo
from shared_models.sample_orders.records import RequestLine, SampleOrder, SampleRequest
from tests.builders.desk import BERAUDIN, CALDER, PEOPLE, SHOWROOM, TIDEWATER, make_context, make_desk
from tests.screens.kits import KitsScreen

DANA = PEOPLE["rep"][0]
AUTUMN = (
    KitContent(distributor_id=CALDER, item_no="0123-04", title="Chevron Sea Glass"),
    KitContent(distributor_id=CALDER, item_no="0123-05", title="Chevron Ochre"),
    KitContent(distributor_id=BERAUDIN, item_no="1354.10.0", title="Velours Royal Emerald", quantity=2),
    KitContent(distributor_id=TIDEWATER, item_no="6001-01", title="Foxglove Delft"),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(tmp_path, "rep")
    yield made
    made.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def autumn(desk: Desk) -> str:
    """A kit of four items of three houses."""
    _, state = actions.new_kit(desk, DANA, "Autumn")
    actions.write_kit(desk, state._replace(items=AUTUMN))
    return state.kit_id


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext, autumn: str) -> KitsScreen:
    return KitsScreen(qtbot, context)


def order(screen: KitsScreen) -> KitOrderDialog:
    screen.clicks("order_from_kit")
    dialog = screen.dialog("kit_order_dialog")
    assert isinstance(dialog, KitOrderDialog)
    return dialog


# --- kits and their items ----------------------------------------------------------------------------


def test_without_a_kit_the_page_says_what_one_is(qtbot: QtBot, context: FeatureContext) -> None:
    screen = KitsScreen(qtbot, context)
    assert screen.kits == []
    screen.makes_kit("Coastal trip")
    assert screen.kits == ["Coastal trip (0)"]
    assert not screen.page.kit.order.isEnabled()


def test_a_kit_without_a_name_is_not_made(screen: KitsScreen) -> None:
    screen.clicks("new_kit")
    dialog = screen.dialog("kit_dialog")
    assert isinstance(dialog, KitDialog)
    screen.clicks("kit_take", dialog)
    assert dialog.form.errors() == {"kit_name": "A kit needs a name."}
    assert screen.kits == ["Autumn (4)"]


def test_items_are_searched_and_added_by_enter_in_the_form_on_offer(screen: KitsScreen) -> None:
    screen.makes_kit("Winter")
    screen.adds("marlow")
    screen.adds("grasscloth")
    screen.adds("marlow")
    assert screen.items == ["2 0150-01 MEMO", "1 0151-01 WING"]
    assert screen.kits == ["Autumn (4)", "Winter (2)"]


def test_quantities_change_by_plus_and_the_change_can_be_undone(screen: KitsScreen) -> None:
    screen.chooses("1354.10.0")
    screen.presses_on_item("+")
    assert "3 1354.10.0 MEMO" in screen.items
    screen.undoes()
    assert "2 1354.10.0 MEMO" in screen.items


def test_removed_items_come_back_to_their_places(screen: KitsScreen) -> None:
    before = screen.items
    screen.chooses("0123-05", "6001-01")
    screen.presses_on_item("Del")
    assert screen.items == ["1 0123-04 MEMO", "2 1354.10.0 MEMO"]
    assert screen.said == "2 items removed from the kit."
    screen.undoes()
    assert screen.items == before


def test_a_kit_is_renamed(screen: KitsScreen) -> None:
    screen.clicks("rename_kit")
    dialog = screen.dialog("kit_dialog")
    assert isinstance(dialog, KitDialog)
    dialog.form.show_values({"kit_name": "Autumn introductions"})
    screen.clicks("kit_take", dialog)
    assert screen.kits == ["Autumn introductions (4)"]


def test_removing_a_kit_asks_by_name_and_can_be_undone(screen: KitsScreen) -> None:
    screen.clicks("remove_kit")
    assert screen.dialog("question").windowTitle() == "Remove “Autumn”?"
    screen.clicks("answer_yes", screen.dialog("question"))
    assert screen.kits == []
    screen.undoes()
    assert screen.kits == ["Autumn (4)"]
    assert len(screen.items) == 4


def test_a_discontinued_item_is_marked_and_its_replacement_named(screen: KitsScreen) -> None:
    assert screen.statuses["0123-05"] == "Discontinued"
    screen.chooses("0123-05")
    assert screen.story() == "0123-05 Chevron Ochre · discontinued, replaced by 0123-04"


def test_a_rep_sees_her_own_kits_and_a_clerk_all(desk: Desk, autumn: str) -> None:
    reader = desk.database.read()
    assert [kit.name for kit in queries.kits(reader, SHOWROOM, DANA)] == ["Autumn"]
    assert queries.kits(reader, SHOWROOM, "somebody else") == []
    assert [(kit.rep, kit.items, kit.pieces) for kit in queries.kits(reader, SHOWROOM)] == [("Dana Whitcombe", 4, 5)]


# --- ordering ----------------------------------------------------------------------------------------


def test_with_nothing_chosen_the_whole_kit_is_ordered_to_the_rep(screen: KitsScreen, desk: Desk, autumn: str) -> None:
    assert screen.button_text("order_from_kit") == "Order all 4 items…"
    screen.clicks("kit_order_send", order(screen))
    reader = desk.database.read()
    [placed] = reader.records(SampleOrder)
    assert placed.kit_id == autumn
    requests = reader.records(SampleRequest)
    assert {(one.ship_to_attention, one.ship_to_city) for one in requests} == {("Dana Whitcombe", "Atlanta")}
    assert {one.distributor_id for one in requests} == {CALDER, BERAUDIN, TIDEWATER}
    assert sorted((one.item_no, one.quantity) for one in reader.records(RequestLine)) == [
        ("0123-04", 1),
        ("0123-05", 1),
        ("1354.10.0", 2),
        ("6001-01", 1),
    ]
    assert screen.said == (
        "4 items in 3 requests; Tidewater & Vogel by e-mail only. Kept here, and sent as soon as the server answers."
    )


def test_only_the_chosen_items_are_ordered(screen: KitsScreen, desk: Desk) -> None:
    screen.chooses("0123-04", "1354.10.0")
    assert screen.button_text("order_from_kit") == "Order 2 chosen items…"
    screen.clicks("kit_order_send", order(screen))
    assert sorted(line.item_no for line in desk.database.read().records(RequestLine)) == ["0123-04", "1354.10.0"]
    assert screen.statuses["0123-04"] == "Pending"
    assert screen.statuses["6001-01"] == ""


def test_what_became_of_the_last_order_stands_beside_each_item(screen: KitsScreen, desk: Desk) -> None:
    screen.clicks("kit_order_send", order(screen))
    with desk.database.write() as records:
        [line] = records.find(RequestLine, item_no="0123-04")
        records.change(line, backordered=1, backordered_until=date(2026, 12, 12))
        [line] = records.find(RequestLine, item_no="6001-01")
        records.change(line, shipped=1, carrier="UPS", tracking_no="1Z999")
    screen.page.on_shown()
    assert screen.statuses["0123-04"] == "Backordered"
    assert screen.statuses["6001-01"] == "Shipped"
    screen.chooses("0123-04")
    assert screen.story().endswith("Backordered · until 12 Dec")
    screen.chooses("6001-01")
    assert screen.story().endswith("Shipped · UPS 1Z999")


def test_without_a_street_the_order_stays_open_and_says_so(screen: KitsScreen, desk: Desk) -> None:
    dialog = order(screen)
    dialog.form.show_values({"kit_ship_address1": ""})
    screen.clicks("kit_order_send", dialog)
    assert dialog.form.errors() == {"kit_ship_address1": "The street is missing."}
    assert desk.database.read().records(SampleOrder) == []


def test_a_kit_goes_into_the_basket_where_there_is_one(screen: KitsScreen, context: FeatureContext) -> None:
    assert order(screen).findChild(QAbstractButton, "kit_to_basket") is None
    screen.dialog("kit_order_dialog").reject()
    given: list[dict[str, object]] = []
    context.routes.register("sample_orders.basket", lambda **arguments: given.append(arguments))
    screen.chooses("1354.10.0")
    screen.clicks("kit_to_basket", order(screen))
    [arguments] = given
    assert arguments["items"] == [(BERAUDIN, "1354.10.0", "Velours Royal Emerald", "MEMO", 2)]


def test_an_order_of_nothing_or_to_nowhere_is_refused(desk: Desk, autumn: str) -> None:
    items = queries.kit_items(desk.database.read(), desk.catalogue, autumn)
    with pytest.raises(DomainError, match="holds nothing yet"):
        actions.order_from_kit(desk, autumn, [], Delivery(ShipTo(address1="x", city="y")))
    with pytest.raises(DomainError, match="no address"):
        actions.order_from_kit(desk, autumn, items, Delivery(ShipTo()))


def test_a_kit_is_found_by_a_part_of_its_name(context: FeatureContext, autumn: str) -> None:
    assert [hit.title for hit in KitsFeature().search(context, "tumn")] == ["Autumn"]
    assert KitsFeature().search(context, "") == []
