"""Many stations without a cache, in a process of their own: each listens to the notices and pulls what moved.

Called with the server's port and a file of tokens, one a line; says `listening` when all are, ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

_LIMIT = 1 << 24


class LightStation:
    """One kept connection for the notices, one for what is pulled."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._have: dict[str, int] = {}

    async def begin(self) -> None:
        """Connect, and pull all that is there already."""
        self._reader, self._writer = await self._connected()
        self._notices, self._listening = await self._connected()
        self._listening.write(self._head("GET", "/v1/notices") + b"\r\n")
        head = await self._notices.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(head.splitlines()[0].decode())
        for stream in json.loads(await self._ask("GET", "/v1/streams", b"")):
            self._have[stream["id"]] = stream["head"]

    async def listen(self) -> None:
        """Pull after every notice."""
        while line := await self._notices.readline():
            if line.startswith(b"data:") and line[5:].strip().startswith(b"{"):
                moved: dict[str, int] = json.loads(line[5:])
                if any(position > self._have.get(stream, position) for stream, position in moved.items()):
                    await self._pull()

    async def _pull(self) -> None:
        answer = await self._ask("POST", "/v1/streams/changes", json.dumps({"have": self._have}).encode())
        if answer:
            self._have.update({page["stream"]: page["upto"] for page in json.loads(answer)["pages"]})

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port, limit=_LIMIT)

    def _head(self, method: str, path: str) -> bytes:
        return f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {self._token}\r\n".encode()

    async def _ask(self, method: str, path: str, body: bytes) -> bytes:
        told = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        self._writer.write(self._head(method, path) + told + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        if head.startswith("http/1.1 304"):
            return b""
        if not head.startswith("http/1.1 200"):
            raise AssertionError(head.splitlines()[0])
        length = next(line for line in head.splitlines() if line.startswith("content-length:"))
        return await self._reader.readexactly(int(length.partition(":")[2]))


async def _main(port: int, tokens: list[str]) -> None:
    stations = [LightStation(port, token) for token in tokens]
    for station in stations:
        await station.begin()
    listening = [asyncio.create_task(station.listen()) for station in stations]
    print("listening", flush=True)
    ended = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    done, _ = await asyncio.wait([ended, *listening], return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        one.result()
    if not ended.done():
        raise AssertionError("a station lost its server")
    for one in listening:
        one.cancel()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), Path(sys.argv[2]).read_text(encoding="utf-8").split()))
