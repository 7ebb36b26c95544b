"""A line that is cancelled: the sample department is told, and goods that left all the same are never refused."""

import pytest

from shared_models.kernel.ids import LineId, RequestId
from shared_models.reviews.records import ReviewItem
from shared_models.sample_orders.operations import CancelLine
from shared_models.sample_orders.records import RequestLine
from shared_models.sync.wire import Outcome
from sync_server.features.sync.records import ServerRecords
from tests.shared_models.world import ATELIER, CLERK, KRAVEL, SHOWROOM
from tests.sync_server.mail.post_room import ADDRESSES, PostRoom, item, part, said

DESIGNER, SHOWROOM_DESK, SAMPLES = "ann@abbott.example", "desk@halden.example", "samples@kravel.example"


@pytest.fixture
def asked(post_room: PostRoom) -> PostRoom:
    """Kravel is asked for three Ochre (l1) and one Slate (l2) for Ann, Atelier Brandt for a book (l3)."""
    post_room.order(
        part("r1", KRAVEL, item("l1", quantity=3), item("l2", "Fenwick Plaid, Slate")),
        part("r2", ATELIER, item("l3", "Harbor Book", kind="BOOK")),
    )
    return post_room


def cancel(room: PostRoom, line: str, request: str = "r1") -> Outcome:
    return room.do(CancelLine(request_id=RequestId(request), line_id=LineId(line)), by=CLERK, of=SHOWROOM)


def line_of(room: PostRoom, key: str) -> RequestLine:
    with room.database.reading() as connection:
        return ServerRecords(connection).need(RequestLine, key)


def reviews(room: PostRoom) -> dict[str, str]:
    """What each organisation is asked to look at."""
    with room.database.reading() as connection:
        return {item.organisation_id: item.sentence for item in ServerRecords(connection).find(ReviewItem)}


def test_the_sample_department_is_told_once(asked: PostRoom) -> None:
    assert cancel(asked, "l1").result == "applied"
    assert cancel(asked, "l1").result == "refused"
    (mail,) = (mail for mail in asked.mails() if mail.kind == "line_cancelled")
    assert (mail.recipient, mail.reply_to) == (SAMPLES, SHOWROOM_DESK)
    assert mail.subject == "Cancelled: Marlow Stripe, Ochre (01354.l1), line 1 of KRA-1001 from Halden & Reyes"
    for words in (
        "Halden & Reyes no longer needs this of sample request KRA-1001 of 16 November 2026:\n",
        "  1. Marlow Stripe, Ochre (01354.l1)\n     3 memos\n",
        "Please do not send them.\n",
        "If it has left already, confirm it as shipped there all the same",
        "Thank you,\nNora Velez\nHalden & Reyes\n",
    ):
        assert words in mail.body
    assert "\n\n\n" not in mail.body


def test_who_does_not_take_part_is_told_as_well_and_answers_the_mail(asked: PostRoom) -> None:
    cancel(asked, "l3", "r2")
    mail = asked.mail_to(ADDRESSES[ATELIER])
    assert mail.kind == "line_cancelled"
    assert "please answer this mail. Your answer goes straight to Halden & Reyes." in mail.body
    assert "queue" not in mail.body


def test_only_what_had_not_left_is_said_to_be_cancelled(asked: PostRoom) -> None:
    asked.confirm(said("l1", "shipped", 1))
    cancel(asked, "l1")
    body = asked.mail_to(SAMPLES).body
    assert "     2 of 3 memos\n" in body
    assert "What you have shipped of this line stays as it is; please send no more of it." in body


def test_a_distributor_whom_nobody_can_reach_comes_back_for_review(asked: PostRoom) -> None:
    asked.change_organisation(ATELIER, email="")
    outcome = cancel(asked, "l3", "r2")
    assert (outcome.result, outcome.code) == ("needs_review", "distributor_not_reached")
    assert "nobody was told that Harbor Book of ATE-1001 is cancelled" in outcome.sentence


def test_goods_that_left_before_the_cancellation_was_known_are_shipped_and_both_sides_look_at_it(
    asked: PostRoom,
) -> None:
    cancel(asked, "l1")
    outcome = asked.confirm(said("l1", "shipped", 2), said("l2", "shipped"))
    assert (outcome.result, outcome.code) == ("needs_review", "shipped_after_cancellation")
    line = line_of(asked, "l1")
    assert (line.shipped, line.cancelled, line.tracking_no) == (2, 1, "1Z999")
    told = reviews(asked)
    assert told[KRAVEL].startswith("Halden & Reyes had cancelled 2 of Marlow Stripe, Ochre.")
    assert told[SHOWROOM] == (
        "Kravel Fabrics sent 2 of Marlow Stripe, Ochre (KRA-1001) before it knew of your cancellation: UPS 1Z999. "
        "They are on the way and count as shipped."
    )


def test_the_acknowledgements_tell_that_it_left_all_the_same(asked: PostRoom) -> None:
    cancel(asked, "l1")
    asked.confirm(said("l1", "shipped", 2), said("l2", "shipped"))
    for address in (DESIGNER, SHOWROOM_DESK):
        assert (
            "  2 of 3 memos  Marlow Stripe, Ochre (01354.l1)\n"
            "      2 of them had been cancelled, but left before Kravel Fabrics knew.\n"
            "  1 memo  Fenwick Plaid, Slate (01354.l2)\n"
        ) in asked.mail_to(address).body


def test_a_word_about_nothing_but_what_was_cancelled_mails_nobody(asked: PostRoom) -> None:
    cancel(asked, "l1")
    before = asked.mails()
    assert asked.confirm(said("l1", "backordered", 3)).code == "cancelled_meanwhile"
    assert asked.mails() == before
    assert line_of(asked, "l1").cancelled == 3
