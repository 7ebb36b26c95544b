"""X12 4010 from the distributor's post to the database and to the desks of those who may see it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from shared_models.catalogue.records import PRODUCTS
from shared_models.follow_up.records import FreightLine, SalesOrderLine
from shared_models.sync.streams import line_dataset
from sync_server.features.accounts.actions import add_rep_code
from sync_server.features.feeds.history import Run, list_runs
from sync_server.features.sync.tables import FOLLOW_UP_TABLES, LINE_TABLES
from tests.builders.server import RunningServer, SmallWorld, station_of
from tests.builders.x12 import catalogue, interchange, lines, stock_report
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station

Post = Callable[..., dict[str, object]]
_ORDER = """
    BEG*00*NE*PO-77**20261120
    CUR*SE*USD
    REF*ZZ*HPS*SHOWROOM
    REF*SA*R7
    REF*VN*SO-1001
    N1*BY*Winslow Interiors*91*C-100
    PO1*1*12.5*YD*48.50*PE*VN*0123
    PID*F*08***ASHDOWN LINEN
    PO1*2*3*EA*9**VN*1354.10.0
    CTT*2
"""
_ANSWER = """
    BAK*00*AD*PO-77*20261120****SO-1001*20261121
    CUR*SE*USD
    REF*ZZ*HPS*SHOWROOM
    REF*SA*R7
    PO1*1*12.5*YD*48.50*PE*VN*0123
    ACK*BP*10*YD*067*20261215
    ACK*IB*2.5*YD*067*20270115
    PO1*2*3*EA*9**VN*1354.10.0
    ACK*IR*3*EA
    CTT*2
"""
_NOTICE = """
    BSN*00*SH-5*20261121*1430
    HL*1**S
    TD5**2*UPSN**UPS GROUND
    REF*CN*P-2
    DTM*011*20261121
    SAC*C*D240***7715
    HL*2*1*O
    PRF*PO-77
    REF*VN*SO-1001
    HL*3*2*P
    MAN*GM*00001
    MAN*CP*1Z9
    HL*4*3*I
    LIN*1*VN*0123*LT*L22
    SN1*1*10*YD
    CTT*4
"""


@pytest.fixture
def post(server: RunningServer, world: SmallWorld) -> Post:
    """Posts a file as the distributor's own program does; gives the run."""

    def call(dataset: str, content: str, **query: str) -> dict[str, object]:
        with station_of(server, world.master, world.distributor) as own:
            answer = own.http.post(
                f"{server.url}/v1/feeds/{dataset}", data=content.encode(), params=query, timeout=60,
                headers={"content-type": "application/edi-x12"},
            )  # fmt: skip
        found: dict[str, object] = answer.json()
        return found

    return call


def stored(server: RunningServer, world: SmallWorld, dataset: str) -> list[dict[str, object]]:
    table = {**FOLLOW_UP_TABLES, **LINE_TABLES}[dataset]
    with server.database.reading() as connection:
        found = connection.execute(
            select(table)
            .where(table.c.distributor_id == world.distributor.id, table.c.gone_at.is_(None))
            .order_by(table.c.row_key)
        )
        return [dict(row) for row in found.mappings()]


def orders(station: Station) -> list[SalesOrderLine]:
    assert station.sync().state == "synced"
    return station.desk.database.read().records(SalesOrderLine, "ORDER BY line_no")


def test_an_850_is_an_order_at_the_desks_of_its_showroom_and_its_rep_and_at_no_other(
    server: RunningServer, world: SmallWorld, station: MakeStation, post: Post
) -> None:
    server.database.write_unit(lambda connection: add_rep_code(connection, world.rep, world.distributor, "R7"))
    run = post("sales_orders", interchange("850", lines(_ORDER)))
    assert (run["status"], run["rows_new"]) == ("landed", 2), run
    rows = stored(server, world, "sales_orders")
    assert [(row["order_no"], row["line_no"], row["qty_ordered"], row["price_net"]) for row in rows] == [
        ("SO-1001", "1", 12_500, 485_000), ("SO-1001", "2", 3_000, 90_000),
    ]  # fmt: skip
    clerk, rep, rival = (station(one, one.name) for one in (world.clerk, world.rep, world.other_clerk))
    for one in (clerk, rep):
        first, second = orders(one)
        assert (first.item_no, first.description, first.customer_no) == ("0123", "ASHDOWN LINEN", "C-100")
        assert (second.item_no, second.qty_ordered, second.unit) == ("1354.10.0", 3_000, "EA")
        assert not hasattr(first, "price_net")
    assert orders(rival) == []


