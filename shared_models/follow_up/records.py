"""Sales orders, reserves, freight and customers as stations have them; only distributors' feeds write them.

They are small enough to be records of `station.db` and different for each showroom and rep, so they travel in streams
of the distributor's follow-up (`sync/streams.py`). Values are as in `catalogue/records.py`: quantities are whole
thousandths, lists are codes joined by `|`, days and instants ISO text, an empty text means “not known”. What is the
distributor's own business (net prices, freight charges) is not in here: it never leaves the server.
"""

from typing import ClassVar, NamedTuple

from shared_models.kernel.records import Record, TableSpec, columns_of

FREIGHT_TERMS = ("CC", "PP", "PC", "TP", "PU")
ORDER_STATUSES = (
    "OPEN", "ON_HOLD_CFA", "ON_HOLD_CREDIT", "PARTIAL", "SHIPPED", "BACKORDERED", "CANCELLED", "CLOSED",
)  # fmt: skip
RESERVE_KINDS = ("HOLD", "HOLD_AND_SWATCH", "CFA", "ORDER_PENDING")
RESERVE_STATUSES = ("ACTIVE", "EXPIRED", "RELEASED", "CONVERTED")
CFA_DECISIONS = ("PENDING", "APPROVED", "REJECTED")
ACCOUNT_TYPES = ("DESIGNER", "WORKROOM", "RETAILER", "HOSPITALITY", "ARCHITECT")
CUSTOMER_STATUSES = ("ACTIVE", "INACTIVE", "PROSPECT")
MEMO_PRIVILEGES = ("OK", "BLOCKED")


class FollowUpRecord(Record, frozen=True, kw_only=True):
    """One row of a distributor's follow-up; `id` is `follow_up_id`."""

    distributor_id: str


class SalesOrderLine(FollowUpRecord, frozen=True, kw_only=True):
    """One line of a sales order with the columns of its header repeated. The natural key is `order_no`, `line_no`."""

    TABLE: ClassVar = TableSpec(
        "sales_orders",
        indexes=(("distributor_id", "order_no"), ("distributor_id", "customer_no"), ("item_no",)),
        thing="sales order",
    )

    order_no: str
    line_no: str = ""
    ordered_on: str = ""
    customer_no: str = ""
    showroom_code: str = ""
    rep_code: str = ""
    customer_po: str = ""
    sidemark: str = ""
    ship_to_name: str = ""
    ship_to_attention: str = ""
    ship_to_address1: str = ""
    ship_to_address2: str = ""
    ship_to_city: str = ""
    ship_to_state: str = ""
    ship_to_postal_code: str = ""
    ship_to_country: str = ""
    terms: str = ""
    freight_terms: str = ""
    ship_via: str = ""
    requested_on: str = ""
    order_status: str = ""
    item_no: str = ""
    description: str = ""
    qty_ordered: int | None = None
    qty_shipped: int | None = None
    qty_backordered: int | None = None
    qty_cancelled: int | None = None
    unit: str = ""
    lot_no: str = ""
    line_status: str = ""
    """The distributor's own codes, all that a line carries; from an 855 its ACK codes."""
    promised_on: str = ""
    mill_po_no: str = ""
    cfa_required: str = ""
    reserve_no: str = ""
    last_shipped_on: str = ""
    tracking_no: str = ""
    notes: str = ""
    as_of: str = ""


class Reserve(FollowUpRecord, frozen=True, kw_only=True):
    """Goods set aside until `expires_at`, with the steps of its cutting for approval."""

    TABLE: ClassVar = TableSpec(
        "reserves",
        indexes=(("distributor_id", "reserve_no"), ("distributor_id", "customer_no"), ("expires_at",), ("item_no",)),
        thing="reserve",
    )

    reserve_no: str
    line_no: str = ""
    customer_no: str = ""
    showroom_code: str = ""
    rep_code: str = ""
    item_no: str = ""
    qty: int | None = None
    unit: str = ""
    lot_no: str = ""
    piece_nos: str = ""
    kind: str = ""
    placed_at: str = ""
    expires_at: str = ""
    times_extended: int | None = None
    status: str = ""
    sidemark: str = ""
    customer_po: str = ""
    cfa_requested_at: str = ""
    cfa_sent_at: str = ""
    cfa_tracking: str = ""
    cfa_received_at: str = ""
    cfa_decision: str = ""
    cfa_decided_at: str = ""
    converted_order_no: str = ""
    notes: str = ""
    as_of: str = ""


