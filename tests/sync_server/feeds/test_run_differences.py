"""What a run changed, row by row: of landed, held and dry runs, bounded and said so, and for nobody but the house."""

import csv
import io
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from sync_server.features.feeds import difference_store
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.difference_csv import difference_csv
from sync_server.features.feeds.difference_store import (
    DifferencePage,
    Wanted,
    read_difference,
    wanted_changes,
    what_is_missing,
)
from sync_server.features.feeds.held import accept_run, reject_run
from sync_server.features.feeds.history import Run, need_run
from sync_server.features.feeds.row_changes import MOST_ROWS_KEPT, ROWS_OF_A_PAGE
from sync_server.features.feeds.runs import Posting
from sync_server.features.feeds.tables import FEED_DIFFERENCE_PAGES
from tests.builders.server import SmallWorld, StationMaker, WireStation
from tests.sync_server.feeds.house import HEADER, House, products
from tests.sync_server.feeds.test_endpoints import post
from tests.sync_server.feeds.test_five_datasets import EXAMPLES, csv_of

ALL = Wanted()


def look(house: House, run: Run, wanted: Wanted = ALL, offset: int = 0, most: int = 1_000) -> DifferencePage:
    with house.database.reading() as connection:
        return read_difference(connection, need_run(connection, run.id, [house.id]), wanted, offset=offset, most=most)


def told(page: DifferencePage) -> list[tuple[Any, ...]]:
    """Kind, row, key and cells of each row."""
    return [
        (one.kind, one.row, *one.key, *((cell.column, cell.before, cell.after) for cell in one.cells))
        for one in page.rows
    ]


def test_a_landed_run_tells_what_is_gone_changed_and_new(house: House) -> None:
    house.post(products(10))
    run = house.post(
        products(
            11,
            i0002="0002,Ashdown,Flax,52.1250,Y,USD,DISCONTINUED",
            i0003="0003,Ashdown,Dove,48.50,Y,USD,ACTIVE",
            i0005="",
        )
    )
    page = look(house, run)
    whole = [("pattern_name", "Ashdown"), ("color_name", "Flax"), ("price_trade", "48.50"), ("currency", "USD"),
             ("price_visible", "Y"), ("status", "ACTIVE")]  # fmt: skip
    assert told(page) == [
        ("gone", 0, "0005", *((name, value, "") for name, value in whole)),
        ("changed", 3, "0002", ("price_trade", "48.50", "52.125"), ("status", "ACTIVE", "DISCONTINUED")),
        ("changed", 4, "0003", ("color_name", "Flax", "Dove")),
        ("new", 11, "0011", *((name, "", value) for name, value in whole)),
    ]
    assert [one.about for one in page.rows] == ["Ashdown Flax", "Ashdown Flax", "Ashdown Dove", "Ashdown Flax"]
    assert page.key == ["item_no"]
    assert (page.rows_gone, page.rows_changed, page.rows_new) == (1, 2, 1)
    assert (page.kept_gone, page.kept_changed, page.kept_new, page.matches) == (1, 2, 1, 4)
    assert page.changed_columns == {"color_name": 1, "price_trade": 1, "status": 1}
    assert (page.state, page.sentence) == ("kept", "")


def test_a_row_that_comes_back_is_new_and_an_hour_alone_is_no_change(house: House) -> None:
    header = "item_no,qty_on_hand,as_of\n"
    house.post(header + "1,4,2026-11-23T05:00:00Z\n2,-1.5,\n3,1,\n4,1,\n5,1,\n6,1,\n", "inventory")
    house.post(header + "1,4,2026-11-23T05:00:00Z\n2,-1.5,\n3,1,\n4,1,\n5,1,\n", "inventory")
    run = house.post(
        header + "1,4,2026-11-23T08:00:00Z\n2,-2,2026-11-23T08:00:00Z\n3,1,\n4,1,\n5,1,\n6,2,\n", "inventory"
    )
    assert told(look(house, run)) == [
        ("changed", 3, "2", "", "", "", ("qty_on_hand", "-1.5", "-2"), ("qty_available", "-1.5", "-2")),
        ("new", 7, "6", "", "", "", ("qty_on_hand", "", "2"), ("qty_available", "", "2"), ("stock_status", "", "LOW")),
    ]