def test_an_855_tells_what_became_of_each_line_and_an_856_what_left(
    server: RunningServer, world: SmallWorld, station: MakeStation, post: Post
) -> None:
    clerk = station(world.clerk)
    assert post("sales_orders", interchange("850", lines(_ORDER)))["status"] == "landed"
    before = orders(clerk)
    run = post("sales_orders", interchange("855", lines(_ANSWER), number=2), mode="delta")
    assert (run["status"], run["rows_changed"]) == ("landed", 2), run
    first, second = orders(clerk)
    assert [one.id for one in before] == [first.id, second.id]
    assert (first.line_status, first.promised_on) == ("BP|IB", "2026-12-15")
    assert (second.line_status, second.customer_no) == ("IR", "C-100")
    run = post("freight", interchange("856", lines(_NOTICE), number=3))
    assert run["status"] == "landed", run
    (row,) = stored(server, world, "freight")
    assert (row["shipment_no"], row["package_no"], row["freight_charge"]) == ("SH-5", "00001", 771_500)
    assert clerk.sync().state == "synced"
    (shipped,) = clerk.desk.database.read().records(FreightLine)
    assert (shipped.order_no, shipped.tracking_no, shipped.lot_no) == ("SO-1001", "1Z9", "L22")
    assert (shipped.qty_shipped, shipped.shipped_on, shipped.pro_no) == (10_000, "2026-11-21", "P-2")
    assert not hasattr(shipped, "freight_charge")


def test_an_832_and_an_846_reach_the_catalogue_of_the_desk(
    server: RunningServer, world: SmallWorld, station: MakeStation, post: Post
) -> None:
    goods = [{"item_no": f"{number:04d}", "pattern_name": "Ashdown", "color_name": "Flax"} for number in range(1, 4)]
    stock = [{"item_no": f"{number:04d}", "qty_on_hand": "12.5", "unit": "YD"} for number in range(1, 4)]
    assert post("products", interchange("832", catalogue(goods)))["status"] == "landed"
    assert post("inventory", interchange("846", stock_report(stock), number=2))["status"] == "landed"
    assert [row["qty_available"] for row in stored(server, world, "inventory")] == [12_500] * 3
    with station_of(server, world.clerk, world.showroom) as clerk:
        clerk.pull_all()
        assert len(clerk.rows[line_dataset(world.distributor.id, PRODUCTS.name)]) == 3
        assert len(clerk.rows[line_dataset(world.distributor.id, "inventory")]) == 3


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (
            _ANSWER.replace("PO1*1*12.5", "PO1*1*1234567890123456"),
            "element 2 (PO102), “1234567890123456”, has 16 digits",
        ),
        (_ANSWER.replace("REF*SA*R7", "REF*SA"), "Segment 7 (REF), element 2 (REF02), is missing: at least one of"),
        (_ANSWER.replace("CTT*2", "CTT*3"), "“3”, should be 2"),
        (_ANSWER.replace("*YD*067*20261215", "*YD*067"), "element 5 (ACK05), is missing: ACK04 does not stand"),
    ],
)
def test_a_broken_855_changes_nothing_anywhere_and_names_its_place(
    server: RunningServer, world: SmallWorld, station: MakeStation, post: Post, broken: str, words: str
) -> None:
    clerk = station(world.clerk)
    post("sales_orders", interchange("850", lines(_ORDER)))
    before, shown = stored(server, world, "sales_orders"), orders(clerk)
    problem = post("sales_orders", interchange("855", lines(broken), number=2), mode="delta")
    assert words in str(problem["sentence"])
    assert (stored(server, world, "sales_orders"), orders(clerk)) == (before, shown)
    assert [run.status for run in runs(server, world)] == ["refused", "landed"]


def test_the_same_interchange_posted_twice_is_answered_like_the_first_time(
    server: RunningServer, world: SmallWorld, post: Post, tmp_path: Path
) -> None:
    first = post("sales_orders", interchange("850", lines(_ORDER)), batch_id="ISA000000001")
    again = post("sales_orders", interchange("850", lines(_ORDER)), batch_id="ISA000000001")
    assert (again["id"], again["repeated"]) == (first["id"], True)


def runs(server: RunningServer, world: SmallWorld) -> list[Run]:
    with server.database.reading() as connection:
        return list_runs(connection, [world.distributor.id])
