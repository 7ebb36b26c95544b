"""Loan receipts as PDF: the copies a designer takes along, the day each is due, and a line for her signature."""

from reportlab.lib.units import mm

from desktop.printing.flow import Block, Fact, Flow, Frame, beside, draw_pages, facts, gap, stacked
from desktop.printing.ink import BLACK, GREY, Paragraph, Pen, headline, one_line
from desktop.printing.papers import LentCopy, LoanReceipt, Paper
from desktop.printing.sheets import foot, frame_of, remark, sentence_row, to_write_on
from desktop.printing.symbols import symbol_for
from desktop.printing.words import clean, counted, day, joined, moment

_TO_KEEP = "to keep"


def receipt_pdf(receipt: LoanReceipt, *, paper: Paper = Paper.LETTER) -> bytes:
    """One receipt, its copies in the order they were lent, on as many pages as it takes.

    A receipt without copies says so in a sentence. Raises `DomainError` when the designer's barcode is too long.
    """
    pen = Pen.on(paper, title=f"Loan receipt {receipt.number}")
    frame = frame_of(paper)
    nothing = sentence_row(frame, "No copies were lent on this receipt.")
    flow = Flow(
        first=_first_heading(receipt, frame),
        following=_following_heading(receipt, frame),
        heads=_column_heads(frame) if receipt.copies else gap(0),
        rows=[_row(copy, frame) for copy in receipt.copies] or [nothing],
        closing=_closing(receipt, frame),
    )
    lent = joined(receipt.showroom, f"lent {moment(receipt.lent_at)}")
    draw_pages(pen, flow, frame, foot(frame, lent, f"Receipt {clean(receipt.number)}"))
    return pen.bytes()


def due_words(receipt: LoanReceipt) -> str:
    """The day that everything is due, or the first of several; empty when all copies are given away."""
    days = sorted({copy.due_on for copy in receipt.copies if copy.due_on is not None})
    if not days:
        return ""
    return f"Please return by {day(days[0])}" if len(days) == 1 else f"First due back {day(days[0])}"


def _first_heading(receipt: LoanReceipt, frame: Frame) -> Block:
    third = frame.width / 3
    by = f"by {clean(receipt.clerk)}" if clean(receipt.clerk) else ""
    return stacked(
        _letterhead(receipt, frame),
        beside(
            facts([Fact("Lent to", (receipt.designer, receipt.firm))], frame.left, [third], size=10),
            facts([Fact("Sidemark", (receipt.sidemark,))], frame.left + third, [third], size=10),
            facts([Fact("Lent", (moment(receipt.lent_at), by))], frame.left + 2 * third, [third], size=10),
        ),
        remark(frame, receipt.note),
        gap(6),
    )


def _letterhead(receipt: LoanReceipt, frame: Frame) -> Block:
    card = receipt.designer_barcode_text
    symbol = symbol_for(card, width=frame.width * 0.45, height=13 * mm) if card else None
    room = frame.width - (symbol.width + 8 if symbol else 0)
    house = headline(receipt.showroom, room, largest=17, smallest=10)
    address = Paragraph(joined(*receipt.showroom_address), room, 8.5, most=3, grey=GREY)
    title = headline(f"Loan receipt {receipt.number}", frame.width * 0.44, largest=13, smallest=9, most=1)
    due_size = 11.0 if frame.width > 150 * mm else 9.0
    due_line = one_line(due_words(receipt), frame.width * 0.55, due_size, bold=True)
    above_rule = max(house.height + address.height, symbol.height if symbol else 0) + 8

    def draw(pen: Pen, y: float) -> None:
        house.draw(pen, frame.left, y)
        address.draw(pen, frame.left, y + house.height)
        if symbol:
            pen.symbol_at_right(frame.left + frame.width, y, symbol)
        pen.rule(frame.left, y + above_rule, frame.width, thickness=1.2, grey=BLACK)
        title.draw(pen, frame.left, y + above_rule + 8)
        pen.text(frame.left + frame.width, y + above_rule + 20, due_line, due_size, bold=True, align="right")

    return Block(above_rule + 8 + title.height + 10, draw)


def _following_heading(receipt: LoanReceipt, frame: Frame) -> Block:
    said = joined(f"Loan receipt {receipt.number}", receipt.designer, receipt.sidemark, "continued")
    line = one_line(said, frame.width, 11, bold=True)

    def draw(pen: Pen, y: float) -> None:
        pen.text(frame.left, y + 11, line, 11, bold=True)
        pen.rule(frame.left, y + 17, frame.width, thickness=1.2, grey=BLACK)

    return Block(24, draw)


def _columns(frame: Frame) -> tuple[float, float, float, float]:
    """Left edges of copy, item, name; the right edge of the due day."""
    return (
        frame.left,
        frame.left + frame.width * 0.17,
        frame.left + frame.width * 0.36,
        frame.left + frame.width,
    )


def _column_heads(frame: Frame) -> Block:
    copy, item, name, due = _columns(frame)

    def draw(pen: Pen, y: float) -> None:
        for x, heading in ((copy, "COPY"), (item, "ITEM"), (name, "PATTERN AND COLOUR")):
            pen.text(x, y + 8, heading, 6.5, bold=True, grey=GREY)
        pen.text(due, y + 8, "DUE BACK", 6.5, bold=True, grey=GREY, align="right")
        pen.rule(frame.left, y + 11, frame.width, thickness=0.7, grey=BLACK)

    return Block(12, draw)


def _row(copy: LentCopy, frame: Frame) -> Block:
    copy_x, item_x, name_x, due_right = _columns(frame)
    number = headline(copy.copy_number, item_x - copy_x - 6, largest=9.5, smallest=7.5, bold=False)
    item = headline(copy.item_number, name_x - item_x - 6, largest=9.5, smallest=7.5)
    name = Paragraph(joined(copy.pattern, copy.colour), due_right - name_x - 70, 9.5, most=4)
    kind = Paragraph(copy.sample_type, due_right - name_x - 70, 8, most=1, grey=GREY)
    due = day(copy.due_on) if copy.due_on else _TO_KEEP
    height = max(number.height, item.height, name.height + kind.height) + 8

    def draw(pen: Pen, y: float) -> None:
        number.draw(pen, copy_x, y + 4)
        item.draw(pen, item_x, y + 4)
        name.draw(pen, name_x, y + 4)
        kind.draw(pen, name_x, y + 4 + name.height)
        pen.text(due_right, y + 13.3, due, 9.5, bold=copy.due_on is not None, align="right")
        pen.rule(frame.left, y + height, frame.width)

    return Block(height, draw)


def _closing(receipt: LoanReceipt, frame: Frame) -> Block:
    count = counted(len(receipt.copies), "copy", "copies")
    kept = sum(copy.due_on is None for copy in receipt.copies)
    total = count if not kept else f"{count}, {kept} of them to keep"
    words = Paragraph(total, frame.width, 10, most=1, bold=True)
    promise = Paragraph(
        "Received in good condition. Copies with a due day remain the property of the showroom.",
        frame.width,
        8.5,
        most=2,
        grey=GREY,
    )

    def draw(pen: Pen, y: float) -> None:
        words.draw(pen, frame.left, y + 6)
        promise.draw(pen, frame.left, y + 8 + words.height)

    said = Block(words.height + promise.height + 14, draw)
    return stacked(said, to_write_on(frame, ("Signature", "Name in capitals", "Date")))
