"""The routes by which a master declares how files are written and sees how the datasets stand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from shared_models.kernel.operation import Module
from sync_server.features.accounts.actions import end_module
from tests.builders.server import SmallWorld, StationMaker, WireStation
from tests.sync_server.feeds.house import products
from tests.sync_server.feeds.test_endpoints import post

FILE = 'item_no,Ptn Nm,Price\n0123,Ashdown,"1,048.50"\n'


@pytest.fixture
def master(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.master, world.distributor)


def declare(desk: WireStation, dataset: str = "products", query: str = "", **said: Any) -> requests.Response:
    address = f"{desk.server.url}/v1/feeds/{dataset}/mapping{query}"
    return desk.http.patch(address, json=said, timeout=30)


def test_what_is_suggested_is_accepted_and_the_next_file_is_read_by_it(master: WireStation) -> None:
    problem = post(master, FILE).json()
    assert (problem["code"], problem["run"]["suggested_columns"][0]["column"]) == ("row_errors", "pattern_name")
    answer = declare(master, mapping={"Ptn Nm": "pattern_name"}, thousands=",")
    assert answer.status_code == 200, answer.text
    run = post(master, FILE).json()
    assert (run["status"], run["mapped_columns"]) == ("landed", {"Ptn Nm": "pattern_name"})


def test_the_columns_that_a_heading_may_be_given_are_listed_with_what_they_take(master: WireStation) -> None:
    declared = master.get("/v1/feeds/inventory/mapping").json()
    columns = {one["name"]: one for one in declared["columns"]}
    assert columns["next_due_on"]["expected"].startswith("a day of the calendar")
    assert columns["item_no"]["example"]
    assert (declared["mapping"], declared["most_gone_percent"]) == ({}, 20)
    assert declared["known_day_formats"] == ["YYYYMMDD", "MM/DD/YYYY"]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"mapping": {"Ref": "nonsense"}}, 422, "habit_wrong"),
        ({"mapping": {"?": ""}}, 422, "habit_wrong"),
        ({"mapping": {f"Heading {n}": "" for n in range(501)}}, 422, "habit_wrong"),
        ({"day_formats": ["DD.MM.YYYY"]}, 422, "habit_wrong"),
        ({"thousands": "x"}, 422, "habit_wrong"),
        ({"most_gone_percent": 101}, 422, "habit_wrong"),
        ({"maping": {}}, 400, "malformed"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_declared(
    master: WireStation, said: dict[str, Any], status: int, code: str
) -> None:
    before = master.get("/v1/feeds/products/mapping").json()
    answer = declare(master, **said)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert master.get("/v1/feeds/products/mapping").json() == before


def test_a_dataset_that_is_none_is_named(master: WireStation) -> None:
    assert master.get("/v1/feeds/carpets/mapping").json()["code"] == "no_such_dataset"
    assert declare(master, "carpets").json()["code"] == "no_such_dataset"


def test_only_a_master_declares_and_only_for_her_own_house(
    master: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    picker = station(world.picker, world.distributor)
    for answer in (
        declare(picker, mapping={"X1": ""}),
        picker.get("/v1/feeds"),
        picker.get("/v1/feeds/products/mapping"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    foreign = declare(master, query="?distributor=MBR", mapping={"X1": ""})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")
    assert master.get("/v1/feeds?distributor=MBR").status_code == 404
    assert master.get("/v1/feeds/runs?distributor=MBR").status_code == 404


def test_the_state_of_each_dataset_tells_what_is_live_and_what_waits(master: WireStation, world: SmallWorld) -> None:
    as_of = "2026-11-20T06:00:00Z"
    post(master, products(12), as_of=as_of)
    held = post(master, products(4)).json()
    post(master, "item_no,width\n0001,wide\n")
    states = {one["dataset"]: one for one in master.get(f"/v1/feeds?distributor={world.distributor.code}").json()}
    mine = states["products"]
    assert (mine["as_of"], mine["rows"], mine["why_not"]) == (as_of, 12, "")
    assert (mine["last_run"]["status"], mine["held_run"]["id"]) == ("refused", held["id"])
    assert mine["last_run"]["errors"] == []
    assert (states["inventory"]["as_of"], states["inventory"]["last_run"]) == (None, None)


def test_the_state_says_which_dataset_is_not_taken_in_today(master: WireStation, world: SmallWorld) -> None:
    with master.server.database.writing() as connection:
        end_module(connection, world.distributor, Module.BASIC, last_day=datetime.now(UTC).date() - timedelta(days=2))
    states = {one["dataset"]: one for one in master.get("/v1/feeds").json()}
    assert "does not have" in states["products"]["why_not"]
    assert states["inventory"]["why_not"] == ""


def test_runs_of_one_dataset(master: WireStation) -> None:
    post(master, products(3))
    post(master, "item_no,qty_on_hand\n0001,3\n", dataset="inventory")
    runs = master.get("/v1/feeds/runs?dataset=inventory").json()
    assert [run["dataset"] for run in runs] == ["inventory"]
