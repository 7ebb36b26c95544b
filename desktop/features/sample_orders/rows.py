"""The frozen rows that the questions of sample orders answer with."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from shared_models.catalogue.records import SAMPLE_TYPES
from shared_models.sample_orders.operations import ShipTo
from shared_models.sample_orders.records import LineStatus


class Item(NamedTuple):
    """Something that can be ordered: a product of the catalogue, a copy's item, or one typed by hand."""

    distributor_id: str
    item_no: str
    title: str
    sample_types: tuple[str, ...] = ()
    """The forms in which the distributor offers samples; empty when not known."""

    @property
    def usual_type(self) -> str:
        """A memo where there is one or nothing is known, else the first form on offer."""
        return "MEMO" if "MEMO" in self.sample_types or not self.sample_types else self.sample_types[0]


class Stock(NamedTuple):
    """What there is of an item. The quantity is in thousandths of `unit`, None when it is not known."""

    status: str
    """Empty when it is not known."""
    qty_available: int | None
    unit: str
    as_of: str
    """Day or instant as the distributor wrote it; empty when the line's stock is not on this station."""


class FoundItem(NamedTuple):
    """One answer of the search in the catalogue."""

    distributor_id: str
    distributor: str
    item_no: str
    pattern: str
    colour: str
    status: str
    unit: str
    replaced_by: str
    sample_types: tuple[str, ...]
    stock: Stock | None = None
    """None until it was asked for, which is after the item is on the screen."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells one item from all others."""
        return self.distributor_id, self.item_no

    @property
    def item(self) -> Item:
        """What goes into the basket."""
        title = " ".join(part for part in (self.pattern, self.colour) if part)
        return Item(self.distributor_id, self.item_no, title, self.sample_types)


class House(NamedTuple):
    """A distributor as the order form names it."""

    distributor_id: str
    name: str
    takes_part: bool


class BasketLine(NamedTuple):
    """One line of a basket. `distributor` is the name; an unknown house has its id there."""

    line_id: str
    position: int
    distributor_id: str
    distributor: str
    takes_part: bool
    item_no: str
    title: str
    sample_type: str
    quantity: int
    designer_id: str
    kit_id: str
    added_at: str


class BasketCard(NamedTuple):
    """One of the baskets of an organisation: for a designer, or its own when `designer_id` is empty."""

    designer_id: str
    designer: str
    lines: int


class DesignerRow(NamedTuple):
    """A designer as the order form needs her."""

    designer_id: str
    name: str
    firm: str
    city: str
    blocked: bool
    ship_to: ShipTo

    @property
    def has_address(self) -> bool:
        """Whether anything can be sent to her as her card stands."""
        return bool(self.ship_to.address1.strip())


class EarlierRequest(NamedTuple):
    """The same item, asked for not long ago: by whom, when, and what became of it."""

    item_no: str
    title: str
    asked_by: str
    asked_at: datetime
    status: LineStatus


class OrderLineRow(NamedTuple):
    """One line of a request as the showroom follows it."""

    line_id: str
    request_id: str
    request_number: str
    """Empty until the server has given one."""
    position: int
    placed_at: datetime
    placed_by: str
    distributor: str
    takes_part: bool
    designer: str
    sidemark: str
    item_no: str
    title: str
    sample_type: str
    quantity: int
    shipped: int
    backordered: int
    will_not_ship: int
    cancelled: int
    status: LineStatus
    backordered_until: date | None
    reason: str
    replacement_item_no: str
    carrier: str
    tracking_no: str
    confirmed_at: datetime | None
    ship_to: str
    ship_method: str

    @property
    def open_quantity(self) -> int:
        """How many may still be cancelled: pending and backordered ones."""
        return self.quantity - self.shipped - self.will_not_ship - self.cancelled


class OrderLines(NamedTuple):
    """The newest lines that a filter lets through, and whether there are more of them."""

    rows: list[OrderLineRow]
    is_cut: bool


def types_of(codes: str) -> tuple[str, ...]:
    """The sample types of a product's column, those known to us only, in its order."""
    return tuple(code for code in codes.split("|") if code in SAMPLE_TYPES)
