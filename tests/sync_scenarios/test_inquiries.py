"""A distributor is asked and answers, between real stations with and without a network."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.sync.client import Trouble
from shared_models.follow_up.records import Reserve
from shared_models.inquiries.operations import AnswerInquiry, AskDistributor, InquiryId, WithdrawInquiry
from shared_models.inquiries.records import Inquiry
from shared_models.inquiries.rules import Standing, standing
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from sync_server.features.accounts.actions import end_line
from sync_server.features.mail.queries import list_mail
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station
from tests.sync_scenarios.test_follow_up import publish

HEADER = "reserve_no,line_no,showroom_code,item_no,qty,expires_at,status\n"
NOW = datetime.now(UTC)
SOON, LONG = ((NOW + timedelta(**by)).isoformat() for by in ({"hours": 2}, {"days": 6}))
FRIDAY = (NOW + timedelta(days=5)).date()
Post = Callable[[str], None]


@pytest.fixture
def post(server: RunningServer, world: SmallWorld, tmp_path: Path) -> Post:
    """The distributor's next file of reserves."""
    return lambda rows: publish(server, world, tmp_path, "reserves", HEADER + rows)


@pytest.fixture
def desk(post: Post, world: SmallWorld, station: MakeStation) -> Station:
    """The clerk's, who sees one reserve that expires in two hours."""
    post(f"A,1,HPS,01354.010,12.5,{SOON},ACTIVE\n")
    return station(world.clerk)


@pytest.fixture
def office(desk: Station, world: SmallWorld, station: MakeStation) -> Station:
    """The master's of the distributor."""
    return station(world.master, "office")


def ask(station: Station, world: SmallWorld) -> tuple[InquiryId, str]:
    inquiry_id = InquiryId(new_id())
    operation = AskDistributor(
        inquiry_id=inquiry_id, distributor_id=world.distributor.id, dataset="reserves", number="A", line_no="1",
        wanted="EXTEND", until_on=FRIDAY,
    )  # fmt: skip
    return inquiry_id, station.desk.record(operation).operation_id


def extend(office: Station, inquiry_id: InquiryId) -> str:
    return office.desk.record(AnswerInquiry(inquiry_id=inquiry_id, answer="AGREED", until_on=FRIDAY)).operation_id


def held(station: Station) -> list[Inquiry]:
    return station.desk.database.read().records(Inquiry, "ORDER BY asked_at")


def stands(station: Station, *, as_of: datetime | None = None) -> Standing:
    (inquiry,) = held(station)
    rows = station.desk.database.read().records(Reserve)
    return standing(inquiry, rows[0] if rows else None, as_of=as_of)


def test_what_is_asked_without_a_network_arrives_once_and_its_answer_comes_back(
    server: RunningServer, world: SmallWorld, desk: Station, office: Station, post: Post
) -> None:
    desk.client.unplug()
    inquiry_id, operation_id = ask(desk, world)
    assert desk.sync().state == "offline"
    assert (stands(desk), desk.state_of(operation_id), held(office)) == (Standing.OPEN, "waiting", [])
    desk.client.plug_in()
    for _ in range(2):
        assert desk.sync().state == "synced"
        assert office.sync().state == "synced"
    assert held(office) == held(desk)
    desk.client.unplug()
    extend(office, inquiry_id)
    office.sync()
    assert stands(desk) is Standing.OPEN
    desk.client.plug_in()
    desk.sync()
    assert stands(desk) is Standing.AGREED
    assert (held(desk)[0].answered_by_name, held(desk)[0].agreed_until_on) == (world.master.name, FRIDAY)
    post(f"A,1,HPS,01354.010,12.5,{LONG},ACTIVE\n")
    for station in (desk, office):
        station.sync()
        assert stands(station, as_of=NOW + timedelta(hours=9)) is Standing.CARRIED_OUT
    with server.database.reading() as connection:
        assert sorted(mail.kind for mail in list_mail(connection)) == ["inquiry_answered", "inquiry_asked"]


