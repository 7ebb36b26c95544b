"""A fast path in front of the application for the request that comes by the thousand.

Routing, injection and response objects cost the framework more than such a request itself. What is answered here has
a handler in the application too, which says the same and stands in the schema.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from sync_server.foundation.compression import encoding_for, pack, unpacking
from sync_server.foundation.errors import answer_to

Headers: TypeAlias = Mapping[bytes, bytes]
"""By their names in small letters."""


class FastRoute(NamedTuple):
    """What answers the POSTs to one address: from body and headers to JSON. What it raises is told as everywhere."""

    answer: Callable[[bytes, Headers], Awaitable[bytes]]
    longest_body: int


class FastPath:
    """ASGI: answers the POSTs that it knows, hands on everything else."""

    def __init__(self, app: ASGIApp, posts: Mapping[str, FastRoute]) -> None:
        """`posts` by path; `app` answers the rest."""
        self._app = app
        self._posts = posts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        is_post = scope["type"] == ScopeType.HTTP and scope["method"] == "POST"
        route = self._posts.get(scope["path"]) if is_post else None
        if route is None:
            await self._app(scope, receive, send)
            return
        # Of two headers with one name the first counts, as in the application.
        headers = dict(reversed(list(scope["headers"])))
        try:
            body = await _body(headers, receive, route.longest_body)
            if body is None:
                return
            answer = await route.answer(body, headers)
        except Exception as error:  # noqa: BLE001 - it is answered by its kind, what nobody expected is logged
            request: Request[Any, Any, Any] = Request(scope)
            await answer_to(request, error).to_asgi_response(None, request)(scope, receive, send)
            return
        await _send_json(send, answer, headers.get(b"accept-encoding", b""))


async def _body(headers: Headers, receive: Receive, longest: int) -> bytes | None:
    """The whole body, unpacked; None when the client hung up before its end."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > longest:
        raise HTTPException(status_code=413)
    if encoding := headers.get(b"content-encoding"):
        receive = unpacking(receive, encoding.decode("latin-1"))
    parts: list[bytes] = []
    length = 0
    while True:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > longest:
            raise HTTPException(status_code=413)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def _send_json(send: Send, body: bytes, accepted: bytes) -> None:
    headers = [(b"content-type", b"application/json")]
    if encoding := encoding_for(body, accepted.decode("latin-1")):
        body = pack(body, encoding)
        headers += [(b"content-encoding", encoding.encode()), (b"vary", b"accept-encoding")]
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
