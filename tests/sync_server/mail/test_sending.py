"""Mails leave once, later and later when the server puts them off, and never silently not at all."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import pytest

from shared_models.kernel.errors import DomainError
from sync_server.features.mail.queries import StoredMail, mail_status
from sync_server.features.mail.sending import (
    AGAIN_AFTER_SECONDS,
    AWAY_SECONDS,
    LEASE,
    MailSender,
    PassReport,
    mail_chore,
    retry_mail,
)
from sync_server.features.mail.smtp import Carrier
from tests.shared_models.world import KRAVEL
from tests.sync_server.mail.mail_sink import LOSE_THE_REPLY, MailSink
from tests.sync_server.mail.post_room import ADDRESSES, PostRoom, item, part

FIVE_DAYS = timedelta(days=5)


@pytest.fixture
def waiting(post_room: PostRoom) -> PostRoom:
    """One request mail waits."""
    post_room.order(part("r1", KRAVEL, item("l1")))
    return post_room


def only(post_room: PostRoom) -> StoredMail:
    (mail,) = post_room.mails()
    return mail


def nobody_listens(post_room: PostRoom) -> None:
    """The setting names a port at which nobody answers."""
    post_room.settings = msgspec.structs.replace(post_room.settings, smtp_url="smtp://127.0.0.1:1")


class KilledCarrier(Carrier):
    """The process dies when the mail has left and before anybody could note it."""

    def deliver(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        super().deliver(*args, **kwargs)  # type: ignore[arg-type]
        raise SystemExit("killed")


def test_an_accepted_mail_is_sent_and_stays_sent(waiting: PostRoom, sink: MailSink) -> None:
    assert waiting.send() == PassReport(sent=1)
    mail = only(waiting)
    assert (mail.state, mail.attempts, mail.sent_at, mail.last_error) == ("sent", 1, waiting.clock.now(), "")
    assert waiting.send(later=FIVE_DAYS) == PassReport()
    assert sink.recipients == ["samples@kravel.example"]


def test_what_arrives_is_what_was_written_with_the_pdf(waiting: PostRoom, sink: MailSink) -> None:
    waiting.send()
    (message,), mail = sink.taken, only(waiting)
    assert message["From"] == "Order-Track <no-reply@samples.example>"
    assert message["To"] == '"Kravel Fabrics, sample department" <samples@kravel.example>'
    assert message["Reply-To"] == "Halden & Reyes <desk@halden.example>"
    assert message["Subject"] == "Sample request KRA-1001 from Halden & Reyes: 1 sample"
    assert message["Message-ID"] == mail.message_id
    assert message["Message-ID"].endswith("@samples.example>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == mail.written_at
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == mail.body
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "sample-request-KRA-1001.pdf"
    assert attachment.get_content().startswith(b"%PDF")


def test_a_mail_that_was_put_off_is_tried_again_and_accepted(waiting: PostRoom, sink: MailSink) -> None:
    sink.at_rcpt.append("451 4.7.1 Greylisted, try later")
    assert waiting.send().put_off == 1
    mail = only(waiting)
    assert (mail.state, mail.last_error) == (
        "queued",
        "The mail server put it off: 451 4.7.1 Greylisted, try later",
    )
    assert waiting.send(later=timedelta(seconds=AGAIN_AFTER_SECONDS[0] - 1)) == PassReport()
    assert waiting.send(later=timedelta(seconds=1)) == PassReport(sent=1)
    assert (only(waiting).attempts, sink.message_ids) == (2, [mail.message_id])


def test_each_further_try_comes_later_than_the_one_before(waiting: PostRoom, sink: MailSink) -> None:
    waits = []
    for _ in range(len(AGAIN_AFTER_SECONDS) + 2):
        sink.at_data.append("452 4.3.1 Not now")
        waiting.send()
        waits.append((only(waiting).next_attempt_at - waiting.clock.now()).total_seconds())
        waiting.clock.advance(timedelta(seconds=waits[-1]))
    assert waits == [*AGAIN_AFTER_SECONDS, AGAIN_AFTER_SECONDS[-1], AGAIN_AFTER_SECONDS[-1]]


@pytest.mark.parametrize("where", ["recipient", "content"])
def test_a_mail_that_is_refused_for_good_is_undeliverable_with_the_servers_own_words(
    waiting: PostRoom, sink: MailSink, where: str, expect_log: Callable[[str], None]
) -> None:
    expect_log(r"mail \S+ is undeliverable after 1 tries")
    (sink.at_rcpt if where == "recipient" else sink.at_data).append("550 5.1.1 No such mailbox")
    assert waiting.send().undeliverable == 1
    mail = only(waiting)
    assert (mail.state, mail.last_error) == (
        "undeliverable",
        "The mail server refused it for good: 550 5.1.1 No such mailbox",
    )
    assert waiting.send(later=FIVE_DAYS) == PassReport()


def test_one_bad_address_does_not_hold_up_the_others(
    post_room: PostRoom, sink: MailSink, expect_log: Callable[[str], None]
) -> None:
    expect_log("is undeliverable")
    for number, distributor in enumerate(ADDRESSES, start=1):
        if distributor.startswith("dist-"):
            post_room.order(part(f"r{number}", distributor, item(f"l{number}")), order=f"o{number}")
    sink.at_rcpt.append("550 No such mailbox")
    assert post_room.send() == PassReport(sent=2, undeliverable=1)


def test_a_server_that_is_away_keeps_everything_waiting(waiting: PostRoom) -> None:
    nobody_listens(waiting)
    waiting.order(part("r2", KRAVEL, item("l2")), order="o2")
    report = waiting.send()
    assert report.note == "The mail server 127.0.0.1:1 could not take it: nobody listens there."
    assert (report.sent, report.put_off) == (0, 1)
    assert {mail.state for mail in waiting.mails()} == {"queued"}


def test_after_a_long_outage_the_mail_leaves_within_minutes(waiting: PostRoom, sink: MailSink) -> None:
    reachable = waiting.settings
    nobody_listens(waiting)
    outage_ends = waiting.clock.now() + timedelta(hours=2)
    while waiting.clock.now() < outage_ends:
        waiting.send()
        wait = only(waiting).next_attempt_at - waiting.clock.now()
        assert wait <= timedelta(seconds=AWAY_SECONDS)
        waiting.clock.advance(wait)
    waiting.settings = reachable
    assert waiting.send(later=timedelta(seconds=AWAY_SECONDS)).sent == 1
    assert len(sink.taken) == 1


def test_after_five_days_of_being_put_off_a_person_is_asked(
    waiting: PostRoom, sink: MailSink, expect_log: Callable[[str], None]
) -> None:
    expect_log("is undeliverable")
    sink.at_rcpt.extend(["451 Later"] * 2)
    waiting.send()
    assert waiting.send(later=FIVE_DAYS).undeliverable == 1
    assert only(waiting).last_error == "Given up after five days. The mail server put it off: 451 Later"


def test_a_reply_lost_after_the_content_may_repeat_the_mail_but_as_the_same_one(
    waiting: PostRoom, sink: MailSink
) -> None:
    sink.at_data.append(LOSE_THE_REPLY)
    assert waiting.send().put_off == 1
    assert only(waiting).state == "queued"
    assert waiting.send(later=timedelta(minutes=5)).sent == 1
    assert len(sink.message_ids) == 2
    assert len(set(sink.message_ids)) == 1


def test_a_sender_that_was_killed_leaves_its_mail_to_the_next_when_its_lease_is_over(
    waiting: PostRoom, sink: MailSink
) -> None:
    killed = MailSender(waiting.database, waiting.settings, waiting.clock, carrier=KilledCarrier)
    with pytest.raises(SystemExit):
        killed.send_pass()
    assert only(waiting).state == "sending"
    assert waiting.send(later=LEASE) == PassReport()
    assert waiting.send(later=timedelta(seconds=1)) == PassReport(sent=1)
    assert len(set(sink.message_ids)) == 1


def test_two_workers_at_once_send_each_mail_once(post_room: PostRoom, sink: MailSink) -> None:
    for number in range(12):
        post_room.order(part(f"r{number}", KRAVEL, item(f"l{number}")), order=f"o{number}")
    start = threading.Barrier(2)
    reports: list[PassReport] = []

    def work() -> None:
        sender = post_room.sender()
        start.wait()
        reports.append(sender.send_pass())

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(report.sent for report in reports) == 12
    assert sorted(sink.message_ids) == sorted(mail.message_id for mail in post_room.mails())


def test_without_a_mail_server_everything_waits_and_the_status_says_so(waiting: PostRoom) -> None:
    assert waiting.send() == PassReport(note="No mail leaves: set ORDER_TRACK_SMTP_URL to a mail server.")
    assert (only(waiting).state, only(waiting).attempts) == ("queued", 0)
    with waiting.database.reading() as connection:
        status = mail_status(connection, waiting.settings)
    assert status.sentence == "1 mail waits. No mail leaves: set ORDER_TRACK_SMTP_URL to a mail server."
    assert (status.counts["queued"], status.oldest_waiting_at, status.smtp_configured) == (
        1,
        waiting.clock.now(),
        False,
    )


def test_a_sender_address_that_is_none_is_said_before_anything_is_tried(waiting: PostRoom, sink: MailSink) -> None:
    waiting.settings = msgspec.structs.replace(waiting.settings, mail_from="Order-Track")
    with pytest.raises(DomainError, match="ORDER_TRACK_MAIL_FROM needs an address"):
        waiting.send()
    assert (only(waiting).state, sink.taken) == ("queued", [])


def test_a_mail_that_trips_over_a_fault_of_ours_is_kept_and_holds_up_no_other(
    waiting: PostRoom, sink: MailSink, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    expect_log("could not be written")
    drawn = iter([RuntimeError("no ink")])

    def draw_once_badly(*_: object) -> bytes:
        for error in drawn:
            raise error
        return b"%PDF-1.4"

    monkeypatch.setattr("sync_server.features.mail.request_pdf.sample_request_pdf", draw_once_badly)
    waiting.order(part("r2", KRAVEL, item("l2")), order="o2")
    assert waiting.send() == PassReport(sent=1, put_off=1)
    assert waiting.send(later=timedelta(minutes=5)) == PassReport(sent=1)
    assert len(sink.taken) == 2


# --- a person's hand -------------------------------------------------------------------------------------


def retry(post_room: PostRoom, mail: StoredMail, *, recipient: str | None = None, at: datetime | None = None) -> None:
    now = at or post_room.clock.now()
    post_room.database.write_unit(lambda connection: retry_mail(connection, mail.id, now, recipient=recipient))


def test_an_undeliverable_mail_is_sent_to_a_better_address_as_the_same_mail(
    waiting: PostRoom, sink: MailSink, expect_log: Callable[[str], None]
) -> None:
    expect_log("is undeliverable")
    sink.at_rcpt.append("550 No such mailbox")
    waiting.send()
    before = only(waiting)
    retry(waiting, before, recipient="memos@kravel.example")
    assert waiting.send() == PassReport(sent=1)
    assert sink.recipients == ["memos@kravel.example"]
    assert sink.message_ids == [before.message_id]


def test_a_mail_that_was_given_up_gets_its_full_time_again(
    waiting: PostRoom, sink: MailSink, expect_log: Callable[[str], None]
) -> None:
    expect_log("is undeliverable")
    sink.at_rcpt.extend(["451 Later"] * 2)
    waiting.clock.advance(FIVE_DAYS)
    waiting.send()
    retry(waiting, only(waiting))
    assert waiting.send().put_off == 1
    assert only(waiting).state == "queued"


def test_a_mail_that_has_left_is_not_sent_again_on_purpose(waiting: PostRoom, sink: MailSink) -> None:
    waiting.send()
    with pytest.raises(DomainError, match="has left already"):
        retry(waiting, only(waiting))
    assert len(sink.taken) == 1


def test_an_unknown_mail_is_said_to_be_unknown(post_room: PostRoom) -> None:
    with pytest.raises(DomainError, match="There is no mail nothing in the outbox"):
        post_room.database.write_unit(lambda connection: retry_mail(connection, "nothing", post_room.clock.now()))


def test_the_chore_of_the_worker_sends_what_is_due(waiting: PostRoom, sink: MailSink) -> None:
    chore = mail_chore(waiting.database, waiting.settings, waiting.clock)
    assert chore.run() is False
    assert only(waiting).state == "sent"
    assert len(sink.taken) == 1
