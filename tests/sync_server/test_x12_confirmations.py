"""A distributor's own system confirms sample requests by X12 855."""

import pytest
import requests

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import LineId, OrderId, RequestId, new_id
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sync.streams import orders
from sync_server.features.picking.x12_answers import read_answers
from sync_server.foundation.x12.notes import Notes
from tests.builders.server import SmallWorld, StationMaker, WireStation
from tests.builders.x12 import interchange, lines


@pytest.fixture
def system(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.master, world.distributor)


@pytest.fixture
def number(world: SmallWorld, station: StationMaker, system: WireStation) -> str:
    """Of a request for two of 1354.1.0 and two of 1354.2.0."""
    items = tuple(OrderedItem(line_id=LineId(new_id()), item_no=f"1354.{place}.0", quantity=2) for place in (1, 2))
    part = RequestPart(request_id=RequestId(new_id()), distributor_id=world.distributor.id, items=items)
    placed = PlaceSampleOrder(order_id=OrderId(new_id()), parts=(part,), ship_to=ShipTo(name="Paloma Winslow"))
    (outcome,) = station(world.clerk, world.showroom).push(placed)
    assert outcome.result == "applied"
    (request,) = system.get("/v1/requests").json()["requests"]
    return str(request["request"]["number"])


def answer(number: str, text: str) -> str:
    return interchange("855", [["BAK", "00", "AD", number, "20261124"], *lines(text)])


def post(system: WireStation, body: str | bytes) -> requests.Response:
    return system.http.post(
        f"{system.server.url}/v1/requests/confirmations",
        data=body.encode() if isinstance(body, str) else body,
        headers={"content-type": "application/edi-x12"},
        timeout=30,
    )


def test_an_855_confirms_lines_and_a_repeat_changes_nothing(
    system: WireStation, number: str, world: SmallWorld, station: StationMaker
) -> None:
    text = answer(
        number,
        """
        REF*2I*1Z9
        TD5*****UPS GROUND
        PO1*1*2*EA***VN*1354.1.0
        ACK*AC*1*EA
        ACK*IB*1*EA*067*20261220
        PO1**2*EA***VN*1354.2.0
        ACK*IR*2*EA****VN*1354.9.0
        MSG*No longer woven
        CTT*2
        """,
    )
    first, again = post(system, text), post(system, text)
    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert first.json() == again.json()
    assert first.json()["not_used"] == []
    (request,) = first.json()["requests"]
    one, other = (line["line"] for line in request["lines"])
    assert (one["shipped"], one["backordered"], one["backordered_until"]) == (1, 1, "2026-12-20")
    assert (one["carrier"], one["tracking_no"]) == ("UPS GROUND", "1Z9")
    assert (other["will_not_ship"], other["reason"], other["replacement_item_no"]) == (2, "No longer woven", "1354.9.0")
    desk = station(world.clerk, world.showroom)
    desk.pull_all()
    assert len(desk.records(orders(world.showroom.id), "confirmations")) == 1


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("AC", "shipped"),
        ("IA", "shipped"),
        ("IB", "backordered"),
        ("BP", "backordered"),
        ("IR", "will_not_ship"),
        ("ID", "will_not_ship"),
    ],
)
def test_each_code_has_its_outcome(code: str, outcome: str) -> None:
    (found,) = read_answers(answer("CTH-1001", f"PO1*2*1*EA\nACK*{code}"), Notes())
    assert [(line.outcome, line.position, line.quantity) for line in found.lines] == [(outcome, 2, 1)]


