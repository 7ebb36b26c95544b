"""From what was fetched to a line file that may be shown: proven, unpacked, encrypted, and looked through."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import zstandard
from sqlcipher3 import dbapi2

from desktop.cache.encrypted_file import Connection, DatabaseError, as_domain_error
from desktop.cache.line_file import open_line
from desktop.cache.page_cipher import PageCipher
from desktop.cache.part_file import PartFile, disk_faults, remove_with_log, sync_to_disk
from shared_models.catalogue.line_file_form import FORM, create_tables, finish_file, schema_of
from shared_models.catalogue.records import LINE_DATASETS, DatasetShape
from shared_models.kernel.errors import DomainError
from shared_models.sync.line_manifest import Snapshot

_PIECE_BYTES = 1 << 17
_LONGEST_WINDOW = 2**27


def make_line_file(part: PartFile, snapshot: Snapshot, target: Path, key: bytes, shape: DatasetShape) -> None:
    """Make the encrypted file of a snapshot that has come whole; nothing plain is written anywhere.

    Raises `DomainError`, and then there is no file: `digest_differs` (what came is discarded), `file_unfit`,
    `file_unreadable`, `disk_full`.
    """
    if part.digest() != snapshot.digest:
        part.discard()
        raise DomainError("digest_differs", "A catalogue did not arrive as it was sent and is fetched again.")
    try:
        _encrypt(part, snapshot.plain_bytes, target, key)
        _look_through(target, key, shape)
    except BaseException:
        remove_with_log(target)
        raise


def require_fit(connection: Connection, shape: DatasetShape) -> None:
    """Raises `DomainError`: `file_unfit` for anything but exactly the expected schema, `file_unreadable` for damage."""
    form = connection.execute("PRAGMA user_version").fetchone()[0]
    if form != FORM or tuple(schema_of(connection)) != _expected_schema(shape.name):
        raise DomainError("file_unfit", "The server's catalogue has another form than this program knows.")
    for table in _stored_tables(shape.name):
        if connection.execute(f"PRAGMA quick_check({table})").fetchall() != [("ok",)]:
            raise DomainError("file_unreadable", "A catalogue arrived damaged and is fetched again.")


def _encrypt(part: PartFile, plain_bytes: int, target: Path, key: bytes) -> None:
    try:
        with disk_faults(), target.open("wb") as file:
            cipher, written = PageCipher(file, key), 0
            unpacker = zstandard.ZstdDecompressor(max_window_size=_LONGEST_WINDOW).decompressobj()
            for piece in part.pieces():
                for start in range(0, len(piece), _PIECE_BYTES):
                    plain = unpacker.decompress(piece[start : start + _PIECE_BYTES])
                    written += len(plain)
                    if written > plain_bytes:
                        raise DomainError("file_unreadable", "A catalogue unfolds to more than was said of it.")
                    cipher.write(plain)
            cipher.finish()
            sync_to_disk(file)
    except zstandard.ZstdError:
        raise DomainError("file_unreadable", "A catalogue cannot be unpacked and is fetched again.") from None


def _look_through(target: Path, key: bytes, shape: DatasetShape) -> None:
    connection = open_line(target, key, read_only=True)
    try:
        require_fit(connection, shape)
    except DatabaseError as error:
        raise as_domain_error(error, target) from error
    finally:
        connection.close()


@cache
def _expected_schema(dataset: str) -> tuple[tuple[str, str, str, str], ...]:
    connection = dbapi2.connect(":memory:", isolation_level=None)
    try:
        create_tables(connection, LINE_DATASETS[dataset])
        finish_file(connection, LINE_DATASETS[dataset], collected_bytes=_PIECE_BYTES)
        return tuple(schema_of(connection))
    finally:
        connection.close()


def _stored_tables(dataset: str) -> list[str]:
    """All but virtual ones: what they keep is in tables of its own, and their rows are not told from anybody's."""
    return [
        name
        for kind, name, _, sql in _expected_schema(dataset)
        if kind == "table" and not sql.startswith("CREATE VIRTUAL")
    ]
