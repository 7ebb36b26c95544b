"""The answer to “what is new?”: one snapshot, all streams, a fair share of the answer for each."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import (
    PAGE_BYTES,
    NewsRequest,
    PullAnswer,
    PullRequest,
    StreamInfo,
    StreamPage,
    cursors_digest,
)
from sync_server.features.sync.history import history_id
from sync_server.features.sync.pages import is_line_stream, read_page
from sync_server.features.sync.permissions import allowed_streams
from sync_server.features.sync.receipts import find_receipts
from sync_server.features.sync.stream_log import Head, read_heads
from sync_server.foundation.caller import Caller

ANSWER_BYTES = 2 * PAGE_BYTES
"""About how large an answer may become before it is compressed."""
SMALLEST_SHARE = 60_000
MOST_NEWEST = 2


class _Behind(NamedTuple):
    stream: str
    after: int
    head: Head
    fetching: bool


def pull(connection: Connection, request: PullRequest, caller: Caller, now: datetime) -> PullAnswer | None:
    """Pages of the streams that moved since the cursors in `request.have`; None when nothing did.

    Streams of people's records come first, nearly complete ones before long ones, catalogues last. Cursors of
    another history mean nothing: everything is then sent afresh.
    """
    history = history_id(connection)
    put_back = _was_put_back(connection, request)
    same_history = request.history_id in ("", history) and not put_back
    heads = read_heads(connection, allowed_streams(connection, caller, local_day(now)))
    behind = [
        _Behind(stream, after if same_history else -1, head, same_history and stream in request.fetching)
        for stream, head in heads.items()
        if (after := request.have.get(stream, 0)) != head.head or not same_history or _ends_here(stream, head, request)
    ]
    if not put_back and not behind and request.have.keys() <= heads.keys():
        return None
    if request.line_files:
        behind = [one for one in behind if not is_line_stream(one.stream)]
    behind.sort(key=lambda one: (is_line_stream(one.stream), one.head.head - one.after, one.stream))
    pages = _fair_pages(connection, behind)
    complete = {page.stream for page in pages if page.upto == page.head}
    return PullAnswer(
        history_id=history,
        server_clock=now,
        heads={stream: head.head for stream, head in heads.items()},
        pages=pages,
        more=any(one.stream not in complete for one in behind),
        put_back=put_back,
    )


def _ends_here(stream: str, head: Head, request: PullRequest) -> bool:
    """A stream in which nothing is: who fetches it afresh must be told, or keeps for ever what it had of it."""
    return head.head == 0 and stream in request.fetching


def _was_put_back(connection: Connection, request: PullRequest | NewsRequest) -> bool:
    named = set(request.newest_settled[:MOST_NEWEST])
    return bool(named) and len(find_receipts(connection, named)) < len(named)


def stands_there(connection: Connection, request: NewsRequest, caller: Caller, now: datetime) -> bool:
    """Whether the station stands just where the server does, and nothing that it was told was lost since."""
    if _was_put_back(connection, request):
        return False
    history = history_id(connection)
    heads = read_heads(connection, allowed_streams(connection, caller, local_day(now)))
    return request.cursors == cursors_digest(history, {stream: head.head for stream, head in heads.items()})


def changes(
    connection: Connection, stream: str, after: int, caller: Caller, now: datetime, *, budget: int = PAGE_BYTES
) -> StreamPage:
    """One page of one stream. Raises `DomainError("not_found")` for a stream that is not the caller's."""
    return read_page(connection, stream, after, head_of(connection, stream, caller, now), budget)


def head_of(connection: Connection, stream: str, caller: Caller, now: datetime) -> Head:
    """The head of a stream of the caller's; raises `DomainError("not_found")` for any other."""
    if stream not in allowed_streams(connection, caller, local_day(now)):
        raise DomainError("not_found", "There is no such stream here.")
    return read_heads(connection, [stream])[stream]


def stream_list(connection: Connection, caller: Caller, now: datetime) -> list[StreamInfo]:
    """The caller's streams with their heads and sizes, by id."""
    heads = read_heads(connection, allowed_streams(connection, caller, local_day(now)))
    return [StreamInfo(id=stream, head=head.head, rows=head.rows) for stream, head in heads.items()]


def _fair_pages(connection: Connection, behind: list[_Behind]) -> list[StreamPage]:
    """What a stream leaves of its share goes to those after it; who gets nothing now is first to be asked for next."""
    pages: list[StreamPage] = []
    left = ANSWER_BYTES
    for index, one in enumerate(behind):
        if left < SMALLEST_SHARE and pages:
            break
        share = max(SMALLEST_SHARE, left // (len(behind) - index))
        page = read_page(connection, one.stream, one.after, one.head, share, fetching=one.fetching)
        pages.append(page)
        # A page that is complete used less than its share; one that is not has used it up.
        left -= _about_bytes(page)
    return pages


def _about_bytes(page: StreamPage) -> int:
    cells = sum(len(table.keys) * (len(table.columns) + 1) for table in page.tables)
    return 150 + 12 * cells + 40 * sum(len(gone.keys) for gone in page.gone)
