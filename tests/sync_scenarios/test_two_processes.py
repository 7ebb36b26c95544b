"""Two server processes on one PostgreSQL: what is done through one holds for whoever speaks to the other."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
import requests
from sqlalchemy import select, update

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import DesignerId, LineId, OrderId, RequestId, new_id
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from shared_models.sample_orders.records import SampleRequest
from shared_models.sync.line_manifest import LineManifest
from shared_models.sync.streams import library, line_dataset
from shared_models.sync.streams import requests as requests_of
from sync_server.features.accounts.revocation import revoke_station
from sync_server.features.mail.tables import MAIL_OUTBOX
from sync_server.features.sync.records import ServerRecords
from tests.builders.server import SmallWorld, WireStation
from tests.builders.two_servers import TwoServers, two_servers
from tests.sync_server.feeds.house import products
from tests.sync_server.mail.mail_sink import WAIT, MailSink, SinkServer

pytestmark = pytest.mark.timeout(180)
ORDERS = 12
ROUNDS = 20
PATIENCE_SECONDS = 60


@pytest.fixture
def both(postgres_url: str, tmp_path: Path) -> Iterator[TwoServers]:
    """Two servers that run, each with a folder of its own, as on two machines."""
    with two_servers(tmp_path, postgres_url) as servers:
        servers.start()
        yield servers


@pytest.fixture
def sink() -> Iterator[MailSink]:
    """A mail server."""
    sink = MailSink()
    server = SinkServer(sink)
    server.start()
    sink.url = server.url
    yield sink
    sink.may_answer.set()
    server.stop()


def designer(name: str) -> AddDesigner:
    return AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=name))


def order(world: SmallWorld) -> PlaceSampleOrder:
    """Asks both distributors for a sample each."""
    parts = tuple(
        RequestPart(
            request_id=RequestId(new_id()),
            distributor_id=house.id,
            items=(OrderedItem(line_id=LineId(new_id()), item_no="1354.1.0", title="Trianon, Slate"),),
        )
        for house in (world.distributor, world.other_distributor)
    )
    return PlaceSampleOrder(order_id=OrderId(new_id()), parts=parts, ship_to=ShipTo(name="Paloma Winslow"))


# --- pushes and pulls ------------------------------------------------------------------------------------


def test_readers_at_either_miss_nothing_that_is_pushed_through_both(both: TwoServers) -> None:
    world = both.world
    writers = [both.station(number % 2, (world.clerk, world.rep)[number // 2], world.showroom) for number in range(4)]
    readers = [both.station(number, world.rep, world.showroom) for number in (0, 1)]
    pickers = [both.station(number, world.picker, world.distributor) for number in (0, 1)]
    done = threading.Event()

    def write(station: WireStation) -> None:
        # An order takes its turn at the numbers of requests; what has none meets others at the heads alone.
        for number in range(ROUNDS):
            outcomes = station.push(designer(f"June {number}"))
            outcomes += station.push(designer(f"Rhys {number}"), *([order(world)] if number % 4 == 0 else []))
            assert {outcome.result for outcome in outcomes} == {"applied"}

    def read(station: WireStation) -> int:
        """Each page is checked to continue where the station is, and its sums whenever it has caught up."""
        news = 0
        while not done.is_set():
            news += station.pull() is not None
        station.pull_all()
        return news

    with ThreadPoolExecutor(8) as pool:
        reading = [pool.submit(read, station) for station in (*readers, *pickers)]
        try:
            for writing in [pool.submit(write, station) for station in writers]:
                writing.result(PATIENCE_SECONDS)
        finally:
            done.set()
        assert all(one.result(PATIENCE_SECONDS) > 1 for one in reading), "they read while others wrote"
    whole = both.station(0, world.rep, world.showroom)
    whole.pull_all()
    assert len(whole.records(library(world.showroom.id), "designers")) == 2 + 2 * len(writers) * ROUNDS
    for station in readers:
        assert station.rows == whole.rows
    asked = requests_of(world.distributor.id)
    assert pickers[0].rows[asked] == pickers[1].rows[asked]
    assert len(pickers[0].records(asked, "sample_requests")) == len(writers) * ROUNDS // 4


def test_the_numbers_of_requests_have_no_gap_and_no_double_across_both(both: TwoServers) -> None:
    world = both.world
    stations = [both.station(number, world.clerk, world.showroom) for number in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda station: [station.push(order(world)) for _ in range(ORDERS)], stations))
    for house in (world.distributor, world.other_distributor):
        with both.database.reading() as connection:
            asked = ServerRecords(connection).find(SampleRequest, distributor_id=house.id)
        expected = {f"{house.code}-{1001 + number}" for number in range(2 * ORDERS)}
        assert sorted(request.number for request in asked) == sorted(expected)


def test_a_push_repeated_at_the_other_gets_the_same_outcome_and_is_done_once(both: TwoServers) -> None:
    first = both.station(0, both.world.clerk, both.world.showroom)
    envelopes = [first.envelope(designer("June")), first.envelope(order(both.world))]
    (said, again) = (station.push(*envelopes) for station in (first, both.moved(first, 1)))
    assert said == again
    with both.database.reading() as connection:
        assert len(ServerRecords(connection).find(SampleRequest)) == 2


def test_who_is_shut_out_is_shut_out_at_both_with_the_next_request(both: TwoServers) -> None:
    first = both.station(0, both.world.clerk, both.world.showroom)
    stations = [first, both.moved(first, 1)]
    assert [station.get("/v1/streams").status_code for station in stations] == [200, 200]
    now = datetime.now(UTC)
    both.database.write_unit(lambda connection: revoke_station(connection, first.signed_in.station_id, now))
    assert [station.get("/v1/streams").status_code for station in stations] == [410, 410]


# --- notices ---------------------------------------------------------------------------------------------


def moves(answer: requests.Response) -> Iterator[dict[str, int]]:
    for line in answer.iter_lines():
        if line.startswith(b"data:"):
            yield msgspec.json.decode(line[5:])


@pytest.mark.parametrize(("listens", "pushes"), [(0, 1), (1, 0)])
def test_who_listens_at_one_hears_of_a_push_through_the_other(both: TwoServers, listens: int, pushes: int) -> None:
    world = both.world
    listener = both.station(listens, world.rep, world.showroom)
    desk = both.station(pushes, world.clerk, world.showroom)
    url = listener.server.url + "/v1/notices"
    with listener.http.get(url, stream=True, timeout=10) as answer:
        heard = moves(answer)
        stood = next(heard)[library(world.showroom.id)]
        (outcome,) = desk.push(designer("June"))
        assert next(heard) == outcome.positions
        assert outcome.positions[library(world.showroom.id)] == stood + 1


# --- mail ------------------------------------------------------------------------------------------------


def mails(servers: TwoServers, state: str) -> list[str]:
    """The ids of the mails in that state."""
    with servers.database.reading() as connection:
        return list(connection.execute(select(MAIL_OUTBOX.c.id).where(MAIL_OUTBOX.c.state == state)).scalars())


def test_each_mail_leaves_once_with_two_at_the_outbox(postgres_url: str, tmp_path: Path, sink: MailSink) -> None:
    """One holds the first mail in its hands until all others are gone, so both were at work."""
    sink.at_data.append(WAIT)
    with two_servers(tmp_path, postgres_url, smtp_url=sink.url) as servers:
        servers.start()
        desk = servers.station(0, servers.world.clerk, servers.world.showroom)
        desk.push(*(order(servers.world) for _ in range(ORDERS)))
        assert sink.has_data.wait(PATIENCE_SECONDS)
        assert sink.wait_for(2 * ORDERS - 1, PATIENCE_SECONDS), "the other sends what is not in hand"
        sink.may_answer.set()
        assert sink.wait_for(2 * ORDERS, PATIENCE_SECONDS)
    # Both ended cleanly: what they had in hand is written down.
    assert len(set(sink.message_ids)) == len(sink.message_ids) == 2 * ORDERS
    assert sorted(sink.recipients) == sorted(
        ORDERS * [servers.world.distributor.email, servers.world.other_distributor.email]
    )


def test_what_a_killed_process_had_in_hand_leaves_through_the_other(
    postgres_url: str, tmp_path: Path, sink: MailSink
) -> None:
    sink.at_data.append(WAIT)
    with two_servers(tmp_path, postgres_url, smtp_url=sink.url) as servers:
        first, second = servers.programs
        first.start()
        desk = servers.station(0, servers.world.clerk, servers.world.showroom)
        desk.push(*(order(servers.world) for _ in range(ORDERS)))
        assert sink.has_data.wait(PATIENCE_SECONDS)
        first.kill()
        (in_hand,) = mails(servers, "sending")
        second.start()
        assert sink.wait_for(2 * ORDERS - 1, PATIENCE_SECONDS), "what nobody had in hand leaves at once"
        assert in_hand in mails(servers, "sending"), "its lease has not run out"
        run_out = datetime.now(UTC) - timedelta(seconds=1)
        servers.database.write_unit(
            lambda connection: connection.execute(
                update(MAIL_OUTBOX).where(MAIL_OUTBOX.c.id == in_hand).values(leased_until=run_out)
            )
        )
        assert sink.wait_for(2 * ORDERS, PATIENCE_SECONDS)
        second.stop()
        assert len(mails(servers, "sent")) == 2 * ORDERS
    assert len(set(sink.message_ids)) == len(sink.message_ids) == 2 * ORDERS


# --- feeds and line files --------------------------------------------------------------------------------


def post(master: WireStation, content: str) -> None:
    answer = master.http.post(
        master.server.url + "/v1/feeds/products",
        data=content.encode(),
        headers={"content-type": "text/csv"},
        timeout=PATIENCE_SECONDS,
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "landed"), answer.text


def manifest(station: WireStation, stream: str) -> LineManifest:
    """What there is of a line once nothing of it is being made any more; the question itself waits for it."""
    for _ in range(20):
        answer = station.get(f"/v1/streams/{stream}/manifest")
        assert answer.status_code == 200, answer.text
        found = msgspec.json.decode(answer.content, type=LineManifest)
        if not found.being_made and found.snapshot is not None:
            return found
    raise AssertionError(f"the files of {stream} are never made")


def require_whole(station: WireStation, found: LineManifest) -> None:
    """Every file that the manifest names is there, as it is named."""
    for file in (found.snapshot, *found.patches):
        assert file is not None
        answer = station.get(f"/v1/streams/{found.stream}/files/{file.digest}")
        assert (answer.status_code, sha256(answer.content).hexdigest()) == (200, file.digest)


def item_numbers(station: WireStation, stream: str) -> set[str]:
    rows: Sequence[list[object]] = list(station.rows[stream].values())
    return {str(value) for row in rows for value in row if isinstance(value, str) and value.startswith("0")}


def test_a_feed_through_one_reaches_those_who_read_at_the_other(both: TwoServers) -> None:
    world = both.world
    stream = line_dataset(world.distributor.id, "products")
    master = both.station(0, world.master, world.distributor)
    readers = [both.station(number, world.clerk, world.showroom) for number in (0, 1)]
    done = threading.Event()

    def read(station: WireStation) -> None:
        while not done.is_set():
            station.pull()
        station.pull_all()

    with ThreadPoolExecutor(2) as pool:
        reading = [pool.submit(read, station) for station in readers]
        try:
            for count in (300, 280, 310, 250):
                post(master, products(count, i0007=f"0007,Ashdown,Dove,{count}.00,Y,USD,ACTIVE"))
        finally:
            done.set()
        for one in reading:
            one.result(PATIENCE_SECONDS)
    assert readers[0].rows[stream] == readers[1].rows[stream]
    assert item_numbers(readers[1], stream) == {f"{number:04d}" for number in range(1, 251)}
    for station in readers:
        found = manifest(station, stream)
        assert found.upto == station.have[stream]
        require_whole(station, found)


def test_files_that_a_killed_process_was_making_are_made_by_the_other(postgres_url: str, tmp_path: Path) -> None:
    with two_servers(tmp_path, postgres_url, one_folder=True) as servers:
        first = servers.programs[0]
        servers.start()
        stream = line_dataset(servers.world.distributor.id, "products")
        reader = servers.station(1, servers.world.clerk, servers.world.showroom)
        for count in (400, 500, 600):
            post(servers.station(0, servers.world.master, servers.world.distributor), products(count))
            first.kill()
            reader.pull_all()
            found = manifest(reader, stream)
            assert found.upto == reader.have[stream]
            assert found.snapshot is not None
            require_whole(reader, found)
            first.start()
        assert len(reader.rows[stream]) == 600
