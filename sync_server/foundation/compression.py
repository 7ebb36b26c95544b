"""Bodies travel compressed, zstd or else gzip, in both directions; a packed request may not unfold without end."""

import gzip
import zlib
from typing import Any

import zstandard
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST_TO_PACK = 600
LONGEST_UNPACKED = 64 * 1024 * 1024


def packing(app: ASGIApp) -> ASGIApp:
    """Middleware: unpack request bodies by Content-Encoding, pack JSON answers by Accept-Encoding."""

    async def packed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        headers = Headers.from_scope(scope)
        encoding = headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            receive = _Unpacking(receive, encoding)
        await app(scope, receive, _Packing(send, headers.get("accept-encoding", "")))

    return packed


class _Unpacking:
    """Gives the request's body unpacked, chunk by chunk."""

    def __init__(self, receive: Receive, encoding: str) -> None:
        self._receive = receive
        if encoding == "zstd":
            self._unpacker: Any = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
        elif encoding == "gzip":
            self._unpacker = zlib.decompressobj(wbits=31)
        else:
            raise HTTPException(status_code=415)
        self._is_gzip = encoding == "gzip"
        self._total = 0

    async def __call__(self) -> Any:
        message: Any = await self._receive()
        if message["type"] != "http.request" or not message.get("body"):
            return message
        try:
            limits = (LONGEST_UNPACKED,) if self._is_gzip else ()
            body = self._unpacker.decompress(message["body"], *limits)
        except (zlib.error, zstandard.ZstdError, EOFError):
            raise ClientException("its compression is broken") from None
        self._total += len(body)
        if self._total > LONGEST_UNPACKED or (self._is_gzip and self._unpacker.unconsumed_tail):
            raise HTTPException(status_code=413)
        return {**message, "body": body}


class _Packing:
    """Packs an answer that comes in one piece; streams go through as they are."""

    def __init__(self, send: Send, accepted: str) -> None:
        self._send = send
        names = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
        self._encoding = "zstd" if "zstd" in names else "gzip" if "gzip" in names else ""
        self._start: Any = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] == "http.response.body" and self._start is not None:
            start, self._start = self._start, None
            body = message["body"]
            if not message["more_body"] and self._may_pack(start, body):
                body = _pack(body, self._encoding)
                headers = MutableScopeHeaders.from_message(start)
                headers["content-encoding"] = self._encoding
                headers["content-length"] = str(len(body))
                headers["vary"] = "accept-encoding"
                message["body"] = body
            await self._send(start)
        await self._send(message)

    def _may_pack(self, start: Any, body: bytes) -> bool:
        headers = MutableScopeHeaders.from_message(start)
        is_text = headers.get("content-type", "").startswith(("application/json", "application/vnd.oai", "text/"))
        return bool(self._encoding) and is_text and len(body) >= SMALLEST_TO_PACK and "content-encoding" not in headers


def _pack(body: bytes, encoding: str) -> bytes:
    return zstandard.compress(body, 3) if encoding == "zstd" else gzip.compress(body, 5, mtime=0)
