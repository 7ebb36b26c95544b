"""One project's orders, reserves, shipments and customers as two distributors tell them, for the follow-up page."""

from __future__ import annotations

from shared_models.follow_up.records import Customer, FollowUpRecord, FreightLine, Reserve, SalesOrderLine
from tests.builders.desk import BERAUDIN, CALDER

AS_OF = "2026-11-16T08:02:00Z"
PENTHOUSE = "Goldfarb Penthouse"


def order(order_no: str, line_no: str, item_no: str, description: str, **more: str | int) -> SalesOrderLine:
    """A line of an order at Calder & Thrane; 32 yards of it unless said otherwise."""
    values: dict[str, str | int] = {
        "ordered_on": "2026-11-02", "customer_no": "C-1007", "showroom_code": "ATL", "customer_po": "PW-2231",
        "sidemark": PENTHOUSE, "ship_to_name": "The Mayfield Company", "ship_to_city": "Nashville",
        "ship_to_state": "TN", "order_status": "OPEN", "qty_ordered": 32_000, "unit": "YD",
        "promised_on": "2026-12-04", "as_of": AS_OF, **more,
    }  # fmt: skip
    distributor = str(values.pop("distributor_id", CALDER))
    return SalesOrderLine(
        id=f"{order_no}-{line_no}@{distributor}", distributor_id=distributor, order_no=order_no, line_no=line_no,
        item_no=item_no, description=description, **values,  # type: ignore[arg-type]
    )  # fmt: skip


def reserve(reserve_no: str, item_no: str, expires_at: str, **more: str | int) -> Reserve:
    """An active hold of 12.5 yards for the penthouse."""
    values: dict[str, str | int] = {
        "customer_no": "C-1007", "qty": 12_500, "unit": "YD", "lot_no": "L4471", "kind": "HOLD", "status": "ACTIVE",
        "placed_at": "2026-11-12T15:00:00Z", "sidemark": PENTHOUSE, "as_of": AS_OF, **more,
    }  # fmt: skip
    return Reserve(
        id=f"{reserve_no}@{CALDER}", distributor_id=CALDER, reserve_no=reserve_no, item_no=item_no,
        expires_at=expires_at, **values,  # type: ignore[arg-type]
    )  # fmt: skip


def follow_up_records() -> list[FollowUpRecord]:
    """Four orders, four reserves, two shipments and two customers; it is 9 on 16 November 2026."""
    return [
        order("40117", "1", "0123-04", "Chevron Sea Glass", order_status="PARTIAL", qty_shipped=20_000,
              qty_backordered=12_000, mill_po_no="MP-881", last_shipped_on="2026-11-10",
              tracking_no="1Z999AA10123456784"),
        order("40117", "2", "0150-01", "Marlow Stripe Ink", order_status="BACKORDERED", promised_on="2027-01-15"),
        order("40090", "1", "0151-01", "Grasscloth Sea Mist", order_status="SHIPPED", ordered_on="2026-10-12",
              qty_ordered=6_000, unit="RL", sidemark="Alder Street", customer_no="C-2210"),
        order("88-2041", "1", "1354.10.0", "Velours Royal Emerald", ordered_on="2026-11-09",
              distributor_id=BERAUDIN, order_status="ON_HOLD_CFA", cfa_required="Y"),
        reserve("R-5501", "0123-04", "2026-11-16T11:00:00Z"),
        reserve("R-5502", "0150-01", "2026-11-20T17:00:00Z", kind="CFA", cfa_decision="PENDING",
                cfa_requested_at="2026-11-12T15:05:00Z", cfa_sent_at="2026-11-13T10:00:00Z"),
        reserve("R-5480", "0151-01", "2026-11-14T17:00:00Z", status="EXPIRED", sidemark="Alder Street"),
        reserve("R-5499", "0123-04", "2026-11-30T17:00:00Z", status="CONVERTED", converted_order_no="40117"),
        FreightLine(
            id=f"1@{CALDER}", distributor_id=CALDER, shipment_no="S-77120", package_no="1", order_no="40117",
            line_no="1", shipped_on="2026-11-10", carrier_scac="UPSN", carrier_name="UPS", service="Ground",
            tracking_no="1Z999AA10123456784", item_no="0123-04", qty_shipped=20_000, unit="YD", lot_no="L4471",
            ship_to_name="The Mayfield Company", ship_to_city="Nashville", ship_to_state="TN",
            estimated_delivery_on="2026-11-17", as_of=AS_OF,
        ),
        FreightLine(
            id=f"2@{CALDER}", distributor_id=CALDER, shipment_no="S-76998", package_no="1", order_no="40090",
            line_no="1", shipped_on="2026-10-20", carrier_scac="FXFE", carrier_name="FedEx Freight",
            pro_no="551-2207741", item_no="0151-01", qty_shipped=6_000, unit="RL", delivered_at="2026-10-23T14:10:00Z",
            delivered_to="R. Ames", ship_to_name="Alder Street Library", as_of=AS_OF,
        ),
        Customer(
            id=f"1@{CALDER}", distributor_id=CALDER, customer_no="C-1007", name="The Mayfield Company",
            contact="Paloma Winslow", phone="(615) 555-0100", email="paloma@themayfieldcompany.example",
            ship_to_city="Nashville", ship_to_state="TN", rep_code="R07", account_type="DESIGNER", status="ACTIVE",
            last_order_on="2026-11-02", as_of=AS_OF,
        ),
        Customer(
            id=f"2@{CALDER}", distributor_id=CALDER, customer_no="C-2210", name="Alder Street Library",
            contact="Robert Ames", ship_to_city="Atlanta", ship_to_state="GA", account_type="HOSPITALITY",
            credit_hold="Y", status="ACTIVE", last_order_on="2026-10-12", as_of=AS_OF,
        ),
    ]  # fmt: skip
