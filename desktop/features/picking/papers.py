"""Tickets and waves as PDF bytes; called on a worker, because the drawing library is large and a wave takes a while."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from desktop.features.picking.rows import BenchLine, BenchRequest
from desktop.foundation.papers_folder import papers_folder
from desktop.printing.papers import OutcomeBarcodes, Paper, PickingTicket, TicketLine, Wave
from shared_models.kernel.clock import local_day
from shared_models.library.barcodes import code_text
from shared_models.sample_orders.rules import line_number


class TicketJob(NamedTuple):
    """What is to be drawn: the requests as they are after their printing was recorded."""

    requests: tuple[BenchRequest, ...]
    wave_number: str
    distributor: str
    printed_at: datetime


class TicketPaper(NamedTuple):
    """Finished tickets: one, or a wave with its walk list."""

    number: str
    pdf: bytes
    tickets: int
    media: str
    """The sheet's name for a print queue."""


def draw_tickets(job: TicketJob, *, paper: Paper = Paper.LETTER, paper_only: bool = False) -> TicketPaper:
    """One ticket alone, several as a wave: first the walk list sorted by bin, then the tickets."""
    tickets = tuple(_ticket(request, job, paper_only) for request in job.requests)
    if len(tickets) == 1:
        from desktop.printing.tickets import picking_ticket_pdf

        return TicketPaper(tickets[0].number, picking_ticket_pdf(tickets[0], paper=paper), 1, paper.media)
    from desktop.printing.waves import wave_pdf

    wave = Wave(number=job.wave_number, distributor=job.distributor, printed_at=job.printed_at, tickets=tickets)
    return TicketPaper(job.wave_number, wave_pdf(wave, paper=paper), len(tickets), paper.media)


def _ticket(request: BenchRequest, job: TicketJob, paper_only: bool) -> PickingTicket:
    flags = tuple(f"{line.item_no}: {line.note}" for line in request.lines if line.note and line.still_open)
    return PickingTicket(
        number=request.number,
        barcode_text=code_text("ticket", request.number),
        distributor=job.distributor,
        showroom=request.showroom,
        ship_to=request.ship_to,
        ship_method=request.ship_method,
        sidemark=request.sidemark,
        asked_on=local_day(request.placed_at),
        printed_at=job.printed_at.astimezone(),
        lines=tuple(_line(request, line, paper_only) for line in request.lines if line.still_open),
        designer=request.designer,
        note=request.note,
        duplicate_flags=flags,
        print_number=request.times_printed,
        paper_only=paper_only,
    )


def _line(request: BenchRequest, line: BenchLine, paper_only: bool) -> TicketLine:
    number = line_number(request.number, line.position)
    outcomes = None
    if paper_only:
        outcomes = OutcomeBarcodes(*(code_text("line", number, letter) for letter in "SBW"))
    return TicketLine(
        item_number=line.item_no,
        pattern=line.title,
        colour="",
        sample_type=line.sample_type,
        quantity=line.still_open,
        bin=line.bin,
        barcode_text=code_text("line", number),
        outcomes=outcomes,
    )


def print_tickets_paper(papers: TicketPaper, queue: str, profile: Path) -> str:
    """Hand the tickets to a print queue; raises `PrintingError` with a sentence."""
    from desktop.printing.printers import print_pdf

    return print_pdf(
        papers.pdf,
        title=f"Picking tickets {papers.number}",
        folder=papers_folder(profile),
        media=papers.media,
        queue=queue,
    )
