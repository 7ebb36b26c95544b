"""A wave as PDF: first the one walk through the warehouse for all tickets, then the tickets for the bench."""

from dataclasses import dataclass, replace

from reportlab.lib.units import mm

from desktop.printing.flow import Block, Flow, Frame, draw_pages
from desktop.printing.ink import BLACK, GREY, Paragraph, Pen, headline, one_line
from desktop.printing.papers import Paper, TicketLine, Wave
from desktop.printing.sheets import foot, frame_of, sentence_row, to_write_on
from desktop.printing.symbols import symbol_for
from desktop.printing.tickets import draw_ticket
from desktop.printing.typeface import width_of
from desktop.printing.words import clean, counted, joined, moment, walking_order

_SHARES_IN_A_ROW = 12


@dataclass(frozen=True)
class Stop:
    """One item at one bin: how many in all, and how many for which place on the cart (place, ticket, quantity)."""

    line: TicketLine
    quantity: int
    shares: tuple[tuple[int, str, int], ...]


def wave_pdf(wave: Wave, *, paper: Paper = Paper.A5) -> bytes:
    """The walk list of all lines by bin with the quantities for each ticket, then the tickets in the wave's order.

    A wave without tickets says so in a sentence. Raises `DomainError` when a barcode cannot be printed readably.
    """
    pen = Pen.on(paper, title=f"Wave {wave.number}")
    _draw_walk_list(pen, wave, frame_of(paper))
    for place, ticket in enumerate(wave.tickets, start=1):
        draw_ticket(pen, ticket, paper=paper, wave_place=f"Wave {wave.number} · place {place}")
    return pen.bytes()


def stops_of(wave: Wave) -> list[Stop]:
    """The walk: every item once at its bin, A-2 before A-10, items without a bin at the end."""
    lines: dict[tuple[str, str, str], TicketLine] = {}
    shares: dict[tuple[str, str, str], dict[int, int]] = {}
    for place, ticket in enumerate(wave.tickets, start=1):
        for line in ticket.lines:
            key = (line.bin, line.item_number, line.sample_type)
            lines.setdefault(key, line)
            taken = shares.setdefault(key, {})
            taken[place] = taken.get(place, 0) + line.quantity
    in_order = sorted(lines, key=lambda key: (walking_order(key[0]), key[1], key[2]))
    return [
        Stop(
            lines[key],
            sum(shares[key].values()),
            tuple((place, wave.tickets[place - 1].number, count) for place, count in shares[key].items()),
        )
        for key in in_order
    ]


def _draw_walk_list(pen: Pen, wave: Wave, frame: Frame) -> None:
    stops = stops_of(wave)
    nothing = "This wave holds no tickets" if not wave.tickets else "The tickets of this wave have no lines"
    flow = Flow(
        first=_heading(wave, frame, large=True),
        following=_heading(wave, frame, large=False),
        heads=_column_heads(frame),
        rows=[row for stop in stops for row in _rows(stop, frame)]
        or [sentence_row(frame, f"{nothing}, so there is nothing to pick.")],
        closing=to_write_on(frame, ("Picked by", "Started", "Finished")),
    )
    printed = joined(wave.distributor, f"printed {moment(wave.printed_at)}")
    draw_pages(pen, flow, frame, foot(frame, printed, f"Walk list {clean(wave.number)}"))


