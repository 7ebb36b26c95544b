"""station.db: durable, encrypted, and never changed by a program or a key that does not fit."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from desktop.cache import station_db
from desktop.cache.encrypted_file import Connection, DatabaseError, open_encrypted, transaction
from desktop.cache.follow_up_index import INDEXED
from desktop.cache.meta import get_meta, set_meta
from desktop.cache.reserve import RESERVE_FILE, Reserve
from desktop.cache.station_db import SCHEMA_VERSION, STATION_FILE, StationDatabase
from desktop.cache.upgrade import MIGRATIONS, revision_of, upgrade_station_file
from desktop.sync.outbox import Outbox
from shared_models.accounts.records import Line
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, DesignerId, LoanId
from shared_models.kernel.records import columns_of, row_hash
from shared_models.library.operations import CheckOutCopy
from shared_models.library.records import Loan
from shared_models.picking.records import PickWave
from tests.builders.desk import KEY, NINE, SHOWROOM, WINSLOW, make_desk, put, world_records
from tests.builders.old_station_file import drop_sidemark_index

OTHER_KEY = bytes(reversed(KEY))
_TO_NEXT = {"found": SCHEMA_VERSION, "wanted": SCHEMA_VERSION + 1}
_FIRST_INDEX = "CREATE INDEX ix_operations_open ON operations (state) WHERE state IN ('waiting', 'sent', 'refused')"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StationDatabase]:
    made = StationDatabase.create(tmp_path / STATION_FILE, KEY)
    yield made
    made.close()


def test_every_kind_of_record_reads_back_as_it_was_written(database: StationDatabase) -> None:
    wave = PickWave(id="w1", distributor_id="d", printed_at=NINE, printed_by="p", request_ids=("r1", "r2"))
    with database.write() as records:
        for record in [*world_records(), wave]:
            records.insert(record)
    for record in [*world_records(), wave]:
        assert database.read().get(type(record), record.id) == record
        with database.write() as records:
            assert records.get(type(record), record.id) == record


def test_find_tells_empty_from_filled_and_orders_by_id(database: StationDatabase) -> None:
    first = Loan(
        id="b",
        showroom_id=SHOWROOM,
        copy_id="c",
        designer_id=WINSLOW,
        lent_at=NINE,
        lent_by="p",
        due_on=date(2026, 12, 1),
    )
    with database.write() as records:
        records.insert(first)
        records.insert(replace(first, id="a"))
        records.insert(replace(first, id="c", returned_at=NINE))
        assert [loan.id for loan in records.find(Loan, copy_id="c", returned_at=None)] == ["a", "b"]
        assert [loan.id for loan in records.find(Loan, copy_id="c")] == ["a", "b", "c"]


def test_nothing_of_a_write_that_fails_is_kept(database: StationDatabase) -> None:
    twice = [*world_records(), world_records()[0]]
    with pytest.raises(DomainError, match="already entered"):
        put(database, twice)
    assert database.read().value("SELECT count(*) FROM organisations") == 0


def test_readers_of_other_threads_see_only_what_is_saved(database: StationDatabase) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(database.read().value("SELECT count(*) FROM organisations"))

    with database.write() as records:
        records.insert(world_records()[0])
        other = threading.Thread(target=look)
        other.start()
        other.join()
    look()
    assert seen == [0, 1]


def test_nobody_waits_for_a_file_that_is_being_written(database: StationDatabase) -> None:
    found: list[bool] = []

    def ask() -> None:
        with database.unless_busy() as is_free:
            found.append(is_free)

    with database.write():
        other = threading.Thread(target=ask)
        other.start()
        other.join()
    ask()
    assert found == [False, True]


def test_who_found_the_file_free_has_it_alone(database: StationDatabase) -> None:
    order: list[str] = []

    def write() -> None:
        with database.write():
            order.append("the other")

    with database.unless_busy() as is_free:
        other = threading.Thread(target=write)
        other.start()
        with database.write() as records:
            records.insert(world_records()[0])
        order.append("the first")
    other.join()
    assert is_free
    assert order == ["the first", "the other"]


def test_the_log_is_not_carried_over_by_a_write_in_haste(database: StationDatabase, tmp_path: Path) -> None:
    file = tmp_path / STATION_FILE
    before = file.read_bytes()
    wanted = []
    for number in range(200):
        with database.unless_busy(), database.write() as records:
            set_meta(records, server_url=f"https://{number}.example")
        wanted.append(database.wants_tidying)
    assert (wanted[0], wanted[-1]) == (False, True)
    assert file.read_bytes() == before
    database.tidy()
    assert file.read_bytes() != before
    assert database.wants_tidying is False
    assert get_meta(database.read(), "server_url") == "https://199.example"


def test_the_log_is_carried_over_while_somebody_writes(database: StationDatabase, tmp_path: Path) -> None:
    file = tmp_path / STATION_FILE
    with database.write() as records:
        set_meta(records, server_url="https://one.example")
    before = file.read_bytes()
    with database.unless_busy() as is_free, database.write() as records:
        set_meta(records, server_url="https://two.example")
        tidying = threading.Thread(target=database.tidy, name="tidying")
        tidying.start()
        tidying.join(60)
        assert not tidying.is_alive(), "it waits for the writer"
        assert file.read_bytes() != before
    assert is_free
    assert get_meta(database.read(), "server_url") == "https://two.example"


def test_many_writes_of_others_carry_the_log_over_by_themselves(database: StationDatabase, tmp_path: Path) -> None:
    file = tmp_path / STATION_FILE
    before = file.read_bytes()
    for _ in range(50):
        with database.write() as records:
            for number in range(20):
                set_meta(records, **{f"name{number}": os.urandom(8).hex()})
    assert file.read_bytes() != before


class _NoRoomForTheLog:
    """The writer's connection on a disk where the file itself cannot grow."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *params: Any) -> Any:
        if "wal_checkpoint" in sql:
            raise DatabaseError("database or disk is full")
        return self._connection.execute(sql, *params)


