"""A sheet on screen, to print or to save; Esc goes back to the desk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.panels import label
from desktop.widgets.pdf_preview import PdfPreview
from desktop.widgets.theme import set_tone

_MARGIN = 40


class PaperDialog(HouseDialog):
    """Shows one PDF. `on_print` starts printing; what came of it is told with `tell`."""

    def __init__(
        self,
        name: str,
        heading: str,
        pdf: bytes,
        suggested_name: str,
        on_print: Callable[[], None],
        parent: QWidget,
        *,
        width: int,
        height: int,
    ) -> None:
        """`name` ("tickets") names the dialog and its parts; `suggested_name` is offered when saving."""
        super().__init__(name, heading, parent, width=width)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview = PdfPreview(pdf, suggested_name, on_print)
        self._told = label("", wrap=True)
        self._told.setObjectName(f"{name}_told")
        self._told.hide()
        self.body.addWidget(self._told)
        self.body.addWidget(self.preview, 1)
        self.add_button(f"close_{name}", "Close", self.accept)
        self.resize(width, min(height, parent.window().height() - _MARGIN))
        # Once it has its size: the whole width of the sheet in sight, and Enter prints.
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
