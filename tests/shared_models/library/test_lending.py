"""Lending and taking back, at one desk and at two desks that do not hear of each other for a while."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, ReturnId
from shared_models.kernel.operation import Act, Operation
from shared_models.library.operations import (
    CheckOutCopy,
    ReturnCopy,
    SetSidemark,
    TakeBackCheckOut,
    TakeBackReturn,
)
from shared_models.library.records import Copy, CopyReturn, Loan
from shared_models.reviews.records import ReviewItem
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import (
    ANN,
    BEA,
    CLERK,
    FOREIGN_DESIGNER,
    MONDAY,
    OCHRE,
    OTHER_SHOWROOM,
    STRANGER,
    act,
    at,
    do,
    world,
)


class Scan(NamedTuple):
    """One operation and who did it when."""

    operation: Operation
    act: Act


def lend(loan: str, to: str, when: datetime, *, desk: str = "desk-1") -> Scan:
    operation = CheckOutCopy(
        loan_id=LoanId(loan),
        copy_id=CopyId(OCHRE),
        designer_id=DesignerId(to),
        due_on=MONDAY + timedelta(days=14),
        sidemark="Lake house",
    )
    return Scan(operation, act(at=when, station=desk))


def give_back(number: str, when: datetime, *, desk: str = "desk-1") -> Scan:
    return Scan(ReturnCopy(return_id=ReturnId(number), copy_id=CopyId(OCHRE)), act(at=when, station=desk))


def undo_lending(loan: str, when: datetime, *, desk: str = "desk-1") -> Scan:
    return Scan(TakeBackCheckOut(loan_id=LoanId(loan), copy_id=CopyId(OCHRE)), act(at=when, station=desk))


def undo_return(number: str, when: datetime, *, desk: str = "desk-1") -> Scan:
    return Scan(TakeBackReturn(return_id=ReturnId(number), copy_id=CopyId(OCHRE)), act(at=when, station=desk))


def arrive(records: MemoryRecords, *scans: Scan) -> None:
    for scan in scans:
        do(records, scan.operation, scan.act)


def loan_of(records: MemoryRecords, key: str) -> Loan:
    loan = records.get(Loan, key)
    assert loan is not None
    return loan


def still_out(records: MemoryRecords) -> list[Loan]:
    return records.find(Loan, copy_id=OCHRE, returned_at=None)


def open_reviews(records: MemoryRecords) -> list[str]:
    return [item.sentence for item in records.find(ReviewItem, resolved_at=None)]


# --- one desk ------------------------------------------------------------------------------------------


def test_a_lent_copy_is_out_to_the_designer_from_that_moment() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)))
    loan = loan_of(records, "L1")
    assert (loan.designer_id, loan.lent_at, loan.lent_by, loan.sidemark) == (ANN, at(9), CLERK, "Lake house")
    assert loan.due_on == MONDAY + timedelta(days=14)
    assert loan.returned_at is None
    assert still_out(records) == [loan]
    assert [touch.key for touch in records.touched] == ["L1"]


def test_a_return_ends_the_loan_whoever_brings_the_copy() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)), give_back("R1", at(11)))
    loan = loan_of(records, "L1")
    assert (loan.returned_at, loan.returned_by, loan.ended_as) == (at(11), CLERK, "returned")
    assert records.need(CopyReturn, "R1").loan_id == "L1"
    assert open_reviews(records) == []


def test_the_return_of_a_copy_that_was_never_lent_is_recorded_and_no_error() -> None:
    records = world()
    arrive(records, give_back("R1", at(11)))
    assert records.need(CopyReturn, "R1").loan_id == ""
    assert records.all(Loan) == []


def test_a_second_scan_of_a_returned_copy_ends_nothing_more() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)), give_back("R1", at(11)), give_back("R2", at(11, 1)))
    assert loan_of(records, "L1").returned_at == at(11)
    assert [back.loan_id for back in records.all(CopyReturn)] == ["L1", ""]


@pytest.mark.parametrize("status", ["lost", "kept"])
def test_a_lost_or_kept_copy_that_passes_the_desk_is_in_the_library_again(status: str) -> None:
    for scan in (give_back("R1", at(11)), lend("L1", ANN, at(11))):
        records = world()
        records.change(records.need(Copy, OCHRE), status=status)
        arrive(records, scan)
        assert records.need(Copy, OCHRE).status == "active"


def test_a_copy_lent_and_returned_many_times_has_one_loan_for_each() -> None:
    records = world()
    for day in range(5):
        arrive(
            records,
            lend(f"L{day}", ANN, at(9) + timedelta(days=day)),
            give_back(f"R{day}", at(10) + timedelta(days=day)),
        )
    assert [loan.ended_as for loan in records.all(Loan)] == ["returned"] * 5
    assert [back.loan_id for back in records.all(CopyReturn)] == ["L0", "L1", "L2", "L3", "L4"]


def test_scans_of_one_desk_keep_their_order_when_its_clock_is_set_back_between_them() -> None:
    records = world()
    arrive(
        records,
        lend("L0", ANN, at(8)),
        give_back("R0", at(8, 30)),
        lend("L1", BEA, at(10, 5)),
        give_back("R1", at(10, 1)),
        lend("L2", ANN, at(10, 0)),
    )
    assert loan_of(records, "L1").ended_as == "returned"
    assert loan_of(records, "L2").returned_at is None
    assert open_reviews(records) == []


def test_scans_of_one_desk_keep_their_order_when_its_clock_stands_still() -> None:
    records = world()
    arrive(records, lend("Z", ANN, at(9)), give_back("M", at(9)), lend("A", BEA, at(9)))
    assert [(loan.id, loan.ended_as) for loan in records.all(Loan)] == [("A", ""), ("Z", "returned")]
    assert open_reviews(records) == []


def test_the_sidemark_of_a_visit_is_written_on_each_of_its_loans() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)))
    do(records, SetSidemark(loan_ids=(LoanId("L1"),), sidemark="  Harbor penthouse "), act(at=at(9, 5)))
    assert loan_of(records, "L1").sidemark == "Harbor penthouse"


# --- undo ----------------------------------------------------------------------------------------------


def test_undoing_a_check_out_leaves_the_copy_on_the_shelf() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)), undo_lending("L1", at(9, 1)))
    assert loan_of(records, "L1").ended_as == "undone"
    assert still_out(records) == []


def test_undoing_twice_is_the_same_as_once() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)), undo_lending("L1", at(9, 1)), undo_lending("L1", at(9, 2)))
    assert loan_of(records, "L1").returned_at == at(9, 1)
    assert records.touched == []


def test_undoing_a_check_out_opens_the_loan_again_that_it_had_closed_and_settles_the_review() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)), lend("L2", BEA, at(11)))
    assert loan_of(records, "L1").ended_as == "return_not_recorded"
    assert len(open_reviews(records)) == 1
    arrive(records, undo_lending("L2", at(11, 1)))
    assert loan_of(records, "L1").returned_at is None
    assert loan_of(records, "L1").ended_as == ""
    assert open_reviews(records) == []


def test_undoing_a_return_lets_the_loan_go_on() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)), give_back("R1", at(11)), undo_return("R1", at(11, 1)))
    loan = loan_of(records, "L1")
    assert (loan.returned_at, loan.returned_by, loan.ended_as) == (None, "", "")
    assert records.need(CopyReturn, "R1").undone


def test_undoing_a_return_of_a_copy_that_was_lent_anew_says_that_a_return_is_missing() -> None:
    records = world()
    arrive(
        records,
        lend("L1", ANN, at(9)),
        give_back("R1", at(10)),
        lend("L2", BEA, at(11), desk="desk-2"),
        undo_return("R1", at(11, 1)),
    )
    assert loan_of(records, "L1").ended_as == "return_not_recorded"
    assert loan_of(records, "L2").returned_at is None
    assert len(open_reviews(records)) == 1


def test_a_mistaken_loan_that_another_desk_lent_over_can_still_be_undone() -> None:
    records = world()
    arrive(
        records,
        lend("L2", BEA, at(11), desk="desk-2"),
        lend("L1", ANN, at(10)),
        undo_lending("L1", at(10, 1)),
    )
    assert loan_of(records, "L1").ended_as == "undone"
    assert open_reviews(records) == []


# --- two desks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("first_to_arrive", [0, 1])
def test_the_same_copy_lent_at_two_desks_is_out_to_whom_it_went_last_and_a_review_says_so(first_to_arrive: int) -> None:
    records = world()
    scans = [lend("L1", ANN, at(9), desk="desk-1"), lend("L2", BEA, at(10), desk="desk-2")]
    arrive(records, scans[first_to_arrive], scans[1 - first_to_arrive])
    earlier, later = loan_of(records, "L1"), loan_of(records, "L2")
    assert (earlier.returned_at, earlier.ended_as) == (at(10), "return_not_recorded")
    assert later.returned_at is None
    (sentence,) = open_reviews(records)
    assert sentence == (
        "Marlow Stripe, Ochre went to Bea Bright while it was still out to Ann Abbott. "
        "The loan to Ann Abbott was closed as “return not recorded”."
    )
    assert [item.about_id for item in records.all(ReviewItem)] == ["L1"]


@pytest.mark.parametrize("first_to_arrive", [0, 1])
def test_the_same_copy_lent_twice_to_the_same_designer_needs_nobody_to_look(first_to_arrive: int) -> None:
    records = world()
    scans = [lend("L1", ANN, at(9), desk="desk-1"), lend("L2", ANN, at(10), desk="desk-2")]
    arrive(records, scans[first_to_arrive], scans[1 - first_to_arrive])
    assert [loan.ended_as for loan in records.all(Loan)] == ["return_not_recorded", ""]
    assert records.all(ReviewItem) == []


def test_the_missing_return_arriving_late_ends_the_loan_truly_and_settles_the_review() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)), lend("L2", BEA, at(11), desk="desk-2"))
    assert len(open_reviews(records)) == 1
    arrive(records, give_back("R1", at(10)))
    assert (loan_of(records, "L1").ended_as, loan_of(records, "L1").returned_at) == ("returned", at(10))
    assert loan_of(records, "L2").returned_at is None
    assert open_reviews(records) == []
    assert records.all(ReviewItem)[0].resolved_by == CLERK


def test_a_check_out_that_arrives_after_the_copy_was_lent_on_and_returned_leaves_nothing_open() -> None:
    records = world()
    arrive(
        records,
        lend("L2", BEA, at(11), desk="desk-2"),
        give_back("R2", at(12), desk="desk-2"),
        lend("L1", ANN, at(10)),
    )
    assert loan_of(records, "L1").ended_as == "return_not_recorded"
    assert loan_of(records, "L2").ended_as == "returned"
    assert still_out(records) == []


def test_a_check_out_that_arrives_after_its_return_was_scanned_at_another_desk_is_ended_by_it() -> None:
    records = world()
    arrive(records, give_back("R1", at(12), desk="desk-2"), lend("L1", ANN, at(10)))
    assert (loan_of(records, "L1").ended_as, loan_of(records, "L1").returned_at) == ("returned", at(12))
    assert records.need(CopyReturn, "R1").loan_id == "L1"
    assert open_reviews(records) == []


def test_when_a_third_desk_tells_of_a_loan_in_between_the_review_names_the_right_people() -> None:
    records = world()
    arrive(
        records, lend("L1", ANN, at(9)), lend("L3", ANN, at(13), desk="desk-2"), lend("L2", BEA, at(11), desk="desk-3")
    )
    assert sorted(item.about_id for item in records.find(ReviewItem, resolved_at=None)) == ["L1", "L2"]
    assert loan_of(records, "L1").returned_at == at(11)


_SCANS = (
    lend("L1", ANN, at(9), desk="desk-1"),
    give_back("R1", at(10), desk="desk-2"),
    lend("L2", BEA, at(11), desk="desk-3"),
    lend("L3", ANN, at(12), desk="desk-4"),
    give_back("R2", at(13), desk="desk-5"),
)


def _facts(records: MemoryRecords) -> object:
    return (
        records.all(Loan),
        records.all(CopyReturn),
        sorted((item.about_id, item.sentence) for item in records.find(ReviewItem, resolved_at=None)),
    )


def test_five_desks_may_tell_in_any_of_120_orders_and_the_library_is_the_same() -> None:
    in_time = world()
    arrive(in_time, *_SCANS)
    for order in permutations(_SCANS):
        records = world()
        arrive(records, *order)
        assert _facts(records) == _facts(in_time)


@given(
    st.lists(
        st.tuples(st.sampled_from(["lend to Ann", "lend to Bea", "return"]), st.integers(0, 40)),
        max_size=8,
        unique_by=lambda one: one[1],
    ),
    st.randoms(use_true_random=False),
)
def test_whatever_desks_did_the_order_of_arrival_does_not_matter(did: list[tuple[str, int]], chance: object) -> None:
    scans = []
    for number, (what, minute) in enumerate(did):
        desk, when = f"desk-{number}", at(9, minute)
        scans.append(
            give_back(f"R{number}", when, desk=desk)
            if what == "return"
            else lend(f"L{number}", ANN if what.endswith("Ann") else BEA, when, desk=desk)
        )
    in_time, mixed = world(), world()
    arrive(in_time, *sorted(scans, key=lambda scan: scan.act.made_at))
    shuffled = list(scans)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    arrive(mixed, *shuffled)
    assert _facts(mixed) == _facts(in_time)
    assert sum(loan.returned_at is None for loan in mixed.all(Loan)) <= 1


def test_a_station_can_take_every_change_back_in_one_go() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)), give_back("R1", at(10)))
    before = msgspec.json.encode(_facts(records))
    arrive(records, lend("L2", BEA, at(9, 30), desk="desk-2"))
    records.undo(records.touched)
    assert msgspec.json.encode(_facts(records)) == before


# --- refusals ------------------------------------------------------------------------------------------


def test_a_copy_of_another_showroom_does_not_exist_here() -> None:
    for scan in (lend("L1", ANN, at(9)), give_back("R1", at(9))):
        with pytest.raises(DomainError, match="There is no such copy here") as refused:
            scan.operation.apply(world(), act(by=STRANGER, of=OTHER_SHOWROOM))
        assert refused.value.code == "not_found"


def test_a_designer_of_another_showroom_cannot_be_lent_to() -> None:
    with pytest.raises(DomainError, match="There is no such designer here"):
        arrive(world(), lend("L1", FOREIGN_DESIGNER, at(9)))


def test_a_loan_cannot_be_entered_twice() -> None:
    records = world()
    arrive(records, lend("L1", ANN, at(9)))
    with pytest.raises(DomainError, match="This loan was already entered"):
        arrive(records, lend("L1", ANN, at(9)))
