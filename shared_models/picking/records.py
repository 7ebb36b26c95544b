"""The distributor's side: waves of tickets, confirmations, and the warehouse's sample stock as a ledger."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared_models.kernel.records import Record, TableSpec

Outcome = Literal["shipped", "backordered", "will_not_ship"]


class PickWave(Record, frozen=True, kw_only=True):
    """Requests that were printed together, sorted by bin."""

    TABLE: ClassVar = TableSpec("pick_waves", indexes=(("distributor_id", "printed_at"),), thing="wave")

    distributor_id: str
    printed_at: datetime
    printed_by: str
    request_ids: tuple[str, ...]


class Confirmation(Record, frozen=True, kw_only=True):
    """What a picker said about some lines of a request at one time; a request may have several."""

    TABLE: ClassVar = TableSpec("confirmations", indexes=(("request_id",),), thing="confirmation")

    request_id: str
    organisation_id: str
    distributor_id: str
    confirmed_at: datetime
    confirmed_by_name: str = ""
    carrier: str = ""
    tracking_no: str = ""


class ConfirmationLine(Record, frozen=True, kw_only=True):
    """What became of a quantity of one line."""

    TABLE: ClassVar = TableSpec(
        "confirmation_lines", indexes=(("confirmation_id",), ("line_id",)), thing="confirmed line"
    )

    confirmation_id: str
    line_id: str
    organisation_id: str
    distributor_id: str
    outcome: Outcome
    quantity: int
    until_on: date | None = None
    reason: str = ""
    replacement_item_no: str = ""


class SampleStock(Record, frozen=True, kw_only=True):
    """How many samples of an item lie in which bin; `on_hand` is the sum of its movements."""

    TABLE: ClassVar = TableSpec("sample_stock", indexes=(("distributor_id", "item_no"),), thing="bin")

    distributor_id: str
    item_no: str
    bin: str
    on_hand: int = 0


class StockMovement(Record, frozen=True, kw_only=True):
    """One change of a stock: a count's correction, or a shipment."""

    TABLE: ClassVar = TableSpec("stock_movements", indexes=(("stock_id",),), thing="movement")

    stock_id: str
    distributor_id: str
    amount: int
    why: Literal["count", "shipped", "receipt"]
    moved_at: datetime
    moved_by: str
    line_id: str = ""
