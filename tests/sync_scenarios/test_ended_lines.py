"""A showroom loses a distributor while its rep is on the road: the rows go from the disk, what he did is settled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from shared_models.kernel.clock import SystemClock
from shared_models.kernel.ids import LineId, OrderId, RequestId, new_id
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from sync_server.features.accounts.actions import add_rep_code, end_line
from sync_server.features.feeds.runs import FeedDesk, Posting
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station

PRODUCT, ORDER = "Zinnoberquast", "Ochsenblutrot"


def publish(server: RunningServer, world: SmallWorld, folder: Path, dataset: str, content: str) -> None:
    file = folder / f"{dataset}.csv"
    file.write_text(content, encoding="utf-8")
    posting = Posting(world.distributor.id, world.distributor.code, dataset)
    run = FeedDesk(server.database, SystemClock()).post(posting, file)
    assert run.status == "landed", run.sentence


def order_samples(station: Station, distributor_id: str) -> str:
    item = OrderedItem(line_id=LineId(new_id()), item_no="1354.1.0", quantity=1)
    part = RequestPart(request_id=RequestId(new_id()), distributor_id=distributor_id, items=(item,))
    order = PlaceSampleOrder(order_id=OrderId(new_id()), parts=(part,), ship_to=ShipTo(name="Halloran Pryce"))
    return station.desk.record(order).operation_id


def shown(station: Station) -> set[str]:
    """Every word of the distributor that a screen of this station could show."""
    rows = [msgspec.structs.asdict(row) for _, row in station.desk.catalogue.rows("products")]
    products = {row["pattern_name"] for row in rows}
    orders = station.desk.database.read().rows("SELECT sidemark FROM sales_orders")
    return (products | {sidemark for (sidemark,) in orders}) & {PRODUCT, ORDER}


def test_at_the_next_sync_the_rows_leave_the_disk_and_what_he_did_is_settled(
    server: RunningServer, world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    server.database.write_unit(lambda connection: add_rep_code(connection, world.rep, world.distributor, "R7"))
    publish(
        server, world, tmp_path, "products", f"item_no,pattern_name,color_name,status\n1354.1.0,{PRODUCT},Ink,ACTIVE\n"
    )
    publish(server, world, tmp_path, "sales_orders", f"order_no,line_no,rep_code,sidemark\n1,1,R7,{ORDER}\n")
    rep = station(world.rep)
    while rep.sync().lines_pending:
        pass
    assert shown(rep) == {PRODUCT, ORDER}
    rep.client.unplug()
    ordered, lent = order_samples(rep, world.distributor.id), rep.lend(world.copies[0], world.designer)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    server.database.write_unit(
        lambda connection: end_line(connection, world.showroom, world.distributor, last_day=yesterday)
    )
    rep.client.plug_in()
    rep.sync()
    assert shown(rep) == set()
    assert not any(world.distributor.id in stream for stream in rep.desk.catalogue.files.streams())
    files = [file for file in rep.profile.rglob("*") if file.is_file() and "lines" in file.parts]
    assert not [file for file in files if world.distributor.id in file.name]
    # Closed, so that nothing is left in a log: no byte of the profile has a word of it.
    rep.desk.close()
    assert not [file for file in rep.profile.rglob("*") if file.is_file() and PRODUCT.encode() in file.read_bytes()]
    again = station(world.rep)
    # Samples may be asked of any house, whether or not its line is sold; what needs the line is refused
    # (`test_inquiries.py`).
    assert (again.state_of(ordered), again.state_of(lent)) == ("applied", "applied")