def test_what_a_delta_does_not_speak_of_is_no_change(house: House) -> None:
    house.post(products(5))
    run = house.post("item_no,price_trade\n0002,50\n0003,48.50\n0009,7\n", mode="delta")
    assert told(look(house, run)) == [
        ("changed", 2, "0002", ("price_trade", "48.50", "50.00")),
        ("new", 4, "0009", ("price_trade", "", "7.00")),
    ]


@pytest.mark.parametrize("dataset", EXAMPLES)
def test_every_dataset_tells_its_changes_by_its_own_key(house: House, dataset: str) -> None:
    key = DATASETS[dataset].key
    many = [{key[0]: f"{number:04d}"} for number in range(1, 8)]
    column = {"customers": "name", "freight": "tracking_no", "sales_orders": "price_net"}.get(dataset, "notes")
    house.post(csv_of(dataset, *many), dataset)
    run = house.post(csv_of(dataset, *many[:3], {**many[3], column: "52.75"}, *many[4:]), dataset)
    (change,) = look(house, run).rows
    example = EXAMPLES[dataset]
    before = {"price_net": "48.50"}.get(column, example.get(column, ""))
    assert [change.kind, *change.key] == ["changed", "0004", *(example[name] for name in key[1:])]
    assert [(one.column, one.before, one.after) for one in change.cells] == [(column, before, "52.75")]


def test_a_held_run_shows_what_would_go_and_once_accepted_what_went(house: House) -> None:
    house.post(products(50))
    held = house.post(products(30, i0001="0001,Ashdown,Dove,48.50,Y,USD,ACTIVE"))
    page = look(house, held)
    assert held.status == "held"
    assert [row.key[0] for row in page.rows if row.kind == "gone"] == [f"{number:04d}" for number in range(31, 51)]
    assert [row.kind for row in page.rows if row.kind != "gone"] == ["changed"]
    landed = accept_run(house.desk, held.id, [house.id], "dana")
    assert (landed.status, landed.difference, landed.kept_gone) == ("landed", "kept", 20)
    assert told(look(house, held)) == told(page)


def test_an_accepted_run_shows_what_it_did_and_not_what_it_would_have_done(house: House) -> None:
    house.post(products(50))
    held = house.post(products(30))
    file = house.folder / "meanwhile.csv"
    file.write_text(products(49))
    meanwhile = house.desk.post(Posting(house.id, house.code, "products", as_of=held.as_of), file)
    assert (meanwhile.status, meanwhile.rows_gone) == ("landed", 1)
    assert look(house, held).kept_gone == 20
    accepted = accept_run(house.desk, held.id, [house.id], "dana")
    assert (accepted.rows_gone, look(house, accepted).kept_gone) == (19, 19)


def test_a_rejected_run_still_shows_why_it_was(house: House) -> None:
    house.post(products(50))
    held = house.post(products(10))
    reject_run(house.desk, held.id, [house.id], "dana")
    assert look(house, held).kept_gone == 40


def test_a_run_that_changed_nothing_by_refusal_has_none_and_says_so(house: House) -> None:
    house.post(products(10))
    refused = house.post(products(10, i0003="0003,Ashdown,Flax,free,Y,USD,ACTIVE"))
    page = look(house, refused)
    assert (page.state, page.rows, page.matches) == ("", [], 0)
    assert "nothing is kept row by row" in page.sentence


def test_a_run_of_before_says_that_nothing_was_kept(house: House) -> None:
    run = house.post(products(3))
    assert "from before that was kept" in what_is_missing(msgspec.structs.replace(run, difference=""))


def test_a_dry_run_brings_its_difference_with_it_and_keeps_none(house: House) -> None:
    house.post(products(10))
    run = house.post(products(9, i0002="0002,Ashdown,Dove,48.50,Y,USD,ACTIVE"), dry_run=True)
    assert [(one.kind, one.key) for one in run.row_changes] == [("gone", ["0010"]), ("changed", ["0002"])]
    assert run.changed_columns == {"color_name": 1}
    with house.database.reading() as connection:
        kept = select(func.sum(FEED_DIFFERENCE_PAGES.c.rows))
        assert connection.execute(kept).scalar_one() == 10


