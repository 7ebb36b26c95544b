"""The conversation about feeds: a file goes up in pieces, can be called off, and its run comes back. No Qt.

A posted file is answered with its run whatever became of it; only what says nothing of the file is a `Trouble`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from desktop.sync.client import ServerClient, read_answer, trouble_of
from desktop.sync.feed_messages import (
    DatasetState,
    DeclaredMapping,
    DifferencePage,
    FeedRun,
    MappingChange,
    RefusedRun,
)

POSTING_SECONDS = (3.0, 900.0)
"""A run answers when it is through: 200,000 rows take seconds, a busy server and PostgreSQL some more."""
_LOOK_SECONDS = 0.05
_PIECE_BYTES = 1 << 18
_SETTLED = frozenset({202, 409, 422})
Answer = TypeVar("Answer")


class CalledOff(Exception):
    """The person did not want to wait for the answer."""


class Envelope(NamedTuple):
    """What is said of a posted file. Without `batch_id` the server makes one; an empty `as_of` is now."""

    distributor: str
    dataset: str
    mode: str
    as_of: str
    batch_id: str = ""
    dry_run: bool = False
    difference_rows: int = 0
    """Of a dry run: how many changed rows of each kind it is to be answered with."""
    accept_good_rows: bool = False


class FeedClient(ServerClient):
    """The feeds of one distributor on one server, spoken to by one thread at a time."""

    def states(self, distributor: str) -> list[DatasetState]:
        """How each dataset stands. Raises `Trouble`, as everything here does."""
        return self.ask("GET", f"/v1/feeds?{urlencode({'distributor': distributor})}", list[DatasetState])

    def runs(self, distributor: str, dataset: str) -> list[FeedRun]:
        """The newest runs of a dataset, newest first, without their row errors."""
        query = urlencode({"distributor": distributor, "dataset": dataset})
        return self.ask("GET", f"/v1/feeds/runs?{query}", list[FeedRun])

    def run(self, run_id: str) -> FeedRun:
        """One run with its row errors."""
        return self.ask("GET", f"/v1/feeds/runs/{quote(run_id, safe='')}", FeedRun)

    def difference(self, run_id: str, **asked: str | int) -> DifferencePage:
        """A part of what a run changed; `asked`: `kind`, `column`, `search`, `offset`, `limit`."""
        path = f"/v1/feeds/runs/{quote(run_id, safe='')}/difference?{urlencode(asked)}"
        return self.ask("GET", path, DifferencePage)

    def difference_csv(self, run_id: str, **asked: str | int) -> bytes:
        """All of that as CSV; `asked`: `kind`, `column`, `search`."""
        path = f"/v1/feeds/runs/{quote(run_id, safe='')}/difference.csv?{urlencode(asked)}"
        return self.request("GET", path, b"", headers={"Accept": "text/csv"}).content

    def mapping(self, distributor: str, dataset: str) -> DeclaredMapping:
        """How files of the dataset are written."""
        return self.ask("GET", _mapping_path(distributor, dataset), DeclaredMapping)

    def declare(self, distributor: str, dataset: str, change: MappingChange) -> DeclaredMapping:
        """Declare what `change` says; gives what is declared now."""
        return self.ask("PATCH", _mapping_path(distributor, dataset), DeclaredMapping, msgspec.json.encode(change))

    def settle(self, run_id: str, *, accept: bool) -> FeedRun:
        """Accept or reject a held run; the run as it is then. One that was settled before is a `Trouble`."""
        verb = "accept" if accept else "reject"
        return self._run_of("POST", f"/v1/feeds/runs/{quote(run_id, safe='')}/{verb}", b"")

    def post(
        self, envelope: Envelope, file: Path, on_sent: Callable[[int, int], None], called_off: threading.Event
    ) -> FeedRun:
        """Post the file; `on_sent` hears how many bytes of how many are on their way, in another thread.

        Raises `CalledOff` soon after `called_off` is set, whatever the server does with what it has got: only a batch
        id can tell. Raises `OSError` when the file cannot be read, and `Trouble`.
        """
        query = {
            "distributor": envelope.distributor,
            "mode": envelope.mode,
            **({"as_of": envelope.as_of} if envelope.as_of else {}),
            **({"batch_id": envelope.batch_id} if envelope.batch_id else {}),
            **({"dry_run": "true", "difference_rows": envelope.difference_rows} if envelope.dry_run else {}),
            **({"accept_good_rows": "true"} if envelope.accept_good_rows else {}),
        }
        path = f"/v1/feeds/{quote(envelope.dataset, safe='')}?{urlencode(query)}"
        with file.open("rb") as source:
            upload = Upload(source, file.stat().st_size, on_sent, called_off)
            return _while_wanted(lambda: self._run_of("POST", path, upload), called_off)

    def ask(self, method: str, path: str, kind: type[Answer], body: bytes = b"") -> Answer:
        """One question with a JSON answer."""
        return read_answer(self.request(method, path, body), kind)

    def _run_of(self, method: str, path: str, body: bytes | Upload) -> FeedRun:
        headers = {"Content-Type": "application/octet-stream"}
        answer = self.request(method, path, body, headers=headers, answers=_SETTLED, timeouts_seconds=POSTING_SECONDS)
        if answer.status_code in (409, 422):
            try:
                return msgspec.json.decode(answer.content, type=RefusedRun).run
            except msgspec.MsgspecError:
                raise trouble_of(answer) from None
        return read_answer(answer, FeedRun)


class Upload:
    """A file that goes up piece by piece and stops when it is called off; only one piece of it is in memory."""

    def __init__(
        self, source: BinaryIO, size: int, on_sent: Callable[[int, int], None], called_off: threading.Event
    ) -> None:
        self._source, self._size = source, size
        self._on_sent, self._called_off = on_sent, called_off
        self._sent = 0

    def __len__(self) -> int:
        """All of it, in bytes: what the Content-Length says."""
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """The pieces one after the other."""
        while piece := self.read():
            yield piece

    def read(self, most: int = -1) -> bytes:
        """The next piece. Raises `CalledOff`."""
        if self._called_off.is_set():
            raise CalledOff
        piece = self._source.read(_PIECE_BYTES if most < 0 else max(most, _PIECE_BYTES))
        self._sent += len(piece)
        self._on_sent(self._sent, self._size)
        return piece


def _while_wanted(exchange: Callable[[], Answer], called_off: threading.Event) -> Answer:
    """The result of the exchange, in a thread of its own: nothing else ends the wait for an answer of the server."""
    ended = threading.Event()
    results: list[Answer] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            results.append(exchange())
        except BaseException as fault:  # noqa: BLE001 - handed on whole to the thread that waits
            faults.append(fault)
        finally:
            ended.set()

    # A daemon: the program may end while a server thinks about a file that nobody waits for any more.
    threading.Thread(target=work, name="feed posting", daemon=True).start()
    while not ended.wait(_LOOK_SECONDS):
        if called_off.is_set():
            raise CalledOff
    if faults:
        raise faults[0]
    return results[0]


def _mapping_path(distributor: str, dataset: str) -> str:
    return f"/v1/feeds/{quote(dataset, safe='')}/mapping?{urlencode({'distributor': distributor})}"