def _heading(wave: Wave, frame: Frame, *, large: bool) -> Block:
    symbol = (
        symbol_for(wave.barcode_text, width=frame.width * 0.55, height=15 * mm) if wave.barcode_text and large else None
    )
    room = frame.width - (symbol.width + 6 if symbol else 0)
    number = headline(f"Wave {wave.number}", room, largest=26 if large else 15, smallest=9)
    house = one_line(wave.distributor, room - 105, 9, bold=True)
    lines = [line for ticket in wave.tickets for line in ticket.lines]
    counts = joined(
        counted(len(wave.tickets), "ticket", "tickets"),
        counted(len(lines), "line", "lines"),
        counted(sum(line.quantity for line in lines), "sample", "samples"),
    )
    height = max(13 + number.height + 14, symbol.height if symbol else 0) + 4

    def draw(pen: Pen, y: float) -> None:
        pen.text(frame.left, y + 8, house, 9, bold=True)
        after = frame.left + width_of(house, 9, bold=True) + (5 if house else 0)
        pen.text(after, y + 8, "walk list" if large else "walk list, continued", 9, grey=GREY)
        number.draw(pen, frame.left - 1, y + 11)
        pen.text(frame.left, y + 11 + number.height + 9, counts, 9)
        if symbol:
            pen.symbol_at_right(frame.left + frame.width, y, symbol)
        pen.rule(frame.left, y + height, frame.width, thickness=1.2, grey=BLACK)

    return Block(height + 6, draw)


def _column_heads(frame: Frame) -> Block:
    bin_x, item, total, shares = _columns(frame)

    def draw(pen: Pen, y: float) -> None:
        pen.text(bin_x, y + 8, "BIN", 6.5, bold=True, grey=GREY)
        pen.text(item, y + 8, "ITEM", 6.5, bold=True, grey=GREY)
        pen.text(total, y + 8, "TAKE", 6.5, bold=True, grey=GREY, align="right")
        pen.text(shares, y + 8, "CART PLACE, TICKET", 6.5, bold=True, grey=GREY)
        pen.rule(frame.left, y + 11, frame.width, thickness=0.7, grey=BLACK)

    return Block(12, draw)


def _columns(frame: Frame) -> tuple[float, float, float, float]:
    """Left edges of bin, item and shares; the total is given by its right edge (third)."""
    bin_x = frame.left + 6 * mm
    return (
        bin_x,
        bin_x + frame.width * 0.16,
        frame.left + frame.width * 0.70,
        frame.left + frame.width * 0.74,
    )


def _rows(stop: Stop, frame: Frame) -> list[Block]:
    """A stop, broken into rows when more tickets share it than a row can hold; only the first says how many to take."""
    shares = stop.shares
    chunks = [shares[start : start + _SHARES_IN_A_ROW] for start in range(0, len(shares), _SHARES_IN_A_ROW)]
    return [_row(replace(stop, shares=chunk), frame, continued=index > 0) for index, chunk in enumerate(chunks)]


def _row(stop: Stop, frame: Frame, *, continued: bool) -> Block:
    bin_x, item_x, total, shares_x = _columns(frame)
    line = stop.line
    item_width = total - 11 * mm - item_x
    place = headline(line.bin or "no bin", item_x - bin_x - 6, largest=14, smallest=9)
    item = headline(line.item_number, item_width, largest=12, smallest=8)
    said = joined(line.pattern, line.colour, line.sample_type)
    name = Paragraph("continued" if continued else said, item_width, 8, most=4, grey=GREY)
    shares_width = frame.left + frame.width - shares_x
    shares = [
        (str(cart_place), one_line(ticket, shares_width - 40, 8.5), f"× {count}")
        for cart_place, ticket, count in stop.shares
    ]
    height = max(place.height, item.height + name.height, 12.5 * len(shares) + 2) + 6

    def draw(pen: Pen, y: float) -> None:
        place.draw(pen, bin_x, y + 2)
        item.draw(pen, item_x, y + 2)
        name.draw(pen, item_x, y + 2 + item.height)
        if not continued:
            pen.frame(frame.left, y + 6, 9, 9)
            pen.text(total, y + 16.5, str(stop.quantity), 15, bold=True, align="right")
        for index, (cart_place, ticket, count) in enumerate(shares):
            baseline = y + 12.5 * (index + 1)
            pen.text(shares_x + 14, baseline, cart_place, 9.5, bold=True, align="right")
            pen.text(shares_x + 18, baseline, ticket, 8.5)
            pen.text(frame.left + frame.width, baseline, count, 8.5, align="right")
        pen.rule(frame.left, y + height, frame.width)

    return Block(height, draw)
