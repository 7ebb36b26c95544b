"""A damaged station.db: named, kept, and what waited in it carried over as far as it can be read."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from desktop.cache.encrypted_file import DatabaseError, damaged_pages, open_encrypted
from desktop.cache.keys import KeyRing
from desktop.cache.station_db import STATION_FILE
from desktop.sync.desk import Desk
from desktop.sync.engine import SyncEngine
from desktop.sync.opening import set_file_aside
from desktop.sync.salvage import take_told
from desktop.sync.sign_in import sign_in
from shared_models.kernel.errors import DomainError
from shared_models.library.records import Loan
from tests.builders.server import PASSWORD, RunningServer, SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station

PAGE = 4096


def damage(file: Path, page: int) -> None:
    """Flip one bit in the middle of a page."""
    with file.open("r+b") as raw:
        raw.seek((page - 1) * PAGE + PAGE // 2)
        byte = raw.read(1)[0]
        raw.seek(-1, 1)
        raw.write(bytes([byte ^ 8]))


def closed(station: Station) -> tuple[Path, bytes]:
    """The station's file, all of it in one piece, and its key."""
    key = station.desk.database.key
    with station.desk.database.write() as records:
        records.connection.execute("SELECT 1")
    station.desk.close()
    file = station.profile / STATION_FILE
    connection = open_encrypted(file, key)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return file, key


ROWS = {
    "loans": "SELECT * FROM loans",
    "operations": "SELECT payload FROM operations NOT INDEXED",
    "open": "SELECT row FROM operations INDEXED BY ix_operations_open WHERE state IN ('waiting', 'sent', 'refused')",
}


def pages_of(file: Path, key: bytes, what: str) -> list[int]:
    """The pages without which these rows cannot be read: found by breaking each page in turn."""
    trial = file.with_name("trial.db")
    pages = []
    for page in range(2, file.stat().st_size // PAGE + 1):
        shutil.copy(file, trial)
        damage(trial, page)
        try:
            with closing(open_encrypted(trial, key, read_only=True)) as connection:
                connection.execute(ROWS[what]).fetchall()
        except DatabaseError:
            pages.append(page)
        except DomainError:
            # A page of the schema: without it nothing at all can be read.
            continue
    return pages


def signed_in_again(station: Station, server: RunningServer, world: SmallWorld) -> Desk:
    set_file_aside(station.profile, station.clock)
    return sign_in(
        station.profile, server.url, world.clerk.email, PASSWORD, call=station.client.sign_in, clock=station.clock,
        keys=KeyRing(station.profile, holders=()),
    )  # fmt: skip


@pytest.fixture
def desk(world: SmallWorld, station: MakeStation) -> Station:
    """A desk with sixty operations that wait."""
    desk = station(world.clerk)
    desk.client.unplug()
    for number in range(30):
        desk.lend(world.copies[number % 5], world.designer)
        desk.take_back(world.copies[number % 5])
    desk.client.plug_in()
    return desk


def test_damage_elsewhere_costs_no_operation(server: RunningServer, world: SmallWorld, desk: Station) -> None:
    ids = [entry.id for entry in desk.desk.outbox.operations("waiting")]
    file, key = closed(desk)
    page = pages_of(file, key, "loans")[-1]
    damage(file, page)
    assert damaged_pages(file, key) == [page]
    again = signed_in_again(desk, server, world)
    try:
        told = take_told(again)
        assert f"(page {page}) and stays in the profile" in told
        assert "60 operations that had not settled were carried over; nothing of them is missing." in told
        assert take_told(again) == ""
        assert [entry.id for entry in again.outbox.operations("waiting")] == ids
        assert SyncEngine(again, desk.client).round().state == "synced"
        assert len(again.database.read().records(Loan)) == 30
        assert len(list(desk.profile.glob("station.damaged-*.db"))) == 1
    finally:
        again.close()


def test_what_lies_on_the_broken_page_is_counted_and_everything_around_it_kept(
    server: RunningServer, world: SmallWorld, desk: Station
) -> None:
    file, key = closed(desk)
    pages = pages_of(file, key, "operations")
    assert len(pages) > 3
    damage(file, pages[-1])
    again = signed_in_again(desk, server, world)
    try:
        kept = again.outbox.waiting_count()
        assert 0 < kept < 60
        assert f"{kept} operations that had not settled were carried over; {60 - kept} cannot be read." in take_told(
            again
        )
    finally:
        again.close()


def test_without_the_index_the_rows_are_searched_for(server: RunningServer, world: SmallWorld, desk: Station) -> None:
    file, key = closed(desk)
    damage(file, pages_of(file, key, "open")[-1])
    again = signed_in_again(desk, server, world)
    try:
        assert again.outbox.waiting_count() == 60
        assert "there may be more that cannot be read" in take_told(again)
    finally:
        again.close()


def test_a_file_that_does_not_open_at_all_is_kept_and_said(
    server: RunningServer, world: SmallWorld, desk: Station
) -> None:
    file, key = closed(desk)
    damage(file, 1)
    assert damaged_pages(file, key) == [1]
    again = signed_in_again(desk, server, world)
    try:
        assert again.outbox.waiting_count() == 0
        assert "0 operations that had not settled were carried over; there may be more" in take_told(again)
        (kept,) = desk.profile.glob("station.damaged-*.db")
        assert kept.stat().st_size > 0
    finally:
        again.close()
