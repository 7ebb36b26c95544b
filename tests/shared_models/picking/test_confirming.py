"""Printing tickets and confirming lines, all at once and in parts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import ConfirmationId, LineId, OrderId, RequestId, WaveId
from shared_models.picking.operations import ConfirmedLine, ConfirmLines, PrintTickets
from shared_models.picking.records import Confirmation, ConfirmationLine, Outcome, PickWave
from shared_models.reviews.records import ReviewItem
from shared_models.sample_orders.operations import CancelLine, OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sample_orders.rules import may_still_ship, pending
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import KRAVEL, LOOMIS, PICKER, act, at, do, pick, world

DECEMBER = date(2026, 12, 4)


def asked_for(quantity: int = 5) -> MemoryRecords:
    """Kravel is asked for some Ochre (line `l1`) and one Slate (line `l2`)."""
    records = world()
    items = (
        OrderedItem(line_id=LineId("l1"), item_no="01354.010", title="Marlow Stripe, Ochre", quantity=quantity),
        OrderedItem(line_id=LineId("l2"), item_no="02200.050", title="Fenwick Plaid, Slate"),
    )
    part = RequestPart(request_id=RequestId("r1"), distributor_id=KRAVEL, items=items)
    do(records, PlaceSampleOrder(order_id=OrderId("o1"), parts=(part,), ship_to=ShipTo(name="Halden")), act())
    return records


def said(
    outcome: Outcome, quantity: int, line: str = "l1", *, until: date | None = None, reason: str = ""
) -> ConfirmedLine:
    why = reason or ("The mill has closed the colour" if outcome == "will_not_ship" else "")
    return ConfirmedLine(
        line_id=LineId(line), outcome=outcome, quantity=quantity, until_on=until, reason=why, replacement_item_no=""
    )


def confirm(records: MemoryRecords, *lines: ConfirmedLine, number: str = "c1") -> None:
    operation = ConfirmLines(
        confirmation_id=ConfirmationId(number),
        request_id=RequestId("r1"),
        lines=lines,
        carrier="UPS",
        tracking_no="1Z999",
    )
    pick(records, operation, when=at(14))


def amounts(records: MemoryRecords, line: str = "l1") -> dict[str, int]:
    row = records.need(RequestLine, line)
    named = {
        "shipped": row.shipped,
        "backordered": row.backordered,
        "will_not_ship": row.will_not_ship,
        "cancelled": row.cancelled,
        "pending": pending(row),
    }
    return {what: amount for what, amount in named.items() if amount}


def test_a_shipped_line_carries_its_carrier_and_tracking_number() -> None:
    records = asked_for()
    confirm(records, said("shipped", 5))
    line = records.need(RequestLine, "l1")
    assert amounts(records) == {"shipped": 5}
    assert (line.carrier, line.tracking_no, line.last_confirmed_at) == ("UPS", "1Z999", at(14))


def test_a_line_may_meet_three_fates_in_one_confirmation() -> None:
    records = asked_for()
    confirm(records, said("shipped", 2), said("backordered", 2, until=DECEMBER), said("will_not_ship", 1))
    line = records.need(RequestLine, "l1")
    assert amounts(records) == {"shipped": 2, "backordered": 2, "will_not_ship": 1}
    assert (line.backordered_until, line.reason) == (DECEMBER, "The mill has closed the colour")
    assert [(one.outcome, one.quantity) for one in records.all(ConfirmationLine)] == [
        ("shipped", 2),
        ("backordered", 2),
        ("will_not_ship", 1),
    ]


def test_a_line_confirmed_in_parts_keeps_what_is_left_open() -> None:
    records = asked_for()
    confirm(records, said("shipped", 2), number="c1")
    assert amounts(records) == {"shipped": 2, "pending": 3}
    confirm(records, said("shipped", 3), number="c2")
    assert amounts(records) == {"shipped": 5}


def test_the_confirmation_remembers_who_said_it_and_when() -> None:
    records = asked_for()
    confirm(records, said("shipped", 1))
    one = records.need(Confirmation, "c1")
    assert (one.request_id, one.confirmed_by_name, one.confirmed_at) == ("r1", "Pia Lund", at(14))


def test_what_was_backordered_ships_later_and_its_date_is_gone() -> None:
    records = asked_for()
    confirm(records, said("backordered", 5, until=DECEMBER), number="c1")
    confirm(records, said("shipped", 3), number="c2")
    assert amounts(records) == {"shipped": 3, "backordered": 2}
    assert records.need(RequestLine, "l1").backordered_until == DECEMBER
    confirm(records, said("shipped", 2), number="c3")
    assert amounts(records) == {"shipped": 5}
    assert records.need(RequestLine, "l1").backordered_until is None


def test_what_was_backordered_may_in_the_end_not_come() -> None:
    records = asked_for()
    confirm(records, said("backordered", 5, until=DECEMBER), number="c1")
    confirm(records, said("will_not_ship", 5), number="c2")
    assert amounts(records) == {"will_not_ship": 5}
    assert records.need(RequestLine, "l1").backordered_until is None


def test_saying_backordered_again_only_gives_a_new_date() -> None:
    records = asked_for()
    confirm(records, said("backordered", 5, until=DECEMBER), number="c1")
    confirm(records, said("backordered", 5, until=date(2027, 1, 8)), number="c2")
    assert amounts(records) == {"backordered": 5}
    assert records.need(RequestLine, "l1").backordered_until == date(2027, 1, 8)


def test_more_than_is_open_is_refused_with_what_is_open() -> None:
    records = asked_for()
    confirm(records, said("shipped", 2), number="c1")
    with pytest.raises(DomainError, match="Only 3 of Marlow Stripe, Ochre are still open, not 4") as refused:
        confirm(records, said("shipped", 4), number="c2")
    assert refused.value.facts == {"line_id": "l1", "still_open": 3}


def test_two_entries_of_one_confirmation_together_cannot_be_more_than_is_open() -> None:
    with pytest.raises(DomainError, match="Only 1 of Marlow Stripe, Ochre are still open, not 2"):
        confirm(asked_for(), said("shipped", 4), said("will_not_ship", 2))


@pytest.mark.parametrize("outcome", ["shipped", "backordered", "will_not_ship"])
def test_a_settled_line_cannot_be_confirmed_again(outcome: Outcome) -> None:
    records = asked_for()
    confirm(records, said("shipped", 5), number="c1")
    with pytest.raises(DomainError, match="Marlow Stripe, Ochre is already settled"):
        confirm(records, said(outcome, 1), number="c2")


def test_a_confirmation_cannot_be_entered_twice() -> None:
    records = asked_for()
    confirm(records, said("shipped", 1), number="c1")
    with pytest.raises(DomainError, match="This confirmation was already entered"):
        confirm(records, said("shipped", 1), number="c1")


def cancelled(quantity: int = 5, *, shipped_before: int = 0) -> MemoryRecords:
    """Line `l1` after the showroom no longer wants what had not left of it."""
    records = asked_for(quantity)
    if shipped_before:
        confirm(records, said("shipped", shipped_before), number="c0")
    do(records, CancelLine(request_id=RequestId("r1"), line_id=LineId("l1")), act())
    return records


def test_goods_that_left_after_the_line_was_cancelled_are_shipped_and_somebody_looks_at_it() -> None:
    records = cancelled(5, shipped_before=2)
    confirm(records, said("shipped", 2))
    line = records.need(RequestLine, "l1")
    assert amounts(records) == {"shipped": 4, "cancelled": 1}
    assert line.tracking_no == "1Z999"
    (item,) = records.all(ReviewItem)
    assert (item.organisation_id, item.code, item.about_id) == (KRAVEL, "shipped_after_cancellation", "l1")
    assert item.sentence == (
        "Halden & Reyes had cancelled 2 of Marlow Stripe, Ochre. They left all the same and count as shipped; "
        "it is told."
    )


@pytest.mark.parametrize("outcome", ["backordered", "will_not_ship"])
def test_a_word_about_what_was_cancelled_is_void_and_does_not_hold_up_what_left(outcome: Outcome) -> None:
    records = cancelled()
    confirm(records, said(outcome, 5, until=DECEMBER), said("shipped", 1, line="l2"))
    assert amounts(records) == {"cancelled": 5}
    assert amounts(records, "l2") == {"shipped": 1}
    line = records.need(RequestLine, "l1")
    assert (line.backordered_until, line.reason) == (None, "")
    assert [one.line_id for one in records.all(ConfirmationLine)] == ["l2"]
    assert [item.code for item in records.all(ReviewItem)] == ["cancelled_meanwhile"]


def test_more_than_was_ever_asked_for_is_refused_even_when_it_was_cancelled() -> None:
    with pytest.raises(DomainError, match="Only 5 of Marlow Stripe, Ochre are still open, not 6"):
        confirm(cancelled(), said("shipped", 6))


def test_what_left_all_the_same_cannot_leave_twice() -> None:
    records = cancelled()
    confirm(records, said("shipped", 5), number="c1")
    with pytest.raises(DomainError, match="already settled"):
        confirm(records, said("shipped", 1), number="c2")


def test_will_not_ship_needs_a_reason() -> None:
    with pytest.raises(DomainError, match="Say why Marlow Stripe, Ochre will not ship"):
        confirm(asked_for(), said("will_not_ship", 1, reason="   "))


def test_nothing_is_confirmed_by_an_empty_confirmation_or_a_quantity_of_none() -> None:
    with pytest.raises(DomainError, match="Confirm at least one line"):
        confirm(asked_for())
    with pytest.raises(DomainError, match="Confirm at least 1 of Marlow Stripe, Ochre"):
        confirm(asked_for(), said("shipped", 0))


def test_a_line_of_another_request_is_not_confirmed_here() -> None:
    with pytest.raises(DomainError, match="There is no such request line here"):
        confirm(asked_for(), said("shipped", 1, line="somebody-elses"))


def test_another_distributor_does_not_see_the_request() -> None:
    operation = ConfirmLines(
        confirmation_id=ConfirmationId("c1"), request_id=RequestId("r1"), lines=(said("shipped", 1),)
    )
    with pytest.raises(DomainError, match="There is no such sample request here"):
        do(asked_for(), operation, act(by=PICKER, of=LOOMIS))


def test_printing_counts_each_print_and_remembers_the_wave() -> None:
    records = asked_for()
    for wave in ("w1", "w2"):
        pick(records, PrintTickets(wave_id=WaveId(wave), request_ids=(RequestId("r1"),)), when=at(8))
    request = records.need(SampleRequest, "r1")
    assert (request.times_printed, request.last_printed_at) == (2, at(8))
    assert [(wave.id, wave.request_ids) for wave in records.all(PickWave)] == [("w1", ("r1",)), ("w2", ("r1",))]


def test_an_empty_wave_or_another_distributors_request_is_not_printed() -> None:
    with pytest.raises(DomainError, match="Choose at least one request"):
        pick(asked_for(), PrintTickets(wave_id=WaveId("w"), request_ids=()))
    with pytest.raises(DomainError, match="There is no such sample request here"):
        do(asked_for(), PrintTickets(wave_id=WaveId("w"), request_ids=(RequestId("r1"),)), act(of=LOOMIS))


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["shipped", "backordered", "will_not_ship"]), st.integers(-1, 8)),
        st.tuples(st.just("cancel"), st.just(0)),
    ),
    max_size=12,
)


@given(st.integers(1, 9), _STEPS)
def test_whatever_is_confirmed_or_cancelled_the_amounts_of_a_line_add_up(
    quantity: int, steps: list[tuple[str, int]]
) -> None:
    records = asked_for(quantity)
    for number, (what, amount) in enumerate(steps):
        before = records.need(RequestLine, "l1")
        trial = records.copy()
        try:
            if what == "cancel":
                do(trial, CancelLine(request_id=RequestId("r1"), line_id=LineId("l1")), act())
            else:
                confirm(trial, said(what, amount), number=f"c{number}")  # type: ignore[arg-type]
        except DomainError:
            continue
        records = trial
        line = records.need(RequestLine, "l1")
        five = (line.shipped, line.backordered, line.will_not_ship, line.cancelled, pending(line))
        assert sum(five) == line.quantity == quantity
        assert min(five) >= 0
        assert line.shipped >= before.shipped
        assert line.will_not_ship >= before.will_not_ship
        assert may_still_ship(line) <= may_still_ship(before)
        assert line.cancelled >= before.cancelled or line.shipped - before.shipped >= before.cancelled - line.cancelled
        assert (line.backordered > 0) or line.backordered_until is None
