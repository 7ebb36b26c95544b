"""Single records in real time, alone and mixed with files that are older or newer than they."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests

from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Module
from shared_models.sync.streams import follow_up, line_dataset
from sync_server.features.accounts.actions import end_module
from sync_server.features.feeds.live import LiveAnswer, LiveDesk, Teller
from tests.builders.server import SmallWorld, StationMaker, WireStation
from tests.sync_server.feeds.house import House

STOCK = "item_no,warehouse,qty_on_hand\n"


def tell(
    house: House, *records: dict[str, str], dataset: str = "inventory", as_of: datetime | None = None
) -> LiveAnswer:
    desk = LiveDesk(house.database, house.clock)
    return desk.tell(Teller(house.id, house.code, dataset, as_of), records)


def end(house: House, dataset: str = "inventory", *, as_of: datetime | None = None, **key: str) -> LiveAnswer:
    return LiveDesk(house.database, house.clock).end(Teller(house.id, house.code, dataset, as_of), key)


def stock(house: House) -> dict[str, int]:
    return {row["item_no"]: row["qty_on_hand"] for row in house.live("inventory")}


def ago(house: House, minutes: int) -> datetime:
    return house.clock.now() - timedelta(minutes=minutes)


def test_one_record_is_new_then_changed_then_the_same_then_gone(house: House) -> None:
    house.clock.advance(timedelta(minutes=1))
    answer = tell(house, {"item_no": "0123", "qty_on_hand": "12.5"})
    assert (answer.rows_new, stock(house)) == (1, {"0123": 12_500})
    answer = tell(house, {"item_no": "0123", "qty_committed": "2"})
    assert (answer.rows_changed, stock(house)) == (1, {"0123": 12_500})
    assert house.row("0123", "inventory")["qty_available"] == 10_500
    assert tell(house, {"item_no": "0123", "qty_committed": "2"}).rows_unchanged == 1
    assert house.head("inventory") == house.travels("inventory")
    for gone, unchanged in ((1, 0), (0, 1)):
        answer = end(house, item_no="0123", warehouse="", lot_no="", piece_no="")
        assert (answer.rows_gone, answer.rows_unchanged, stock(house)) == (gone, unchanged, {})
    assert house.head("inventory") == house.travels("inventory")
    assert tell(house, {"item_no": "0123", "qty_on_hand": "1"}).rows_new == 1


def test_a_batch_lands_whole_or_not_at_all(house: House) -> None:
    with pytest.raises(DomainError) as refused:
        tell(house, {"item_no": "1", "qty_on_hand": "1"}, {"item_no": "2", "qty_on_hand": "many"})
    assert refused.value.code == "record_wrong"
    assert "Record 2, column qty_on_hand, “many”" in refused.value.sentence
    assert stock(house) == {}
    answer = tell(house, {"item_no": "1", "qty_on_hand": "1"}, {"item_no": "2", "unit": "YD", "Ref": "x"})
    assert (answer.rows_new, answer.unknown_columns) == (2, ["Ref"])
    with pytest.raises(DomainError) as refused:
        tell(house, *({"item_no": str(number)} for number in range(501)))
    assert refused.value.code == "too_many_records"


def test_a_file_that_is_older_leaves_alone_what_was_told_since_and_says_how_many(house: House) -> None:
    house.post(STOCK + "A,,1\nB,,1\nC,,1\nD,,1\nE,,1\nF,,1\n", "inventory")
    house.clock.advance(timedelta(minutes=30))
    tell(
        house,
        {"item_no": "A", "qty_on_hand": "7"},
        {"item_no": "N", "qty_on_hand": "9"},
        {"item_no": "E", "qty_on_hand": "1"},
    )
    end(house, item_no="B", warehouse="", lot_no="", piece_no="")
    older = ago(house, 10)
    run = house.post(STOCK + "A,,2\nB,,2\nC,,2\nD,,1\nE,,2\nF,,1\n", "inventory", as_of=older)
    assert (run.status, run.rows_changed, run.rows_gone, run.rows_left_alone) == ("landed", 1, 0, 4), run.sentence
    assert "4 left alone" in run.sentence
    assert stock(house) == {"A": 7_000, "C": 2_000, "D": 1_000, "E": 1_000, "F": 1_000, "N": 9_000}
    run = house.post(STOCK + "A,,3\nB,,3\nC,,3\nD,,3\nE,,3\nF,,3\n", "inventory")
    assert (run.status, run.rows_gone, run.rows_left_alone) == ("landed", 1, 0), run.sentence
    assert stock(house) == dict.fromkeys("ABCDEF", 3_000)
    assert house.head("inventory") == house.travels("inventory")


def test_a_record_that_is_older_than_what_is_known_is_left_alone(house: House) -> None:
    house.post(STOCK + "A,,1\n", "inventory")
    assert tell(house, {"item_no": "A", "qty_on_hand": "9"}, as_of=ago(house, 5)).left_alone == 1
    house.clock.advance(timedelta(minutes=30))
    tell(house, {"item_no": "A", "qty_on_hand": "5"}, as_of=ago(house, 10))
    answer = tell(house, {"item_no": "A", "qty_on_hand": "4"}, as_of=ago(house, 20))
    assert (answer.left_alone, stock(house)) == (1, {"A": 5_000})
    assert "newer than" in answer.sentence
    assert end(house, as_of=ago(house, 20), item_no="A", warehouse="", lot_no="", piece_no="").left_alone == 1


def test_what_never_was_cannot_end_and_the_far_future_is_refused(house: House) -> None:
    with pytest.raises(DomainError) as refused:
        end(house, item_no="A", warehouse="", lot_no="", piece_no="")
    assert refused.value.code == "not_found"
    with pytest.raises(DomainError) as refused:
        tell(house, {"item_no": "A"}, as_of=house.clock.now() + timedelta(days=2))
    assert refused.value.code == "as_of_ahead"


def test_an_order_in_real_time_comes_to_its_showroom(house: House) -> None:
    tell(house, {"order_no": "1", "line_no": "1", "showroom_code": "HPS", "price_net": "9"}, dataset="sales_orders")
    (order,) = house.shown("showroom", "HPS")["sales_orders"]
    assert order["order_no"] == "1"
    end(house, "sales_orders", order_no="1", line_no="1")
    assert house.shown("showroom", "HPS") == {}


# --- over HTTP ------------------------------------------------------------------------------------------------


@pytest.fixture
def master(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.master, world.distributor)


def send(desk: WireStation, method: str, path: str, body: Any = None, **query: str) -> requests.Response:
    url = f"{desk.server.url}/v1/live/{path}"
    return desk.http.request(method, url, data=json.dumps(body), params=query, timeout=30)


def test_a_record_put_by_its_key_reaches_a_station_and_a_deleted_one_leaves_it(
    master: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    clerk = station(world.clerk, world.showroom)
    stream = line_dataset(world.distributor.id, "inventory")
    answer = send(master, "PUT", "inventory/A%2F1/GA", {"qty_on_hand": 12.5, "unit": "yd"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rows_new"] == 1
    clerk.pull_all()
    (row,) = clerk.rows[stream].values()
    assert {"A/1", "GA", 12_500, "YD"} <= set(row)
    assert send(master, "DELETE", "inventory/A%2F1/GA").json()["rows_gone"] == 1
    clerk.pull_all()
    assert clerk.rows[stream] == {}
    assert send(master, "DELETE", "inventory/none").status_code == 404


def test_a_batch_over_http_and_what_it_may_not_say(
    master: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    body = [{"order_no": "1", "line_no": 1, "showroom_code": "HPS"}, {"order_no": "2", "line_no": 1, "rep_code": "R"}]
    assert send(master, "PUT", "sales_orders", body).json()["rows_new"] == 2
    clerk = station(world.clerk, world.showroom)
    clerk.pull_all()
    assert len(clerk.rows[follow_up(world.distributor.id, "showroom", "HPS")]) == 1
    for path, wrong, code in (
        ("sales_orders/1/1", {"order_no": "2"}, "key_differs"),
        ("sales_orders/1/1/1", {"notes": "x"}, "key_unfit"),
        ("sales_orders/1/1", [{"notes": "x"}, {"notes": "y"}], "record_wrong"),
        ("sales_orders/1/1", "words", "json_body"),
        ("sales_orders", [], "json_body"),
        ("sales_orders", [{"order_no": "1"}], "key_column_missing"),
        ("invoices/1", {"notes": "x"}, "no_such_dataset"),
    ):
        answer = send(master, "PUT", path, wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert send(master, "PUT", "sales_orders", body, as_of="soon").json()["code"] == "as_of_wrong"


def test_without_web_distribution_nothing_is_taken_in(master: WireStation, world: SmallWorld) -> None:
    today = datetime.now().astimezone().date()
    with master.server.database.writing() as connection:
        end_module(connection, world.distributor, Module.WEB_DISTRIBUTION, last_day=today - timedelta(days=1))
    for method in ("PUT", "DELETE"):
        answer = send(master, method, "products/0123", {"status": "ACTIVE"})
        assert (answer.status_code, answer.json()["code"]) == (403, "module_missing")
        assert "does not have Web Distribution today" in answer.json()["sentence"]


@pytest.mark.parametrize("who", ["clerk", "rep", "picker"])
def test_only_a_master_tells(world: SmallWorld, station: StationMaker, who: str) -> None:
    home = world.distributor if who == "picker" else world.showroom
    answer = send(station(getattr(world, who), home), "PUT", "products/0123", {"status": "ACTIVE"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
