"""The station's side of the conversation with the server: every failure becomes a typed trouble with a sentence.

Nothing here decides what an operation is worth: only a stored, typed outcome does, and that comes as an answer of
the right form or not at all.
"""

from __future__ import annotations

import io
import time
from collections.abc import Container, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Literal, NamedTuple, Protocol, TypeVar

import msgspec
import requests
import urllib3

from desktop.sync.network_words import away_sentence, unsafe_sentence
from shared_models.sync.digest import DIGEST_HEADER, content_digest
from shared_models.sync.line_manifest import LineManifest
from shared_models.sync.wire import (
    FarewellReport,
    NewsRequest,
    Problem,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    RecoveryDeposit,
    RecoveryRequest,
    RevocationOrder,
    SignInAnswer,
    SignInRequest,
    StreamInfo,
    TokenRequest,
    WireMessage,
)

TIMEOUTS_SECONDS = (3.0, 10.0)
"""To connect, and between two pieces of an answer."""

TroubleKind = Literal[
    "offline", "slow", "cut", "not_order_track", "busy", "server_fault", "token", "revoked", "too_old", "refused",
    "too_long",
]  # fmt: skip
Answer = TypeVar("Answer")
LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
"""Unpacked. Pages are of about a megabyte, and grow beyond only when one transaction changed more."""
LONGEST_ANSWER_SECONDS = 300.0
"""From its first byte to its last; files have no such end."""
_FILE_TYPE = "application/zstd"
_PART_OF_IT = 206
_PIECE_BYTES = 1 << 18


class FileBody(Protocol):
    """A body that is read piece by piece while it goes up; its length is what the Content-Length says."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes]: ...

    def read(self, most: int = -1) -> bytes:
        """The next piece; empty at the end."""
        ...


class FileAnswer(NamedTuple):
    """A file on its way: from which byte on, and its pieces."""

    start: int
    """0 although another was asked for, when something in between cannot give parts of a file."""
    pieces: Iterator[bytes]


class Trouble(Exception):
    """Why there is no answer. Nothing was decided by it: whatever waited still waits."""

    def __init__(
        self, kind: TroubleKind, sentence: str, *, retry_after_seconds: float = 0.0, problem: Problem | None = None
    ) -> None:
        """`kind` for the program, `sentence` for the person; `retry_after_seconds` when the server named a time."""
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.retry_after_seconds = retry_after_seconds
        self.problem = problem

    @property
    def code(self) -> str:
        """The server's own code for it; empty when the trouble is not of its making."""
        return self.problem.code if self.problem is not None else ""


