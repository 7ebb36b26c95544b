"""The follow-up in a browser, for looking only: lists, one row's page, a list as a CSV file."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from litestar import get
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from shared_models.accounts.records import Organisation
from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from sync_server.features.sync.permissions import allowed_streams
from sync_server.features.sync.records import ServerRecords
from sync_server.features.web_pages.ages import ages_of, not_here
from sync_server.features.web_pages.list_queries import ListPage, Wish, page_of, row_of
from sync_server.features.web_pages.lists import LISTS, REQUESTS, FollowUpList
from sync_server.features.web_pages.rendering import HEADERS, AnyRequest, Page, page
from sync_server.features.web_pages.request_words import lines_of_request
from sync_server.features.web_pages.row_stories import story_of
from sync_server.features.web_pages.session_endpoints import MEMBER_ERRORS, session_of, still_signed_in
from sync_server.features.web_pages.sessions import Session
from sync_server.features.web_pages.visible import Visible
from sync_server.foundation.database import Database
from sync_server.foundation.spreadsheets import harmless

_ROWS_AT_ONCE = 10_000
"""Each part of a file is found and sorted anew, so that few large ones cost less than many small ones."""


class _Looking(NamedTuple):
    """Somebody who looks at a list."""

    session: Session
    which: FollowUpList
    database: Database
    now: datetime

    @contextmanager
    def seen(self) -> Iterator[tuple[Connection, Visible]]:
        """What the person may see, by the questions' conditions and, on PostgreSQL, by the database itself."""
        with self.database.reading() as connection:
            streams = allowed_streams(connection, self.session.caller, local_day(self.now))
        with self.database.seen_by(streams) as connection:
            yield connection, Visible(streams)


@get("/web/{name:str}", include_in_schema=False, sync_to_thread=True, exception_handlers=MEMBER_ERRORS)
def list_page(request: AnyRequest, name: FromPath[str], state: State) -> Page:
    """A list, filtered and sorted as its address says."""
    looking = _looking(request, name, state)
    which, wish = looking.which, _wish(looking.which, request)
    with looking.seen() as (connection, visible):
        found = page_of(connection, which, visible, wish)
        values = {
            **_frame(looking, connection),
            "rows": [(row.row_id, [column.tell(row, looking.now) for column in which.columns]) for row in found.rows],
            "ages": ages_of(connection, which, visible, looking.now),
            "not_here": not_here(connection, which, visible),
            **_addresses(which, wish, found),
            "wish": wish,
            "columns": which.columns,
        }
    return still_signed_in(page("list.html", values), looking.session, state)


@get("/web/{name:str}/csv", include_in_schema=False, sync_to_thread=True, exception_handlers=MEMBER_ERRORS)
def list_as_csv(request: AnyRequest, name: FromPath[str], state: State) -> Stream:
    """The whole list as it is filtered and sorted, its columns as on the screen."""
    looking = _looking(request, name, state)
    wish = _wish(looking.which, request)._replace(after="", before="")
    first, after = _csv_part(looking, wish)

    async def parts() -> AsyncIterator[str]:
        head = io.StringIO()
        csv.writer(head).writerow([column.heading for column in looking.which.columns])
        yield "\ufeff" + head.getvalue() + first
        place = after
        while place:
            text, place = await asyncio.to_thread(_csv_part, looking, wish._replace(after=place))
            yield text

    headers = {**HEADERS, "content-disposition": f'attachment; filename="{looking.which.name}.csv"'}
    return Stream(parts(), media_type="text/csv; charset=utf-8", headers=headers)


def _csv_part(looking: _Looking, wish: Wish) -> tuple[str, str]:
    """Some of the file, and from where it goes on; empty at its end."""
    with looking.seen() as (connection, visible):
        found = page_of(connection, looking.which, visible, wish, _ROWS_AT_ONCE)
    text = io.StringIO()
    writer = csv.writer(text)
    for row in found.rows:
        writer.writerow([harmless(column.tell(row, looking.now).text) for column in looking.which.columns])
    return text.getvalue(), found.after


@get("/web/{name:str}/{row_id:str}", include_in_schema=False, sync_to_thread=True, exception_handlers=MEMBER_ERRORS)
def row_page(request: AnyRequest, name: FromPath[str], row_id: FromPath[str], state: State) -> Page:
    """One row with everything that bears on it."""
    looking = _looking(request, name, state)
    with looking.seen() as (connection, visible):
        row = row_of(connection, looking.which, visible, row_id)
        values = {
            **_frame(looking, connection),
            "story": story_of(connection, looking.which, visible, row, looking.now),
            "lines": lines_of_request(ServerRecords(connection), row_id) if looking.which is REQUESTS else [],
        }
    return still_signed_in(page("row.html", values), looking.session, state)


def _looking(request: AnyRequest, name: str, state: State) -> _Looking:
    session = session_of(request, state)
    which = next((one for one in LISTS if one.name == name), None)
    if which is None:
        raise DomainError("not_found", "There is no such page here.")
    return _Looking(session, which, state.database, state.clock.now())


def _wish(which: FollowUpList, request: AnyRequest) -> Wish:
    given = request.query_params
    shown = given.get("show", "open" if which.opens_open else "all")
    sort = given.get("sort", "")
    return Wish(
        text=given.get("q", "").strip(),
        open_only=shown == "open",
        sort=sort if sort.removeprefix("-") in which.sortable else which.usual,
        after=given.get("after", ""),
        before=given.get("before", ""),
    )


def _addresses(which: FollowUpList, wish: Wish, found: ListPage) -> dict[str, Any]:
    """Where the headings, the pages before and after, and the file are."""
    here = {"q": wish.text, "show": "open" if wish.open_only else "all", "sort": wish.sort}

    def address(path: str = "", **more: str) -> str:
        return f"/web/{which.name}{path}?{urlencode({**here, **more})}"

    sorts = {
        column.sort: address(sort=f"-{column.sort}" if wish.sort == column.sort else column.sort)
        for column in which.columns
        if column.sort
    }
    return {
        "sorts": sorts,
        "before": address(before=found.before) if found.before else "",
        "after": address(after=found.after) if found.after else "",
        "file": address("/csv"),
    }


def _frame(looking: _Looking, connection: Connection) -> dict[str, Any]:
    """What every page behind the sign-in shows around its content."""
    records = ServerRecords(connection)
    caller = looking.session.caller
    houses = sorted({records.need(Organisation, one).name for one in caller.organisation_ids})
    return {
        "tabs": LISTS,
        "which": looking.which,
        "person": caller.person_name,
        "houses": ", ".join(houses),
        "csrf": looking.session.csrf,
    }


HANDLERS = [list_page, list_as_csv, row_page]
