"""A network that drops, repeats, delays, reorders and cuts what it carries, at any byte; told in sentences."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPHeaderDict, HTTPResponse

from tests.sync_scenarios.simulation.choices import Choices, pick
from tests.sync_scenarios.simulation.fail_points import Crash
from tests.sync_scenarios.simulation.server import Answer, Request, TradeServer

Tell = Callable[[str], None]
PULL = "/v1/streams/changes"
PUSH = "/v1/operations"
_HTML = [("content-type", "text/html")]
_OK = 200
_KEPT_ANSWERS = 4
_MOST_STATEMENTS = 60


class LateRequest(NamedTuple):
    """A request that the network still holds; its station has given it up."""

    sender: str
    request: Request


class Lost(Exception):
    """No answer comes; `sentence` says why, `timed_out` what the station sees of it."""

    def __init__(self, sentence: str, *, timed_out: bool = False) -> None:
        """For stories."""
        super().__init__(sentence)
        self.timed_out = timed_out


class Network:
    """Between all stations and the server."""

    def __init__(self, server: TradeServer, tell: Tell) -> None:
        """Good weather."""
        self.server = server
        self.tell = tell
        self.late: deque[LateRequest] = deque(maxlen=8)
        self.meanwhile: Callable[[], None] | None = None
        """What else may happen while a request is answered: another station's round. Taken once."""
        self.on_killed: Callable[[], object] = lambda: None
        """Told when the server was killed in the middle of something."""
        self.requests = 0
        self.pushes: deque[LateRequest] = deque(maxlen=8)
        """The newest that were answered."""

    def deliver(self, request: Request, *, arrives_whole: bool = True) -> Answer:
        """To the server and back."""
        self.requests += 1
        try:
            return self.server.answer(request, arrives_whole=arrives_whole)
        except Crash:
            self.on_killed()
            self.tell("the server is killed in the middle of it, and starts again")
            self.server.stop()
            self.server.start()
            raise Lost("the server was killed") from None

    def deliver_late(self, which: int) -> None:
        """A request that was held arrives now; nobody hears the answer."""
        late = self.late[which % len(self.late)]
        self.late.remove(late)
        self.tell(f"a request of {late.sender} that the network had held arrives at last ({late.request.path})")
        try:
            self.deliver(late.request)
        except Lost:
            return


class Wire(BaseAdapter):
    """One station's side of the network: what `requests` sends through."""

    def __init__(self, network: Network, name: str) -> None:
        """`name` is the station's, for stories."""
        super().__init__()
        self.network = network
        self.name = name
        self.is_plugged_in = True
        self.weather: Choices | None = None
        """Decides what goes wrong; None while nothing does."""
        self._answers: dict[str, deque[Answer]] = {}

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """As `requests` wants it. Raises its exceptions."""
        if not self.is_plugged_in:
            raise requests.exceptions.ConnectionError("the cable is out", request=request)
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        assert isinstance(content, bytes)
        asked = Request(request.method or "GET", request.path_url, dict(request.headers), content)
        try:
            answer, length = self._carry(asked)
        except Lost as lost:
            if lost.timed_out:
                raise requests.exceptions.ReadTimeout(str(lost), request=request) from None
            raise requests.exceptions.ConnectionError(str(lost), request=request) from None
        return _response(request, answer, length)

    def close(self) -> None:
        """Nothing is held."""

    def _carry(self, request: Request) -> tuple[Answer, int]:
        """The answer, and how many bytes it says it has."""
        fault = self._fault()
        answer = fault(self, request) if fault else self.network.deliver(request)
        if answer.status == 0:
            raise Lost("the connection was closed without an answer")
        if answer.status == _OK and request.path == PUSH:
            self.network.pushes.append(LateRequest(self.name, request))
        told = len(answer.body)
        if fault is _answer_cut and answer.body and self.weather is not None:
            kept = self.weather.below(len(answer.body))
            self._tell(f"the answer is cut after {kept} bytes")
            answer = answer._replace(body=answer.body[:kept])
        return answer, told

    def _fault(self) -> Fault | None:
        if self.weather is None:
            return None
        number = self.weather.below(2 * len(FAULTS))
        return FAULTS[number - len(FAULTS)] if number >= len(FAULTS) else None

    def _tell(self, what: str) -> None:
        self.network.tell(f"on {self.name}'s line: {what}")

    def keep(self, request: Request, answer: Answer) -> None:
        """A careless proxy keeps answers."""
        if request.path == PULL and answer.status == 200:
            self._answers.setdefault(request.path, deque(maxlen=_KEPT_ANSWERS)).append(answer)

    def kept(self, path: str) -> list[Answer]:
        """What such a proxy has."""
        return list(self._answers.get(path, ()))


Fault = Callable[[Wire, Request], Answer]


def _no_connection(wire: Wire, _request: Request) -> Answer:
    wire._tell("no connection")
    raise Lost("refused")


