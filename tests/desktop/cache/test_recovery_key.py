"""What the server keeps of a key: opens this station's file only, and nothing by itself."""

import base64
from pathlib import Path

import msgspec
import pytest

from desktop.cache.encrypted_file import open_encrypted
from desktop.cache.key_file import file_id_of, salt_of
from desktop.cache.recovery_key import deposit_for, recovered_key
from shared_models.kernel.errors import DomainError

KEY = bytes(range(32))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return encrypted(tmp_path / "station.db")


def encrypted(path: Path) -> Path:
    connection = open_encrypted(path, KEY)
    connection.execute("CREATE TABLE anything (value TEXT)")
    connection.close()
    return path


def test_the_deposit_gives_the_key_back_where_the_file_lies(database: Path) -> None:
    assert recovered_key(database, deposit_for(database, KEY)) == KEY


def test_the_deposit_opens_no_other_file_even_of_the_same_key(database: Path, tmp_path: Path) -> None:
    other = encrypted(tmp_path / "other.db")
    with pytest.raises(DomainError, match=r"does not open other\.db\. Nothing was changed"):
        recovered_key(other, deposit_for(database, KEY))


def test_the_deposit_holds_neither_the_key_nor_the_number_that_unwraps_it(database: Path) -> None:
    deposit = deposit_for(database, KEY)
    sent = msgspec.json.encode(deposit) + base64.b64decode(deposit.wrapped)
    for secret in (KEY, salt_of(database)):
        assert secret not in sent
        assert secret.hex().encode() not in sent
        assert base64.b64encode(secret).rstrip(b"=") not in sent


@pytest.mark.parametrize("wrapped", ["", "x", "AAAA", "!" * 60])
def test_a_damaged_deposit_is_refused(database: Path, wrapped: str) -> None:
    damaged = msgspec.structs.replace(deposit_for(database, KEY), wrapped=wrapped)
    with pytest.raises(DomainError, match="Nothing was changed"):
        recovered_key(database, damaged)


def test_the_number_stays_when_the_file_grows_and_is_folded(database: Path) -> None:
    before = file_id_of(database)
    connection = open_encrypted(database, KEY)
    connection.executemany("INSERT INTO anything VALUES (?)", [("x" * 500,)] * 2000)
    connection.execute("DELETE FROM anything")
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert file_id_of(database) == before


def test_a_file_that_breaks_off_at_once_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "station.db").write_bytes(b"short")
    with pytest.raises(DomainError, match="damaged"):
        file_id_of(tmp_path / "station.db")
