"""A line file is taken only whole, as it was sent, and of exactly the expected form; nothing plain reaches the disk."""

import errno
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.cache import line_making
from desktop.cache.encrypted_file import DatabaseError, as_domain_error
from desktop.cache.line_file import LineFile, open_line
from desktop.cache.line_making import LineMaking
from desktop.cache.page_cipher import PageCipher
from desktop.cache.part_file import PartFile
from shared_models.catalogue.line_file_form import PAGE_BYTES
from shared_models.catalogue.records import INVENTORY, PRODUCTS, InventoryRow, Product
from shared_models.kernel.errors import DomainError
from shared_models.sync.line_manifest import Snapshot
from tests.builders.lines import packed, plain_file

KEY = bytes(range(32))
ROWS = {
    key: Product(item_no=f"0{key}-01", pattern_name="Chevron" if key % 2 else "Marlow", color_name="Zinnober")
    for key in range(1, 900)
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return plain_file(tmp_path_factory.mktemp("plain") / "line.db", "products", ROWS, 7)


def part_of(folder: Path, body: bytes) -> PartFile:
    part = PartFile(folder / "line.part", KEY)
    part.append(body)
    part.close()
    return part


def made(folder: Path, body: bytes, snapshot: Snapshot) -> Path:
    target = folder / "line.db"
    with LineMaking(part_of(folder, body), snapshot, target, KEY, PRODUCTS) as making:
        making.finish()
    return target


def test_what_was_made_opens_under_its_key_and_holds_what_was_sent(tmp_path: Path, plain: bytes) -> None:
    file = LineFile(made(tmp_path, *packed(plain)), KEY, PRODUCTS)
    assert file.state()[:2] == (7, len(ROWS))
    assert file.is_sound()
    file.close()
    connection = open_line(tmp_path / "line.db", KEY, read_only=True)
    found = connection.execute("SELECT count(*) FROM search WHERE search MATCH 'chev*'").fetchone()
    assert found == (sum(row.pattern_name == "Chevron" for row in ROWS.values()),)
    assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []
    connection.close()


def test_it_can_be_changed_and_read_by_others_meanwhile(tmp_path: Path, plain: bytes) -> None:
    target = made(tmp_path, *packed(plain))
    writer, reader = open_line(target, KEY), open_line(target, KEY, read_only=True)
    assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE products SET status = 'DISCONTINUED'")
    assert reader.execute("SELECT count(*) FROM products WHERE status = 'DISCONTINUED'").fetchone() == (0,)
    writer.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM products WHERE status = 'DISCONTINUED'").fetchone() == (len(ROWS),)
    reader.close()
    writer.close()


def test_nothing_that_can_be_read_lies_on_the_disk(tmp_path: Path, plain: bytes) -> None:
    target = made(tmp_path, *packed(plain))
    for path in (target, tmp_path / "line.part"):
        stored = path.read_bytes()
        for secret in (b"Zinnober", b"Chevron", b"SQLite format 3", b"item_no", b"\x28\xb5\x2f\xfd"):
            assert secret not in stored, path


def test_two_files_of_one_key_have_nothing_in_common(tmp_path: Path, plain: bytes) -> None:
    stored = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        data = made(tmp_path / name, *packed(plain)).read_bytes()
        stored.append({data[at : at + 16] for at in range(0, len(data), 16)})
    assert not stored[0] & stored[1]
    assert len(stored[0]) == len(plain) // 16, "no block within a file repeats"


@settings(max_examples=60, deadline=None)
@given(places=st.lists(st.floats(0, 1), max_size=12))
def test_pages_may_come_in_any_pieces(
    tmp_path_factory: pytest.TempPathFactory, plain: bytes, places: list[float]
) -> None:
    target = tmp_path_factory.mktemp("pieces") / "line.db"
    cuts = [0, *sorted(int(place * len(plain)) for place in places), len(plain)]
    with target.open("wb") as file:
        cipher = PageCipher(file, KEY)
        for start, end in pairwise(cuts):
            cipher.write(plain[start:end])
        assert cipher.finish() == len(plain) // PAGE_BYTES
    connection = open_line(target, KEY, read_only=True)
    faults = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    connection.close()
    assert faults == []


@pytest.mark.parametrize("ending", [1, PAGE_BYTES - 1])
def test_half_a_page_is_no_file(tmp_path: Path, plain: bytes, ending: int) -> None:
    with pytest.raises(DomainError, match="no line file"):
        made(tmp_path, *packed(plain[:-ending]))
    assert not (tmp_path / "line.db").exists()


@settings(max_examples=40, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), how=st.sampled_from(["cut", "flipped", "longer"]))
def test_a_file_that_was_cut_or_changed_anywhere_is_not_taken(
    tmp_path_factory: pytest.TempPathFactory, plain: bytes, place: float, how: str
) -> None:
    body, snapshot = packed(plain)
    at = int(place * len(body))
    flipped = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    folder = tmp_path_factory.mktemp("cut")
    with pytest.raises(DomainError) as refusal:
        made(folder, {"cut": body[:at], "flipped": flipped, "longer": body + b"x"}[how], snapshot)
    assert refusal.value.code == "digest_differs"
    assert list(folder.iterdir()) == [], "what came is thrown away, and nothing was made of it"


