"""Listening to the server's notices, so that a change elsewhere is seen here within a second."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterator

import msgspec
import requests

from desktop.sync.loop import back_off_seconds

SILENCE_SECONDS = 45.0
"""The server sends a line every 15 seconds; three missing ones mean that the connection is dead."""
_CONNECT_SECONDS = 3.0


class NoticeListener:
    """Holds one request for server-sent events open, in a thread of its own, and asks anew when it breaks.

    A proxy that buffers is no fault: the loop polls all the same.
    """

    def __init__(
        self,
        server_url: str,
        token: Callable[[], str],
        *,
        on_moved: Callable[[dict[str, int]], None],
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`token` is asked at each connection; `on_moved` is told stream and position, in the listener's thread."""
        self._address = f"{server_url.rstrip('/')}/v1/notices"
        self._token = token
        self._on_moved = on_moved
        self._chance = chance
        self._stopped = threading.Event()
        self._answer: requests.Response | None = None
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self, *, wait_seconds: float = 5.0) -> None:
        """Hang up."""
        self._stopped.set()
        answer = self._answer
        if answer is not None:
            answer.raw.shutdown()
        if self._thread.is_alive():
            self._thread.join(wait_seconds)

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            try:
                for moved in self._listen():
                    failures = 0
                    self._on_moved(moved)
            except (requests.exceptions.RequestException, msgspec.MsgspecError, ValueError, OSError) as error:
                logging.getLogger(__name__).info("notices broke off: %s", type(error).__name__)
            failures += 1
            self._stopped.wait(back_off_seconds(failures, 0.0, self._chance()))

    def _listen(self) -> Iterator[dict[str, int]]:
        headers = {"Authorization": f"Bearer {self._token()}", "Accept": "text/event-stream"}
        timeouts = (_CONNECT_SECONDS, SILENCE_SECONDS)
        with requests.get(
            self._address, headers=headers, timeout=timeouts, stream=True, allow_redirects=False
        ) as answer:
            if answer.status_code != 200 or "text/event-stream" not in answer.headers.get("content-type", ""):
                return
            self._answer = answer
            try:
                # A stop that came before the answer did not see it.
                if not self._stopped.is_set():
                    yield from _moves(answer)
            finally:
                self._answer = None


def _moves(answer: requests.Response) -> Iterator[dict[str, int]]:
    """The `moved` events; comments (the heart-beat) and other events are passed over."""
    event, data = "", []
    for line in _lines(answer):
        if line.startswith("event:"):
            event = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].strip())
        elif not line:
            if event == "moved" and data:
                yield msgspec.json.decode("\n".join(data), type=dict[str, int])
            event, data = "", []


def _lines(answer: requests.Response) -> Iterator[str]:
    """Lines as they come. The library's own way takes a CR and an LF that come apart for two line ends."""
    rest = b""
    for piece in answer.iter_content(chunk_size=None):
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r").decode("utf-8", errors="replace")
