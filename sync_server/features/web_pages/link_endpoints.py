"""`/r/…`: the page of a sample request for whoever holds its signed link. Looking changes nothing; a form answers.

The handlers go to threads themselves: the framework wraps one twice that shares its path with another method's.
"""

import asyncio
import secrets
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from litestar import get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, RawBody

from shared_models.kernel.errors import DomainError
from sync_server.features.web_pages.forms import LONGEST_FORM, form_fields
from sync_server.features.web_pages.link_answers import OUTCOMES
from sync_server.features.web_pages.link_desk import Arrived, LinkDesk
from sync_server.features.web_pages.rendering import PAGE_ERRORS, AnyRequest, Page, page, see
from sync_server.foundation.refusals import Refusal

_STATUS = {"open": 200, "over": 410, "withdrawn": 410}


@get(
    "/r/{signed:str}",
    exception_handlers=PAGE_ERRORS,
    media_type="text/html",
    summary="A sample request's page for who holds its link",
)
async def request_page(
    request: AnyRequest, signed: FromPath[str], state: State, form: FromQuery[str] = "", again: FromQuery[str] = ""
) -> Page:
    """Its status; for a distributor who does not take part, the form that answers it. Changes nothing."""
    return await asyncio.to_thread(_show, state.link_desk, signed, _address(request), form, bool(again))


def _show(desk: LinkDesk, signed: str, address: str, form: str, again: bool) -> Page:
    arrived = desk.arrive(signed, address)
    taken = desk.taken_at(arrived.link, form)
    notice = ""
    if taken:
        notice = f"Already done on {taken}. Nothing was changed." if again else f"Taken on {taken}. Thank you."
    return _request_page(signed, arrived, notice=notice, is_good=bool(taken))


@post(
    "/r/{signed:str}",
    status_code=303,
    exception_handlers=PAGE_ERRORS,
    request_max_body_size=LONGEST_FORM,
    media_type="text/html",
    summary="Answer a sample request by its link",
)
async def answer_request(request: AnyRequest, signed: FromPath[str], body: RawBody, state: State) -> Page:
    """Takes the form of the page; the same form again changes nothing."""
    return await asyncio.to_thread(_answer, state.link_desk, signed, _address(request), body)


def _answer(desk: LinkDesk, signed: str, address: str, body: bytes) -> Page:
    arrived = desk.arrive(signed, address)
    if arrived.standing != "open":
        return _request_page(signed, arrived)
    fields = form_fields(body)
    try:
        is_new = desk.answer(arrived, fields)
    except Refusal:
        raise
    except DomainError as refusal:
        now_there = desk.arrive(signed, address)
        return _request_page(signed, now_there, notice=_why_not(now_there, refusal), entered=fields, status=422)
    query = urlencode({"form": fields["form"], **({} if is_new else {"again": "1"})})
    return see(f"/r/{quote(signed)}?{query}")


@post(
    "/r/{signed:str}/again",
    status_code=200,
    sync_to_thread=True,
    exception_handlers=PAGE_ERRORS,
    request_max_body_size=LONGEST_FORM,
    media_type="text/html",
    summary="Ask for a new link in place of one whose time is over",
)
def ask_again(request: AnyRequest, signed: FromPath[str], body: RawBody, state: State) -> Page:
    """The new link goes by mail to the address to which the old one was written, and nowhere else."""
    desk: LinkDesk = state.link_desk
    arrived = desk.arrive(signed, _address(request))
    desk.ask_again(arrived)
    notice = "A new link is on its way by mail, to the address to which this one was sent."
    return _request_page(signed, arrived, notice=notice, is_good=True, status=200, was_asked=True)


def _address(request: AnyRequest) -> str:
    return request.client.host if request.client else ""


def _why_not(arrived: Arrived, refusal: DomainError) -> str:
    """Somebody else, or an earlier form, was quicker: then it is said when."""
    if arrived.words.is_settled and arrived.words.said_before:
        last = arrived.words.said_before[-1]
        return f"Already done on {last.at} by {last.by}. Nothing was changed."
    return f"{refusal.sentence} Nothing was stored."


def _request_page(
    signed: str,
    arrived: Arrived,
    *,
    notice: str = "",
    is_good: bool = False,
    entered: Mapping[str, str] = {},
    status: int = 0,
    was_asked: bool = False,
) -> Page:
    shown = arrived.words if arrived.standing == "open" else None
    values = {
        "signed": signed,
        "standing": arrived.standing,
        "words": shown,
        "may_answer": arrived.may_answer and shown is not None and not shown.is_settled,
        "is_for_answering": arrived.link.purpose == "confirm",
        "takes_part": arrived.takes_part,
        "notice": notice,
        "is_good": is_good,
        "entered": entered,
        "outcomes": OUTCOMES,
        "form": secrets.token_urlsafe(12),
        "was_asked": was_asked,
    }
    return page("request.html", values, status=status or _STATUS[arrived.standing])


HANDLERS = [request_page, answer_request, ask_again]
