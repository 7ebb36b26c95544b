"""X12 850, 855 and 856 as rows of sales orders and freight."""

import pytest

from tests.builders.x12 import interchange, lines
from tests.sync_server.feeds.test_x12_feeds import refusal, rows_of


def order(text: str, begin: str = "BEG*00*SA*PO-77**20261120") -> str:
    return interchange("850", lines(begin + "\n" + text))


def answer(text: str, begin: str = "BAK*00*AD*PO-77*20261120****SO-1001*20261121") -> str:
    return interchange("855", lines(begin + "\n" + text))


def notice(text: str, begin: str = "BSN*00*SH-5*20261121*1430*0001") -> str:
    return interchange("856", lines(begin + "\n" + text))


# --- orders ----------------------------------------------------------------------------------------------


def test_an_850_is_a_row_a_line_with_the_order_repeated() -> None:
    first, second = rows_of(
        order(
            """
            CUR*SE*USD
            REF*VN*SO-1001
            REF*SA*KLP
            REF*ZZ*Larkin House*SIDEMARK
            FOB*PC
            ITD*14*3*2**45*46******2% 10 NET 30
            DTM*010*20261201
            TD5****M*UPS GROUND
            N1*BY*Winslow Interiors*91*C-100
            N1*ST*Paloma Winslow
            N2*RECEIVING
            N3*1 MILL LANE*SUITE 4
            N4*DALLAS*TX*75201*US
            MSG*CALL BEFORE DELIVERY
            PO1*001*12.5*YD*48.50*PE*VN*0123
            PID*F*08***ASHDOWN LINEN
            PID*F****FLAX
            REF*LT*L22
            PO1*002*1*EA*9**VN*1354.10
            DTM*002*20261210
            N1*ST*Workroom
            N3*9 DOCK ROAD
            CTT*2*13.5
            """
        ),
        "sales_orders",
    )
    both = {
        "order_no": "SO-1001",
        "ordered_on": "2026-11-20",
        "customer_no": "C-100",
        "rep_code": "KLP",
        "customer_po": "PO-77",
        "sidemark": "Larkin House",
        "terms": "2% 10 NET 30",
        "freight_terms": "PC",
        "ship_via": "UPS GROUND",
        "currency": "USD",
        "notes": "CALL BEFORE DELIVERY",
    }
    assert first == both | {
        "line_no": "001",
        "ship_to_name": "Paloma Winslow",
        "ship_to_attention": "RECEIVING",
        "ship_to_address1": "1 MILL LANE",
        "ship_to_address2": "SUITE 4",
        "ship_to_city": "DALLAS",
        "ship_to_state": "TX",
        "ship_to_postal_code": "75201",
        "ship_to_country": "US",
        "requested_on": "2026-12-01",
        "item_no": "0123",
        "description": "ASHDOWN LINEN FLAX",
        "qty_ordered": "12.5",
        "unit": "YD",
        "price_net": "48.50",
        "lot_no": "L22",
    }
    assert second == both | {
        "line_no": "002",
        "ship_to_name": "Workroom",
        "ship_to_address1": "9 DOCK ROAD",
        "requested_on": "2026-12-10",
        "item_no": "1354.10",
        "qty_ordered": "1",
        "unit": "EA",
        "price_net": "9",
    }


def test_all_answers_of_a_line_are_kept() -> None:
    (row,) = rows_of(
        answer(
            """
            PO1*1*25*YD*9.5*CT*VN*0123
            ACK*IP
            ACK*DR***067*20261220
            ACK*IQ*20*YD
            ACK*IS******VN*0124
            ACK*IP
            CTT*1
            """
        ),
        "sales_orders",
    )
    assert row["line_status"] == "IP|DR|IQ|IS"
    assert row["promised_on"] == "2026-12-20"
    assert row["notes"] == "DR 2026-12-20; IQ 20 YD; IS VN 0124"
    assert (row["order_no"], row["customer_po"], row["as_of"]) == ("SO-1001", "PO-77", "2026-11-21T00:00:00Z")


