"""The mail that asks a distributor's sample department for samples."""

from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest

from shared_models.sample_orders.operations import ShipTo
from sync_server.features.mail.sending import drawn_attachments
from tests.shared_models.world import ATELIER, KRAVEL, LOOMIS, SHOWROOM
from tests.sync_server.mail.post_room import ADDRESSES, PostRoom, item, part


def pdf_text(post_room: PostRoom, mail_id: str) -> str:
    (attachment,) = drawn_attachments(post_room.database, mail_id)
    document = pypdfium2.PdfDocument(BytesIO(attachment.content))
    try:
        return str("\n".join(page.get_textpage().get_text_range() for page in document))
    finally:
        document.close()


def test_each_distributor_is_asked_taking_part_or_not(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")), part("r2", LOOMIS, item("l2")), part("r3", ATELIER, item("l3")))
    mails = post_room.mails()
    assert sorted(mail.recipient for mail in mails) == sorted([ADDRESSES[one] for one in (KRAVEL, LOOMIS, ATELIER)])
    assert {mail.kind for mail in mails} == {"sample_request"}
    assert {mail.state for mail in mails} == {"queued"}


def test_the_mail_says_all_that_the_sample_department_needs(post_room: PostRoom) -> None:
    items = item("l1", quantity=2), item("l2", "Fenwick Plaid, Slate", kind="RING_SET")
    post_room.order(part("r1", KRAVEL, *items), note="Please send together.\n\nRing the bell.")
    mail = post_room.mail_to("samples@kravel.example")
    assert mail.subject == "Sample request KRA-1001 from Halden & Reyes: 3 samples"
    assert mail.body.splitlines()[:10] == [
        "Hello,",
        "",
        "Halden & Reyes asks you for 3 samples. This is request KRA-1001 of 16 November 2026.",
        "",
        "  1. 01354.l1  Marlow Stripe, Ochre",
        "     2 memos",
        "  2. 01354.l2  Fenwick Plaid, Slate",
        "     1 ring set",
        "",
        "Please send them to",
    ]
    for said in (
        "  Abbott Interiors\n  12 Quay St\n  Boston, MA 02110\n",
        "Ship by: Second day\nSidemark: Lake house\nDesigner: Ann Abbott\n",
        "Note:\n  Please send together.\n  Ring the bell.\n",
        "Thank you,\nNora Velez\nHalden & Reyes\n",
        "desk@halden.example\n",
    ):
        assert said in mail.body
    assert (mail.reply_to, mail.reply_to_name) == ("desk@halden.example", "Halden & Reyes")


def test_one_sample_is_spoken_of_as_one(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")))
    mail = post_room.mail_to("samples@kravel.example")
    assert mail.subject.endswith(": 1 sample")
    assert "asks you for 1 sample." in mail.body
    assert "Please send it to\n" in mail.body
    assert "1 memo\n" in mail.body


def test_what_was_left_empty_has_no_heading(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")), designer="", sidemark="", ship_to=ShipTo())
    body = post_room.mail_to("samples@kravel.example").body
    for heading in ("Sidemark", "Designer", "Note", "Please send it to"):
        assert heading not in body
    assert "\n\n\n" not in body


def test_who_takes_part_confirms_in_order_track_and_who_does_not_answers_the_mail(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")), part("r2", ATELIER, item("l2")))
    kravel, atelier = (post_room.mail_to(ADDRESSES[one]).body for one in (KRAVEL, ATELIER))
    assert "waits in your picking queue in Order-Track" in kravel
    assert "Please answer this mail" not in kravel
    assert "Please say here what you ship" in atelier
    assert "your answer goes straight to Halden & Reyes." in atelier
    assert "/r/" in atelier
    assert "/r/" not in kravel
    assert "picking queue" not in atelier


def test_without_an_address_of_the_showroom_nobody_is_asked_to_answer_the_mail(post_room: PostRoom) -> None:
    post_room.change_organisation(SHOWROOM, email="")
    post_room.order(part("r1", ATELIER, item("l1")))
    mail = post_room.mail_to("post@brandt.example")
    assert mail.reply_to == ""
    assert "answer this mail" not in mail.body
    assert "You may as well tell Halden & Reyes directly." in mail.body


def test_a_mail_goes_without_its_link_where_there_is_no_secret_to_sign_with(
    post_room: PostRoom, expect_log: Callable[[str], None]
) -> None:
    expect_log("WARNING .*a mail goes without its link")
    post_room.settings.secret_file.mkdir()
    post_room.order(part("r1", ATELIER, item("l1")))
    body = post_room.mail_to("post@brandt.example").body
    assert "/r/" not in body
    assert "Please answer this mail with what you ship" in body


def test_the_request_goes_along_as_a_pdf(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1", "Fenwick Plaid, Slate", quantity=2)))
    mail = post_room.mail_to("samples@kravel.example")
    text = pdf_text(post_room, mail.id)
    for said in ("KRA-1001", "Halden & Reyes", "Abbott Interiors", "01354.l1", "Fenwick Plaid", "Slate", "Second day"):
        assert said in text
    (attachment,) = drawn_attachments(post_room.database, mail.id)
    assert (attachment.name, attachment.media_type) == ("sample-request-KRA-1001.pdf", "application/pdf")


def test_the_pdf_is_drawn_once_and_stays_the_same(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")))
    mail = post_room.mail_to("samples@kravel.example")
    first = drawn_attachments(post_room.database, mail.id)
    assert drawn_attachments(post_room.database, mail.id) == first


def test_a_refused_order_leaves_no_mail(post_room: PostRoom) -> None:
    outcome = post_room.order(part("r1", KRAVEL, item("l1")), part("r2", LOOMIS, item("l2", quantity=0)))
    assert outcome.result == "refused"
    assert post_room.mails() == []


def test_a_transaction_that_is_rolled_back_leaves_no_mail(post_room: PostRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("power is gone")

    monkeypatch.setattr("sync_server.features.sync.apply.store_receipts", fail)
    with pytest.raises(OSError, match="power is gone"):
        post_room.order(part("r1", KRAVEL, item("l1")))
    assert post_room.mails() == []


@pytest.mark.parametrize("address", ["", "no address", "a@b@c", "x@y.example, z@y.example"])
def test_a_distributor_whom_nobody_can_reach_comes_back_for_review(post_room: PostRoom, address: str) -> None:
    post_room.change_organisation(ATELIER, email=address)
    outcome = post_room.order(part("r1", ATELIER, item("l1")), part("r2", KRAVEL, item("l2")))
    assert (outcome.result, outcome.code) == ("needs_review", "distributor_not_reached")
    assert outcome.sentence == (
        "Atelier Brandt does not take part in Order-Track and has no e-mail address here, so nobody was asked for "
        "request ATE-1001. Please call or write to them."
    )
    assert [mail.recipient for mail in post_room.mails()] == ["samples@kravel.example"]


def test_a_distributor_who_takes_part_needs_no_mail_address(post_room: PostRoom) -> None:
    post_room.change_organisation(KRAVEL, email="")
    assert post_room.order(part("r1", KRAVEL, item("l1"))).result == "applied"
    assert post_room.mails() == []
