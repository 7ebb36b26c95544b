"""A pen on a PDF page, measured in points from the top left corner, so that layouts read the way a page does."""

from io import BytesIO
from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from desktop.printing.papers import Paper
from desktop.printing.symbols import Symbol
from desktop.printing.typeface import BOLD, REGULAR, fitted_size, register, shortened, width_of, wrapped
from desktop.printing.words import clean

Align = Literal["left", "right", "centre"]

BLACK, GREY, PALE = 0.0, 0.38, 0.78
"""Grey of words that guide (labels, headings) still survives a tired laser printer; PALE is for hairlines only."""


class Pen:
    """Draws on one page after another; `bytes()` ends the document.

    The same drawing gives the same bytes each time: no date and no random name goes into the file.
    """

    def __init__(self, width_mm: float, height_mm: float, *, title: str) -> None:
        """A document of pages of one size; `title` is what a viewer shows in its window."""
        register()
        self.width = width_mm * mm
        self.height = height_mm * mm
        self._buffer = BytesIO()
        self._canvas = Canvas(self._buffer, pagesize=(self.width, self.height), invariant=True, pageCompression=1)
        self._canvas.setTitle(clean(title))
        self._canvas.setCreator("Order-Track")

    @classmethod
    def on(cls, paper: Paper, *, title: str) -> "Pen":
        """A document on one of the known papers, upright."""
        return cls(paper.width_mm, paper.height_mm, title=title)

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        grey: float = BLACK,
        align: Align = "left",
    ) -> None:
        """One line of already cleaned text with its baseline at `baseline`."""
        if align != "left":
            width = width_of(text, size, bold=bold)
            x -= width if align == "right" else width / 2
        self._canvas.setFillGray(grey)
        self._canvas.setFont(BOLD if bold else REGULAR, size)
        self._canvas.drawString(x, self.height - baseline, text.replace("\N{NO-BREAK SPACE}", " "))

    def rule(self, x: float, y: float, width: float, *, thickness: float = 0.4, grey: float = PALE) -> None:
        """A horizontal line."""
        self._canvas.setStrokeGray(grey)
        self._canvas.setLineWidth(thickness)
        self._canvas.line(x, self.height - y, x + width, self.height - y)

    def frame(self, x: float, y: float, width: float, height: float, *, thickness: float = 0.8) -> None:
        """An empty box."""
        self._canvas.setStrokeGray(BLACK)
        self._canvas.setLineWidth(thickness)
        self._canvas.rect(x, self.height - y - height, width, height, stroke=1, fill=0)

    def badge(self, x: float, baseline: float, text: str, size: float) -> float:
        """White words on a black bar, for what must not be missed; returns the bar's width."""
        width = width_of(text, size, bold=True) + size
        self._canvas.setFillGray(BLACK)
        self._canvas.rect(x, self.height - baseline - size * 0.38, width, size * 1.5, stroke=0, fill=1)
        self.text(x + size / 2, baseline, text, size, bold=True, grey=1.0)
        return width

    def symbol(self, x: float, y: float, symbol: Symbol) -> None:
        """A barcode with its outer top left corner at (x, y), as one filled path."""
        up = self.height - y
        # Written as PDF at once: the path's own `rect` spends most of a ticket's time on rounding numbers.
        path = PDFPathObject(
            [
                f"{x + left:.3f} {up - top - height:.3f} {width:.3f} {height:.3f} re"
                for left, top, width, height in symbol.rectangles
            ]
        )
        self._canvas.setFillGray(BLACK)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def symbol_at_right(self, right: float, y: float, symbol: Symbol) -> None:
        """A barcode whose last bar ends at `right`: the margin serves as its quiet zone there."""
        self.symbol(right - symbol.width + symbol.quiet, y, symbol)

    def end_page(self) -> None:
        """Finish this page; what is drawn next stands on a new one."""
        self._canvas.showPage()

    def bytes(self) -> bytes:
        """The whole document; nothing can be drawn afterwards."""
        self._canvas.save()
        return self._buffer.getvalue()


class Paragraph:
    """Cleaned text set in a column: its lines are known before it is drawn, so that rows can be measured."""

    def __init__(
        self, text: str, width: float, size: float, *, most: int, bold: bool = False, grey: float = BLACK
    ) -> None:
        """At most `most` lines of `width` points; the rest ends in an ellipsis."""
        self.lines = wrapped(clean(text), width, size, most=most, bold=bold)
        self._size, self._bold, self._grey = size, bold, grey

    @property
    def height(self) -> float:
        """Points from the top of the first line to the foot of the last; 0 for no text."""
        return len(self.lines) * self._size * 1.28

    def draw(self, pen: Pen, x: float, y: float) -> None:
        """With its top left corner at (x, y)."""
        for number, line in enumerate(self.lines):
            baseline = y + self._size * (1.28 * number + 0.98)
            pen.text(x, baseline, line, self._size, bold=self._bold, grey=self._grey)


def headline(
    text: str, width: float, *, largest: float, smallest: float, most: int = 2, bold: bool = True
) -> Paragraph:
    """Text as large as its column allows: smaller first, then on `most` lines, then shortened."""
    cleaned = clean(text)
    size = fitted_size(cleaned, width, largest=largest, smallest=smallest, bold=bold)
    return Paragraph(cleaned, width, size, most=most, bold=bold)


def one_line(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Cleaned text that fits `width` points, shortened when it must be."""
    return shortened(clean(text), width, size, bold=bold)
