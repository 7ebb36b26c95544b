"""The frozen rows that the questions of kits answer with."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from shared_models.kits.operations import KitContent
from shared_models.sample_orders.operations import ShipTo
from shared_models.sample_orders.records import LineStatus


class RepRow(NamedTuple):
    """Somebody to whom a kit may belong."""

    rep_id: str
    name: str


class KitRow(NamedTuple):
    """One kit, how much it should hold, and when something was last ordered from it."""

    kit_id: str
    name: str
    rep_id: str
    rep: str
    items: int
    pieces: int
    ordered_at: datetime | None


class Ordered(NamedTuple):
    """The newest line that was ordered from a kit for one of its items."""

    placed_at: datetime
    request_number: str
    status: LineStatus
    quantity: int
    backordered_until: date | None
    reason: str
    replacement_item_no: str
    tracking: str


class FoundItem(NamedTuple):
    """One answer of the search in the catalogue: what would go into the kit, and what tells it from others."""

    item: KitContent
    detail: str


class KitItemRow(NamedTuple):
    """One item of a kit, what its distributor says of it, and what became of the last order of it."""

    position: int
    distributor_id: str
    distributor: str
    takes_part: bool
    item_no: str
    title: str
    sample_type: str
    quantity: int
    product_status: str
    """As the catalogue has it; empty when the item is in no catalogue on this station."""
    replaced_by: str
    ordered: Ordered | None

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells one item from the others of its kit."""
        return self.distributor_id, self.item_no, self.sample_type

    @property
    def content(self) -> KitContent:
        """The item as a kit is written."""
        return KitContent(
            distributor_id=self.distributor_id,
            item_no=self.item_no,
            title=self.title,
            sample_type=self.sample_type,
            quantity=self.quantity,
        )


class KitState(NamedTuple):
    """A kit as it stood at one time; writing it again makes the kit so."""

    kit_id: str
    rep_id: str
    name: str
    items: tuple[KitContent, ...]


class Delivery(NamedTuple):
    """Where what is ordered from a kit goes, and how."""

    ship_to: ShipTo
    ship_method: str = "Ground"
    sidemark: str = ""
    note: str = ""


class OrderedFromKit(NamedTuple):
    """An order that was placed from a kit."""

    order_id: str
    lines: int
    houses: tuple[str, ...]
    by_mail_only: tuple[str, ...]
