"""Every change reaches every station that may see it: gap-free, whole, checked, and nobody else."""

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
import requests
import zstandard
from sqlalchemy import Connection, insert, select, update

from shared_models.accounts.records import Line
from shared_models.catalogue.records import PRODUCTS
from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.designers.records import Designer
from shared_models.kernel.ids import DesignerId, LineId, OrderId, RequestId, new_id
from shared_models.kernel.records import row_hash
from shared_models.kits.operations import DefineKit, KitContent, RemoveKit
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sync.streams import bags, directory, library, line_dataset, orders
from shared_models.sync.streams import requests as requests_of
from shared_models.sync.wire import StreamPage
from sync_server.features.accounts.actions import add_line, add_organisation, end_line, store_all
from sync_server.features.sync.history import begin_history
from sync_server.features.sync.pages import read_page
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import advance, publish, read_heads
from sync_server.features.sync.sweep import sweep_tombstones
from sync_server.features.sync.tables import LINE_TABLES, STREAM_ENTRIES
from sync_server.foundation.database import open_database
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation


@pytest.fixture
def desk(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.clerk, world.showroom)


def designer(world: SmallWorld, name: str) -> Designer:
    return Designer(id=new_id(), showroom_id=world.showroom.id, name=name)


def order_of(world: SmallWorld, quantity: int = 1) -> PlaceSampleOrder:
    item = OrderedItem(line_id=LineId(new_id()), item_no="1354.1.0", title="Trianon 1", quantity=quantity)
    part = RequestPart(request_id=RequestId(new_id()), distributor_id=world.distributor.id, items=(item,))
    return PlaceSampleOrder(order_id=OrderId(new_id()), parts=(part,), ship_to=ShipTo(name="Paloma Winslow"))


def test_a_first_pull_brings_everything_and_the_second_finds_nothing_new(desk: WireStation, world: SmallWorld) -> None:
    desk.pull_all()
    assert desk.records(library(world.showroom.id), "copies").keys() == {copy.id for copy in world.copies}
    assert world.distributor.id in desk.records(directory(world.showroom.id), "organisations")
    assert desk.pull() is None


def test_an_empty_answer_is_304_without_a_body(desk: WireStation) -> None:
    desk.pull_all()
    answer = desk.post("/v1/streams/changes", {"have": desk.have})
    assert (answer.status_code, answer.content) == (304, b"")


