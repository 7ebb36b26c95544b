"""The lines of a picking ticket: bin and item large enough to read at arm's length, barcodes in their own column."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm

from desktop.printing.flow import Block, Frame
from desktop.printing.ink import BLACK, GREY, Paragraph, Pen, headline
from desktop.printing.papers import TicketLine
from desktop.printing.symbols import Symbol, qr_symbol, symbols_for
from desktop.printing.words import joined

_QR_SIDE = 15.5 * mm
_LINEAR_WIDTH = 68 * mm
_LINEAR_HEIGHT = 9 * mm
_WIDE = 175 * mm
"""Frames at least this wide leave room for a Code 128 beside each line; narrower ones get QR codes."""
_BETWEEN_OUTCOMES = 3 * mm
_OUTCOMES = (("S", "shipped"), ("B", "backordered"), ("W", "will not ship"))
_NO_BIN = "no bin"


@dataclass(frozen=True)
class _Columns:
    """Left edges and widths in points."""

    bin: float
    bin_width: float
    item: float
    item_width: float
    quantity_right: float
    codes: float
    codes_right: float


def column_heads(frame: Frame, *, paper_only: bool) -> Block:
    """The headings above the lines; in paper-only mode each code's column says which outcome it confirms."""
    columns = _columns(frame, _codes_width(frame, paper_only))

    above = 8.0 if paper_only else 0.0

    def draw(pen: Pen, y: float) -> None:
        y += above
        pen.text(columns.bin, y + 8, "BIN", 6.5, bold=True, grey=GREY)
        pen.text(columns.item, y + 8, "ITEM", 6.5, bold=True, grey=GREY)
        pen.text(columns.quantity_right, y + 8, "QTY", 6.5, bold=True, grey=GREY, align="right")
        if paper_only:
            for index, (letter, meaning) in enumerate(_OUTCOMES):
                middle = columns.codes + index * (_QR_SIDE + _BETWEEN_OUTCOMES) + _QR_SIDE / 2
                pen.text(middle, y + 3, letter, 10, bold=True, align="centre")
                pen.text(middle, y + 9, meaning, 5.8, align="centre")
        else:
            pen.text(columns.codes_right, y + 8, "SCAN", 6.5, bold=True, grey=GREY, align="right")
        pen.rule(frame.left, y + 11, frame.width, thickness=0.7, grey=BLACK)

    return Block(12 + above, draw)


def rows_of(lines: Sequence[TicketLine], frame: Frame, *, paper_only: bool) -> list[Block]:
    """One row a line, in the given order."""
    columns = _columns(frame, _codes_width(frame, paper_only))
    if paper_only:
        codes = [_outcome_symbols(line) for line in lines]
    else:
        room = _codes_width(frame, paper_only)
        texts = [line.barcode_text for line in lines]
        linear = symbols_for(texts, width=room, height=_LINEAR_HEIGHT, side=_QR_SIDE)
        codes = [(symbol,) for symbol in linear]
    return [_row(line, drawn, columns, frame) for line, drawn in zip(lines, codes, strict=True)]


def _codes_width(frame: Frame, paper_only: bool) -> float:
    if paper_only:
        return 3 * _QR_SIDE + 2 * _BETWEEN_OUTCOMES
    return _LINEAR_WIDTH if frame.width >= _WIDE else _QR_SIDE


def _columns(frame: Frame, codes_width: float) -> _Columns:
    right = frame.left + frame.width
    bin_width = frame.width * (0.17 if frame.width < _WIDE else 0.16)
    left = frame.left + 6 * mm
    codes = right - codes_width
    quantity_right = codes - 3 * mm
    item = left + bin_width
    return _Columns(left, bin_width - 6, item, quantity_right - 11 * mm - item, quantity_right, codes, right)


def _outcome_symbols(line: TicketLine) -> tuple[Symbol, ...]:
    if line.outcomes is None:
        raise ValueError(f"line {line.barcode_text} of a paper-only ticket carries no outcome barcodes")
    texts = (line.outcomes.shipped, line.outcomes.backordered, line.outcomes.will_not_ship)
    return tuple(qr_symbol(text, side=_QR_SIDE) for text in texts)


def _row(line: TicketLine, codes: tuple[Symbol, ...], columns: _Columns, frame: Frame) -> Block:
    place = headline(line.bin or _NO_BIN, columns.bin_width, largest=15, smallest=9)
    item = headline(line.item_number, columns.item_width, largest=14, smallest=9)
    name = Paragraph(joined(line.pattern, line.colour), columns.item_width, 9, most=6)
    kind = Paragraph(line.sample_type, columns.item_width, 8, most=2, grey=GREY)
    note = Paragraph(line.note, columns.item_width, 8, most=3, bold=True)
    words = [item, name, kind, note]
    text_height = sum(word.height for word in words)
    height = max(text_height, place.height, *(code.height for code in codes)) + 7

    def draw(pen: Pen, y: float) -> None:
        pen.frame(frame.left, y + 7, 9, 9)
        place.draw(pen, columns.bin, y + 3)
        top = y + 3
        for word in words:
            word.draw(pen, columns.item, top)
            top += word.height
        bold = line.quantity != 1
        pen.text(columns.quantity_right, y + 17.5, str(line.quantity), 16, bold=bold, align="right")
        _draw_codes(pen, codes, columns, y + (height - codes[0].height) / 2)
        pen.rule(frame.left, y + height, frame.width)

    return Block(height, draw)


def _draw_codes(pen: Pen, codes: tuple[Symbol, ...], columns: _Columns, y: float) -> None:
    if len(codes) == 1:
        pen.symbol_at_right(columns.codes_right, y, codes[0])
        return
    for index, code in enumerate(codes):
        x = columns.codes + index * (_QR_SIDE + _BETWEEN_OUTCOMES) + (_QR_SIDE - code.width) / 2
        pen.symbol(x, y, code)