class ServerClient:
    """One server, spoken to by one thread at a time."""

    def __init__(
        self,
        server_url: str,
        token: str = "",
        *,
        session: requests.Session | None = None,
        timeouts_seconds: tuple[float, float] = TIMEOUTS_SECONDS,
    ) -> None:
        """`server_url` without a path, such as `https://orders.example.com`."""
        self.server_url = server_url.rstrip("/")
        self.token = token
        self._timeouts = timeouts_seconds
        self._session = session or requests.Session()

    def sign_in(self, request: SignInRequest) -> SignInAnswer:
        """Register the station and get its token. Raises `Trouble`; wrong credentials are of kind `token`."""
        return self._post("/v1/sign-in", request, SignInAnswer)

    def renew_token(self, proposed: str = "", public_key: str = "") -> SignInAnswer:
        """A new token for the present one: the proposed one, which the station keeps before it asks."""
        return self._post("/v1/token", TokenRequest(next_token=proposed, public_key=public_key), SignInAnswer)

    def list_streams(self) -> list[StreamInfo]:
        """The streams that the token may pull: the cheapest question that only a token in force is answered."""
        return read_answer(self.request("GET", "/v1/streams", b""), list[StreamInfo])

    def leave_key(self, deposit: RecoveryDeposit) -> None:
        """Leave the wrapped key with the server."""
        self.request("PUT", "/v1/recovery", msgspec.json.encode(deposit))

    def recover(self, request: RecoveryRequest) -> RecoveryDeposit:
        """The wrapped key for a one-time code; a wrong one is a trouble of kind `refused`."""
        return self._post("/v1/recovery", request, RecoveryDeposit)

    def revocation_order(self) -> RevocationOrder:
        """What this station, which was shut out, must do."""
        return self._post("/v1/revocation", None, RevocationOrder)

    def leave_rest(self, content: bytes) -> None:
        """What could not be settled, as the file that another station brings in; the token is the right to send."""
        self.request("POST", "/v1/revocation/rest", content)

    def say_farewell(self, report: FarewellReport) -> None:
        """The order was carried out."""
        self.request("POST", "/v1/revocation/farewell", msgspec.json.encode(report))

    def sign_out(self) -> None:
        """End the token on the server."""
        self.request("POST", "/v1/sign-out", b"")

    def push(self, request: PushRequest) -> PushAnswer:
        """Send operations; an outcome for each, in their order."""
        answer = self._post("/v1/operations", request, PushAnswer)
        sent = [operation.id for operation in request.operations]
        if [outcome.operation_id for outcome in answer.outcomes] != sent:
            raise Trouble("not_order_track", "The server's answer was about something else. Everything is kept here.")
        return answer

    def pull(self, request: PullRequest) -> PullAnswer | None:
        """What is new since the cursors in `request`; None when nothing is."""
        answer = self.request("POST", "/v1/streams/changes", msgspec.json.encode(request))
        return None if answer.status_code in (204, 304) else read_answer(answer, PullAnswer)

    def manifest(self, stream: str) -> LineManifest:
        """What there is of a line."""
        return read_answer(self.request("GET", f"/v1/streams/{stream}/manifest", b""), LineManifest)

    @contextmanager
    def file(self, stream: str, digest: str, start: int) -> Iterator[FileAnswer]:
        """A file that a manifest named, from byte `start` on. Raises `Trouble`, also while it is read."""
        path = f"/v1/streams/{stream}/files/{digest}"
        headers = {"Accept": _FILE_TYPE, **({"Range": f"bytes={start}-"} if start else {})}
        answer = self.request("GET", path, b"", headers=headers, stream=True)
        with closing(answer):
            if not answer.headers.get("content-type", "").startswith(_FILE_TYPE):
                raise _not_order_track()
            yield FileAnswer(start if answer.status_code == _PART_OF_IT else 0, _pieces(answer))

    def nothing_new(self, question: NewsRequest) -> bool:
        """Whether the server stands just where this station does; False means: pull to see.

        A server that does not know the question yet has nothing against it: the pull asks it the long way.
        """
        body = msgspec.json.encode(question)
        try:
            return self.request("POST", "/v1/streams/news", body).status_code == 304
        except Trouble as trouble:
            if trouble.kind == "refused" and trouble.code in ("not_found", "method_not_allowed"):
                return False
            raise

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _post(self, path: str, message: WireMessage | None, kind: type[Answer]) -> Answer:
        return read_answer(self.request("POST", path, b"" if message is None else msgspec.json.encode(message)), kind)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | FileBody,
        *,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
        answers: Container[int] = (),
        timeouts_seconds: tuple[float, float] | None = None,
    ) -> requests.Response:
        """One exchange; raises `Trouble` for every status but the good ones and those among `answers`."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}
        if body and isinstance(body, bytes):
            headers[DIGEST_HEADER] = content_digest(body)
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = self._session.request(
                method,
                self.server_url + path,
                data=body,
                headers=headers,
                timeout=timeouts_seconds or self._timeouts,
                # Never by the library itself, which takes whatever comes, however much.
                stream=True,
                # A captive portal answers with a redirect to its own page, and would get the body.
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            raise _no_answer(error, self.server_url) from error
        is_good = answer.status_code < 300 or answer.status_code == 304 or answer.status_code in answers
        if not (stream and is_good):
            _take_whole(answer)
        if is_good:
            return answer
        with closing(answer):
            raise trouble_of(answer)


def _take_whole(answer: requests.Response) -> None:
    """Take an answer in, unpacked, within its bounds: not even a sign-in page may fill the memory or never end."""
    pieces, size = list[bytes](), 0
    ends_at = time.monotonic() + LONGEST_ANSWER_SECONDS
    try:
        for piece in answer.raw.stream(_PIECE_BYTES, decode_content=True):
            size += len(piece)
            if size > LARGEST_ANSWER_BYTES:
                raise Trouble(
                    "not_order_track",
                    "What answered would not end; it was not the Order-Track server. Everything is kept here and sent "
                    "later.",
                )
            if time.monotonic() > ends_at:
                raise _slow()
            pieces.append(piece)
    except urllib3.exceptions.TimeoutError as error:
        answer.close()
        raise _slow() from error
    except urllib3.exceptions.HTTPError as error:
        answer.close()
        raise _cut() from error
    except BaseException:
        answer.close()
        raise
    answer.raw = io.BytesIO(b"".join(pieces))


def _slow() -> Trouble:
    return Trouble("slow", "The server did not answer in time. Everything is kept here and sent later.")


def _cut() -> Trouble:
    return Trouble("cut", "The server's answer broke off. It is asked again; nothing is lost and nothing doubled.")


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    """The bytes as they come; an answer that ends too early is a trouble and not an end."""
    try:
        yield from answer.raw.stream(_PIECE_BYTES, decode_content=False)
    except urllib3.exceptions.HTTPError as error:
        sentence = "A catalogue broke off while it came; the next try goes on from there."
        raise Trouble("slow" if isinstance(error, urllib3.exceptions.TimeoutError) else "cut", sentence) from error


def read_answer(answer: requests.Response, kind: type[Answer]) -> Answer:
    """The message in an answer; anything else than such a message came from somebody else, or in pieces."""
    if not answer.headers.get("content-type", "").startswith("application/json"):
        raise _not_order_track()
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError:
        raise _not_order_track() from None


def _not_order_track() -> Trouble:
    return Trouble(
        "not_order_track",
        "Something other than the Order-Track server answered, perhaps this network's sign-in page. "
        "Everything is kept here and sent later.",
    )


def _no_answer(error: requests.exceptions.RequestException, server_url: str) -> Trouble:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Trouble("offline", away_sentence(error, server_url))
    if isinstance(error, requests.exceptions.Timeout):
        return _slow()
    if isinstance(error, requests.exceptions.SSLError):
        return Trouble("not_order_track", unsafe_sentence(error, server_url))
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return _cut()
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return Trouble(
            "refused", "The server's address is not a web address; write it like https://orders.example.com."
        )
    if "Read timed out" in str(error):
        return _slow()
    return Trouble("offline", away_sentence(error, server_url))


def trouble_of(answer: requests.Response) -> Trouble:
    """Why the answer is none, by its status and the server's own words."""
    problem = _problem_of(answer)
    wait = _retry_after(answer)
    if answer.status_code in (429, 503):
        sentence = "The server is busy. Everything is kept here and sent again in a moment."
        return Trouble("busy", problem.sentence if problem else sentence, retry_after_seconds=wait, problem=problem)
    if answer.status_code == 413:
        sentence = "What was sent at once is too long for the server or something before it. Everything is kept here."
        return Trouble("too_long", problem.sentence if problem else sentence, problem=problem)
    if problem is None:
        if answer.status_code >= 500:
            return Trouble("server_fault", "The server has a fault just now. Everything is kept here and sent later.")
        return _not_order_track()
    kind: TroubleKind = "refused"
    if answer.status_code == 401:
        kind = "token"
    elif answer.status_code == 410:
        kind = "revoked"
    elif answer.status_code == 426:
        kind = "too_old"
    elif answer.status_code >= 500:
        kind = "server_fault"
    elif problem.code == "body_damaged":
        kind = "cut"
    return Trouble(kind, problem.sentence, retry_after_seconds=wait, problem=problem)


def _problem_of(answer: requests.Response) -> Problem | None:
    """The server's own words; None when the answer is not from an Order-Track server."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return None
    try:
        return msgspec.json.decode(answer.content, type=Problem)
    except msgspec.MsgspecError:
        return None


def _retry_after(answer: requests.Response) -> float:
    try:
        return max(0.0, min(3600.0, float(answer.headers.get("retry-after", "0"))))
    except ValueError:
        return 0.0
