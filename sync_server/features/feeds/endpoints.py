"""The routes of feeds: post a file, look at runs, accept or reject a held one."""

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

import anyio
import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.params import FromPath, QueryParameter

from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from sync_server.features.feeds import difference_endpoints, mapping_endpoints
from sync_server.features.feeds.cells import posted_instant
from sync_server.features.feeds.difference_store import MOST_ROWS_TOLD, some_of_each
from sync_server.features.feeds.errors_csv import errors_csv
from sync_server.features.feeds.habits import require_dataset
from sync_server.features.feeds.held import accept_run, reject_run
from sync_server.features.feeds.history import Run, list_runs, need_run
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.feeds.sender import distributor_of, distributors_of, sender_of
from sync_server.features.feeds.spooling import MOST_BYTES, file_too_large
from sync_server.foundation.caller import Caller
from sync_server.foundation.errors import MEDIA_TYPE
from sync_server.foundation.signed_in import SignedIn

AnyRequest = Request[Any, Any, State]
_STATUS = {"landed": 200, "rejected": 200, "held": 202, "ignored": 409, "refused": 422}
_TYPES = (
    "",
    "application/csv",
    "application/edi-x12",
    "application/json",
    "application/jsonl",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/x-ndjson",
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
)
_FORMATS = ("", "csv", "jsonl", "x12", "xlsx")


@post(
    "/v1/feeds/{dataset:str}",
    status_code=200,
    request_max_body_size=MOST_BYTES + 1,
    summary="Post a feed file as the body",
)
async def post_feed(
    request: AnyRequest,
    caller: SignedIn,
    state: State,
    dataset: FromPath[str],
    mode: Annotated[Literal["full", "delta"], QueryParameter(description="Whole file, or changes only.")] = "full",
    as_of: Annotated[str, QueryParameter(description="Instant of the figures; by default now.")] = "",
    batch_id: Annotated[str, QueryParameter(description="The same batch twice is answered like the first time.")] = "",
    dry_run: Annotated[bool, QueryParameter(description="Do everything, then take it back.")] = False,
    accept_good_rows: Annotated[bool, QueryParameter(description="Land the good rows, list the others.")] = False,
    distributor: Annotated[str, QueryParameter(description="Code, for a master of several distributors.")] = "",
    difference_rows: Annotated[
        int,
        QueryParameter(ge=0, le=MOST_ROWS_TOLD, description="Of a dry run: changed rows of each kind to answer with."),
    ] = 100,
    file_format: Annotated[str, QueryParameter(name="format", description="csv; by default by Content-Type.")] = "",
) -> Response[Any]:
    """200 landed (or a dry run of it), 202 held, 409 older than what is live, 422 refused with the row errors."""
    require_dataset(dataset)
    _require_readable(request, file_format)
    desk: FeedDesk = state.feed_desk
    instant = posted_instant(as_of)

    def take_in(file: Path) -> Run:
        with desk.database.reading() as connection:
            sender = sender_of(connection, caller, dataset, distributor, local_day(desk.clock.now()))
        posting = Posting(
            sender.distributor_id,
            sender.dist_code,
            dataset,
            mode,
            instant,
            batch_id,
            posted_by=caller.person_id,
            accept_good_rows=accept_good_rows,
            dry_run=dry_run,
        )
        return desk.post(posting, file)

    with tempfile.TemporaryDirectory(prefix="order-track-post-") as folder:
        file = Path(folder) / "body"
        await _spool(request, file, desk.most_bytes)
        run = await anyio.to_thread.run_sync(take_in, file)
    return _answer(msgspec.structs.replace(run, row_changes=some_of_each(run.row_changes, difference_rows)))