def test_what_is_not_used_is_told(system: WireStation, number: str) -> None:
    text = answer(number, "PER*IC*Dana\nN1*SE*Calder\nPO1*1*1*EA\nACK*AC*1*EA*011*20261124\nDTM*011*20261124")
    answered = post(system, text)
    assert answered.json()["not_used"] == [
        "PER (segment 5)",
        "N1 SE (segment 6)",
        "ACK05 of AC (segment 8)",
        "DTM 011 (segment 9)",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PO1*1*2*EA\nACK*DR", "Segment 6 (ACK), element 1 (ACK01), “DR”, confirms nothing"),
        ("PO1*1*2*YD\nACK*AC", "Segment 5 (PO1), element 3 (PO103), “YD”, is not EA"),
        ("PO1*1*2*EA\nACK*AC*1.5*EA", "Segment 6 (ACK), element 2 (ACK02), “1.5”, is no whole number"),
        ("PO1*1\nACK*AC", "Segment 6 (ACK), element 2 (ACK02), is missing, and PO102 gives no quantity"),
        ("PO1**2*EA\nACK*AC", "Segment 5 (PO1), element 1 (PO101), is missing"),
        ("PO1*A*2*EA\nACK*AC", "Segment 5 (PO1), element 1 (PO101), “A”, is no number of a line"),
        ("ACK*AC*1*EA", "Segment 5 (ACK) stands before the first PO1"),
        ("PO1*1*2*EA", "Segment 6 (SE) ends an answer without any ACK"),
        ("PO1*1*2*EA\nACK*AC\nCTT*2", "Segment 7 (CTT), element 1 (CTT01), “2”, should be 1"),
        ("REF*2I*1\nREF*2I*2\nPO1*1*2*EA\nACK*AC", "Segment 6 (REF), element 2 (REF02), “2”, is a second tracking"),
        ("LIN*1*VN*1", "Segment 5 (LIN) has no place in an 855 that confirms"),
    ],
)
def test_a_fault_is_named(text: str, words: str) -> None:
    with pytest.raises(DomainError) as caught:
        read_answers(answer("CTH-1001", text), Notes())
    assert words in caught.value.sentence


def test_what_the_request_does_not_have_is_named_and_nothing_is_confirmed(system: WireStation, number: str) -> None:
    for text, words in (
        ("PO1*3*2*EA\nACK*AC", "Segment 5 (PO1) is about no line of request"),
        ("PO1*1*2*EA***VN*1354.2.0\nACK*AC", "Segment 5 (PO1) is about no line of request"),
        ("PO1*1*3*EA\nACK*AC", "Segment 4 (BAK) cannot be taken: Only 2 of"),
    ):
        answered = post(system, answer(number, text))
        assert answered.status_code in (404, 422), answered.text
        assert words in answered.json()["sentence"]
    (request,) = system.get("/v1/requests").json()["requests"]
    assert [line["status"] for line in request["lines"]] == ["pending", "pending"]


def test_one_set_that_cannot_be_taken_takes_back_the_others(system: WireStation, number: str) -> None:
    good = [["BAK", "00", "AD", number, "20261124"], *lines("PO1*1*2*EA\nACK*AC")]
    bad = [["BAK", "00", "AD", "CTH-9", "20261124"], *lines("PO1*1*2*EA\nACK*AC")]
    answered = post(system, interchange("855", good, bad))
    assert (answered.status_code, answered.json()["code"]) == (404, "not_found")
    assert "element 3 (BAK03), “CTH-9”, is the number of no sample request here" in answered.json()["sentence"]
    (request,) = system.get("/v1/requests").json()["requests"]
    assert request["lines"][0]["status"] == "pending"


def test_the_same_control_numbers_with_other_words_are_a_conflict(system: WireStation, number: str) -> None:
    post(system, answer(number, "PO1*1*2*EA\nACK*AC"))
    answered = post(system, answer(number, "PO1*1*1*EA\nACK*AC"))
    assert (answered.status_code, answered.json()["code"]) == (409, "body_differs")


def test_other_sets_and_no_x12_are_refused(system: WireStation, number: str) -> None:
    for body in (interchange("850", lines(f"BEG*00*SA*{number}**20261124\nPO1*1*1*EA")), b"{}", b"", b"\xff\x00ISA"):
        answered = post(system, body)
        assert answered.status_code == 422, answered.text
        assert answered.json()["sentence"].startswith("Segment ")


def test_another_distributor_cannot_answer_and_a_showroom_may_not(
    number: str, world: SmallWorld, station: StationMaker
) -> None:
    text = answer(number, "PO1*1*2*EA\nACK*AC")
    rival, desk = station(world.other_picker, world.other_distributor), station(world.clerk, world.showroom)
    assert (post(rival, text).status_code, post(desk, text).status_code) == (404, 403)
