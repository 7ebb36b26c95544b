"""The columns of mill orders, reserves, sales orders, freight and customers: kind of value, and how people head it."""

from shared_models.catalogue.records import ETA_CONFIDENCES, MILL_ORDER_STATUSES
from shared_models.follow_up.records import (
    ACCOUNT_TYPES,
    CFA_DECISIONS,
    CUSTOMER_STATUSES,
    FREIGHT_TERMS,
    MEMO_PRIVILEGES,
    ORDER_STATUSES,
    RESERVE_KINDS,
    RESERVE_STATUSES,
)
from sync_server.features.feeds.columns import ITEM_NO, UNIT, Column, Kind

_LONGEST_NUMBER = 60
_NOTES = Column("notes", Kind.TEXT, ("note", "comments", "comment", "remarks", "memo"))
_AS_OF = Column("as_of", Kind.INSTANT, ("as of date", "as at", "updated at", "last updated"), is_news=False)
_ITEM = ITEM_NO._replace(is_needed=False)


def _number(name: str, *headings: str, called: str = "") -> Column:
    """A number or code of people's papers; `called` when no row is without one."""
    return Column(
        name, Kind.CODE, headings, most_characters=_LONGEST_NUMBER, is_needed=bool(called), called=called or "a value"
    )


def _quantity(name: str, *headings: str, may_be_negative: bool = False) -> Column:
    return Column(name, Kind.QUANTITY, headings, may_be_negative=may_be_negative)


def _choice(name: str, choices: tuple[str, ...], *headings: str) -> Column:
    return Column(name, Kind.CHOICE, headings, choices)


_LOT_NO = _number("lot_no", "lot", "dye lot", "dye lot no", "lot code")
_PIECE_NOS = Column("piece_nos", Kind.CODES, ("pieces", "piece", "piece no", "roll nos", "rolls", "bolts"))
_CUSTOMER_NO = _number(
    "customer_no", "customer", "customer code", "account", "account no", "cust no", "cust", "sold to"
)
_SHOWROOM_CODE = _number("showroom_code", "showroom", "showroom no", "showroom id", "agent code")
_REP_CODE = _number("rep_code", "rep", "rep no", "sales rep", "sales rep code", "salesperson", "salesman", "slsmn")
_CUSTOMER_PO = _number("customer_po", "customer po no", "cust po", "po", "po no", "purchase order", "purchase order no")
_SIDEMARK = Column("sidemark", Kind.NAME, ("side mark", "project", "project name", "tag", "job name"))
_FREIGHT_TERMS = _choice("freight_terms", FREIGHT_TERMS, "freight term", "fob", "freight payment", "shipment method")
_TRACKING_NO = _number("tracking_no", "tracking", "tracking id", "tracking code", "waybill", "airbill")
_CURRENCY = Column("currency", Kind.CURRENCY, ("currency code", "curr"))


def _address(whose: str, *, called: str) -> tuple[Column, ...]:
    """Name and address of a place to which goods or bills go; `called` as headings begin."""
    return (
        Column(f"{whose}_name", Kind.NAME, (called, f"{called} company")),
        Column(f"{whose}_attention", Kind.NAME, (f"{called} attn", f"{called} contact")),
        Column(f"{whose}_address1", Kind.NAME, (f"{called} address", f"{called} address line 1", f"{called} street")),
        Column(f"{whose}_address2", Kind.NAME, (f"{called} address line 2", f"{called} street 2", f"{called} suite")),
        Column(f"{whose}_city", Kind.NAME, (f"{called} town",)),
        Column(f"{whose}_state", Kind.NAME, (f"{called} province", f"{called} region")),
        Column(f"{whose}_postal_code", Kind.CODE, (f"{called} zip", f"{called} zip code", f"{called} postcode")),
        Column(f"{whose}_country", Kind.NAME, (f"{called} country code",)),
    )


_SHIP_TO = _address("ship_to", called="ship to")

