"""The receipt on screen, to print or to save; Esc goes back to the desk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.features.library.receipt import ReceiptPaper
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.panels import label
from desktop.widgets.pdf_preview import PdfPreview
from desktop.widgets.theme import set_tone

_WIDTH, _HEIGHT = 760, 640


class ReceiptDialog(HouseDialog):
    """Shows one receipt. `on_print` starts printing; what came of it is told with `tell`."""

    def __init__(self, receipt: ReceiptPaper, on_print: Callable[[], None], parent: QWidget) -> None:
        super().__init__("receipt", f"Loan receipt {receipt.number}", parent, width=_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview = PdfPreview(receipt.pdf, f"receipt-{receipt.number}.pdf", on_print)
        self._told = label("", wrap=True)
        self._told.setObjectName("receipt_told")
        self._told.hide()
        self.body.addWidget(self._told)
        self.body.addWidget(self.preview, 1)
        self.add_button("close_receipt", "Close", self.accept)
        self.resize(_WIDTH, min(_HEIGHT, parent.window().height() - 40))

    def tell(self, tone: Tone, sentence: str) -> None:
        """Say what came of printing."""
        self._told.setText(sentence)
        set_tone(self._told, tone)
        self._told.show()