def _require_readable(request: AnyRequest, file_format: str) -> None:
    """What the sender says of the form must be one that is read; what it is the file's first bytes tell."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if file_format.lower() not in _FORMATS or (not file_format and media_type not in _TYPES):
        raise DomainError(
            "unsupported_type",
            f"A feed is taken in as CSV, XLSX, JSON Lines or X12, not as {file_format or media_type}. Post one of "
            "these.",
        )


async def _spool(request: AnyRequest, file: Path, most_bytes: int) -> None:
    size = 0
    try:
        async with await anyio.open_file(file, "wb") as spool:
            async for chunk in request.stream():
                size += len(chunk)
                if size > most_bytes:
                    raise file_too_large(most_bytes)
                await spool.write(chunk)
    except HTTPException as error:
        if error.status_code == 413:
            raise file_too_large(most_bytes) from None
        raise


def _answer(run: Run) -> Response[Any]:
    status = _STATUS[run.status]
    if status < 400:
        return Response(run, status_code=status, media_type=MediaType.JSON)
    problem = {
        "status": status,
        "code": run.code,
        "sentence": run.sentence,
        "facts": run.facts,
        "run": msgspec.to_builtins(run),
    }
    return Response(problem, status_code=status, media_type=MEDIA_TYPE)


@get("/v1/feeds/runs", sync_to_thread=True, summary="The newest runs of your distributors")
def get_runs(
    caller: SignedIn,
    state: State,
    status: Annotated[str, QueryParameter(description="Only runs with this status, such as held.")] = "",
    dataset: Annotated[str, QueryParameter(description="Only runs of this dataset.")] = "",
    distributor: Annotated[str, QueryParameter(description="Code, for a master of several distributors.")] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
) -> list[Run]:
    """Newest first, without their row errors."""
    desk: FeedDesk = state.feed_desk
    with desk.database.reading() as connection:
        houses = (
            [distributor_of(connection, caller, distributor)] if distributor else distributors_of(connection, caller)
        )
        return list_runs(connection, [one.id for one in houses], dataset=dataset, status=status, most=limit)


@get("/v1/feeds/runs/{run_id:str}", sync_to_thread=True, summary="One run with its row errors")
def get_run(caller: SignedIn, state: State, run_id: FromPath[str]) -> Run:
    """404 also for another distributor's run."""
    return get_run_of(state.feed_desk, caller, run_id)


def get_run_of(desk: FeedDesk, caller: Caller, run_id: str) -> Run:
    """A run of a distributor of the caller's. Raises `DomainError`: `not_found`, `role_missing`."""
    with desk.database.reading() as connection:
        return need_run(connection, run_id, [one.id for one in distributors_of(connection, caller)])


@get(
    "/v1/feeds/runs/{run_id:str}/errors",
    sync_to_thread=True,
    media_type="text/csv; charset=utf-8",
    summary="The row errors of a run as CSV",
)
def get_errors(caller: SignedIn, state: State, run_id: FromPath[str]) -> Response[str]:
    """404 also for another distributor's run. What a spreadsheet would take for a formula is made harmless."""
    run = get_run_of(state.feed_desk, caller, run_id)
    headers = {"content-disposition": f'attachment; filename="{run.dataset}-errors.csv"'}
    return Response(errors_csv(run.errors), headers=headers, media_type="text/csv; charset=utf-8")


@post("/v1/feeds/runs/{run_id:str}/accept", status_code=200, sync_to_thread=True, summary="Land a held run")
def post_accept(caller: SignedIn, state: State, run_id: FromPath[str]) -> Response[Any]:
    """Its file lands as it was posted; 409 when something newer landed meanwhile."""
    desk: FeedDesk = state.feed_desk
    return _answer(accept_run(desk, run_id, _mine(desk, caller), caller.person_id))


@post("/v1/feeds/runs/{run_id:str}/reject", status_code=200, sync_to_thread=True, summary="Drop a held run")
def post_reject(caller: SignedIn, state: State, run_id: FromPath[str]) -> Response[Any]:
    """What is live stays."""
    desk: FeedDesk = state.feed_desk
    return _answer(reject_run(desk, run_id, _mine(desk, caller), caller.person_id))


def _mine(desk: FeedDesk, caller: Caller) -> list[str]:
    with desk.database.reading() as connection:
        return [one.id for one in distributors_of(connection, caller)]


HANDLERS = [
    post_feed,
    get_runs,
    get_run,
    get_errors,
    post_accept,
    post_reject,
    *mapping_endpoints.HANDLERS,
    *difference_endpoints.HANDLERS,
]