def test_a_push_whose_answer_is_lost_asks_once(
    server: RunningServer, world: SmallWorld, desk: Station, office: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, operation_id = ask(desk, world)
    push = desk.client.push

    def lose(*given: object, **named: object) -> None:
        push(*given, **named)  # type: ignore[arg-type]
        raise Trouble("offline", "The line went down before the answer came.")

    monkeypatch.setattr(desk.client, "push", lose)
    assert desk.sync().state != "synced"
    monkeypatch.undo()
    desk.sync()
    office.sync()
    assert desk.state_of(operation_id) == "applied"
    assert len(held(desk)) == len(held(office)) == 1
    with server.database.reading() as connection:
        assert len(list_mail(connection)) == 1


def test_a_line_that_ended_while_the_asker_was_away_refuses_it_and_takes_the_rows_away(
    server: RunningServer, world: SmallWorld, desk: Station
) -> None:
    _, operation_id = ask(desk, world)
    yesterday = (NOW - timedelta(days=1)).date()
    server.database.write_unit(
        lambda connection: end_line(connection, world.showroom, world.distributor, last_day=yesterday)
    )
    desk.sync()
    refused = desk.desk.outbox.get(operation_id)
    assert (refused.state, refused.code) == ("refused", "not_found")
    assert "Reserve A line 1 is not among what the distributor shows you now" in refused.sentence
    assert (held(desk), desk.desk.database.read().records(Reserve)) == ([], [])


def test_two_desks_that_ask_the_same_without_a_network_ask_once(
    world: SmallWorld, desk: Station, station: MakeStation
) -> None:
    second = station(world.clerk, "second")
    first_id, _ = ask(desk, world)
    _, operation_id = ask(second, world)
    desk.sync()
    second.sync()
    refused = second.desk.outbox.get(operation_id)
    assert (refused.state, refused.code) == ("refused", "already_asked")
    assert [one.id for one in held(second)] == [first_id]


def test_a_withdrawal_and_an_answer_that_cross_leave_one_of_them(
    world: SmallWorld, desk: Station, office: Station
) -> None:
    inquiry_id, _ = ask(desk, world)
    desk.sync()
    office.sync()
    answered = extend(office, inquiry_id)
    desk.desk.record(WithdrawInquiry(inquiry_id=inquiry_id))
    assert (stands(desk), stands(office)) == (Standing.WITHDRAWN, Standing.AGREED)
    desk.sync()
    office.sync()
    assert stands(office) is Standing.WITHDRAWN
    refused = office.desk.outbox.get(answered)
    assert (refused.state, refused.code) == ("refused", "inquiry_withdrawn")


def test_a_reserve_that_expired_cannot_be_asked_for_at_the_desk(world: SmallWorld, desk: Station) -> None:
    desk.clock.advance(timedelta(hours=3))
    with pytest.raises(DomainError, match="Reserve A line 1 expired on"):
        ask(desk, world)
    assert desk.desk.outbox.waiting_count() == 0


def test_what_the_file_released_meanwhile_is_refused_when_it_arrives(
    world: SmallWorld, desk: Station, post: Post
) -> None:
    _, operation_id = ask(desk, world)
    post(f"A,1,HPS,01354.010,12.5,{SOON},RELEASED\n")
    desk.sync()
    refused = desk.desk.outbox.get(operation_id)
    assert (refused.state, refused.code) == ("refused", "reserve_over")
    assert held(desk) == []


def test_the_next_file_without_the_agreed_day_differs_and_one_without_the_reserve_too(
    world: SmallWorld, desk: Station, office: Station, post: Post
) -> None:
    inquiry_id, _ = ask(desk, world)
    desk.sync()
    office.sync()
    extend(office, inquiry_id)
    office.sync()
    later = office.clock.now() + timedelta(hours=1)
    post(f"A,1,HPS,01354.010,11,{SOON},ACTIVE\n")
    desk.sync()
    (inquiry,) = held(desk)
    (row,) = desk.desk.database.read().records(Reserve)
    assert standing(inquiry, row, as_of=later) is Standing.DIFFERS
    assert standing(inquiry, None, as_of=later) is Standing.DIFFERS