def test_a_log_that_cannot_be_carried_over_loses_nothing(
    database: StationDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_writer", _NoRoomForTheLog(database._writer))
    for number in range(1_000):
        with database.write() as records:
            set_meta(records, server_url=f"https://{number}.example")
    assert get_meta(database.read(), "server_url") == "https://999.example"


def test_a_reader_cannot_change_anything(database: StationDatabase) -> None:
    with pytest.raises(DomainError, match="cannot be written"):
        database.read().rows("DELETE FROM organisations")


def test_a_wrong_key_opens_nothing_and_alters_no_byte(database: StationDatabase) -> None:
    database.close()
    before = database.path.read_bytes()
    with pytest.raises(DomainError, match="cannot be read: it is damaged, or the key belongs to another"):
        StationDatabase(database.path, OTHER_KEY)
    assert database.path.read_bytes() == before


def test_a_file_of_a_newer_program_is_refused_and_alters_no_byte(database: StationDatabase) -> None:
    database.close()
    connection = open_encrypted(database.path, KEY)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = database.path.read_bytes()
    with pytest.raises(DomainError, match=r"newer Order-Track\. Please update this one; nothing was changed"):
        StationDatabase(database.path, KEY)
    assert database.path.read_bytes() == before


MIGRATION = """
revision = "{next}"
down_revision = "{present}"

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.add_column("designers", sa.Column("colour", sa.Text))
    op.execute("UPDATE designers SET colour = 'green'")
    {last}
"""


def _migrations(folder: Path, last: str) -> Path:
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "next.py").write_text(
        MIGRATION.replace("{last}", last)
        .replace("{next}", revision_of(SCHEMA_VERSION + 1))
        .replace("{present}", revision_of(SCHEMA_VERSION))
    )
    return folder


def test_an_upgrade_keeps_the_rows_and_a_copy_of_what_was(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    desk.close()
    path = tmp_path / STATION_FILE
    copy = upgrade_station_file(path, KEY, **_TO_NEXT, migrations=_migrations(tmp_path / "m", "pass"))
    upgraded, former = open_encrypted(path, KEY), open_encrypted(copy, KEY)
    assert upgraded.execute("SELECT DISTINCT colour FROM designers").fetchall() == [("green",)]
    assert upgraded.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION + 1,)
    assert former.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert former.execute("SELECT count(*) FROM designers").fetchone() == (2,)
    upgraded.close()
    former.close()


def _schema(connection: Connection) -> set[tuple[str, ...]]:
    """Tables with their columns, and indexes and triggers with their words."""
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    columns = 'SELECT name, type, "notnull", pk FROM pragma_table_info(?)'
    found = {(table, *map(str, row)) for (table,) in tables for row in connection.execute(columns, (table,))}
    indexes = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type IN ('index', 'trigger')").fetchall()
    return found | {(name, " ".join((sql or "").split())) for name, sql in indexes}