def test_more_rows_than_are_kept_are_counted_and_it_is_said(house: House) -> None:
    count = MOST_ROWS_KEPT + 2_300
    first = house.post(products(count))
    assert (first.rows_new, first.kept_new) == (count, MOST_ROWS_KEPT)
    dearer = products(count).replace("48.50,Y,USD,ACTIVE", "49.50,Y,USD,ACTIVE")
    run = house.post(dearer.replace("12300,Ashdown,Flax", "12300,Ashdown,Dove"))
    assert (run.rows_changed, run.kept_changed) == (count, MOST_ROWS_KEPT)
    assert run.changed_columns == {"price_trade": count, "color_name": 1}
    page = look(house, run, offset=MOST_ROWS_KEPT - 2)
    assert [row.key[0] for row in page.rows] == ["9999", "10000"]
    assert page.matches == MOST_ROWS_KEPT
    assert page.sentence == ("Only the first 10,000 of 12,300 changed rows are kept row by row; the counts are of all.")


def test_a_long_cell_is_cut_and_shows_it(house: House) -> None:
    house.post("item_no,image_url\n1,https://house.example/" + "x" * 900 + "\n")
    run = house.post("item_no,image_url\n1,https://house.example/" + "y" * 900 + "\n")
    (change,) = look(house, run).rows
    assert change.cells[0].before == "https://house.example/" + "x" * 278 + "…"


def test_pages_filters_and_searches_give_each_row_once(house: House) -> None:
    count = 3 * ROWS_OF_A_PAGE
    house.post(products(count))
    run = house.post(products(count - 7).replace("48.50", "49.25").replace("0700,Ashdown,Flax", "0700,Ashdown,Dove"))
    assert look(house, run, most=1).matches == count
    seen = []
    for offset in range(0, count, 400):
        seen += [tuple(row.key) for row in look(house, run, offset=offset, most=400).rows]
    assert (len(seen), len(set(seen))) == (count, count)
    assert look(house, run, Wanted("gone")).matches == 7
    assert look(house, run, Wanted("new")).matches == 0
    dove = look(house, run, Wanted(column="color_name"))
    assert told(dove) == [("changed", 701, "0700", ("color_name", "Flax", "Dove"))]
    assert look(house, run, Wanted(search="dove 0700")).matches == 1
    assert look(house, run, Wanted("gone", search="dove")).matches == 0
    far = look(house, run, Wanted("changed", search="49.25"), offset=1_200, most=5)
    assert (far.matches, [row.key[0] for row in far.rows]) == (count - 7, ["1201", "1202", "1203", "1204", "1205"])


def test_the_oldest_are_forgotten_the_held_are_not_and_it_is_said(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difference_store, "RUNS_KEPT", 3)
    first = house.post(products(50))
    held = house.post(products(10))
    later = [house.post(products(50 + number)) for number in range(1, 4)]
    stock = house.post("item_no,qty_on_hand\n1,4\n", "inventory")
    gone = look(house, first)
    assert (gone.state, gone.rows, gone.rows_new, gone.kept_new) == ("forgotten", [], 50, 0)
    assert gone.sentence.startswith("More than 3 newer runs of this dataset are kept")
    assert look(house, held).kept_gone == 40
    assert [look(house, run).matches for run in (*later, stock)] == [1, 1, 1, 1]


