"""Trade accounts: a showroom's designers."""

from datetime import date
from typing import ClassVar

from shared_models.kernel.records import Record, TableSpec


class Designer(Record, frozen=True, kw_only=True):
    """A designer as one showroom knows her; no other showroom sees this record."""

    TABLE: ClassVar = TableSpec(
        "designers", indexes=(("showroom_id", "name"), ("showroom_id", "card_barcode")), thing="designer"
    )

    showroom_id: str
    name: str
    firm: str = ""
    email: str = ""
    phone: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = "US"
    card_barcode: str = ""
    resale_certificate_no: str = ""
    resale_expires_on: date | None = None
    notes: str = ""
    blocked: bool = False
