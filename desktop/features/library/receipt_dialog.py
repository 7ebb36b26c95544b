"""The receipt on screen, to print or to save; Esc goes back to the desk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from desktop.features.library.receipt import ReceiptPaper
from desktop.widgets.paper_dialog import PaperDialog


class ReceiptDialog(PaperDialog):
    """Shows one receipt."""

    def __init__(self, receipt: ReceiptPaper, on_print: Callable[[], None], parent: QWidget) -> None:
        super().__init__(
            "receipt", f"Loan receipt {receipt.number}", receipt.pdf, f"receipt-{receipt.number}.pdf", on_print, parent,
            width=760, height=900,
        )  # fmt: skip
