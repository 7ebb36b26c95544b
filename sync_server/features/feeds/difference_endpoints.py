"""The routes by which a master looks at what a run changed, or would change, row by row."""

from typing import Annotated, Literal

from litestar import Response, get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter

from sync_server.features.feeds.difference_csv import difference_csv
from sync_server.features.feeds.difference_store import (
    MOST_ROWS_TOLD,
    DifferencePage,
    Wanted,
    read_difference,
    wanted_changes,
)
from sync_server.features.feeds.history import need_run
from sync_server.features.feeds.row_changes import ChangeKind
from sync_server.features.feeds.runs import FeedDesk
from sync_server.features.feeds.sender import distributors_of
from sync_server.foundation.signed_in import SignedIn

_Kind = Annotated[
    Literal["", "gone", "changed", "new"], QueryParameter(description="Only rows of this kind; all when empty.")
]
_Column = Annotated[str, QueryParameter(description="Only rows in which this column changed, and only that cell.")]
_Search = Annotated[str, QueryParameter(description="Only rows that hold all these words, in any letter case.")]
_KINDS: dict[str, ChangeKind | None] = {"": None, "gone": "gone", "changed": "changed", "new": "new"}


@get(
    "/v1/feeds/runs/{run_id:str}/difference",
    sync_to_thread=True,
    summary="What a run changed, or a held one would change, row by row",
)
def get_difference(
    caller: SignedIn,
    state: State,
    run_id: FromPath[str],
    kind: _Kind = "",
    column: _Column = "",
    search: _Search = "",
    offset: Annotated[int, QueryParameter(ge=0, le=1_000_000, description="How many rows to pass over.")] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ROWS_TOLD)] = 200,
) -> DifferencePage:
    """First what is gone, then what changed, then what is new. 404 also for another distributor's run."""
    desk: FeedDesk = state.feed_desk
    with desk.database.reading() as connection:
        run = need_run(connection, run_id, [one.id for one in distributors_of(connection, caller)])
        return read_difference(connection, run, Wanted(_KINDS[kind], column, search), offset=offset, most=limit)


@get(
    "/v1/feeds/runs/{run_id:str}/difference.csv",
    sync_to_thread=True,
    media_type="text/csv; charset=utf-8",
    summary="The same as CSV, a line a cell",
)
def get_difference_csv(
    caller: SignedIn,
    state: State,
    run_id: FromPath[str],
    kind: _Kind = "",
    column: _Column = "",
    search: _Search = "",
) -> Response[str]:
    """All rows that are kept. What a spreadsheet would take for a formula is made harmless."""
    desk: FeedDesk = state.feed_desk
    with desk.database.reading() as connection:
        run = need_run(connection, run_id, [one.id for one in distributors_of(connection, caller)])
        changes = wanted_changes(connection, run, Wanted(_KINDS[kind], column, search))
        text = "".join(difference_csv(run.dataset, changes))
    headers = {"content-disposition": f'attachment; filename="{run.dataset}-difference.csv"'}
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


HANDLERS = [get_difference, get_difference_csv]
