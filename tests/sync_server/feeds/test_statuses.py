"""The stock status that is published beside the inventory: one word an item, and what Basic alone gives."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from shared_models.kernel.operation import Module
from shared_models.sync.streams import line_dataset
from sync_server.features.accounts.actions import end_module, grant_module
from sync_server.features.sync.tables import LINE_TABLES, STREAM_HEADS
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation
from tests.sync_server.feeds.house import House

HEADER = "item_no,warehouse,lot_no,unit,qty_on_hand,stock_status,as_of\n"
CANARY = "4711.125"
CANARY_THOUSANDTHS = 4_711_125


def stock(*rows: str) -> str:
    return HEADER + "".join(f"{row},2026-11-23T05:00:00Z\n" for row in rows)


def statuses(house: House) -> Mapping[str, str]:
    """What is said of each item that has anything in stock or had it."""
    table = LINE_TABLES["stock_status"]
    with house.database.reading() as connection:
        rows = connection.execute(
            select(table.c.item_no, table.c.stock_status).where(
                table.c.distributor_id == house.id, table.c.gone_at.is_(None)
            )
        )
        return {row.item_no: row.stock_status for row in rows}


def agrees(house: House) -> bool:
    """Whether the stream counts and sums what is live."""
    return house.head("stock_status") == house.travels("stock_status")


def test_an_item_has_the_status_of_its_best_warehouse(house: House) -> None:
    house.post(stock("1,HPT,,YD,0,", "1,DAL,,YD,3,", "2,,,YD,60,", "3,HPT,A,EA,,"), "inventory")
    assert statuses(house) == {"1": "LOW", "2": "IN_STOCK", "3": ""}
    assert agrees(house)


def test_quantities_that_change_no_status_move_nothing(house: House) -> None:
    house.post(stock("1,,,YD,40,", "2,,,YD,60,"), "inventory")
    before = house.head("stock_status")
    assert house.post(stock("1,,,YD,41,", "2,,,YD,90,"), "inventory").rows_changed == 2
    assert house.head("stock_status") == before


def test_a_status_follows_its_item_out_and_back(house: House) -> None:
    both = stock(*(f"{number},,,YD,40," for number in range(1, 12)))
    without = stock(*(f"{number},,,YD,40," for number in range(2, 12)))
    house.post(both, "inventory")
    key = house.row("1", "stock_status")["row_key"]
    house.post(without, "inventory")
    assert "1" not in statuses(house)
    assert agrees(house)
    house.post(both, "inventory")
    assert statuses(house)["1"] == "IN_STOCK"
    assert house.row("1", "stock_status")["row_key"] == key
    assert agrees(house)


def test_a_delta_moves_the_statuses_of_its_items_only(house: House) -> None:
    house.post(stock("1,,,YD,40,", "2,,,YD,60,"), "inventory")
    house.post("item_no,qty_on_hand\n2,0\n", "inventory", mode="delta")
    assert statuses(house) == {"1": "IN_STOCK", "2": "OUT"}
    assert house.head("stock_status").head == 3
    assert agrees(house)


def test_what_was_posted_before_statuses_were_published_gets_one_with_the_next_file(house: House) -> None:
    house.post(stock("1,,,YD,40,", "2,,,YD,60,"), "inventory")
    with house.database.writing() as connection:
        connection.execute(LINE_TABLES["stock_status"].delete())
        connection.execute(STREAM_HEADS.delete().where(STREAM_HEADS.c.stream.endswith(":stock_status")))
    house.post(stock("1,,,YD,40,", "2,,,YD,61,"), "inventory")
    assert statuses(house) == {"1": "IN_STOCK", "2": "IN_STOCK"}
    assert agrees(house)


def test_a_dry_run_publishes_no_status(house: House) -> None:
    house.post(stock("1,,,YD,40,"), "inventory", dry_run=True)
    assert (statuses(house), house.head("stock_status").head) == ({}, 0)


# --- over HTTP -----------------------------------------------------------------------------------


@pytest.fixture
def basic_house(world: SmallWorld, server: RunningServer) -> SmallWorld:
    """The first distributor, whose Inventory module ended yesterday."""
    with server.database.writing() as connection:
        end_module(connection, world.distributor, Module.INVENTORY, last_day=today() - timedelta(days=1))
    return world


def today() -> date:
    return datetime.now(UTC).astimezone().date()


def post(master: WireStation) -> None:
    answer = master.http.post(
        f"{master.server.url}/v1/feeds/inventory",
        data=stock(f"1354.1.0,HPT,LOT-77,YD,{CANARY},").encode(),
        headers={"content-type": "text/csv"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text


def seen(station: WireStation) -> str:
    """Everything that the station holds, as a text."""
    return str(station.rows)


def test_with_basic_alone_showrooms_see_a_status_and_no_quantity(
    basic_house: SmallWorld, station: StationMaker
) -> None:
    post(station(basic_house.master, basic_house.distributor))
    clerk = station(basic_house.clerk, basic_house.showroom)
    clerk.pull_all()
    (row,) = clerk.rows[line_dataset(basic_house.distributor.id, "stock_status")].values()
    assert row[:2] == ["1354.1.0", "IN_STOCK"]
    for never in (str(CANARY_THOUSANDTHS), CANARY, "LOT-77", "HPT"):
        assert never not in seen(clerk)
    inventory = line_dataset(basic_house.distributor.id, "inventory")
    for path in ("changes", "snapshot"):
        assert clerk.get(f"/v1/streams/{inventory}/{path}").status_code == 404


def test_when_the_module_begins_quantities_come_and_when_it_ends_they_leave(
    basic_house: SmallWorld, server: RunningServer, station: StationMaker
) -> None:
    house = basic_house.distributor
    post(station(basic_house.master, house))
    clerk = station(basic_house.clerk, basic_house.showroom)
    clerk.pull_all()
    with server.database.writing() as connection:
        grant_module(connection, house, Module.INVENTORY, starts_on=today())
    clerk.pull_all()
    assert str(CANARY_THOUSANDTHS) in seen(clerk)
    assert line_dataset(house.id, "stock_status") not in clerk.rows
    with server.database.writing() as connection:
        end_module(connection, house, Module.INVENTORY, last_day=today() - timedelta(days=1))
    clerk.pull_all()
    assert str(CANARY_THOUSANDTHS) not in seen(clerk)
    assert line_dataset(house.id, "stock_status") in clerk.rows


def test_inventory_needs_one_of_the_two_modules(
    basic_house: SmallWorld, server: RunningServer, station: StationMaker
) -> None:
    master = station(basic_house.master, basic_house.distributor)
    with server.database.writing() as connection:
        end_module(connection, basic_house.distributor, Module.BASIC, last_day=today() - timedelta(days=1))
    answer = master.http.post(f"{server.url}/v1/feeds/inventory", data=stock("1,,,YD,1,").encode(), timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (403, "module_missing")
