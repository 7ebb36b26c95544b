"""A bench that is offline while the showroom cancels: what left is shipped, and nobody is left in the dark."""

from shared_models.kernel.ids import ConfirmationId, LineId, OrderId, RequestId, new_id
from shared_models.picking.operations import ConfirmedLine, ConfirmLines
from shared_models.reviews.records import ReviewItem
from shared_models.sample_orders.operations import CancelLine, OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sample_orders.records import RequestLine
from tests.builders.server import SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station


def line_of(station: Station) -> RequestLine:
    (line,) = station.desk.database.read().records(RequestLine)
    return line


def order_one(desk: Station, world: SmallWorld) -> None:
    item = OrderedItem(line_id=LineId(new_id()), item_no="1354.1.0", title="Trianon 1", quantity=2)
    part = RequestPart(request_id=RequestId(new_id()), distributor_id=world.distributor.id, items=(item,))
    desk.desk.record(PlaceSampleOrder(order_id=OrderId(new_id()), parts=(part,), ship_to=ShipTo(name="Halloran")))


def test_what_left_an_offline_bench_is_shipped_although_the_showroom_cancelled_it(
    world: SmallWorld, station: MakeStation
) -> None:
    desk, bench = station(world.clerk, "desk"), station(world.picker, "bench")
    order_one(desk, world)
    desk.sync()
    bench.sync()
    line = line_of(bench)
    bench.client.unplug()
    said = ConfirmedLine(line_id=LineId(line.id), outcome="shipped", quantity=2)
    packed = bench.desk.record(
        ConfirmLines(
            confirmation_id=ConfirmationId(new_id()),
            request_id=RequestId(line.request_id),
            lines=(said,),
            carrier="UPS",
            tracking_no="1Z999AA10123456784",
        )
    ).operation_id
    desk.desk.record(CancelLine(request_id=RequestId(line.request_id), line_id=LineId(line.id)))
    assert desk.sync().state == "synced"
    assert line_of(desk).cancelled == 2

    bench.client.plug_in()
    assert bench.sync().state == "synced"
    desk.sync()
    assert bench.state_of(packed) == "needs_review"
    assert line_of(bench) == line_of(desk)
    assert (line_of(desk).shipped, line_of(desk).cancelled) == (2, 0)
    for station_, words in ((desk, "before it knew of your cancellation: UPS 1Z999"), (bench, "had cancelled 2 of")):
        (item,) = station_.desk.database.read().records(ReviewItem)
        assert words in item.sentence
