"""Picking tickets as PDF: what to fetch, from which bin, for whom, with a barcode a line to confirm it at the bench."""

from reportlab.lib.units import mm

from desktop.printing.flow import Block, Fact, Flow, Frame, beside, draw_pages, facts, gap, stacked
from desktop.printing.ink import BLACK, GREY, Paragraph, Pen, headline, one_line
from desktop.printing.papers import Paper, PickingTicket, TicketLine
from desktop.printing.sheets import foot, frame_of, remark, sentence_row, to_write_on, warning
from desktop.printing.symbols import code128_symbol, symbol_for
from desktop.printing.ticket_rows import column_heads, rows_of
from desktop.printing.typeface import width_of
from desktop.printing.words import age, clean, counted, day, joined, moment, walking_order


def picking_ticket_pdf(ticket: PickingTicket, *, paper: Paper = Paper.A5) -> bytes:
    """One ticket, its lines in the order of the bins, on as many pages as it takes.

    A ticket without lines says so in a sentence. Raises `DomainError` when a barcode cannot be printed readably.
    """
    pen = Pen.on(paper, title=f"Picking ticket {ticket.number}")
    draw_ticket(pen, ticket, paper=paper)
    return pen.bytes()


def draw_ticket(pen: Pen, ticket: PickingTicket, *, paper: Paper, wave_place: str = "") -> None:
    """The pages of one ticket; `wave_place` tells its wave and its place on the cart."""
    frame = frame_of(paper)
    heads = column_heads(frame, paper_only=ticket.paper_only)
    lines = lines_in_walking_order(ticket)
    rows = rows_of(lines, frame, paper_only=ticket.paper_only)
    nothing = sentence_row(frame, "This ticket has no lines, so there is nothing to pick.")
    flow = Flow(
        first=_first_heading(ticket, frame, wave_place),
        following=_following_heading(ticket, frame),
        heads=heads if rows else gap(0),
        rows=rows or [nothing],
        closing=_closing(ticket, frame),
    )
    printed = joined(ticket.distributor, f"printed {moment(ticket.printed_at)}", _reprint(ticket), wave_place)
    draw_pages(pen, flow, frame, foot(frame, printed, clean(ticket.number)))


def lines_in_walking_order(ticket: PickingTicket) -> list[TicketLine]:
    """By bin as a picker walks, then by item number; lines without a bin last."""
    return sorted(ticket.lines, key=lambda line: (walking_order(line.bin), line.item_number, line.sample_type))


def _reprint(ticket: PickingTicket) -> str:
    return f"REPRINT {ticket.print_number}" if ticket.print_number > 1 else ""


def _first_heading(ticket: PickingTicket, frame: Frame, wave_place: str) -> Block:
    half = frame.width / 2
    account = f"account {clean(ticket.account)}" if clean(ticket.account) else ""
    whose = [Fact("Showroom", (ticket.showroom,), bold=True)]
    if clean(ticket.designer) or account:
        whose.append(Fact("Designer", (ticket.designer, account)))
    asked = (day(ticket.asked_on), age(ticket.asked_on, ticket.printed_at.date()))
    blocks = [
        _masthead(ticket, frame, wave_place),
        beside(
            facts([Fact("Ship to", ticket.ship_to)], frame.left, [half], size=9.5),
            stacked(*(facts([fact], frame.left + half, [half], size=9.5) for fact in whose)),
        ),
        facts(
            [
                Fact("Sidemark", (ticket.sidemark,), bold=True),
                Fact("Ship by", (ticket.ship_method,), bold=True),
                Fact("Asked on", asked),
            ],
            frame.left,
            [half, half * 0.55, half * 0.45],
            size=9.5,
        ),
    ]
    if ticket.duplicate_flags:
        blocks.append(warning(frame, "POSSIBLE DUPLICATE", ticket.duplicate_flags))
    return stacked(*blocks, remark(frame, ticket.note), gap(4))


def _masthead(ticket: PickingTicket, frame: Frame, wave_place: str) -> Block:
    symbol = symbol_for(ticket.barcode_text, width=frame.width * 0.55, height=15 * mm)
    room = frame.width - symbol.width - 6
    number = headline(ticket.number, room, largest=30, smallest=14)
    mark, house = _reprint(ticket), one_line(ticket.distributor, room - 75, 9, bold=True)
    foot_of_number = 13 + number.height
    height = max(foot_of_number + (16 if mark or wave_place else 2), symbol.height + 6) + 6

    def draw(pen: Pen, y: float) -> None:
        pen.text(frame.left, y + 8, house, 9, bold=True)
        pen.text(
            frame.left + width_of(house, 9, bold=True) + (5 if house else 0),
            y + 8,
            "picking ticket",
            9,
            grey=GREY,
        )
        number.draw(pen, frame.left - 1, y + 11)
        x = frame.left
        if mark:
            x += pen.badge(x, y + foot_of_number + 10, mark, 9) + 6
        if wave_place:
            place = one_line(wave_place, room - (x - frame.left), 9, bold=True)
            pen.text(x, y + foot_of_number + 10, place, 9, bold=True)
        pen.symbol_at_right(frame.left + frame.width, y, symbol)
        pen.rule(frame.left, y + height - 4, frame.width, thickness=1.2, grey=BLACK)

    return Block(height + 3, draw)


def _following_heading(ticket: PickingTicket, frame: Frame) -> Block:
    height = 11 * mm
    symbol = code128_symbol(ticket.barcode_text, width=frame.width * 0.55, height=height - 4) or symbol_for(
        ticket.barcode_text, width=15 * mm, height=15 * mm
    )
    room = frame.width - symbol.width - 6
    number = headline(ticket.number, room, largest=17, smallest=9, most=1)
    addressee = next((line for line in ticket.ship_to if clean(line)), "")
    whose = one_line(joined("continued", _reprint(ticket), ticket.showroom, addressee), room, 8)
    tall = max(height, symbol.height)

    def draw(pen: Pen, y: float) -> None:
        number.draw(pen, frame.left, y - 2)
        pen.text(frame.left, y + 27, whose, 8, grey=GREY)
        pen.symbol_at_right(frame.left + frame.width, y, symbol)
        pen.rule(frame.left, y + tall + 2, frame.width, thickness=1.2, grey=BLACK)

    return Block(tall + 8, draw)


def _closing(ticket: PickingTicket, frame: Frame) -> Block:
    samples = sum(line.quantity for line in ticket.lines)
    total = Paragraph(
        f"{counted(len(ticket.lines), 'line', 'lines')}, {counted(samples, 'sample', 'samples')}",
        frame.width,
        10,
        most=1,
        bold=True,
    )
    counts = Block(total.height + 4, lambda pen, y: total.draw(pen, frame.left, y + 4))
    return stacked(counts, to_write_on(frame, ("Picked by", "Packed by", "Carrier and tracking number")))
