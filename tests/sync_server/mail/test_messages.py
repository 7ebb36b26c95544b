"""Messages are safe whatever people typed, and the settings mean what they say."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.policy import compat32, default
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.kernel.errors import DomainError
from sync_server.features.mail.messages import message_of, sender_of
from sync_server.features.mail.queries import StoredMail
from sync_server.features.mail.smtp import Carrier, SmtpServer, smtp_server
from sync_server.features.mail.wording import (
    address_or_none,
    counted,
    day,
    item_text,
    lines_of,
    one_line,
    part_of,
    place_lines,
    sample_word,
)
from tests.shared_models.world import KRAVEL, SHOWROOM
from tests.sync_server.mail.mail_sink import MailSink
from tests.sync_server.mail.post_room import PostRoom, item, part

NASTY = "Ann\r\nBcc: victim@evil.example\r\n\r\n<script>\u202egnp.exe"
SENDER = Address("Order-Track", addr_spec="no-reply@samples.example")


def decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def stored(**values: str) -> StoredMail:
    now = datetime(2026, 11, 16, 9, tzinfo=UTC)
    fields = {
        "recipient": "ann@abbott.example",
        "recipient_name": "Ann",
        "reply_to": "desk@halden.example",
        "reply_to_name": "Halden",
        "subject": "Samples",
        "body": "Hello\n",
    } | values
    return StoredMail(
        id="m",
        kind="acknowledgement",
        organisation_id="o",
        about_id="r",
        message_id="<m@samples.example>",
        written_at=now,
        queued_at=now,
        state="queued",
        attempts=0,
        next_attempt_at=now,
        last_error="",
        sent_at=None,
        **fields,
    )


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=600))
def test_no_name_and_no_subject_adds_a_header_or_a_recipient(name: str, subject: str, body: str) -> None:
    mail = stored(recipient_name=name, reply_to_name=name, subject=subject, body=body.replace("\ud800", ""))
    written = message_of(mail, (), SENDER).as_bytes()
    read = message_from_bytes(written, policy=default)
    assert [header.lower() for header in read.keys()] == [  # noqa: SIM118 - a header may be there twice
        "from",
        "to",
        "reply-to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "content-type",
        "content-transfer-encoding",
        "mime-version",
    ]
    assert [address.addr_spec for address in read["To"].addresses] == ["ann@abbott.example"]
    # Read by the older parser: the newer one puts blanks into long names (gh-128110).
    plain = message_from_bytes(written, policy=compat32)
    assert decoded(plain["Subject"]) == one_line(subject).replace("=?", "= ?")
    assert decoded(parseaddr(plain["To"])[0]) == one_line(name)


def test_what_was_typed_into_names_reaches_no_header_of_its_own(post_room: PostRoom, sink: MailSink) -> None:
    post_room.change_organisation(KRAVEL, name=f"Kravel {NASTY}")
    post_room.change_organisation(SHOWROOM, name=NASTY)
    outcome = post_room.order(part("r1", KRAVEL, item("l1", NASTY)), sidemark=NASTY, note=NASTY)
    assert outcome.result == "applied"
    assert post_room.send().sent == 1
    (message,) = sink.taken
    assert sink.recipients == ["samples@kravel.example"]
    assert message["Bcc"] is None
    assert "\u202e" not in message.as_string()
    body = message.get_body(("plain",))
    assert body is not None
    assert not any(line.startswith("Bcc:") for line in body.get_content().splitlines())


def test_what_looks_like_an_encoded_word_is_not_decoded() -> None:
    trick = "=?utf-8?q?Bcc=3A_x=40y=2Eexample?="
    mail = stored(subject=trick, recipient_name=trick)
    read = message_from_bytes(message_of(mail, (), SENDER).as_bytes(), policy=default)
    assert (read["Subject"], read["To"].addresses[0].display_name) == (trick.replace("=?", "= ?"), trick)


def test_letters_of_any_script_arrive_as_they_were_written() -> None:
    mail = stored(recipient_name="Zoë Müller-Øst", subject="Muster für Böhm – 見本", body="Grüße, 見本\n")
    read = message_from_bytes(message_of(mail, (), SENDER).as_bytes(), policy=default)
    assert (read["Subject"], read["To"].addresses[0].display_name) == (mail.subject, "Zoë Müller-Øst")
    assert read.get_content().replace("\r\n", "\n") == mail.body


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@abbott.example", "ann@abbott.example"),
        ("  ann@abbott.example\n", "ann@abbott.example"),
        ("Ann.O'Hara+memo@abbott.example", "Ann.O'Hara+memo@abbott.example"),
        ("zoë@abbott.example", None),
        ("ann@möbel.example", "ann@xn--mbel-5qa.example"),
        ("", None),
        ("ann", None),
        ("@abbott.example", None),
        ("ann@", None),
        ("a b@abbott.example", None),
        ("ann@abbott.example, bea@bright.example", None),
        ("ann@abbott.example\nBcc: x@y.example", None),
        ("<ann@abbott.example>", None),
        ("Ann <ann@abbott.example>", None),
        ("ann@" + "x" * 80 + ".example", None),
    ],
)
def test_only_one_plain_address_is_an_address(text: str, address: str | None) -> None:
    assert address_or_none(text) == address


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_none_and_never_an_error(text: str) -> None:
    found = address_or_none(text)
    assert found is None or (found.count("@") >= 1 and found.isprintable() and " " not in found)


@pytest.mark.parametrize("setting", ["", "Order-Track", "Order-Track <>", "a@b@c"])
def test_a_sender_setting_without_an_address_is_refused(setting: str) -> None:
    with pytest.raises(DomainError, match="ORDER_TRACK_MAIL_FROM needs an address"):
        sender_of(setting)


def test_a_sender_may_be_an_address_alone() -> None:
    assert sender_of("no-reply@samples.example").addr_spec == "no-reply@samples.example"


# --- words -----------------------------------------------------------------------------------------------


def test_words_agree_with_their_numbers() -> None:
    assert (counted(1, "memo"), counted(2, "memo"), counted(0, "memo")) == ("1 memo", "2 memos", "0 memos")
    assert (part_of(2, 3, "ring set"), part_of(3, 3, "wing"), part_of(1, 1, "book")) == (
        "2 of 3 ring sets",
        "3 wings",
        "1 book",
    )


def test_sample_types_are_named_as_people_name_them() -> None:
    assert [sample_word(one) for one in ("MEMO", "CUTTING", "WING", "BOOK", "RING_SET", "HAND_LOOM", "")] == [
        "memo",
        "cutting",
        "wing",
        "book",
        "ring set",
        "hand loom",
        "sample",
    ]


def test_days_items_and_places_read_as_people_write_them() -> None:
    assert day(datetime(2026, 12, 4, tzinfo=UTC).date()) == "4 December 2026"
    assert item_text("Marlow Stripe, Ochre", "01354.010") == "Marlow Stripe, Ochre (01354.010)"
    assert item_text("", "01354.010") == "01354.010"
    place = {"address1": "12 Quay St", "address2": "", "city": "Boston", "state": "MA", "postal_code": "02110"}
    assert place_lines(**place, country="US") == ("12 Quay St", "Boston, MA 02110")
    assert place_lines(**place, country="Canada")[-1] == "Canada"
    assert place_lines(address1="", address2="", city="", state="", postal_code="", country="US") == ()


def test_a_note_keeps_its_lines_and_ends_when_it_is_endless() -> None:
    assert lines_of("one\r\n\r\n  two\u202e\nthree") == ("one", "two", "three")
    assert len(lines_of("x\n" * 1000)) == 41
    assert one_line("x" * 1000) == "x" * 400 + "…"


# --- the mail server's setting ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer(host="mail.example", port=25)),
        ("smtp://u:p@mail.example", SmtpServer(host="mail.example", port=587, user="u", password="p")),
        ("smtp://127.0.0.1:2525", SmtpServer(host="127.0.0.1", port=2525)),
        ("smtps://mail.example", SmtpServer(host="mail.example", port=465, encrypted=True)),
        (
            "smtps://desk%40halden.example:p%2Fs%3As@mail.example:9465",
            SmtpServer(host="mail.example", port=9465, user="desk@halden.example", password="p/s:s", encrypted=True),
        ),
    ],
)
def test_the_setting_names_server_port_and_who_signs_in(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp://u:secret@mail.example:x"])
def test_a_setting_that_cannot_be_read_is_refused_without_repeating_the_password(url: str) -> None:
    with pytest.raises(DomainError, match="ORDER_TRACK_SMTP_URL must be smtp://") as refused:
        smtp_server(url)
    assert "secret" not in refused.value.sentence


def test_only_this_machine_counts_as_here() -> None:
    here = [SmtpServer(host=host, port=25).is_here for host in ("127.0.0.1", "::1", "localhost", "mail.example")]
    assert here == [True, True, True, False]


class _Elsewhere(SmtpServer, frozen=True, kw_only=True):
    """A server on loopback that counts as one across the wire."""

    @property
    def is_here(self) -> bool:
        return False


def test_a_password_is_not_sent_in_the_clear(post_room: PostRoom, sink: MailSink) -> None:
    port = smtp_server(post_room.settings.smtp_url).port
    elsewhere = _Elsewhere(host="127.0.0.1", port=port, user="u", password="secret")
    with Carrier(elsewhere) as carrier:
        delivery = carrier.deliver(message_of(stored(), (), SENDER), sender="a@b.example", recipient="c@d.example")
    assert (delivery.result, delivery.server_away) == ("again", True)
    assert "it offers no encryption, and the password is not sent in the clear" in delivery.sentence
    assert sink.taken == []