@pytest.mark.parametrize(
    ("answers", "quantities"),
    [
        ("ACK*AC", {"qty_shipped": "25"}),
        ("ACK*AC*10*YD\nACK*IB*15*YD", {"qty_shipped": "10", "qty_backordered": "15"}),
        ("ACK*BP*10.5*YD", {"qty_shipped": "10.5", "qty_backordered": "14.5"}),
        ("ACK*IB", {"qty_backordered": "25"}),
        ("ACK*IB*5*YD*067*20261220\nACK*IB*20*YD*067*20270110", {"qty_backordered": "25"}),
        ("ACK*IR", {"qty_cancelled": "25"}),
        ("ACK*ID*5*YD\nACK*IA", {"qty_cancelled": "5"}),
        ("ACK*IA", {}),
        ("ACK*IH", {}),
    ],
)
def test_what_becomes_of_the_quantity(answers: str, quantities: dict[str, str]) -> None:
    (row,) = rows_of(answer(f"PO1*1*25*YD***VN*0123\n{answers}"), "sales_orders")
    names = ("qty_shipped", "qty_backordered", "qty_cancelled")
    assert {name: row[name] for name in names if name in row} == quantities


def test_parts_that_come_on_several_days_are_promised_for_the_first_and_told() -> None:
    (row,) = rows_of(
        answer("PO1*1*25*YD***VN*0123\nSCH*12*YD***068*20270115\nSCH*13*YD***068*20270101"), "sales_orders"
    )
    assert (row["promised_on"], row["notes"]) == ("2027-01-01", "12 YD 2027-01-15; 13 YD 2027-01-01")


def test_without_a_number_of_the_seller_the_customers_is_the_orders() -> None:
    (row,) = rows_of(answer("PO1**25*YD***VN*0123", "BAK*00*AT*PO-77*20261120"), "sales_orders")
    assert (row["order_no"], row["customer_po"], row["line_no"]) == ("PO-77", "PO-77", "1")


def test_several_orders_are_told_apart() -> None:
    first, second = (lines(f"BEG*00*SA*PO-{no}**20261120\nREF*ZZ*S{no}*SIDEMARK\nPO1*1*1*YD") for no in (1, 2))
    found = rows_of(interchange("850", first, [second[0], second[2]]), "sales_orders")
    assert [(row["order_no"], row.get("sidemark")) for row in found] == [("PO-1", "S1"), ("PO-2", None)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PO1*1*25*YARDS", "Segment 5 (PO1), element 3 (PO103), “YARDS”, has 5 characters; it has exactly 2"),
        ("PO1*1*25*QQ", "Segment 5 (PO1), element 3 (PO103), “QQ”, is no known unit"),
        ("PO1*1*X5*YD", "Segment 5 (PO1), element 2 (PO102), “X5”, is no number"),
        ("PO1*1*5*YD***Q!*0123", "Segment 5 (PO1), element 6 (PO106), “Q!”, is no known qualifier"),
        ("PO1*1*5*YD\nACK*XX", "Segment 6 (ACK), element 1 (ACK01), “XX”, is no known status of a line"),
        ("PO1*1*5*YD\nACK*IQ*5*EA", "Segment 6 (ACK), element 3 (ACK03), “EA”, is a second unit"),
        ("PO1*1*5*YD\nACK*DR***067*20261340", "Segment 6 (ACK), element 5 (ACK05), “20261340”, is no day"),
        ("ACK*IA", "Segment 5 (ACK) stands before the first PO1"),
        ("PO1*1*5*YD\nCTT*2", "Segment 6 (CTT), element 1 (CTT01), “2”, should be 1, the number of PO1"),
        ("PO1*1*5*YD\nCTT*1*6", "Segment 6 (CTT), element 2 (CTT02), “6”, should be 5, the sum of all PO102"),
        ("PO1*1*5*YD\nSCH*X*YD***067*20261220", "Segment 6 (SCH), element 1 (SCH01), “X”, is no number"),
        ("LIN*1*VN*1", "Segment 5 (LIN) has no place in an 855"),
        ("PO1*1*5*YD\nREF*LT", "Segment 6 (REF), element 2 (REF02), is missing"),
    ],
)
def test_a_fault_in_an_855_is_named(text: str, words: str) -> None:
    assert words in refusal(answer(text), "sales_orders")


