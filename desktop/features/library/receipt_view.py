"""Showing and printing the receipt of a visit; drawing and printing run beside the screen."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.feature import FeatureContext
from desktop.features.library.receipt import ReceiptPaper, draw_receipt, print_receipt
from desktop.features.library.receipt_dialog import ReceiptDialog
from desktop.features.library.visit import Visit
from desktop.settings import PAPER, PRINTER
from desktop.widgets.colours import Tone
from shared_models.kernel.errors import DomainError


class ReceiptView:
    """Opens the receipt dialog over `parent`."""

    def __init__(self, context: FeatureContext, parent: QWidget) -> None:
        self._context = context
        self._parent = parent
        self.dialog: ReceiptDialog | None = None

    def open(self, visit: Visit) -> None:
        """Draw the receipt and show it."""
        desk, paper = self._context.desk, self._context.settings.get(PAPER)
        self._context.jobs.submit_read(lambda: draw_receipt(desk, visit, paper), self._on_drawn, self._on_not_drawn)

    def _on_drawn(self, receipt: ReceiptPaper) -> None:
        self.dialog = ReceiptDialog(receipt, lambda: self._print(receipt), self._parent)
        self.dialog.finished.connect(self._on_closed)
        self.dialog.open()

    def _on_not_drawn(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._context.notices.bad(error.sentence)

    def _on_closed(self, _result: int) -> None:
        self.dialog = None

    def _print(self, receipt: ReceiptPaper) -> None:
        queue = self._context.settings.get(PRINTER)
        self._context.jobs.submit_read(
            lambda: print_receipt(receipt, queue, self._context.desk.database.path.parent),
            lambda _job: self._tell(Tone.GOOD, "The receipt is on its way to the printer."),
            self._on_not_printed,
        )

    def _on_not_printed(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._tell(Tone.BAD, error.sentence)

    def _tell(self, tone: Tone, sentence: str) -> None:
        if self.dialog is not None:
            self.dialog.tell(tone, sentence)
        else:
            self._context.notices.say(tone, sentence)
