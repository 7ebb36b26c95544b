"""What is asked of a distributor reaches it and nobody else, on the screen and by mail; so does its answer."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from shared_models.accounts.records import Membership, Organisation, Person
from shared_models.inquiries.operations import AnswerInquiry, AskDistributor, InquiryId, WithdrawInquiry
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.clock import SystemClock
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Operation, Role
from shared_models.kernel.records import columns_of
from shared_models.sync.wire import Outcome
from sync_server.features.accounts.actions import add_rep_code, end_line, store_all
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.mail.messages import message_of, sender_of
from sync_server.features.mail.queries import StoredMail, list_mail
from sync_server.features.sync.records import ServerRecords
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation

TODAY = datetime.now(UTC).date()
FRIDAY = TODAY + timedelta(days=9)
SOON = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
HEADER = "reserve_no,line_no,customer_no,showroom_code,rep_code,item_no,qty,unit,sidemark,expires_at,status\n"
RESERVES = HEADER + "".join(
    f"{number},1,C1,{showroom},{rep},01354.010,12.5,YD,Penthouse,{SOON},ACTIVE\n"
    for number, showroom, rep in (("A", "HPS", ""), ("B", "", "R7"), ("C", "JRO", ""), ("D", "HPS", "R7"))
)


@pytest.fixture
def publish(server: RunningServer, world: SmallWorld, tmp_path: Path) -> Callable[[str, str], None]:
    """Posts a file of the distributor's."""

    def post(dataset: str, content: str) -> None:
        file = tmp_path / f"{dataset}.csv"
        file.write_text(content, encoding="utf-8")
        run = FeedDesk(server.database, SystemClock()).post(
            Posting(world.distributor.id, world.distributor.code, dataset), file
        )
        assert run.status == "landed", run.sentence

    return post


@pytest.fixture(autouse=True)
def morning(server: RunningServer, world: SmallWorld, publish: Callable[[str, str], None]) -> None:
    server.database.write_unit(lambda connection: add_rep_code(connection, world.rep, world.distributor, "R7"))
    publish("reserves", RESERVES)


def asking(world: SmallWorld, number: str = "A", **more: Any) -> AskDistributor:
    values = {"wanted": "EXTEND", "until_on": FRIDAY, **more}
    return AskDistributor(
        inquiry_id=InquiryId(new_id()), distributor_id=world.distributor.id, dataset="reserves", number=number,
        line_no="1", **values,
    )  # fmt: skip


def done(station: WireStation, operation: Operation) -> Outcome:
    (outcome,) = station.push(operation)
    return outcome


def seen(station: WireStation) -> set[str]:
    """The inquiries that a station has after a pull, by number of their reserve."""
    station.pull_all()
    at = columns_of(Inquiry).index("number")
    return {values[at] for rows in station.rows.values() for (table, _), values in rows.items() if table == "inquiries"}


def mails(server: RunningServer, kind: str = "") -> list[StoredMail]:
    with server.database.reading() as connection:
        return [mail for mail in list_mail(connection) if not kind or mail.kind == kind]


def stored(server: RunningServer, operation: AskDistributor) -> Inquiry:
    with server.database.reading() as connection:
        return ServerRecords(connection).need(Inquiry, operation.inquiry_id)


