"""A server whose disk is full says so, stores nothing by halves, goes on reading, and recovers by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import event

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import DesignerId, new_id
from shared_models.sync.streams import library, line_dataset
from sync_server.foundation.database import Database
from tests.builders.server import WireStation, running_server, small_world, station_of
from tests.sync_server.feeds.house import products

ENOUGH = 2_000


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    """No connection may make the file larger than it is now."""
    with database.reading() as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    def lift(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA max_page_count=1073741823")

    event.listen(database.engine, "checkout", limit)
    yield
    event.remove(database.engine, "checkout", limit)
    event.listen(database.engine, "checkout", lift)


def add_designer() -> AddDesigner:
    return AddDesigner(
        designer_id=DesignerId(new_id()), card=DesignerCard(name="Paloma Winslow", notes="Collects on Thursdays. " * 40)
    )


def test_a_full_disk_is_told_nothing_is_stored_by_halves_and_pushing_goes_on_when_there_is_room(
    tmp_path: Path, expect_log: Any
) -> None:
    expect_log("the database cannot do it now: disk_full")
    with running_server(tmp_path) as server:
        world = small_world(server.database)
        with station_of(server, world.clerk, world.showroom) as desk:
            desk.pull_all()
            known = len(desk.records(library(world.showroom.id), "designers"))
            applied, envelope = 0, desk.envelope(add_designer())
            with full_disk(server.database):
                refused = desk.send([envelope])
                while refused.status_code == 200 and applied < ENOUGH:
                    applied, envelope = applied + 1, desk.envelope(add_designer())
                    refused = desk.send([envelope])
                assert refused.status_code == 503
                assert refused.json()["code"] == "disk_full"
                assert "disk is full" in refused.json()["sentence"]
                assert int(refused.headers["retry-after"]) > 0
                desk.pull_all()
                assert len(desk.records(library(world.showroom.id), "designers")) == known + applied
            again = desk.send([envelope])
            assert (again.status_code, again.json()["outcomes"][0]["result"]) == (200, "applied")
            desk.pull_all()
            assert len(desk.records(library(world.showroom.id), "designers")) == known + applied + 1


def post_products(desk: WireStation, count: int) -> requests.Response:
    return desk.http.post(
        f"{desk.server.url}/v1/feeds/products",
        data=products(count).encode(),
        headers={"content-type": "text/csv"},
        timeout=30,
    )


def test_a_feed_that_finds_the_disk_full_changes_nothing_and_lands_when_there_is_room(
    tmp_path: Path, expect_log: Any
) -> None:
    expect_log("the database cannot do it now: disk_full")
    with running_server(tmp_path) as server:
        world = small_world(server.database)
        stream = line_dataset(world.distributor.id, "products")
        with (
            station_of(server, world.master, world.distributor) as master,
            station_of(server, world.clerk, world.showroom) as desk,
        ):
            assert post_products(master, 12).status_code == 200
            with full_disk(server.database):
                refused = post_products(master, 5_000)
                assert (refused.status_code, refused.json()["code"]) == (503, "disk_full")
                assert "Nothing was stored" in refused.json()["sentence"]
                desk.pull_all()
                assert len(desk.rows[stream]) == 12
                assert [run["rows_new"] for run in master.get("/v1/feeds/runs").json()] == [12]
            again = post_products(master, 5_000)
            assert (again.status_code, again.json()["rows_new"]) == (200, 4_988)
            desk.pull_all()
            assert len(desk.rows[stream]) == 5_000
