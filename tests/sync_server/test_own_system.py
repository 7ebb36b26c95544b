"""A distributor's own system reads its requests and answers them over HTTP."""

from typing import Any

import pytest

from shared_models.kernel.ids import LineId, OrderId, RequestId, new_id
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sync.streams import orders
from tests.builders.server import SmallWorld, StationMaker, WireStation


@pytest.fixture
def order(world: SmallWorld, station: StationMaker) -> PlaceSampleOrder:
    items = tuple(OrderedItem(line_id=LineId(new_id()), item_no=f"1354.{number}.0", quantity=2) for number in (1, 2))
    part = RequestPart(request_id=RequestId(new_id()), distributor_id=world.distributor.id, items=items)
    placed = PlaceSampleOrder(order_id=OrderId(new_id()), parts=(part,), ship_to=ShipTo(name="Paloma Winslow"))
    (outcome,) = station(world.clerk, world.showroom).push(placed)
    assert outcome.result == "applied"
    return placed


@pytest.fixture
def system(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.master, world.distributor)


def confirmation(order: PlaceSampleOrder, quantity: int = 2, **other: Any) -> dict[str, Any]:
    line = {"line_id": order.parts[0].items[0].line_id, "outcome": "shipped", "quantity": quantity}
    return {"confirmation_id": "WMS-77", "lines": [line], "carrier": "UPS", "tracking_no": "1Z9", **other}


def test_open_requests_are_listed_with_their_lines(system: WireStation, order: PlaceSampleOrder) -> None:
    (request,) = system.get("/v1/requests").json()["requests"]
    assert request["request"]["id"] == order.parts[0].request_id
    assert [(one["line"]["item_no"], one["status"]) for one in request["lines"]] == [
        ("1354.1.0", "pending"),
        ("1354.2.0", "pending"),
    ]


def test_a_confirmation_reaches_the_showroom_and_a_repeat_changes_nothing(
    system: WireStation, order: PlaceSampleOrder, world: SmallWorld, station: StationMaker
) -> None:
    path = f"/v1/requests/{order.parts[0].request_id}/confirmations"
    first, again = system.post(path, confirmation(order)), system.post(path, confirmation(order))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert [one["status"] for one in first.json()["lines"]] == ["shipped", "pending"]
    desk = station(world.clerk, world.showroom)
    desk.pull_all()
    assert len(desk.records(orders(world.showroom.id), "confirmations")) == 1


def test_the_same_confirmation_id_with_other_words_is_a_conflict(system: WireStation, order: PlaceSampleOrder) -> None:
    path = f"/v1/requests/{order.parts[0].request_id}/confirmations"
    system.post(path, confirmation(order))
    other = system.post(path, confirmation(order, quantity=1))
    assert (other.status_code, other.json()["code"]) == (409, "body_differs")


def test_more_than_is_open_is_refused_with_the_sentence_a_picker_would_read(
    system: WireStation, order: PlaceSampleOrder
) -> None:
    answer = system.post(f"/v1/requests/{order.parts[0].request_id}/confirmations", confirmation(order, quantity=3))
    assert (answer.status_code, answer.json()["code"]) == (422, "more_than_open")


def test_another_distributor_sees_nothing_and_a_showroom_may_not_ask(
    order: PlaceSampleOrder, world: SmallWorld, station: StationMaker
) -> None:
    rival = station(world.other_picker, world.other_distributor)
    assert rival.get("/v1/requests").json()["requests"] == []
    path = f"/v1/requests/{order.parts[0].request_id}/confirmations"
    foreign, never_was = (
        rival.post(path, confirmation(order)),
        rival.post(f"/v1/requests/{new_id()}/confirmations", confirmation(order)),
    )
    assert (foreign.status_code, foreign.text) == (404, never_was.text)
    desk = station(world.clerk, world.showroom)
    assert desk.get("/v1/requests").status_code == 403
