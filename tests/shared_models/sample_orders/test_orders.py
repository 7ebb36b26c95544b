"""Sending a basket to several distributors, and cancelling what is not yet picked."""

import pytest

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import LineId, OrderId, RequestId
from shared_models.sample_orders.operations import CancelLine, OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sample_orders.records import RequestLine, SampleOrder, SampleRequest
from shared_models.sample_orders.rules import is_settled, line_number, line_status, pending, split_by_distributor
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import (
    ANN,
    ATELIER,
    FOREIGN_DESIGNER,
    KRAVEL,
    LOOMIS,
    OTHER_SHOWROOM,
    SHOWROOM,
    STRANGER,
    act,
    at,
    do,
    world,
)


def item(line: str, item_no: str = "01354.010", quantity: int = 1) -> OrderedItem:
    return OrderedItem(line_id=LineId(line), item_no=item_no, title="Marlow Stripe, Ochre", quantity=quantity)


def part(request: str, distributor: str, *items: OrderedItem) -> RequestPart:
    return RequestPart(request_id=RequestId(request), distributor_id=distributor, items=items)


def order(*parts: RequestPart, designer: str = ANN) -> PlaceSampleOrder:
    return PlaceSampleOrder(
        order_id=OrderId("order-1"),
        parts=parts,
        designer_id=designer,
        ship_to=ShipTo(name="Abbott Interiors", address1="12 Quay St", city="Boston", state="MA", postal_code="02110"),
        ship_method="Second day",
        sidemark="Lake house",
        note="Please send together",
    )


def placed(*parts: RequestPart) -> MemoryRecords:
    records = world()
    do(records, order(*(parts or (part("r1", KRAVEL, item("l1", quantity=3)),))), act(at=at(10)))
    return records


def cancel(line: str = "l1", request: str = "r1") -> CancelLine:
    return CancelLine(request_id=RequestId(request), line_id=LineId(line))


def test_one_order_becomes_a_request_for_each_distributor_taking_part_or_not() -> None:
    records = placed(
        part("r1", KRAVEL, item("l1"), item("l2", "02200.050", 2)),
        part("r2", LOOMIS, item("l3", "L-77")),
        part("r3", ATELIER, item("l4", "AB 4/12")),
    )
    assert [(one.distributor_id, one.order_id) for one in records.all(SampleRequest)] == [
        (KRAVEL, "order-1"),
        (LOOMIS, "order-1"),
        (ATELIER, "order-1"),
    ]
    assert [(line.request_id, line.position, line.item_no, line.quantity) for line in records.all(RequestLine)] == [
        ("r1", 1, "01354.010", 1),
        ("r1", 2, "02200.050", 2),
        ("r2", 1, "L-77", 1),
        ("r3", 1, "AB 4/12", 1),
    ]


def test_a_request_tells_the_distributor_all_that_it_must_know() -> None:
    request = placed().need(SampleRequest, "r1")
    assert (request.showroom_name, request.showroom_email) == ("Halden & Reyes", "desk@halden.example")
    assert (request.designer_name, request.designer_email) == ("Ann Abbott", "ann@abbott.example")
    assert (request.ship_to_name, request.ship_to_city, request.ship_to_country) == ("Abbott Interiors", "Boston", "US")
    assert (request.placed_by_name, request.placed_at) == ("Nora Velez", at(10))
    assert (request.ship_method, request.sidemark, request.note) == (
        "Second day",
        "Lake house",
        "Please send together",
    )
    assert request.number == ""


def test_the_order_stays_with_the_showroom() -> None:
    sample_order = placed().need(SampleOrder, "order-1")
    assert (sample_order.organisation_id, sample_order.designer_name) == (SHOWROOM, "Ann Abbott")


def test_an_order_for_the_library_itself_names_no_designer() -> None:
    records = world()
    do(records, order(part("r1", KRAVEL, item("l1")), designer=""), act())
    assert records.need(SampleRequest, "r1").designer_name == ""


