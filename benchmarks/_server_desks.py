"""A real server process with a world of showrooms behind it, and bare connections that speak to it, for benchmarks."""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from desktop.demo.server_process import ServerProcess
from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person
from shared_models.designers.records import Designer
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Module, Role
from shared_models.kernel.records import Record
from shared_models.library.records import Copy
from sync_server.features.accounts.actions import store_all
from sync_server.features.accounts.stations import register_station
from sync_server.features.accounts.tokens import issue_token
from sync_server.features.sync.history import begin_history
from sync_server.foundation.database import Database, open_database
from sync_server.migrations.upgrade import upgrade

COPIES = 400
DISTRIBUTORS = 4


class Station(NamedTuple):
    """A signed-in station: who works there, for which showroom, with which records to work on."""

    token: str
    station_id: str
    person_id: str
    organisation: Organisation
    distributors: tuple[Organisation, ...]
    copies: tuple[Copy, ...]
    designers: tuple[Designer, ...]


def fill(url: str, showrooms: int, *, distributors: int = DISTRIBUTORS, coded: bool = False) -> list[Station]:
    """Make the tables at `url` and a world with one clerk and one station a showroom; each sells every distributor.

    `coded`: every distributor knows a showroom by its code, so that what it tells of orders reaches it.
    """
    database = open_database(url)
    try:
        upgrade(database)
        database.write_unit(lambda connection: begin_history(connection, datetime.now(UTC)))
        houses = [_house(f"D{number:02d}", "distributor") for number in range(distributors)]
        records: list[Record] = list(houses)
        for house in houses:
            records += [_grant(house, module) for module in (Module.BASIC, Module.INVENTORY, Module.SAMPLE_PROCESSING)]
        _store(database, records)
        return [_showroom(database, number, houses, coded=coded) for number in range(showrooms)]
    finally:
        database.close()


def _showroom(database: Database, number: int, distributors: Sequence[Organisation], *, coded: bool) -> Station:
    house = _house(f"S{number:02d}", "showroom")
    person = Person(id=new_id(), name=f"Clerk {number}", email=f"clerk{number}@showroom.example")
    records: list[Record] = [house, person]
    records.append(Membership(id=new_id(), person_id=person.id, organisation_id=house.id, role=Role.CLERK))
    records += [_grant(house, module) for module in (Module.SAMPLE_CHECKOUT, Module.SAMPLE_ORDERS)]
    for one in distributors:
        starts_on = datetime.now(UTC).date() - timedelta(days=30)
        code = house.code if coded else ""
        records.append(
            Line(id=new_id(), showroom_id=house.id, distributor_id=one.id, starts_on=starts_on, showroom_code=code)
        )
    designers = tuple(Designer(id=new_id(), showroom_id=house.id, name=f"Paloma Winslow {n}") for n in range(50))
    copies = tuple(
        Copy(
            id=new_id(),
            showroom_id=house.id,
            distributor_id=distributors[at % len(distributors)].id,
            item_no=f"1354.{at}.0",
            title=f"Glenarm, Slate {at}",
            added_at=datetime.now(UTC) - timedelta(days=100),
        )
        for at in range(COPIES)
    )
    _store(database, [*records, *designers, *copies])

    def sign_in(connection: Connection) -> Station:
        now = datetime.now(UTC)
        station_id = register_station(connection, station_id="", name="desk", person_id=person.id, now=now)
        issued = issue_token(connection, station_id=station_id, person_id=person.id, now=now)
        return Station(issued.token, station_id, person.id, house, tuple(distributors), copies, designers)

    return database.write_unit(sign_in)


def _store(database: Database, records: Sequence[Record]) -> None:
    database.write_unit(lambda connection: store_all(connection, records))


def _house(code: str, kind: str) -> Organisation:
    return Organisation(id=new_id(), code=code, name=f"House {code}", kind=kind, email=f"{code.lower()}@house.example")  # type: ignore[arg-type]


def _grant(house: Organisation, module: Module) -> ModuleGrant:
    starts_on = datetime.now(UTC).date() - timedelta(days=30)
    return ModuleGrant(id=new_id(), organisation_id=house.id, module=module, starts_on=starts_on)


@contextmanager
def serving(folder: Path, database_url: str) -> Iterator[int]:
    """The port of a server process over this database, which is stopped at the end."""
    with ServerProcess(folder, database_url=database_url) as server:
        server.start()
        yield server.port


# --- bare connections ------------------------------------------------------------------------------------


def http_request(path: str, token: str, body: bytes | None, *, headers: str = "") -> bytes:
    """The bytes of one request, without a header that HTTP does not ask for."""
    method = "GET" if body is None else "POST"
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n{headers}"
    if body is None:
        return f"{head}\r\n".encode()
    return f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


class Answer(NamedTuple):
    """One answer as it came."""

    status: int
    head: bytes
    body: bytes


class Wire:
    """One kept connection that asks its questions one after another."""

    def __init__(self, port: int, questions: Sequence[bytes] = ()) -> None:
        """Connects at once."""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting = deque(questions)
        self.answers: list[Answer] = []
        self._read = b""

    def ask(self) -> bool:
        """Send the next question; False when there is none."""
        if not self.waiting:
            return False
        self.socket.sendall(self.waiting.popleft())
        return True

    def take(self) -> bool:
        """Read what came; whether an answer is complete now."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise AssertionError("the server hung up")
        self._read += part
        head, found, rest = self._read.partition(b"\r\n\r\n")
        if not found:
            return False
        status = int(head[9:12])
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if status != 304 and len(rest) < length:
            return False
        self.answers.append(Answer(status, head + found, rest))
        self._read = b""
        return True

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def converse(self, question: bytes) -> Answer:
        """Ask one question and wait for its answer."""
        self.socket.sendall(question)
        while not self.take():
            pass
        return self.answers.pop()


def converse(port: int, questions: Sequence[Sequence[bytes]]) -> tuple[float, list[list[Answer]]]:
    """Ask each list of questions on a connection of its own, all at once; gives the seconds and the answers."""
    wires = [Wire(port, one) for one in questions]
    try:
        with selectors.DefaultSelector() as selector:
            for wire in wires:
                selector.register(wire.socket, selectors.EVENT_READ, wire)
            started = time.perf_counter()
            open_ones = sum(wire.ask() for wire in wires)
            while open_ones:
                for key, _ in selector.select(30):
                    wire = key.data
                    if wire.take() and not wire.ask():
                        open_ones -= 1
            seconds = time.perf_counter() - started
    finally:
        for wire in wires:
            wire.close()
    return seconds, [wire.answers for wire in wires]
