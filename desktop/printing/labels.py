"""Sheets of labels for copies as PDF, on the layouts of resources/label_layouts, from any free label on."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from desktop.printing.ink import GREY, Paragraph, Pen, headline
from desktop.printing.label_layouts import LabelLayout, label_layout
from desktop.printing.papers import Label
from desktop.printing.symbols import Symbol, code128_symbol, qr_symbol
from desktop.printing.typeface import width_of
from desktop.printing.words import joined
from shared_models.kernel.errors import DomainError

_LOWEST_BARS = 7 * mm
_LOWEST_STACKED = 20 * mm
"""A label that offers less height than this has no room for words above bars that
a hand reader still hits: it gets a QR code."""


def label_sheet_pdf(labels: Sequence[Label], layout: str, *, start_at: int = 1) -> bytes:
    """Labels row by row on sheets of the layout named `layout`, the first on label `start_at`, counted from 1.

    Raises `DomainError` when there is no such layout, no label, no such place on the sheet, or a barcode is too long
    for the label; nothing is printed then.
    """
    sheet = label_layout(layout)
    _check(labels, sheet, start_at)
    pen = Pen(sheet.page_width, sheet.page_height, title=f"Labels, {sheet.title}")
    for number, label in enumerate(labels, start=start_at - 1):
        place = number % sheet.labels
        if place == 0 and number >= sheet.labels:
            pen.end_page()
        _draw(pen, label, _cell(sheet, place))
    pen.end_page()
    return pen.bytes()


@dataclass(frozen=True)
class _Cell:
    """The part of one label that may be printed on, in points."""

    x: float
    y: float
    width: float
    height: float
    padding: float


def _check(labels: Sequence[Label], sheet: LabelLayout, start_at: int) -> None:
    if not labels:
        raise DomainError(
            "no_labels", "No copy was chosen, so no labels were printed. Choose the copies to label first."
        )
    if not 1 <= start_at <= sheet.labels:
        raise DomainError(
            "no_such_label",
            f"A sheet of {sheet.title} has labels 1 to {sheet.labels}, so printing cannot start at {start_at}. "
            "Nothing was printed.",
            start_at=start_at,
        )


def _cell(sheet: LabelLayout, place: int) -> _Cell:
    row, column = divmod(place, sheet.columns)
    return _Cell(
        x=(sheet.left + column * sheet.pitch_x + sheet.padding) * mm,
        y=(sheet.top + row * sheet.pitch_y + sheet.padding) * mm,
        width=(sheet.label_width - 2 * sheet.padding) * mm,
        height=(sheet.label_height - 2 * sheet.padding) * mm,
        padding=sheet.padding * mm,
    )


def _draw(pen: Pen, label: Label, cell: _Cell) -> None:
    edge_to_edge = cell.width + 2 * cell.padding
    bars = code128_symbol(label.barcode_text, width=edge_to_edge, height=max(_LOWEST_BARS, cell.height * 0.33))
    if bars is not None and cell.height >= _LOWEST_STACKED:
        _draw_stacked(pen, label, cell, bars)
    else:
        _draw_beside(pen, label, cell, qr_symbol(label.barcode_text, side=min(cell.height, cell.width / 2)))


def _words(label: Label, width: float, height: float) -> list[Paragraph]:
    """The label's words within `height` points, the least important left out first."""
    named = joined(label.pattern, label.colour)
    unit = max(5.5, min(height / 4.1, 11.0))
    if width_of(named, unit * 0.9) > width:  # a second line for the name, so all words a little smaller
        unit = max(5.5, min(height / 5.2, 11.0))
    item = headline(label.item_number, width, largest=unit * 1.45, smallest=5.5, most=1)
    name = Paragraph(named, width, unit * 0.9, most=2 if height > 30 else 1)
    rest = Paragraph(joined(label.sample_type, label.owner), width, unit * 0.75, most=1, grey=GREY)
    chosen: list[Paragraph] = []
    for words in (item, name, rest):
        if sum(earlier.height for earlier in chosen) + words.height <= height + 1:
            chosen.append(words)
    return chosen


def _draw_stacked(pen: Pen, label: Label, cell: _Cell, bars: Symbol) -> None:
    """Words above, bars across the foot with the copy's number for human eyes beneath them."""
    number_size = 6.5
    foot = number_size * 1.25
    y = cell.y
    for words in _words(label, cell.width, cell.height - bars.height - foot - 2):
        words.draw(pen, cell.x, y)
        y += words.height
    top = cell.y + cell.height - foot - bars.height
    left = cell.x - min(cell.padding, bars.quiet)  # the label's own padding is part of the quiet zone
    pen.symbol(left, top, bars)
    number = headline(label.copy_number, cell.width, largest=number_size, smallest=4.5, most=1)
    number.draw(pen, left + bars.quiet, top + bars.height)


def _draw_beside(pen: Pen, label: Label, cell: _Cell, code: Symbol) -> None:
    """The code at the left, words to its right, the copy's number last."""
    pen.symbol(cell.x, cell.y + (cell.height - code.height) / 2, code)
    x = cell.x + code.width + 1
    width = cell.width - code.width - 1
    number = headline(label.copy_number, width, largest=7, smallest=4.5, most=1, bold=False)
    words = _words(label, width, cell.height - number.height)
    y = cell.y + max(0.0, (cell.height - number.height - sum(each.height for each in words)) / 2)
    for each in words:
        each.draw(pen, x, y)
        y += each.height
    number.draw(pen, x, y)
