"""The real server in a thread of the test, a small world to fill it with, and a bare station that talks to it."""

import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import requests

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person
from shared_models.designers.records import Designer
from shared_models.kernel.clock import Clock, SystemClock
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Module, Operation, Role
from shared_models.kernel.records import row_hash
from shared_models.library.records import Copy, CopyBarcode
from shared_models.sync.operation_codec import encode
from shared_models.sync.wire import (
    OperationEnvelope,
    Outcome,
    PullAnswer,
    PullRequest,
    PushAnswer,
    PushRequest,
    SignInAnswer,
    StreamPage,
)
from sync_server.app import create_app
from sync_server.features.accounts.actions import store_all
from sync_server.features.accounts.passwords import hash_password, store_hash
from sync_server.features.sync.history import begin_history
from sync_server.features.sync.reactions import Reaction
from sync_server.foundation.caller import Gate
from sync_server.foundation.database import Database, open_database
from sync_server.migrations.upgrade import upgrade
from sync_server.serve import create_server, listening_socket
from sync_server.settings import Settings

PASSWORD = "a long walk home"


@dataclass(frozen=True)
class RunningServer:
    """A server that answers at `url`; its database may be written to directly, as its commands do."""

    url: str
    database: Database
    settings: Settings
    clock: Clock
    gate: Gate


@cache
def _empty_sqlite() -> Path:
    """A file with all tables, made once a run and then copied."""
    path = Path(tempfile.mkdtemp(prefix="order-track-server-")) / "empty.db"
    prepare_database(f"sqlite:///{path}")
    return path


@cache
def _password_hash() -> str:
    """Of everybody's password: made once a run, for it costs more than all the rest of a small world."""
    return hash_password(PASSWORD)


def prepare_database(url: str) -> None:
    """Make all tables and begin a history, as `order-track-server init` does."""
    database = open_database(url)
    upgrade(database)
    database.write_unit(lambda connection: begin_history(connection, datetime.now(UTC)))
    database.close()


def new_sqlite(folder: Path) -> str:
    """The URL of a fresh initialised SQLite file in the folder."""
    path = folder / "order-track.db"
    shutil.copy(_empty_sqlite(), path)
    return f"sqlite:///{path}"


@contextmanager
def running_server(
    folder: Path,
    *,
    database_url: str = "",
    clock: Clock | None = None,
    reactions: Sequence[Reaction] | None = None,
    heartbeat_seconds: float = 15.0,
    **settings: Any,
) -> Iterator[RunningServer]:
    """Start the real server on a free loopback port, over a fresh SQLite file unless a URL is given.

    `reactions` replace the ones of the program; `settings` are further fields of `Settings`.
    """
    url = database_url or new_sqlite(folder)
    with listening_socket("127.0.0.1", 0) as bound:
        yield from _serving(bound, url, folder, clock, reactions, heartbeat_seconds, settings)


def _serving(
    bound: socket.socket,
    url: str,
    folder: Path,
    clock: Clock | None,
    reactions: Sequence[Reaction] | None,
    heartbeat_seconds: float,
    settings: Mapping[str, Any],
) -> Iterator[RunningServer]:
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    options = {"secret_file": folder / "link-signing.key", "public_url": address, **settings}
    chosen = Settings(data_dir=folder, database_url=url, **options)
    database = open_database(url)
    clock = clock or SystemClock()
    app = create_app(chosen, database, clock=clock, reactions=reactions, heartbeat_seconds=heartbeat_seconds)
    server = create_server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="server under test")
    thread.start()
    try:
        assert server.answering.wait(20)
        assert server.started
        yield RunningServer(address, database, chosen, clock, app.state.gate)
    finally:
        server.should_exit = True
        thread.join(30)
        database.close()


# --- a small world ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SmallWorld:
    """Two showrooms and two distributors; the first showroom sells both. Everybody's password is `PASSWORD`."""

    showroom: Organisation
    other_showroom: Organisation
    distributor: Organisation
    other_distributor: Organisation
    clerk: Person
    rep: Person
    other_clerk: Person
    picker: Person
    master: Person
    other_picker: Person
    designer: Designer
    second_designer: Designer
    other_designer: Designer
    copies: tuple[Copy, ...]
    barcodes: tuple[CopyBarcode, ...]
    other_copy: Copy


