"""The mails that tell designer and showroom what shipped, what waits and what will not come."""

import pytest

from tests.shared_models.world import ANN, BEA, KRAVEL
from tests.sync_server.mail.post_room import DECEMBER, PostRoom, item, part, said

DESIGNER, SHOWROOM_DESK = "ann@abbott.example", "desk@halden.example"


@pytest.fixture
def asked(post_room: PostRoom) -> PostRoom:
    """Kravel is asked for three Ochre (l1), one Slate (l2) and a book (l3) for Ann."""
    items = item("l1", quantity=3), item("l2", "Fenwick Plaid, Slate"), item("l3", "Harbor Book", kind="BOOK")
    post_room.order(part("r1", KRAVEL, *items))
    return post_room


def test_designer_and_showroom_both_hear_of_each_confirmation(asked: PostRoom) -> None:
    asked.confirm(said("l1", "shipped", 3))
    asked.confirm(said("l2", "shipped"))
    assert len(asked.mails(to=DESIGNER)) == 2
    assert len(asked.mails(to=SHOWROOM_DESK)) == 2


def test_what_shipped_names_carrier_and_tracking_number(asked: PostRoom) -> None:
    asked.confirm(said("l1", "shipped", 3))
    for address in (DESIGNER, SHOWROOM_DESK):
        body = asked.mail_to(address).body
        assert ("Shipped by UPS, tracking number 1Z999\n  3 memos  Marlow Stripe, Ochre (01354.l1)\n") in body
        assert "On the way to: Abbott Interiors, 12 Quay St, Boston, MA 02110\n" in body


def test_what_waits_says_until_when_or_that_nobody_knows(asked: PostRoom) -> None:
    asked.confirm(said("l1", "backordered", 3, until=DECEMBER), said("l2", "backordered"))
    for address in (DESIGNER, SHOWROOM_DESK):
        assert (
            "On backorder\n"
            "  3 memos  Marlow Stripe, Ochre (01354.l1)\n"
            "      expected 4 December 2026\n"
            "  1 memo  Fenwick Plaid, Slate (01354.l2)\n"
            "      no date known yet\n"
        ) in asked.mail_to(address).body


def test_what_will_not_come_says_why_and_what_is_offered_instead(asked: PostRoom) -> None:
    asked.confirm(
        said("l2", "will_not_ship", reason="The mill has closed the colour", replacement="02201.010"),
        said("l3", "will_not_ship", reason="Out of print"),
    )
    for address in (DESIGNER, SHOWROOM_DESK):
        assert (
            "Will not come\n"
            "  1 memo  Fenwick Plaid, Slate (01354.l2)\n"
            "      The mill has closed the colour\n"
            "      Kravel Fabrics offers instead: 02201.010\n"
            "  1 book  Harbor Book (01354.l3)\n"
            "      Out of print\n"
        ) in asked.mail_to(address).body


def test_a_line_in_parts_says_how_many_of_how_many_and_what_is_still_undecided(asked: PostRoom) -> None:
    asked.confirm(said("l1", "shipped", 2))
    body = asked.mail_to(DESIGNER).body
    assert "  2 of 3 memos  Marlow Stripe, Ochre (01354.l1)\n" in body
    assert (
        "Still with the sample department\n"
        "  1 of 3 memos  Marlow Stripe, Ochre (01354.l1)\n"
        "  1 memo  Fenwick Plaid, Slate (01354.l2)\n"
        "  1 book  Harbor Book (01354.l3)\n"
    ) in body
    assert "You hear from us again when the rest is decided." in body


def test_the_last_confirmation_says_that_the_request_is_complete(asked: PostRoom) -> None:
    asked.confirm(said("l1", "shipped", 3), said("l2", "shipped"), said("l3", "will_not_ship", reason="Out of print"))
    for address in (DESIGNER, SHOWROOM_DESK):
        body = asked.mail_to(address).body
        assert "With this the request is complete." in body
        assert "Still with" not in body


def test_there_are_no_headings_without_lines(asked: PostRoom) -> None:
    asked.confirm(said("l2", "backordered"))
    for address in (DESIGNER, SHOWROOM_DESK):
        body = asked.mail_to(address).body
        for heading in ("Shipped", "Will not come", "On the way to", "\n\n\n"):
            assert heading not in body


def test_subjects_say_in_short_what_happened(asked: PostRoom) -> None:
    asked.confirm(said("l1", "shipped", 2), said("l1", "backordered"), said("l3", "will_not_ship", reason="Gone"))
    in_short = "2 shipped, 1 backordered, 1 will not come"
    assert asked.mail_to(DESIGNER).subject == f"Your samples from Kravel Fabrics: {in_short} (KRA-1001)"
    assert asked.mail_to(SHOWROOM_DESK).subject == f"KRA-1001 from Kravel Fabrics for Ann Abbott: {in_short}"


def test_answers_reach_those_who_can_help(asked: PostRoom) -> None:
    asked.confirm(said("l2", "shipped"))
    to_designer, to_showroom = asked.mail_to(DESIGNER), asked.mail_to(SHOWROOM_DESK)
    assert (to_designer.reply_to, to_showroom.reply_to) == ("desk@halden.example", "samples@kravel.example")
    assert "Questions? Answer this mail, it reaches Halden & Reyes." in to_designer.body
    assert "Questions? Answer this mail, it reaches Kravel Fabrics." in to_showroom.body
    assert "Ann Abbott is told the same by mail." in to_showroom.body


def test_a_designer_without_an_address_leaves_it_to_the_showroom_which_is_told_so(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")), designer=BEA)
    post_room.confirm(said("l1", "shipped"))
    (mail,) = post_room.mails()[1:]
    assert mail.recipient == SHOWROOM_DESK
    assert "Bea Bright has no e-mail address on the request, so nobody but you is told." in mail.body


def test_samples_for_the_library_itself_name_no_designer(post_room: PostRoom) -> None:
    post_room.order(part("r1", KRAVEL, item("l1")), designer="", sidemark="")
    post_room.confirm(said("l1", "shipped"), carrier="", tracking="")
    (mail,) = post_room.mails()[1:]
    assert mail.subject == "KRA-1001 from Kravel Fabrics: 1 shipped"
    assert "which Nora Velez sent on 16 November 2026.\n" in mail.body
    assert "\nShipped\n  1 memo" in mail.body
    assert "e-mail address" not in mail.body


def test_a_refused_confirmation_tells_nobody(asked: PostRoom) -> None:
    before = asked.mails()
    assert asked.confirm(said("l1", "shipped", 2), said("l1", "shipped", 2)).result == "refused"
    assert asked.mails() == before


def test_nobody_of_another_organisation_is_written_to(asked: PostRoom) -> None:
    asked.confirm(said("l1", "shipped", 3))
    assert {mail.recipient for mail in asked.mails()} == {"samples@kravel.example", DESIGNER, SHOWROOM_DESK}
    assert ANN not in "".join(mail.body for mail in asked.mails())
