"""What a warehouse does: print tickets, confirm lines, count a bin; each answers with the Changes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.features.picking import queries
from desktop.features.picking.papers import TicketPaper, draw_tickets
from desktop.features.picking.rows import BenchRequest, Marking
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import ConfirmationId, LineId, RequestId, WaveId, new_id
from shared_models.picking.operations import ConfirmedLine, ConfirmLines, CountSampleStock, PrintTickets


def print_tickets(
    desk: Desk, request_ids: Sequence[str], *, duplicate_days: int, paper_only: bool = False
) -> tuple[Changes, TicketPaper]:
    """Record that the tickets are printed, and draw them: one alone, several as a wave sorted by bin.

    Raises `DomainError` when nothing is chosen or a request has no number yet; nothing is recorded then.
    """
    if not request_ids:
        raise DomainError("nothing_chosen", "Choose at least one request to print.")
    if not all(_request(desk, one, duplicate_days).number for one in request_ids):
        raise DomainError("no_number", "A request has no number yet; it comes with the next sync. Print it then.")
    wave_id = WaveId(new_id())
    recorded = desk.record(PrintTickets(wave_id=wave_id, request_ids=tuple(RequestId(one) for one in request_ids)))
    paper = draw_tickets(
        [_request(desk, one, duplicate_days) for one in request_ids],
        wave_number=f"W-{desk.clock.now().astimezone():%y%m%d}-{wave_id[-4:].upper()}",
        distributor=desk.acting.organisation_name,
        printed_at=desk.clock.now(),
        paper_only=paper_only,
    )
    return Changes(recorded.kinds, recorded.keys), paper


def confirm(
    desk: Desk, request_id: str, markings: Sequence[Marking], *, carrier: str = "", tracking_no: str = ""
) -> Changes:
    """Confirm what is marked. Raises `DomainError` when something of it cannot be true; nothing is recorded then."""
    lines = tuple(
        ConfirmedLine(
            line_id=LineId(marking.line_id),
            outcome=marking.outcome,
            quantity=marking.quantity,
            until_on=marking.until_on,
            reason=marking.reason.strip(),
            replacement_item_no=marking.replacement_item_no.strip(),
        )
        for marking in markings
    )
    recorded = desk.record(
        ConfirmLines(
            confirmation_id=ConfirmationId(new_id()),
            request_id=RequestId(request_id),
            lines=lines,
            carrier=carrier.strip(),
            tracking_no=tracking_no.strip(),
        )
    )
    return Changes(recorded.kinds, recorded.keys)


def count_bin(desk: Desk, item_no: str, bin_name: str, counted: int) -> Changes:
    """Say what lies in a bin; also how an item first gets one. Raises `DomainError`."""
    recorded = desk.record(CountSampleStock(item_no=item_no.strip(), bin=bin_name.strip().upper(), counted=counted))
    return Changes(recorded.kinds, recorded.keys)


def keep_bench(desk: Desk, request_id: str, markings: Sequence[Marking]) -> Changes:
    """Keep what is marked of a request across a restart; an empty list forgets it. No page need look."""
    from desktop.cache.meta import set_meta

    name = f"bench:{request_id}"
    text = msgspec.json.encode(list(markings)).decode() if markings else ""
    with desk.database.write() as records:
        set_meta(records, **{name: text})
    return Changes.none()


def kept_bench(desk: Desk, request_id: str) -> tuple[Changes, tuple[Marking, ...]]:
    """What was marked of a request and not yet confirmed."""
    from desktop.cache.meta import get_meta

    text = get_meta(desk.database.read(), f"bench:{request_id}")
    return Changes.none(), tuple(msgspec.json.decode(text, type=list[Marking])) if text else ()


def _request(desk: Desk, request_id: str, duplicate_days: int) -> BenchRequest:
    found = queries.bench_request(
        desk.database.read(), desk.acting.organisation_id, request_id, duplicate_days=duplicate_days
    )
    if found is None:
        raise DomainError("not_found", "There is no such request here.", id=request_id)
    return found
