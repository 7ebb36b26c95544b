"""station.db while other programs have it open: nobody is ever shown the database's own words."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.cache.encrypted_file import open_encrypted
from desktop.cache.meta import set_meta
from desktop.cache.station_db import STATION_FILE, StationDatabase
from shared_models.kernel.errors import DomainError
from tests.builders.desk import KEY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the locks of a POSIX system")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StationDatabase]:
    made = StationDatabase.create(tmp_path / STATION_FILE, KEY)
    yield made
    made.close()


def test_a_reader_that_stays_does_not_hold_up_the_desk(database: StationDatabase) -> None:
    reader = open_encrypted(database.path, KEY, read_only=True)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM meta").fetchone()
    for number in range(300):
        with database.write() as records:
            set_meta(records, **{f"note {number}": "x" * 3000})
    assert reader.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    assert database.read().value("SELECT count(*) FROM meta") == 300
    reader.close()


def test_a_writer_from_outside_is_waited_for(database: StationDatabase) -> None:
    other = open_encrypted(database.path, KEY)
    other.execute("BEGIN IMMEDIATE")
    begun = threading.Event()

    def write() -> None:
        begun.set()
        with database.write() as records:
            set_meta(records, token="mine")

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    other.execute("COMMIT")
    writer.join()
    assert database.read().value("SELECT value FROM meta") == "mine"
    other.close()


def test_a_file_that_stays_locked_is_told_in_a_sentence(database: StationDatabase) -> None:
    other = open_encrypted(database.path, KEY)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DomainError) as refused, database.write() as records:
        set_meta(records, token="mine")
    assert refused.value.code == "file_busy"
    assert "in use by another program. Nothing was saved; try again" in refused.value.sentence
    assert "locked" not in refused.value.sentence
    other.execute("ROLLBACK")
    other.close()


def test_a_file_that_is_locked_whole_is_told_in_a_sentence_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / STATION_FILE
    StationDatabase.create(path, KEY).close()
    holder = f"""
import fcntl, sys
file = open({str(path)!r}, "rb+")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        assert program.stdout.readline() == "held\n"
        with pytest.raises(DomainError) as refused:
            StationDatabase(path, KEY)
        program.stdin.close()
    assert refused.value.code == "file_busy"
    assert "locked" not in refused.value.sentence
    StationDatabase(path, KEY).close()
