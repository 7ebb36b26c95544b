"""The ways into a desk when the lease is over, the token has ended, or a PIN stands beside the password."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.cache.keys import KeyRing
from desktop.cache.wrong_tries import WrongTries
from desktop.features.sign_in.ways_in import Closed, Opened, Ways
from desktop.sync.lease import LEASE
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.errors import DomainError
from sync_server.features.accounts.revocation import revoke_station
from sync_server.features.accounts.tokens import end_all_of_person
from tests.builders.server import PASSWORD, RunningServer, SmallWorld


class Profile:
    """One profile, and the ways into it by a clock that can be set."""

    def __init__(self, folder: Path, server: RunningServer, world: SmallWorld) -> None:
        folder.mkdir()
        self.folder = folder
        self.clock = SettableClock(datetime.now(UTC))
        opened = self.ways().by_sign_in(server.url, world.clerk.email, PASSWORD)
        self.station_id = opened.desk.station_id
        opened.desk.close()

    def ways(self, *, offline: bool = False) -> Ways:
        return Ways(self.folder, self.clock, WrongTries(), offline)


@pytest.fixture
def profile(tmp_path: Path, server: RunningServer, world: SmallWorld) -> Profile:
    return Profile(tmp_path / "profile", server, world)


def test_within_the_lease_the_password_opens_without_a_network(profile: Profile) -> None:
    profile.clock.advance(LEASE - timedelta(hours=1))
    profile.ways(offline=True).with_secret(PASSWORD).desk.close()


def test_after_the_lease_only_an_answer_of_the_server_opens(profile: Profile) -> None:
    profile.clock.advance(LEASE + timedelta(days=1))
    with pytest.raises(DomainError, match="has not reached its server for 15 days"):
        profile.ways(offline=True).with_secret(PASSWORD)
    assert not KeyRing(profile.folder).is_held
    profile.ways().with_secret(PASSWORD).desk.close()
    profile.ways(offline=True).with_secret(PASSWORD).desk.close()


def test_after_the_lease_an_ended_token_is_replaced_by_signing_in(
    profile: Profile, server: RunningServer, world: SmallWorld
) -> None:
    server.database.write_unit(lambda connection: end_all_of_person(connection, world.clerk.id, datetime.now(UTC)))
    profile.clock.advance(LEASE + timedelta(days=1))
    profile.ways().with_secret(PASSWORD).desk.close()


def test_after_the_lease_a_shut_out_station_is_wiped_at_its_first_question(
    profile: Profile, server: RunningServer
) -> None:
    server.database.write_unit(lambda connection: revoke_station(connection, profile.station_id, datetime.now(UTC)))
    profile.clock.advance(LEASE + timedelta(days=1))
    with pytest.raises(DomainError, match="its files were deleted"):
        profile.ways().with_secret(PASSWORD)
    assert profile.ways().without_asking() == Closed("sign_in")


def test_a_pin_opens_a_locked_desk_where_a_keyring_works(profile: Profile) -> None:
    keys = KeyRing(profile.folder)
    key = keys.unlock_with_password(PASSWORD).key
    try:
        keys.set_pin(key, "402917")
    except DomainError:
        pytest.skip("no keyring works on this machine")
    keys.lock()
    found = profile.ways().without_asking()
    assert isinstance(found, Closed)
    assert found.has_pin
    opened = profile.ways().with_secret("402917")
    assert isinstance(opened, Opened)
    opened.desk.close()
    keys.forget()


def test_a_lost_key_file_is_said_and_the_file_is_set_aside_only_when_asked(profile: Profile) -> None:
    (profile.folder / "keys.json").unlink()
    found = profile.ways().without_asking()
    assert isinstance(found, Closed)
    assert found.needs == "lost_key"
    assert (profile.folder / "station.db").exists()
    assert profile.ways().set_aside().name.startswith("station.kept-")
    assert profile.ways().without_asking() == Closed("sign_in")