def test_a_file_of_the_first_version_becomes_what_a_new_one_is(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    lent = CheckOutCopy(
        loan_id=LoanId("loan"),
        copy_id=CopyId("copy-marlow"),
        designer_id=DesignerId(WINSLOW),
        due_on=date(2026, 12, 24),
    )
    desk.record(lent)
    desk.close()
    path = tmp_path / STATION_FILE
    connection = open_encrypted(path, KEY)
    new = _schema(connection)
    for indexed in INDEXED:
        connection.execute(f"DROP TABLE {indexed.places}")
        connection.execute(f"DROP TABLE {indexed.found}")
    drop_sidemark_index(connection)
    for table in (
        "rep_codes",
        "dataset_freshness",
        "follow_up_numbers",
        *(indexed.table for indexed in INDEXED),
    ):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("ALTER TABLE lines DROP COLUMN showroom_code")
    connection.execute("DROP INDEX ix_operations_open")
    connection.execute(_FIRST_INDEX)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    upgraded = StationDatabase(path, KEY)
    assert Outbox(upgraded).oldest_waiting_at() == NINE
    upgraded.close()
    connection = open_encrypted(path, KEY)
    assert _schema(connection) == new
    held = connection.execute("SELECT key, local_hash FROM stream_rows WHERE kind = 'lines'").fetchall()
    for key, hashed in held:
        line = connection.execute(f"SELECT {', '.join(columns_of(Line))} FROM lines WHERE id = ?", (key,)).fetchone()
        assert row_hash("lines", list(line)) == hashed
    connection.close()


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path, expect_log: Callable[[str], None]) -> None:
    expect_log(f"upgrade from {SCHEMA_VERSION} to {SCHEMA_VERSION + 1} failed")
    desk = make_desk(tmp_path)
    desk.close()
    path = tmp_path / STATION_FILE
    broken = _migrations(tmp_path / "m", "op.execute('SELECT no_such_column FROM designers')")
    with pytest.raises(DomainError, match="could not be brought to the new version"):
        upgrade_station_file(path, KEY, **_TO_NEXT, migrations=broken)
    same = StationDatabase(path, KEY)
    assert same.read().value("SELECT count(*) FROM pragma_table_info('designers') WHERE name = 'colour'") == 0
    same.close()


def test_a_file_whose_making_breaks_off_is_not_there_and_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / STATION_FILE

    def break_off(_records: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        StationDatabase.create(path, KEY, break_off)
    assert not path.exists()
    # The log of a file that is gone would be taken for the new one's.
    path.with_name(f"{STATION_FILE}-wal").write_bytes(os.urandom(40_000))
    made = StationDatabase.create(path, KEY, lambda records: set_meta(records, token="one"))
    assert made.read().rows("SELECT * FROM meta") == [("token", "one")]
    made.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == [RESERVE_FILE, STATION_FILE]


def test_an_emptied_file_is_damaged_and_not_an_older_version(tmp_path: Path) -> None:
    path = tmp_path / STATION_FILE
    path.touch()
    with pytest.raises(DomainError, match="damaged") as refused:
        StationDatabase(path, KEY)
    assert refused.value.code == "file_unreadable"


def test_a_full_disk_is_told_before_saved_and_the_earlier_ones_are_kept(database: StationDatabase) -> None:
    with database.write() as records:
        pages = records.connection.execute("PRAGMA page_count").fetchone()[0]
        records.connection.execute(f"PRAGMA max_page_count = {pages + 8}")
    assert (database.path.parent / RESERVE_FILE).stat().st_size == 1_048_576
    saved = 0

    def save_until_full() -> None:
        nonlocal saved
        while saved < 1000:
            with database.write() as records:
                set_meta(records, **{f"note {saved}": "x" * 2000})
            saved += 1

    with pytest.raises(DomainError, match="The disk is full, so this was not saved"):
        save_until_full()
    assert saved > 0
    assert database.read().value("SELECT count(*) FROM meta") == saved
    assert not (database.path.parent / RESERVE_FILE).exists()

    with database.write() as records:
        records.connection.execute("PRAGMA max_page_count = 100000")
    with database.write() as records:
        records.connection.execute("INSERT INTO meta VALUES ('after', 'x')")
    assert database.read().value("SELECT count(*) FROM meta") == saved + 1


def test_on_a_disk_so_full_that_nothing_opens_the_reserve_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(tmp_path)
    desk.close()
    really_open = open_encrypted

    def open_where_there_is_room(path: Path, key: bytes, **more: Any) -> Connection:
        if (tmp_path / RESERVE_FILE).exists():
            raise DomainError("file_not_writable", "station.db cannot be written (disk I/O error).")
        return really_open(path, key, **more)

    monkeypatch.setattr(station_db, "open_encrypted", open_where_there_is_room)
    monkeypatch.setattr(Reserve, "__init__", lambda self, folder: setattr(self, "_file", folder / RESERVE_FILE))
    assert (tmp_path / RESERVE_FILE).exists()
    opened = StationDatabase(tmp_path / STATION_FILE, KEY)
    assert opened.read().records(Designer)
    opened.close()


def test_no_file_shows_what_it_holds(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    for file in (file for file in tmp_path.rglob("*") if file.is_file()):
        content = file.read_bytes()
        for canary in (b"Paloma Winslow", b"SQLite format 3", b"Velours Royal", KEY, KEY.hex().encode()):
            assert canary not in content, f"{canary!r} in {file.name}"
    desk.close()


def test_a_broken_off_transaction_leaves_the_connection_usable(tmp_path: Path) -> None:
    connection = open_encrypted(tmp_path / "x.db", os.urandom(32))
    connection.execute("CREATE TABLE t (a)")

    def break_off() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO t VALUES (1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    with transaction(connection):
        connection.execute("INSERT INTO t VALUES (2)")
    assert connection.execute("SELECT a FROM t").fetchall() == [(2,)]
    connection.close()
