"""The frozen rows that the questions of picking answer with, and what a picker is about to say of a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from shared_models.picking.records import Outcome

RequestState = Literal["new", "printed", "in_part", "done"]


class QueueRow(NamedTuple):
    """One sample request in the queue."""

    request_id: str
    number: str
    placed_at: datetime
    showroom: str
    designer: str
    ship_method: str
    sidemark: str
    lines: int
    lines_open: int
    times_printed: int
    state: RequestState
    duplicates: int
    """How many of its lines look like something that was asked for not long ago."""


class BenchLine(NamedTuple):
    """One line of the request on the bench."""

    line_id: str
    position: int
    item_no: str
    title: str
    sample_type: str
    bin: str
    quantity: int
    shipped: int
    backordered: int
    will_not_ship: int
    cancelled: int
    note: str
    """Why it looks like a duplicate; empty when it does not."""

    @property
    def still_open(self) -> int:
        """How many may still be confirmed: pending and backordered ones."""
        return self.quantity - self.shipped - self.will_not_ship - self.cancelled

    @property
    def pending(self) -> int:
        """How many nobody has decided about yet."""
        return self.still_open - self.backordered


class BenchRequest(NamedTuple):
    """The request on the bench with its lines, in the order of their bins."""

    request_id: str
    number: str
    showroom: str
    designer: str
    ship_to: tuple[str, ...]
    ship_method: str
    sidemark: str
    note: str
    placed_at: datetime
    times_printed: int
    lines: tuple[BenchLine, ...]

    def line(self, line_id: str) -> BenchLine | None:
        """One of its lines."""
        return next((line for line in self.lines if line.line_id == line_id), None)


class ConfirmedRow(NamedTuple):
    """What was said of a quantity of one line."""

    key: str
    confirmed_at: datetime
    by: str
    number: str
    showroom: str
    item_no: str
    title: str
    outcome: Outcome
    quantity: int
    until_on: date | None
    reason: str
    carrier: str
    tracking_no: str


class BinRow(NamedTuple):
    """Where the samples of an item lie, and how many."""

    stock_id: str
    item_no: str
    title: str
    bin: str
    on_hand: int


@dataclass(frozen=True, slots=True)
class Marking:
    """What is going to be said of a quantity of one line."""

    line_id: str
    outcome: Outcome
    quantity: int
    until_on: date | None = None
    reason: str = ""
    replacement_item_no: str = ""
