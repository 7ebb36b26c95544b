"""The files of a line as the server keeps them: in step with its rows, whole or not there, whoever builds them."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from sqlalchemy import text
from sqlcipher3 import dbapi2

from shared_models.catalogue.line_file_form import finish_file
from shared_models.catalogue.records import PRODUCTS, DatasetShape
from shared_models.kernel.records import row_hash
from shared_models.sync.line_manifest import LineManifest, Patch
from shared_models.sync.line_parts import unpack
from shared_models.sync.streams import line_dataset
from sync_server.features.sync import line_keeper, line_snapshot
from sync_server.features.sync.history import begin_history, history_id
from sync_server.features.sync.line_folder import KEPT_SECONDS, LineFolder
from sync_server.features.sync.line_keeper import LineKeeper, rebuild_is_due
from sync_server.features.sync.line_rows import LineStream, line_stream
from sync_server.features.sync.line_work import WorkFile
from sync_server.foundation.database import Database, open_database
from tests.sync_server.feeds.house import House, products

Rows = dict[int, dict[str, Any]]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


@pytest.fixture
def keeper(database: Database, tmp_path: Path) -> LineKeeper:
    return LineKeeper(database, tmp_path / "lines")


def line_of(house: House, dataset: str = "products") -> LineStream:
    line = line_stream(line_dataset(house.id, dataset))
    assert line is not None
    return line


def manifest_of(keeper: LineKeeper, house: House) -> LineManifest:
    with keeper._database.reading() as connection:
        found = keeper.manifest(line_of(house), history_id(connection))
    assert found is not None
    return found


def snapshot_rows(folder: LineFolder, manifest: LineManifest, scratch: Path) -> Rows:
    """What the finished file holds; it is looked through as well."""
    assert manifest.snapshot is not None
    path = folder.file(manifest.snapshot.digest)
    assert path is not None
    scratch.write_bytes(zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes()))
    assert scratch.stat().st_size == manifest.snapshot.plain_bytes
    connection = dbapi2.connect(str(scratch))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    columns = ("row_key", *PRODUCTS.columns)
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM products")
    found = {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in rows}
    state = connection.execute("SELECT position, rows, history FROM file_state").fetchone()
    assert state == (manifest.snapshot.position, len(found), manifest.history_id)
    connection.close()
    return found


def base_rows(folder: LineFolder, manifest: LineManifest) -> Rows:
    assert manifest.base is not None
    rows: Rows = {}
    for part in manifest.base.parts:
        lay(rows, folder, part.digest)
    return rows


def lay(rows: Rows, folder: LineFolder, digest: str) -> None:
    """Lay a part or patch over rows."""
    path = folder.file(digest)
    assert path is not None
    for block in unpack(path.read_bytes()):
        for number, key in enumerate(block.keys):
            if block.what == "gone":
                rows.pop(key)
            else:
                values = {name: column[number] for name, column in zip(block.columns, block.values, strict=True)}
                rows[key] = values if block.what == "put" else {**rows[key], **values}


def require_in_step(keeper: LineKeeper, house: House, scratch: Path) -> LineManifest:
    """File, parts and patches lead to what the house has live, and the sums are those of the stream."""
    folder, manifest, head = keeper.folder(line_of(house)), manifest_of(keeper, house), house.head()
    assert manifest.upto == head.head
    assert manifest.snapshot is not None
    for rows in (snapshot_rows(folder, manifest, scratch), base_rows(folder, manifest)):
        for patch in manifest.patches:
            if patch.upto > manifest.snapshot.position:
                lay(rows, folder, patch.digest)
        total = sum(row_hash("products", [key, *row.values()]) for key, row in rows.items())
        assert (len(rows), total % 2**64) == (head.rows, head.checksum)
    positions = [manifest.patches[0].after] if manifest.patches else []
    for patch in manifest.patches:
        assert patch.after == positions[-1]
        positions.append(patch.upto)
    return manifest


def test_files_are_made_and_follow_every_feed(house: House, keeper: LineKeeper, tmp_path: Path) -> None:
    house.post(products(50))
    assert [one.stream for one in keeper.lines_behind()] == [line_of(house).stream]
    keeper.tend(line_of(house))
    first = require_in_step(keeper, house, tmp_path / "plain.db")
    assert first.patches == ()
    assert keeper.lines_behind() == []

    house.post(products(50, i0007="0007,Ashdown,Rust,48.50,Y,USD,ACTIVE", i0009=""))
    house.post(products(60, i0007="0007,Ashdown,Rust,48.50,Y,USD,ACTIVE"))
    assert keeper.advance(line_of(house)) == "current"
    then = require_in_step(keeper, house, tmp_path / "plain.db")
    assert then.snapshot == first.snapshot
    assert sum(patch.changed for patch in then.patches) == 11, "one that went and came back is as it was"


def test_who_waits_for_a_patch_is_told_before_the_builder_has_tidied_up(house: House, keeper: LineKeeper) -> None:
    house.post(products(50))
    line = line_of(house)
    keeper.tend(line)
    house.post(products(50, i0007="0007,Ashdown,Rust,48.50,Y,USD,ACTIVE"))
    head = house.head().head
    seen: list[tuple[int, int]] = []

    def published() -> None:
        with closing(WorkFile(keeper.folder(line).work, line.shape)) as work:
            seen.append((manifest_of(keeper, house).upto, work.state().position))

    assert keeper.advance(line, published=published) == "current"
    assert seen == [(head, head - 1)]
    assert keeper.advance(line, published=published) == "current"
    assert len(seen) == 1, "nobody is told of nothing"


def test_a_price_that_is_not_shown_is_in_no_file(house: House, keeper: LineKeeper, tmp_path: Path) -> None:
    house.post(products(3, i0002="0002,Ashdown,Flax,1234.50,N,USD,ACTIVE"))
    keeper.tend(line_of(house))
    house.post(products(3, i0002="0002,Ashdown,Flax,4321.50,N,USD,ACTIVE", i0003="0003,Marlow,Flax,99.25,N,EUR,NEW"))
    keeper.tend(line_of(house))
    require_in_step(keeper, house, tmp_path / "plain.db")
    for path in keeper.folder(line_of(house)).path.iterdir():
        stored = path.read_bytes()
        if path.suffix == ".zst":
            stored = zstandard.ZstdDecompressor().decompressobj().decompress(stored)
        for hidden in (12_345_000, 43_215_000, 992_500):
            assert str(hidden).encode() not in stored
            assert hidden.to_bytes(4, "big") not in stored
            assert hidden.to_bytes(3, "big") not in stored if hidden < 2**24 else True


def test_a_file_is_made_anew_when_its_patches_exceed_a_tenth_of_it(
    house: House, keeper: LineKeeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_keeper, "SMALLEST_REBUILD_BYTES", 0)
    house.post(products(3000))
    keeper.tend(line_of(house))
    first = manifest_of(keeper, house)
    assert first.snapshot is not None
    chance = random.Random(7)
    changed: dict[str, str] = {}
    for turn in range(40):
        for number in range(30 * turn + 1, 30 * turn + 31):
            changed[f"i{number:04d}"] = f"{number:04d},Ashdown,Hue {chance.random()},48.50,Y,USD,ACTIVE"
        house.post(products(3000, **changed))
        keeper.advance(line_of(house))
        keeper.join_patches(line_of(house))
        before = manifest_of(keeper, house)
        if rebuild_is_due(before):
            break
    else:
        pytest.fail("no number of patches was enough")
    assert 0.1 < sum(patch.bytes for patch in before.patches) / first.snapshot.bytes < 0.15
    keeper.tend(line_of(house))
    after = require_in_step(keeper, house, tmp_path / "plain.db")
    assert after.snapshot is not None
    assert after.snapshot.position == house.head().head
    assert after.patches, "who was here before the new file need not fetch it"
    folder = keeper.folder(line_of(house))
    assert folder.file(first.snapshot.digest) is not None, "somebody may be fetching the old file"
    long_ago = time.time() - KEPT_SECONDS - 1
    old = folder.file(first.snapshot.digest)
    assert old is not None
    os.utime(old, (long_ago, long_ago))
    assert folder.sweep() == 1
    assert folder.file(first.snapshot.digest) is None
    require_in_step(keeper, house, tmp_path / "plain.db")


def test_many_small_patches_are_joined(house: House, keeper: LineKeeper, tmp_path: Path) -> None:
    house.post(products(40))
    keeper.tend(line_of(house))
    for turn in range(12):
        house.post(products(40, i0007=f"0007,Ashdown,Hue {turn},48.50,Y,USD,ACTIVE"))
        keeper.advance(line_of(house))
        keeper.join_patches(line_of(house))
    manifest = require_in_step(keeper, house, tmp_path / "plain.db")
    assert len(manifest.patches) <= 4


def test_a_new_history_makes_everything_anew(house: House, keeper: LineKeeper, tmp_path: Path) -> None:
    house.post(products(5))
    keeper.tend(line_of(house))
    former = manifest_of(keeper, house)
    house.database.write_unit(lambda connection: begin_history(connection, datetime.now(UTC)))
    assert keeper.advance(line_of(house)) == "needs_filling"
    keeper.tend(line_of(house))
    now = require_in_step(keeper, house, tmp_path / "plain.db")
    assert now.history_id != former.history_id


@pytest.mark.parametrize("damage", ["bytes", "missing", "behind", "wrong row"])
def test_a_damaged_work_file_is_made_anew(
    house: House, keeper: LineKeeper, tmp_path: Path, damage: str, expect_log: Any
) -> None:
    if damage in ("bytes", "missing"):
        expect_log("WARNING sync_server.*: the work file of .* cannot be read")
    if damage == "wrong row":
        expect_log("ERROR sync_server.*: the files of .* differ from its rows")
    house.post(products(40))
    keeper.tend(line_of(house))
    work = keeper.folder(line_of(house)).work
    if damage == "missing":
        work.unlink()
    elif damage == "bytes":
        work.write_bytes(os.urandom(work.stat().st_size))
    else:
        connection = dbapi2.connect(str(work), isolation_level=None)
        sql = {
            "behind": "UPDATE file_state SET position = 3",
            "wrong row": "UPDATE products SET brand = 'x' WHERE row_key = 7",
        }
        connection.execute(sql[damage])
        connection.close()
    house.post(products(41, i0007="0007,Ashdown,Rust,48.50,Y,USD,ACTIVE"))
    keeper.tend(line_of(house))
    require_in_step(keeper, house, tmp_path / "plain.db")


def test_tombstones_that_were_swept_before_anybody_looked_are_not_missed(
    house: House, keeper: LineKeeper, tmp_path: Path
) -> None:
    house.post(products(6))
    keeper.tend(line_of(house))
    house.post(products(6, i0002=""))
    with house.database.writing() as connection:
        connection.execute(text("DELETE FROM products WHERE gone_at IS NOT NULL"))
        head = house.head().head
        connection.execute(
            text("INSERT INTO stream_floors (stream, floor) VALUES (:stream, :floor)"),
            {"stream": line_of(house).stream, "floor": head},
        )
    keeper.tend(line_of(house))
    require_in_step(keeper, house, tmp_path / "plain.db")


def test_two_processes_build_one_folder(house: House, keeper: LineKeeper, database_url: str, tmp_path: Path) -> None:
    house.post(products(400))
    script = (
        "import sys; from pathlib import Path\n"
        "from sync_server.foundation.database import open_database\n"
        "from sync_server.features.sync.line_keeper import LineKeeper\n"
        "database = open_database(sys.argv[1]); keeper = LineKeeper(database, Path(sys.argv[2]))\n"
        "print('ready', flush=True)\n"
        "for _ in sys.stdin:\n"
        "    for line in keeper.lines_behind(): keeper.tend(line)\n"
        "    print('done', flush=True)\n"
        "database.close()\n"
    )
    others = [
        subprocess.Popen(
            [sys.executable, "-c", script, database_url, str(tmp_path / "lines")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        for other in others:
            assert other.stdout is not None
            assert other.stdout.readline() == "ready\n"
        for turn in range(6):
            house.post(products(400, i0007=f"0007,Ashdown,Hue {turn},48.50,Y,USD,ACTIVE"))
            for other in others:
                assert other.stdin is not None
                other.stdin.write("go\n")
                other.stdin.flush()
            keeper.tend(line_of(house))
            for other in others:
                assert other.stdout is not None
                assert other.stdout.readline() == "done\n"
            keeper.tend(line_of(house))
            require_in_step(keeper, house, tmp_path / "plain.db")
    finally:
        for other in others:
            other.communicate(timeout=20)


@pytest.mark.parametrize("step", range(1, 14))
def test_a_builder_that_is_killed_leaves_nothing_half(
    house: House, keeper: LineKeeper, database_url: str, tmp_path: Path, step: int
) -> None:
    """Killed at the n-th system call that makes, writes, moves or removes a file."""
    house.post(products(60))
    if step % 2:
        keeper.tend(line_of(house))
        house.post(products(61, i0007="0007,Ashdown,Rust,48.50,Y,USD,ACTIVE"))
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "left = int(sys.argv[3])\n"
        "def watch(event, _arguments):\n"
        "    global left\n"
        "    if event in ('os.rename', 'os.remove', 'tempfile.mkstemp', 'sqlite3.connect') or (\n"
        "        event == 'open' and isinstance(_arguments[1], str) and _arguments[1] in ('wb', 'w')\n"
        "    ):\n"
        "        left -= 1\n"
        "        if left == 0: os.kill(os.getpid(), 9)\n"
        "from sync_server.foundation.database import open_database\n"
        "from sync_server.features.sync.line_keeper import LineKeeper\n"
        "database = open_database(sys.argv[1]); keeper = LineKeeper(database, Path(sys.argv[2]))\n"
        "lines = keeper.lines_behind()\n"
        "sys.addaudithook(watch)\n"
        "for line in lines: keeper.tend(line)\n"
        "print('lived')\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, database_url, str(tmp_path / "lines"), str(step)],
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert killed.returncode in (-9, 0)
    manifest = keeper.folder(line_of(house)).manifest()
    if manifest is not None:
        for patch in manifest.patches:
            assert keeper.folder(line_of(house)).file(patch.digest) is not None
    house.post(products(62, i0009="0009,Ashdown,Rust,48.50,Y,USD,ACTIVE"))
    keeper.tend(line_of(house))
    require_in_step(keeper, house, tmp_path / "plain.db")


def test_a_file_that_does_not_hang_together_is_never_named(
    house: House, keeper: LineKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stations take what the digest proves without looking through it."""

    def finish_wrongly(connection: Any, shape: DatasetShape, *, collected_bytes: int) -> None:
        finish_file(connection, shape, collected_bytes=collected_bytes)
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE name = 'ix_products_upc'")
        connection.execute("PRAGMA writable_schema = RESET")

    house.post(products(50))
    with monkeypatch.context() as patched:
        patched.setattr(line_snapshot, "finish_file", finish_wrongly)
        with pytest.raises(ValueError, match="is not sound: "):
            keeper.tend(line_of(house))
    assert keeper.folder(line_of(house)).manifest() is None
    keeper.tend(line_of(house))
    assert manifest_of(keeper, house).snapshot is not None