def _request_lost(wire: Wire, request: Request) -> Answer:
    wire._tell(f"the request {request.path} is lost")
    raise Lost("the request was lost", timed_out=True)


def _request_cut(wire: Wire, request: Request) -> Answer:
    assert wire.weather is not None
    kept = wire.weather.below(len(request.body) + 1)
    wire._tell(f"the request {request.path} is cut after {kept} bytes")
    if kept == len(request.body):
        wire.network.deliver(request)
    else:
        wire.network.deliver(request._replace(body=request.body[:kept]), arrives_whole=False)
    raise Lost("the request was cut")


def _answer_lost(wire: Wire, request: Request) -> Answer:
    wire._tell(f"the server does {request.path}, its answer is lost")
    wire.network.deliver(request)
    raise Lost("the answer was lost", timed_out=True)


def _answer_cut(wire: Wire, request: Request) -> Answer:
    return wire.network.deliver(request)


def _twice(wire: Wire, request: Request) -> Answer:
    wire._tell(f"the request {request.path} arrives twice")
    wire.network.deliver(request)
    return wire.network.deliver(request)


def _late(wire: Wire, request: Request) -> Answer:
    wire._tell(f"the request {request.path} is held up; the station gives it up")
    wire.network.late.append(LateRequest(wire.name, request))
    raise Lost("no answer in time", timed_out=True)


def _captive_portal(wire: Wire, _request: Request) -> Answer:
    wire._tell("a hotel's page answers with 200")
    return Answer(200, _HTML, b"<html><body>Welcome. Room number?</body></html>")


def _bad_gateway(wire: Wire, request: Request) -> Answer:
    wire._tell(f"a proxy answers {request.path} with 502")
    return Answer(502, _HTML, b"<html>Bad Gateway</html>")


def _gateway_gave_up(wire: Wire, request: Request) -> Answer:
    wire._tell(f"the server does {request.path}, but the proxy answers with 504")
    wire.network.deliver(request)
    return Answer(504, _HTML, b"<html>Gateway Time-out</html>")


def _server_fault(wire: Wire, request: Request) -> Answer:
    wire._tell(f"the server answers {request.path} with 500")
    body = b'{"status": 500, "code": "server_fault", "sentence": "Something went wrong on the server."}'
    return Answer(500, [("content-type", "application/problem+json")], body)


def _too_many(wire: Wire, _request: Request) -> Answer:
    wire._tell("429, come back later")
    return Answer(429, [*_HTML, ("retry-after", "42")], b"slow down")


def _html_404(wire: Wire, _request: Request) -> Answer:
    wire._tell("a proxy answers with 404")
    return Answer(404, _HTML, b"<html>not here</html>")


def _old_answer(wire: Wire, request: Request) -> Answer:
    """The server answers, but what arrives is an answer to an earlier question."""
    answer = wire.network.deliver(request)
    earlier = wire.kept(request.path)
    wire.keep(request, answer)
    if not earlier or wire.weather is None:
        return answer
    wire._tell(f"an old answer to {request.path} arrives in place of the new one")
    return pick(wire.weather, earlier)


def _server_killed(wire: Wire, request: Request) -> Answer:
    assert wire.weather is not None
    process = wire.network.server.process
    process.stop_at(wire.weather.below(_MOST_STATEMENTS), after=wire.weather.below(2) == 1)
    try:
        return wire.network.deliver(request)
    finally:
        process.go_on()


def _meanwhile(wire: Wire, request: Request) -> Answer:
    """In the middle of the server's work, another station is served."""
    assert wire.weather is not None
    process = wire.network.server.process
    if wire.network.meanwhile is not None:
        process.interrupt_at(wire.weather.below(_MOST_STATEMENTS), wire.network.meanwhile)
        wire.network.meanwhile = None
    try:
        return wire.network.deliver(request)
    finally:
        process.go_on()


FAULTS: tuple[Fault, ...] = (
    _answer_lost,
    _answer_cut,
    _request_lost,
    _request_cut,
    _twice,
    _late,
    _no_connection,
    _bad_gateway,
    _gateway_gave_up,
    _server_fault,
    _too_many,
    _html_404,
    _captive_portal,
    _old_answer,
    _server_killed,
    _meanwhile,
)


def _response(request: requests.PreparedRequest, answer: Answer, told_length: int) -> requests.Response:
    """As urllib3 would hand it over: a body that is shorter than it says breaks off while it is read."""
    headers = [(name, value) for name, value in answer.headers if name.lower() != "content-length"]
    raw = HTTPResponse(
        body=io.BytesIO(answer.body),
        headers=HTTPHeaderDict([*headers, ("content-length", str(told_length))]),
        status=answer.status,
        preload_content=False,
        decode_content=False,
        enforce_content_length=True,
        request_method=request.method,
    )
    response = requests.Response()
    response.status_code = answer.status
    response.headers = CaseInsensitiveDict(raw.headers)
    response.raw = raw
    response.request = request
    response.url = request.url or ""
    return response
