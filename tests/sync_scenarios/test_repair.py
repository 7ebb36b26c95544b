"""Differences are found and mended, histories change, stations are copied, lines end: nothing that waits is lost."""

import random
import shutil
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import pytest
from msgspec.structs import replace
from sqlcipher3 import dbapi2

from desktop.cache.keys import KeyRing
from desktop.sync.engine import SyncEngine
from desktop.sync.lease import lease_left
from desktop.sync.opening import open_desk
from desktop.sync.sign_in import sign_in
from shared_models.accounts.records import Line
from shared_models.designers.records import Designer
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.operation import Role
from shared_models.library.records import Loan
from shared_models.reviews.records import ReviewItem
from shared_models.sync.registry import STATION_KINDS
from sync_server.features.accounts.actions import end_line, end_membership
from sync_server.features.sync.history import begin_history
from sync_server.foundation.database import open_database
from tests.builders.server import (
    PASSWORD,
    RunningServer,
    SmallWorld,
    new_sqlite,
    running_server,
    small_world,
)
from tests.sync_scenarios import faults
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station, SwitchableClient, signed_in_station

MISSING = "DELETE FROM copies WHERE id = (SELECT max(id) FROM copies)"
WRONG = "UPDATE designers SET name = 'Somebody Else'"
TOO_MANY = (
    "INSERT INTO copies SELECT 'made-up', showroom_id, distributor_id, item_no, title, sample_type, shelf, "
    "condition, status, added_at FROM copies LIMIT 1"
)
UNREADABLE = "UPDATE copies SET status = 'mislaid', added_at = 'some day' WHERE id = (SELECT max(id) FROM copies)"


@pytest.mark.parametrize(
    "damage", [MISSING, WRONG, TOO_MANY, UNREADABLE], ids=["missing", "wrong", "too many", "unreadable"]
)
def test_a_row_that_differs_is_found_within_one_sync_and_mended(
    world: SmallWorld, station: MakeStation, damage: str
) -> None:
    desk = station(world.clerk)
    good = desk.library()
    waiting = desk.lend(world.copies[0], world.designer)
    desk.client.unplug()
    with desk.desk.database.write() as records:
        records.connection.execute(damage)
    desk.client.plug_in()
    fresh_engine = SyncEngine(desk.desk, desk.client)
    assert fresh_engine.round().state == "synced"
    mended = desk.library()
    assert mended["copies"] == good["copies"]
    assert mended["designers"] == good["designers"]
    assert desk.state_of(waiting) == "applied"


PLACES = 100
SEED = 20261125


class Damage:
    """Rows made wrong, taken away and slipped in, at places taken by chance."""

    def __init__(self, station: Station, chance: random.Random) -> None:
        self._station, self._chance = station, chance
        self._tables = [kind for kind in STATION_KINDS if station.desk.database.read().records(kind)]

    def plant(self, number: int) -> str:
        """One of the three, in turn; says which and where."""
        kind = self._chance.choice(self._tables)
        record = self._chance.choice(self._station.desk.database.read().records(kind))
        what = ("wrong", "missing", "extra")[number % 3]
        with self._station.desk.database.write() as records:
            if what == "missing":
                records.restore(kind, record.id, None)
            elif what == "extra":
                records.insert(replace(record, id=f"made-up-{number}"))
            else:
                hints = get_type_hints(kind)
                texts = [
                    name for name in kind.__struct_fields__ if getattr(hints[name], "__supertype__", hints[name]) is str
                ]
                name = self._chance.choice([name for name in texts if name != "id"])
                records.connection.execute(
                    f"UPDATE {kind.TABLE.name} SET {name} = {name} || '?' WHERE id = ?", (record.id,)
                )
        return f"place {number}: {what} in {kind.TABLE.name}"


def test_one_row_that_differs_in_any_of_a_hundred_places_is_found_within_one_sync(tmp_path: Path) -> None:
    """P4 of the promises, with one operation that waits all the while."""
    with running_server(tmp_path) as server, faults.fault_proxy(server.url) as proxy:
        world = small_world(server.database)
        with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as desk:
            assert desk.sync().state == "synced"
            desk.lend(world.copies[0], world.designer)
            desk.take_back(world.copies[0])
            assert desk.sync().state == "synced"
            good = desk.everything()
            proxy.always["/v1/operations"] = faults.forbidden
            waiting = desk.lend(world.copies[1], world.designer)
            assert desk.sync().state == "offline"
            shown = desk.everything()
            assert shown != good
            damage, missed = Damage(desk, random.Random(SEED)), []
            for number in range(PLACES):
                planted = damage.plant(number)
                engine = SyncEngine(desk.desk, desk.client)
                # The first round meets the one that cannot be sent, and the second no longer waits for it.
                states = [engine.round().state for _ in range(2)]
                if states[-1] != "waiting" or desk.everything() != shown:
                    missed.append(planted)
            assert missed == [], f"seed {SEED}"
            assert desk.state_of(waiting) == "waiting"
            proxy.always.clear()
            assert SyncEngine(desk.desk, desk.client).round().state == "synced"
            assert desk.state_of(waiting) == "applied"