def test_who_asks_the_rep_of_the_row_and_the_distributors_master_see_it_and_nobody_else(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    clerk, rep, master = (
        station(world.clerk, world.showroom),
        station(world.rep, world.showroom),
        station(world.master, world.distributor),
    )
    assert done(clerk, asking(world, "A")).result == "applied"
    assert done(clerk, asking(world, "D", wanted="CFA")).result == "applied"
    assert done(rep, asking(world, "B", wanted="RELEASE")).result == "applied"
    assert (seen(clerk), seen(rep), seen(master)) == ({"A", "B", "D"}, {"B", "D"}, {"A", "B", "D"})
    others = (
        station(world.other_clerk, world.other_showroom),
        station(world.picker, world.distributor),
        station(world.other_picker, world.other_distributor),
    )
    assert [seen(other) for other in others] == [set(), set(), set()]


def test_whose_row_it_is_comes_from_its_customer_where_the_row_does_not_say(
    server: RunningServer, world: SmallWorld, station: StationMaker, publish: Callable[[str, str], None]
) -> None:
    publish("customers", "customer_no,name,showroom_code,rep_code\nC1,Winslow,HPS,r7\n")
    operation = asking(world, "A")
    assert done(station(world.clerk, world.showroom), operation).result == "applied"
    assert stored(server, operation).rep_code == "R7"
    assert seen(station(world.rep, world.showroom)) == {"A"}


@pytest.mark.parametrize(("who", "number"), [("clerk", "C"), ("clerk", "Z"), ("rep", "A"), ("other_clerk", "A")])
@pytest.mark.parametrize("more", [{}, {"until_on": date(2020, 1, 1)}, {"wanted": "QUESTION", "note": ""}])
def test_a_row_that_is_not_shown_is_answered_like_one_that_is_not_there(
    server: RunningServer, world: SmallWorld, station: StationMaker, who: str, number: str, more: dict[str, Any]
) -> None:
    house = world.other_showroom if who == "other_clerk" else world.showroom
    outcome = done(station(getattr(world, who), house), asking(world, number, **more))
    assert (outcome.result, outcome.code) == ("refused", "not_found")
    assert outcome.sentence == (
        f"Reserve {number} line 1 is not among what the distributor shows you now, so nothing was asked. Please call."
    )
    assert mails(server) == []


def test_somebody_of_two_showrooms_asks_only_about_the_rows_of_the_one_that_she_acts_for(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    second = Membership(id=new_id(), person_id=world.clerk.id, organisation_id=world.other_showroom.id, role=Role.CLERK)
    server.database.write_unit(lambda connection: store_all(connection, [second]))
    assert done(station(world.clerk, world.other_showroom), asking(world, "A")).code == "not_found"
    assert done(station(world.clerk, world.showroom), asking(world, "A")).result == "applied"


def test_a_line_that_ended_meanwhile_leaves_nobody_to_ask_and_takes_what_was_asked_away(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    clerk = station(world.clerk, world.showroom)
    assert done(clerk, asking(world, "A")).result == "applied"
    assert seen(clerk) == {"A"}
    late = clerk.envelope(asking(world, "D"))
    yesterday = TODAY - timedelta(days=1)
    server.database.write_unit(
        lambda connection: end_line(connection, world.showroom, world.distributor, last_day=yesterday)
    )
    (outcome,) = clerk.push(late)
    assert (outcome.result, outcome.code) == ("refused", "not_found")
    assert seen(clerk) == set()
    assert seen(station(world.master, world.distributor)) == {"A"}


def test_the_master_is_mailed_once_however_often_it_is_pushed(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    clerk = station(world.clerk, world.showroom)
    envelope = clerk.envelope(asking(world, note="The client is away.\nUntil Friday."))
    assert [clerk.push(envelope)[0].result for _ in range(3)] == ["applied"] * 3
    (mail,) = mails(server)
    assert (mail.kind, mail.recipient, mail.reply_to) == ("inquiry_asked", world.master.email, world.clerk.email)
    until = f"{FRIDAY.day} {FRIDAY:%B} {FRIDAY.year}"
    assert mail.subject == f"Halloran Pryce: extend Reserve A line 1 until {until}"
    for words in (
        "Marisol Vega of Halloran Pryce asks Kravitz & Rowe:\n\n  Reserve A line 1, item 01354.010, 12.5 YD\n",
        "  Sidemark: Penthouse\n",
        f"Please extend it until {until}.\n\n  The client is away.\n  Until Friday.\n",
        "An answer to this mail reaches Marisol Vega alone.",
    ):
        assert words in mail.body
    assert re.search(r"  Expires: \d+ \w+ \d{4}, \d\d:\d\d UTC\n", mail.body)


def test_the_answer_is_seen_and_mailed_to_whoever_asked(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    clerk, master = station(world.clerk, world.showroom), station(world.master, world.distributor)
    operation = asking(world)
    done(clerk, operation)
    answer = AnswerInquiry(
        inquiry_id=operation.inquiry_id, answer="AGREED", until_on=FRIDAY, text="Gladly.\nNot longer."
    )
    assert done(master, answer).result == "applied"
    inquiry = stored(server, operation)
    assert (inquiry.answered_by_name, inquiry.agreed_until_on) == ("Paul Brandt", FRIDAY)
    clerk.pull_all()
    (mail,) = mails(server, "inquiry_answered")
    assert mail.recipient == world.clerk.email
    until = f"{FRIDAY.day} {FRIDAY:%B} {FRIDAY.year}"
    assert mail.subject == f"Kravitz & Rowe: Reserve A line 1 extended until {until}"
    assert f"Answer: extended until {until}.\n\n  Gladly.\n  Not longer.\n\nAnswered by Paul Brandt" in mail.body


@pytest.mark.parametrize(
    ("wanted", "answer", "words"),
    [
        ("CFA", {"answer": "AGREED", "carrier": "UPS", "tracking_no": "1Z99"}, "cutting for approval sent, UPS 1Z99."),
        ("RELEASE", {"answer": "AGREED"}, "Answer: released."),
        ("CFA", {"answer": "DECLINED", "text": "The lot is gone."}, "Answer: declined.\n\n  The lot is gone.\n"),
        ("QUESTION", {"answer": "TOLD", "text": "Lot L4471."}, "Answer: answered.\n\n  Lot L4471.\n"),
    ],
)
def test_each_answer_says_what_it_is(
    server: RunningServer,
    world: SmallWorld,
    station: StationMaker,
    wanted: str,
    answer: dict[str, Any],
    words: str,
) -> None:
    operation = asking(world, wanted=wanted, note="Which lot?")
    done(station(world.clerk, world.showroom), operation)
    said = AnswerInquiry(inquiry_id=operation.inquiry_id, **answer)
    assert done(station(world.master, world.distributor), said).result == "applied"
    assert words in mails(server, "inquiry_answered")[0].body


def test_what_is_withdrawn_is_told_to_the_one_who_was_asked(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    clerk = station(world.clerk, world.showroom)
    operation = asking(world)
    done(clerk, operation)
    for _ in range(2):
        assert done(clerk, WithdrawInquiry(inquiry_id=operation.inquiry_id)).result == "applied"
    (mail,) = mails(server, "inquiry_withdrawn")
    assert mail.recipient == world.master.email
    assert mail.subject == "No longer needed: extend Reserve A line 1 (Halloran Pryce)"
    assert "Marisol Vega of Halloran Pryce has withdrawn" in mail.body


@pytest.mark.parametrize("who", ["picker", "other_picker", "clerk"])
def test_only_a_master_of_the_house_that_was_asked_answers(
    server: RunningServer, world: SmallWorld, station: StationMaker, who: str
) -> None:
    operation = asking(world)
    done(station(world.clerk, world.showroom), operation)
    house = {"picker": world.distributor, "other_picker": world.other_distributor, "clerk": world.showroom}[who]
    said = AnswerInquiry(inquiry_id=operation.inquiry_id, answer="TOLD", text="x")
    assert done(station(getattr(world, who), house), said).code == "role_missing"
    assert stored(server, operation).answer is None


def test_a_house_that_no_mail_reaches_leaves_a_word_for_the_one_who_asks(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    def silence(connection: Any) -> None:
        records = ServerRecords(connection)
        records.change(records.need(Person, world.master.id), email="nobody at all")
        records.change(records.need(Organisation, world.distributor.id), email="")

    server.database.write_unit(silence)
    outcome = done(station(world.clerk, world.showroom), asking(world))
    assert (outcome.result, outcome.code) == ("needs_review", "distributor_not_reached")
    assert "Kravitz & Rowe has no e-mail address here" in outcome.sentence
    assert mails(server) == []


def test_without_a_master_the_house_itself_is_mailed(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    def silence(connection: Any) -> None:
        records = ServerRecords(connection)
        records.change(records.need(Person, world.master.id), email="nobody at all")

    server.database.write_unit(silence)
    done(station(world.clerk, world.showroom), asking(world))
    assert [mail.recipient for mail in mails(server)] == ["samples@kra.example"]


def test_line_breaks_and_hidden_signs_reach_no_header(
    server: RunningServer, world: SmallWorld, station: StationMaker, publish: Callable[[str, str], None]
) -> None:
    def rename(connection: Any) -> None:
        records = ServerRecords(connection)
        for kind, key in ((Person, world.clerk.id), (Organisation, world.showroom.id)):
            records.change(records.need(kind, key), name="Eve\r\nBcc: all@rivals.example\u202e")

    server.database.write_unit(rename)
    operation = asking(world, note="Hello\r\n\r\nSubject: x\x07\u202e")
    done(station(world.clerk, world.showroom), operation)
    done(
        station(world.master, world.distributor),
        AnswerInquiry(inquiry_id=operation.inquiry_id, answer="DECLINED", text="No\r\nBcc: all@rivals.example"),
    )
    assert len(mails(server)) == 2
    for mail in mails(server):
        assert "\r" not in mail.subject + mail.body
        assert "\u202e" not in mail.subject + mail.body
        assert "\n" not in mail.subject
        message = message_from_bytes(
            message_of(mail, (), sender_of("Order-Track <no-reply@samples.example>")).as_bytes()
        )
        assert message["Bcc"] is None
        assert sorted(message.keys()).count("Subject") == 1
