"""Sample requests at Calder & Thrane as records, for tests of picking."""

from __future__ import annotations

from datetime import timedelta

from desktop.sync.desk import Desk
from shared_models.picking.records import SampleStock
from shared_models.sample_orders.records import RequestLine, SampleRequest
from tests.builders.desk import CALDER, NINE, SHOWROOM

CHEVRON, OCHRE, MARLOW = "0123-04", "0123-05", "0150-01"
TICKET = "OT1:T:CTH-1001"
TRACKING = "1Z999AA10123456784"


def request(number: str, *, days_ago: int = 0, designer: str = "Paloma Winslow") -> SampleRequest:
    return SampleRequest(
        id=f"request-{number}",
        order_id="order",
        organisation_id=SHOWROOM,
        distributor_id=CALDER,
        number=number,
        placed_at=NINE - timedelta(days=days_ago, minutes=5),
        showroom_name="Halloran Pryce Showroom",
        designer_name=designer,
        ship_to_name="The Mayfield Company",
        ship_to_address1="619 Alder Street",
        ship_to_city="Nashville",
        ship_to_state="TN",
        ship_to_postal_code="37215",
        ship_method="2nd day",
    )


def line(number: str, position: int, item_no: str, title: str, quantity: int = 1) -> RequestLine:
    return RequestLine(
        id=f"line-{number}-{position}",
        request_id=f"request-{number}",
        organisation_id=SHOWROOM,
        distributor_id=CALDER,
        position=position,
        item_no=item_no,
        title=title,
        quantity=quantity,
    )


def request_line(desk: Desk, position: int, number: str = "CTH-1001") -> RequestLine:
    """The line as this desk has it now."""
    found = desk.database.read().get(RequestLine, f"line-{number}-{position}")
    assert found is not None
    return found


def stock(item_no: str, bin_name: str, on_hand: int) -> SampleStock:
    return SampleStock(id=f"{CALDER}:{item_no}", distributor_id=CALDER, item_no=item_no, bin=bin_name, on_hand=on_hand)
