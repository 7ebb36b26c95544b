"""A stream that takes many pages, on a server that has swept old tombstones."""

from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, text

from desktop.sync import engine, rebase
from shared_models.catalogue.records import PRODUCTS, Product
from shared_models.designers.records import Designer
from shared_models.kernel.ids import new_id
from shared_models.kernel.records import row_hash
from shared_models.library.records import Loan
from shared_models.sync.streams import library, line_dataset
from sync_server.features.accounts.actions import store_all
from sync_server.features.sync import pull
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import advance, publish
from sync_server.features.sync.tables import LINE_TABLES, STREAM_FLOORS
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios.stations import signed_in_station


@pytest.fixture
def tiny_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """About four entries a page."""
    monkeypatch.setattr(pull, "ANSWER_BYTES", 2000)
    monkeypatch.setattr(pull, "SMALLEST_SHARE", 1000)


def _publish(server: RunningServer, world: SmallWorld, count: int) -> None:
    """Products as a feed stores them."""
    stream = line_dataset(world.distributor.id, "products")
    rows = [Product(item_no=f"1354.{number}.0", pattern_name="Trianon") for number in range(count)]
    hashes = [row_hash("products", [key, *msgspec.structs.astuple(row)]) for key, row in enumerate(rows, start=1)]

    def unit(connection: Any) -> None:
        head = advance(connection, stream, by=count, rows=count, checksum=sum(hashes))
        connection.execute(
            insert(LINE_TABLES["products"]),
            [
                {
                    "distributor_id": world.distributor.id,
                    "row_key": number,
                    "row_hash": hashed,
                    "stream_position": head + number,
                    **dict(zip(PRODUCTS.columns, msgspec.structs.astuple(row), strict=True)),
                }
                for number, (row, hashed) in enumerate(zip(rows, hashes, strict=True), start=1)
            ],
        )

    server.database.write_unit(unit)


def test_a_new_station_gets_to_the_end_of_streams_whose_tombstones_were_swept(
    server: RunningServer, world: SmallWorld, tmp_path: Path, tiny_pages: None
) -> None:
    names = [f"Designer {number:02}" for number in range(30)]
    for name in names:
        designer = Designer(id=new_id(), showroom_id=world.showroom.id, name=name)
        server.database.write_unit(partial(store_all, new=[designer]))
    _publish(server, world, 40)
    streams = [library(world.showroom.id), line_dataset(world.distributor.id, "products")]

    def sweep(connection: Any) -> None:
        for stream in streams:
            head = connection.execute(
                text("SELECT head FROM stream_heads WHERE stream = :one"), {"one": stream}
            ).scalar()
            connection.execute(insert(STREAM_FLOORS).values(stream=stream, floor=head))

    server.database.write_unit(sweep)
    with signed_in_station(tmp_path / "new", server.url, world.clerk) as station:
        report = station.sync()
        assert (report.state, report.refetched) == ("synced", ())
        found = {name for (name,) in station.desk.database.read().rows("SELECT name FROM designers")}
        assert set(names) <= found
        assert station.desk.catalogue.count() == 40
        assert len(station.desk.catalogue.search("trianon")) == 40

        # One that was away for longer than tombstones are kept begins again, and its own work is not touched.
        with station.desk.database.write() as records:
            records.connection.execute("UPDATE streams SET position = 3 WHERE stream = ?", (streams[0],))
            records.connection.execute("DELETE FROM designers WHERE name = 'Designer 07'")
        lent = station.lend(world.copies[0], world.designer)
        assert station.sync().state == "synced"
        assert station.state_of(lent) == "applied"
        again = {name for (name,) in station.desk.database.read().rows("SELECT name FROM designers")}
        assert again == found


def test_own_work_stays_on_the_screen_between_the_pages_of_a_pull(
    server: RunningServer, world: SmallWorld, tmp_path: Path, tiny_pages: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that was changed again lies behind the position at which it was first made, perhaps on a later page."""
    with signed_in_station(tmp_path / "desk", server.url, world.clerk) as station:
        assert station.sync().state == "synced"
        lent = station.lend(world.copies[0], world.designer)
        shown: list[int] = []
        real = rebase.take_page

        def take_page_and_look(*arguments: Any, **named: Any) -> Any:
            done = real(*arguments, **named)
            shown.append(station.desk.database.read().value("SELECT count(*) FROM loans"))
            return done

        with monkeypatch.context() as nothing_pulled:
            nothing_pulled.setattr(station.client, "pull", lambda _request: None)
            station.sync()
        assert station.state_of(lent) == "sent"
        for number in range(12):
            designer = Designer(id=new_id(), showroom_id=world.showroom.id, name=f"Designer {number}")
            server.database.write_unit(partial(store_all, new=[designer]))
        loan = station.desk.database.read().records(Loan)[0]
        with server.database.writing() as connection:
            records = ServerRecords(connection)
            records.change(records.need(Loan, loan.id), sidemark="Lobby")
            publish(connection, records.touched, records)
        monkeypatch.setattr(engine, "take_page", take_page_and_look)
        assert station.sync().state == "synced"
        assert len(shown) > 1
        assert set(shown) == {1}
        assert station.state_of(lent) == "applied"
