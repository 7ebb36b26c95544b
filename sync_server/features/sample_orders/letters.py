"""The mails to a distributor's sample department: the request, with a PDF of it, and that a line is cancelled."""

from collections.abc import Sequence
from typing import NamedTuple

from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import local_day
from shared_models.sample_orders.records import RequestLine, SampleRequest
from sync_server.features.mail.letters import Letter, write
from sync_server.features.mail.places import reach_of, ship_to
from sync_server.features.mail.request_document import RequestDocument, RequestedSample
from sync_server.features.mail.signed_links import HOLDS
from sync_server.features.mail.wording import (
    address_or_none,
    item_text,
    lines_of,
    one_line,
    part_of,
    present,
    sample_word,
)


class _LineText(NamedTuple):
    item_no: str
    title: str
    quantity: int
    sample_word: str


def request_letter(
    request: SampleRequest,
    lines: Sequence[RequestLine],
    *,
    showroom: Organisation,
    distributor: Organisation,
    recipient: str,
    confirm_url: str = "",
) -> Letter:
    """The mail to `recipient`, the distributor's sample department; answers go to the showroom.

    `confirm_url` is where who does not take part answers in a browser; empty for who does.
    """
    written = write(
        "sample_request",
        {
            **_words_of_both(request, showroom, distributor),
            "samples": sum(line.quantity for line in lines),
            "lines": [_text_of(line) for line in lines],
            "ship_to": ship_to(request),
            "ship_method": one_line(request.ship_method),
            "note": lines_of(request.note),
            "confirm_url": confirm_url,
            "link_days": HOLDS.days,
            "signature": present((request.placed_by_name, showroom.name, *reach_of(showroom))),
        },
    )
    key = f"request:{request.id}:distributor"
    document = _document(request, lines, showroom, distributor)
    return _letter("sample_request", key, written, request, showroom, distributor, recipient, document)


def cancellation_letter(
    request: SampleRequest,
    line: RequestLine,
    quantity: int,
    *,
    showroom: Organisation,
    distributor: Organisation,
    recipient: str,
    cancelled_by: str,
    operation_id: str,
) -> Letter:
    """The mail to `recipient` that `quantity` of a line is not wanted any more; answers go to the showroom."""
    written = write(
        "line_cancelled",
        {
            **_words_of_both(request, showroom, distributor),
            "position": line.position,
            "what": item_text(line.title, line.item_no),
            "amount": part_of(quantity, line.quantity, sample_word(line.sample_type)),
            "quantity": quantity,
            "shipped": line.shipped,
            "signature": present((cancelled_by, showroom.name, *reach_of(showroom))),
        },
    )
    return _letter("line_cancelled", f"cancelled:{operation_id}", written, request, showroom, distributor, recipient)


def _words_of_both(request: SampleRequest, showroom: Organisation, distributor: Organisation) -> dict[str, object]:
    """What either mail says of its request."""
    return {
        "number": request.number,
        "showroom": one_line(showroom.name),
        "requested_on": local_day(request.placed_at),
        "sidemark": one_line(request.sidemark),
        "designer": one_line(request.designer_name),
        "takes_part": distributor.takes_part,
        "answers_reach": one_line(showroom.name) if address_or_none(showroom.email) else "",
    }


def _letter(
    kind: str,
    key: str,
    written: tuple[str, str],
    request: SampleRequest,
    showroom: Organisation,
    distributor: Organisation,
    recipient: str,
    document: RequestDocument | None = None,
) -> Letter:
    """A mail from the showroom to the sample department; `written` is its subject and its body."""
    subject, body = written
    return Letter(
        kind=kind,
        dedupe_key=key,
        organisation_id=request.organisation_id,
        about_id=request.id,
        recipient=recipient,
        recipient_name=f"{distributor.name}, sample department",
        reply_to=address_or_none(showroom.email) or "",
        reply_to_name=showroom.name,
        subject=subject,
        body=body,
        request_document=document,
    )


def _text_of(line: RequestLine) -> _LineText:
    return _LineText(one_line(line.item_no), one_line(line.title), line.quantity, sample_word(line.sample_type))


def _document(
    request: SampleRequest, lines: Sequence[RequestLine], showroom: Organisation, distributor: Organisation
) -> RequestDocument:
    return RequestDocument(
        number=request.number,
        requested_on=local_day(request.placed_at),
        showroom=showroom.name,
        showroom_address=reach_of(showroom),
        distributor=distributor.name,
        ship_to=ship_to(request),
        ship_method=request.ship_method,
        sidemark=request.sidemark,
        designer=request.designer_name,
        account="",
        lines=tuple(_sample_of(line) for line in lines),
        note=request.note,
    )


def _sample_of(line: RequestLine) -> RequestedSample:
    """A title says pattern and colour, parted by its last comma."""
    pattern, _, colour = line.title.rpartition(",")
    return RequestedSample(
        item_number=line.item_no,
        pattern=pattern.strip() or line.title,
        colour=colour.strip() if pattern.strip() else "",
        sample_type=sample_word(line.sample_type),
        quantity=line.quantity,
    )
