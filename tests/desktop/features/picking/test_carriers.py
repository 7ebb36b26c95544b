"""Whose label it is, and which number follows the parcel."""

import pytest

from desktop.features.picking.carriers import CarrierLabel, carrier_of, label_of


@pytest.mark.parametrize(
    ("code", "carrier", "tracking_no"),
    [
        ("1Z999AA10123456784", "UPS", "1Z999AA10123456784"),
        ("1z999aa1 0123 4567 84", "UPS", "1Z999AA10123456784"),
        ("9400110200881234567890", "USPS", "9400110200881234567890"),
        ("420303059400110200881234567890", "USPS", "9400110200881234567890"),
        ("420303051234" + "9400110200881234567890", "USPS", "9400110200881234567890"),
        ("EA123456789US", "USPS", "EA123456789US"),
        ("9612019012345612345678", "FedEx", "9612019012345612345678"),
        ("1001921334250001000300779017972697", "FedEx", "779017972697"),
        ("123456789012345", "FedEx", "123456789012345"),
    ],
)
def test_a_label_is_known_by_its_look(code: str, carrier: str, tracking_no: str) -> None:
    assert label_of(code, is_next=False) == CarrierLabel(carrier, tracking_no)


def test_twelve_digits_may_be_a_upc_until_a_label_is_what_comes_next() -> None:
    assert label_of("779017972697", is_next=False) is None
    assert label_of("779017972697", is_next=True) == CarrierLabel("FedEx", "779017972697")


def test_a_long_number_of_a_carrier_that_nobody_knows_is_taken_without_a_name() -> None:
    assert label_of("XPO1234567890", is_next=True) == CarrierLabel("", "XPO1234567890")
    assert label_of("XPO1234567890", is_next=False) is None


@pytest.mark.parametrize("code", ["", "0123-04", "HELLO WORLD", "12345"])
def test_what_looks_like_no_label_is_none(code: str) -> None:
    assert label_of(code, is_next=True) is None
    assert carrier_of(code) == ""
