"""A desk started anew because its key was lost: what waited in the former file is taken up once a key is found."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.cache.keys import KeyRing
from desktop.cache.wrong_tries import WrongTries
from desktop.features.sign_in.ways_in import Ways
from desktop.sync.client import ServerClient, Trouble
from desktop.sync.desk import Desk
from desktop.sync.engine import SyncEngine
from desktop.sync.kept_files import KeptFile, kept_files, key_by_code, key_by_password, take_up
from shared_models.accounts.records import Person
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.errors import DomainError
from shared_models.library.records import Loan
from sync_server.features.accounts.passwords import set_password
from sync_server.features.accounts.recovery import issue_code
from tests.builders.server import PASSWORD, RunningServer, SmallWorld
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import Station

NEW_PASSWORD = "another long walk home"


@pytest.fixture
def lost(world: SmallWorld, station: MakeStation) -> Station:
    """A desk with two operations that wait, closed in the middle of its work."""
    desk = station(world.clerk)
    desk.client.unplug()
    desk.lend(world.copies[0], world.designer)
    desk.lend(world.copies[1], world.designer)
    desk.client.plug_in()
    desk.desk.close()
    return desk


@contextmanager
def started_anew(station: Station, server: RunningServer, person: Person, password: str) -> Iterator[Desk]:
    """The file set aside as the window does it, and somebody signed in again."""
    ways = Ways(station.profile, SettableClock(datetime.now(UTC)), WrongTries())
    ways.set_aside()
    desk = ways.by_sign_in(server.url, person.email, password).desk
    try:
        yield desk
    finally:
        desk.close()


def only(desk: Desk) -> KeptFile:
    (kept,) = kept_files(desk)
    return kept


def code_for(server: RunningServer, station_id: str) -> str:
    now = server.clock.now()
    return server.database.write_unit(lambda connection: issue_code(connection, station_id, now, who="operator")).code


def test_an_administrators_code_brings_over_what_waited_and_it_takes_effect_once(
    server: RunningServer, world: SmallWorld, lost: Station
) -> None:
    (lost.profile / "keys.json").unlink()
    code = code_for(server, lost.desk.station_id)
    with started_anew(lost, server, world.clerk, PASSWORD) as desk:
        kept, client = only(desk), ServerClient(server.url)
        told = take_up(desk, kept, key_by_code(kept, client, code))
        assert told.startswith("2 operations that had not settled were carried over; nothing of them is missing.")
        assert f"{kept.path.name} stays in the profile." in told
        assert kept.path.exists()
        assert kept_files(desk) == []
        assert SyncEngine(desk, client).round().state == "synced"
        assert {loan.copy_id for loan in desk.database.read().records(Loan)} == {one.id for one in world.copies[:2]}
        assert SyncEngine(desk, client).round().state == "synced"
        assert len(desk.database.read().records(Loan)) == 2
        client.close()


def test_the_password_that_comes_back_to_mind_opens_it_without_a_network(
    server: RunningServer, world: SmallWorld, lost: Station
) -> None:
    server.database.write_unit(
        lambda connection: set_password(connection, world.clerk.id, NEW_PASSWORD, datetime.now(UTC))
    )
    with started_anew(lost, server, world.clerk, NEW_PASSWORD) as desk:
        kept = only(desk)
        with pytest.raises(DomainError, match="does not open the file"):
            key_by_password(kept, NEW_PASSWORD)
        assert desk.outbox.waiting_count() == 0
        take_up(desk, kept, key_by_password(kept, PASSWORD))
        assert desk.outbox.waiting_count() == 2


def test_a_wrong_code_changes_nothing_and_the_file_is_offered_again(
    server: RunningServer, world: SmallWorld, lost: Station
) -> None:
    with started_anew(lost, server, world.clerk, PASSWORD) as desk:
        client = ServerClient(server.url)
        with pytest.raises(Trouble, match="does not open the station"):
            key_by_code(only(desk), client, "2222-2222-2222")
        assert only(desk).path.exists()
        client.close()


def test_broken_off_before_it_was_noted_it_brings_nothing_over_twice(
    server: RunningServer, world: SmallWorld, lost: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started_anew(lost, server, world.clerk, PASSWORD) as desk:
        kept = only(desk)
        key = key_by_password(kept, PASSWORD)

        def killed(*_arguments: object, **_values: str) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("desktop.sync.kept_files.set_meta", killed)
            with pytest.raises(KeyboardInterrupt):
                take_up(desk, kept, key)
        assert desk.outbox.waiting_count() == 2
        assert take_up(desk, only(desk), key).startswith("2 operations")
        assert desk.outbox.waiting_count() == 2


def test_what_somebody_else_did_stays_in_the_file_and_is_counted(
    server: RunningServer, world: SmallWorld, lost: Station
) -> None:
    with started_anew(lost, server, world.rep, PASSWORD) as desk:
        kept = only(desk)
        told = take_up(desk, kept, key_by_password(kept, PASSWORD))
        assert "0 operations that had not settled were carried over; 2 of somebody else were left in the file" in told
        assert desk.outbox.waiting_count() == 0


def test_a_file_with_another_name_is_left_alone(server: RunningServer, world: SmallWorld, lost: Station) -> None:
    (lost.profile / "station.kept-by hand.db").write_bytes(b"no database")
    with started_anew(lost, server, world.clerk, PASSWORD) as desk:
        names = {kept.path.name: kept.set_aside_at for kept in kept_files(desk)}
        assert names["station.kept-by hand.db"] is None
        assert KeyRing(lost.profile).exists


def test_wiping_after_a_revocation_takes_the_file_along(tmp_path: Path) -> None:
    from desktop.sync.leaving import wipe

    aside = tmp_path / "station.kept-20261125-090000.db"
    for name in (aside.name, f"{aside.name}-wal", "station.kept-20261125-090000.keys.json"):
        (tmp_path / name).write_bytes(b"kept")
    wipe(tmp_path, KeyRing(tmp_path, holders=()), kept_files_too=True)
    assert list(tmp_path.iterdir()) == []
