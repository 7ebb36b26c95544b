"""The showroom's sample library: copies, their barcodes, loans and returns."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared_models.kernel.records import Record, TableSpec

EndedAs = Literal["", "returned", "return_not_recorded", "undone"]


class Copy(Record, frozen=True, kw_only=True):
    """One real sample in one showroom's library. Whether it is out follows from its loans and is not stored."""

    TABLE: ClassVar = TableSpec(
        "copies", indexes=(("showroom_id", "item_no"), ("distributor_id", "item_no")), thing="copy"
    )

    showroom_id: str
    distributor_id: str
    item_no: str
    title: str
    """Pattern and colour as the ticket says them, so that a desk knows the copy without the catalogue."""
    sample_type: str = "MEMO"
    """MEMO, CUTTING, WING, BOOK or RING_SET."""
    shelf: str = ""
    condition: str = ""
    status: Literal["active", "lost", "kept", "withdrawn"] = "active"
    added_at: datetime


class CopyBarcode(Record, frozen=True, kw_only=True):
    """One of the barcodes by which a copy is known: the showroom's label, an older one, the distributor's."""

    TABLE: ClassVar = TableSpec("copy_barcodes", indexes=(("showroom_id", "barcode"), ("copy_id",)), thing="barcode")

    showroom_id: str
    copy_id: str
    barcode: str


class Loan(Record, frozen=True, kw_only=True):
    """A copy with a designer from one instant to another. At most one loan of a copy is open."""

    TABLE: ClassVar = TableSpec(
        "loans",
        indexes=(
            ("copy_id", "returned_at"),
            ("showroom_id", "returned_at", "due_on"),
        ),
        thing="loan",
    )

    showroom_id: str
    copy_id: str
    designer_id: str
    lent_at: datetime
    lent_by: str
    station_id: str = ""
    """Where it was scanned: one station's scans keep their order even when its clock is set back."""
    due_on: date
    """The showroom's calendar day."""
    sidemark: str = ""
    returned_at: datetime | None = None
    """When the loan ended, in whatever way; None while it is open."""
    returned_by: str = ""
    ended_as: EndedAs = ""


class CopyReturn(Record, frozen=True, kw_only=True):
    """A return as it was scanned. It ends a loan, or none: a copy that was never lent is taken back all the same."""

    TABLE: ClassVar = TableSpec("copy_returns", indexes=(("copy_id",),), thing="return")

    showroom_id: str
    copy_id: str
    loan_id: str = ""
    returned_at: datetime
    returned_by: str
    station_id: str = ""
    undone: bool = False