def test_sums_that_differ_make_the_station_fetch_the_stream_afresh(world: SmallWorld, station: MakeStation) -> None:
    desk = station(world.clerk)
    stream = f"showroom:{world.showroom.id}:library"
    good = desk.library()
    # A change that was never delivered: the station believes to be where it is, with other sums.
    with desk.desk.database.write() as records:
        connection = records.connection
        connection.execute("DELETE FROM stream_rows WHERE stream = ? AND key = ?", (stream, world.copies[1].id))
        connection.execute("DELETE FROM copies WHERE id = ?", (world.copies[1].id,))
        connection.execute("UPDATE streams SET rows = rows - 1, checksum = checksum - 7 WHERE stream = ?", (stream,))
    desk.lend(world.copies[0], world.designer)
    report = desk.sync()
    assert report.state == "synced"
    assert report.refetched == (stream,)
    assert desk.library()["copies"] == good["copies"]
    assert desk.sync().refetched == ()


def test_a_server_restored_from_a_backup_gets_back_what_stations_still_hold(tmp_path: Path) -> None:
    url, backup = new_sqlite(tmp_path), tmp_path / "backup.db"
    with ExitStack() as stack:
        with running_server(tmp_path, database_url=url) as server:
            world = small_world(server.database)
            desk = stack.enter_context(signed_in_station(tmp_path / "desk", server.url, world.clerk))
            desk.sync()
            kept = desk.lend(world.copies[0], world.designer)
            desk.sync()
            _back_up(tmp_path / "order-track.db", backup)
            # A station that was offline for long: its work reaches the server just before that is lost.
            desk.clock.advance(timedelta(days=-40))
            lost = [desk.lend(world.copies[1], world.designer)]
            desk.clock.advance(timedelta(days=40))
            lost += [desk.lend(world.copies[number], world.designer) for number in (2, 3)]
            desk.sync()
            assert [desk.state_of(one) for one in lost] == ["applied"] * 3
            before = desk.library()
        _restore(backup, tmp_path / "order-track.db")
        with running_server(tmp_path, database_url=url) as server:
            desk.client.server_url = server.url
            waiting = desk.lend(world.copies[4], world.second_designer)
            assert desk.sync().state == "synced"
            assert {desk.state_of(one) for one in (kept, *lost, waiting)} == {"applied"}
            after = desk.library()
            assert len(after["loans"]) == 5
            assert {row[0] for row in before["loans"]} < {row[0] for row in after["loans"]}
            other = stack.enter_context(signed_in_station(tmp_path / "other", server.url, world.rep))
            other.sync()
            assert other.library() == after


def test_rows_of_a_stream_that_is_empty_on_the_restored_server_leave_the_screens(tmp_path: Path) -> None:
    url, backup = new_sqlite(tmp_path), tmp_path / "backup.db"
    with ExitStack() as stack:
        with running_server(tmp_path, database_url=url) as server:
            world = small_world(server.database)
            desk = stack.enter_context(signed_in_station(tmp_path / "desk", server.url, world.clerk))
            desk.sync()
            _back_up(tmp_path / "order-track.db", backup)
            desk.lend(world.copies[0], world.designer)
            desk.lend(world.copies[0], world.second_designer)
            desk.sync()
            assert [item.code for item in desk.desk.database.read().records(ReviewItem)] == ["return_not_recorded"]
            # Nobody holds the operations any more: the server's word is all there is.
            with desk.desk.database.write() as records:
                records.connection.execute("DELETE FROM operations")
        _restore(backup, tmp_path / "order-track.db")
        with running_server(tmp_path, database_url=url) as server:
            desk.client.server_url = server.url
            assert desk.sync().state == "synced"
            assert desk.desk.database.read().records(ReviewItem) == []
            assert desk.library()["loans"] == []


def _back_up(database: Path, backup: Path) -> None:
    connection = dbapi2.connect(str(database), isolation_level=None)
    connection.execute("VACUUM INTO ?", (str(backup),))
    connection.close()


def _restore(backup: Path, database: Path) -> None:
    """Bring yesterday's file back, as the restore command does, and begin a new history."""
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    shutil.copy(backup, database)
    restored = open_database(f"sqlite:///{database}")
    restored.write_unit(lambda connection: begin_history(connection, datetime.now(UTC)))
    restored.close()