def test_answers_to_one_line_have_an_end() -> None:
    sentence = refusal(answer("PO1*1*5*YD\n" + "ACK*DR***067*20261220\n" * 501), "sales_orders")
    assert "Segment 506 (ACK) is one of more than 500 pieces of one text" in sentence
    sentence = refusal(order("MSG*A\n" * 501 + "PO1*1*5*YD"), "sales_orders")
    assert "Segment 505 (MSG) is one of more than 500 pieces of one text" in sentence


def test_an_order_that_is_cancelled_as_a_whole_is_refused() -> None:
    sentence = refusal(order("PO1*1*5*YD", "BEG*01*SA*PO-77**20261120"), "sales_orders")
    assert "Segment 4 (BEG), element 1 (BEG01), “01”, is none of" in sentence


# --- freight ---------------------------------------------------------------------------------------------

_HEAD = """
    HL*1**S
    TD1*CTN*2****G*60.31*LB
    TD5**2*UPSN**UPS GROUND
    REF*BM*B-1
    REF*CN*P-2
    DTM*011*20261121
    DTM*067*20261126
    FOB*PC
    N1*SF*Calder & Thrane*92*ATL
    N1*ST*Paloma Winslow
    N3*1 MILL LANE
    N4*DALLAS*TX*75201
    SAC*C*D240***1850
    HL*2*1*O
    PRF*PO-77
    REF*VN*SO-1001
"""
_SHIPMENT = {
    "shipment_no": "SH-5",
    "as_of": "2026-11-21T14:30:00Z",
    "packages": "2",
    "weight_lb": "60.31",
    "carrier_scac": "UPSN",
    "carrier_name": "UPS GROUND",
    "bol_no": "B-1",
    "pro_no": "P-2",
    "shipped_on": "2026-11-21",
    "estimated_delivery_on": "2026-11-26",
    "freight_terms": "PC",
    "ship_from": "ATL",
    "ship_to_name": "Paloma Winslow",
    "ship_to_address1": "1 MILL LANE",
    "ship_to_city": "DALLAS",
    "ship_to_state": "TX",
    "ship_to_postal_code": "75201",
    "freight_charge": "18.50",
    "order_no": "SO-1001",
}


def test_an_856_from_shipment_over_order_and_pack_to_item() -> None:
    first, second, third = rows_of(
        notice(
            _HEAD
            + """
            HL*3*2*P
            MAN*GM*00001
            MAN*CP*1Z9
            HL*4*3*I
            LIN*1*VN*0123*LT*L22
            SN1**12.5*YD
            REF*SE*P-1
            REF*SE*P-2
            HL*5*3*I
            LIN*2*VN*0124
            SN1**3*YD
            HL*6*2*P
            MAN*GM*00002
            HL*7*6*I
            LIN*1*VN*0123
            SN1**2*YD
            CTT*7*17.5
            """
        ),
        "freight",
    )
    pack = _SHIPMENT | {"package_no": "00001", "tracking_no": "1Z9", "unit": "YD"}
    pieces = {"lot_no": "L22", "piece_nos": "P-1|P-2"}
    assert first == pack | pieces | {"line_no": "1", "item_no": "0123", "qty_shipped": "12.5"}
    assert second == pack | {"line_no": "2", "item_no": "0124", "qty_shipped": "3"}
    last = {"package_no": "00002", "line_no": "1", "item_no": "0123", "qty_shipped": "2", "unit": "YD"}
    assert third == _SHIPMENT | last


