"""Two desks of one showroom, offline and online."""

from datetime import timedelta

from shared_models.designers.operations import AddDesigner, DesignerCard, EditDesigner
from shared_models.kernel.ids import DesignerId, LoanId, new_id
from shared_models.library.operations import SetSidemark
from shared_models.library.records import Loan
from shared_models.reviews.records import ReviewItem
from tests.builders.server import SmallWorld
from tests.sync_scenarios.conftest import MakeStation


def test_what_one_desk_lends_offline_the_other_sees_after_both_have_synced(
    world: SmallWorld, station: MakeStation
) -> None:
    first, second = station(world.clerk, "first"), station(world.rep, "second")
    first.client.unplug()
    lent = first.lend(world.copies[0], world.designer)
    assert first.sync().state == "offline"
    assert first.state_of(lent) == "waiting"
    assert first.desk.outbox.waiting_count() == 1

    first.client.plug_in()
    assert first.sync().state == "synced"
    assert first.state_of(lent) == "applied"
    assert second.sync().state == "synced"
    assert [loan.copy_id for loan in second.desk.database.read().records(Loan)] == [world.copies[0].id]
    assert first.library() == second.library()


def test_a_copy_lent_at_two_offline_desks_keeps_both_loans_and_asks_somebody_to_look(
    world: SmallWorld, station: MakeStation
) -> None:
    first, second = station(world.clerk, "first"), station(world.rep, "second")
    first.client.unplug()
    second.client.unplug()
    # Both clocks are right; a clock that ran ahead would be corrected when its desk syncs.
    first.clock.advance(timedelta(minutes=-20))
    early = first.lend(world.copies[0], world.designer)
    first.clock.advance(timedelta(minutes=20))
    late = second.lend(world.copies[0], world.second_designer)
    for one in (first, second):
        one.client.plug_in()
    # The later loan reaches the server first: the order of arrival must not decide who had the copy.
    second.sync()
    first.sync()
    second.sync()

    loans = {loan.designer_id: loan for loan in first.desk.database.read().records(Loan)}
    assert loans[world.designer.id].ended_as == "return_not_recorded"
    assert loans[world.second_designer.id].returned_at is None
    items = first.desk.database.read().records(ReviewItem)
    assert [item.code for item in items] == ["return_not_recorded"]
    assert "Paloma Winslow" in items[0].sentence
    assert first.library() == second.library()
    assert {first.state_of(early), second.state_of(late)} == {"needs_review", "applied"}


def test_a_refused_operation_holds_back_only_what_builds_on_it(world: SmallWorld, station: MakeStation) -> None:
    first, second = station(world.clerk, "first"), station(world.rep, "second")
    first.client.unplug()
    second.desk.record(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name="A", card_barcode="CARD1")))
    second.sync()

    taken_id = DesignerId(new_id())
    refused = first.desk.record(
        AddDesigner(designer_id=taken_id, card=DesignerCard(name="Nora Blythe", card_barcode="CARD1"))
    ).operation_id
    edited = first.desk.record(
        EditDesigner(designer_id=taken_id, card=DesignerCard(name="Nora Blythe", firm="Blythe & Co"))
    ).operation_id
    elsewhere = first.lend(world.copies[0], world.designer)
    first.client.plug_in()
    report = first.sync()

    assert first.state_of(refused) == "refused"
    assert first.desk.outbox.get(refused).sentence == "Card CARD1 belongs to A."
    assert first.state_of(edited) == "waiting"
    assert first.state_of(elsewhere) == "applied"
    assert report.state == "waiting"
    assert "1 still waiting, 1 of them behind something that was refused" in report.sentence
    # What was refused no longer shows, and nothing of the other desk's card was lost.
    names = {row[0] for row in first.desk.database.read().rows("SELECT name FROM designers")}
    assert "Nora Blythe" not in names
    assert "A" in names


def test_a_refused_operation_that_is_sent_again_lets_the_others_follow(world: SmallWorld, station: MakeStation) -> None:
    first, second = station(world.clerk, "first"), station(world.rep, "second")
    other = DesignerId(new_id())
    second.desk.record(AddDesigner(designer_id=other, card=DesignerCard(name="A", card_barcode="CARD1")))
    mine = DesignerId(new_id())
    refused = first.desk.record(
        AddDesigner(designer_id=mine, card=DesignerCard(name="Nora Blythe", card_barcode="CARD1"))
    ).operation_id
    edited = first.desk.record(
        EditDesigner(designer_id=mine, card=DesignerCard(name="Nora Blythe", firm="Blythe & Co"))
    ).operation_id
    second.sync()
    first.sync()
    assert first.state_of(refused) == "refused"
    second.desk.record(EditDesigner(designer_id=other, card=DesignerCard(name="A", card_barcode="")))
    second.sync()
    first.sync()

    again = first.desk.outbox.send_again(refused, at=first.clock.now())
    assert first.sync().state == "synced"
    assert first.state_of(again) == "applied"
    assert first.state_of(edited) == "applied"
    assert first.desk.database.read().value("SELECT firm FROM designers WHERE id = ?", mine) == "Blythe & Co"
    assert first.desk.outbox.needs_attention() == []


def test_a_refused_operation_that_is_discarded_lets_the_others_be_judged(
    world: SmallWorld, station: MakeStation
) -> None:
    first, second = station(world.clerk, "first"), station(world.rep, "second")
    second.desk.record(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name="A", card_barcode="CARD1")))
    second.sync()
    first.client.unplug()
    mine = DesignerId(new_id())
    refused = first.desk.record(
        AddDesigner(designer_id=mine, card=DesignerCard(name="Nora Blythe", card_barcode="CARD1"))
    ).operation_id
    edited = first.desk.record(EditDesigner(designer_id=mine, card=DesignerCard(name="Nora"))).operation_id
    first.client.plug_in()
    first.sync()
    first.desk.outbox.discard(refused, at=first.clock.now())
    first.sync()
    assert first.state_of(edited) == "refused"
    assert first.desk.outbox.get(edited).sentence == "There is no such designer here."
    assert first.desk.outbox.waiting_count() == 0


def test_days_of_offline_work_settle_in_one_round_and_both_desks_agree(world: SmallWorld, station: MakeStation) -> None:
    first, second = station(world.clerk, "first"), station(world.rep, "second")
    for one in (first, second):
        one.client.unplug()
    for number in range(120):
        copy = world.copies[number % 5]
        desk = (first, second)[number % 2]
        desk.clock.advance(timedelta(minutes=7))
        if number % 3 == 2:
            desk.take_back(copy)
        else:
            desk.lend(copy, (world.designer, world.second_designer)[number % 2])
    loans = first.desk.database.read().records(Loan, "WHERE returned_at IS NULL ORDER BY id LIMIT 2")
    first.desk.record(SetSidemark(loan_ids=tuple(LoanId(loan.id) for loan in loans), sidemark="Lobby"))
    for one in (first, second):
        one.client.plug_in()
        assert one.sync().state == "synced"
    assert first.sync().state == "synced"
    assert first.library() == second.library()
    open_loans = first.desk.database.read().rows(
        "SELECT copy_id, count(*) FROM loans WHERE returned_at IS NULL GROUP BY copy_id HAVING count(*) > 1"
    )
    assert open_loans == []
