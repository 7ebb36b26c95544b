"""Inquiries: to extend or release a reserve, for a cutting for approval, or about an order; shared by both sides."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared_models.kernel.records import Record, TableSpec

Wanted = Literal["EXTEND", "RELEASE", "CFA", "QUESTION"]
"""To hold the goods longer; to set them free; to send a cutting from the lot; to say something."""
Answer = Literal["AGREED", "DECLINED", "TOLD"]
"""Yes, with until when or by which parcel; no, because; or only words."""


class Inquiry(Record, frozen=True, kw_only=True):
    """One thing that was asked about one row of a distributor's reserves or sales orders.

    It names the row as the distributor does, by dataset and number: the same row after it went and came back. What
    stood in the row when it was asked is repeated, so that later files can be held against it.
    """

    TABLE: ClassVar = TableSpec(
        "inquiries",
        indexes=(("distributor_id", "dataset", "number"), ("organisation_id", "asked_at")),
        thing="inquiry",
    )

    organisation_id: str
    """Who asks: a showroom, or whoever a rep works for."""
    distributor_id: str
    dataset: str
    """`reserves` or `sales_orders`."""
    number: str
    """The reserve's or the order's."""
    line_no: str = ""
    wanted: Wanted
    until_on: date | None = None
    """Until when the reserve should be extended."""
    note: str = ""
    asked_by: str
    asked_by_name: str = ""
    asked_from: str = ""
    """The name of the organisation that asks."""
    asked_at: datetime
    item_no: str = ""
    qty: int | None = None
    """Thousandths of `unit`."""
    unit: str = ""
    sidemark: str = ""
    expires_at: str = ""
    """When the reserve was to expire, as the distributor's file had it."""
    rep_code: str = ""
    """The distributor's code of the rep whose row it is: she sees it too."""
    withdrawn_at: datetime | None = None
    withdrawn_by_name: str = ""
    answer: Answer | None = None
    answered_at: datetime | None = None
    answered_by_name: str = ""
    agreed_until_on: date | None = None
    carrier: str = ""
    tracking_no: str = ""
    answer_text: str = ""
    """What was told, or why not."""
