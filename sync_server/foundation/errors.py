"""What a caller is told when something is refused or goes wrong: `application/problem+json`, never a traceback."""

import logging
from typing import Any
from uuid import uuid4

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException

from shared_models.kernel.errors import DomainError, Facts
from shared_models.sync.wire import Problem
from sync_server.foundation.caller import NotSignedIn
from sync_server.foundation.refusals import Refusal, StorageUnavailable

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS_OF_CODE = {
    "not_found": 404,
    "not_a_member": 403,
    "role_missing": 403,
    "module_missing": 403,
    "body_damaged": 400,
    "body_differs": 409,
    "station_copied": 409,
    "already_there": 409,
    "too_large": 413,
    "file_too_large": 413,
    "unsupported_type": 415,
    "protocol_unsupported": 426,
    "too_many_attempts": 429,
    "sign_in_busy": 429,
    "wrong_credentials": 401,
    "being_made": 503,
}
"""Status of a refusal by its code; every other code is 422."""
_SENTENCES = {
    400: ("malformed", "The request cannot be read."),
    401: ("token_missing", "Sign in first."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is no such thing here."),
    405: ("method_not_allowed", "This address does not answer that method."),
    413: ("too_large", "The request is too large."),
    415: ("unsupported_type", "The server cannot read this kind of content."),
    429: ("too_many_attempts", "Too many requests; wait a moment."),
}


def problem(
    status: int, code: str, sentence: str, facts: Facts | None = None, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """The error answer."""
    body = Problem(status=status, code=code, sentence=sentence, facts=dict(facts or {}))
    if status == 413:
        # Or the server would go on taking in what it will not have, for as long as it is sent.
        headers = {**(headers or {}), "Connection": "close"}
    return Response(msgspec.json.encode(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)


AnyRequest = Request[Any, Any, State]


def _on_domain_error(_request: AnyRequest, error: DomainError) -> Response[bytes]:
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, Refusal) else None
    return problem(STATUS_OF_CODE.get(error.code, 422), error.code, error.sentence, error.facts, headers)


def _on_not_signed_in(_request: AnyRequest, error: NotSignedIn) -> Response[bytes]:
    status = 410 if error.revoked else 401
    return problem(
        status, error.code, error.sentence, headers=None if error.revoked else {"WWW-Authenticate": "Bearer"}
    )


def _on_storage(_request: AnyRequest, error: StorageUnavailable) -> Response[bytes]:
    headers = {"Retry-After": str(error.retry_after_seconds)}
    return problem(503, error.code, error.sentence, headers=headers)


def _on_http_error(_request: AnyRequest, error: HTTPException) -> Response[bytes]:
    code, sentence = _SENTENCES.get(error.status_code, ("malformed", "The request cannot be answered."))
    if isinstance(error, ValidationException):
        sentence = f"The request cannot be read: {_what_is_wrong(error)}."
    elif error.status_code == 400 and error.detail:
        sentence = f"The request cannot be read: {error.detail.rstrip('.')}."
    return problem(error.status_code, code, sentence, headers=dict(error.headers or {}) or None)


def _what_is_wrong(error: ValidationException) -> str:
    """Each field and what is wrong with it."""
    faults = error.extra if isinstance(error.extra, list) else []
    said = [
        " ".join(str(fault[part]) for part in ("key", "message") if fault.get(part))
        for fault in faults
        if isinstance(fault, dict)
    ]
    return "; ".join(said) or error.detail.rstrip(".")


def _on_decode_error(_request: AnyRequest, error: msgspec.MsgspecError) -> Response[bytes]:
    return problem(400, "malformed", f"The request cannot be read: {error}.")


def _on_depth(_request: AnyRequest, _error: RecursionError) -> Response[bytes]:
    return problem(400, "malformed", "The request cannot be read: it is nested too deeply.")


def _on_anything(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A fault of ours: logged once and whole under a number that the caller may quote."""
    number = uuid4().hex[:12]
    # The pattern and not the path: a signed link is a secret.
    where = request.scope.get("path_template") or request.url.path
    logger.error("fault %s in %s %s", number, request.method, where, exc_info=error)
    sentence = f"Something went wrong on the server. Nothing was stored; tell the operator the number {number}."
    return problem(500, "server_fault", sentence, {"number": number})


EXCEPTION_HANDLERS: dict[Any, Any] = {
    DomainError: _on_domain_error,
    NotSignedIn: _on_not_signed_in,
    StorageUnavailable: _on_storage,
    HTTPException: _on_http_error,
    msgspec.MsgspecError: _on_decode_error,
    RecursionError: _on_depth,
    Exception: _on_anything,
}
"""For the application; the nearest class wins."""


def answer_to(request: AnyRequest, error: Exception) -> Response[bytes]:
    """What is told of an error where the application does not tell it itself."""
    handler = next(EXCEPTION_HANDLERS[kind] for kind in type(error).__mro__ if kind in EXCEPTION_HANDLERS)
    answer: Response[bytes] = handler(request, error)
    return answer
