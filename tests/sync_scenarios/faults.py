"""A small real proxy between a station and the server that does to answers what networks do to them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

Fault = Callable[["FaultHandler", bytes], None]
"""Answers a request in a wrong way; gets the handler and the request's body."""


_PASSED_ON = ("authorization", "content-type", "content-digest")


class FaultHandler(BaseHTTPRequestHandler):
    """Passes requests on, unless a fault is planned for the path."""

    # Each request has its own connection and thread, so that nothing is left running.
    protocol_version = "HTTP/1.0"
    server: FaultProxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.server.seen.append(self.path)
        fault = self.server.next_fault(self.path)
        if fault is not None:
            fault(self, body)
            return
        self.pass_on(self.ask_server(body))

    def pass_on(self, answer: requests.Response) -> None:
        more = {name.replace("-", "_"): answer.headers[name] for name in ("content-range",) if name in answer.headers}
        self.reply(answer.status_code, answer.content, answer.headers.get("content-type", ""), told_length=None, **more)

    def do_GET(self) -> None:
        self.do_POST()

    def ask_server(self, body: bytes) -> requests.Response:
        headers = {name: self.headers[name] for name in (*_PASSED_ON, "range") if name in self.headers}
        url = self.server.target + self.path
        return requests.request(self.command, url, data=body, headers=headers, timeout=20)

    def reply(self, status: int, content: bytes, kind: str, *, told_length: int | None = None, **more: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        if status != 304:
            self.send_header("content-length", str(len(content) if told_length is None else told_length))
        for name, value in more.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if status != 304:
            with suppress(ConnectionError):
                self.wfile.write(content)

    def finish(self) -> None:
        # A client that waits no longer is what such a proxy is there for.
        with suppress(ConnectionError):
            super().finish()

    def hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Silence: the library would write to standard error."""


class FaultProxy(ThreadingHTTPServer):
    """The proxy; `faults` are used up one after the other, each by the next request to its path.

    A path that ends with `*` stands for every one that has the rest in it.
    """

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), FaultHandler)
        self.target = target
        self.faults: list[tuple[str, Fault]] = []
        self.always: dict[str, Fault] = {}
        """By path; what stands here answers every request that no fault was planned for."""
        self.seen: list[str] = []
        self.has_ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_fault(self, path: str) -> Fault | None:
        for number, (wanted, fault) in enumerate(self.faults):
            if wanted == path or (wanted.endswith("*") and wanted.strip("*") in path):
                del self.faults[number]
                return fault
        return self.always.get(path)


@contextmanager
def fault_proxy(target: str) -> Iterator[FaultProxy]:
    """The proxy, running."""
    with FaultProxy(target) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, name="fault proxy", kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.has_ended.set()
            proxy.shutdown()
            thread.join()


class Replay:
    """Keeps answers as they pass, and gives one of them again later, whatever is asked by then."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, bytes, str]] = []

    def keep(self, handler: FaultHandler, body: bytes) -> None:
        """As if nothing was in between."""
        answer = handler.ask_server(body)
        if answer.status_code == 200:
            self.kept.append((200, answer.content, answer.headers.get("content-type", "")))
        handler.pass_on(answer)

    def again(self, number: int) -> Fault:
        """The answer of that time."""
        return lambda handler, _body: handler.reply(*self.kept[number])


def captive_portal(handler: FaultHandler, _body: bytes) -> None:
    """200, and a page that wants a room number."""
    handler.reply(200, b"<html><body>Welcome to the Hotel. Room number?</body></html>", "text/html")


def portal_redirect(handler: FaultHandler, _body: bytes) -> None:
    """Sent elsewhere."""
    handler.reply(302, b"", "text/html", location="http://login.invalid/")


def broken_json(handler: FaultHandler, _body: bytes) -> None:
    """An answer of the right kind with the wrong words in it."""
    handler.reply(200, b'{"hello": "world"}', "application/json")


def html_404(handler: FaultHandler, _body: bytes) -> None:
    """A proxy's own page."""
    handler.reply(404, b"<html>not here</html>", "text/html")


def bad_gateway(handler: FaultHandler, _body: bytes) -> None:
    """The server behind the proxy restarts."""
    handler.reply(502, b"<html>Bad Gateway</html>", "text/html")


def forbidden(handler: FaultHandler, _body: bytes) -> None:
    """A firewall says no."""
    handler.reply(403, b"<html>Blocked by policy</html>", "text/html")


def too_many(handler: FaultHandler, _body: bytes) -> None:
    """Come back in 42 seconds."""
    handler.reply(429, b"slow down", "text/plain", retry_after="42")


def answer_lost(handler: FaultHandler, body: bytes) -> None:
    """The server did it, and the line went dead before its answer came."""
    handler.ask_server(body)
    handler.hang_up()


def no_answer_in_time(handler: FaultHandler, body: bytes) -> None:
    """The server did it, and answers when nobody listens any more."""
    handler.ask_server(body)
    handler.server.has_ended.wait(20)
    handler.hang_up()


def answer_cut(handler: FaultHandler, body: bytes) -> None:
    """Half of the answer, then silence."""
    answer = handler.ask_server(body)
    half = answer.content[: len(answer.content) // 2]
    handler.reply(answer.status_code, half, answer.headers.get("content-type", ""), told_length=len(answer.content))
    handler.hang_up()


def asked_twice(handler: FaultHandler, body: bytes) -> None:
    """The request reached the server twice."""
    handler.ask_server(body)
    answer = handler.ask_server(body)
    handler.reply(answer.status_code, answer.content, answer.headers.get("content-type", ""))


def request_garbled(handler: FaultHandler, body: bytes) -> None:
    """A bit fell over on the way, in the middle of what the operation says."""
    place = body.rindex(b"2027-01-15") + len("2027-01-1")
    answer = handler.ask_server(body[:place] + b"4" + body[place + 1 :])
    handler.reply(answer.status_code, answer.content, answer.headers.get("content-type", ""))
