"""What a warehouse does: print tickets, confirm lines, count a bin; each answers with the Changes."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.features.picking import kept_bench, queries
from desktop.features.picking.bench import Bench
from desktop.features.picking.papers import TicketJob
from desktop.features.picking.rows import BenchRequest, Marking
from desktop.features.picking.scan_meaning import item_of
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import ConfirmationId, LineId, RequestId, WaveId, new_id
from shared_models.picking.operations import ConfirmedLine, ConfirmLines, CountSampleStock, PrintTickets


def record_print(desk: Desk, request_ids: Sequence[str], *, duplicate_days: int) -> tuple[Changes, TicketJob]:
    """Record that the tickets are printed; gives what `papers.draw_tickets` draws, best on another worker.

    Raises `DomainError` when nothing is chosen or a request has no number yet; nothing is recorded then.
    """
    if not request_ids:
        raise DomainError("nothing_chosen", "Choose at least one request to print.")
    if not all(_request(desk, one, duplicate_days).number for one in request_ids):
        raise DomainError("no_number", "A request has no number yet; it comes with the next sync. Print it then.")
    wave_id = WaveId(new_id())
    recorded = desk.record(PrintTickets(wave_id=wave_id, request_ids=tuple(RequestId(one) for one in request_ids)))
    job = TicketJob(
        tuple(_request(desk, one, duplicate_days) for one in request_ids),
        f"W-{desk.clock.now().astimezone():%y%m%d}-{wave_id[-4:].upper()}",
        desk.acting.organisation_name,
        desk.clock.now(),
    )
    return Changes(recorded.kinds, recorded.keys), job


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


def confirm_bench(desk: Desk, bench: Bench) -> Changes:
    """Confirm what is marked on the bench and forget the markings. Raises `DomainError`; they are kept then."""
    changes = confirm(
        desk, bench.request.request_id, bench.markings, carrier=bench.carrier, tracking_no=bench.tracking_no
    )
    with desk.database.write() as records:
        kept_bench.forget(records, bench.request.request_id)
    return changes


def keep_bench(desk: Desk, bench: Bench) -> Changes:
    """Keep what is marked of the ticket on the bench across a restart. No page need look."""
    with desk.database.write() as records:
        kept_bench.keep(records, bench)
    return Changes.none()


def clear_bench(desk: Desk) -> Changes:
    """No ticket lies on the bench any more. No page need look."""
    with desk.database.write() as records:
        kept_bench.clear_bench(records)
    return Changes.none()


def count_bin(desk: Desk, item: str, bin_name: str, counted: int) -> Changes:
    """Say what lies in a bin; also how an item first gets one. `item` is its number or UPC. Raises `DomainError`."""
    product = item_of(desk.catalogue, desk.acting.organisation_id, item)
    place = bin_name.strip().upper()
    if not place:
        raise DomainError("bin_missing", "Which bin? Scan its label, or type its name, such as A-12-03.")
    recorded = desk.record(CountSampleStock(item_no=product.item_no, bin=place, counted=counted))
    return Changes(recorded.kinds, recorded.keys)


def _request(desk: Desk, request_id: str, duplicate_days: int) -> BenchRequest:
    found = queries.bench_request(
        desk.database.read(), desk.acting.organisation_id, request_id, duplicate_days=duplicate_days
    )
    if found is None:
        raise DomainError("not_found", "There is no such request here.", id=request_id)
    return found
