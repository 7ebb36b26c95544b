"""A sample request as a letter for a distributor's sample department; the mail that asks for samples carries it."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import toColor
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from sync_server.features.mail.request_document import RequestDocument

_FONTS = Path(__file__).resolve().parents[3] / "resources" / "fonts"
_REGULAR, _BOLD = "RequestLetter", "RequestLetter-Bold"
_MARGIN = 20 * mm
_FRAME_PADDING = 6
"""Points that reportlab keeps free inside a page's frame."""
_WIDTH = LETTER[0] - 2 * _MARGIN
_GREY, _PALE, _BLACK = "#616161", "#c7c7c7", "#000000"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST_FIELD = 400
_LONGEST_NOTE = 4_000


def sample_request_pdf(document: RequestDocument) -> bytes:
    """The letter on US Letter pages; the same document gives the same bytes. A request without lines says so."""
    _register_fonts()
    letter, pages = _typeset(document, of_pages=1)
    if pages > 1:  # only a first typesetting tells how many pages there are
        letter, pages = _typeset(document, of_pages=pages)
    return letter


def _typeset(document: RequestDocument, *, of_pages: int) -> tuple[bytes, int]:
    """The letter with `of_pages` in its foot lines, and the number of pages it really has."""
    buffer = BytesIO()
    template = SimpleDocTemplate(
        buffer,
        pagesize=LETTER,
        leftMargin=_MARGIN - _FRAME_PADDING,
        rightMargin=_MARGIN - _FRAME_PADDING,
        topMargin=18 * mm,
        bottomMargin=22 * mm,
        title=f"Sample request {_plain(document.number)}",
        author=_plain(document.showroom),
        invariant=1,
    )
    story = [*_letterhead(document), *_facts(document), *_lines(document), *_closing(document)]
    foot = _plain(f"Sample request {document.number} · {document.showroom}")

    def draw_foot(canvas: Canvas, _template: object) -> None:
        canvas.saveState()
        canvas.setFont(_REGULAR, 7.5)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, 13 * mm, foot[:90])
        canvas.drawRightString(LETTER[0] - _MARGIN, 13 * mm, f"page {canvas.getPageNumber()} of {of_pages}")
        canvas.restoreState()

    template.build(story, onFirstPage=draw_foot, onLaterPages=draw_foot)
    return buffer.getvalue(), template.page


def _letterhead(document: RequestDocument) -> list[Flowable]:
    house = [
        _text(document.showroom, 15, bold=True),
        *(_text(line, 8.5) for line in document.showroom_address),
    ]
    number = [
        _text("Sample request", 9, grey=True, right=True),
        _text(document.number, 20, bold=True, right=True),
        _text(_day(document.requested_on), 10, right=True),
    ]
    head = Table([[house, number]], colWidths=[_WIDTH * 0.55, _WIDTH * 0.45])
    head.setStyle(_cells(("LINEBELOW", (0, 0), (-1, 0), 1.2, _BLACK), ("BOTTOMPADDING", (0, 0), (-1, -1), 8)))
    asking = f"To the sample department of {_plain(document.distributor)}: please send the following samples."
    return [head, Spacer(0, 12), _text(asking, 10.5), Spacer(0, 10)]


def _facts(document: RequestDocument) -> list[Flowable]:
    left = _fact("Ship to", document.ship_to)
    right = [
        *_fact("Ship by", (document.ship_method,)),
        Spacer(0, 5),
        *_fact("Sidemark", (document.sidemark,)),
        Spacer(0, 5),
        *_fact("Designer", (document.designer,)),
        Spacer(0, 5),
        *_fact("Designer's account with you", (document.account,)),
    ]
    table = Table([[left, right]], colWidths=[_WIDTH * 0.5, _WIDTH * 0.5])
    table.setStyle(_cells())
    return [table, Spacer(0, 14)]


def _fact(label: str, lines: Sequence[str]) -> list[Flowable]:
    said = [line for line in lines if _plain(line)]
    return [_text(label.upper(), 6.5, bold=True, grey=True), *(_text(line, 10) for line in said or ["–"])]


def _lines(document: RequestDocument) -> list[Flowable]:
    if not document.lines:
        return [_text("This request holds no lines: nothing needs to be sent.", 11, bold=True)]
    headings = [_text(word, 6.5, bold=True, grey=True) for word in ("ITEM", "PATTERN", "COLOUR", "TYPE")]
    rows: list[list[Flowable]] = [[*headings, _text("QTY", 6.5, bold=True, grey=True, right=True)]]
    for line in document.lines:
        names = [_text(word, 9.5) for word in (line.pattern, line.colour, line.sample_type)]
        quantity = _text(str(line.quantity), 11, bold=True, right=True)
        rows.append([_text(line.item_number, 10, bold=True), *names, quantity])
    shares = (0.22, 0.32, 0.24, 0.14, 0.08)
    table = Table(rows, colWidths=[_WIDTH * share for share in shares], repeatRows=1)
    table.setStyle(
        _cells(
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, _BLACK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, _PALE),
            ("TOPPADDING", (0, 1), (-1, -1), 4),
            ("BOTTOMPADDING", (0, 1), (-1, -1), 5),
        )
    )
    samples = sum(line.quantity for line in document.lines)
    count = f"{_counted(len(document.lines), 'line')}, {_counted(samples, 'sample')}"
    return [table, Spacer(0, 7), _text(count, 9.5, bold=True, right=True)]


def _closing(document: RequestDocument) -> list[Flowable]:
    if not _plain(document.note):
        return []
    said = [_text(line, 10, longest=_LONGEST_NOTE) for line in document.note.splitlines() if _plain(line)]
    return [Spacer(0, 10), _text("NOTE", 6.5, bold=True, grey=True), *said]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _cells(*commands: tuple[Any, ...]) -> TableStyle:
    flush: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ]
    return TableStyle([*flush, *commands])


def _text(
    text: str,
    size: float,
    *,
    bold: bool = False,
    grey: bool = False,
    right: bool = False,
    longest: int = _LONGEST_FIELD,
) -> Paragraph:
    style = ParagraphStyle(
        "request",
        fontName=_BOLD if bold else _REGULAR,
        fontSize=size,
        leading=size * 1.28,
        textColor=toColor(_GREY if grey else _BLACK),
        alignment=2 if right else 0,
        splitLongWords=1,
    )
    return Paragraph(escape(_plain(text, longest)), style)


def _plain(text: str, longest: int = _LONGEST_FIELD) -> str:
    """One printable line: line ends and control characters become spaces, invisible direction marks go."""
    kept = []
    for sign in unicodedata.normalize("NFC", text[:longest]):
        category = unicodedata.category(sign)
        if category == "Cs":
            kept.append("\N{REPLACEMENT CHARACTER}")
        elif category != "Cf":
            kept.append(" " if category in ("Cc", "Zl", "Zp") else sign)
    return " ".join("".join(kept).split()) + ("…" if len(text) > longest else "")


def _day(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


@cache
def _register_fonts() -> None:
    """Our own typeface (Latin, Greek, Cyrillic), or the Latin one that reportlab carries where it is missing."""
    bundled = Path(reportlab.__file__).parent / "fonts"
    for name, shipped, instead in (
        (_REGULAR, "DejaVuSans.ttf", "Vera.ttf"),
        (_BOLD, "DejaVuSans-Bold.ttf", "VeraBd.ttf"),
    ):
        ours = _FONTS / shipped
        pdfmetrics.registerFont(TTFont(name, str(ours if ours.is_file() else bundled / instead)))
