"""Orders, reserves, freight and customers on real stations: each brings what it may see, and nothing of it stays."""

from pathlib import Path

from shared_models.follow_up.records import Customer, FreightLine, Reserve, SalesOrderLine
from shared_models.kernel.clock import SystemClock
from sync_server.features.accounts.actions import add_rep_code, end_line, end_rep_code
from sync_server.features.feeds.runs import FeedDesk, Posting
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station

ORDERS = "order_no,line_no,showroom_code,rep_code,customer_no,price_net,qty_ordered\n"


def publish(server: RunningServer, world: SmallWorld, folder: Path, dataset: str, content: str) -> None:
    file = folder / f"{dataset}.csv"
    file.write_text(content, encoding="utf-8")
    posting = Posting(world.distributor.id, world.distributor.code, dataset)
    run = FeedDesk(server.database, SystemClock()).post(posting, file)
    assert run.status == "landed", run.sentence


def morning(server: RunningServer, world: SmallWorld, folder: Path) -> None:
    publish(
        server, world, folder, "customers", "customer_no,name,showroom_code,rep_code\nC1,Winslow,HPS,\nC2,Vale,,R7\n"
    )
    publish(server, world, folder, "sales_orders", ORDERS + "1,1,HPS,,C1,48.5,12\n2,1,,R7,C9,10,3\n3,1,JRO,,C3,1,1\n")
    publish(server, world, folder, "reserves", "reserve_no,line_no,customer_no,qty,status\nA,1,C1,32,ACTIVE\n")
    publish(server, world, folder, "freight", "shipment_no,order_no,line_no,tracking_no\nS1,1,1,1Z1\nS2,2,1,1Z2\n")


def orders(station: Station) -> list[str]:
    return [one.order_no for one in station.desk.database.read().records(SalesOrderLine, "ORDER BY order_no")]


def test_each_station_brings_what_its_person_may_see(
    server: RunningServer, world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    server.database.write_unit(lambda connection: add_rep_code(connection, world.rep, world.distributor, "R7"))
    morning(server, world, tmp_path)
    clerk, rep, master, picker, rival = (
        station(person, person.name)
        for person in (world.clerk, world.rep, world.master, world.picker, world.other_clerk)
    )
    for one in (clerk, rep, master, picker, rival):
        assert one.sync().state == "synced"
    assert (orders(clerk), orders(rep), orders(master)) == (["1"], ["2"], ["1", "2", "3"])
    assert (orders(picker), orders(rival)) == ([], [])
    reader = clerk.desk.database.read()
    (reserve,) = reader.records(Reserve)
    assert (reserve.reserve_no, reserve.qty, reserve.distributor_id) == ("A", 32_000, world.distributor.id)
    assert [one.tracking_no for one in reader.records(FreightLine)] == ["1Z1"]
    assert [one.name for one in reader.records(Customer)] == ["Winslow"]
    assert [one.name for one in rep.desk.database.read().records(Customer)] == ["Vale"]
    assert [one.tracking_no for one in rep.desk.database.read().records(FreightLine)] == ["1Z2"]


def test_what_changes_comes_and_what_goes_leaves(
    server: RunningServer, world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    morning(server, world, tmp_path)
    clerk = station(world.clerk)
    clerk.sync()
    publish(
        server, world, tmp_path, "sales_orders", ORDERS + "1,1,JRO,,C1,48.5,12\n2,1,HPS,,C9,10,5\n3,1,JRO,,C3,1,1\n"
    )
    assert clerk.sync().state == "synced"
    assert orders(clerk) == ["2"]
    assert [one.tracking_no for one in clerk.desk.database.read().records(FreightLine)] == ["1Z2"]


def test_when_the_line_or_the_reps_code_ends_their_rows_go(
    server: RunningServer, world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    server.database.write_unit(lambda connection: add_rep_code(connection, world.rep, world.distributor, "R7"))
    morning(server, world, tmp_path)
    clerk, rep = station(world.clerk), station(world.rep, "rep")
    assert (clerk.sync().state, rep.sync().state) == ("synced", "synced")
    server.database.write_unit(lambda connection: end_rep_code(connection, world.rep, world.distributor, "r7"))
    rep.sync()
    assert (orders(rep), orders(clerk)) == ([], ["1"])
    yesterday = SystemClock().now().date().replace(day=1)
    server.database.write_unit(
        lambda connection: end_line(connection, world.showroom, world.distributor, last_day=yesterday)
    )
    clerk.sync()
    assert orders(clerk) == []
