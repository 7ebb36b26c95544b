"""The tickets on screen, to print or to save; Esc goes back to the queue."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.features.picking.columns import counted
from desktop.features.picking.papers import TicketPaper
from desktop.widgets.paper_dialog import PaperDialog


class TicketsDialog(PaperDialog):
    """Shows the tickets of one print: a single one, or a wave."""

    def __init__(self, papers: TicketPaper, on_print: Callable[[], None], parent: QWidget) -> None:
        heading = f"Ticket {papers.number}" if papers.tickets == 1 else f"Wave of {counted(papers.tickets, 'ticket')}"
        super().__init__(
            "tickets", heading, papers.pdf, f"tickets-{papers.number}.pdf", on_print, parent, width=860, height=940
        )
