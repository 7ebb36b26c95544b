"""Sample requests and confirmations for a distributor's own system; the same operation as a picker's."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import anyio
import msgspec
from litestar import Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy import Connection

from shared_models.accounts.records import ModuleGrant
from shared_models.accounts.rules import has_module
from shared_models.kernel.clock import Clock, local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import ConfirmationId, LineId, RequestId
from shared_models.kernel.operation import Module, Role
from shared_models.picking.operations import ConfirmedLine, ConfirmLines
from shared_models.sample_orders.records import SampleRequest
from shared_models.sync.operation_codec import encode
from shared_models.sync.streams import requests
from shared_models.sync.wire import OperationEnvelope
from sync_server.features.picking.queries import RequestList, RequestView, request_of, requests_of
from sync_server.features.picking.x12_answers import Answer, AnsweredLine, read_answers
from sync_server.features.sync.apply import settle
from sync_server.features.sync.receipts import made_at_of, next_number
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Caller
from sync_server.foundation.database import Database
from sync_server.foundation.signed_in import SignedIn
from sync_server.foundation.x12.notes import Notes
from sync_server.foundation.x12.segments import fault, shown

_ROLES = frozenset({Role.PICKER, Role.MASTER})
LONGEST_BODY = 1024 * 1024
EXAMPLE_NUMBER = "KRA-1042"


class ConfirmationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What became of some lines. The same `confirmation_id` again changes nothing and gives the same answer."""

    confirmation_id: str
    """The caller's own id for this confirmation, 1 to 64 characters."""
    lines: tuple[ConfirmedLine, ...]
    carrier: str = ""
    tracking_no: str = ""


class ConfirmedByX12(msgspec.Struct, frozen=True, kw_only=True):
    """The requests as they stand afterwards, in the order of the file."""

    requests: list[RequestView]
    not_used: list[str]
    """What the file holds that no confirmation takes, with the segment where it first stands."""


@get("/v1/requests", sync_to_thread=True, summary="Sample requests for a distributor's own system")
def list_requests(
    caller: SignedIn,
    state: State,
    since: FromQuery[datetime | None] = None,
    after: FromQuery[str] = "",
    open_only: FromQuery[bool] = True,
) -> RequestList:
    """Oldest first, 200 looked at a call; go on with `after=next_after` until that is empty."""
    database: Database = state.database
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    with database.reading() as connection:
        distributor_id = _distributor_of(connection, caller, state.clock)
    with database.seen_by([requests(distributor_id)]) as connection:
        return requests_of(connection, distributor_id, since=since, after=after, only_open=open_only)


@post(
    "/v1/requests/{request_id:str}/confirmations",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=LONGEST_BODY,
    summary="Confirm lines of a request",
)
def confirm_request(
    request_id: FromPath[str], data: JSONBody[ConfirmationRequest], caller: SignedIn, state: State
) -> RequestView:
    """The request as it stands afterwards."""
    database: Database = state.database
    clock: Clock = state.clock
    if not 1 <= len(data.confirmation_id) <= 64:
        raise DomainError("malformed", "A confirmation_id has 1 to 64 characters.")

    def unit(connection: Connection) -> RequestView:
        distributor_id = _distributor_of(connection, caller, clock)
        request_of(connection, distributor_id, request_id)
        envelope = _envelope(connection, data, request_id, distributor_id, caller, clock.now())
        outcome = settle(
            connection, envelope, caller, station_clock=clock.now(), now=clock.now(), reactions=state.reactions
        )
        if outcome.result not in ("applied", "needs_review"):
            raise DomainError(outcome.code, outcome.sentence, **outcome.facts)
        return request_of(connection, distributor_id, request_id)

    return database.write_unit(unit)


@post(
    "/v1/requests/confirmations",
    status_code=200,
    request_max_body_size=LONGEST_BODY,
    summary="Confirm lines of requests by X12 855",
)
async def confirm_by_x12(request: Request[Any, Any, State], caller: SignedIn, state: State) -> ConfirmedByX12:
    """The body is X12 4010 with any number of 855, BAK03 the number of a request, PO101 the position of its line.

    All of it is taken or nothing. A set that was taken before, by its control numbers, changes nothing again.
    """
    body = await request.body()
    return await anyio.to_thread.run_sync(_confirm_answers, body, caller, state)


