"""Telling waiting stations at once which streams moved, whichever thread or process moved them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import msgspec
from litestar.response import ServerSentEventMessage
from sqlalchemy import Connection

from sync_server.features.sync.account_changes import accounts_state
from sync_server.features.sync.stream_log import read_heads
from sync_server.foundation.database import Database, Moved

HEARTBEAT_SECONDS = 15.0
"""A line without content, so that proxies keep the connection and both ends notice a dead one."""
POLL_SECONDS = 0.5
"""How often the heads are read for what other processes published; this process's own changes are told at once."""
MOST_LISTENERS = 2000


class Notices:
    """The listeners of one process. `moved` may be called from any thread; everything else from the event loop."""

    def __init__(self, database: Database, *, access_mark: Callable[[Connection], object] = accounts_state) -> None:
        """Listens to the database's own commits from now on.

        When what `access_mark` reads changes, every listener is asked at once who it is and what it may see.
        """
        self._database = database
        self._access_mark = access_mark
        self._access: object = None
        self._access_round = 0
        self._listeners: dict[asyncio.Event, dict[str, int]] = {}
        self._known: dict[str, int] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._polling: asyncio.Task[None] | None = None
        self._closed = False
        database.on_moved.append(self.moved)

    def moved(self, positions: Moved) -> None:
        """Streams reached these positions."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake, dict(positions))

    def close(self) -> None:
        """End all listening, so that the server can stop."""
        self._closed = True
        for woken in self._listeners:
            woken.set()

    @property
    def is_full(self) -> bool:
        """Whether no further listener can be taken; the station's own polling goes on without."""
        return len(self._listeners) >= MOST_LISTENERS

    async def listen(
        self, streams_now: Callable[[], Iterable[str]], *, heartbeat_seconds: float = HEARTBEAT_SECONDS
    ) -> AsyncIterator[ServerSentEventMessage]:
        """`{stream: position}` events: first where the streams stand, then what moves.

        `streams_now` gives the streams that the listener may see and is asked again at each heartbeat, in a thread;
        whatever it raises ends the listening, which is how a revoked station is shut out.
        """
        self._loop = asyncio.get_running_loop()
        woken = asyncio.Event()
        if self._access is None:
            # Before the listener is asked who it is: what changes from here on is seen by the polling.
            self._access = await asyncio.to_thread(self._read_access)
        allowed = set(await asyncio.to_thread(streams_now))
        told = await asyncio.to_thread(self._read, allowed)
        self._listeners[woken] = dict.fromkeys(allowed, 0)
        self._start_polling()
        try:
            yield _event(told)
            asked_in = self._access_round
            while not self._closed:
                try:
                    await asyncio.wait_for(woken.wait(), heartbeat_seconds)
                    if asked_in != self._access_round:
                        asked_in = self._access_round
                        allowed = set(await asyncio.to_thread(streams_now))
                except TimeoutError:
                    allowed = set(await asyncio.to_thread(streams_now))
                    self._listeners[woken] = dict.fromkeys(allowed, 0)
                    yield ServerSentEventMessage(comment="still here")
                woken.clear()
                news = {one: at for one, at in self._known.items() if one in allowed and at > told.get(one, 0)}
                if news:
                    told.update(news)
                    yield _event(news)
        finally:
            del self._listeners[woken]

    def _wake(self, positions: Moved) -> None:
        news = {stream for stream, position in positions.items() if position > self._known.get(stream, 0)}
        self._known.update({stream: positions[stream] for stream in news})
        for woken, streams in self._listeners.items():
            if news & streams.keys():
                woken.set()

    def _start_polling(self) -> None:
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        """Runs as long as somebody listens."""
        while self._listeners and not self._closed:
            await asyncio.sleep(POLL_SECONDS)
            wanted = {stream for streams in self._listeners.values() for stream in streams}
            try:
                self._wake(await asyncio.to_thread(self._read, wanted))
                self._look_at_access(await asyncio.to_thread(self._read_access))
            except Exception:  # noqa: BLE001 - the next round reads again; the database's own fault is logged there
                continue

    def _look_at_access(self, access: object) -> None:
        if self._access not in (None, access):
            self._access_round += 1
            for woken in self._listeners:
                woken.set()
        self._access = access

    def _read_access(self) -> object:
        with self._database.reading() as connection:
            return self._access_mark(connection)

    def _read(self, streams: Iterable[str]) -> Moved:
        with self._database.reading() as connection:
            return {stream: head.head for stream, head in read_heads(connection, streams).items()}


def _event(positions: dict[str, Any]) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(positions).decode(), event="moved")
