"""A pull that finds nothing, by a station with 60 streams: requests, bytes and time on a real server process.

The reference for the time is the cheapest request for which the same server must know who is calling: the list of
streams of a person who belongs to nothing. Both are asked one after the other on a kept connection, in turns.

Bytes are those that the station's own client writes to its connection and reads from it: request line, status line,
all headers and bodies, without what TCP, IP and TLS add.
"""

from __future__ import annotations

import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from benchmarks._server_desks import Station, Wire, fill, http_request, serving
from benchmarks.figures import Figure
from desktop.sync.client import ServerClient
from shared_models.accounts.records import Person
from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.clock import local_day
from shared_models.kernel.ids import DesignerId, new_id
from shared_models.sync.operation_codec import encode
from shared_models.sync.wire import NewsRequest, OperationEnvelope, cursors_digest
from sync_server.features.accounts.actions import store_all
from sync_server.features.accounts.stations import register_station
from sync_server.features.accounts.tokens import caller_with, find_token, issue_token, require_holds
from sync_server.features.sync.apply import settle
from sync_server.features.sync.history import history_id
from sync_server.features.sync.permissions import allowed_streams
from sync_server.features.sync.stream_log import advance, read_heads
from sync_server.foundation.caller import Caller
from sync_server.foundation.database import open_database

STREAMS = 60
OF_THE_SHOWROOM = 4
DATASETS = 2
MOST_BYTES = 600
TURNS = 12
REQUESTS_A_TURN = 50


class Scene(NamedTuple):
    """A filled database: who stands where in it, and somebody who belongs to nothing."""

    token: str
    cursors: str
    newest: list[str]
    """Operations that the station was told the outcome of; it names the last two."""
    nobodys_token: str


def run() -> list[Figure]:
    """Requests, bytes and time."""
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'order-track.db'}"
        (station,) = fill(url, 1, distributors=(STREAMS - OF_THE_SHOWROOM) // DATASETS)
        scene = prepare(url, station)
        with serving(folder / "server", url) as port:
            requests, size = _as_the_client_asks(port, scene)
            ours, cheapest = _times(port, scene)
    name = f"nothing new, station with {STREAMS} streams"
    return [
        Figure(f"{name}, requests", requests, 1, "requests", 1.0),
        Figure(f"{name}, bytes both ways", size, MOST_BYTES, "bytes", 1.0),
        Figure(f"{name}, against the cheapest signed-in request", ours * 1000, cheapest * 1000, "ms", 2.0),
    ]


def prepare(url: str, station: Station) -> Scene:
    """Give every stream a head somewhere, and say where a station stands that has pulled everything."""
    database = open_database(url)
    try:
        return database.write_unit(lambda connection: _prepare(connection, station))
    finally:
        database.close()


def _prepare(connection: Connection, station: Station) -> Scene:
    now = datetime.now(UTC)
    caller = caller_with(connection, require_holds(find_token(connection, station.token), now))
    streams = sorted(allowed_streams(connection, caller, local_day(now)))
    for number, (stream, head) in enumerate(read_heads(connection, streams).items(), start=1):
        if not head.head:
            advance(connection, stream, by=1000 + 137 * number, rows=0, checksum=0)
    newest = [_settled(connection, caller, now, number) for number in (1, 2)]
    heads = {stream: head.head for stream, head in read_heads(connection, streams).items()}
    nobody = Person(id=new_id(), name="Nobody", email="nobody@nowhere.example")
    store_all(connection, [nobody])
    desk = register_station(connection, station_id="", name="desk", person_id=nobody.id, now=now)
    issued = issue_token(connection, station_id=desk, person_id=nobody.id, now=now)
    if len(streams) < STREAMS and len(station.distributors) > 1:
        raise AssertionError(f"the station has {len(streams)} streams")
    return Scene(station.token, cursors_digest(history_id(connection), heads), newest, issued.token)


def _settled(connection: Connection, caller: Caller, now: datetime, number: int) -> str:
    operation = AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=f"June Castellane {number}"))
    envelope = OperationEnvelope(
        id=new_id(),
        name="AddDesigner",
        version=operation.VERSION,
        payload=encode(operation),
        made_at=now,
        organisation_id=caller.memberships[0].organisation_id,
        station_seq=number,
        lane=operation.lane(),
    )
    outcome = settle(connection, envelope, caller, station_clock=now, now=now, reactions=())
    if outcome.result != "applied":
        raise AssertionError(outcome.sentence)
    return envelope.id


def question(scene: Scene) -> bytes:
    """The short question, as bare bytes."""
    return http_request("/v1/streams/news", scene.token, msgspec.json.encode(_question(scene)))


def _question(scene: Scene) -> NewsRequest:
    return NewsRequest(cursors=scene.cursors, newest_settled=scene.newest)


def seconds_of(port: int, asked: Sequence[tuple[bytes, int]], turns: int = TURNS) -> list[float]:
    """The median time of each request, with the status that it must be answered with; asked in turns."""
    times: list[list[float]] = [[] for _ in asked]
    with closing(Wire(port)) as wire:
        for turn in range(turns + 1):
            for (request, status), own in zip(asked, times, strict=True):
                for _ in range(REQUESTS_A_TURN):
                    started = time.perf_counter()
                    answer = wire.converse(request)
                    if turn:
                        own.append(time.perf_counter() - started)
                    if answer.status != status:
                        raise AssertionError(f"the server answered {answer.status}: {answer.body[:200]!r}")
    return [statistics.median(own) for own in times]


def _times(port: int, scene: Scene) -> tuple[float, float]:
    cheapest = http_request("/v1/streams", scene.nobodys_token, None)
    ours, reference = seconds_of(port, [(question(scene), 304), (cheapest, 200)])
    return ours, reference


# --- bytes -----------------------------------------------------------------------------------------------


class _Counts:
    """What went over the wire."""

    def __init__(self) -> None:
        self.size = 0
        self.requests = 0


def _as_the_client_asks(port: int, scene: Scene) -> tuple[int, int]:
    """How many requests the station's client needs, and their bytes both ways."""
    with _counting_relay(port) as (relay_port, counts):
        client = ServerClient(f"http://127.0.0.1:{relay_port}", scene.token)
        try:
            if not client.nothing_new(_question(scene)):
                raise AssertionError("the server has something new")
        finally:
            client.close()
    return counts.requests, counts.size


@contextmanager
def _counting_relay(port: int) -> Iterator[tuple[int, _Counts]]:
    """Passes one connection on and counts what goes over it."""
    counts = _Counts()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def relay() -> None:
            with listening.accept()[0] as near, socket.create_connection(("127.0.0.1", port)) as far:
                answers = threading.Thread(target=_pass_on, args=(far, near, counts, False))
                answers.start()
                _pass_on(near, far, counts, True)
                answers.join()

        thread = threading.Thread(target=relay)
        thread.start()
        try:
            yield listening.getsockname()[1], counts
        finally:
            thread.join()


def _pass_on(source: socket.socket, target: socket.socket, counts: _Counts, is_question: bool) -> None:
    while part := source.recv(1 << 16):
        counts.size += len(part)
        counts.requests += part.count(b" HTTP/1.1\r\n") if is_question else 0
        target.sendall(part)
    target.shutdown(socket.SHUT_WR)
