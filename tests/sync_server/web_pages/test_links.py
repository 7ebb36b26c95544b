"""Signed links: forwarded, fetched by a mail scanner, used twice, too late, changed, under another key."""

import random
import string
import threading
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import requests

from shared_models.sample_orders.operations import CancelLine
from sync_server.features.mail.signed_links import HOLDS, LinkSigner, revoke_links
from sync_server.foundation.secret_file import change_secret
from tests.sync_server.web_pages.house import Correspondence, everything, fields_of, path_of

SHIPS = {"outcome-1": "shipped", "carrier": "UPS", "tracking": "1Z999", "name": "Jane Ruiz"}


def test_the_mail_to_who_does_not_take_part_has_a_link_and_its_page_says_what_is_asked(
    correspondence: Correspondence,
) -> None:
    correspondence.ask(1, 3)
    page = correspondence.get(correspondence.link())
    assert page.status_code == 200
    for said in ("Sample request MBR-1001", "Halloran Pryce", "Marlow Stripe, Ochre (01354.2)", "3 memos asked for"):
        assert said in page.text
    for hidden in ("Abbott", "Quay St", "Paloma", "paloma@winslow.example", "Marisol", "samples@hps.example"):
        assert hidden not in page.text


def test_looking_changes_nothing_however_often_a_scanner_looks(correspondence: Correspondence) -> None:
    correspondence.ask(1)
    url = correspondence.link()
    before = everything(correspondence.server)
    for _ in range(5):
        assert correspondence.get(url).status_code == 200
        assert requests.head(url, timeout=30).status_code in (200, 405)
        correspondence.get(f"{url}?form=12345678&again=1")
    assert everything(correspondence.server) == before


