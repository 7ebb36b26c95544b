"""The tickets on screen, to print or to save; Esc goes back to the queue."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.features.picking.columns import counted
from desktop.features.picking.papers import TicketPaper
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.panels import label
from desktop.widgets.pdf_preview import PdfPreview
from desktop.widgets.theme import set_tone

_WIDTH, _HEIGHT = 860, 940


class TicketsDialog(HouseDialog):
    """Shows tickets. `on_print` starts printing; what came of it is told with `tell`."""

    def __init__(self, papers: TicketPaper, on_print: Callable[[], None], parent: QWidget) -> None:
        heading = f"Ticket {papers.number}" if papers.tickets == 1 else f"Wave of {counted(papers.tickets, 'ticket')}"
        super().__init__("tickets", heading, parent, width=_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview = PdfPreview(papers.pdf, f"tickets-{papers.number}.pdf", on_print)
        self._told = label("", wrap=True)
        self._told.setObjectName("tickets_told")
        self._told.hide()
        self.body.addWidget(self._told)
        self.body.addWidget(self.preview, 1)
        self.add_button("close_tickets", "Close", self.accept)
        self.resize(_WIDTH, min(_HEIGHT, parent.window().height() - 40))
        QTimer.singleShot(0, self, self._settle)

    def tell(self, tone: Tone, sentence: str) -> None:
        """Say what came of printing."""
        self._told.setText(sentence)
        set_tone(self._told, tone)
        self._told.show()

    def _settle(self) -> None:
        self.preview.fit_width()
        button = self.preview.findChild(QPushButton, "print_pdf")
        if button is not None:
            button.setFocus()
