"""Pushes that wait at the same time settle in one transaction, and each is still its own."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, DesignerId, LineId, LoanId, OrderId, RequestId, new_id
from shared_models.library.operations import CheckOutCopy
from shared_models.library.records import Copy, Loan
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sample_orders.records import SampleRequest
from shared_models.sync.streams import library
from shared_models.sync.wire import Outcome, PushRequest
from sync_server.app import reactions_of
from sync_server.features.accounts.revocation import revoke_station
from sync_server.features.accounts.tokens import end_all_of_person
from sync_server.features.mail.tables import MAIL_ATTACHMENTS, MAIL_OUTBOX
from sync_server.features.sample_orders.letters import request_letter
from sync_server.features.sync.apply import Pushed, read_push, settle_pushes
from sync_server.features.sync.deferred_records import DeferredRecords
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import read_heads
from sync_server.features.sync.tables import RECEIPTS
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation


def lend(world: SmallWorld, copy: Copy, designer_id: str = "") -> CheckOutCopy:
    return CheckOutCopy(
        loan_id=LoanId(new_id()),
        copy_id=CopyId(copy.id),
        designer_id=DesignerId(designer_id or world.designer.id),
        due_on=copy.added_at.date(),
    )


def new_designer(name: str) -> AddDesigner:
    return AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=name))


def order(world: SmallWorld, *distributors: str) -> PlaceSampleOrder:
    parts = tuple(
        RequestPart(
            request_id=RequestId(new_id()),
            distributor_id=one,
            items=(OrderedItem(line_id=LineId(new_id()), item_no="1354.1.0"),),
        )
        for one in distributors
    )
    return PlaceSampleOrder(order_id=OrderId(new_id()), parts=parts, ship_to=ShipTo(name="Paloma Winslow"))


Together = Callable[..., list[list[Outcome] | DomainError]]


@pytest.fixture
def together(server: RunningServer) -> Together:
    """Settles pushes of several stations in one transaction, as the server does with those that wait."""

    def settle(*pushes: tuple[WireStation, list[Any]]) -> list[list[Outcome] | DomainError]:
        def unit(connection: Connection) -> list[list[Outcome] | DomainError]:
            now = server.clock.now()
            gate = server.gate
            pushed = [
                Pushed(request, gate.within(connection, station.signed_in.token, now), read_push(request))
                for station, envelopes in pushes
                for request in [PushRequest(station_clock=now, operations=envelopes)]
            ]
            return settle_pushes(connection, pushed, now=now, reactions=reactions_of(server.settings))

        return server.database.write_unit(unit)

    return settle


def test_pushes_of_several_stations_share_a_position_and_each_hears_of_its_own(
    together: Together, world: SmallWorld, station: StationMaker
) -> None:
    first, second = station(world.clerk, world.showroom), station(world.rep, world.showroom)
    first.pull_all()
    one, other = first.envelope(new_designer("One")), second.envelope(new_designer("Other"))
    mine, theirs = together((first, [one]), (second, [other]))
    assert isinstance(mine, list)
    assert isinstance(theirs, list)
    assert [mine[0].operation_id, theirs[0].operation_id] == [one.id, other.id]
    assert mine[0].positions == theirs[0].positions
    first.pull_all()
    assert first.have[library(world.showroom.id)] == mine[0].positions[library(world.showroom.id)]


def test_a_later_push_of_a_group_sees_what_an_earlier_one_did(
    together: Together, world: SmallWorld, station: StationMaker
) -> None:
    first, second = station(world.clerk, world.showroom), station(world.rep, world.showroom)
    early = first.envelope(lend(world, world.copies[0]))
    late = second.envelope(lend(world, world.copies[0], world.second_designer.id))
    mine, theirs = together((first, [early]), (second, [late]))
    assert isinstance(mine, list)
    assert isinstance(theirs, list)
    assert (mine[0].result, theirs[0].result) == ("applied", "needs_review")


def test_a_push_that_cannot_be_settled_takes_no_other_with_it(
    together: Together, server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    first, second = station(world.clerk, world.showroom), station(world.rep, world.showroom)
    known = first.envelope(new_designer("Known"))
    first.push(known)
    before = first.envelope(order(world, world.distributor.id))
    forged = first.envelope(new_designer("Forged"), id=known.id)
    good = second.envelope(new_designer("Good"))
    refused, settled = together((first, [before, forged]), (second, [good]))
    assert isinstance(refused, DomainError)
    assert refused.code == "body_differs"
    assert isinstance(settled, list)
    assert settled[0].result == "applied"
    with server.database.reading() as connection:
        names = {one.name for one in ServerRecords(connection).find(Designer, showroom_id=world.showroom.id)}
        mails = connection.execute(select(MAIL_OUTBOX.c.id)).all()
        receipts = set(connection.execute(select(RECEIPTS.c.operation_id)).scalars())
    assert "Good" in names
    assert "Forged" not in names
    assert mails == []
    assert receipts == {known.id, good.id}


def test_a_refused_operation_leaves_nothing_of_itself_in_what_the_next_ones_read_and_write(
    together: Together, server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    """The order is refused at its second part, after its first was stored, numbered by nobody and mailed to nobody."""
    desk = station(world.clerk, world.showroom)
    broken = order(world, world.distributor.id, "no such distributor")
    again = msgspec.structs.replace(broken, parts=broken.parts[:1])
    (outcomes,) = together((desk, [desk.envelope(broken), desk.envelope(again)]))
    assert isinstance(outcomes, list)
    assert [outcome.result for outcome in outcomes] == ["refused", "applied"]
    with server.database.reading() as connection:
        mails = connection.execute(select(MAIL_OUTBOX.c.subject)).scalars().all()
    assert len(mails) == 1
    assert "KRA-1001" in mails[0]


def test_a_reaction_that_fails_takes_back_what_it_wrote_itself(
    server: RunningServer, world: SmallWorld, station: StationMaker, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = station(world.clerk, world.showroom)
    failing = order(world, world.distributor.id)

    def refuse_after(self: Any, context: Any, request: Any, distributor: Any, recipient: str) -> None:
        original(self, context, request, distributor, recipient)
        if request.id == failing.parts[0].request_id:
            raise DomainError("not_today", "Not today.")

    from sync_server.features.sample_orders.reactions import RequestMails

    original = RequestMails._ask
    monkeypatch.setattr(RequestMails, "_ask", refuse_after)
    kept = order(world, world.distributor.id)
    (outcomes,) = together((desk, [desk.envelope(failing), desk.envelope(kept)]))
    assert isinstance(outcomes, list)
    assert [outcome.result for outcome in outcomes] == ["refused", "applied"]
    with server.database.reading() as connection:
        mails = connection.execute(select(MAIL_OUTBOX.c.about_id)).scalars().all()
        numbers = {one.id: one.number for one in ServerRecords(connection).find(SampleRequest)}
    assert mails == [kept.parts[0].request_id]
    assert numbers == {kept.parts[0].request_id: "KRA-1001"}
    following = order(world, world.distributor.id)
    desk.push(following)
    with server.database.reading() as connection:
        assert ServerRecords(connection).need(SampleRequest, following.parts[0].request_id).number == "KRA-1002"


def test_a_mail_whose_occasion_was_written_before_is_not_written_again_nor_attached_anew(
    server: RunningServer, world: SmallWorld, station: StationMaker, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same letter twice in one transaction, and once more in the next."""

    def always_the_same(*arguments: Any, **words: Any) -> Any:
        return msgspec.structs.replace(request_letter(*arguments, **words), dedupe_key="the same")

    monkeypatch.setattr("sync_server.features.sample_orders.reactions.request_letter", always_the_same)
    desk = station(world.clerk, world.showroom)
    first = order(world, world.distributor.id)
    together((desk, [desk.envelope(first), desk.envelope(order(world, world.distributor.id))]))
    desk.push(order(world, world.distributor.id))
    with server.database.reading() as connection:
        mails = connection.execute(select(MAIL_OUTBOX.c.id, MAIL_OUTBOX.c.about_id)).all()
        attached = connection.execute(select(MAIL_ATTACHMENTS.c.mail_id)).scalars().all()
    assert [mail.about_id for mail in mails] == [first.parts[0].request_id]
    assert attached == [mails[0].id]