def test_an_answer_is_the_pickers_operation_and_reaches_showroom_and_designer(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(1, 3, 1)
    answer = correspondence.say(
        correspondence.link(),
        **{**SHIPS, "outcome-2": "backordered", "until-2": "2027-01-04", "quantity-2": "2",
           "outcome-3": "will_not_ship", "reason-3": "Discontinued", "instead-3": "0200-01"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert "Taken on" in answer.text
    one, two, three = correspondence.lines(request_id)
    assert (one.shipped, one.carrier, one.tracking_no) == (1, "UPS", "1Z999")
    assert (two.backordered, str(two.backordered_until)) == (2, "2027-01-04")
    assert (three.will_not_ship, three.reason, three.replacement_item_no) == (1, "Discontinued", "0200-01")
    (confirmation,) = correspondence.confirmations(request_id)
    assert confirmation.confirmed_by_name == "Jane Ruiz (by the link in its mail)"
    correspondence.clerk.pull_all()
    orders = f"showroom:{correspondence.world.showroom.id}:orders"
    assert len(correspondence.clerk.records(orders, "confirmation_lines")) == 3
    for reader in ("samples@hps.example", "paloma@winslow.example"):
        mail = correspondence.mails(reader)[-1]
        assert "1 shipped" in mail.subject
        status = correspondence.get(correspondence.link(reader))
        assert "1 shipped: UPS 1Z999" in status.text
        assert "<form" not in status.text


def test_a_status_link_answers_nothing(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(2)
    correspondence.say(correspondence.link(), **{**SHIPS, "quantity-1": "1"})
    status = correspondence.link("samples@hps.example")
    fields = {**SHIPS, "form": "12345678abcd", "quantity-1": "1"}
    assert correspondence.post(status, fields).status_code == 422
    assert [line.shipped for line in correspondence.lines(request_id)] == [1]


def test_the_same_form_sent_twice_is_done_once_and_says_when(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(3)
    url = correspondence.link()
    fields = {**fields_of(correspondence.get(url)), **SHIPS, "quantity-1": "1"}
    first = correspondence.post(url, fields)
    correspondence.clock.advance(timedelta(minutes=5))
    second = correspondence.post(url, fields)
    other_words = correspondence.post(url, {**fields, "quantity-1": "2"})
    assert "Taken on" in first.text
    for again in (second, other_words):
        assert "Already done on" in again.text
    assert [line.shipped for line in correspondence.lines(request_id)] == [1]
    assert len(correspondence.mails("samples@hps.example")) == 1


def test_two_who_hold_a_forwarded_link_settle_a_line_once(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(1)
    url = correspondence.link()
    mine, hers = (fields_of(correspondence.get(url)) for _ in range(2))
    assert "Taken on" in correspondence.post(url, {**mine, **SHIPS}).text
    late = correspondence.post(url, {**hers, "outcome-1": "will_not_ship", "reason-1": "Gone"})
    assert "Already done on" in late.text
    assert "Jane Ruiz" in late.text
    assert [line.shipped for line in correspondence.lines(request_id)] == [1]
    assert "Already done on" in correspondence.get(url).text


def test_many_who_send_at_the_same_moment_settle_a_line_once(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(1)
    url = correspondence.link()
    forms = [{**fields_of(correspondence.get(url)), **SHIPS} for _ in range(4)] * 2
    start, said = threading.Barrier(len(forms)), list[str]()

    def send(fields: dict[str, str]) -> None:
        start.wait()
        said.append(requests.post(url, data=fields, timeout=30).text)

    senders = [threading.Thread(target=send, args=(fields,)) for fields in forms]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sum("Taken on" in one for one in said) == 1
    assert sum("Already done on" in one for one in said) == len(forms) - 1
    assert [line.shipped for line in correspondence.lines(request_id)] == [1]
    assert len(correspondence.confirmations(request_id)) == 1


def test_what_is_left_can_be_answered_later_by_the_same_link(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(3)
    url = correspondence.link()
    correspondence.say(url, **{**SHIPS, "quantity-1": "1"})
    correspondence.clock.advance(timedelta(days=20))
    answer = correspondence.say(url, everything="ships", carrier="FedEx", tracking="77")
    assert "Taken on" in answer.text
    assert [line.shipped for line in correspondence.lines(request_id)] == [3]
    assert {one.carrier for one in correspondence.confirmations(request_id)} == {"UPS", "FedEx"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Choose for at least one line"),
        ({"outcome-1": "shipped", "quantity-1": "9"}, "Only 2 of Marlow Stripe, Ochre are still open, not 9."),
        ({"outcome-1": "shipped", "quantity-1": "many"}, "as a whole number"),
        ({"outcome-1": "will_not_ship"}, "Say why Marlow Stripe, Ochre will not ship."),
        ({"outcome-1": "backordered", "until-1": "soon"}, "“soon” is no day"),
        ({"outcome-1": "eaten"}, "as a whole number"),
        ({"outcome-1": "shipped", "form": "short"}, "was not sent whole"),
    ],
)
def test_a_wrong_answer_is_told_in_a_sentence_and_changes_nothing(
    correspondence: Correspondence, fields: dict[str, str], sentence: str
) -> None:
    correspondence.ask(2)
    url = correspondence.link()
    page = correspondence.get(url)
    before = everything(correspondence.server)
    answer = correspondence.post(url, {**fields_of(page), "carrier": "UPS & <b>", **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Nothing was stored." in answer.text
    assert 'value="UPS &amp; &lt;b&gt;"' in answer.text
    assert everything(correspondence.server) == before


def test_what_the_showroom_cancelled_is_not_offered_any_more(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(1, 1)
    url = correspondence.link()
    line = correspondence.lines(request_id)[0]
    correspondence.clerk.push(CancelLine(request_id=request_id, line_id=line.id))  # type: ignore[arg-type]
    page = correspondence.get(url)
    assert "1 cancelled by the showroom" in page.text
    assert 'name="outcome-1"' not in page.text
    assert 'name="outcome-2"' in page.text


def test_who_begins_to_take_part_answers_in_order_track(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(1)
    url = correspondence.link()
    fields = fields_of(correspondence.get(url))
    correspondence.change_organisation(correspondence.world.other_distributor, takes_part=True)
    assert "now takes part in Order-Track" in correspondence.get(url).text
    assert correspondence.post(url, {**fields, **SHIPS}).status_code == 422
    assert [line.shipped for line in correspondence.lines(request_id)] == [0]


def test_one_changed_character_leads_nowhere(correspondence: Correspondence) -> None:
    correspondence.ask(1)
    url = correspondence.link()
    signer = LinkSigner.of(correspondence.server.settings)
    text, now = path_of(url).removeprefix("/r/"), correspondence.clock.now()
    assert signer.read(text, now) is not None
    chance = random.Random(20261125)
    for _ in range(4000):
        at = chance.randrange(len(text))
        other = chance.choice((string.ascii_letters + string.digits + "-_.").replace(text[at], ""))
        assert signer.read(text[:at] + other + text[at + 1 :], now) is None
    for wrong in (text[:-1] + ("A" if text[-1] != "A" else "B"), text[:-1], text + "A", "x", "a.b.c", "%00", "é"):
        answer = correspondence.get(f"{correspondence.server.url}/r/{wrong}")
        assert answer.status_code == 404
        assert "This link leads nowhere" in answer.text
        assert "Marlow" not in answer.text


def test_after_its_time_it_says_so_and_a_new_one_goes_to_the_old_address_only(correspondence: Correspondence) -> None:
    request_id = correspondence.ask(1)
    old = correspondence.link()
    correspondence.clock.advance(HOLDS + timedelta(seconds=1))
    page = correspondence.get(old)
    assert page.status_code == 410
    assert "The time of this link is over" in page.text
    assert "Marlow" not in page.text
    assert correspondence.post(old, {**SHIPS, "form": "12345678abcd"}).status_code == 410
    for _ in range(2):
        asked = correspondence.post(f"{old}/again", {"to": "thief@elsewhere.example"})
        assert "on its way by mail" in asked.text
    assert len(correspondence.mails("samples@mbr.example")) == 2
    assert correspondence.mails("thief@elsewhere.example") == []
    new = correspondence.link()
    assert new != old
    assert "Taken on" in correspondence.say(new, **SHIPS).text
    assert [line.shipped for line in correspondence.lines(request_id)] == [1]


def test_nobody_can_have_a_new_link_while_the_old_one_holds_or_after_it_was_withdrawn(
    correspondence: Correspondence,
) -> None:
    request_id = correspondence.ask(1)
    url = correspondence.link()
    assert correspondence.post(f"{url}/again", {}).status_code == 403
    now = correspondence.clock.now()
    correspondence.server.database.write_unit(lambda connection: revoke_links(connection, request_id, now))
    page = correspondence.get(url)
    assert page.status_code == 410
    assert "was withdrawn" in page.text
    assert correspondence.post(f"{url}/again", {}).status_code == 403
    assert correspondence.post(url, {**SHIPS, "form": "12345678abcd"}).status_code == 410
    assert len(correspondence.mails("samples@mbr.example")) == 1


def test_links_of_an_older_key_hold_for_their_time_and_new_ones_are_signed_by_the_new(
    correspondence: Correspondence,
) -> None:
    correspondence.ask(1)
    old, file = correspondence.link(), correspondence.server.settings.secret_file
    for _ in range(3):
        change_secret(file, correspondence.clock.now(), known_for=HOLDS)
    assert correspondence.get(old).status_code == 200
    correspondence.ask(1, number="2")
    new = correspondence.link()
    assert correspondence.get(new).status_code == 200
    correspondence.clock.advance(HOLDS)
    change_secret(file, correspondence.clock.now(), known_for=HOLDS)
    assert correspondence.get(new).status_code == 410
    correspondence.clock.advance(HOLDS + timedelta(days=1))
    change_secret(file, correspondence.clock.now(), known_for=HOLDS)
    assert correspondence.get(new).status_code == 404


def test_when_the_key_is_lost_every_link_is_refused_and_a_new_one_can_be_sent(correspondence: Correspondence) -> None:
    correspondence.ask(1)
    old = correspondence.link()
    correspondence.server.settings.secret_file.unlink()
    page = correspondence.get(old)
    assert page.status_code == 404
    assert "ask whoever it came from for a new one" in page.text
    correspondence.ask(1, number="2")
    assert correspondence.get(correspondence.link()).status_code == 200


def test_guessing_and_hammering_are_slowed_down(correspondence: Correspondence) -> None:
    correspondence.ask(1)
    url = correspondence.link()
    answers = [correspondence.get(f"{correspondence.server.url}/r/guess-{number}") for number in range(25)]
    assert [one.status_code for one in answers] == [404] * 20 + [429] * 5
    assert int(answers[-1].headers["retry-after"]) > 0
    assert correspondence.get(url).status_code == 429
    correspondence.clock.advance(timedelta(minutes=10))
    assert correspondence.get(url).status_code == 200
    looked = [correspondence.get(url).status_code for _ in range(70)]
    assert looked.count(429) > 0


def test_pages_forbid_scripts_frames_and_telling_their_address(correspondence: Correspondence) -> None:
    correspondence.ask(1)
    url = correspondence.link()
    for page in (correspondence.get(url), correspondence.get(url + "x"), correspondence.post(url, {})):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text


def test_names_are_shown_as_they_are_typed_and_run_nothing(correspondence: Correspondence) -> None:
    hostile = "<script>alert(1)</script>\r\nBcc: x@y.example\u202etxt"
    correspondence.change_organisation(correspondence.world.showroom, name=hostile)
    request_id = correspondence.ask(1, title=hostile)
    url = correspondence.link()
    answer = correspondence.say(url, **{**SHIPS, "name": hostile, "tracking": hostile})
    page = correspondence.get(url)
    for shown in (answer.text, page.text):
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
        assert "\u202e" not in shown
    mail = correspondence.mails("samples@hps.example")[-1]
    assert "\n" not in mail.subject
    assert "\nBcc:" not in mail.body
    assert correspondence.confirmations(request_id)[0].confirmed_by_name.startswith("<script>alert(1)</script> Bcc:")


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=%ff", b"a=%00", b"&".join([b"a=1"] * 5000)])
def test_what_is_no_form_is_refused(correspondence: Correspondence, body: bytes) -> None:
    correspondence.ask(1)
    before = everything(correspondence.server)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = requests.post(correspondence.link(), data=body, headers=headers, timeout=30)
    assert 400 <= answer.status_code < 500
    assert "Nothing was stored." in answer.text
    assert everything(correspondence.server) == before


def test_a_form_that_is_far_too_long_is_refused(correspondence: Correspondence) -> None:
    correspondence.ask(1)
    answer = correspondence.browser.post(correspondence.link(), data=urlencode({"name": "x" * 100_000}), timeout=30)
    assert answer.status_code == 413


def test_without_a_secret_nobody_is_let_in_by_a_link_and_it_is_said(
    correspondence: Correspondence, expect_log: Callable[[str], None]
) -> None:
    correspondence.ask(1)
    url, file = correspondence.link(), correspondence.server.settings.secret_file
    file.unlink()
    file.mkdir()
    assert correspondence.get(url).status_code == 503
    expect_log("WARNING .*a mail goes without its link")
    correspondence.ask(1, number="2")
