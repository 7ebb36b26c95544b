"""A PDF on screen as pictures of its pages, with zoom, print and save; the library loads with the first PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.widgets.buttons import Button, Kind
from desktop.widgets.dialogs import tell_bad_news
from desktop.widgets.panels import label
from desktop.widgets.theme import GAP, SMALL, WIDE

_POINTS_PER_INCH = 72.0
_SCREEN_DPI = 96.0
_LEAST_ZOOM, _MOST_ZOOM, _ZOOM_STEP = 0.4, 3.0, 1.25


class PdfPreview(QWidget):
    """Shows `pdf`; pages are drawn when they come into sight, one at a time between events."""

    def __init__(
        self,
        pdf: bytes,
        suggested_name: str,
        on_print: Callable[[], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`suggested_name` ("tickets.pdf") is offered when saving; without `on_print` there is no print button."""
        super().__init__(parent)
        import pypdfium2

        self.setObjectName("pdf_preview")
        self._pdf = pdf
        self._suggested_name = suggested_name
        self._document = pypdfium2.PdfDocument(pdf)
        self.destroyed.connect(self._document.close)
        self._sizes = [self._document.get_page_size(number) for number in range(len(self._document))]
        self._zoom = 1.0
        self._drawn: set[int] = set()
        self._pages = [QLabel() for _ in self._sizes]
        self._area = QScrollArea()
        self._area.setObjectName("pdf_pages")
        self._area.setAccessibleName("Pages")
        self._draw_soon = QTimer(self, singleShot=True, interval=0)
        self._draw_soon.timeout.connect(self._draw_one_page)
        self._lay_out(on_print)
        self._area.verticalScrollBar().valueChanged.connect(lambda _value: self._draw_soon.start())
        self._set_sizes()

    @property
    def page_count(self) -> int:
        """How many pages."""
        return len(self._pages)

    def drawn_pages(self) -> set[int]:
        """The numbers of the pages that are pictures by now, from 0."""
        return set(self._drawn)

    def zoom_by(self, factor: float) -> None:
        """Makes the pages larger or smaller, within reason."""
        zoom = max(_LEAST_ZOOM, min(_MOST_ZOOM, self._zoom * factor))
        if zoom != self._zoom:
            self._zoom = zoom
            self._set_sizes()

    def fit_width(self) -> None:
        """Makes the widest page as wide as the view."""
        widest = max((width for width, _height in self._sizes), default=0.0) * _SCREEN_DPI / _POINTS_PER_INCH
        if widest:
            room = self._area.viewport().width() - 2 * WIDE
            self._zoom = max(_LEAST_ZOOM, min(_MOST_ZOOM, room / widest))
            self._set_sizes()

    def save(self, file: Path) -> None:
        """Writes the PDF as it is; raises OSError."""
        file.write_bytes(self._pdf)

    def showEvent(self, event: QShowEvent) -> None:
        """Begins to draw."""
        super().showEvent(event)
        self._draw_soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More pages may have come into sight."""
        super().resizeEvent(event)
        self._draw_soon.start()

    def _lay_out(self, on_print: Callable[[], None] | None) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SMALL)
        count = len(self._pages)
        bar.addWidget(label(f"{count} page" if count == 1 else f"{count} pages", muted=True))
        bar.addStretch(1)
        bar.addWidget(
            Button("zoom_out", "Smaller", lambda: self.zoom_by(1 / _ZOOM_STEP), icon_name="minus", key="Ctrl+-")
        )
        bar.addWidget(Button("zoom_in", "Larger", lambda: self.zoom_by(_ZOOM_STEP), icon_name="plus", key="Ctrl+="))
        bar.addWidget(Button("zoom_fit", "Fit", self.fit_width))
        bar.addWidget(Button("save_pdf", "Save as…", self._ask_and_save, key="Ctrl+S"))
        if on_print is not None:
            bar.addWidget(Button("print_pdf", "Print", on_print, kind=Kind.PRIMARY, icon_name="print", key="Ctrl+P"))
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        column.setSpacing(WIDE)
        for number, page in enumerate(self._pages):
            page.setAccessibleName(f"Page {number + 1}")
            page.setStyleSheet("background: #ffffff; border: none;")  # paper is white in every theme
            column.addWidget(page, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._area.setWidget(sheet)
        self._area.setWidgetResizable(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GAP)
        outer.addLayout(bar)
        outer.addWidget(self._area, 1)

    def _set_sizes(self) -> None:
        scale = self._zoom * _SCREEN_DPI / _POINTS_PER_INCH
        for page, (width, height) in zip(self._pages, self._sizes, strict=True):
            page.setFixedSize(QSize(round(width * scale), round(height * scale)))
            page.clear()
        self._drawn.clear()
        self._draw_soon.start()

    def _draw_one_page(self) -> None:
        """Draws the first page in sight that is not drawn yet, and comes back for the next."""
        viewport = self._area.viewport()
        for number, page in enumerate(self._pages):
            top = page.mapTo(viewport, QPoint(0, 0)).y()
            if number not in self._drawn and top < viewport.height() and top + page.height() > 0:
                page.setPixmap(self._picture(number))
                self._drawn.add(number)
                self._draw_soon.start()
                return

    def _picture(self, number: int) -> QPixmap:
        ratio = self.devicePixelRatioF()
        scale = self._zoom * _SCREEN_DPI / _POINTS_PER_INCH * ratio
        bitmap = self._document[number].render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
        image = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGBX8888)
        picture = QPixmap.fromImage(image)
        picture.setDevicePixelRatio(ratio)
        return picture

    def _ask_and_save(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        name, _kind = QFileDialog.getSaveFileName(self, "Save as", self._suggested_name, "PDF files (*.pdf)")
        if not name:
            return
        try:
            self.save(Path(name))
        except OSError as error:
            reason = error.strerror or "the file cannot be written"
            tell_bad_news(self, "Not saved", f"“{Path(name).name}” was not saved: {reason}. Choose another place.")
