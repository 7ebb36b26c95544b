"""What the letter with a sample request says; `request_pdf` draws it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RequestedSample:
    """One line of the request; numbers and names as the distributor's catalogue spells them."""

    item_number: str
    pattern: str
    colour: str
    sample_type: str
    quantity: int


@dataclass(frozen=True)
class RequestDocument:
    """All that stands in the letter. Addresses are one entry a line; `requested_on` is the showroom's local day."""

    number: str
    requested_on: date
    showroom: str
    showroom_address: tuple[str, ...]
    distributor: str
    ship_to: tuple[str, ...]
    ship_method: str
    sidemark: str
    designer: str
    account: str
    lines: tuple[RequestedSample, ...]
    note: str = ""
