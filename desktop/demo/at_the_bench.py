"""The pickers' part of the day: the wave, the bench, and what is said of each line."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from desktop.demo.cast import Seat
from desktop.demo.day_log import DayLog
from desktop.features.picking import actions, queries
from desktop.features.picking.bench import Bench, rest_shipped, with_marking
from desktop.features.picking.carriers import carrier_of
from desktop.features.picking.papers import TicketPaper, draw_tickets
from desktop.features.picking.rows import BenchRequest, Marking, QueueRow
from desktop.features.picking.scan_meaning import meaning_of
from shared_models.library.barcodes import code_text
from shared_models.picking.records import SampleStock
from shared_models.picking.rules import stock_id

DUPLICATE_DAYS = 30
TRACKING_NO = "1Z999AA10123456784"
WILL_NOT_SHIP = "Discontinued, no samples left"


class Said(NamedTuple):
    """What a picker confirmed: how many shipped, wait, and will not come."""

    shipped: int
    backordered: int
    will_not_ship: int


def queue_of(seat: Seat) -> list[QueueRow]:
    """The open requests of this warehouse, oldest first."""
    owner = seat.desk.acting.organisation_id
    return queries.queue(seat.desk.database.read(), owner, duplicate_days=DUPLICATE_DAYS)


def on_the_bench(seat: Seat, number: str) -> BenchRequest:
    """The request of a ticket that was scanned."""
    reader, owner = seat.desk.database.read(), seat.desk.acting.organisation_id
    scanned = meaning_of(None, seat.desk.catalogue, owner, code_text("ticket", number))
    request_id = queries.request_by_number(reader, owner, scanned.value)
    found = queries.bench_request(reader, owner, request_id, duplicate_days=DUPLICATE_DAYS)
    assert found is not None, "the ticket was printed from this queue"
    return found


def print_wave(log: DayLog, seat: Seat) -> TicketPaper:
    """Everything that is open as one wave sorted by bin; printing one again is a reprint."""
    rows = queue_of(seat)
    log.check_that("there is something to pick", rows)
    _changes, job = actions.record_print(seat.desk, [row.request_id for row in rows], duplicate_days=DUPLICATE_DAYS)
    papers = draw_tickets(job)
    log.check("the tickets are a PDF", papers.pdf[:5], b"%PDF-")
    log.check("every request has its ticket", papers.tickets, len(rows))
    log.check("the queue says that they are printed", {row.times_printed for row in queue_of(seat)}, {1})
    return papers


def pick_in_parts(log: DayLog, seat: Seat, number: str) -> Said:
    """Scan the ticket and one sample, a wrong one too; one waits, one will not come; scan the carrier's label."""
    owner, catalogue = seat.desk.acting.organisation_id, seat.desk.catalogue
    bench = Bench(on_the_bench(seat, number))
    first, second, third = bench.request.lines[:3]
    wrong = meaning_of(bench, catalogue, owner, "9911007744")
    log.check("a foreign code is not on the ticket", wrong.kind, "unknown")
    right = meaning_of(bench, catalogue, owner, first.item_no)
    log.check("the sample is on the ticket", right.line and right.line.line_id, first.line_id)
    bench = with_marking(bench, Marking(first.line_id, right.outcome, right.quantity))
    expected_on = seat.desk.today() + timedelta(days=21)
    bench = with_marking(bench, Marking(second.line_id, "backordered", second.still_open, until_on=expected_on))
    bench = with_marking(bench, Marking(third.line_id, "will_not_ship", third.still_open, reason=WILL_NOT_SHIP))
    log.check("something is said of every line", bench.is_complete, True)
    label = meaning_of(bench, catalogue, owner, TRACKING_NO)
    log.check("the label is the carrier's", (label.kind, label.carrier), ("tracking", "UPS"))
    on_hand = _on_hand(seat, first.item_no)
    actions.confirm(seat.desk, bench.request.request_id, bench.markings, carrier=label.carrier, tracking_no=label.value)
    if on_hand is not None:
        log.check("the sample stock fell by one", _on_hand(seat, first.item_no), on_hand - 1)
    return Said(1, second.still_open, third.still_open)


def ship_everything(log: DayLog, seat: Seat, number: str) -> Said:
    """All shipped except nothing, in one key."""
    bench = rest_shipped(Bench(on_the_bench(seat, number)))
    log.check("everything is marked", bench.is_complete, True)
    tracking_no = "771234567890"
    actions.confirm(
        seat.desk,
        bench.request.request_id,
        bench.markings,
        carrier=carrier_of(tracking_no),
        tracking_no=tracking_no,
    )
    log.check("the request left the queue", [row for row in queue_of(seat) if row.number == number], [])
    return Said(sum(marking.quantity for marking in bench.markings), 0, 0)


def _on_hand(seat: Seat, item_no: str) -> int | None:
    stock = seat.desk.database.read().get(SampleStock, stock_id(seat.desk.acting.organisation_id, item_no))
    return stock.on_hand if stock is not None else None
