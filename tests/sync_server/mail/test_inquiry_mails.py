"""The mails about inquiries on their way: put off, refused, doubled by a lost reply, and only to those concerned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from shared_models.accounts.records import Line, Membership, Person
from shared_models.inquiries.operations import AnswerInquiry, AskDistributor, InquiryId, WithdrawInquiry
from shared_models.kernel.operation import Role
from shared_models.sync.wire import Outcome
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.mail.sending import AGAIN_AFTER_SECONDS, PassReport
from sync_server.features.sync.records import ServerRecords
from tests.shared_models.world import CLERK, KRAVEL, SHOWROOM
from tests.sync_server.mail.mail_sink import LOSE_THE_REPLY, MailSink
from tests.sync_server.mail.post_room import PostRoom

MASTER, SECOND = "person-max", "person-mia"
MASTERS = ["max@kravel.example", "mia@kravel.example"]
ASKER = "nora@halden.example"
FRIDAY = date(2026, 11, 20)
RESERVES = (
    "reserve_no,line_no,showroom_code,item_no,qty,expires_at,status\nA,1,HAL,0123,12.5,2026-11-16T11:00:00Z,ACTIVE\n"
)


@pytest.fixture
def office(post_room: PostRoom, tmp_path: Path) -> PostRoom:
    """Kravel has two masters and one reserve that Halden & Reyes sees."""
    with post_room.database.writing() as connection:
        records = ServerRecords(connection)
        for person, name in ((MASTER, "Max Roth"), (SECOND, "Mia Roth")):
            records.insert(Person(id=person, name=name, email=f"{name.split()[0].lower()}@kravel.example"))
            member = Membership(id=f"member-{person}", person_id=person, organisation_id=KRAVEL, role=Role.MASTER)
            records.insert(member)
        records.change(records.need(Line, "line-hal-kra"), showroom_code="HAL")
    file = tmp_path / "reserves.csv"
    file.write_text(RESERVES, encoding="utf-8")
    run = FeedDesk(post_room.database, post_room.clock).post(Posting(KRAVEL, "KRA", "reserves"), file)
    assert run.status == "landed", run.sentence
    return post_room


def ask(office: PostRoom) -> Outcome:
    operation = AskDistributor(
        inquiry_id=InquiryId("i1"), distributor_id=KRAVEL, dataset="reserves", number="A", line_no="1",
        wanted="EXTEND", until_on=FRIDAY,
    )  # fmt: skip
    outcome = office.do(operation, by=CLERK, of=SHOWROOM)
    assert outcome.result == "applied", outcome
    return outcome


def test_each_master_is_asked_and_the_asker_is_answered_and_nobody_else(office: PostRoom, sink: MailSink) -> None:
    ask(office)
    assert office.send() == PassReport(sent=2)
    assert sorted(sink.recipients) == MASTERS
    answer = AnswerInquiry(inquiry_id=InquiryId("i1"), answer="AGREED", until_on=FRIDAY)
    assert office.do(answer, by=SECOND, of=KRAVEL).result == "applied"
    assert office.send() == PassReport(sent=1)
    assert sink.recipients[2:] == [ASKER]
    assert len(set(sink.message_ids)) == 3
    assert {message["Auto-Submitted"] for message in sink.taken} == {"auto-generated"}


def test_after_two_hours_without_a_mail_server_each_arrives_once(office: PostRoom, sink: MailSink) -> None:
    reachable = office.settings
    office.settings = msgspec.structs.replace(reachable, smtp_url="smtp://127.0.0.1:1")
    ask(office)
    for _ in range(12):
        office.send(later=timedelta(minutes=10))
    assert {mail.state for mail in office.mails()} == {"queued"}
    office.settings = reachable
    office.send(later=timedelta(hours=1))
    office.send(later=timedelta(hours=1))
    assert sorted(sink.recipients) == MASTERS
    assert sorted(sink.message_ids) == sorted(mail.message_id for mail in office.mails())


def test_copies_after_a_lost_reply_share_one_message_id(office: PostRoom, sink: MailSink) -> None:
    ask(office)
    sink.at_data.append(LOSE_THE_REPLY)
    office.send()
    office.send(later=timedelta(seconds=AGAIN_AFTER_SECONDS[0] + 1))
    office.send(later=timedelta(hours=1))
    assert len(sink.taken) == 3
    assert len(set(sink.message_ids)) == 2
    assert {mail.state for mail in office.mails()} == {"sent"}


def test_a_master_whose_mailbox_is_gone_does_not_keep_the_other_from_it(
    office: PostRoom, sink: MailSink, expect_log: Callable[[str], None]
) -> None:
    expect_log(r"mail \S+ is undeliverable after 1 tries")
    ask(office)
    sink.at_rcpt.append("550 5.1.1 No such mailbox")
    assert office.send() == PassReport(sent=1, undeliverable=1)
    states = {mail.recipient: (mail.state, mail.last_error) for mail in office.mails()}
    assert sorted(state for state, _ in states.values()) == ["sent", "undeliverable"]
    assert "550 5.1.1 No such mailbox" in "".join(error for _, error in states.values())


def test_what_is_withdrawn_before_the_first_mail_left_leaves_both_in_their_order(
    office: PostRoom, sink: MailSink
) -> None:
    ask(office)
    assert office.do(WithdrawInquiry(inquiry_id=InquiryId("i1")), by=CLERK, of=SHOWROOM).result == "applied"
    assert office.send() == PassReport(sent=4)
    to_max = [message["Subject"] for message in sink.taken if MASTERS[0] in message["To"]]
    assert [subject.split(":")[0] for subject in to_max] == ["Halden & Reyes", "No longer needed"]