def test_an_order_reaches_showroom_and_distributor_and_gone_records_leave(
    desk: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    bench, rep = station(world.picker, world.distributor), station(world.rep, world.showroom)
    order = order_of(world)
    desk.push(order)
    kit = DefineKit(
        kit_id=new_id(),  # type: ignore[arg-type]
        rep_id=world.rep.id,  # type: ignore[arg-type]
        name="Autumn",
        items=(KitContent(distributor_id=world.distributor.id, item_no="1354.1.0"),),
    )
    desk.push(kit)
    for one in (desk, bench, rep):
        one.pull_all()
    line_id = order.parts[0].items[0].line_id
    assert line_id in desk.records(orders(world.showroom.id), "request_lines")
    assert line_id in bench.records(requests_of(world.distributor.id), "request_lines")
    assert len(rep.records(bags(world.rep.id), "kit_items")) == 1
    assert len(desk.records(orders(world.showroom.id), "kit_items")) == 1
    rep.push(RemoveKit(kit_id=kit.kit_id))
    rep.pull_all()
    assert rep.rows[bags(world.rep.id)] == {}


def test_a_request_has_its_number_when_it_first_reaches_a_screen(
    desk: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    desk.push(order_of(world), order_of(world))
    bench = station(world.picker, world.distributor)
    bench.pull_all()
    rows = bench.records(requests_of(world.distributor.id), "sample_requests").values()
    assert sorted(value for row in rows for value in row if str(value).startswith("KRA-")) == ["KRA-1001", "KRA-1002"]


def test_no_station_misses_a_row_while_many_write_at_once(
    server: RunningServer, world: SmallWorld, station: StationMaker
) -> None:
    """A reader pulls all the time while four writers commit; in the end it has every row, in one history."""
    reader = station(world.clerk, world.showroom)
    writers = [station(world.clerk, world.showroom) for _ in range(4)]
    done = threading.Event()
    faults: list[BaseException] = []
    each = 30

    def write(writer: WireStation) -> None:
        try:
            for number in range(each):
                name = f"{writer.signed_in.station_id} {number}"
                (outcome,) = writer.push(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=name)))
                assert outcome.result == "applied"
        except BaseException as fault:  # noqa: BLE001 - told to the test below
            faults.append(fault)

    def read() -> None:
        try:
            while not done.is_set():
                reader.pull()
        except BaseException as fault:  # noqa: BLE001 - told to the test below
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in writers]
    reading = threading.Thread(target=read)
    for thread in (reading, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    reading.join()
    assert faults == []
    reader.pull_all()
    names = {row[2] for row in reader.records(library(world.showroom.id), "designers").values()}
    assert len(names) == 4 * each + 2
    with server.database.reading() as connection:
        head = read_heads(connection, [library(world.showroom.id)])[library(world.showroom.id)]
    assert reader.checksum(library(world.showroom.id)) == f"{head.checksum:016x}"


def test_rows_of_one_transaction_are_never_cut_apart(server: RunningServer, world: SmallWorld) -> None:
    stream = library(world.showroom.id)
    for _ in range(3):
        group = [designer(world, f"Designer {number}") for number in range(20)]
        server.database.write_unit(lambda connection, group=group: store_all(connection, group))  # type: ignore[misc]
    sizes = [len(page.tables[0].keys) for page in pages(server, stream, budget=2000) if page.after > 0]
    assert sizes == [20, 20, 20]


def pages(server: RunningServer, stream: str, budget: int) -> Iterator[StreamPage]:
    after = 0
    while True:
        with server.database.reading() as connection:
            head = read_heads(connection, [stream])[stream]
            page = read_page(connection, stream, after, head, budget)
        yield page
        after = page.upto
        if after == head.head:
            return


def test_the_checksum_of_the_server_is_the_one_of_its_rows_after_any_changes(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    """`WireStation.take` compares count and checksum, computed anew from the rows, at every complete page."""
    people = [designer(world, name) for name in ("Ada", "Bea", "Cleo")]
    server.database.write_unit(lambda connection: store_all(connection, people))

    def change(connection: Connection) -> None:
        records = ServerRecords(connection)
        records.change(records.need(Designer, people[0].id), name="Adelaide", blocked=True)
        records.change(records.need(Designer, people[0].id), notes="twice in one transaction")
        records.delete(records.need(Designer, people[1].id))
        publish(connection, records.touched, records)

    desk.pull_all()
    server.database.write_unit(change)
    desk.pull_all()
    names = {row[2] for row in desk.records(library(world.showroom.id), "designers").values()}
    assert {"Adelaide", "Cleo"} <= names
    assert not {"Ada", "Bea"} & names


def publish_products(server: RunningServer, world: SmallWorld, count: int, price_visible: str = "Y") -> str:
    """Rows as a feed leaves them; gives the stream."""
    stream = line_dataset(world.distributor.id, "products")
    rows: list[dict[str, Any]] = []
    checksum = 0
    for key in range(1, count + 1):
        product = PRODUCTS.row(item_no=f"{key:04d}.10.0", pattern_name="Trianon", price_trade=485000, currency="USD")
        values = {**msgspec.structs.asdict(product), "price_visible": price_visible}
        travels = dict(values) if price_visible == "Y" else {**values, "price_trade": None, "currency": ""}
        digest = row_hash("products", [key, *travels.values()])
        checksum += digest
        rows.append({**values, "distributor_id": world.distributor.id, "row_key": key, "row_hash": digest})

    def unit(connection: Connection) -> None:
        old = advance(connection, stream, by=count, rows=count, checksum=checksum)
        placed = [{**row, "stream_position": old + row["row_key"]} for row in rows]
        connection.execute(insert(LINE_TABLES["products"]), placed)

    server.database.write_unit(unit)
    return stream


def test_published_rows_come_in_pages_that_add_up(server: RunningServer, desk: WireStation, world: SmallWorld) -> None:
    stream = publish_products(server, world, 120)
    for page in pages(server, stream, budget=9_000):
        desk.take(page)
    assert len(desk.rows[stream]) == 120


def test_a_feed_that_only_takes_rows_away_is_followed(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    stream = publish_products(server, world, 5)
    desk.pull_all()
    table = LINE_TABLES["products"]

    def take_away(connection: Connection) -> None:
        gone = connection.execute(select(table.c.row_key, table.c.row_hash).where(table.c.row_key <= 2)).all()
        old = advance(connection, stream, by=2, rows=-2, checksum=-sum(row.row_hash for row in gone))
        for place, row in enumerate(gone, start=1):
            moved = {"stream_position": old + place, "gone_at": datetime.now(UTC)}
            connection.execute(update(table).where(table.c.row_key == row.row_key).values(moved))

    server.database.write_unit(take_away)
    desk.pull_all()
    assert sorted(key for _table, key in desk.rows[stream]) == [3, 4, 5]


def test_a_price_that_is_not_shown_never_leaves_the_server(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    stream = publish_products(server, world, 3, price_visible="N")
    answer = desk.post("/v1/streams/changes", {"have": {}})
    assert "485000" not in answer.text
    assert "Trianon" in answer.text
    desk.pull_all()
    assert len(desk.rows[stream]) == 3


def test_small_streams_of_people_are_not_kept_waiting_by_a_catalogue(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    publish_products(server, world, 9_000)
    first = desk.pull()
    assert first is not None
    assert first.more
    assert [page.stream.startswith("line:") for page in first.pages] == sorted(
        page.stream.startswith("line:") for page in first.pages
    )
    assert {copy.id for copy in world.copies} == desk.records(library(world.showroom.id), "copies").keys()
    desk.pull_all()
    assert len(desk.rows[line_dataset(world.distributor.id, "products")]) == 9_000


# --- who may see what ------------------------------------------------------------------------------------


def test_every_foreign_stream_is_answered_like_one_that_never_was(
    desk: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    stranger = station(world.other_clerk, world.other_showroom)
    theirs = {one["id"] for one in stranger.get("/v1/streams").json()}
    mine = {one["id"] for one in desk.get("/v1/streams").json()}
    never_was = desk.get("/v1/streams/showroom:nobody:library/changes")
    assert theirs - mine
    for stream in [*sorted(theirs - mine), requests_of(world.distributor.id), "x", "%00", "a:b:c:d"]:
        for what in ("changes?after=0", "snapshot"):
            answer = desk.get(f"/v1/streams/{stream}/{what}")
            assert (answer.status_code, answer.text) == (404, never_was.text)


def test_naming_a_foreign_stream_in_a_pull_gives_nothing_of_it(desk: WireStation, world: SmallWorld) -> None:
    answer = desk.post("/v1/streams/changes", {"have": {library(world.other_showroom.id): 0}})
    assert world.other_copy.id not in answer.text
    assert library(world.other_showroom.id) not in answer.text


def test_nothing_of_another_house_is_in_anything_a_station_receives(desk: WireStation, world: SmallWorld) -> None:
    received = desk.post("/v1/streams/changes", {"have": {}}).text + desk.get("/v1/streams").text
    for secret in ("Rhys Calloway", "Theo Lindgren", "Juniper Row", world.other_copy.id, world.other_showroom.id):
        assert secret not in received


def test_a_new_line_shows_both_partners_each_other_and_an_ended_one_withdraws_the_catalogue(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    desk.pull_all()
    today = datetime.now(UTC).astimezone().date()

    def found(connection: Connection) -> Any:
        house = add_organisation(connection, code="PWK", name="Pellwick Contract", kind="distributor")
        add_line(connection, world.showroom, house, starts_on=today)
        return house

    house = server.database.write_unit(found)
    desk.pull_all()
    assert house.id in desk.records(directory(world.showroom.id), "organisations")
    stream = line_dataset(world.distributor.id, "products")
    assert stream in {one["id"] for one in desk.get("/v1/streams").json()}
    yesterday = today - timedelta(days=1)
    server.database.write_unit(
        lambda connection: end_line(connection, world.showroom, world.distributor, last_day=yesterday)
    )
    answer = desk.pull()
    assert answer is not None
    assert stream not in answer.heads


def test_a_deleted_line_takes_the_partners_card_away(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    desk.pull_all()

    def unit(connection: Connection) -> None:
        records = ServerRecords(connection)
        for line in records.find(Line, showroom_id=world.showroom.id, distributor_id=world.distributor.id):
            records.delete(line)
        publish(connection, records.touched, records)

    server.database.write_unit(unit)
    desk.pull_all()
    assert world.distributor.id not in desk.records(directory(world.showroom.id), "organisations")
    owners = {row[1] for row in desk.records(directory(world.showroom.id), "module_grants").values()}
    assert world.distributor.id not in owners


# --- afresh ----------------------------------------------------------------------------------------------


def test_who_was_away_longer_than_the_tombstones_gets_the_stream_afresh(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    gone, stays = designer(world, "Gone"), designer(world, "Stays")
    server.database.write_unit(lambda connection: store_all(connection, [gone, stays]))
    desk.pull_all()

    def delete_and_wait(connection: Connection) -> int:
        records = ServerRecords(connection)
        records.delete(records.need(Designer, gone.id))
        publish(connection, records.touched, records)
        long_ago = datetime.now(UTC) - timedelta(days=91)
        gone_ones = STREAM_ENTRIES.c.gone_at.is_not(None)
        connection.execute(update(STREAM_ENTRIES).where(gone_ones).values(gone_at=long_ago))
        return sweep_tombstones(connection, datetime.now(UTC))

    assert server.database.write_unit(delete_and_wait) == 1
    answer = desk.pull()
    assert answer is not None
    assert [(page.stream, page.fresh) for page in answer.pages] == [(library(world.showroom.id), True)]
    assert gone.id not in desk.records(library(world.showroom.id), "designers")
    assert stays.id in desk.records(library(world.showroom.id), "designers")


def test_a_restored_server_sends_everything_afresh(server: RunningServer, desk: WireStation) -> None:
    desk.pull_all()
    history = server.database.write_unit(lambda connection: begin_history(connection, datetime.now(UTC)))
    answer = desk.pull()
    assert answer is not None
    assert answer.history_id == history != desk.signed_in.history_id
    assert all(page.fresh for page in answer.pages)


def test_a_snapshot_is_the_stream_at_its_stated_position_and_stays_the_same(
    desk: WireStation, world: SmallWorld
) -> None:
    stream = library(world.showroom.id)
    first = desk.get(f"/v1/streams/{stream}/snapshot")
    with zstandard.ZstdDecompressor().stream_reader(first.content) as reader:
        lines = reader.read().splitlines()
    for line in lines:
        desk.take(msgspec.json.decode(line, type=StreamPage))
    assert desk.have[stream] == int(first.headers["x-stream-position"])
    again = desk.get(f"/v1/streams/{stream}/snapshot", {"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    desk.push(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name="June")))
    assert desk.get(f"/v1/streams/{stream}/snapshot").headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(("accepted", "encoding"), [("zstd, gzip", "zstd"), ("gzip", "gzip"), ("identity", None)])
def test_answers_are_packed_as_the_station_can_unpack_them(desk: WireStation, accepted: str, encoding: str) -> None:
    answer = desk.http.post(
        desk.server.url + "/v1/streams/changes",
        json={"have": {}},
        headers={"accept-encoding": accepted},
        stream=True,
        timeout=10,
    )
    raw = answer.raw.read(decode_content=False)
    assert answer.headers.get("content-encoding") == encoding
    if encoding == "zstd":
        raw = zstandard.ZstdDecompressor().stream_reader(raw).read()
    assert b"Trianon" in raw or encoding == "gzip"


def test_a_packed_request_is_read_and_one_that_unfolds_without_end_is_refused(desk: WireStation) -> None:
    headers = {"content-encoding": "zstd", "content-type": "application/json"}
    url = desk.server.url + "/v1/streams/changes"
    small = desk.http.post(url, data=zstandard.compress(b'{"have": {}}'), headers=headers, timeout=10)
    assert small.status_code == 200
    bomb = desk.http.post(url, data=zstandard.compress(b" " * 200_000_000), headers=headers, timeout=30)
    assert bomb.status_code == 413


# --- notices ---------------------------------------------------------------------------------------------


def events(answer: requests.Response) -> Iterator[dict[str, int]]:
    for line in answer.iter_lines():
        if line.startswith(b"data:"):
            yield msgspec.json.decode(line[5:])


def test_a_listener_hears_what_moves_in_its_streams_and_nothing_else(
    server: RunningServer, desk: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    with closing(desk.http.get(server.url + "/v1/notices", stream=True, timeout=20)) as listening:
        heard = events(listening)
        assert library(world.showroom.id) in next(heard)
        other = station(world.other_clerk, world.other_showroom)
        other.push(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name="Not for us")))
        rep = station(world.rep, world.showroom)
        (outcome,) = rep.push(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name="June")))
        assert next(heard) == outcome.positions


def test_a_listener_hears_what_another_process_published(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    with closing(desk.http.get(server.url + "/v1/notices", stream=True, timeout=20)) as listening:
        heard = events(listening)
        next(heard)
        elsewhere = open_database(server.settings.database_url)
        moved = elsewhere.write_unit(lambda connection: store_all(connection, [designer(world, "From a command")]))
        elsewhere.close()
        assert next(heard) == moved


def test_listening_needs_a_token(server: RunningServer) -> None:
    answer = requests.get(server.url + "/v1/notices", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
