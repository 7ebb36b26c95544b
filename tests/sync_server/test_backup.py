"""A backup holds everything as it was at one moment, and comes back whole, into either database, or not at all."""

import io
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import DesignerId, new_id
from shared_models.sync.streams import library
from sync_server.features.backup.restoring import Restored, restore
from sync_server.features.backup.saving import Checked, check, save
from sync_server.features.backup.sealing import Secret
from sync_server.features.mail.tables import MAIL_OUTBOX
from sync_server.features.sync.history import history_id
from sync_server.features.sync.stream_log import read_heads
from sync_server.features.sync.tables import RECORD_TABLES, STREAM_HEADS
from sync_server.foundation.database import Database, open_database
from tests.builders.server import PASSWORD, RunningServer, SmallWorld, StationMaker, small_world
from tests.sync_server.feeds.house import House, products
from tests.sync_server.test_command_line import CommandLine

NewDatabase = Callable[[str], AbstractContextManager[str]]
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SECRET = Secret(by="passphrase", text=b"correct horse battery staple")


def saved(database: Database, folder: Path, secret: Secret | None = None) -> io.BytesIO:
    """An archive of the database as it is now."""
    archive = io.BytesIO()
    save(database, archive, program="0", now=NOON, secret=secret, link_key=folder / "link-signing.key")
    archive.seek(0)
    return archive


def brought_back(
    url: str, archive: io.BytesIO, folder: Path, *, replace: bool = False, secret: Secret | None = None
) -> Restored:
    archive.seek(0)
    return restore(url, archive, secret=secret, now=NOON, link_key=folder / "restored.key", replace=replace)


def streams_of(database: Database) -> dict[str, tuple[int, int, str]]:
    """Position, number of rows and checksum of every stream."""
    with database.reading() as connection:
        return {row.stream: (row.head, row.rows, row.checksum) for row in connection.execute(select(STREAM_HEADS))}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, new_database: NewDatabase) -> Iterator[str]:
    with new_database(request.param) as url:
        yield url


def test_what_was_saved_on_one_database_comes_back_on_the_other_row_by_row(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    (tmp_path / "link-signing.key").write_bytes(b"the key of the links")
    source = open_database(database_url)
    small_world(source)
    House(source, tmp_path).post(products(500))
    archive = saved(source, tmp_path)
    before, streams = check(archive, None), streams_of(source)
    source.close()

    done = brought_back(empty_url, archive, tmp_path)
    assert done.checked.end == before.end
    assert (tmp_path / "restored.key").read_bytes() == b"the key of the links"
    restored = open_database(empty_url)
    try:
        assert streams_of(restored) == streams
        assert any(rows == 500 for _, rows, _ in streams.values())
        with restored.reading() as connection:
            assert history_id(connection) == done.history_id != before.head.history_id
        again = check(saved(restored, tmp_path), None)
        same = {name: one for name, one in again.end.tables.items() if name != "server_history"}
        assert same == {name: one for name, one in before.end.tables.items() if name != "server_history"}
        assert again.differences == ()
    finally:
        restored.close()


def test_a_backup_is_one_moment_though_stations_go_on_pushing(
    server: RunningServer, world: SmallWorld, station: StationMaker, tmp_path: Path
) -> None:
    writers = [station(world.clerk, world.showroom) for _ in range(2)]
    done, faults = threading.Event(), []

    def write(one: object) -> None:
        try:
            while not done.is_set():
                card = DesignerCard(name="Iris Kline")
                one.push(AddDesigner(designer_id=DesignerId(new_id()), card=card))  # type: ignore[attr-defined]
        except BaseException as fault:  # noqa: BLE001 - told to the test below
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(one,)) for one in writers]
    for thread in threads:
        thread.start()
    taken = [check(saved(server.database, tmp_path), None) for _ in range(8)]
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert [one.differences for one in taken] == [()] * 8
    counts = [one.end.tables["receipts"].rows for one in taken]
    assert counts == sorted(counts)
    assert all(one.end.tables["designers"].rows == one.end.tables["receipts"].rows + 3 for one in taken)


