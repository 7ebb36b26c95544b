"""The mails that tell a designer and a showroom what a distributor said about a sample request."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import local_day
from shared_models.picking.records import Confirmation, ConfirmationLine
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sample_orders.rules import is_settled, pending
from sync_server.features.mail.letters import Letter, write
from sync_server.features.mail.places import ship_to
from sync_server.features.mail.wording import (
    address_or_none,
    item_text,
    one_line,
    part_of,
    place_lines,
    present,
    sample_word,
)


def _no_link(_recipient: str) -> str:
    return ""


class Answered(NamedTuple):
    """One confirmation with everything that a mail about it needs."""

    request: SampleRequest
    lines: Sequence[RequestLine]
    """All lines of the request as they stand after the confirmation."""
    confirmation: Confirmation
    confirmed: Sequence[ConfirmationLine]
    """In the order in which they were said."""
    showroom: Organisation
    distributor: Organisation
    left_all_the_same: Mapping[str, int]
    """By line: how many shipped although they had been cancelled."""
    link_to_status: Callable[[str], str] = _no_link
    """A new link for the address that it is given; empty where none can be made."""


class _LineText(NamedTuple):
    amount: str
    what: str
    until_on: date | None = None
    reason: str = ""
    replacement: str = ""
    cancelled_before: int = 0


def acknowledgements(answered: Answered) -> list[Letter]:
    """A mail for the showroom and one for the designer, as far as they have addresses; one if it is the same."""
    showroom, designer = _addresses(answered)
    letters = []
    if showroom:
        letters.append(_to_showroom(answered, showroom, designer_told=bool(designer)))
    if designer:
        letters.append(_to_designer(answered, designer))
    return letters


def _addresses(answered: Answered) -> tuple[str, str]:
    """Of the showroom and of the designer; empty where there is none, or the designer's is the showroom's."""
    showroom = address_or_none(answered.showroom.email) or address_or_none(answered.request.showroom_email) or ""
    designer = address_or_none(answered.request.designer_email) or ""
    return showroom, "" if designer.casefold() == showroom.casefold() else designer


def _to_showroom(answered: Answered, recipient: str, *, designer_told: bool) -> Letter:
    more = {
        "placed_by": one_line(answered.request.placed_by_name),
        "confirmed_by": one_line(answered.confirmation.confirmed_by_name),
        "designer_told": designer_told,
    }
    return _letter(answered, "showroom", (recipient, answered.showroom.name), answered.distributor, more)


def _to_designer(answered: Answered, recipient: str) -> Letter:
    showroom = answered.showroom
    town = place_lines(
        address1="", address2="", city=showroom.city, state=showroom.state, postal_code="", country=showroom.country
    )
    more = {"signature": present((showroom.name, *town, showroom.phone))}
    return _letter(answered, "designer", (recipient, answered.request.designer_name), showroom, more)


def _letter(
    answered: Answered,
    who: Literal["showroom", "designer"],
    recipient: tuple[str, str],
    answers_to: Organisation,
    more: Mapping[str, object],
) -> Letter:
    """`recipient` is an address and a name; `answers_to` gets the answers; `more` is what only this template says."""
    answers = address_or_none(answers_to.email) or ""
    values = {
        **_values(answered),
        "answers_reach": one_line(answers_to.name) if answers else "",
        "status_url": answered.link_to_status(recipient[0]),
        **more,
    }
    subject, body = write(f"acknowledgement_{who}", values)
    return Letter(
        kind="acknowledgement",
        dedupe_key=f"confirmation:{answered.confirmation.id}:{who}",
        organisation_id=answered.request.organisation_id,
        about_id=answered.request.id,
        recipient=recipient[0],
        recipient_name=recipient[1],
        reply_to=answers,
        reply_to_name=answers_to.name,
        subject=subject,
        body=body,
    )


def _values(answered: Answered) -> dict[str, object]:
    request, confirmation = answered.request, answered.confirmation
    by_id = {line.id: line for line in answered.lines}
    of_outcome: dict[str, list[_LineText]] = {"shipped": [], "backordered": [], "will_not_ship": []}
    for said in answered.confirmed:
        text = _text_of(said, by_id[said.line_id])
        if said.outcome == "shipped":
            text = text._replace(cancelled_before=answered.left_all_the_same.get(said.line_id, 0))
        of_outcome[said.outcome].append(text)
    return {
        **of_outcome,
        "waiting": [_waiting_text(line) for line in answered.lines if pending(line) > 0],
        "outcome": _in_short(answered.confirmed),
        "delivery": _delivery(confirmation),
        "number": request.number,
        "requested_on": local_day(request.placed_at),
        "distributor": one_line(answered.distributor.name),
        "showroom": one_line(answered.showroom.name),
        "designer": one_line(request.designer_name),
        "sidemark": one_line(request.sidemark),
        "ship_to": ship_to(request),
        "is_settled": is_settled(answered.lines),
    }


def _text_of(said: ConfirmationLine, line: RequestLine) -> _LineText:
    return _LineText(
        amount=part_of(said.quantity, line.quantity, sample_word(line.sample_type)),
        what=item_text(line.title, line.item_no),
        until_on=said.until_on,
        reason=one_line(said.reason),
        replacement=one_line(said.replacement_item_no),
    )


def _waiting_text(line: RequestLine) -> _LineText:
    amount = part_of(pending(line), line.quantity, sample_word(line.sample_type))
    return _LineText(amount, item_text(line.title, line.item_no))


def _in_short(confirmed: Sequence[ConfirmationLine]) -> str:
    """`3 shipped, 1 backordered, 1 will not come`."""
    words = (("shipped", "shipped"), ("backordered", "backordered"), ("will_not_ship", "will not come"))
    counts = {key: sum(said.quantity for said in confirmed if said.outcome == key) for key, _ in words}
    return ", ".join(f"{counts[key]} {word}" for key, word in words if counts[key])


def _delivery(confirmation: Confirmation) -> str:
    carrier, tracking = one_line(confirmation.carrier), one_line(confirmation.tracking_no)
    by = f" by {carrier}" if carrier else ""
    return by + (f", tracking number {tracking}" if tracking else "")
