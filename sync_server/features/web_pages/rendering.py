"""How every page leaves: from a template that escapes what it is given, with headers that forbid everything else."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from shared_models.sync.wire import Problem
from sync_server.features.mail.wording import counted, day
from sync_server.foundation.errors import EXCEPTION_HANDLERS, answer_to

TEMPLATES = Path(__file__).resolve().parents[3] / "resources" / "web_pages"
AnyRequest = Request[Any, Any, State]
Page = Response[str]

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""No script runs, nothing is fetched from elsewhere, nobody frames a page, and its address is told to nobody."""
_FILES = {"order-track.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


def page(template: str, values: Mapping[str, Any], *, status: int = 200, headers: Mapping[str, str] = {}) -> Page:
    """The page of a template; a name that it misses is an error of ours."""
    text = _templates().get_template(template).render(values)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers={**HEADERS, **headers})


def see(path: str) -> Page:
    """The answer to a form that was taken: go and look, so that loading the page again sends nothing again."""
    return Response("", status_code=303, media_type=MediaType.HTML, headers={**HEADERS, "location": path})


def telling_page(title: str, sentence: str, *, status: int, headers: Mapping[str, str] = {}) -> Page:
    """A page with one sentence."""
    return page("telling.html", {"title": title, "sentence": sentence}, status=status, headers=headers)


def _on_error(request: AnyRequest, error: Exception) -> Page:
    """The same sentence and status as everywhere, as a page."""
    answer = answer_to(request, error)
    told = msgspec.json.decode(answer.content, type=Problem)
    kept = {name: value for name, value in answer.headers.items() if name.lower() == "retry-after"}
    return telling_page("Not possible", told.sentence, status=told.status, headers=kept)


PAGE_ERRORS: dict[Any, Any] = dict.fromkeys(EXCEPTION_HANDLERS, _on_error)
"""For handlers of pages, in place of the JSON that programs are told."""


@get("/web/files/{name:str}", include_in_schema=False, sync_to_thread=True, exception_handlers=PAGE_ERRORS)
def page_file(name: FromPath[str]) -> Response[bytes]:
    """What pages are dressed with."""
    if name not in _FILES:
        raise NotFoundException
    headers = {**HEADERS, "cache-control": "public, max-age=3600"}
    return Response((TEMPLATES / name).read_bytes(), media_type=_FILES[name], headers=headers)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"day": day, "counted": counted}
    return environment
