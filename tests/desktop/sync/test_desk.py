"""Recording at the desk: one transaction, the right person, and what builds on what."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.sync.desk import Desk
from desktop.sync.outbox import OLDEST_WAITING
from desktop.sync.rebase import take_outcomes
from shared_models.accounts.records import Membership, ModuleGrant
from shared_models.designers.operations import AddDesigner, DesignerCard, EditDesigner
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, ReturnId, new_id
from shared_models.library.operations import CheckOutCopy, ReturnCopy
from shared_models.library.records import Loan
from shared_models.sync.wire import Outcome
from tests.builders.desk import IVERSON, NINE, WINSLOW, make_desk

DUE = date(2026, 12, 24)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(tmp_path)
    yield made
    made.close()


def lend(copy_id: str = "copy-chevron", designer_id: str = WINSLOW) -> CheckOutCopy:
    return CheckOutCopy(
        loan_id=LoanId(new_id()), copy_id=CopyId(copy_id), designer_id=DesignerId(designer_id), due_on=DUE
    )


def outcome(operation_id: str, result: str, **more: object) -> Outcome:
    return Outcome(operation_id=operation_id, result=result, **more)  # type: ignore[arg-type]


def test_what_is_recorded_shows_at_once_and_waits(desk: Desk) -> None:
    recorded = desk.record(lend())
    assert recorded.kinds == {"loans"}
    assert desk.database.read().value("SELECT count(*) FROM loans WHERE returned_at IS NULL") == 1
    assert desk.outbox.waiting_count() == 1
    assert desk.outbox.oldest_waiting_at() == NINE
    assert desk.outbox.get(recorded.operation_id).station_seq == 1


def test_a_copy_that_is_still_out_raises_a_sentence(desk: Desk) -> None:
    desk.record(lend())
    assert isinstance(desk.clock, SettableClock)
    desk.clock.advance(timedelta(hours=1))
    recorded = desk.record(lend(designer_id=IVERSON))
    assert len(recorded.reviews) == 1
    assert "Anjali Iverson while it was still out to Paloma Winslow" in recorded.reviews[0]


def test_a_refusal_stores_nothing(desk: Desk) -> None:
    with pytest.raises(DomainError, match="There is no such copy here"):
        desk.record(lend("copy-nobody-knows"))
    assert desk.outbox.waiting_count() == 0
    assert desk.database.read().value("SELECT count(*) FROM loans") == 0


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (Membership, "You no longer work for this organisation"),
        (ModuleGrant, "Your organisation does not have Sample Checkout today"),
    ],
)
def test_what_the_person_may_not_do_is_not_recorded(
    desk: Desk, kind: type[Membership] | type[ModuleGrant], sentence: str
) -> None:
    with desk.database.write() as records:
        for record in records.find(kind):
            records.delete(record)
    with pytest.raises(DomainError, match=sentence):
        desk.record(lend())
    assert desk.outbox.waiting_count() == 0


def test_listeners_hear_of_it_after_it_is_durable(desk: Desk) -> None:
    heard: list[int] = []
    desk.on_recorded(lambda _recorded: heard.append(desk.outbox.waiting_count()))
    desk.record(lend())
    assert heard == [1]


def test_numbers_have_no_gap_even_after_a_refusal(desk: Desk) -> None:
    desk.record(lend())
    with pytest.raises(DomainError):
        desk.record(lend("copy-nobody-knows"))
    desk.record(lend("copy-marlow"))
    assert [entry.station_seq for entry in desk.outbox.operations()] == [2, 1]


def test_the_age_of_the_oldest_waiting_one_is_looked_up_and_not_searched_for(desk: Desk) -> None:
    assert desk.outbox.oldest_waiting_at() is None
    first = desk.record(lend()).operation_id
    clock = desk.clock
    assert isinstance(clock, SettableClock)
    clock.advance(timedelta(hours=1))
    desk.record(lend("copy-marlow"))
    assert desk.outbox.oldest_waiting_at() == NINE
    plan = desk.database.read().rows(f"EXPLAIN QUERY PLAN {OLDEST_WAITING}")
    found_by = "USING COVERING INDEX ix_operations_open (state=?)"
    assert [step[3] for step in plan] == [f"SEARCH operations {found_by}"]
    take_outcomes(desk.database, [outcome(first, "refused", code="x", sentence="No.")], at=NINE)
    assert desk.outbox.oldest_waiting_at() == NINE + timedelta(hours=1)
    desk.outbox.send_again(first, at=NINE)
    assert desk.outbox.oldest_waiting_at() == NINE, "sent again, it is as old as it was"


def test_an_operation_builds_on_those_that_made_what_it_uses(desk: Desk) -> None:
    nora = DesignerId(new_id())
    added = desk.record(AddDesigner(designer_id=nora, card=DesignerCard(name="Nora Blythe"))).operation_id
    edited = desk.record(EditDesigner(designer_id=nora, card=DesignerCard(name="Nora B."))).operation_id
    lent = desk.record(lend("copy-chevron", nora)).operation_id
    back = desk.record(ReturnCopy(return_id=ReturnId(new_id()), copy_id=CopyId("copy-chevron"))).operation_id
    elsewhere = desk.record(lend("copy-marlow")).operation_id
    assert desk.outbox.get(edited).after == (added,)
    # The loan needs the designer, not the change of her card.
    assert desk.outbox.get(lent).after == (added,)
    assert desk.outbox.get(back).after == (lent,)
    assert desk.outbox.get(elsewhere).after == ()


def test_grounds_are_found_again_after_a_restart(desk: Desk) -> None:
    nora = DesignerId(new_id())
    added = desk.record(AddDesigner(designer_id=nora, card=DesignerCard(name="Nora Blythe"))).operation_id
    desk.outbox.read_again()
    assert desk.outbox.get(desk.record(lend("copy-chevron", nora)).operation_id).after == (added,)


def test_a_refused_operation_loses_its_effect_and_later_ones_keep_theirs(desk: Desk) -> None:
    refused = desk.record(lend("copy-chevron")).operation_id
    desk.record(lend("copy-marlow"))
    take_outcomes(desk.database, [outcome(refused, "refused", code="x", sentence="No.")], at=NINE)
    assert [loan.copy_id for loan in desk.database.read().records(Loan)] == ["copy-marlow"]
    assert [entry.sentence for entry in desk.outbox.needs_attention()] == ["No."]
    assert desk.outbox.attention_count() == 1
    assert desk.outbox.unsettled_count() == 2


def test_an_accepted_operation_keeps_its_effect_until_the_servers_has_arrived(desk: Desk) -> None:
    lent = desk.record(lend()).operation_id
    with desk.database.write() as records:
        records.connection.execute("INSERT INTO streams VALUES ('showroom:x:library', 4, 0, 0, 0, NULL)")
    positions = {"showroom:x:library": 5, "a stream of somebody else": 9}
    take_outcomes(desk.database, [outcome(lent, "applied", positions=positions)], at=NINE)
    assert desk.outbox.get(lent).state == "sent"
    assert desk.database.read().value("SELECT count(*) FROM loans") == 1
    assert desk.outbox.waiting_count() == 0


def test_an_operation_that_the_server_wants_again_stays_waiting(desk: Desk) -> None:
    lent = desk.record(lend()).operation_id
    take_outcomes(desk.database, [outcome(lent, "retry", code="held", sentence="Later.")], at=NINE)
    entry = desk.outbox.get(lent)
    assert (entry.state, entry.sentence) == ("waiting", "Later.")


def test_only_a_refused_operation_can_be_discarded_or_sent_again(desk: Desk) -> None:
    waiting = desk.record(lend()).operation_id
    with pytest.raises(DomainError, match="Only an operation that was refused"):
        desk.outbox.discard(waiting, at=NINE)
    with pytest.raises(DomainError, match="Only an operation that was refused"):
        desk.outbox.send_again(waiting, at=NINE)
    take_outcomes(desk.database, [outcome(waiting, "refused", sentence="No.")], at=NINE)
    desk.outbox.discard(waiting, at=NINE)
    with pytest.raises(DomainError, match="Only an operation that was refused"):
        desk.outbox.discard(waiting, at=NINE)
    assert desk.outbox.unsettled_count() == 0
