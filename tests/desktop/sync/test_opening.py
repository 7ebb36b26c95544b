"""What is said, and what is not touched, when a profile does not open."""

import os
import shutil
from pathlib import Path

import pytest

from desktop.cache.key_file import KEY_FILE
from desktop.cache.keys import KeyRing
from desktop.cache.station_db import STATION_FILE
from desktop.sync.leaving import wipe
from desktop.sync.opening import open_desk, set_file_aside
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.errors import DomainError
from tests.builders.desk import NINE, make_desk
from tests.builders.key_holders import MemoryHolder

PASSWORD = "a long walk home"
CLOCK = SettableClock(NINE)


def profile_of(folder: Path) -> tuple[Path, bytes]:
    """A closed profile with a desk in it, opened once since, and its key."""
    folder.mkdir()
    key = KeyRing(folder, holders=[MemoryHolder()]).create(PASSWORD).key
    make_desk(folder, key=key).close()
    open_desk(folder, key, CLOCK).close()
    return folder, key


def contents(profile: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in profile.glob("*.*") if file.suffix in (".db", ".json")}


def test_a_key_file_of_another_profile_is_told_from_a_damaged_file(tmp_path: Path) -> None:
    mine, _key = profile_of(tmp_path / "mine")
    other, other_key = profile_of(tmp_path / "other")
    shutil.copy(other / KEY_FILE, mine / KEY_FILE)
    before = contents(mine)
    with pytest.raises(DomainError, match=r"belongs to another profile\. Nothing was changed") as refusal:
        open_desk(mine, other_key, CLOCK)
    assert refusal.value.code == "foreign_key_file"
    assert contents(mine) == before


def test_a_damaged_page_is_said_to_be_one(tmp_path: Path) -> None:
    profile, key = profile_of(tmp_path / "mine")
    file = profile / STATION_FILE
    damaged = bytearray(file.read_bytes())
    damaged[2000] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(DomainError) as refusal:
        open_desk(profile, key, CLOCK)
    assert refusal.value.code == "file_unreadable"
    assert file.read_bytes() == bytes(damaged)


def test_a_file_that_was_overwritten_from_its_first_byte_is_damaged_too(tmp_path: Path) -> None:
    profile, key = profile_of(tmp_path / "mine")
    (profile / STATION_FILE).write_bytes(os.urandom(50_000))
    with pytest.raises(DomainError) as refusal:
        open_desk(profile, key, CLOCK)
    assert refusal.value.code == "file_unreadable"


def test_a_file_set_aside_keeps_every_byte_and_says_why_in_its_name(tmp_path: Path) -> None:
    profile, _key = profile_of(tmp_path / "mine")
    before = (profile / STATION_FILE).read_bytes()
    aside = set_file_aside(profile, CLOCK, "kept")
    assert aside.name == "station.kept-20261116-090000.db"
    assert aside.read_bytes() == before
    assert not (profile / STATION_FILE).exists()


def test_wiping_destroys_keys_and_files_and_leaves_what_was_set_aside(tmp_path: Path) -> None:
    profile, key = profile_of(tmp_path / "mine")
    aside = set_file_aside(profile, CLOCK, "kept")
    make_desk_again(profile, key)
    wipe(profile, KeyRing(profile, holders=[]))
    assert {file.name for file in profile.iterdir() if file.is_file()} == {aside.name}
    assert list((profile / "lines").iterdir()) == []


def test_wiping_on_the_operators_order_takes_older_files_too(tmp_path: Path) -> None:
    profile, _key = profile_of(tmp_path / "mine")
    set_file_aside(profile, CLOCK, "kept")
    set_file_aside(profile, CLOCK)
    wipe(profile, KeyRing(profile, holders=[]), kept_files_too=True)
    assert [file for file in profile.iterdir() if file.is_file()] == []


def make_desk_again(profile: Path, key: bytes) -> None:
    shutil.rmtree(profile / "lines")
    make_desk(profile, key=key).close()