def test_as_csv_it_is_a_line_a_cell_and_runs_no_formula(house: House) -> None:
    house.post(HEADER + '"=1+2",Ashdown,"@SUM(1)",1,Y,USD,ACTIVE\n')
    run = house.post(HEADER + '"=1+2",Ashdown,"+44 x",2,Y,USD,ACTIVE\n')
    stock = [house.post(f"item_no,qty_on_hand\n1,{figure}\n", "inventory") for figure in ("-4", "-5")][1]
    texts = []
    with house.database.reading() as connection:
        for one in (run, stock):
            kept = need_run(connection, one.id, [house.id])
            texts.append("".join(difference_csv(one.dataset, wanted_changes(connection, kept, ALL))))
    lines = list(csv.reader(io.StringIO(texts[0].removeprefix("\ufeff"))))
    assert lines == [
        ["change", "row", "item_no", "known_by", "column", "before", "after"],
        ["changed", "2", "'=1+2", "Ashdown +44 x", "color_name", "'@SUM(1)", "'+44 x"],
        ["changed", "2", "'=1+2", "Ashdown +44 x", "price_trade", "1.00", "2.00"],
    ]
    assert "qty_on_hand,-4,-5\r\n" in texts[1]


def test_a_held_file_is_read_by_the_mapping_that_it_was_posted_with(house: House) -> None:
    header = "Ref,pattern_name,color_name,price_trade,price_visible,currency,status\n"
    house.post(products(50))
    house.declare(mapping={"Ref": "item_no"})
    held = house.post(products(30).replace(HEADER, header))
    assert held.status == "held"
    house.declare(mapping={"Ref": "upc"})
    landed = accept_run(house.desk, held.id, [house.id], "dana")
    assert (landed.status, landed.rows_gone, landed.mapped_columns) == ("landed", 20, {"Ref": "item_no"})
    assert len(house.items()) == 30
    assert house.row("0001")["upc"] == ""


# --- over HTTP ---------------------------------------------------------------------------------------------


@pytest.fixture
def master(world: SmallWorld, station: StationMaker) -> WireStation:
    return station(world.master, world.distributor)


def test_a_master_looks_at_a_held_run_before_accepting_it(master: WireStation) -> None:
    post(master, products(12))
    held = post(master, products(5, i0002="0002,Ashdown,Dove,48.50,Y,USD,ACTIVE")).json()
    path = f"/v1/feeds/runs/{held['id']}/difference"
    page = master.get(f"{path}?limit=3&offset=6").json()
    assert (page["matches"], page["changed_columns"], page["rows_gone"]) == (8, {"color_name": 1}, 7)
    assert [row["kind"] for row in page["rows"]] == ["gone", "changed"]
    assert page["rows"][1]["cells"] == [["color_name", "Flax", "Dove"]]
    answer = master.get(f"{path}.csv?kind=changed")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.decode("utf-8-sig").splitlines()[1:] == ["changed,3,0002,Ashdown Dove,color_name,Flax,Dove"]
    assert master.get(f"{path}?kind=odd").status_code == 400
    assert master.get("/v1/feeds/runs/nobodys/difference").status_code == 404


def test_a_dry_run_answers_with_as_many_rows_as_were_asked_for(master: WireStation) -> None:
    post(master, products(20))
    changed = products(17).replace("Flax", "Dove")
    run = post(master, changed, dry_run="true", difference_rows="2").json()
    assert [(one["kind"], one["key"]) for one in run["row_changes"]] == [
        ("gone", ["0018"]), ("gone", ["0019"]), ("changed", ["0001"]), ("changed", ["0002"]),
    ]  # fmt: skip
    assert (run["kept_gone"], run["kept_changed"]) == (3, 17)
    assert post(master, changed).json()["row_changes"] == []


@pytest.mark.parametrize("who", ["clerk", "rep", "picker", "other_picker"])
def test_nobody_but_the_houses_master_sees_what_a_run_changed(
    master: WireStation, world: SmallWorld, station: StationMaker, who: str
) -> None:
    post(master, products(3, i0001="0001,Ashdown,Flax,77.31,N,USD,ACTIVE"))
    (run,) = master.get("/v1/feeds/runs").json()
    houses = {"picker": world.distributor, "other_picker": world.other_distributor}
    other = station(getattr(world, who), houses.get(who, world.showroom))
    for end in ("difference", "difference.csv"):
        path = f"/v1/feeds/runs/{run['id']}/{end}"
        assert "77.31" in master.get(path).text
        answer = other.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
        assert "77.31" not in answer.text