def test_an_856_with_the_packs_below_the_item() -> None:
    found = rows_of(
        notice(
            _HEAD
            + """
            HL*3*2*I
            LIN*1*VN*0123
            HL*4*3*P
            SN1**5*YD
            MAN*GM*00001
            HL*5*3*P
            SN1**7*YD
            MAN*GM*00002
            CTT*5*12
            """
        ),
        "freight",
    )
    assert [(row["item_no"], row["package_no"], row["qty_shipped"]) for row in found] == [
        ("0123", "00001", "5"),
        ("0123", "00002", "7"),
    ]


def test_an_order_without_a_number_of_the_seller_has_the_customers() -> None:
    (row,) = rows_of(notice("HL*1**S\nHL*2*1*O\nPRF*PO-9\nHL*3*2*I\nLIN*1*VN*1\nSN1**1*EA\nCTT*1"), "freight")
    assert row["order_no"] == "PO-9"


def test_a_shipment_without_items_is_a_row() -> None:
    assert rows_of(notice("HL*1**S\nREF*2I*1Z9"), "freight") == [
        {"shipment_no": "SH-5", "as_of": "2026-11-21T14:30:00Z", "tracking_no": "1Z9"}
    ]


def test_a_second_shipment_in_one_notice_starts_anew() -> None:
    found = rows_of(notice("HL*1**S\nREF*BM*B1\nHL*2*1*I\nLIN*1*VN*1\nHL*3**S\nHL*4*3*I\nLIN*1*VN*2"), "freight")
    assert [row.get("bol_no") for row in found] == ["B1", None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("HL*1**S\nHL*2*9*O", "Segment 6 (HL), element 2 (HL02), “9”, is the number of no HL before it"),
        ("HL*1**S\nHL*1*1*O", "Segment 6 (HL), element 1 (HL01), “1”, is the number of another HL"),
        (
            "HL*1**S\nHL*2*1*I\nHL*3**S\nHL*4*2*P",
            "Segment 8 (HL), element 2 (HL02), “2”, is an HL whose branch has ended",
        ),
        ("HL*1**Q", "Segment 5 (HL), element 3 (HL03), “Q”, is none of the levels S, O, T, P and I"),
        ("LIN*1*VN*1", "Segment 5 (LIN) stands before the first HL"),
        ("HL*1**S\nSN1**5", "Segment 6 (SN1), element 3 (SN103), is missing"),
        ("HL*1**S\nSN1**5*YD\nSN1**6*YD", "Segment 7 (SN1), element 2 (SN102), “6”, is a second qty_shipped"),
        ("HL*1**S\nMAN*Q9*1", "Segment 6 (MAN), element 1 (MAN01), “Q9”, is no known kind of mark"),
        ("HL*1**S\nDTM*011*20260231", "Segment 6 (DTM), element 2 (DTM02), “20260231”, is no day of the calendar"),
        ("HL*1**S\nCTT*2", "Segment 6 (CTT), element 1 (CTT01), “2”, should be 1, the number of HL"),
        ("HL*1**S\nSN1**5*YD\nCTT*1*4", "Segment 7 (CTT), element 2 (CTT02), “4”, should be 5, the sum of all SN102"),
        (
            "HL*1**I\nSN1**5*YD\nHL*2*1*P\nHL*3*1*P",
            "Segment 5 (HL) gives a quantity that is not shared out: each package below it needs an SN1",
        ),
        ("HL*1**S\nPO1*1*5*YD", "Segment 6 (PO1) has no place in an 856"),
        (
            "HL*1**S\n" + "".join(f"HL*{level}*{level - 1}*T\n" for level in range(2, 13)),
            "Segment 15 (HL), element 2 (HL02), leads more than 10 levels down",
        ),
        ("HL*1**S\n" + "REF*SE*P\n" * 501, "Segment 506 (REF) is one of more than 500 pieces of one text"),
    ],
)
def test_a_fault_in_an_856_is_named(text: str, words: str) -> None:
    assert words in refusal(notice(text), "freight")
