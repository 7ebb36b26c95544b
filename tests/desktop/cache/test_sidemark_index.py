"""Sidemarks are found by their words as long as a row has them, whichever kind of row it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from desktop.cache.encrypted_file import open_encrypted
from desktop.cache.sidemark_index import SIDEMARKED, having, sidemarks_found
from desktop.cache.station_db import STATION_FILE, StationDatabase
from desktop.sync.desk import Desk
from shared_models.kernel.records import Record
from shared_models.library.records import Loan
from shared_models.sample_orders.records import SampleRequest
from tests.builders.desk import CALDER, KEY, NINE, SHOWROOM, WINSLOW, make_desk, put
from tests.builders.follow_up import PENTHOUSE, follow_up_records, order
from tests.builders.old_station_file import drop_sidemark_index

LOAN = Loan(
    id="loan-1", showroom_id=SHOWROOM, copy_id="copy-chevron", designer_id=WINSLOW, sidemark="GOLDFARB PENTHOUSE",
    lent_at=NINE - timedelta(days=3), lent_by="person-marisol", due_on=NINE.date(),
)  # fmt: skip
REQUEST = SampleRequest(
    id="request-1", order_id="sample-1", organisation_id=SHOWROOM, distributor_id=CALDER, placed_at=NINE,
    sidemark="Harbor House",
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    put(desk.database, [*follow_up_records(), LOAN, REQUEST])
    yield desk
    desk.close()


def found(database: StationDatabase, text: str) -> list[tuple[str | int, ...]]:
    return [tuple(one) for one in sidemarks_found(database.read(), text, 5)]


def restore(desk: Desk, record: Record, *, gone: bool = False) -> None:
    """As a pull writes it."""
    with desk.database.write() as records:
        records.restore(type(record), record.id, None if gone else record)


def test_a_sidemark_is_found_by_its_words_with_all_that_has_it(desk: Desk) -> None:
    assert found(desk.database, "pent gold") == [(PENTHOUSE, 3, 3, 1, 0)]
    assert found(desk.database, "harbor") == [("Harbor House", 0, 0, 0, 1)]
    assert found(desk.database, "enthouse") == []
    assert found(desk.database, " . ") == []


def test_a_row_that_gets_another_sidemark_is_found_by_that_one(desk: Desk) -> None:
    restore(desk, replace(REQUEST, sidemark="Quay 9"))
    assert found(desk.database, "harbor") == []
    assert found(desk.database, "quay") == [("Quay 9", 0, 0, 0, 1)]


def test_a_sidemark_goes_with_the_last_row_that_has_it(desk: Desk) -> None:
    for record in [*follow_up_records(), LOAN][:-1]:
        restore(desk, record, gone=True)
    assert found(desk.database, "goldfarb") == [(PENTHOUSE, 0, 0, 1, 0)]
    restore(desk, LOAN, gone=True)
    assert found(desk.database, "goldfarb") == []
    assert desk.database.read().rows("SELECT name FROM sidemarks") == [("Harbor House",)]
    restore(desk, order("1", "1", "0123-04", "Chevron"))
    assert found(desk.database, "goldfarb") == [(PENTHOUSE, 1, 0, 0, 0)]


@pytest.mark.parametrize("table", SIDEMARKED)
def test_rows_of_a_sidemark_are_found_by_the_index(desk: Desk, table: str) -> None:
    plan = desk.database.read().rows(f"EXPLAIN QUERY PLAN SELECT id FROM {table} WHERE {having()}", PENTHOUSE)
    assert f"ix_{table}_sidemark" in str(plan)


def test_sidemarks_that_were_there_before_the_index_are_in_it_after_the_upgrade(desk: Desk, tmp_path: Path) -> None:
    desk.close()
    path = tmp_path / STATION_FILE
    connection = open_encrypted(path, KEY)
    drop_sidemark_index(connection)
    connection.execute("PRAGMA user_version = 5")
    connection.close()
    upgraded = StationDatabase(path, KEY)
    assert found(upgraded, "goldfarb") == [(PENTHOUSE, 3, 3, 1, 0)]
    assert found(upgraded, "harbor") == [("Harbor House", 0, 0, 0, 1)]
    upgraded.close()
