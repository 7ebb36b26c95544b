"""The mails about inquiries: what is asked, that it is not wanted any more, and what was answered."""

import msgspec

from shared_models.accounts.records import Organisation, Person
from shared_models.inquiries.operations import named
from shared_models.inquiries.records import Inquiry
from shared_models.inquiries.rules import expiry_of
from shared_models.kernel.clock import local_day
from shared_models.kernel.measures import quantity_text
from sync_server.features.mail.letters import Letter, write
from sync_server.features.mail.wording import address_or_none, day, lines_of, one_line

_ASKED = {
    "EXTEND": "Please extend it",
    "RELEASE": "Please release it: the goods are not needed any more",
    "CFA": "Please send a cutting for approval from the lot that is reserved",
    "QUESTION": "A question about it",
}
_IN_SUBJECT = {
    "EXTEND": "extend",
    "RELEASE": "release",
    "CFA": "cutting for approval for",
    "QUESTION": "question about",
}
_AGREED = {"EXTEND": "extended", "RELEASE": "released", "CFA": "cutting for approval sent"}


def asking_letter(
    inquiry: Inquiry, house: Organisation, asker: Person, whom: Person | Organisation, address: str
) -> Letter:
    """The mail to somebody of the distributor's; an answer to it reaches whoever asked."""
    values = {
        **_words(inquiry, house),
        "wanted": _ASKED[inquiry.wanted],
        "what": _IN_SUBJECT[inquiry.wanted],
        "until_on": inquiry.until_on,
        "note": lines_of(inquiry.note),
    }
    letter = _letter("inquiry_asked", f"inquiry:{inquiry.id}:{whom.id}", values, inquiry, whom, address)
    return _with_answers_to(letter, asker)


def withdrawal_letter(
    inquiry: Inquiry, house: Organisation, whom: Person | Organisation, address: str, said_by: str
) -> Letter:
    """The mail to whoever was asked: it needs no answer any more."""
    values = {
        **_words(inquiry, house),
        "what": _IN_SUBJECT[inquiry.wanted],
        "withdrawn_by": one_line(inquiry.withdrawn_by_name),
    }
    return _letter("inquiry_withdrawn", f"inquiry_withdrawn:{said_by}:{whom.id}", values, inquiry, whom, address)


def answer_letter(inquiry: Inquiry, house: Organisation, asker: Person, address: str, said_by: str) -> Letter:
    """The mail to whoever asked."""
    values = {
        **_words(inquiry, house),
        "what": _IN_SUBJECT[inquiry.wanted],
        "outcome": _outcome(inquiry),
        "until_on": inquiry.agreed_until_on,
        "parcel": one_line(f"{inquiry.carrier} {inquiry.tracking_no}"),
        "text": lines_of(inquiry.answer_text),
        "answered_by": one_line(inquiry.answered_by_name),
    }
    return _letter("inquiry_answered", f"inquiry_answered:{said_by}", values, inquiry, asker, address)


def _outcome(inquiry: Inquiry) -> str:
    if inquiry.answer == "AGREED":
        return _AGREED.get(inquiry.wanted, "agreed")
    return "declined" if inquiry.answer == "DECLINED" else "answered"


def _words(inquiry: Inquiry, house: Organisation) -> dict[str, object]:
    """What every one of these mails says of its row."""
    quantity = "" if inquiry.qty is None else one_line(f"{quantity_text(inquiry.qty)} {inquiry.unit}")
    return {
        "name": one_line(named(inquiry.dataset, inquiry.number, inquiry.line_no)),
        "distributor": one_line(house.name),
        "asked_from": one_line(inquiry.asked_from),
        "asked_by": one_line(inquiry.asked_by_name),
        "asked_on": local_day(inquiry.asked_at),
        "item_no": one_line(inquiry.item_no),
        "quantity": quantity,
        "sidemark": one_line(inquiry.sidemark),
        "expires": _expiry(inquiry),
    }


def _expiry(inquiry: Inquiry) -> str:
    """The day, and the hour in UTC where the file said one: who reads the mail may stand anywhere."""
    ends = expiry_of(inquiry.expires_at)
    if ends is None:
        return ""
    on = day(ends.date())
    return f"{on}, {ends:%H:%M} UTC" if "T" in inquiry.expires_at else on


def _letter(
    kind: str, key: str, values: dict[str, object], inquiry: Inquiry, whom: Person | Organisation, address: str
) -> Letter:
    subject, body = write(kind, values)
    return Letter(
        kind=kind,
        dedupe_key=key,
        organisation_id=inquiry.distributor_id if kind == "inquiry_answered" else inquiry.organisation_id,
        about_id=inquiry.id,
        recipient=address,
        recipient_name=whom.name,
        subject=subject,
        body=body,
    )


def _with_answers_to(letter: Letter, asker: Person) -> Letter:
    return msgspec.structs.replace(letter, reply_to=address_or_none(asker.email) or "", reply_to_name=asker.name)
