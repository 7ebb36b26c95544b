"""The routes of line files: the manifest of a line, and the files that it names, whole or from a byte on."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from shared_models.kernel.errors import DomainError
from shared_models.sync.line_manifest import LineManifest, Snapshot
from sync_server.features.sync.history import history_id
from sync_server.features.sync.line_builder import LineBuilder
from sync_server.features.sync.line_keeper import require_file
from sync_server.features.sync.line_rows import LineStream, line_stream
from sync_server.features.sync.pull import head_of
from sync_server.foundation.caller import Caller
from sync_server.foundation.database import Database
from sync_server.foundation.refusals import Refusal
from sync_server.foundation.signed_in import SignedIn

WAIT_SECONDS = 5.0
"""How long a manifest waits for a builder before it says that files are being made."""
ZSTD = "application/zstd"
_PIECE_BYTES = 1 << 20
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})")
AnyRequest = Request[Any, Any, State]


class _Wanted(NamedTuple):
    """A line of the caller's as it stands."""

    line: LineStream
    head: int
    history: str


@get(
    "/v1/streams/{stream:str}/manifest",
    summary="What there is of a line: a finished file, parts and patches",
    responses={200: ResponseSpec(LineManifest, description="Names of files, and to which positions they lead")},
)
async def line_manifest(stream: FromPath[str], caller: SignedIn, state: State) -> Response[bytes]:
    """Brings the files up to the stream's head when that takes a moment, else says that they are being made."""
    wanted = await asyncio.to_thread(_wanted, state, stream, caller)
    manifest = await current_manifest(state, wanted)
    return Response(
        msgspec.json.encode(manifest), media_type=MediaType.JSON, headers={"cache-control": "private, no-store"}
    )


@get(
    "/v1/streams/{stream:str}/files/{name:str}",
    sync_to_thread=True,
    summary="A file that the manifest names",
    responses={200: ResponseSpec(bytes, media_type=ZSTD, description="Never changes; answers Range requests")},
)
def line_file(
    request: AnyRequest, stream: FromPath[str], name: FromPath[str], caller: SignedIn, state: State
) -> Stream | Response[bytes]:
    """Immutable, with `Range`; its name is its digest and its ETag."""
    wanted = _wanted(state, stream, caller)
    builder: LineBuilder = state.line_builder
    path = require_file(builder.keeper.folder(wanted.line), name)
    return file_answer(request, path, name)


async def line_snapshot(request: AnyRequest, stream: str, caller: Caller, state: State) -> Stream | Response[bytes]:
    """A line as one finished file, for `GET …/snapshot`: the position in `X-Stream-Position`."""
    wanted = await asyncio.to_thread(_wanted, state, stream, caller)
    snapshot = (await current_manifest(state, wanted)).snapshot
    if snapshot is None:
        raise Refusal("being_made", "This file is being made; ask again in a moment.", retry_after_seconds=2)
    return await asyncio.to_thread(_snapshot_answer, request, state, wanted.line, snapshot)


async def current_manifest(state: State, wanted: _Wanted) -> LineManifest:
    """The manifest, after a builder had a moment to bring it to the stream's head."""
    builder: LineBuilder = state.line_builder
    found = await asyncio.to_thread(builder.keeper.manifest, wanted.line, wanted.history)
    if found is None or found.upto < wanted.head:
        await builder.advanced(wanted.line, wait_seconds=WAIT_SECONDS)
        found = await asyncio.to_thread(builder.keeper.manifest, wanted.line, wanted.history)
    found = found or LineManifest(stream=wanted.line.stream, history_id=wanted.history)
    return msgspec.structs.replace(found, being_made=found.upto < wanted.head)


def file_answer(
    request: AnyRequest, path: Path, digest: str, headers: dict[str, str] | None = None
) -> Stream | Response[bytes]:
    """The file, or the part of it that `Range` asks for."""
    size = path.stat().st_size
    etag = f'"{digest}"'
    told = {
        "etag": etag,
        "cache-control": "private, max-age=31536000, immutable",
        "accept-ranges": "bytes",
        **(headers or {}),
    }
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, media_type=ZSTD, headers=told)
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range", etag) != etag:
        return Stream(_pieces(path, 0, size), media_type=ZSTD, headers={**told, "content-length": str(size)})
    start = int(asked[1])
    end = min(int(asked[2]) + 1 if asked[2] else size, size)
    if start >= end:
        return Response(b"", status_code=416, media_type=ZSTD, headers={**told, "content-range": f"bytes */{size}"})
    told |= {"content-range": f"bytes {start}-{end - 1}/{size}", "content-length": str(end - start)}
    return Stream(_pieces(path, start, end), status_code=206, media_type=ZSTD, headers=told)


def _snapshot_answer(
    request: AnyRequest, state: State, line: LineStream, snapshot: Snapshot
) -> Stream | Response[bytes]:
    builder: LineBuilder = state.line_builder
    path = require_file(builder.keeper.folder(line), snapshot.digest)
    headers = {
        "x-stream-position": str(snapshot.position),
        # What is served here changes with the stream; only the file behind its own name never does.
        "cache-control": "private, no-cache",
    }
    return file_answer(request, path, snapshot.digest, headers)


def _wanted(state: State, stream: str, caller: Caller) -> _Wanted:
    """Raises `DomainError("not_found")` for a stream that is not the caller's, and for one that has no files."""
    database: Database = state.database
    with database.reading() as connection:
        return _read_wanted(connection, state, stream, caller)


def _read_wanted(connection: Connection, state: State, stream: str, caller: Caller) -> _Wanted:
    head = head_of(connection, stream, caller, state.clock.now())
    line = line_stream(stream)
    if line is None:
        raise DomainError("not_found", "This stream has no files; pull its changes.")
    return _Wanted(line, head.head, history_id(connection))


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (piece := file.read(min(_PIECE_BYTES, left))):
            left -= len(piece)
            yield piece


HANDLERS = [line_manifest, line_file]