class FreightLine(FollowUpRecord, frozen=True, kw_only=True):
    """One line of a shipment, in one of its packages; a blank package, order or line stands for all of them."""

    TABLE: ClassVar = TableSpec(
        "freight",
        indexes=(("distributor_id", "order_no"), ("distributor_id", "shipment_no"), ("tracking_no",)),
        thing="shipment",
    )

    shipment_no: str
    package_no: str = ""
    order_no: str = ""
    line_no: str = ""
    shipped_on: str = ""
    carrier_scac: str = ""
    carrier_name: str = ""
    service: str = ""
    freight_terms: str = ""
    tracking_no: str = ""
    pro_no: str = ""
    bol_no: str = ""
    packages: int | None = None
    weight_lb: int | None = None
    """Thousandths of a pound."""
    ship_from: str = ""
    ship_to_name: str = ""
    ship_to_attention: str = ""
    ship_to_address1: str = ""
    ship_to_address2: str = ""
    ship_to_city: str = ""
    ship_to_state: str = ""
    ship_to_postal_code: str = ""
    ship_to_country: str = ""
    item_no: str = ""
    qty_shipped: int | None = None
    unit: str = ""
    lot_no: str = ""
    piece_nos: str = ""
    estimated_delivery_on: str = ""
    delivered_at: str = ""
    delivered_to: str = ""
    exception: str = ""
    as_of: str = ""


class Customer(FollowUpRecord, frozen=True, kw_only=True):
    """A customer of the distributor, a row for each place that it ships to; a blank `ship_to_code` is the main one."""

    TABLE: ClassVar = TableSpec("customers", indexes=(("distributor_id", "customer_no"), ("name",)), thing="customer")

    customer_no: str
    ship_to_code: str = ""
    name: str = ""
    trading_as: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""
    fax: str = ""
    bill_to_name: str = ""
    bill_to_attention: str = ""
    bill_to_address1: str = ""
    bill_to_address2: str = ""
    bill_to_city: str = ""
    bill_to_state: str = ""
    bill_to_postal_code: str = ""
    bill_to_country: str = ""
    ship_to_name: str = ""
    ship_to_attention: str = ""
    ship_to_address1: str = ""
    ship_to_address2: str = ""
    ship_to_city: str = ""
    ship_to_state: str = ""
    ship_to_postal_code: str = ""
    ship_to_country: str = ""
    rep_code: str = ""
    showroom_code: str = ""
    """Of the home showroom."""
    territory: str = ""
    account_type: str = ""
    resale_certificate_no: str = ""
    resale_expires_on: str = ""
    terms: str = ""
    credit_hold: str = ""
    status: str = ""
    email_opt_in: str = ""
    memo_privilege: str = ""
    since_on: str = ""
    last_order_on: str = ""
    as_of: str = ""


class FollowUpShape(NamedTuple):
    """One dataset of a distributor's follow-up: its records and its natural key."""

    kind: type[FollowUpRecord]
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the dataset and of its table."""
        return self.kind.TABLE.name

    @property
    def columns(self) -> tuple[str, ...]:
        """What travels besides `id` and `distributor_id`, the natural key first."""
        return columns_of(self.kind)[2:]


SALES_ORDERS = FollowUpShape(SalesOrderLine, ("order_no", "line_no"))
RESERVES = FollowUpShape(Reserve, ("reserve_no", "line_no"))
FREIGHT = FollowUpShape(FreightLine, ("shipment_no", "package_no", "order_no", "line_no"))
CUSTOMERS = FollowUpShape(Customer, ("customer_no", "ship_to_code"))
FOLLOW_UP_DATASETS: dict[str, FollowUpShape] = {
    shape.name: shape for shape in (SALES_ORDERS, RESERVES, FREIGHT, CUSTOMERS)
}


def follow_up_id(distributor_id: str, row_key: int) -> str:
    """The id of a follow-up record: its row key is unique in one dataset of one distributor."""
    return f"{row_key}@{distributor_id}"
