"""Who sees which rows of a distributor's follow-up: by codes, as they come, move, leave and return."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from shared_models.sync.streams import follow_up, parse_follow_up, plain_code
from sync_server.features.backup.sums import StreamSums
from sync_server.features.sync import snapshots
from sync_server.features.sync.pages import floor_of, read_page
from sync_server.features.sync.stream_log import read_heads
from sync_server.features.sync.sweep import sweep_tombstones
from sync_server.features.sync.tables import FOLLOW_UP_TABLES, STREAM_HEADS
from tests.sync_server.feeds.house import House

ORDERS = "order_no,line_no,showroom_code,rep_code,customer_no,sidemark,price_net,currency\n"


def numbers(shown: dict[str, list[dict[str, Any]]], dataset: str, column: str) -> list[str]:
    return sorted(row[column] for row in shown.get(dataset, []))


def test_each_showroom_and_rep_gets_its_own_rows_and_the_house_all(house: House) -> None:
    house.post(
        ORDERS + "1,1,hps,r1,C1,Lobby,48.50,USD\n2,1,HPS,r2,C2,,,\n3,1,JRO,r1,C3,,,\n4,1,,,C4,,,\n", "sales_orders"
    )
    assert numbers(house.shown(), "sales_orders", "order_no") == ["1", "2", "3", "4"]
    assert numbers(house.shown("showroom", "HPS"), "sales_orders", "order_no") == ["1", "2"]
    assert numbers(house.shown("showroom", "JRO"), "sales_orders", "order_no") == ["3"]
    assert numbers(house.shown("rep", "R1"), "sales_orders", "order_no") == ["1", "3"]


def test_what_is_the_houses_own_is_in_no_page(house: House) -> None:
    house.post(ORDERS + "1,1,HPS,R1,C1,Lobby,48.50,USD\n", "sales_orders")
    house.post("shipment_no,order_no,line_no,freight_charge,currency\nS1,1,1,18.25,USD\n", "freight")
    for stream in ((), ("showroom", "HPS"), ("rep", "R1")):
        shown = house.shown(*stream)
        assert {"sales_orders", "freight"} == shown.keys()
        for row in (*shown["sales_orders"], *shown["freight"]):
            assert not {"price_net", "currency", "freight_charge"} & row.keys()
            assert 485_000 not in row.values()
            assert 182_500 not in row.values()


def test_a_price_alone_moves_nothing(house: House) -> None:
    house.post(ORDERS + "1,1,HPS,R1,C1,Lobby,48.50,USD\n", "sales_orders")
    before = house.follow_up(), house.follow_up("showroom", "HPS")
    run = house.post(ORDERS + "1,1,HPS,R1,C1,Lobby,51,USD\n", "sales_orders")
    assert run.rows_changed == 1
    assert (house.follow_up(), house.follow_up("showroom", "HPS")) == before
    assert house.live("sales_orders")[0]["price_net"] == 510_000


def test_a_row_that_goes_to_another_showroom_leaves_the_first(house: House) -> None:
    house.post(ORDERS + "1,1,HPS,R1,C1,,,\n2,1,HPS,R1,C1,,,\n", "sales_orders")
    stood = house.follow_up("showroom", "HPS").head
    house.post(ORDERS + "1,1,JRO,R1,C1,,,\n2,1,HPS,R1,C1,,,\n", "sales_orders")
    (gone,) = house.shown("showroom", "HPS", after=stood)["gone"]
    assert gone["dataset"] == "sales_orders"
    assert numbers(house.shown("showroom", "HPS"), "sales_orders", "order_no") == ["2"]
    assert numbers(house.shown("showroom", "JRO"), "sales_orders", "order_no") == ["1"]
    assert numbers(house.shown("rep", "R1"), "sales_orders", "order_no") == ["1", "2"]
    house.post(ORDERS + "1,1,HPS,R1,C1,,,\n2,1,HPS,R1,C1,,,\n", "sales_orders")
    assert numbers(house.shown("showroom", "HPS"), "sales_orders", "order_no") == ["1", "2"]
    assert "gone" not in house.shown("showroom", "HPS", after=stood)
    assert house.shown("showroom", "JRO") == {}


def test_a_row_that_goes_and_comes_back_elsewhere_is_gone_from_where_it_was(house: House) -> None:
    rows = [f"{number},1,HPS,R1,C1,,,\n" for number in range(1, 8)]
    house.post(ORDERS + "".join(rows), "sales_orders")
    stood = house.follow_up("showroom", "HPS").head
    house.post(ORDERS + "".join(rows[:6]), "sales_orders")
    assert len(house.shown("showroom", "HPS", after=stood)["gone"]) == 1
    assert len(house.shown("showroom", "HPS")["sales_orders"]) == 6
    house.post(ORDERS + "".join(rows[:6]) + "7,1,JRO,,C1,,,\n", "sales_orders")
    assert len(house.shown("showroom", "HPS", after=stood)["gone"]) == 1
    assert len(house.shown("rep", "R1", after=stood)["gone"]) == 1
    assert numbers(house.shown("showroom", "JRO"), "sales_orders", "order_no") == ["7"]
    assert len(house.shown()["sales_orders"]) == 7


def test_without_a_showroom_the_customers_home_counts_also_when_it_changes(house: House) -> None:
    house.post(ORDERS + "1,1,,,C1,,,\n2,1,JRO,,C1,,,\n3,1,,,C9,,,\n", "sales_orders")
    house.post("reserve_no,line_no,customer_no\nR1,1,C1\n", "reserves")
    house.post("shipment_no,order_no,line_no\nS1,1,1\n", "freight")
    assert house.shown("showroom", "HPS") == {}
    customers = "customer_no,showroom_code,rep_code\n"
    house.post(customers + "C1,HPS,R5\n", "customers")
    shown = house.shown("showroom", "HPS")
    assert numbers(shown, "sales_orders", "order_no") == ["1"]
    assert {name: len(rows) for name, rows in shown.items()} == {
        "sales_orders": 1, "reserves": 1, "freight": 1, "customers": 1,
    }  # fmt: skip
    assert numbers(house.shown("rep", "R5"), "sales_orders", "order_no") == ["1", "2"]
    house.post(customers + "C1,JRO,R5\n", "customers")
    assert house.shown("showroom", "HPS") == {}
    assert numbers(house.shown("showroom", "JRO"), "sales_orders", "order_no") == ["1", "2"]
    assert len(house.shown("showroom", "JRO")["freight"]) == 1


def test_freight_follows_its_order_whichever_comes_first(house: House) -> None:
    house.post("shipment_no,order_no,line_no,tracking_no\nS1,1,1,T1\nS1,2,1,T1\nS2,,,T2\n", "freight")
    assert len(house.shown()["freight"]) == 3
    assert house.shown("showroom", "HPS") == {}
    house.post(ORDERS + "1,1,HPS,R1,C1,,,\n2,1,JRO,R1,C1,,,\n2,2,HPS,R1,C1,,,\n", "sales_orders")
    assert numbers(house.shown("showroom", "HPS"), "freight", "order_no") == ["1"]
    assert numbers(house.shown("showroom", "JRO"), "freight", "order_no") == ["2"]
    assert numbers(house.shown("rep", "R1"), "freight", "order_no") == ["1", "2"]


def test_freight_of_an_order_whose_lines_disagree_is_shown_to_neither(house: House) -> None:
    house.post(ORDERS + "2,1,JRO,R1,C1,,,\n2,2,HPS,R1,C1,,,\n", "sales_orders")
    house.post("shipment_no,order_no\nS1,2\n", "freight")
    assert "freight" not in house.shown("showroom", "HPS")
    assert "freight" not in house.shown("showroom", "JRO")
    assert len(house.shown("rep", "R1")["freight"]) == 1


def test_an_order_that_is_no_longer_told_still_says_whose_its_freight_is(house: House) -> None:
    rows = [f"{number},1,HPS,R1,C1,,,\n" for number in range(1, 8)]
    house.post(ORDERS + "".join(rows), "sales_orders")
    house.post("shipment_no,order_no,line_no\nS1,7,1\n", "freight")
    house.post(ORDERS + "".join(rows[:6]), "sales_orders")
    house.post("shipment_no,order_no,line_no,delivered_to\nS1,7,1,Ines\n", "freight")
    (shipment,) = house.shown("showroom", "HPS")["freight"]
    assert shipment["delivered_to"] == "Ines"


@pytest.mark.parametrize("code", ["HPS", " hps ", "A/B", "Ä:1", "x" * 60, "~" * 60])
def test_any_code_makes_a_stream_that_can_be_taken_apart(house: House, code: str) -> None:
    house.post(ORDERS.replace(",", "\t") + f"1\t1\t{code}\t\t\t\t\t\n", "sales_orders")
    plain = plain_code(code)
    stream = house.shown("showroom", plain)
    assert len(stream["sales_orders"]) == 1
    parsed = parse_follow_up(f"distributor:{house.id}:follow_up:showroom:{plain}")
    assert parsed == (house.id, "showroom", plain)


def test_tombstones_are_swept_after_ninety_days_and_who_is_older_begins_afresh(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{number},1,HPS,R1,C1,,,\n" for number in range(1, 9)]
    house.post(ORDERS + "".join(rows), "sales_orders")
    house.post(ORDERS + "1,1,JRO,R1,C1,,,\n" + "".join(rows[1:7]), "sales_orders")
    stood = {code: house.follow_up("showroom", code).head for code in ("HPS", "JRO")}
    assert house.database.write_unit(lambda connection: sweep_tombstones(connection, house.clock.now())) == 0
    later = house.clock.now() + timedelta(days=91)
    assert house.database.write_unit(lambda connection: sweep_tombstones(connection, later)) == 2
    with house.database.reading() as connection:
        streams = [follow_up(house.id), follow_up(house.id, "rep", "R1"), follow_up(house.id, "showroom", "HPS")]
        assert all(floor_of(connection, stream) > 0 for stream in streams)
        assert floor_of(connection, follow_up(house.id, "showroom", "JRO")) == 0
        head = read_heads(connection, [streams[2]])[streams[2]]
        assert read_page(connection, streams[2], 1, head, 100_000).fresh
    assert {code: house.follow_up("showroom", code).head for code in ("HPS", "JRO")} == stood
    assert len(house.shown("showroom", "HPS")["sales_orders"]) == 6
    assert len(house.shown()["sales_orders"]) == 7
    monkeypatch.setattr(snapshots, "PAGE_BYTES", 500)
    with house.database.reading() as connection:
        made = snapshots.snapshot(connection, streams[0], house.follow_up(), tmp_path / "snapshots")
    assert made.position == house.follow_up().head


def test_the_sums_of_an_archive_know_the_streams_of_the_follow_up(house: House) -> None:
    house.post(ORDERS + "1,1,HPS,R1,C1,,,\n2,1,,R1,C1,,,\n3,1,,,C1,,,\n", "sales_orders")
    house.post("shipment_no,order_no\nS1,1\nS2,\n", "freight")
    sums = StreamSums()
    with house.database.reading() as connection:
        for table in (STREAM_HEADS, *FOLLOW_UP_TABLES.values()):
            rows = [
                list(row)
                for row in connection.execute(select(table))
                if not row[0].endswith(("directory", "freshness"))
            ]
            sums.take(table.name, [column.name for column in table.columns], rows)
    assert list(sums.differences()) == []
    sums.take(
        "freight_rows",
        ["distributor_id", "seen_showroom", "seen_rep", "row_hash", "gone_at"],
        [[house.id, "HPS", "", 1, None]],
    )
    assert [sentence.split()[1] for sentence in sums.differences()] == [
        follow_up(house.id),
        follow_up(house.id, "showroom", "HPS"),
    ]


def test_small_pages_bring_the_same_as_one(house: House) -> None:
    house.post(ORDERS + "".join(f"{number},1,HPS,R{number % 3},C1,,,\n" for number in range(200)), "sales_orders")
    house.post("customer_no,showroom_code\n" + "".join(f"C{number},HPS\n" for number in range(50)), "customers")
    shown = house.shown("showroom", "HPS")
    assert (len(shown["sales_orders"]), len(shown["customers"])) == (200, 50)
    for code in ("R0", "R1", "R2"):
        assert house.shown("rep", code)["sales_orders"]
