"""The index of orders, reserves, freight and customers keeps step with its rows, however they come and go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop.cache.encrypted_file import open_encrypted
from desktop.cache.follow_up_index import CUSTOMERS, INDEXED, RESERVES, SALES_ORDERS, IndexedKind, places_query
from desktop.cache.station_db import STATION_FILE, StationDatabase
from desktop.sync.desk import Desk
from shared_models.follow_up.records import FollowUpRecord, SalesOrderLine
from tests.builders.desk import KEY, make_desk, put
from tests.builders.follow_up import follow_up_records, order
from tests.builders.old_station_file import drop_sidemark_index


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    put(desk.database, follow_up_records())
    yield desk
    desk.close()


def found(database: StationDatabase, kind: IndexedKind, text: str = "", *, open_only: bool = False) -> list[str]:
    """The ids that a text finds, in the order of the list, without the distributor."""
    reader = database.read()
    sql, params = places_query(kind, text, open_only=open_only)
    ids = [
        reader.value(f"SELECT id FROM {kind.places} WHERE place = ?", place) for (place,) in reader.rows(sql, *params)
    ]
    return [one.partition("@")[0] for one in ids]


def restore(desk: Desk, record: FollowUpRecord, *, gone: bool = False) -> None:
    """As a pull writes it."""
    with desk.database.write() as records:
        records.restore(type(record), record.id, None if gone else record)


def test_the_newest_order_and_the_reserve_that_expires_first_stand_on_top(desk: Desk) -> None:
    assert found(desk.database, SALES_ORDERS) == ["88-2041-1", "40117-2", "40117-1", "40090-1"]
    assert found(desk.database, RESERVES) == ["R-5480", "R-5501", "R-5502", "R-5499"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("goldf mar", ["40117-2"]),
        ("1354.1", ["88-2041-1"]),
        ("354.1", []),
        ("backord", ["40117-2"]),
        ("hold cfa", ["88-2041-1"]),
        ("1Z999AA1", ["40117-1"]),
        ("VÉLOURS", ["88-2041-1"]),
        ("nashville 40117", ["40117-2", "40117-1"]),
    ],
)
def test_words_are_found_by_their_beginnings_and_parts_side_by_side(desk: Desk, text: str, ids: list[str]) -> None:
    assert found(desk.database, SALES_ORDERS, text) == ids


def test_what_is_done_can_be_left_out(desk: Desk) -> None:
    assert found(desk.database, SALES_ORDERS, open_only=True) == ["88-2041-1", "40117-2", "40117-1"]
    assert found(desk.database, RESERVES, "0123", open_only=True) == ["R-5501"]
    assert found(desk.database, CUSTOMERS, "alder", open_only=True) == ["2"]


def test_a_row_that_changes_its_words_keeps_its_place(desk: Desk) -> None:
    reader = desk.database.read()
    before = reader.rows("SELECT place, id FROM sales_orders_places ORDER BY place")
    restore(desk, order("40117", "2", "0150-01", "Marlow Stripe Ink", order_status="SHIPPED", sidemark="Harbor House"))
    assert reader.rows("SELECT place, id FROM sales_orders_places ORDER BY place") == before
    assert found(desk.database, SALES_ORDERS, "harbor", open_only=False) == ["40117-2"]
    assert found(desk.database, SALES_ORDERS, "goldfarb 0150") == []
    assert "40117-2" not in found(desk.database, SALES_ORDERS, open_only=True)


def test_a_row_whose_day_changes_moves(desk: Desk) -> None:
    restore(desk, order("40090", "1", "0151-01", "Grasscloth Sea Mist", ordered_on="2026-11-15"))
    assert found(desk.database, SALES_ORDERS)[0] == "40090-1"
    restore(desk, order("40090", "1", "0151-01", "Grasscloth Sea Mist", ordered_on=""))
    assert found(desk.database, SALES_ORDERS)[-1] == "40090-1"


def test_a_row_that_goes_leaves_nothing(desk: Desk) -> None:
    for record in follow_up_records():
        restore(desk, record, gone=True)
    reader = desk.database.read()
    for kind in INDEXED:
        assert found(desk.database, kind) == []
        assert reader.value(f"SELECT count(*) FROM {kind.found}") == 0


def test_a_row_that_comes_back_is_found_again(desk: Desk) -> None:
    line = order("40117", "2", "0150-01", "Marlow Stripe Ink")
    restore(desk, line, gone=True)
    restore(desk, line)
    restore(desk, replace(line, notes="Call before cutting."))
    assert found(desk.database, SALES_ORDERS, "marlow") == ["40117-2"]


def test_rows_that_were_there_before_the_index_are_in_it_after_the_upgrade(desk: Desk, tmp_path: Path) -> None:
    desk.close()
    path = tmp_path / STATION_FILE
    connection = open_encrypted(path, KEY)
    drop_sidemark_index(connection)
    for kind in INDEXED:
        for name in ("came", "went", "moved", "changed"):
            connection.execute(f"DROP TRIGGER {kind.table}_{name}")
        connection.execute(f"DROP TABLE {kind.places}")
        connection.execute(f"DROP TABLE {kind.found}")
    for later in ("follow_up_numbers", "dataset_freshness"):
        connection.execute(f"DROP TABLE {later}")
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    upgraded = StationDatabase(path, KEY)
    assert found(upgraded, SALES_ORDERS, "goldfarb") == ["88-2041-1", "40117-2", "40117-1"]
    assert len(upgraded.read().records(SalesOrderLine)) == 4
    upgraded.close()
