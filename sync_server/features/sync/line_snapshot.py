"""A line as one finished, packed file and as parts, made from its work file while patches go on."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import zstandard

from shared_models.catalogue.line_file_form import (
    FORM,
    WAL_MARK,
    WAL_MARK_AT,
    create_tables,
    empty_file,
    finish_file,
    keep_state,
)
from shared_models.catalogue.records import DatasetShape
from shared_models.sync.checksums import checksum_text
from shared_models.sync.line_manifest import Base, NamedFile, Snapshot
from shared_models.sync.line_parts import ROWS_A_PART, pack
from sync_server.features.sync.line_folder import LineFolder
from sync_server.features.sync.line_patches import put_blocks
from sync_server.features.sync.line_work import Row, WorkState, connect
from sync_server.foundation.database import file_transaction

_SEARCH_BYTES = 128 * 1024 * 1024
"""What the search index of a new file may take of memory before it is written: then it is one segment."""
_LEVEL = 9
_READ_BYTES = 1 << 20


class Made(NamedTuple):
    """A snapshot and a base of the same state."""

    snapshot: Snapshot
    base: Base
    history_id: str


def make_snapshot(folder: LineFolder) -> Made:
    """Both, stored in the folder. The caller holds `rebuilding`. Raises `ValueError` for a file that is not sound."""
    shape = folder.line.shape
    path = folder.scratch("snapshot")
    path.write_bytes(empty_file())
    connection = connect(path, durable=False)
    try:
        connection.execute("ATTACH ? AS work KEY ''", (str(folder.work),))
        with file_transaction(connection):
            state = _copied(connection, shape)
            parts = [folder.keep(pack(put_blocks(shape, rows))) for rows in _in_parts(connection, shape)]
        connection.execute("DETACH work")
        with file_transaction(connection):
            finish_file(connection, shape, collected_bytes=_SEARCH_BYTES)
        faults = connection.execute("PRAGMA integrity_check").fetchall()
        if faults != [("ok",)]:
            raise ValueError(f"the new file of {folder.line.stream} is not sound: {faults[0][0]}")
    finally:
        connection.close()
    plain_bytes = path.stat().st_size
    packed = folder.keep_written(lambda target: _pack(path, target))
    path.unlink()
    return Made(
        Snapshot(
            digest=packed.digest,
            bytes=packed.bytes,
            form=FORM,
            position=state.position,
            rows=state.rows,
            plain_bytes=plain_bytes,
        ),
        _base(state, parts),
        state.history_id,
    )


def _copied(connection: Any, shape: DatasetShape) -> WorkState:
    """Tables, rows and state as the work file has them at this moment."""
    state = WorkState(
        *connection.execute("SELECT position, rows, checksum, as_of, history FROM work.file_state").fetchone()
    )
    create_tables(connection, shape)
    connection.execute(f"INSERT INTO main.{shape.name} SELECT * FROM work.{shape.name}")
    keep_state(
        connection,
        position=state.position,
        rows=state.rows,
        checksum=state.checksum,
        as_of=state.as_of,
        history=state.history_id,
    )
    return state


def _in_parts(connection: Any, shape: DatasetShape) -> Iterator[list[Row]]:
    cursor = connection.execute(f"SELECT * FROM work.{shape.name} ORDER BY row_key")
    while rows := cursor.fetchmany(ROWS_A_PART):
        yield rows


def _base(state: WorkState, parts: list[NamedFile]) -> Base:
    return Base(position=state.position, rows=state.rows, checksum=checksum_text(state.checksum), parts=parts)


def _pack(path: Path, target: BinaryIO) -> str:
    """Write the packed file and give the digest of what was written."""
    digest = sha256()
    packer = zstandard.ZstdCompressor(level=_LEVEL).compressobj(size=path.stat().st_size)
    with path.open("rb") as file:
        first = bytearray(file.read(_READ_BYTES))
        first[WAL_MARK_AT : WAL_MARK_AT + 2] = WAL_MARK
        piece = bytes(first)
        while piece:
            _write(target, digest, packer.compress(piece))
            piece = file.read(_READ_BYTES)
    _write(target, digest, packer.flush())
    return digest.hexdigest()


def _write(target: BinaryIO, digest: Any, piece: bytes) -> None:
    digest.update(piece)
    target.write(piece)
