"""From the form behind a signed link to the same operation that a picker does at a bench."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple, cast

import msgspec
from sqlalchemy import Connection

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import ConfirmationId, LineId, RequestId
from shared_models.picking.operations import ConfirmedLine, ConfirmLines
from shared_models.picking.records import Outcome
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sample_orders.rules import may_still_ship
from shared_models.sync.operation_codec import encode
from shared_models.sync.wire import OperationEnvelope
from sync_server.features.mail.signed_links import SignedLink
from sync_server.features.mail.wording import item_text, one_line
from sync_server.features.sync.apply import settle
from sync_server.features.sync.reactions import Reaction
from sync_server.features.sync.receipts import made_at_of, next_number
from sync_server.foundation.caller import Caller, GuestRight

OUTCOMES: dict[str, str] = {"shipped": "Shipped", "backordered": "Backordered", "will_not_ship": "Will not ship"}
_LONGEST_TEXT = 200
_LONGEST_NAME = 80


class LinkAnswer(NamedTuple):
    """What somebody says through the form."""

    lines: tuple[ConfirmedLine, ...]
    carrier: str
    tracking_no: str
    name: str


def read_answer(fields: Mapping[str, str], lines: Sequence[RequestLine]) -> LinkAnswer:
    """What the form says. Raises `DomainError("malformed")` with a sentence that names the line."""
    is_all = bool(fields.get("everything"))
    said = tuple(_everything(lines) if is_all else _each(fields, lines))
    if not said:
        raise DomainError("nothing_chosen", "Choose for at least one line what becomes of it.")
    return LinkAnswer(said, _text(fields, "carrier"), _text(fields, "tracking"), _text(fields, "name", _LONGEST_NAME))


def _everything(lines: Sequence[RequestLine]) -> Iterator[ConfirmedLine]:
    for line in lines:
        if may_still_ship(line) > 0:
            yield ConfirmedLine(line_id=LineId(line.id), outcome="shipped", quantity=may_still_ship(line))


def _each(fields: Mapping[str, str], lines: Sequence[RequestLine]) -> Iterator[ConfirmedLine]:
    for line in lines:
        outcome = fields.get(f"outcome-{line.position}", "")
        if not outcome:
            continue
        what = item_text(line.title, line.item_no)
        quantity = fields.get(f"quantity-{line.position}", "").strip() or str(may_still_ship(line))
        if outcome not in OUTCOMES or not quantity.isdecimal() or not quantity.isascii() or len(quantity) > 6:
            raise DomainError("malformed", f"{what}: say how many, as a whole number such as 1.")
        yield ConfirmedLine(
            line_id=LineId(line.id),
            outcome=cast(Outcome, outcome),
            quantity=int(quantity),
            until_on=_day(fields, line, what) if outcome == "backordered" else None,
            reason=_text(fields, f"reason-{line.position}") if outcome == "will_not_ship" else "",
            replacement_item_no=_text(fields, f"instead-{line.position}") if outcome == "will_not_ship" else "",
        )


def _day(fields: Mapping[str, str], line: RequestLine, what: str) -> date | None:
    text = fields.get(f"until-{line.position}", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DomainError("malformed", f"{what}: “{text[:40]}” is no day; write it like 2026-12-04.") from None


def _text(fields: Mapping[str, str], name: str, longest: int = _LONGEST_TEXT) -> str:
    return one_line(fields.get(name, ""))[:longest]


def operation_id_of(link: SignedLink, form: str) -> str:
    """The same form sent twice is one operation, however often the browser sends it."""
    return sha256(msgspec.json.encode(("signed link", link.nonce, form))).hexdigest()[:48]


def answered_at(connection: Connection, link: SignedLink, form: str) -> datetime | None:
    """When this very form was taken; None when it was not."""
    return made_at_of(connection, operation_id_of(link, form)) if form else None


def settle_answer(
    connection: Connection,
    link: SignedLink,
    form: str,
    request: SampleRequest,
    answer: LinkAnswer,
    *,
    now: datetime,
    reactions: Sequence[Reaction],
) -> None:
    """Settle it as a station's operation is settled. Raises the `DomainError` with which it was refused."""
    operation_id = operation_id_of(link, form)
    operation = ConfirmLines(
        confirmation_id=ConfirmationId(operation_id),
        request_id=RequestId(request.id),
        lines=answer.lines,
        carrier=answer.carrier,
        tracking_no=answer.tracking_no,
    )
    caller = _guest(link, request, operation, answer.name)
    envelope = OperationEnvelope(
        id=operation_id,
        name=ConfirmLines.__name__,
        version=ConfirmLines.VERSION,
        payload=encode(operation),
        made_at=now,
        organisation_id=request.distributor_id,
        station_seq=next_number(connection, caller.station_id),
        lane=operation.lane(),
    )
    outcome = settle(connection, envelope, caller, station_clock=now, now=now, reactions=reactions)
    if outcome.result not in ("applied", "needs_review"):
        raise DomainError(outcome.code, outcome.sentence, **outcome.facts)


def _guest(link: SignedLink, request: SampleRequest, operation: ConfirmLines, name: str) -> Caller:
    """Whoever holds the link: nobody in particular, with the right to this one thing."""
    return Caller(
        person_id=f"link-{link.nonce}",
        person_name=f"{name or 'the sample department'} (by the link in its mail)",
        station_id=f"link-{link.nonce}",
        token_id="",
        memberships=(),
        guest=GuestRight(
            operation=type(operation).__name__, organisation_id=request.distributor_id, lane=operation.lane()
        ),
    )