def small_world(database: Database, today: date | None = None) -> SmallWorld:
    """Fill the database with a showroom, its rival, two distributors, their people, modules, designers and copies."""
    today = today or datetime.now(UTC).date()
    world = _world()
    fields = [getattr(world, name) for name in world.__dataclass_fields__]
    records: list[Any] = [one for value in fields for one in (value if isinstance(value, tuple) else (value,))]
    starts_on = today - timedelta(days=100)
    for house, modules in (
        (world.showroom, (Module.SAMPLE_CHECKOUT, Module.SAMPLE_ORDERS)),
        (world.other_showroom, (Module.SAMPLE_CHECKOUT, Module.SAMPLE_ORDERS)),
        (world.distributor, (Module.BASIC, Module.INVENTORY, Module.WEB_DISTRIBUTION, Module.SAMPLE_PROCESSING)),
        (world.other_distributor, (Module.BASIC,)),
    ):
        records += [
            ModuleGrant(id=new_id(), organisation_id=house.id, module=module, starts_on=starts_on) for module in modules
        ]
    records += [
        Line(
            id=new_id(),
            showroom_id=showroom.id,
            distributor_id=distributor.id,
            starts_on=starts_on,
            showroom_code=showroom.code,
        )
        for showroom, distributor in (
            (world.showroom, world.distributor),
            (world.showroom, world.other_distributor),
            (world.other_showroom, world.other_distributor),
        )
    ]
    roles = (
        (world.clerk, world.showroom, Role.CLERK),
        (world.rep, world.showroom, Role.REP),
        (world.other_clerk, world.other_showroom, Role.CLERK),
        (world.picker, world.distributor, Role.PICKER),
        (world.master, world.distributor, Role.MASTER),
        (world.other_picker, world.other_distributor, Role.PICKER),
    )
    records += [
        Membership(id=new_id(), person_id=person.id, organisation_id=house.id, role=role)
        for person, house, role in roles
    ]

    def unit(connection: Any) -> None:
        store_all(connection, records)
        for person, _house, _role in roles:
            store_hash(connection, person.id, _password_hash(), datetime.now(UTC))

    database.write_unit(unit)
    return world


def _world() -> SmallWorld:
    showroom = _house("HPS", "Halloran Pryce", "showroom")
    other = _house("JRO", "Juniper Row", "showroom")
    distributor = _house("KRA", "Kravitz & Rowe", "distributor")
    copies = tuple(_copy(showroom, distributor, number) for number in range(1, 6))
    return SmallWorld(
        showroom=showroom,
        other_showroom=other,
        distributor=distributor,
        other_distributor=_house("MBR", "Maison Beraudin", "distributor"),
        clerk=_person("Marisol Vega"),
        rep=_person("Dana Whitcombe"),
        other_clerk=_person("Theo Lindgren"),
        picker=_person("Ines Okafor"),
        master=_person("Paul Brandt"),
        other_picker=_person("Colette Arnaud"),
        designer=Designer(id=new_id(), showroom_id=showroom.id, name="Paloma Winslow", email="paloma@winslow.example"),
        second_designer=Designer(id=new_id(), showroom_id=showroom.id, name="June Castellane"),
        other_designer=Designer(id=new_id(), showroom_id=other.id, name="Rhys Calloway"),
        copies=copies,
        barcodes=tuple(
            CopyBarcode(id=f"{copy.id}:1", showroom_id=showroom.id, copy_id=copy.id, barcode=f"HPS00000{number}")
            for number, copy in enumerate(copies, start=1)
        ),
        other_copy=_copy(other, distributor, 9),
    )


def _house(code: str, name: str, kind: Any) -> Organisation:
    return Organisation(id=new_id(), code=code, name=name, kind=kind, email=f"samples@{code.lower()}.example")


def _person(name: str) -> Person:
    return Person(id=new_id(), name=name, email=f"{name.lower().replace(' ', '.')}@people.example")


def _copy(showroom: Organisation, distributor: Organisation, number: int) -> Copy:
    return Copy(
        id=new_id(),
        showroom_id=showroom.id,
        distributor_id=distributor.id,
        item_no=f"1354.{number}.0",
        title=f"Trianon {number}",
        shelf=f"A-0{number}",
        added_at=datetime.now(UTC) - timedelta(days=200),
    )


# --- a bare station --------------------------------------------------------------------------------------