MILL_ORDER_COLUMNS: tuple[Column, ...] = (
    _number(
        "mill_po_no", "mill po", "mill order", "mill order no", "po", "po no", called="the number of the mill order"
    ),
    _number("line_no", "line", "po line", "po line no", "line id", called="the number of the line"),
    Column("mill_name", Kind.NAME, ("mill", "vendor", "vendor name", "supplier", "supplier name")),
    _ITEM,
    _quantity("qty_ordered", "ordered", "order qty", "qty", "ordered qty"),
    _quantity("qty_received", "received", "received qty", "qty rcvd"),
    _quantity("qty_open", "open", "open qty", "qty due", "balance", "balance due", may_be_negative=True),
    _quantity("qty_committed", "committed", "committed qty", "allocated", "qty allocated", "backordered against"),
    _quantity("qty_free", "free", "free qty", "uncommitted", "qty uncommitted", may_be_negative=True),
    UNIT,
    Column("ordered_on", Kind.DAY, ("order date", "po date", "date ordered")),
    Column("ex_mill_on", Kind.DAY, ("ex mill", "ex mill date", "ex factory", "ex factory date")),
    Column("shipped_on", Kind.DAY, ("ship date", "date shipped", "shipped")),
    Column("eta_on", Kind.DAY, ("eta", "eta date", "due date", "expected", "expected on", "arrival date", "due on")),
    _choice("eta_confidence", ETA_CONFIDENCES, "confidence", "eta status"),
    _choice("status", MILL_ORDER_STATUSES, "po status", "order status", "mill order status"),
    _NOTES,
    _AS_OF,
)

RESERVE_COLUMNS: tuple[Column, ...] = (
    _number(
        "reserve_no", "reserve", "hold no", "hold", "reservation", "reservation no", called="the number of the reserve"
    ),
    _number("line_no", "line", "reserve line", "line id", called="the number of the line"),
    _CUSTOMER_NO,
    _SHOWROOM_CODE,
    _REP_CODE,
    _ITEM,
    _quantity("qty", "qty reserved", "reserved", "reserve qty", "qty on hold"),
    UNIT,
    _LOT_NO,
    _PIECE_NOS,
    _choice("kind", RESERVE_KINDS, "reserve kind", "reserve type", "type", "hold type"),
    Column("placed_at", Kind.INSTANT, ("placed", "placed on", "reserved on", "reserve date", "hold date")),
    Column(
        "expires_at", Kind.INSTANT, ("expires", "expires on", "expiration", "expiration date", "expiry", "exp date")
    ),
    Column("times_extended", Kind.COUNT, ("extensions", "extended", "no of extensions")),
    _choice("status", RESERVE_STATUSES, "reserve status", "hold status"),
    _SIDEMARK,
    _CUSTOMER_PO,
    Column("cfa_requested_at", Kind.INSTANT, ("cfa requested", "cfa requested on", "cfa request date")),
    Column("cfa_sent_at", Kind.INSTANT, ("cfa sent", "cfa sent on", "cfa ship date")),
    _number("cfa_tracking", "cfa tracking no"),
    Column("cfa_received_at", Kind.INSTANT, ("cfa received", "cfa received on")),
    _choice("cfa_decision", CFA_DECISIONS, "cfa status", "cfa approval"),
    Column("cfa_decided_at", Kind.INSTANT, ("cfa decided", "cfa decided on", "cfa approved on")),
    _number("converted_order_no", "converted to order", "order no", "sales order no"),
    _NOTES,
    _AS_OF,
)

SALES_ORDER_COLUMNS: tuple[Column, ...] = (
    _number(
        "order_no", "order", "sales order", "sales order no", "so no", "order id", called="the number of the order"
    ),
    _number("line_no", "line", "order line", "order line no", "line id", called="the number of the line"),
    Column("ordered_on", Kind.DAY, ("order date", "date ordered", "entered on", "entry date")),
    _CUSTOMER_NO,
    _SHOWROOM_CODE,
    _REP_CODE,
    _CUSTOMER_PO,
    _SIDEMARK,
    *_SHIP_TO,
    Column("terms", Kind.NAME, ("payment terms",)),
    _FREIGHT_TERMS,
    Column("ship_via", Kind.NAME, ("via", "carrier", "ship method", "shipping method")),
    Column("requested_on", Kind.DAY, ("requested", "request date", "requested date", "wanted on", "required on")),
    _choice("order_status", ORDER_STATUSES, "status", "header status"),
    _ITEM,
    Column("description", Kind.NAME, ("item description", "pattern color")),
    _quantity("qty_ordered", "ordered", "order qty", "qty", "ordered qty"),
    _quantity("qty_shipped", "shipped", "shipped qty", "ship qty"),
    _quantity("qty_backordered", "backordered", "backorder", "qty backorder", "backordered qty", "bo"),
    _quantity("qty_cancelled", "cancelled", "canceled", "qty canceled", "cancelled qty"),
    UNIT,
    Column("price_net", Kind.MONEY, ("net price", "price", "unit price", "net")),
    _CURRENCY,
    _LOT_NO,
    Column("line_status", Kind.CODES, ("line statuses", "ack code", "ack codes", "line status codes")),
    Column("promised_on", Kind.DAY, ("promised", "promise date", "promised date", "eta", "expected ship date")),
    _number("mill_po_no", "mill po", "mill order no", "waiting for po"),
    Column("cfa_required", Kind.YES_NO, ("cfa", "needs cfa", "is cfa required")),
    _number("reserve_no", "reserve", "hold no", "reservation no"),
    Column("last_shipped_on", Kind.DAY, ("last shipped", "ship date", "shipped on", "last ship date")),
    _TRACKING_NO,
    _NOTES,
    _AS_OF,
)

