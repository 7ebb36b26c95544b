"""Signing in and out in a browser, with the same account and the same patience as in every other program."""

import asyncio
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import RawBody

from shared_models.kernel.errors import DomainError
from sync_server.features.accounts.sign_in import Door
from sync_server.features.web_pages.forms import LONGEST_FORM, form_fields
from sync_server.features.web_pages.rendering import PAGE_ERRORS, AnyRequest, Page, page, see
from sync_server.features.web_pages.sessions import COOKIE, VISIT, Session, Sessions
from sync_server.foundation.caller import NotSignedIn
from sync_server.foundation.errors import STATUS_OF_CODE
from sync_server.foundation.refusals import Refusal

FIRST_PAGE = "/web/orders"
SIGN_IN = "/web/sign-in"


def session_of(request: AnyRequest, state: State) -> Session:
    """Who asks. Raises `NotSignedIn`."""
    sessions: Sessions = state.web_sessions
    return sessions.recognise(request.cookies.get(COOKIE))


def still_signed_in(answer: Response[str], session: Session, state: State) -> Response[str]:
    """The answer, with which the half hour of quiet begins anew."""
    sessions: Sessions = state.web_sessions
    answer.cookies.append(sessions.cookie(session.secret))
    return answer


def to_sign_in(request: AnyRequest, error: Exception) -> Page:
    """Where a page leads that nobody may see who is not signed in; afterwards it is shown."""
    sentence = error.sentence if isinstance(error, NotSignedIn) else ""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    asked = request.method == "GET" and wanted.rstrip("/") != "/web"
    why = {} if isinstance(error, NotSignedIn) and error.code == "token_missing" else {"why": sentence}
    query = urlencode({**({"next": wanted} if asked else {}), **why})
    answer = see(f"{SIGN_IN}?{query}" if query else SIGN_IN)
    answer.cookies.append(request.app.state.web_sessions.no_cookie())
    return answer


MEMBER_ERRORS = {**PAGE_ERRORS, NotSignedIn: to_sign_in}
"""For pages behind the sign-in."""


@get(["/", "/web"], include_in_schema=False, sync_to_thread=False, exception_handlers=PAGE_ERRORS)
def home() -> Page:
    """The first list; who is not signed in comes to the sign-in from there."""
    return see(FIRST_PAGE)


@get(SIGN_IN, include_in_schema=False, exception_handlers=PAGE_ERRORS)
async def sign_in_page(request: AnyRequest, state: State) -> Page:
    """The form."""
    why = request.query_params.get("why", "")
    wanted = request.query_params.get("next", "")
    return await asyncio.to_thread(_form, state.web_sessions, wanted, why if why in _SENTENCES else "")


_SENTENCES = frozenset(
    {"You were signed out after half an hour without a click.", "You were signed out. Please sign in again."}
)
"""What a link may make this page say; nothing else, or it would say whatever somebody else wrote."""


def _form(sessions: Sessions, wanted: str, sentence: str, *, email: str = "", status: int = 200) -> Page:
    visit = secrets.token_urlsafe(24)
    values = {
        "csrf": sessions.csrf_of_visit(visit),
        "next": wanted if _is_ours(wanted) else "",
        "sentence": sentence,
        "email": email,
        "is_wrong": status != 200,
    }
    answer = page("sign_in.html", values, status=status)
    answer.cookies.append(sessions.visit_cookie(visit))
    return answer


@post(SIGN_IN, include_in_schema=False, request_max_body_size=LONGEST_FORM, exception_handlers=PAGE_ERRORS)
async def sign_in_here(request: AnyRequest, body: RawBody, state: State) -> Page:
    """Wrong and unknown are answered alike, and slower and slower, whatever program asks."""
    sessions: Sessions = state.web_sessions
    door: Door = state.door
    fields = form_fields(body)
    email, wanted = fields.get("email", ""), fields.get("next", "")
    visit = request.cookies.get(VISIT, "")
    if not visit or not sessions.fits(fields.get("csrf", ""), sessions.csrf_of_visit(visit)):
        sentence = "This page was open for too long, or the browser keeps no cookies. Please try once more."
        return await asyncio.to_thread(_form, sessions, wanted, sentence, email=email, status=403)
    address = request.client.host if request.client else ""
    try:
        secret = await door.lobby.take_in(lambda: sessions.begin(email, fields.get("password", ""), address))
    except DomainError as refusal:
        status = STATUS_OF_CODE.get(refusal.code, 422)
        answer = await asyncio.to_thread(_form, sessions, wanted, refusal.sentence, email=email, status=status)
        if isinstance(refusal, Refusal):
            answer.headers["retry-after"] = str(refusal.retry_after_seconds)
        return answer
    answer = see(wanted if _is_ours(wanted) else FIRST_PAGE)
    answer.cookies.append(sessions.cookie(secret))
    return answer


@post(
    "/web/sign-out",
    include_in_schema=False,
    status_code=303,
    sync_to_thread=True,
    request_max_body_size=LONGEST_FORM,
    exception_handlers=MEMBER_ERRORS,
)
def sign_out_here(request: AnyRequest, body: RawBody, state: State) -> Page:
    """The session ends here and on the server."""
    sessions: Sessions = state.web_sessions
    session = session_of(request, state)
    require_own_form(sessions, session, form_fields(body))
    sessions.end(session)
    answer = see(SIGN_IN)
    answer.cookies.append(sessions.no_cookie())
    return answer


def require_own_form(sessions: Sessions, session: Session, fields: Mapping[str, str]) -> None:
    """Raises `DomainError("forbidden")` for a form that another site sent in the person's name."""
    if not sessions.fits(fields.get("csrf", ""), session.csrf):
        raise DomainError("role_missing", "This did not come from a page of yours. Nothing was done.")


def _is_ours(path: str) -> bool:
    """Whether it is one of these pages: nobody is sent elsewhere."""
    return path.startswith("/web/") and not any(sign in path for sign in "\\\r\n") and "//" not in path


HANDLERS = [home, sign_in_page, sign_in_here, sign_out_here]
