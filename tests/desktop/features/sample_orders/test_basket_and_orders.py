"""Filling the basket, sending it, and following the lines: what a clerk could see at the desk, without a window."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from desktop.features.sample_orders.actions import (
    KitItem,
    add_all_to_basket,
    add_to_basket,
    cancel_line,
    change_lines,
    give_basket,
    keep_draft,
    remove_lines,
    send_basket,
    take_back,
)
from desktop.features.sample_orders.basket import Draft, basket_lines, baskets, read_draft, write_lines
from desktop.features.sample_orders.find import found_items, read_typed, scanned, with_stock
from desktop.features.sample_orders.queries import (
    designers_like,
    earlier_requests,
    houses,
    order_lines,
    showroom_address,
)
from desktop.features.sample_orders.rows import BasketLine, Item, Stock
from desktop.sync.desk import Desk
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.errors import DomainError
from shared_models.sample_orders.operations import ShipTo
from shared_models.sample_orders.records import RequestLine, SampleRequest
from tests.builders.desk import BARCODES, BERAUDIN, CALDER, IVERSON, SHOWROOM, TIDEWATER, WINSLOW, make_desk

SEA_GLASS = Item(CALDER, "0123-04", "Chevron Sea Glass", ("MEMO", "CUTTING"))
GRASSCLOTH = Item(CALDER, "0151-01", "Grasscloth Sea Mist", ("WING",))
VELOURS = Item(BERAUDIN, "1354.10.0", "Velours Royal Emerald", ("MEMO",))
TASSEL = Item(TIDEWATER, "6001-01", "Foxglove Delft tassel")


def lines_of(desk: Desk, designer_id: str = "") -> list[BasketLine]:
    return basket_lines(desk.database.read(), SHOWROOM, designer_id)


def said(desk: Desk, designer_id: str = "") -> list[tuple[str, str, str, int]]:
    return [(line.distributor, line.item_no, line.sample_type, line.quantity) for line in lines_of(desk, designer_id)]


def fill(desk: Desk, designer_id: str = "") -> None:
    for item, quantity in ((SEA_GLASS, 2), (VELOURS, 1), (TASSEL, 1), (GRASSCLOTH, 1)):
        add_to_basket(desk, item, quantity, designer_id=designer_id)


# --- search and scans --------------------------------------------------------------------------------


def test_search_says_distributor_stock_and_what_replaces_a_discontinued_item(desk: Desk) -> None:
    by_id = {house.distributor_id: house for house in houses(desk.database.read())}
    rows = found_items(desk.catalogue, by_id, "chev")
    assert {row.stock for row in rows} == {None}, "stock is asked for when the items are on the screen"
    found = {row.item_no: row for row in with_stock(desk.catalogue, rows)}
    assert found["0123-04"].distributor == "Calder & Thrane"
    assert found["0123-04"].stock == Stock("IN_STOCK", 42_500, "YD", "2026-11-16T06:00:00Z")
    assert (found["0123-05"].status, found["0123-05"].replaced_by) == ("DISCONTINUED", "0123-04")


def test_a_line_without_stock_figures_says_so_by_an_empty_status(desk: Desk) -> None:
    found = with_stock(desk.catalogue, found_items(desk.catalogue, {}, "velours emer"))
    assert [(row.item_no, row.stock) for row in found] == [("1354.10.0", Stock("", None, "YD", ""))]


def test_a_search_that_nobody_wants_any_more_reads_no_further_line(desk: Desk) -> None:
    answers = iter([True, False])
    assert found_items(desk.catalogue, {}, "sea", lambda: next(answers)) == []
    assert next(answers, None) is None, "asked before each of the two lines"


@pytest.mark.parametrize(
    ("text", "quantity", "words"),
    [
        ("chev", 1, "chev"),
        ("3*chev", 3, "chev"),
        ("12* sea glass", 12, "sea glass"),
        ("chev 3*", 3, "chev"),
        ("3*", 3, ""),
        ("0*chev", 1, "chev"),
        ("1354.10.0", 1, "1354.10.0"),
    ],
)
def test_a_quantity_may_stand_before_or_after_the_words(text: str, quantity: int, words: str) -> None:
    assert read_typed(text) == (quantity, words)


@pytest.mark.parametrize("code", ["400012304009", "0123-04", BARCODES["copy-chevron"], "OT1:C:copy-chevron"])
def test_upc_item_number_and_copies_of_the_library_all_lead_to_the_item(desk: Desk, code: str) -> None:
    quantity, [found] = scanned(desk.database.read(), desk.catalogue, SHOWROOM, code)
    assert quantity is None
    assert found.item == SEA_GLASS


def test_a_scan_may_carry_a_quantity(desk: Desk) -> None:
    quantity, [found] = scanned(desk.database.read(), desk.catalogue, SHOWROOM, "5*400012304009")
    assert (quantity, found.item) == (5, SEA_GLASS)


def test_two_codes_glued_together_are_two_items(desk: Desk) -> None:
    glued = BARCODES["copy-chevron"] + BARCODES["copy-velours"]
    _, found = scanned(desk.database.read(), desk.catalogue, SHOWROOM, glued)
    assert [one.item.item_no if one.item else None for one in found] == ["0123-04", "1354.10.0"]


def test_a_card_is_a_designer_and_a_strange_code_is_nothing(desk: Desk) -> None:
    _, [card] = scanned(desk.database.read(), desk.catalogue, SHOWROOM, "HPSD1001")
    _, [strange] = scanned(desk.database.read(), desk.catalogue, SHOWROOM, "999999")
    assert card.designer is not None
    assert card.designer.name == "Paloma Winslow"
    assert (strange.item, strange.designer, strange.code) == (None, None, "999999")


def test_three_letters_find_a_designer_by_either_name_or_firm(desk: Desk) -> None:
    reader = desk.database.read()
    assert [row.name for row in designers_like(reader, SHOWROOM, "win")] == ["Paloma Winslow"]
    assert [row.name for row in designers_like(reader, SHOWROOM, "the may")] == ["Paloma Winslow"]
    assert designers_like(reader, SHOWROOM, "%") == []


# --- the basket --------------------------------------------------------------------------------------


def test_lines_of_one_distributor_stand_together_and_the_form_is_what_is_on_offer(desk: Desk) -> None:
    fill(desk)
    assert said(desk) == [
        ("Calder & Thrane", "0123-04", "MEMO", 2),
        ("Calder & Thrane", "0151-01", "WING", 1),
        ("Maison Béraudin", "1354.10.0", "MEMO", 1),
        ("Tidewater & Vogel", "6001-01", "MEMO", 1),
    ]


def test_the_same_item_again_is_one_more_and_can_be_taken_back(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 2)
    _, added = add_to_basket(desk, SEA_GLASS, 3)
    assert said(desk) == [("Calder & Thrane", "0123-04", "MEMO", 5)]
    take_back(desk, added.undo)
    assert said(desk) == [("Calder & Thrane", "0123-04", "MEMO", 2)]


def test_a_new_line_taken_back_is_gone(desk: Desk) -> None:
    _, added = add_to_basket(desk, SEA_GLASS, 1)
    take_back(desk, added.undo)
    assert said(desk) == []


def test_quantity_and_form_can_be_changed_and_changed_back(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1)
    _, undo = change_lines(desk, lines_of(desk), quantity=4, sample_type="CUTTING")
    assert said(desk) == [("Calder & Thrane", "0123-04", "CUTTING", 4)]
    take_back(desk, undo)
    assert said(desk) == [("Calder & Thrane", "0123-04", "MEMO", 1)]


@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_a_quantity_that_no_request_takes_is_refused_in_the_basket(desk: Desk, quantity: int) -> None:
    with pytest.raises(DomainError) as refusal:
        add_to_basket(desk, SEA_GLASS, quantity)
    assert refusal.value.code == "quantity_out_of_range"
    assert said(desk) == []


def test_removed_lines_come_back_to_their_places(desk: Desk) -> None:
    fill(desk)
    before = lines_of(desk)
    _, undo = remove_lines(desk, before[:2])
    assert [line.item_no for line in lines_of(desk)] == ["1354.10.0", "6001-01"]
    take_back(desk, undo)
    assert lines_of(desk) == before


def test_the_basket_and_what_was_filled_in_survive_a_restart(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    add_to_basket(desk, SEA_GLASS, 2, designer_id=WINSLOW)
    keep_draft(desk, WINSLOW, Draft(sidemark="Goldfarb Penthouse", ship_method="Second day"))
    path, key, catalogue_folder = desk.database.path, desk.database.key, tmp_path
    desk.close()
    from desktop.cache.catalogue import Catalogue
    from desktop.cache.station_db import StationDatabase

    database = StationDatabase(path, key)
    again = Desk(database, Catalogue(database, catalogue_folder), SettableClock(desk.clock.now()))
    try:
        assert said(again, WINSLOW) == [("Calder & Thrane", "0123-04", "MEMO", 2)]
        assert read_draft(again.database.read(), SHOWROOM, WINSLOW).sidemark == "Goldfarb Penthouse"
    finally:
        again.close()


def test_each_designer_has_a_basket_of_her_own_and_a_basket_can_be_given_to_another(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1)
    add_to_basket(desk, VELOURS, 1, designer_id=IVERSON)
    cards = baskets(desk.database.read(), SHOWROOM)
    assert [(card.designer, card.lines) for card in cards] == [("", 1), ("Anjali Iverson", 1)]
    give_basket(desk, of="", to=WINSLOW, draft=Draft(sidemark="Hall"))
    assert said(desk) == []
    assert said(desk, WINSLOW) == [("Calder & Thrane", "0123-04", "MEMO", 1)]
    assert read_draft(desk.database.read(), SHOWROOM, WINSLOW).sidemark == "Hall"


def test_a_kit_goes_into_the_basket_in_one_step_and_out_again(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1)
    kit = [KitItem(CALDER, "0123-04", "Chevron Sea Glass", "MEMO", 2), KitItem(BERAUDIN, "1354.10.0", "", "MEMO", 1)]
    _, undo = add_all_to_basket(desk, kit, kit_id="kit-1")
    assert [line[1:] for line in said(desk)] == [("0123-04", "MEMO", 3), ("1354.10.0", "MEMO", 1)]
    take_back(desk, undo)
    assert [line[1:] for line in said(desk)] == [("0123-04", "MEMO", 1)]


# --- sending -----------------------------------------------------------------------------------------


def test_a_basket_becomes_one_request_for_each_distributor_and_is_empty_then(desk: Desk) -> None:
    fill(desk, WINSLOW)
    changes, sent = send_basket(desk, WINSLOW, Draft(sidemark=" Goldfarb ", ship_method="Second day"))
    assert changes.touches("sample_requests")
    assert changes.touches("desk_basket")
    assert sent.houses == ("Calder & Thrane", "Maison Béraudin", "Tidewater & Vogel")
    assert sent.by_mail_only == ("Tidewater & Vogel",)
    assert said(desk, WINSLOW) == []
    requests = desk.database.read().records(SampleRequest, "ORDER BY distributor_id")
    assert {request.distributor_id for request in requests} == {CALDER, BERAUDIN, TIDEWATER}
    assert {(one.sidemark, one.ship_method, one.ship_to_name, one.ship_to_attention) for one in requests} == {
        ("Goldfarb", "Second day", "The Mayfield Company", "Paloma Winslow")
    }
    assert desk.outbox.waiting_count() == 1


def test_the_showrooms_own_order_goes_to_the_showroom(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1)
    send_basket(desk, "", Draft())
    [request] = desk.database.read().records(SampleRequest)
    assert (request.ship_to_name, request.ship_to_attention) == ("Halloran Pryce Showroom", "Marisol Vega")
    assert request.designer_name == ""


def test_a_typed_address_wins(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1, designer_id=WINSLOW)
    typed = ShipTo(name="Site office", address1="9 Dock Road", city="Savannah", state="GA", postal_code="31401")
    send_basket(desk, WINSLOW, Draft(ship_to_kind="typed", typed=typed))
    [request] = desk.database.read().records(SampleRequest)
    assert (request.ship_to_name, request.ship_to_city) == ("Site office", "Savannah")


def test_without_an_address_nothing_is_sent_and_the_basket_stays(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1, designer_id=WINSLOW)
    with pytest.raises(DomainError) as refusal:
        send_basket(desk, WINSLOW, Draft(ship_to_kind="typed"))
    assert refusal.value.code == "address_missing"
    assert len(lines_of(desk, WINSLOW)) == 1
    assert desk.outbox.waiting_count() == 0


def test_a_designer_without_an_address_gets_it_at_the_showroom(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1, designer_id=IVERSON)
    send_basket(desk, IVERSON, Draft())
    [request] = desk.database.read().records(SampleRequest)
    assert (request.ship_to_name, request.designer_name) == ("Halloran Pryce Showroom", "Anjali Iverson")


def test_an_empty_basket_says_what_to_do(desk: Desk) -> None:
    with pytest.raises(DomainError, match="press Enter to add"):
        send_basket(desk, "", Draft())


def test_a_basket_that_was_sent_before_a_crash_is_not_sent_twice(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1)
    sent_lines = lines_of(desk)
    send_basket(desk, "", Draft())
    with desk.database.write() as records:
        write_lines(records, SHOWROOM, sent_lines)
    assert lines_of(desk) == []
    assert baskets(desk.database.read(), SHOWROOM) == []


# --- likely duplicates -------------------------------------------------------------------------------


def test_an_item_asked_for_by_the_same_designer_is_told_before_sending(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1, designer_id=WINSLOW)
    send_basket(desk, WINSLOW, Draft())
    reader, items = desk.database.read(), [(CALDER, "0123-04"), (BERAUDIN, "1354.10.0")]
    [told] = earlier_requests(reader, SHOWROOM, WINSLOW, items, today=desk.today())
    assert (told.item_no, told.asked_by, told.status) == ("0123-04", "Marisol Vega", "pending")
    assert earlier_requests(reader, SHOWROOM, IVERSON, items, today=desk.today()) == []
    later = desk.today() + timedelta(days=31)
    assert earlier_requests(reader, SHOWROOM, WINSLOW, items, today=later) == []


def test_a_cancelled_line_is_no_duplicate(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1, designer_id=WINSLOW)
    send_basket(desk, WINSLOW, Draft())
    [row] = order_lines(desk.database.read(), SHOWROOM).rows
    cancel_line(desk, row.request_id, row.line_id)
    items = [(CALDER, "0123-04")]
    assert earlier_requests(desk.database.read(), SHOWROOM, WINSLOW, items, today=desk.today()) == []


# --- following the lines -----------------------------------------------------------------------------


def test_lines_are_listed_newest_first_and_filtered_by_every_word(desk: Desk) -> None:
    fill(desk, WINSLOW)
    send_basket(desk, WINSLOW, Draft(sidemark="Goldfarb"))
    assert isinstance(desk.clock, SettableClock)
    desk.clock.advance(timedelta(hours=1))
    add_to_basket(desk, VELOURS, 3)
    send_basket(desk, "", Draft())
    reader = desk.database.read()
    rows = order_lines(reader, SHOWROOM).rows
    assert (rows[0].item_no, rows[0].quantity, rows[0].status, rows[0].request_number) == (
        "1354.10.0",
        3,
        "pending",
        "",
    )
    assert len(rows) == 5
    assert [row.item_no for row in order_lines(reader, SHOWROOM, "goldfarb béraudin").rows] == ["1354.10.0"]
    assert {row.takes_part for row in order_lines(reader, SHOWROOM, "foxglove").rows} == {False}
    assert order_lines(reader, SHOWROOM, "nothing like it").rows == []


def test_a_line_says_what_became_of_it(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 5)
    send_basket(desk, "", Draft())
    [row] = order_lines(desk.database.read(), SHOWROOM).rows
    with desk.database.write() as records:
        line = records.need(RequestLine, row.line_id)
        records.change(
            line,
            shipped=2,
            backordered=2,
            will_not_ship=1,
            backordered_until=date(2026, 12, 12),
            reason="Discontinued",
            replacement_item_no="0123-06",
            carrier="UPS",
            tracking_no="1Z999",
            last_confirmed_at=desk.clock.now(),
        )
    [now] = order_lines(desk.database.read(), SHOWROOM, open_only=True).rows
    assert (now.status, now.shipped, now.backordered_until, now.reason) == (
        "in_part",
        2,
        date(2026, 12, 12),
        "Discontinued",
    )
    assert (now.replacement_item_no, now.carrier, now.tracking_no, now.open_quantity) == ("0123-06", "UPS", "1Z999", 2)
    cancel_line(desk, now.request_id, now.line_id)
    assert order_lines(desk.database.read(), SHOWROOM, open_only=True).rows == []


def test_a_settled_line_cannot_be_cancelled_again(desk: Desk) -> None:
    add_to_basket(desk, SEA_GLASS, 1)
    send_basket(desk, "", Draft())
    [row] = order_lines(desk.database.read(), SHOWROOM).rows
    cancel_line(desk, row.request_id, row.line_id)
    with pytest.raises(DomainError, match="nothing to cancel"):
        cancel_line(desk, row.request_id, row.line_id)


def test_the_showrooms_address_names_the_person(desk: Desk) -> None:
    address = showroom_address(desk.database.read(), SHOWROOM, "Marisol Vega")
    assert (address.name, address.attention, address.city) == ("Halloran Pryce Showroom", "Marisol Vega", "Atlanta")
    assert msgspec.structs.asdict(showroom_address(desk.database.read(), "nobody", ""))["address1"] == ""