@dataclass
class WireStation:
    """What a station says and hears on the wire, without a cache: for tests of the server alone."""

    server: RunningServer
    signed_in: SignInAnswer
    organisation_id: str
    http: requests.Session = field(default_factory=requests.Session)
    last_seq: int = 0
    have: dict[str, int] = field(default_factory=dict)
    rows: dict[str, dict[tuple[str, Any], list[Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http.headers["authorization"] = f"Bearer {self.signed_in.token}"

    def envelope(self, operation: Operation, **other: Any) -> OperationEnvelope:
        """The operation on its way, with the station's next number; `other` replaces fields."""
        self.last_seq += 1
        fields = {
            "id": new_id(),
            "name": type(operation).__name__,
            "version": operation.VERSION,
            "payload": encode(operation),
            "made_at": self.server.clock.now(),
            "organisation_id": self.organisation_id,
            "station_seq": self.last_seq,
            "lane": operation.lane(),
        }
        return OperationEnvelope(**{**fields, **other})

    def send(self, envelopes: Sequence[OperationEnvelope], station_clock: datetime | None = None) -> requests.Response:
        """Push as it is; whatever the server answers."""
        request = PushRequest(station_clock=station_clock or self.server.clock.now(), operations=list(envelopes))
        return self.post("/v1/operations", request)

    def push(self, *operations: Operation | OperationEnvelope) -> list[Outcome]:
        """The outcomes of a push that the server answers with 200."""
        envelopes = [one if isinstance(one, OperationEnvelope) else self.envelope(one) for one in operations]
        answer = self.send(envelopes)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=PushAnswer).outcomes

    def pull(self) -> PullAnswer | None:
        """One pull from where the station is, applied to its `rows`; None for 304."""
        request = PullRequest(have=self.have, history_id=self.signed_in.history_id)
        answer = self.post("/v1/streams/changes", request)
        if answer.status_code == 304:
            return None
        assert answer.status_code == 200, answer.text
        pulled = msgspec.json.decode(answer.content, type=PullAnswer)
        for page in pulled.pages:
            self.take(page)
        for stream in self.have.keys() - pulled.heads.keys():
            del self.have[stream], self.rows[stream]
        return pulled

    def pull_all(self) -> None:
        """Pull until nothing is new."""
        while (answer := self.pull()) is not None and answer.more:
            pass

    def take(self, page: StreamPage) -> None:
        """Put a page on top of what is there; it must continue where the station is."""
        if page.fresh:
            self.rows.pop(page.stream, None)
        else:
            assert page.after == self.have.get(page.stream, 0)
        rows = self.rows.setdefault(page.stream, {})
        for table in page.tables:
            for index, key in enumerate(table.keys):
                rows[table.table, key] = [column[index] for column in table.values]
        for gone in page.gone:
            for key in gone.keys:
                rows.pop((gone.table, key), None)
        self.have[page.stream] = page.upto
        if page.rows is not None:
            assert (len(rows), self.checksum(page.stream)) == (page.rows, page.checksum)

    def checksum(self, stream: str) -> str:
        """The order-free checksum over the rows as they came, computed anew."""
        total = 0
        for (table, key), values in self.rows.get(stream, {}).items():
            total += row_hash(table, values if values and values[0] == key else [key, *values])
        return f"{total % 2**64:016x}"

    def records(self, stream: str, table: str) -> dict[str, list[Any]]:
        """Rows of one table that the station has of a stream, by id."""
        return {key: values for (name, key), values in self.rows.get(stream, {}).items() if name == table}

    def post(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> requests.Response:
        """POST a message as JSON."""
        data = b"" if body is None else msgspec.json.encode(body)
        return self.http.post(
            self.server.url + path,
            data=data,
            headers={"content-type": "application/json", **(headers or {})},
            timeout=30,
        )

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
        """GET with the station's token."""
        return self.http.get(self.server.url + path, headers=dict(headers or {}), timeout=30)


def sign_in(server: RunningServer, person: Person, *, station_name: str = "desk", station_id: str = "") -> SignInAnswer:
    """Sign a person of the small world in."""
    body = {"email": person.email, "password": PASSWORD, "station_name": station_name, "station_id": station_id}
    answer = requests.post(server.url + "/v1/sign-in", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=SignInAnswer)


@contextmanager
def station_of(server: RunningServer, person: Person, organisation: Organisation) -> Iterator[WireStation]:
    """A station at which the person works for the organisation; its connection is closed at the end."""
    station = WireStation(server, sign_in(server, person), organisation.id)
    try:
        yield station
    finally:
        station.http.close()


StationMaker = Callable[[Person, Organisation], WireStation]
