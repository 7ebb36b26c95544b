"""A sample request in the words of a page: what became of each line, and what was said of it when."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import local_day
from shared_models.picking.records import Confirmation
from shared_models.sample_orders.records import RequestLine, SampleRequest
from shared_models.sample_orders.rules import is_settled, may_still_ship, pending
from sync_server.features.mail.wording import counted, day, item_text, one_line, sample_word
from sync_server.features.sync.records import ServerRecords


class LineWords(NamedTuple):
    """One line: what was asked for, and its fates, each with its tone."""

    position: int
    what: str
    asked: str
    still_open: int
    fates: list[tuple[str, str]]


class SaidBefore(NamedTuple):
    """That something was confirmed."""

    at: str
    by: str


class RequestWords(NamedTuple):
    """A request as its page shows it: nothing of who it is for and where it goes."""

    number: str
    showroom: str
    distributor: str
    placed_on: str
    lines: list[LineWords]
    is_settled: bool
    said_before: list[SaidBefore]


def instant_words(at: datetime) -> str:
    """`25 November 2026, 14:02 UTC`: readers may be anywhere."""
    there = at.astimezone(UTC)
    return f"{day(there.date())}, {there:%H:%M} UTC"


def words_of(records: ServerRecords, request: SampleRequest) -> RequestWords:
    """The request as it stands."""
    lines = _in_order(records, request.id)
    confirmations = sorted(records.find(Confirmation, request_id=request.id), key=lambda one: one.confirmed_at)
    return RequestWords(
        number=request.number,
        showroom=one_line(request.showroom_name) or records.need(Organisation, request.organisation_id).name,
        distributor=records.need(Organisation, request.distributor_id).name,
        placed_on=day(local_day(request.placed_at)),
        lines=[_line(line) for line in lines],
        is_settled=is_settled(lines),
        said_before=_said(confirmations),
    )


def lines_of_request(records: ServerRecords, request_id: str) -> list[LineWords]:
    """The lines of a request in their order."""
    return [_line(line) for line in _in_order(records, request_id)]


def _in_order(records: ServerRecords, request_id: str) -> list[RequestLine]:
    return sorted(records.find(RequestLine, request_id=request_id), key=lambda line: line.position)


def _said(confirmations: Sequence[Confirmation]) -> list[SaidBefore]:
    return [SaidBefore(instant_words(one.confirmed_at), one_line(one.confirmed_by_name)) for one in confirmations]


def _line(line: RequestLine) -> LineWords:
    return LineWords(
        position=line.position,
        what=item_text(line.title, line.item_no),
        asked=counted(line.quantity, sample_word(line.sample_type)),
        still_open=may_still_ship(line),
        fates=list(fates(line)),
    )


def fates(line: RequestLine) -> list[tuple[str, str]]:
    """Tone and words of each fate that some of the line met."""
    by = " ".join(part for part in (one_line(line.carrier), one_line(line.tracking_no)) if part)
    until = f"expected {day(line.backordered_until)}" if line.backordered_until else "no date known yet"
    instead = f"; offered instead: {one_line(line.replacement_item_no)}" if line.replacement_item_no else ""
    said = (
        (line.shipped, "good", f"{line.shipped} shipped{f': {by}' if by else ''}"),
        (line.backordered, "attention", f"{line.backordered} on backorder, {until}"),
        (line.will_not_ship, "bad", f"{line.will_not_ship} will not come: {one_line(line.reason)}{instead}"),
        (line.cancelled, "neutral", f"{line.cancelled} cancelled by the showroom"),
        (pending(line), "info", f"{pending(line)} not answered yet"),
    )
    return [(tone, words) for number, tone, words in said if number > 0]