@pytest.mark.parametrize(
    "also",
    [
        "CREATE TABLE more (x)",
        "CREATE VIEW all_of_it AS SELECT * FROM products",
        "CREATE TRIGGER trap AFTER INSERT ON products BEGIN DELETE FROM products; END",
        "CREATE INDEX ix_more ON products (status)",
        "DROP INDEX ix_products_upc",
        "ALTER TABLE products ADD COLUMN more",
        "DROP TABLE search",
        "PRAGMA user_version = 1",
    ],
)
def test_a_file_of_any_other_form_is_not_taken(tmp_path: Path, also: str) -> None:
    plain = plain_file(tmp_path / "plain.db", "products", {1: Product(item_no="1")}, also=[also])
    (tmp_path / "plain.db").unlink()
    with pytest.raises(DomainError) as refusal:
        made(tmp_path, *packed(plain))
    assert refusal.value.code == "file_unfit"
    assert not (tmp_path / "line.db").exists()


def test_the_file_of_another_dataset_is_not_taken(tmp_path: Path) -> None:
    plain = plain_file(tmp_path / "plain.db", "inventory", {1: InventoryRow(item_no="1")})
    with pytest.raises(DomainError) as refusal:
        made(tmp_path, *packed(plain))
    assert refusal.value.code == "file_unfit"
    come = PartFile(tmp_path / "line.part", KEY)
    with LineMaking(come, packed(plain)[1], tmp_path / "stock.db", KEY, INVENTORY) as making:
        making.finish()


def test_a_file_that_does_not_hang_together_is_found_out_by_who_reads_it(tmp_path: Path, plain: bytes) -> None:
    """The server looked through what it names; what the digest proves is not looked through here once more."""
    damaged = bytearray(plain)
    for page in range(12, len(plain) // PAGE_BYTES):
        damaged[page * PAGE_BYTES + 3 : page * PAGE_BYTES + 5] = b"\x7f\xff"
    file = LineFile(made(tmp_path, *packed(bytes(damaged))), KEY, PRODUCTS)
    with pytest.raises(DatabaseError) as fault:
        file.is_sound()
    file.close()
    refusal = as_domain_error(fault.value)
    assert isinstance(refusal, DomainError)
    assert refusal.code == "file_unreadable"


def test_what_is_no_database_or_not_packed_is_not_taken(tmp_path: Path, plain: bytes) -> None:
    body, snapshot = packed(b"\0" * 3 * PAGE_BYTES)
    with pytest.raises(DomainError, match="no line file"):
        made(tmp_path, body, snapshot)
    (tmp_path / "line.part").unlink()
    without_room = bytearray(plain)
    without_room[20] = 0
    with pytest.raises(DomainError, match="no line file"):
        made(tmp_path, *packed(bytes(without_room)))


def test_a_file_that_unfolds_to_more_than_was_said_is_not_taken(tmp_path: Path, plain: bytes) -> None:
    body, snapshot = packed(plain)
    small = Snapshot(
        digest=snapshot.digest, bytes=snapshot.bytes, form=snapshot.form, position=1, rows=1, plain_bytes=PAGE_BYTES
    )
    with pytest.raises(DomainError, match="unfolds to more"):
        made(tmp_path, body, small)


# --- what has come ---------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(st.binary(max_size=70), max_size=12),
    closes=st.sets(st.integers(0, 12)),
)
def test_what_has_come_is_there_after_any_number_of_starts(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], closes: set[int]
) -> None:
    path = tmp_path_factory.mktemp("part") / "line.part"
    part = PartFile(path, KEY)
    for number, piece in enumerate(pieces):
        part.append(piece)
        if number in closes:
            part.close()
            part = PartFile(path, KEY)
    assert part.size == len(b"".join(pieces))
    if pieces:
        assert b"".join(part.pieces()) == b"".join(pieces)
    part.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/dev/full is Linux's own")
def test_a_full_disk_is_told_as_such_and_leaves_no_file(
    tmp_path: Path, plain: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = PartFile(Path("/dev/full"), KEY)
    with pytest.raises(DomainError) as refusal:
        full.append(b"x" * 100_000)
    full.close()
    assert refusal.value.code == "disk_full"

    def no_room(_file: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(line_making, "sync_to_disk", no_room)
    with pytest.raises(DomainError) as refusal:
        made(tmp_path, *packed(plain))
    assert refusal.value.code == "disk_full"
    assert [path.name for path in tmp_path.iterdir()] == ["line.part"]


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob("*-journal"))