def test_a_stream_that_does_not_add_up_is_told(database_url: str, tmp_path: Path) -> None:
    database = open_database(database_url)
    world = small_world(database)
    table = RECORD_TABLES[Designer]
    database.write_unit(
        lambda connection: connection.execute(text("DELETE FROM stream_entries WHERE kind='designers'"))
    )
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 3
    differences = check(saved(database, tmp_path), None).differences
    database.close()
    assert any(library(world.showroom.id) in sentence for sentence in differences)


@pytest.fixture
def small_archive(new_database: NewDatabase, tmp_path: Path) -> io.BytesIO:
    with new_database("sqlite") as url:
        database = open_database(url)
        small_world(database)
        archive = saved(database, tmp_path)
        database.close()
    return archive


def test_a_byte_that_turned_or_an_end_that_is_missing_is_found_before_anything_is_touched(
    empty_url: str, small_archive: io.BytesIO, tmp_path: Path
) -> None:
    whole = small_archive.getvalue()
    start = whole.index(b"\n", whole.index(b"\n") + 1) + 1
    # All bits of a byte turn: zstd has one in each frame's head that means nothing.
    places = [start + (len(whole) - start) * part // 20 for part in range(20)]
    broken = [whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :] for place in places]
    for content in [*broken, *(whole[:place] for place in places), whole[:-1]]:
        with pytest.raises(DomainError) as refused:
            brought_back(empty_url, io.BytesIO(content), tmp_path)
        assert refused.value.code == "archive_damaged"
        assert "Nothing was changed" in refused.value.sentence
    # It is still empty, so a good one goes in.
    assert brought_back(empty_url, small_archive, tmp_path).checked.rows > 20


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_backup"),
        (b"PK\x03\x04 something else", "not_a_backup"),
        (b"ORDER-TRACK BACKUP 2\nnull\n", "newer_backup"),
        (b"ORDER-TRACK BACKUP 1\n{}\n", "archive_damaged"),
    ],
)
def test_another_file_is_refused_with_a_sentence(content: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        check(io.BytesIO(content), None)
    assert refused.value.code == code


def test_a_sealed_archive_opens_with_its_own_secret_only(database_url: str, tmp_path: Path) -> None:
    database = open_database(database_url)
    small_world(database)
    archive = saved(database, tmp_path, SECRET)
    database.close()
    assert b"Paloma" not in archive.getvalue()
    assert check(archive, SECRET).rows > 20
    for secret, code in (
        (None, "archive_sealed"),
        (Secret(by="key", text=bytes(32)), "archive_sealed"),
        (Secret(by="passphrase", text=b"another horse battery"), "archive_damaged"),
    ):
        archive.seek(0)
        with pytest.raises(DomainError) as refused:
            check(archive, secret)
        assert refused.value.code == code
    with pytest.raises(DomainError, match="damaged"):
        check(io.BytesIO(archive.getvalue()[:-40]), SECRET)


def test_a_database_with_something_in_it_is_kept_unless_one_says_replace_and_then_it_is_set_aside(
    database_url: str, small_archive: io.BytesIO, tmp_path: Path
) -> None:
    database = open_database(database_url)
    House(database, tmp_path, "OLD")
    database.close()
    with pytest.raises(DomainError) as refused:
        brought_back(database_url, small_archive, tmp_path)
    assert refused.value.code == "not_empty"
    done = brought_back(database_url, small_archive, tmp_path, replace=True)
    restored = open_database(database_url)
    try:
        with restored.reading() as connection:
            codes = set(connection.execute(text("SELECT code FROM organisations")).scalars())
            assert "OLD" not in codes
            former = _codes_set_aside(connection, done.set_aside)
        assert former == {"OLD"}
    finally:
        restored.close()


def _codes_set_aside(connection: Connection, aside: str) -> set[str]:
    if aside.startswith("schema "):
        schema = aside.removeprefix("schema ")
        return set(connection.execute(text(f'SELECT code FROM "{schema}".organisations')).scalars())
    old = open_database(f"sqlite:///{aside}")
    try:
        with old.reading() as there:
            return set(there.execute(text("SELECT code FROM organisations")).scalars())
    finally:
        old.close()


def test_nothing_is_restored_under_a_running_server(
    server: RunningServer, small_archive: io.BytesIO, tmp_path: Path
) -> None:
    with server.database.reading() as connection:
        before = history_id(connection)
    with pytest.raises(DomainError) as refused:
        brought_back(server.settings.database_url, small_archive, tmp_path, replace=True)
    assert refused.value.code == "server_running"
    with server.database.reading() as connection:
        assert history_id(connection) == before
        assert read_heads(connection, ["x"])


def test_mail_that_waited_is_held_after_a_restore_until_somebody_lets_it_go(
    database_url: str, empty_url: str, tmp_path: Path
) -> None:
    source = open_database(database_url)
    source.write_unit(_put_mail)
    archive = saved(source, tmp_path)
    source.close()
    assert brought_back(empty_url, archive, tmp_path).held_mails == 1
    operator = CommandLine(tmp_path, ORDER_TRACK_DATABASE_URL=empty_url)
    (mail,) = json.loads(operator.done("mail", "list", "--state", "held", "--json"))
    assert "may have left before" in mail["last_error"]
    assert "1 mail is held" in operator.done("mail", "status")
    assert operator.done("mail", "release") == "1 queued\n"
    assert [one["message_id"] for one in json.loads(operator.done("mail", "list", "--state", "queued", "--json"))] == [
        "<one@example.com>"
    ]


def _put_mail(connection: Connection) -> None:
    texts = ("kind", "organisation_id", "about_id", "recipient", "recipient_name", "reply_to", "reply_to_name")
    connection.execute(
        MAIL_OUTBOX.insert().values(
            id="one", dedupe_key="one", message_id="<one@example.com>", subject="x", body="x", written_at=NOON,
            queued_at=NOON, state="queued", attempts=0, next_attempt_at=NOON, lease="", last_error="",
            **dict.fromkeys(texts, "x"),
        )
    )  # fmt: skip


def test_an_operator_saves_while_serving_checks_and_brings_it_back(database_url: str, tmp_path: Path) -> None:
    operator = CommandLine(tmp_path, ORDER_TRACK_DATABASE_URL=database_url)
    operator.done("organisation", "add", "HPS", "Halloran Pryce", "--kind", "showroom")
    key, file = tmp_path / "backup.key", tmp_path / "monday.backup"
    operator.done("backup", "--new-key", str(key))
    with operator.serving() as (process, _url):
        said = operator.done("backup", str(file), "--key-file", str(key))
        assert "saved to" in said
        assert "and checked" in said
        refused = operator.run("restore", str(file), "--replace", "--key-file", str(key))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "Stop the server first; nothing was changed." in refused.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    if os.name == "posix":
        assert file.stat().st_mode & 0o077 == 0
        assert key.stat().st_mode & 0o077 == 0
    assert operator.done("backup", "--verify", str(file), "--key-file", str(key)).startswith("whole and checked")
    assert "give --key-file" in operator.run("backup", "--verify", str(file)).stderr
    operator.done("organisation", "add", "KRA", "Kravitz & Rowe", "--kind", "distributor")
    before = json.loads(operator.done("status", "--json"))["history_id"]
    told = operator.run("restore", str(file), "--replace", "--key-file", str(key))
    assert told.returncode == 0, told.stderr
    assert "the former database was kept" in told.stdout
    assert "stations that were revoked since" in told.stderr
    assert json.loads(operator.done("status", "--json"))["history_id"] != before
    assert [one["code"] for one in json.loads(operator.done("organisation", "list", "--json"))] == ["HPS"]
    other = tmp_path / "letter.txt"
    other.write_text("Dear Marisol")
    assert "was not touched" in operator.run("backup", str(other)).stderr
    assert other.read_text() == "Dear Marisol"
    assert PASSWORD not in told.stdout


def test_saving_to_standard_output_gives_the_same_archive(database_url: str, tmp_path: Path) -> None:
    import subprocess
    import sys

    operator = CommandLine(tmp_path, ORDER_TRACK_DATABASE_URL=database_url)
    operator.done("organisation", "add", "HPS", "Halloran Pryce", "--kind", "showroom")
    done = subprocess.run(
        [sys.executable, "-m", "sync_server", "backup", "-"], env=operator.environment, capture_output=True, check=True
    )
    checked: Checked = check(io.BytesIO(done.stdout), None)
    assert checked.end.tables["organisations"].rows == 1