def test_what_the_database_refuses_at_the_end_is_found_one_by_one(
    world: SmallWorld, station: StationMaker, monkeypatch: pytest.MonkeyPatch, server: RunningServer
) -> None:
    desk = station(world.clerk, world.showroom)

    def trips(self: DeferredRecords) -> None:
        self._run("INSERT INTO stream_heads (stream) VALUES (NULL)")

    monkeypatch.setattr(DeferredRecords, "flush", trips)
    outcomes = desk.push(new_designer("One"), lend(world, world.other_copy), new_designer("Two"))
    assert [outcome.result for outcome in outcomes] == ["applied", "refused", "applied"]
    with server.database.reading() as connection:
        assert len(ServerRecords(connection).find(Designer, showroom_id=world.showroom.id)) == 4


def test_many_stations_pushing_at_once_all_hear_of_their_own_and_the_stream_adds_up(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    desks = [station(world.clerk, world.showroom) for _ in range(6)]
    heard: list[tuple[str, Outcome]] = []

    def work(desk: WireStation) -> None:
        for number in range(8):
            envelope = desk.envelope(new_designer(f"{desk.signed_in.station_id} {number}"))
            heard.append((envelope.id, desk.push(envelope)[0]))

    threads = [threading.Thread(target=work, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 48
    assert all(sent == outcome.operation_id and outcome.result == "applied" for sent, outcome in heard)
    desks[0].pull_all()
    stream = library(world.showroom.id)
    with server.database.reading() as connection:
        head = read_heads(connection, [stream])[stream]
    assert desks[0].checksum(stream) == f"{head.checksum:016x}"


def test_batches_that_order_from_the_same_distributors_in_any_order_do_not_block_one_another(
    world: SmallWorld, station: StationMaker
) -> None:
    """The numbers of requests are rows that stay locked until the commit."""
    houses = (world.distributor.id, world.other_distributor.id)
    desks = (station(world.clerk, world.showroom), station(world.other_clerk, world.other_showroom))
    results: list[str] = []

    def work(desk: WireStation, first: int) -> None:
        for _ in range(5):
            batch = [order(world, houses[(first + number) % 2]) for number in range(6)]
            results.extend(outcome.result for outcome in desk.push(*batch))

    threads = [threading.Thread(target=work, args=(desk, number)) for number, desk in enumerate(desks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["applied"] * 60


def revoke(connection: Connection, desk: WireStation, now: datetime) -> None:
    revoke_station(connection, desk.signed_in.station_id, now)


def end_person(connection: Connection, desk: WireStation, now: datetime) -> None:
    end_all_of_person(connection, desk.signed_in.person_id, now)


@pytest.mark.parametrize(("shut_out", "status"), [(revoke, 410), (end_person, 401)])
def test_who_is_shut_out_is_shut_out_at_the_next_request_however_often_the_token_was_seen(
    server: RunningServer, world: SmallWorld, station: StationMaker, shut_out: Callable[..., None], status: int
) -> None:
    desk = station(world.clerk, world.showroom)
    desk.push(lend(world, world.copies[0]))
    desk.pull_all()
    server.database.write_unit(lambda connection: shut_out(connection, desk, server.clock.now()))
    assert desk.send([desk.envelope(lend(world, world.copies[1]))]).status_code == status
    assert desk.post("/v1/streams/changes", {"have": {}}).status_code == status
    with server.database.reading() as connection:
        assert len(ServerRecords(connection).find(Loan)) == 1
