"""Tickets, labels and receipts as a showroom and a distributor would have them, for the tests of paper."""

from dataclasses import replace
from datetime import UTC, date, datetime

from desktop.printing.papers import (
    Label,
    LentCopy,
    LoanReceipt,
    OutcomeBarcodes,
    PickingTicket,
    TicketLine,
    Wave,
)

PRINTED_AT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
NAMES = (
    ("Brissac Damask", "Verdigris"),
    ("Κυκλάδες", "Λευκό"),
    ("Жаккард Полина", "Бордо"),
    ("Château d'Été", "Crème brûlée"),
    ("Kintore Linen", "Flax"),
)
BINS = ("A-2", "A-10", "B-14-3", "C-7", "")


def a_line(number: str, position: int, **changes: object) -> TicketLine:
    """Line `position` (from 1) of the ticket `number`."""
    pattern, colour = NAMES[position % len(NAMES)]
    text = f"OT1:L:{number}-{position}"
    line = TicketLine(
        item_number=f"{1300 + position}-{position % 7:02d}",
        pattern=pattern,
        colour=colour,
        sample_type="memo",
        quantity=1,
        bin=BINS[position % len(BINS)],
        barcode_text=f"{text}:S",
        outcomes=OutcomeBarcodes(f"{text}:S", f"{text}:B", f"{text}:W"),
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def a_ticket(
    number: str = "KRA-1042",
    lines: int = 3,
    *,
    line_list: tuple[TicketLine, ...] | None = None,
    **changes: object,
) -> PickingTicket:
    """A ticket asked for six days before it is printed, of `lines` lines or exactly of `line_list`."""
    ticket = PickingTicket(
        number=number,
        barcode_text=f"OT1:T:{number}",
        distributor="Kravane & Sons",
        showroom="Atelier Nord",
        ship_to=("Studio Aldous Finch", "1180 Merchandise Row, Suite 412", "Chicago, IL 60654"),
        ship_method="Second day air",
        sidemark="Wren Residence",
        asked_on=date(2026, 11, 16),
        printed_at=PRINTED_AT,
        lines=line_list
        if line_list is not None
        else tuple(a_line(number, position) for position in range(1, lines + 1)),
        designer="Mara Delacroix-Ødegård",
        account="118-0442",
    )
    return replace(ticket, **changes)  # type: ignore[arg-type]


def a_wave(*tickets: PickingTicket) -> Wave:
    """A wave of these tickets."""
    return Wave("W-118", "Kravane & Sons", PRINTED_AT, tickets)


def some_labels(count: int) -> list[Label]:
    """Labels for copies ATN-4471 and on."""
    return [
        Label(
            f"OT1:C:ATN-{4471 + index}", f"ATN-{4471 + index}", f"{1300 + index}-00", *NAMES[index % 5], "memo", "Nord"
        )
        for index in range(count)
    ]


def a_receipt(copies: int = 3, **changes: object) -> LoanReceipt:
    """A receipt whose copies are all due on one day."""
    receipt = LoanReceipt(
        number="L-2207",
        showroom="Atelier Nord",
        showroom_address=("222 Merchandise Plaza, Suite 640", "Chicago, IL 60654"),
        designer="Mara Delacroix-Ødegård",
        lent_at=PRINTED_AT,
        copies=tuple(
            LentCopy(f"ATN-{4471 + index}", f"{1300 + index}-00", *NAMES[index % 5], "memo", date(2026, 12, 6))
            for index in range(copies)
        ),
        firm="Studio Aldous Finch",
        designer_barcode_text="OT1:D:ATN-0442",
        clerk="Dana Weiss",
        sidemark="Wren Residence",
    )
    return replace(receipt, **changes)  # type: ignore[arg-type]
