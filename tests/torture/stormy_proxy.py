"""A TCP proxy that does to each request what networks do, by chance from a seed: real sockets, cut anywhere."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from types import TracebackType

_PIECE = 65_536
_PORTAL = b"<html><body>Welcome to the Hotel. Room number?</body></html>"
_FORGET_UNSENT = struct.pack("ii", 1, 0)
_STRANGERS = (
    "200 OK",
    "302 Found",
    "401 Unauthorized",
    "403 Forbidden",
    "404 Not Found",
    "429 Slow",
    "502 Bad Gateway",
)


class _Cut(Exception):
    """The connection is over, for the client by a reset."""


class StormyProxy:
    """Listens on a free loopback port from entering to leaving; `is_calm` lets everything through."""

    def __init__(self, target_port: int, seed: int, *, calm_share: float = 0.35, hold_seconds: float = 1.0) -> None:
        """So much of all requests passes unharmed; a black hole swallows for `hold_seconds` and is cut then."""
        self.is_calm = False
        self.happened: Counter[str] = Counter()
        self.port = 0
        self._target_port, self._chance = target_port, random.Random(seed)
        self._calm_share, self._hold_seconds = calm_share, hold_seconds
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._over: asyncio.Event | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), name="proxy")
        self._faults: dict[str, Callable[[_Exchange], Awaitable[None]]] = {
            "refused": _refused,
            "request cut": _request_cut,
            "answer lost": _answer_lost,
            "answer cut": _answer_cut,
            "answer trickled": _answer_trickled,
            "byte flipped": _byte_flipped,
            "black hole": _black_hole,
            "asked twice": _asked_twice,
            "stranger answered": _stranger_answered,
        }

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> StormyProxy:
        self._thread.start()
        self._up.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._over is not None
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        self._loop.close()

    async def _serve(self) -> None:
        self._over = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._over.wait()
        server.close()
        # Connections, and acceptances on their way that become connections.
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The task is ours: asyncio calls one of its own a fault when it is cancelled."""
        task = self._loop.create_task(self._take(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._connections.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._loop.call_exception_handler({"message": "a connection failed", "exception": error, "task": task})

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _message(reader):
                exchange = _Exchange(request, writer, self._target_port, self._chance, self._hold_seconds)
                passes = self.is_calm or self._chance.random() < self._calm_share
                name = "passed" if passes else self._chance.choice(list(self._faults))
                self.happened[name] += 1
                await (_passed if passes else self._faults[name])(exchange)
        except _Cut:
            taken: socket.socket = writer.get_extra_info("socket")
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _FORGET_UNSENT)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


class _Exchange:
    """One request on its way, and the means to answer it."""

    def __init__(
        self, request: bytes, near: asyncio.StreamWriter, port: int, chance: random.Random, hold_seconds: float
    ) -> None:
        self.request, self.near, self.chance, self.hold_seconds = request, near, chance, hold_seconds
        self._port = port

    async def ask(self, request: bytes | None = None, *, length: int | None = None) -> bytes:
        """What the server answers; with a `length` it gets only so much of the request, and then nobody listens."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write((self.request if request is None else request)[:length])
            await writer.drain()
            return b"" if length is not None else await _message(reader)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def tell(self, answer: bytes) -> None:
        """Hand it to the client."""
        self.near.write(answer)
        await self.near.drain()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One whole request or answer; empty at the end of the connection."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    fields = head.lower()
    if b"transfer-encoding: chunked" in fields:
        body = b""
        while not body.endswith(b"0\r\n\r\n"):
            body += await reader.readuntil(b"\r\n")
        return head + body
    _, found, rest = fields.partition(b"content-length:")
    length = int(rest.split(b"\r\n", 1)[0]) if found else 0
    return head + await reader.readexactly(length)


async def _passed(exchange: _Exchange) -> None:
    await exchange.tell(await exchange.ask())


async def _refused(_exchange: _Exchange) -> None:
    raise _Cut


async def _request_cut(exchange: _Exchange) -> None:
    await exchange.ask(length=exchange.chance.randrange(len(exchange.request)))
    raise _Cut


async def _answer_lost(exchange: _Exchange) -> None:
    await exchange.ask()
    raise _Cut


async def _answer_cut(exchange: _Exchange) -> None:
    answer = await exchange.ask()
    await exchange.tell(answer[: exchange.chance.randrange(len(answer) or 1)])
    raise _Cut


async def _answer_trickled(exchange: _Exchange) -> None:
    answer = await exchange.ask()
    step = max(1, len(answer) // 20)
    for start in range(0, len(answer), step):
        await exchange.tell(answer[start : start + step])
        await _pause(0.01)


async def _pause(seconds: float) -> None:
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), seconds)


async def _byte_flipped(exchange: _Exchange) -> None:
    """One bit, in the request or in the answer."""
    if exchange.chance.random() < 0.5:
        await exchange.tell(await exchange.ask(_with_flipped_bit(exchange.request, exchange.chance)))
    else:
        await exchange.tell(_with_flipped_bit(await exchange.ask(), exchange.chance))


def _with_flipped_bit(message: bytes, chance: random.Random) -> bytes:
    """Only in what is said, behind the headers: a garbled header is a cut by another name."""
    start = message.find(b"\r\n\r\n") + 4
    if start >= len(message):
        return message
    garbled = bytearray(message)
    garbled[chance.randrange(start, len(message))] ^= 1 << chance.randrange(7)
    return bytes(garbled)


async def _black_hole(exchange: _Exchange) -> None:
    await _pause(exchange.hold_seconds)
    raise _Cut


async def _asked_twice(exchange: _Exchange) -> None:
    first, second = await exchange.ask(), await exchange.ask()
    await exchange.tell(exchange.chance.choice((first, second)))


async def _stranger_answered(exchange: _Exchange) -> None:
    status = exchange.chance.choice(_STRANGERS)
    kind = exchange.chance.choice(("text/html", "text/plain", "application/json"))
    more = "Location: http://login.invalid/\r\n" if status.startswith("302") else ""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}Content-Length: {len(_PORTAL)}\r\n\r\n"
    await exchange.tell(head.encode() + _PORTAL)
