"""Operations settle once, each by itself, and a repeat is answered like the first time."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from shared_models.accounts.records import Membership
from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, ReturnId, new_id
from shared_models.kernel.operation import Module, Operation
from shared_models.library.operations import CheckOutCopy, ReturnCopy
from shared_models.library.records import Copy, Loan
from shared_models.reviews.records import ReviewItem
from shared_models.sync.streams import library, reviews
from sync_server.features.accounts.actions import end_membership, end_module
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.tables import RECEIPTS
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation


def lend(world: SmallWorld, copy: Copy | None = None, designer_id: str = "") -> CheckOutCopy:
    return CheckOutCopy(
        loan_id=LoanId(new_id()),
        copy_id=CopyId((copy or world.copies[0]).id),
        designer_id=DesignerId(designer_id or world.designer.id),
        due_on=world.copies[0].added_at.date(),
    )


def new_designer(name: str) -> AddDesigner:
    return AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=name))


def loans(server: RunningServer) -> list[Loan]:
    with server.database.reading() as connection:
        return ServerRecords(connection).find(Loan)


@pytest.fixture
def desk(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.clerk, world.showroom)


def test_an_applied_operation_is_seen_at_the_positions_that_its_outcome_names(
    desk: WireStation, world: SmallWorld
) -> None:
    desk.pull_all()
    operation = lend(world)
    (outcome,) = desk.push(operation)
    assert outcome.result == "applied"
    assert outcome.positions.keys() == {library(world.showroom.id)}
    desk.pull_all()
    assert desk.have[library(world.showroom.id)] == outcome.positions[library(world.showroom.id)]
    assert operation.loan_id in desk.records(library(world.showroom.id), "loans")


def test_a_batch_sent_again_gets_the_same_outcomes_and_changes_nothing(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    envelopes = [desk.envelope(lend(world, copy)) for copy in world.copies]
    envelopes.append(desk.envelope(lend(world, world.other_copy)))
    first = desk.push(*envelopes)
    before = loans(server)
    assert desk.push(*envelopes) == first
    assert desk.push(envelopes[2], envelopes[5]) == [first[2], first[5]]
    assert [outcome.result for outcome in first] == ["applied"] * 5 + ["refused"]
    assert loans(server) == before


def test_an_operation_that_comes_again_under_another_station_is_still_the_same_one(
    server: RunningServer, desk: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    envelope = desk.envelope(lend(world))
    first = desk.push(envelope)
    anew = station(world.clerk, world.showroom)
    anew.last_seq = 40
    assert anew.push(msgspec.structs.replace(envelope, station_seq=41)) == first
    assert len(loans(server)) == 1


def test_the_same_id_with_other_words_is_a_conflict_and_nothing_of_the_batch_is_stored(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    envelope = desk.envelope(lend(world))
    desk.push(envelope)
    other = desk.envelope(lend(world, world.copies[1]), id=envelope.id)
    answer = desk.send([desk.envelope(lend(world, world.copies[2])), other])
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["facts"]) == ("body_differs", {"operation_id": envelope.id})
    assert [loan.copy_id for loan in loans(server)] == [world.copies[0].id]


def test_one_number_used_for_two_operations_means_a_copied_station(desk: WireStation, world: SmallWorld) -> None:
    desk.push(lend(world))
    answer = desk.send([desk.envelope(lend(world, world.copies[1]), station_seq=1)])
    assert (answer.status_code, answer.json()["code"]) == (409, "station_copied")


def test_one_poisoned_operation_among_500_does_not_hold_up_the_others(desk: WireStation) -> None:
    envelopes = [desk.envelope(new_designer(f"Designer {number}")) for number in range(499)]
    poison = desk.envelope(new_designer("x"), payload=msgspec.Raw(b'{"designer_id": 7, "card": null}'))
    outcomes = desk.push(*envelopes[:250], poison, *envelopes[250:])
    assert [outcome.result for outcome in outcomes] == ["applied"] * 250 + ["refused"] + ["applied"] * 249
    assert outcomes[250].code == "malformed_operation"
    assert outcomes[250].sentence


@pytest.mark.parametrize("text", ["nul \x00 in it", "x" * 20_000, "\u202e right to left", "'; DROP TABLE loans; --"])
def test_odd_text_is_stored_or_refused_but_never_a_fault(desk: WireStation, text: str) -> None:
    (outcome, after) = desk.push(new_designer(text), new_designer("Plain Name"))
    assert outcome.result in ("applied", "refused")
    assert after.result == "applied"


@pytest.mark.parametrize(
    ("name", "version", "result", "code"),
    [("NoSuchThing", 1, "refused", "unknown_operation"), ("CheckOutCopy", 99, "retry", "newer_operation")],
)
def test_an_operation_of_a_newer_program_waits_and_one_that_never_was_is_refused(
    desk: WireStation, world: SmallWorld, name: str, version: int, result: str, code: str
) -> None:
    (outcome,) = desk.push(desk.envelope(lend(world), name=name, version=version))
    assert (outcome.result, outcome.code) == (result, code)


def test_what_builds_on_a_refused_operation_is_held_and_not_stored(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    refused = desk.envelope(lend(world, world.other_copy))
    builds = desk.envelope(lend(world), after=[refused.id])
    builds_further = desk.envelope(lend(world, world.copies[1]), after=[builds.id])
    free = desk.envelope(lend(world, world.copies[2]))
    outcomes = desk.push(refused, builds, builds_further, free)
    assert [outcome.result for outcome in outcomes] == ["refused", "retry", "retry", "applied"]
    assert {outcome.code for outcome in outcomes[1:3]} == {"held"}
    assert [loan.copy_id for loan in loans(server)] == [world.copies[2].id]
    settled = [msgspec.structs.replace(one, after=[]) for one in (builds, builds_further)]
    assert [outcome.result for outcome in desk.push(*settled)] == ["applied", "applied"]


def test_a_module_that_has_ended_refuses_what_was_done_after_and_takes_what_was_done_before(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    now = server.clock.now()
    last_day = now.date() - timedelta(days=3)
    server.database.write_unit(
        lambda connection: end_module(connection, world.showroom, Module.SAMPLE_CHECKOUT, last_day=last_day)
    )
    before = desk.envelope(lend(world), made_at=now - timedelta(days=5))
    after = desk.envelope(lend(world, world.copies[1]))
    outcomes = desk.push(before, after)
    assert [outcome.result for outcome in outcomes] == ["applied", "refused"]
    assert outcomes[1].code == "module_missing"


def test_a_picker_may_not_lend_and_a_stranger_may_not_act_for_a_showroom(
    world: SmallWorld, station: StationMaker
) -> None:
    bench = station(world.picker, world.distributor)
    (as_picker,) = bench.push(lend(world))
    (as_stranger,) = bench.push(bench.envelope(lend(world), organisation_id=world.showroom.id))
    assert (as_picker.result, as_picker.code) == ("refused", "role_missing")
    assert (as_stranger.result, as_stranger.code) == ("refused", "not_a_member")


def test_who_left_the_organisation_still_hears_what_became_of_old_operations_but_does_nothing_new(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    envelope = desk.envelope(lend(world))
    first = desk.push(envelope)
    with server.database.reading() as connection:
        (member,) = ServerRecords(connection).find(Membership, person_id=world.clerk.id)
    server.database.write_unit(lambda connection: end_membership(connection, world.clerk, world.showroom, member.role))
    assert desk.push(envelope) == first
    assert desk.push(lend(world, world.copies[1]))[0].code == "not_a_member"


def foreign_operations(world: SmallWorld) -> list[Operation]:
    foreign = CopyId(world.other_copy.id)
    return [
        lend(world, world.other_copy),
        lend(world, designer_id=world.other_designer.id),
        ReturnCopy(return_id=ReturnId(new_id()), copy_id=foreign),
    ]


def test_a_foreign_record_is_refused_in_the_same_words_as_one_that_never_was(
    desk: WireStation, world: SmallWorld
) -> None:
    outcomes = desk.push(*foreign_operations(world))
    never_was = desk.push(lend(world, msgspec.structs.replace(world.copies[0], id=new_id())))
    assert {(outcome.result, outcome.code) for outcome in outcomes} == {("refused", "not_found")}
    assert never_was[0].sentence == outcomes[0].sentence


def test_a_copy_lent_at_two_desks_stays_with_the_later_and_both_desks_are_asked_to_look(
    world: SmallWorld, station: StationMaker, server: RunningServer
) -> None:
    first, second = station(world.clerk, world.showroom), station(world.rep, world.showroom)
    now = server.clock.now()
    early = first.envelope(lend(world), made_at=now - timedelta(hours=2))
    late = second.envelope(lend(world, designer_id=world.second_designer.id), made_at=now - timedelta(hours=1))
    assert second.push(late)[0].result == "applied"
    (outcome,) = first.push(early)
    assert (outcome.result, outcome.code) == ("needs_review", "return_not_recorded")
    assert "Paloma Winslow" in outcome.sentence
    assert outcome.positions.keys() == {library(world.showroom.id), reviews(world.showroom.id)}
    by_designer = {loan.designer_id: loan for loan in loans(server)}
    assert by_designer[world.designer.id].ended_as == "return_not_recorded"
    assert by_designer[world.second_designer.id].returned_at is None
    for desk in (first, second):
        desk.pull_all()
        assert len(desk.records(reviews(world.showroom.id), ReviewItem.TABLE.name)) == 1


def test_a_station_whose_clock_is_hours_off_does_not_act_in_the_future(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    now = server.clock.now()
    ahead = timedelta(hours=7)
    envelopes = [
        desk.envelope(lend(world), made_at=now + ahead - timedelta(minutes=30)),
        desk.envelope(lend(world, world.copies[1]), made_at=now + ahead + timedelta(days=400)),
    ]
    assert desk.send(envelopes, station_clock=now + ahead).status_code == 200
    lent_at = {loan.copy_id: loan.lent_at for loan in loans(server)}
    assert abs(lent_at[world.copies[0].id] - (now - timedelta(minutes=30))) < timedelta(seconds=10)
    assert lent_at[world.copies[1].id] <= server.clock.now()
    with server.database.reading() as connection:
        drifts = connection.execute(select(RECEIPTS.c.drift_ms)).scalars().all()
    assert all(-25_210_000 < drift < -25_190_000 for drift in drifts)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"station_clock": "yesterday", "operations": []}',
        b'{"station_clock": "2026-01-01T00:00:00", "operations": []}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_push_is_told_so_in_a_sentence(desk: WireStation, body: bytes) -> None:
    answer = desk.http.post(
        desk.server.url + "/v1/operations", data=body, headers={"content-type": "application/json"}, timeout=10
    )
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == "malformed"
    assert "Traceback" not in answer.text


def test_more_than_500_operations_and_more_than_8_megabytes_are_too_much(desk: WireStation) -> None:
    too_many = [desk.envelope(new_designer(str(number))) for number in range(501)]
    assert desk.send(too_many).json()["code"] == "batch_too_long"
    too_large = desk.send([desk.envelope(new_designer("x" * 9_000_000))])
    assert (too_large.status_code, too_large.json()["code"]) == (413, "too_large")


def test_a_fault_of_ours_in_one_operation_keeps_it_waiting_and_lets_the_others_through(
    server: RunningServer, desk: WireStation, world: SmallWorld, expect_log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trips(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ReturnCopy, "apply", trips)
    expect_log("ERROR sync_server.features.sync.apply: operation .* failed")
    broken = desk.envelope(ReturnCopy(return_id=ReturnId(new_id()), copy_id=CopyId(world.copies[0].id)))
    outcomes = desk.push(broken, lend(world))
    assert [outcome.result for outcome in outcomes] == ["retry", "applied"]
    monkeypatch.undo()
    assert desk.push(broken)[0].result == "applied"