@pytest.mark.parametrize("parts", [(), (part("r1", KRAVEL),), (part("r1", KRAVEL, item("l1")), part("r2", LOOMIS))])
def test_an_empty_basket_or_an_empty_part_is_refused(parts: tuple[RequestPart, ...]) -> None:
    with pytest.raises(DomainError, match="There is nothing in this order"):
        do(world(), order(*parts), act())


@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_a_quantity_nobody_can_mean_is_refused(quantity: int) -> None:
    with pytest.raises(DomainError, match=rf"{quantity} of 01354\.010 cannot be asked for; order 1 to 999"):
        do(world(), order(part("r1", KRAVEL, item("l1", quantity=quantity))), act())


def test_a_line_without_an_item_number_is_refused() -> None:
    with pytest.raises(DomainError, match="has no item number"):
        do(world(), order(part("r1", KRAVEL, item("l1", "  "))), act())


def test_samples_are_asked_for_from_distributors_only() -> None:
    with pytest.raises(DomainError, match="There is no such organisation here"):
        do(world(), order(part("r1", OTHER_SHOWROOM, item("l1"))), act())


def test_another_showrooms_designer_cannot_be_named() -> None:
    with pytest.raises(DomainError, match="There is no such designer here"):
        do(world(), order(part("r1", KRAVEL, item("l1")), designer=FOREIGN_DESIGNER), act())


def test_cancelling_takes_back_all_that_is_still_open() -> None:
    records = placed()
    do(records, cancel(), act())
    line = records.need(RequestLine, "l1")
    assert (line.cancelled, pending(line), line_status(line)) == (3, 0, "cancelled")
    assert is_settled([line])


def test_cancelling_leaves_what_has_shipped_and_gives_up_what_is_backordered() -> None:
    records = placed()
    records.change(records.need(RequestLine, "l1"), shipped=1, backordered=1, backordered_until=at(9).date())
    do(records, cancel(), act())
    line = records.need(RequestLine, "l1")
    assert (line.shipped, line.backordered, line.backordered_until, line.cancelled) == (1, 0, None, 2)
    assert line_status(line) == "in_part"


def test_a_settled_line_cannot_be_cancelled() -> None:
    records = placed()
    do(records, cancel(), act())
    with pytest.raises(DomainError, match="Marlow Stripe, Ochre is already settled; there is nothing to cancel"):
        do(records, cancel(), act())


def test_nobody_cancels_another_showrooms_line() -> None:
    with pytest.raises(DomainError, match="There is no such request line here"):
        do(placed(), cancel(), act(by=STRANGER, of=OTHER_SHOWROOM))


def test_a_basket_splits_in_the_order_in_which_distributors_were_first_thought_of() -> None:
    lines = [part("a", LOOMIS), part("b", KRAVEL), part("c", LOOMIS)]
    split = split_by_distributor(lines)
    assert {who: [one.request_id for one in parts] for who, parts in split.items()} == {
        LOOMIS: ["a", "c"],
        KRAVEL: ["b"],
    }
    assert list(split) == [LOOMIS, KRAVEL]


def test_the_public_number_of_a_line_follows_its_place() -> None:
    assert line_number("KRA-1042", 3) == "KRA-1042-3"


@pytest.mark.parametrize(
    ("amounts", "status"),
    [
        ({}, "pending"),
        ({"shipped": 3}, "shipped"),
        ({"backordered": 3}, "backordered"),
        ({"will_not_ship": 3}, "will_not_ship"),
        ({"cancelled": 3}, "cancelled"),
        ({"shipped": 1}, "in_part"),
        ({"shipped": 2, "will_not_ship": 1}, "in_part"),
    ],
)
def test_one_word_says_how_a_line_stands(amounts: dict[str, int], status: str) -> None:
    records = placed()
    line = records.change(records.need(RequestLine, "l1"), **amounts)
    assert line_status(line) == status
