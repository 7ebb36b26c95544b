"""Bodies travel compressed, zstd or else gzip, in both directions; a packed request may not unfold without end."""

import gzip
import zlib
from collections.abc import Iterator
from typing import Any

import zstandard
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

SMALLEST_TO_PACK = 600
LONGEST_UNPACKED = 64 * 1024 * 1024
_LARGEST_WINDOW = 1 << 23
"""Bytes that zstd may look back on: what RFC 9659 allows in HTTP."""
_PACKED_AT_ONCE = 256
"""Bytes: zstd cannot be told how much to give at most, and four bytes may become 128 KiB."""


def packing(app: ASGIApp) -> ASGIApp:
    """Middleware: unpack request bodies by Content-Encoding, pack JSON answers by Accept-Encoding."""

    async def packed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        headers = Headers.from_scope(scope)
        receive = unpacking(receive, headers.get("content-encoding", ""))
        await app(scope, receive, _Packing(send, headers.get("accept-encoding", "")))

    return packed


def unpacking(receive: Receive, encoding: str) -> Receive:
    """Gives what `receive` gives, unpacked. Raises `HTTPException` (415) for a Content-Encoding that is not known."""
    encoding = encoding.strip().lower()
    return receive if encoding in ("", "identity") else _Unpacking(receive, encoding)


def encoding_for(body: bytes, accepted: str) -> str:
    """The Content-Encoding for a body of text, by the client's Accept-Encoding; empty when it travels as it is."""
    if len(body) < SMALLEST_TO_PACK:
        return ""
    names = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
    return "zstd" if "zstd" in names else "gzip" if "gzip" in names else ""


def pack(body: bytes, encoding: str) -> bytes:
    """The body in an encoding that `encoding_for` gave."""
    return zstandard.compress(body, 3) if encoding == "zstd" else gzip.compress(body, 5, mtime=0)


class _Unpacking:
    """Gives the request's body unpacked, chunk by chunk."""

    def __init__(self, receive: Receive, encoding: str) -> None:
        self._receive = receive
        if encoding == "zstd":
            self._unpacker: Any = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).decompressobj()
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
            body = b"".join(self._parts(message["body"]))
        except (zlib.error, zstandard.ZstdError, EOFError):
            raise ClientException("its compression is broken") from None
        return {**message, "body": body}

    def _parts(self, packed: bytes) -> Iterator[bytes]:
        """What comes out, in parts that have an end whatever was packed."""
        if self._is_gzip:
            yield self._counted(self._unpacker.decompress(packed, LONGEST_UNPACKED))
            if self._unpacker.unconsumed_tail:
                raise HTTPException(status_code=413)
            return
        for start in range(0, len(packed), _PACKED_AT_ONCE):
            yield self._counted(self._unpacker.decompress(packed[start : start + _PACKED_AT_ONCE]))

    def _counted(self, part: bytes) -> bytes:
        self._total += len(part)
        if self._total > LONGEST_UNPACKED:
            raise HTTPException(status_code=413)
        return part


class _Packing:
    """Packs an answer that comes in one piece; streams go through as they are."""

    def __init__(self, send: Send, accepted: str) -> None:
        self._send = send
        self._accepted = accepted
        self._start: Any = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] == "http.response.body" and self._start is not None:
            start, self._start = self._start, None
            body = message["body"]
            encoding = "" if message["more_body"] else encoding_for(body, self._accepted)
            if encoding and _is_text(start):
                body = pack(body, encoding)
                headers = MutableScopeHeaders.from_message(start)
                headers["content-encoding"] = encoding
                headers["content-length"] = str(len(body))
                headers["vary"] = "accept-encoding"
                message["body"] = body
            await self._send(start)
        await self._send(message)


def _is_text(start: Any) -> bool:
    """Whether an answer is text that nobody packed yet."""
    headers = MutableScopeHeaders.from_message(start)
    is_text = headers.get("content-type", "").startswith(("application/json", "application/vnd.oai", "text/"))
    return is_text and "content-encoding" not in headers