def test_a_copied_station_signs_in_as_a_new_one_and_sends_what_waits(
    server: RunningServer, world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    original = station(world.clerk, "original")
    twin_profile = _copied_profile(original, tmp_path / "twin")
    keys = KeyRing(twin_profile, holders=())
    clock = SettableClock(datetime.now(UTC))
    twin_desk = open_desk(twin_profile, keys.unlock_with_password(PASSWORD).key, clock)
    client = SwitchableClient(server.url)
    twin = Station(twin_desk, client, SyncEngine(twin_desk, client), twin_profile, clock)

    original.lend(world.copies[0], world.designer)
    assert original.sync().state == "synced"
    on_the_twin = twin.lend(world.copies[1], world.designer)
    report = twin.sync()
    assert report.state == "sign_in_needed"
    assert "also used on another machine" in report.sentence
    assert twin.state_of(on_the_twin) == "waiting"
    former_id = twin.desk.station_id
    twin.desk.close()

    again = sign_in(twin_profile, server.url, world.clerk.email, PASSWORD, call=client.sign_in, clock=clock, keys=keys)
    try:
        assert again.station_id != former_id
        assert SyncEngine(again, client).round().state == "synced"
        assert again.outbox.get(on_the_twin).state == "applied"
        assert {loan.copy_id for loan in again.database.read().records(Loan)} == {
            world.copies[0].id,
            world.copies[1].id,
        }
    finally:
        again.close()
        client.close()


def _copied_profile(station: Station, to: Path) -> Path:
    to.mkdir()
    for file in station.profile.iterdir():
        if file.is_file():
            shutil.copy(file, to / file.name)
    return to


def test_when_a_line_ends_its_rows_leave_the_station(
    server: RunningServer, world: SmallWorld, station: MakeStation
) -> None:
    desk = station(world.clerk)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    server.database.write_unit(
        lambda connection: end_line(connection, world.showroom, world.other_distributor, last_day=yesterday)
    )
    desk.sync()
    lines = desk.desk.database.read().records(Line, "WHERE distributor_id = ?", world.other_distributor.id)
    assert [line.ends_on for line in lines] == [yesterday]
    streams = {stream for (stream,) in desk.desk.database.read().rows("SELECT stream FROM streams")}
    assert not any(world.other_distributor.id in stream for stream in streams | desk.desk.catalogue.files.streams())


def test_somebody_who_left_loses_the_rows_and_keeps_what_was_refused(
    server: RunningServer, world: SmallWorld, station: MakeStation
) -> None:
    desk = station(world.rep)
    desk.client.unplug()
    lent = desk.lend(world.copies[0], world.designer)
    server.database.write_unit(lambda connection: end_membership(connection, world.rep, world.showroom, Role.REP))
    desk.client.plug_in()
    desk.sync()
    assert desk.state_of(lent) == "refused"
    assert desk.desk.outbox.get(lent).sentence == "You no longer work for this organisation in Order-Track."
    assert desk.library()["designers"] == []
    assert desk.library()["copies"] == []


def test_a_row_that_nobody_sent_leaves_the_station_of_somebody_who_left(
    server: RunningServer, world: SmallWorld, station: MakeStation
) -> None:
    desk = station(world.rep)
    server.database.write_unit(lambda connection: end_membership(connection, world.rep, world.showroom, Role.REP))
    desk.sync()
    with desk.desk.database.write() as records:
        records.restore(Designer, world.designer.id, world.designer)
    SyncEngine(desk.desk, desk.client).round()
    assert desk.library()["designers"] == []


def test_every_answer_of_the_server_begins_the_lease_anew_and_its_silence_does_not(
    station: MakeStation, world: SmallWorld
) -> None:
    desk = station(world.clerk)
    desk.clock.advance(timedelta(days=10))
    assert desk.sync().state == "synced"
    desk.clock.advance(timedelta(days=10))
    assert lease_left(desk.desk.database.read(), desk.clock.now()) == timedelta(days=4)
    desk.client.unplug()
    assert desk.sync().state == "offline"
    assert lease_left(desk.desk.database.read(), desk.clock.now()) == timedelta(days=4)


def test_somebody_who_left_every_house_can_sign_in_again_and_deal_with_what_waits(
    server: RunningServer, world: SmallWorld, station: MakeStation
) -> None:
    desk = station(world.clerk)
    lent = desk.lend(world.copies[0], world.designer)
    server.database.write_unit(lambda connection: end_membership(connection, world.clerk, world.showroom, Role.CLERK))
    desk.desk.close()

    again = sign_in(
        desk.profile,
        server.url,
        world.clerk.email,
        PASSWORD,
        call=desk.client.sign_in,
        clock=desk.clock,
        keys=KeyRing(desk.profile, holders=()),
    )
    try:
        SyncEngine(again, desk.client).round()
        assert again.outbox.get(lent).state == "refused"
        assert again.outbox.get(lent).sentence == "You no longer work for this organisation in Order-Track."
    finally:
        again.close()
    # What was kept of the rights opens the profile once more, without a network too.

    offline = open_desk(desk.profile, KeyRing(desk.profile, holders=()).unlock_with_password(PASSWORD).key, desk.clock)
    assert [entry.id for entry in offline.outbox.needs_attention()] == [lent]
    offline.close()
