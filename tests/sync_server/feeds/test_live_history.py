"""What was told in real time is a line of the history an hour, grows with each call, and is looked at row by row."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from shared_models.accounts.records import Organisation
from sync_server.features.feeds.difference_store import MOST_ROWS_OF_A_GROWING_PAGE
from sync_server.features.feeds.history import Run, list_runs
from sync_server.features.feeds.overview import states_of
from sync_server.features.feeds.tables import FEED_DIFFERENCE_PAGES
from sync_server.features.sync.records import ServerRecords
from tests.builders.server import SmallWorld, StationMaker
from tests.sync_server.feeds.house import House
from tests.sync_server.feeds.test_live import ago, end, tell
from tests.sync_server.feeds.test_run_differences import look, told

STOCK = "item_no,warehouse,qty_on_hand\n"


def runs(house: House, dataset: str = "inventory") -> list[Run]:
    with house.database.reading() as connection:
        return list_runs(connection, [house.id], dataset=dataset)


def test_the_calls_of_an_hour_are_one_line_and_those_of_the_next_another(house: House) -> None:
    house.post(STOCK + "A,,1\nB,,1\nC,,1\nD,,1\nE,,1\n", "inventory")
    house.clock.advance(timedelta(minutes=5))
    first = tell(house, {"item_no": "A", "qty_on_hand": "4"}, {"item_no": "Z", "unit": "YD"})
    house.clock.advance(timedelta(minutes=5))
    again = tell(house, {"item_no": "A", "qty_on_hand": "4"}, {"item_no": "B", "qty_on_hand": "2"})
    end(house, item_no="C", warehouse="", lot_no="", piece_no="")
    tell(house, {"item_no": "B", "qty_on_hand": "9"}, as_of=ago(house, 8))
    house.clock.advance(timedelta(hours=1))
    tell(house, {"item_no": "A", "qty_on_hand": "5"})
    later, line, file = runs(house)
    assert (later.mode, line.mode, file.mode) == ("live", "live", "full")
    assert first.run_id == again.run_id == line.id != later.id
    assert (line.rows_read, line.rows_new, line.rows_changed, line.rows_gone) == (6, 1, 2, 1)
    assert (line.rows_unchanged, line.rows_left_alone, line.status) == (1, 1, "landed")
    assert line.sentence == (
        "Told in real time within an hour, 6 records: 1 new, 2 changed, 1 gone, 1 unchanged, 1 left alone: newer was "
        "known of them."
    )
    assert line.changed_columns == {"qty_on_hand": 2, "qty_available": 2}
    assert line.settled_at is not None
    assert line.posted_at < line.settled_at
    keys = {(kind, key): cells for kind, _row, key, _w, _l, _p, *cells in told(look(house, line))}
    assert keys == {
        ("changed", "A"): [("qty_on_hand", "1", "4"), ("qty_available", "1", "4"), ("stock_status", "LOW", "LOW")][:2],
        ("changed", "B"): [("qty_on_hand", "1", "2"), ("qty_available", "1", "2")],
        ("new", "Z"): [("unit", "", "YD")],
        ("gone", "C"): [("qty_on_hand", "1", ""), ("qty_available", "1", ""), ("stock_status", "LOW", "")],
    }


def test_a_refused_call_leaves_no_trace_in_the_history(house: House) -> None:
    with pytest.raises(Exception, match="Record 1"):
        tell(house, {"item_no": "A", "qty_on_hand": "many"})
    assert runs(house) == []


def test_many_calls_fill_few_pages(house: House) -> None:
    count = MOST_ROWS_OF_A_GROWING_PAGE + 20
    for number in range(count):
        tell(house, {"item_no": f"{number:03d}", "qty_on_hand": "1"})
    (line,) = runs(house)
    assert (line.rows_new, line.kept_new) == (count, count)
    with house.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(FEED_DIFFERENCE_PAGES)).scalar_one() == 2
    page = look(house, line, offset=count - 2)
    assert [row.key[0] for row in page.rows] == [f"{count - 2:03d}", f"{count - 1:03d}"]


def test_a_file_between_stays_the_newest_file_and_is_still_known_when_it_comes_again(house: House) -> None:
    instant = house.clock.now()
    first = house.post(STOCK + "A,,1\n", "inventory", as_of=instant)
    tell(house, {"item_no": "A", "qty_on_hand": "3"})
    again = house.post(STOCK + "A,,1\n", "inventory", as_of=instant)
    assert (again.id, again.repeated) == (first.id, True)
    with house.database.reading() as connection:
        mine = ServerRecords(connection).need(Organisation, house.id)
        states = states_of(connection, mine, house.clock.now().date(), house.clock.now())
    (stock,) = [one for one in states if one.dataset == "inventory"]
    assert stock.last_run is not None
    assert stock.last_run.id == first.id


def test_over_http_the_line_says_who_told_it(world: SmallWorld, station: StationMaker) -> None:
    master = station(world.master, world.distributor)
    answer = master.http.put(
        f"{master.server.url}/v1/live/inventory/0123", json={"qty_on_hand": "12"}, timeout=30
    ).json()
    (line,) = master.get("/v1/feeds/runs").json()
    assert (line["id"], line["mode"], line["posted_by"]) == (answer["run_id"], "live", world.master.id)
    page = master.get(f"/v1/feeds/runs/{line['id']}/difference").json()
    assert page["rows"][0]["key"] == ["0123", "", "", ""]
    assert master.post(f"/v1/feeds/runs/{line['id']}/reject").json()["code"] == "not_held"
