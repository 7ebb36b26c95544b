"""The routes of sync: push, pull, streams, snapshots, notices, health."""

import asyncio
import logging
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody
from litestar.response import File, ServerSentEvent, ServerSentEventMessage, Stream
from sqlalchemy import Connection, text

from shared_models.kernel.clock import Clock, local_day
from shared_models.kernel.errors import DomainError
from shared_models.sync.digest import DIGEST_HEADER, require_undamaged
from shared_models.sync.wire import (
    PROTOCOL_NEWEST,
    PROTOCOL_OLDEST,
    NewsAnswer,
    NewsRequest,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    StreamInfo,
    StreamPage,
)
from sync_server.features.sync.apply import settle_push
from sync_server.features.sync.history import history_id
from sync_server.features.sync.line_endpoints import line_snapshot
from sync_server.features.sync.line_rows import line_stream
from sync_server.features.sync.notices import Notices
from sync_server.features.sync.permissions import allowed_streams
from sync_server.features.sync.pull import changes, head_of, pull, stands_there, stream_list
from sync_server.features.sync.receipts import mark_after_revocation
from sync_server.features.sync.settler import Settler
from sync_server.features.sync.snapshots import snapshot
from sync_server.foundation.caller import Authenticate, Caller, Gate, NotSignedIn
from sync_server.foundation.database import Database
from sync_server.foundation.fast_path import FastRoute, Headers
from sync_server.foundation.raw_bodies import body_of
from sync_server.foundation.refusals import Refusal
from sync_server.foundation.signed_in import SignedIn, provide_caller, token_in, token_of

logger = logging.getLogger(__name__)

MOST_STREAMS_A_PULL = 5000
LONGEST_PUSH = 8 * 1024 * 1024
LONGEST_PULL = 1024 * 1024
LONGEST_NEWS = 4096
AnyRequest = Request[Any, Any, State]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """That the server answers, and what with."""

    status: str
    version: str
    database: str
    protocol_oldest: int
    protocol_newest: int


def program_version() -> str:
    """The version of the installed program."""
    try:
        return version("order-track")
    except PackageNotFoundError:
        return "0"


@get("/v1/health", sync_to_thread=True, summary="Version, database and protocol range")
def health(state: State) -> Health:
    """Answers 503 when the database does not."""
    database: Database = state.database
    with database.reading() as connection:
        connection.execute(text("SELECT 1"))
    return Health(
        status="ok",
        version=program_version(),
        database=database.engine.dialect.name,
        protocol_oldest=PROTOCOL_OLDEST,
        protocol_newest=PROTOCOL_NEWEST,
    )


@post(
    "/v1/operations",
    status_code=200,
    request_max_body_size=LONGEST_PUSH,
    responses={200: ResponseSpec(PushAnswer, description="An outcome for each operation")},
    operation_class=body_of(PushRequest),
    summary="Settle a batch of operations",
)
async def push_operations(request: AnyRequest, body: RawBody, state: State) -> Response[bytes]:
    """An outcome for each operation, in the order of the batch; repeating a batch repeats its outcomes.

    The body is a `PushRequest`. It is read here, because the framework cannot keep a payload's own bytes.
    """
    said = request.headers.get(DIGEST_HEADER)
    return Response(await _push(body, said, token_of(request), state), media_type=MediaType.JSON)


def fast_push(state: State) -> FastRoute:
    """The same without the framework: pushes are what a server does all day."""
    digest_header = DIGEST_HEADER.lower().encode()

    async def answer(body: bytes, headers: Headers) -> bytes:
        said = headers.get(digest_header)
        token = token_in(headers.get(b"authorization", b"").decode("latin-1"))
        return await _push(body, said if said is None else said.decode("latin-1"), token, state)

    return FastRoute(answer, LONGEST_PUSH)


async def _push(body: bytes, digest: str | None, token: str, state: State) -> bytes:
    require_undamaged(body, digest)
    data = msgspec.json.decode(body, type=PushRequest)
    clock: Clock = state.clock
    gate: Gate = state.gate
    settler: Settler = state.settler
    if not gate.knows(token):
        # Strangers are turned away before they can make others wait for the write lock.
        try:
            await asyncio.to_thread(gate.authenticate, token)
        except NotSignedIn as refusal:
            if refusal.code != "token_unknown":
                raise
            return await asyncio.to_thread(_settle_last, data, token, state)
    _require_aware(data)
    try:
        settled = await settler.settle(data, token)
    except NotSignedIn:
        await asyncio.to_thread(gate.authenticate, token)
        raise
    now = clock.now()
    if state.last_seen.is_due(settled.caller.station_id, now):
        await asyncio.to_thread(state.last_seen.saw, settled.caller.station_id, now)
    answer = PushAnswer(outcomes=settled.outcomes, server_clock=now, history_id=settled.history_id)
    return msgspec.json.encode(answer)


def _settle_last(data: PushRequest, right: str, state: State) -> bytes:
    """What a station that was shut out sends with its last right: attributed as ever, and marked."""
    database: Database = state.database
    clock: Clock = state.clock
    holder_of_right: Authenticate = state.authenticate_upload
    caller = holder_of_right(right)
    _require_aware(data)

    def unit(connection: Connection) -> PushAnswer:
        now = clock.now()
        outcomes = settle_push(connection, data, caller, now=now, reactions=state.reactions)
        mark_after_revocation(connection, outcomes, caller, now)
        state.tell_of_late_work(connection, caller.station_id, caller.person_id, now)
        return PushAnswer(outcomes=outcomes, server_clock=now, history_id=history_id(connection))

    return msgspec.json.encode(database.write_unit(unit))


