"""Sample requests as a distributor's own system reads them."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from shared_models.kernel.errors import DomainError
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sample_orders.rules import is_settled, line_status
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.tables import RECORD_TABLES

MOST_REQUESTS = 200


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line with its status in one word."""

    line: RequestLine
    status: str


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request with its lines in order; `settled` when nothing is left to ship or to wait for."""

    request: SampleRequest
    lines: list[LineView]
    settled: bool


class RequestList(msgspec.Struct, frozen=True, kw_only=True):
    """Requests, oldest first; `next_after` continues the list and is empty at its end."""

    requests: list[RequestView]
    next_after: str


def requests_of(
    connection: Connection, distributor_id: str, *, since: datetime | None, after: str, only_open: bool
) -> RequestList:
    """The distributor's requests by their ids, at most 200 of them looked at a call.

    `after` is the id to go on from, `since` leaves out what was placed before, `only_open` what is settled.
    """
    table = RECORD_TABLES[SampleRequest]
    wanted = select(table.c.id).where(table.c.distributor_id == distributor_id, table.c.id > after)
    if since is not None:
        wanted = wanted.where(table.c.placed_at >= since)
    ids = list(connection.execute(wanted.order_by(table.c.id).limit(MOST_REQUESTS + 1)).scalars())
    records = ServerRecords(connection)
    views = [_view(records, request) for request in records.get_many(SampleRequest, ids[:MOST_REQUESTS])]
    return RequestList(
        requests=[view for view in views if not (only_open and view.settled)],
        next_after=ids[MOST_REQUESTS - 1] if len(ids) > MOST_REQUESTS else "",
    )


def request_of(connection: Connection, distributor_id: str, request_id: str) -> RequestView:
    """One request of the distributor's. Raises `DomainError("not_found")` for any other."""
    records = ServerRecords(connection)
    request = records.get(SampleRequest, request_id)
    if request is None or request.distributor_id != distributor_id:
        raise DomainError("not_found", "There is no such sample request here.")
    return _view(records, request)


def _view(records: ServerRecords, request: SampleRequest) -> RequestView:
    lines = sorted(records.find(RequestLine, request_id=request.id), key=lambda line: line.position)
    return RequestView(
        request=request,
        lines=[LineView(line=line, status=line_status(line)) for line in lines],
        settled=is_settled(lines),
    )
