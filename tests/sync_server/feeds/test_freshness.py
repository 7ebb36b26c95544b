"""How old each dataset is and when it is due: kept with every run, told to stations, the master and the operator."""

from datetime import timedelta

from shared_models.catalogue.freshness import DatasetFreshness
from shared_models.sync.streams import freshness
from sync_server.features.feeds.history import Run
from sync_server.features.sync.records import ServerRecords
from tests.builders.server import SmallWorld, StationMaker
from tests.sync_server.feeds.house import House, products


def known(house: House) -> dict[str, tuple[object, int]]:
    with house.database.reading() as connection:
        found = ServerRecords(connection).find(DatasetFreshness, distributor_id=house.id)
    return {one.dataset: (one.as_of, one.due_every_minutes) for one in found}


def test_what_lands_is_told_with_its_instant_and_what_was_promised(house: House) -> None:
    run: Run = house.post(products(3), as_of=house.clock.now() - timedelta(minutes=7))
    assert known(house) == {"products": (run.as_of, 0)}
    house.declare(due_every_minutes=60)
    assert known(house) == {"products": (run.as_of, 60)}
    house.declare("inventory", due_every_minutes=1440)
    assert known(house)["inventory"] == (None, 1440)
    house.post("item_no\n")
    assert known(house)["products"] == (run.as_of, 60), "a file that was refused makes nothing younger"


def test_a_master_promises_and_sees_what_is_late_and_a_showroom_is_told(
    world: SmallWorld, station: StationMaker
) -> None:
    master, clerk = station(world.master, world.distributor), station(world.clerk, world.showroom)
    answer = master.http.patch(
        f"{master.server.url}/v1/feeds/sales_orders/mapping", json={"due_every_minutes": 60}, timeout=30
    )
    assert (answer.status_code, answer.json()["due_every_minutes"]) == (200, 60), answer.text
    states = {one["dataset"]: one for one in master.get("/v1/feeds").json()}
    assert (states["sales_orders"]["punctuality"], states["products"]["punctuality"]) == ("late", "no_promise")
    clerk.pull_all()
    (row,) = clerk.rows[freshness(world.distributor.id)].values()
    assert {"sales_orders", 60} <= set(row)
    wrong = master.http.patch(
        f"{master.server.url}/v1/feeds/sales_orders/mapping", json={"due_every_minutes": -1}, timeout=30
    )
    assert (wrong.status_code, wrong.json()["code"]) == (422, "habit_wrong")


def test_the_row_errors_of_a_run_come_as_a_file(world: SmallWorld, station: StationMaker) -> None:
    master = station(world.master, world.distributor)
    refused = master.http.post(
        f"{master.server.url}/v1/feeds/products",
        data="item_no,price_trade\n1,=2+2\n",
        headers={"content-type": "text/csv"},
        timeout=30,
    )
    answer = master.get(f"/v1/feeds/runs/{refused.json()['run']['id']}/errors")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert "2,price_trade,'=2+2," in answer.text