def test_a_full_disk_leaves_what_there_was(
    house: House, keeper: LineKeeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.post(products(6))
    keeper.tend(line_of(house))
    before = manifest_of(keeper, house)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    house.post(products(7))
    with monkeypatch.context() as patched:
        patched.setattr("sync_server.features.sync.line_folder.os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            keeper.advance(line_of(house))
    assert manifest_of(keeper, house) == before
    assert not list(keeper.folder(line_of(house)).path.glob("*.part"))
    keeper.tend(line_of(house))
    require_in_step(keeper, house, tmp_path / "plain.db")


def test_a_large_change_is_cut_into_patches_of_bounded_size(
    house: House, keeper: LineKeeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_keeper, "ROWS_A_PART", 20)
    house.post(products(70))
    keeper.tend(line_of(house))
    house.post(products(70).replace("Flax", "Rust"))
    keeper.advance(line_of(house))
    manifest = require_in_step(keeper, house, tmp_path / "plain.db")
    assert [patch.changed for patch in manifest.patches] == [20, 20, 20, 10]


def test_a_manifest_that_cannot_be_read_counts_as_none(house: House, keeper: LineKeeper, tmp_path: Path) -> None:
    house.post(products(6))
    keeper.tend(line_of(house))
    (keeper.folder(line_of(house)).path / "manifest.json").write_bytes(b"")
    keeper.tend(line_of(house))
    require_in_step(keeper, house, tmp_path / "plain.db")


def test_a_patch_is_small(house: House, keeper: LineKeeper) -> None:
    house.post(products(2000))
    keeper.tend(line_of(house))
    house.post(products(2000).replace("48.50", "49.50"))
    keeper.advance(line_of(house))
    patch: Patch = manifest_of(keeper, house).patches[-1]
    assert patch.changed == 2000
    assert patch.bytes / patch.changed < 10
    assert msgspec.json.encode(patch)
