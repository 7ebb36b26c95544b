"""What goes on paper: the frozen facts that pages collect and the document modules draw (no drawing library here)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


class Paper(Enum):
    """A sheet size: the name that a print queue knows it by, width and height upright in millimetres."""

    LETTER = ("Letter", 215.9, 279.4)
    A4 = ("A4", 210.0, 297.0)
    A5 = ("A5", 148.0, 210.0)

    def __init__(self, media: str, width_mm: float, height_mm: float) -> None:
        self.media = media
        self.width_mm = width_mm
        self.height_mm = height_mm


@dataclass(frozen=True)
class OutcomeBarcodes:
    """The three codes beside a line in paper-only mode: scanning one confirms the line."""

    shipped: str
    backordered: str
    will_not_ship: str


@dataclass(frozen=True)
class TicketLine:
    """One item to fetch. `bin` is empty when the warehouse keeps no bin for it; `note` is printed beneath it."""

    item_number: str
    pattern: str
    colour: str
    sample_type: str
    quantity: int
    bin: str
    barcode_text: str
    outcomes: OutcomeBarcodes | None = None
    note: str = ""


@dataclass(frozen=True)
class PickingTicket:
    """A sample request on its way through the warehouse.

    `ship_to` is the address, one entry a line, the addressee first. `printed_at` is the warehouse's local time,
    from which the age is counted. `print_number` is 1 for the first print and counts reprints from 2.
    `paper_only` prints three codes a line, for which every line needs its `outcomes`.
    """

    number: str
    barcode_text: str
    distributor: str
    showroom: str
    ship_to: tuple[str, ...]
    ship_method: str
    sidemark: str
    asked_on: date
    printed_at: datetime
    lines: tuple[TicketLine, ...]
    designer: str = ""
    account: str = ""
    note: str = ""
    duplicate_flags: tuple[str, ...] = ()
    print_number: int = 1
    paper_only: bool = False


@dataclass(frozen=True)
class Wave:
    """Several tickets picked in one walk; their order here is their place on the cart, from 1."""

    number: str
    distributor: str
    printed_at: datetime
    tickets: tuple[PickingTicket, ...]
    barcode_text: str = ""


@dataclass(frozen=True)
class Label:
    """What is stuck on one copy. `copy_number` is the code as people read it, `owner` the showroom or house."""

    barcode_text: str
    copy_number: str
    item_number: str
    pattern: str
    colour: str
    sample_type: str = ""
    owner: str = ""


@dataclass(frozen=True)
class LentCopy:
    """One copy on a receipt; `due_on` is None for a give-away that nobody expects back."""

    copy_number: str
    item_number: str
    pattern: str
    colour: str
    sample_type: str
    due_on: date | None


@dataclass(frozen=True)
class LoanReceipt:
    """What a designer takes along, and by when it is to be back. `lent_at` is the showroom's local time."""

    number: str
    showroom: str
    showroom_address: tuple[str, ...]
    designer: str
    lent_at: datetime
    copies: tuple[LentCopy, ...]
    firm: str = ""
    designer_barcode_text: str = ""
    clerk: str = ""
    sidemark: str = ""
    note: str = ""
