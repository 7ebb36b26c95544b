"""What a carrier's label says when it is scanned: whose it is, and the number that follows the parcel."""

from __future__ import annotations

import re
from typing import NamedTuple

_LEAST_LENGTH = 10
_LEAST_DIGITS = 8
_CERTAIN = (
    ("UPS", re.compile(r"1Z[0-9A-Z]{16}")),
    ("FedEx", re.compile(r"96\d{20}")),
    ("USPS", re.compile(r"9[1-5]\d{18}(\d{2})?")),
    ("USPS", re.compile(r"[A-Z]{2}\d{9}US")),
    ("FedEx", re.compile(r"\d{15}|\d{20}|\d{22}")),
)
_AS_LONG_AS_A_UPC = re.compile(r"\d{12}")
_USPS_ROUTING = re.compile(r"420\d{5}(?:\d{4})?(9\d{19,21})")
"""The post office's barcode begins with the ZIP code it goes to; the number on the label does not."""
_FEDEX_LONG = re.compile(r"\d{20}(\d{14})")
"""The 34 digits of FedEx's long barcode end with the tracking number, filled up with zeros in front."""


class CarrierLabel(NamedTuple):
    """A tracking number as the carrier's site takes it. `carrier` is empty when it looks like none that we know."""

    carrier: str
    tracking_no: str


def label_of(code: str, *, is_next: bool) -> CarrierLabel | None:
    """The carrier's label in a scan of something that is no sample; None when it is none.

    `is_next`: a label is what comes next, because the parcel is complete or the tracking field has the focus. Only
    then is a code of 12 digits, which could as well be a UPC that nobody knows, or a long one of a carrier that we
    do not know, taken for a tracking number.
    """
    plain = re.sub(r"\s", "", code).upper()
    if match := _USPS_ROUTING.fullmatch(plain):
        return CarrierLabel("USPS", match[1])
    if match := _FEDEX_LONG.fullmatch(plain):
        return CarrierLabel("FedEx", match[1].lstrip("0"))
    carrier = next((name for name, look in _CERTAIN if look.fullmatch(plain)), "")
    if carrier:
        return CarrierLabel(carrier, plain)
    if not is_next:
        return None
    if _AS_LONG_AS_A_UPC.fullmatch(plain):
        return CarrierLabel("FedEx", plain)
    digits = sum(character.isdigit() for character in plain)
    is_long = plain.isalnum() and len(plain) >= _LEAST_LENGTH and digits >= _LEAST_DIGITS
    return CarrierLabel("", plain) if is_long else None


def carrier_of(tracking_no: str) -> str:
    """Whose label it is by the look of its number; empty when it looks like none."""
    found = label_of(tracking_no, is_next=True)
    return found.carrier if found is not None else ""
