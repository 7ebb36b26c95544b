"""A stream as one ready, compressed file at a stated position: made once, kept, the same bytes for everybody."""

import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import zstandard
from sqlalchemy import Connection

from shared_models.sync.wire import PAGE_BYTES
from sync_server.features.sync.history import history_id
from sync_server.features.sync.pages import read_page
from sync_server.features.sync.stream_log import Head

KEPT_SNAPSHOTS = 64


class Snapshot(NamedTuple):
    """A file of zstd-compressed JSON lines, each a `StreamPage`, together the stream up to `position`."""

    path: Path
    position: int
    etag: str


def snapshot(connection: Connection, stream: str, head: Head, folder: Path) -> Snapshot:
    """The stream's snapshot at `head`; made now when it is not there yet. Gone records are not in it."""
    name = sha256(f"{history_id(connection)} {stream} {head.head}".encode()).hexdigest()[:40]
    path = folder / f"{name}.jsonl.zst"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(connection, stream, head, path)
        _forget_oldest(folder)
    return Snapshot(path, head.head, f'"{name}"')


def _write(connection: Connection, stream: str, head: Head, path: Path) -> None:
    """Under another name first: nobody ever reads half a file, and two writers cannot mix."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file, zstandard.ZstdCompressor(level=6).stream_writer(file) as packed:
            after = 0
            while True:
                page = read_page(connection, stream, after, head, PAGE_BYTES, fetching=True)
                packed.write(msgspec.json.encode(page) + b"\n")
                after = page.upto
                if after == head.head:
                    break
        os.replace(unfinished, path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.jsonl.zst"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in files[KEPT_SNAPSHOTS:]:
        path.unlink(missing_ok=True)