FREIGHT_COLUMNS: tuple[Column, ...] = (
    _number("shipment_no", "shipment", "shipment id", "ship no", "delivery no", called="the number of the shipment"),
    _number("package_no", "package", "carton", "carton no", "box no", "package id"),
    _number("order_no", "order", "sales order", "sales order no", "so no", "order id"),
    _number("line_no", "line", "order line", "order line no", "line id"),
    Column("shipped_on", Kind.DAY, ("ship date", "date shipped", "shipped", "shipped date")),
    _number("carrier_scac", "scac", "carrier code"),
    Column("carrier_name", Kind.NAME, ("carrier", "ship via", "via")),
    Column("service", Kind.NAME, ("service level", "carrier service", "ship method")),
    _FREIGHT_TERMS,
    _TRACKING_NO,
    _number("pro_no", "pro", "freight bill no"),
    _number("bol_no", "bol", "bill of lading", "bill of lading no"),
    Column("packages", Kind.COUNT, ("no of packages", "cartons", "package count", "boxes", "pieces shipped")),
    _quantity("weight_lb", "weight", "weight lbs", "gross weight", "lbs", "pounds"),
    Column("ship_from", Kind.NAME, ("ship from warehouse", "warehouse", "from warehouse", "origin")),
    *_SHIP_TO,
    _ITEM,
    _quantity("qty_shipped", "shipped qty", "ship qty", "qty"),
    UNIT,
    _LOT_NO,
    _PIECE_NOS,
    Column("freight_charge", Kind.MONEY, ("freight", "freight amount", "freight cost", "charge", "shipping charge")),
    _CURRENCY,
    Column("estimated_delivery_on", Kind.DAY, ("estimated delivery", "eta", "delivery date", "expected delivery")),
    Column("delivered_at", Kind.INSTANT, ("delivered", "delivered on", "date delivered")),
    Column("delivered_to", Kind.NAME, ("signed by", "received by", "pod name")),
    Column("exception", Kind.TEXT, ("delivery exception", "exceptions", "problem")),
    _AS_OF,
)

CUSTOMER_COLUMNS: tuple[Column, ...] = (
    _CUSTOMER_NO._replace(is_needed=True, called="the number of the customer"),
    _number("ship_to_code", "ship to no", "ship to id", "ship to number", "location code"),
    Column("name", Kind.NAME, ("customer name", "company", "company name", "account name")),
    Column("trading_as", Kind.NAME, ("dba", "trade name", "doing business as")),
    Column("contact", Kind.NAME, ("contact name", "attention", "attn")),
    Column("email", Kind.NAME, ("e-mail", "email address", "e-mail address")),
    Column("phone", Kind.NAME, ("telephone", "phone no", "tel")),
    Column("fax", Kind.NAME, ("fax no",)),
    *_address("bill_to", called="bill to"),
    *_SHIP_TO,
    _REP_CODE,
    _SHOWROOM_CODE._replace(headings=(*_SHOWROOM_CODE.headings, "home showroom")),
    Column("territory", Kind.NAME, ("sales territory", "territory code", "region")),
    _choice("account_type", ACCOUNT_TYPES, "type", "customer type"),
    _number("resale_certificate_no", "resale no", "resale certificate", "resale cert no", "tax exempt no"),
    Column("resale_expires_on", Kind.DAY, ("resale expires", "resale expiration", "certificate expires on")),
    Column("terms", Kind.NAME, ("payment terms",)),
    Column("credit_hold", Kind.YES_NO, ("on credit hold", "hold", "is on hold")),
    _choice("status", CUSTOMER_STATUSES, "customer status", "account status"),
    Column("email_opt_in", Kind.YES_NO, ("opt in", "email ok", "may email")),
    _choice("memo_privilege", MEMO_PRIVILEGES, "memo privileges", "sample privilege", "memo status"),
    Column("since_on", Kind.DAY, ("since", "customer since", "opened on", "date opened")),
    Column("last_order_on", Kind.DAY, ("last order", "last order date", "last ordered on")),
    _AS_OF,
)
