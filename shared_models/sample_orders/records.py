"""What a showroom asks for: orders, their requests by distributor, and the lines of a request."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared_models.kernel.records import Record, TableSpec


class SampleOrder(Record, frozen=True, kw_only=True):
    """One basket as it was sent. Its parts for each distributor are its requests."""

    TABLE: ClassVar = TableSpec("sample_orders", indexes=(("organisation_id", "placed_at"),), thing="sample order")

    organisation_id: str
    """The showroom that asks."""
    placed_by: str
    placed_at: datetime
    designer_id: str = ""
    designer_name: str = ""
    kit_id: str = ""
    sidemark: str = ""
    note: str = ""


class SampleRequest(Record, frozen=True, kw_only=True):
    """The part of an order that one distributor is asked for; shared by the showroom and the distributor.

    It repeats what the distributor must know, because the showroom's own designers and orders are not for its eyes.
    """

    TABLE: ClassVar = TableSpec(
        "sample_requests",
        indexes=(("organisation_id", "placed_at"), ("distributor_id", "placed_at"), ("order_id",)),
        thing="sample request",
    )

    order_id: str
    organisation_id: str
    distributor_id: str
    number: str = ""
    """Short public number such as `KRA-1042`; given by the server, empty until it has the request."""
    placed_at: datetime
    placed_by_name: str = ""
    showroom_name: str = ""
    showroom_email: str = ""
    designer_name: str = ""
    designer_email: str = ""
    ship_to_name: str = ""
    ship_to_attention: str = ""
    ship_to_address1: str = ""
    ship_to_address2: str = ""
    ship_to_city: str = ""
    ship_to_state: str = ""
    ship_to_postal_code: str = ""
    ship_to_country: str = ""
    ship_method: str = ""
    sidemark: str = ""
    note: str = ""
    times_printed: int = 0
    last_printed_at: datetime | None = None


class RequestLine(Record, frozen=True, kw_only=True):
    """One item of a request. Always: quantity = shipped + backordered + will_not_ship + cancelled + pending."""

    TABLE: ClassVar = TableSpec(
        "request_lines",
        indexes=(("request_id",), ("organisation_id", "item_no"), ("distributor_id", "item_no")),
        thing="request line",
    )

    request_id: str
    organisation_id: str
    distributor_id: str
    position: int
    """1, 2, 3 … within the request; `KRA-1042-3` is the third line of request `KRA-1042`."""
    item_no: str
    title: str = ""
    sample_type: str = "MEMO"
    quantity: int
    shipped: int = 0
    backordered: int = 0
    will_not_ship: int = 0
    cancelled: int = 0
    backordered_until: date | None = None
    reason: str = ""
    replacement_item_no: str = ""
    carrier: str = ""
    tracking_no: str = ""
    last_confirmed_at: datetime | None = None


LineStatus = Literal["pending", "shipped", "backordered", "will_not_ship", "cancelled", "in_part"]
