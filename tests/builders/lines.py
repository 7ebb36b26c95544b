"""Line files, parts and patches as a server makes them, from a handful of rows; and what may be wrong with them."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from sqlcipher3 import dbapi2

from desktop.cache.line_file import Agreed
from shared_models.catalogue.line_file_form import (
    FORM,
    create_tables,
    empty_file,
    finish_file,
    insert_rows,
    keep_state,
)
from shared_models.catalogue.records import LINE_DATASETS, Dataset
from shared_models.kernel.records import row_hash
from shared_models.sync.checksums import checksum_text, signed_sum
from shared_models.sync.line_manifest import Snapshot
from shared_models.sync.line_parts import Block, block_of

Rows = Mapping[int, msgspec.Struct]


def values_of_rows(rows: Rows) -> list[tuple[Any, ...]]:
    """(row_key, *columns) of each, by key."""
    return [(key, *msgspec.structs.astuple(row)) for key, row in sorted(rows.items())]


def sums_of(dataset: Dataset, rows: Rows, position: int) -> Agreed:
    """What a stream with exactly these rows comes to."""
    total = sum(row_hash(dataset, row) for row in values_of_rows(rows))
    return Agreed(position, len(rows), checksum_text(total))


def plain_file(
    path: Path, dataset: Dataset, rows: Rows, position: int = 1, *, history: str = "", also: Sequence[str] = ()
) -> bytes:
    """The finished file, not encrypted; `also` are further statements, to make it one that nobody should take."""
    shape = LINE_DATASETS[dataset]
    path.write_bytes(empty_file())
    connection = dbapi2.connect(str(path), isolation_level=None)
    try:
        agreed = sums_of(dataset, rows, position)
        create_tables(connection, shape)
        insert_rows(connection, shape, values_of_rows(rows))
        finish_file(connection, shape, collected_bytes=1 << 20)
        checksum = signed_sum(int(agreed.checksum, 16))
        keep_state(connection, position=position, rows=len(rows), checksum=checksum, history=history)
        for statement in also:
            connection.execute(statement)
    finally:
        connection.close()
    return path.read_bytes()


def packed(plain: bytes, rows: int = 0, position: int = 1) -> tuple[bytes, Snapshot]:
    """A file as it travels, and what the manifest says of it."""
    body = zstandard.compress(plain, 3)
    snapshot = Snapshot(
        digest=sha256(body).hexdigest(),
        bytes=len(body),
        form=FORM,
        position=position,
        rows=rows,
        plain_bytes=len(plain),
    )
    return body, snapshot


def put(dataset: Dataset, rows: Rows) -> Block:
    """Whole rows."""
    return block_of("put", LINE_DATASETS[dataset].columns, values_of_rows(rows))


def setting(changes: Mapping[int, Mapping[str, Any]]) -> Block:
    """Some columns, the same of each row."""
    columns = list(next(iter(changes.values())))
    return block_of("set", columns, [(key, *changes[key].values()) for key in sorted(changes)])


def gone(*keys: int) -> Block:
    """Rows that left."""
    return block_of("gone", (), [(key,) for key in sorted(keys)])