def _confirm_answers(body: bytes, caller: Caller, state: State) -> ConfirmedByX12:
    database: Database = state.database
    now = state.clock.now()
    notes = Notes()
    answers = read_answers(_text_of(body), notes)

    def unit(connection: Connection) -> ConfirmedByX12:
        distributor_id = _distributor_of(connection, caller, state.clock)
        views = []
        for answer in answers:
            view = _asked(connection, distributor_id, answer)
            data = ConfirmationRequest(
                confirmation_id=answer.control,
                lines=tuple(_confirmed(view, line) for line in answer.lines),
                carrier=answer.carrier,
                tracking_no=answer.tracking_no,
            )
            envelope = _envelope(connection, data, view.request.id, distributor_id, caller, now)
            outcome = settle(connection, envelope, caller, station_clock=now, now=now, reactions=state.reactions)
            if outcome.result not in ("applied", "needs_review"):
                raise fault(answer.begin, 0, f"cannot be taken: {outcome.sentence.rstrip('.')}", code=outcome.code)
            views.append(request_of(connection, distributor_id, view.request.id))
        return ConfirmedByX12(requests=views, not_used=list(notes.told()))

    return database.write_unit(unit)


def _text_of(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("iso-8859-1")


def _asked(connection: Connection, distributor_id: str, answer: Answer) -> RequestView:
    """The request that BAK03 names."""
    found = ServerRecords(connection).find(SampleRequest, distributor_id=distributor_id, number=answer.request_no)
    if not found:
        words = f"“{shown(answer.request_no)}”, is the number of no sample request here, such as {EXAMPLE_NUMBER}"
        raise fault(answer.begin, 3, words, code="not_found")
    return request_of(connection, distributor_id, found[0].id)


def _confirmed(view: RequestView, said: AnsweredLine) -> ConfirmedLine:
    """The line that a PO1 is about: by its position, or by an item that only one line has; both must agree."""
    found = [
        one.line
        for one in view.lines
        if said.position in (0, one.line.position) and said.item_no in ("", one.line.item_no)
    ]
    if len(found) != 1:
        how = "several lines" if found else "no line"
        words = f"is about {how} of request {view.request.number}; write the line's position and item number"
        raise fault(said.line, 0, words, code="not_found")
    return ConfirmedLine(
        line_id=LineId(found[0].id),
        outcome=said.outcome,
        quantity=said.quantity,
        until_on=said.until_on,
        reason=said.reason,
        replacement_item_no=said.replacement_item_no,
    )


def _distributor_of(connection: Connection, caller: Caller, clock: Clock) -> str:
    """The one distributor whose requests the caller works on."""
    houses = sorted({member.organisation_id for member in caller.memberships if member.role in _ROLES})
    today = local_day(clock.now())
    records = ServerRecords(connection)
    served = [
        house
        for house in houses
        if has_module(records.find(ModuleGrant, organisation_id=house), house, Module.SAMPLE_PROCESSING, today)
    ]
    if len(served) != 1:
        raise DomainError(
            "role_missing", "Only a picker or master of one distributor with Sample Processing may do this."
        )
    return served[0]


def _envelope(
    connection: Connection,
    data: JSONBody[ConfirmationRequest],
    request_id: str,
    distributor_id: str,
    caller: Caller,
    now: datetime,
) -> OperationEnvelope:
    """The picker's operation. Its id follows from the caller's own id and words, so that a repeat is a repeat."""
    said = msgspec.json.encode((distributor_id, request_id, data.confirmation_id))
    operation_id = sha256(said).hexdigest()[:48]
    known = made_at_of(connection, operation_id)
    operation = ConfirmLines(
        confirmation_id=ConfirmationId(operation_id),
        request_id=RequestId(request_id),
        lines=data.lines,
        carrier=data.carrier,
        tracking_no=data.tracking_no,
    )
    return OperationEnvelope(
        id=operation_id,
        name="ConfirmLines",
        version=ConfirmLines.VERSION,
        payload=encode(operation),
        made_at=known or now,
        organisation_id=distributor_id,
        station_seq=next_number(connection, caller.station_id),
        lane=operation.lane(),
    )


HANDLERS = [list_requests, confirm_request, confirm_by_x12]