def _require_aware(request: PushRequest) -> None:
    """An instant without a zone means another time on another machine."""
    instants = [request.station_clock, *(envelope.made_at for envelope in request.operations)]
    if any(instant.tzinfo is None for instant in instants):
        raise DomainError("malformed", "Every instant needs its zone, such as 2026-11-23T08:15:00Z.")


@post(
    "/v1/streams/changes",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=LONGEST_PULL,
    summary="What is new in all streams; 304 when nothing is",
    responses={200: ResponseSpec(PullAnswer, description="Pages of the streams that moved")},
)
def pull_changes(request: AnyRequest, data: JSONBody[PullRequest], state: State) -> Response[bytes]:
    """One request for all streams."""
    database: Database = state.database
    clock: Clock = state.clock
    caller = provide_caller(request)
    if len(data.have) > MOST_STREAMS_A_PULL:
        raise DomainError("malformed", f"Name at most {MOST_STREAMS_A_PULL} streams.")
    with database.reading() as connection:
        answer = pull(connection, data, caller, clock.now())
    state.last_seen.saw(caller.station_id, clock.now())
    if answer is None:
        return Response(b"", status_code=304, media_type=MediaType.JSON)
    return Response(msgspec.json.encode(answer), media_type=MediaType.JSON)


@post(
    "/v1/streams/news",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=LONGEST_NEWS,
    operation_class=body_of(NewsRequest),
    summary="Whether anything is new; 304 when nothing is",
    responses={200: ResponseSpec(NewsAnswer, description="Something may be new: pull")},
)
def stream_news(request: AnyRequest, body: RawBody, state: State) -> Response[bytes]:
    """The short question of a station that expects nothing: a digest of its cursors in place of their list.

    Rights, history and heads are read in one snapshot.
    """
    data = msgspec.json.decode(body, type=NewsRequest)
    database: Database = state.database
    gate: Gate = state.gate
    now = state.clock.now()
    token = token_of(request)
    if not gate.knows(token):
        gate.authenticate(token)
    with database.reading() as connection:
        caller = gate.within(connection, token, now)
        history = history_id(connection)
        nothing = stands_there(connection, data, caller, now)
    state.last_seen.saw(caller.station_id, now)
    if nothing:
        return Response(b"", status_code=304, media_type=MediaType.JSON)
    answer = NewsAnswer(history_id=history, server_clock=now)
    return Response(msgspec.json.encode(answer), media_type=MediaType.JSON)


@get("/v1/streams", sync_to_thread=True, summary="The streams this token may pull")
def list_streams(caller: SignedIn, state: State) -> list[StreamInfo]:
    """By id, with head and size."""
    database: Database = state.database
    with database.reading() as connection:
        return stream_list(connection, caller, state.clock.now())


@get("/v1/streams/{stream:str}/changes", sync_to_thread=True, summary="A page of changes of one stream")
def stream_changes(
    stream: FromPath[str], caller: SignedIn, state: State, after: Annotated[int, QueryParameter(ge=0, lt=2**62)] = 0
) -> StreamPage:
    """The changes after position `after`."""
    database: Database = state.database
    with database.reading() as connection:
        return changes(connection, stream, after, caller, state.clock.now())


@get(
    "/v1/streams/{stream:str}/snapshot",
    summary="The whole stream as a file at a stated position",
    responses={
        200: ResponseSpec(
            bytes,
            media_type="application/zstd",
            description="A line: a SQLite file, zstd. Any other stream: `StreamPage` JSON lines, zstd",
        )
    },
)
async def stream_snapshot(
    request: AnyRequest, stream: FromPath[str], caller: SignedIn, state: State
) -> Stream | File | Response[bytes]:
    """Immutable: the ETag names content and position; `X-Stream-Position` is where to pull from afterwards."""
    if line_stream(stream) is not None:
        return await line_snapshot(request, stream, caller, state)
    return await asyncio.to_thread(_records_snapshot, request, stream, caller, state)


def _records_snapshot(request: AnyRequest, stream: str, caller: Caller, state: State) -> File | Response[bytes]:
    database: Database = state.database
    with database.reading() as connection:
        head = head_of(connection, stream, caller, state.clock.now())
        made = snapshot(connection, stream, head, state.snapshot_folder)
    headers = {
        "x-stream-position": str(made.position),
        "etag": made.etag,
        "cache-control": "private, no-cache",
    }
    if request.headers.get("if-none-match") == made.etag:
        return Response(b"", status_code=304, media_type="application/zstd", headers=headers)
    return File(made.path, media_type="application/zstd", headers=headers, filename="stream.jsonl.zst")


@get("/v1/notices", summary="Server-sent events: which streams moved")
async def notices(request: AnyRequest, state: State, caller: SignedIn) -> ServerSentEvent:
    """`{stream: position}` for the caller's streams: first where they stand, then each move, and a heart-beat."""
    database: Database = state.database
    hub: Notices = state.notices
    authenticate: Authenticate = state.authenticate
    if hub.is_full:
        raise Refusal("too_many_attempts", "Too many stations listen; ask from time to time.", retry_after_seconds=60)
    token = token_of(request)

    def streams_now() -> frozenset[str]:
        holder = authenticate(token)
        with database.reading() as connection:
            return allowed_streams(connection, holder, local_day(state.clock.now()))

    async def events() -> AsyncIterator[ServerSentEventMessage]:
        try:
            async for message in hub.listen(streams_now, heartbeat_seconds=state.heartbeat_seconds):
                yield message
        except NotSignedIn as refusal:
            # Its token ended or its station was shut out: the stream ends, and the next request says why.
            logger.info("a listener is no longer signed in: %s", refusal.code)

    return ServerSentEvent(events(), headers={"cache-control": "no-store", "x-accel-buffering": "no"})


HANDLERS = [health, push_operations, pull_changes, stream_news, list_streams, stream_changes, stream_snapshot, notices]
