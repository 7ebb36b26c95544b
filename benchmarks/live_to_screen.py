"""A record told in real time until it stands on the open page of another station, with fifty stations connected.

One of the fifty is the real one: its cache, its sync in its threads, and the follow-up page on a screen that nobody
sees. The others, in a process of their own, listen to the notices and pull what moved. With every order that is told
for the real station a row of stock is told that all fifty get. The reference is the promise: one second.

What a connected station costs the server is its processor time while records are told, a record and a station, beside
that of the cheapest signed-in request to the same process; and its processor time while nothing is told, beside a
millisecond a second.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests

from benchmarks._server_desks import Station, Wire, fill, http_request, serving
from benchmarks.figures import Figure
from shared_models.accounts.records import Membership, ModuleGrant, Person
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Module, Role
from sync_server.features.accounts.actions import store_all
from sync_server.features.accounts.passwords import hash_password, store_hash
from sync_server.features.accounts.stations import register_station
from sync_server.features.accounts.tokens import issue_token
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.database import open_database
from tests.builders.server import PASSWORD

STATIONS = 50
RECORDS = 60
PAUSE_SECONDS = 0.4
IDLE_SECONDS = 8.0
PATIENCE_SECONDS = 20.0
_CHEAPEST_REQUESTS = 300
_TOLD_AT_ONCE = 2
"""An order and a row of stock."""


def run() -> list[Figure]:
    """Latency, and what a connected station costs."""
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'order-track.db'}"
        stations = fill(url, STATIONS, distributors=1, coded=True)
        master, nobody, real = _prepare(url, stations)
        with serving(folder / "server", url) as port, _light_stations(port, folder, stations[1:]):
            server = _server_process()
            with _open_page(folder / "profile", port, real) as page:
                idle = _seconds_of(server, lambda: page.wait(IDLE_SECONDS))
                latencies: list[float] = []
                told = _seconds_of(server, lambda: latencies.extend(_tell(port, master, page)))
            cheapest = _seconds_of(server, lambda: _ask_cheapest(port, nobody)) / _CHEAPEST_REQUESTS
    latencies.sort()
    slow = latencies[int(0.95 * len(latencies))]
    a_record = told / (_TOLD_AT_ONCE * RECORDS * STATIONS)
    print(
        f"median {statistics.median(latencies) * 1000:.0f} ms, slowest {latencies[-1] * 1000:.0f} ms", file=sys.stderr
    )
    name = f"live record to another station's open page, {STATIONS} stations connected"
    return [
        Figure(f"{name}, slowest in twenty", slow * 1000, 1000, "ms", 1.0),
        Figure("live record, server processor time a record and connected station",
               a_record * 1000, cheapest * 1000, "ms", 3.0),
        Figure("connected station while nothing is told, server processor time a second",
               idle / IDLE_SECONDS / STATIONS * 1000, 1.0, "ms", 1.0),
    ]  # fmt: skip


# --- the world -------------------------------------------------------------------------------------------


def _prepare(url: str, stations: list[Station]) -> tuple[str, str, Person]:
    """Tokens of the distributor's master and of somebody who belongs to nothing, and who works at the real station."""
    database = open_database(url)
    house = stations[0].distributors[0]
    people = [Person(id=new_id(), name=name, email=f"{name}@house.example") for name in ("master", "nobody")]
    starts_on = datetime.now(UTC).date()

    def unit(connection: object) -> tuple[str, str, Person]:
        now = datetime.now(UTC)
        store_all(connection, [  # type: ignore[arg-type]
            *people,
            Membership(id=new_id(), person_id=people[0].id, organisation_id=house.id, role=Role.MASTER),
            ModuleGrant(id=new_id(), organisation_id=house.id, module=Module.WEB_DISTRIBUTION, starts_on=starts_on),
        ])  # fmt: skip
        real = ServerRecords(connection).need(Person, stations[0].person_id)  # type: ignore[arg-type]
        store_hash(connection, real.id, hash_password(PASSWORD), now)  # type: ignore[arg-type]
        tokens = []
        for person in people:
            desk = register_station(connection, station_id="", name="own", person_id=person.id, now=now)  # type: ignore[arg-type]
            tokens.append(issue_token(connection, station_id=desk, person_id=person.id, now=now).token)  # type: ignore[arg-type]
        return tokens[0], tokens[1], real

    try:
        return database.write_unit(unit)
    finally:
        database.close()


@contextmanager
def _light_stations(port: int, folder: Path, stations: list[Station]) -> Iterator[None]:
    tokens = folder / "tokens"
    tokens.write_text("\n".join(station.token for station in stations), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks._light_stations", str(port), str(tokens)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        if process.stdout.readline().strip() != "listening":
            raise AssertionError("the stations did not connect")
        yield
        process.stdin.close()
        if process.wait(30) != 0:
            raise AssertionError("a station lost its server")


def _server_process() -> psutil.Process:
    found = psutil.Process().children(recursive=True)
    return next(one for one in found if "serve" in one.cmdline())


def _seconds_of(server: psutil.Process, work: object) -> float:
    before = server.cpu_times()
    work()  # type: ignore[operator]
    after = server.cpu_times()
    return float(after.user + after.system - before.user - before.system)


# --- the real station ------------------------------------------------------------------------------------


class OpenPage:
    """The follow-up page of the real station, with the orders in front."""

    def __init__(self, page: object, application: object) -> None:
        self._page, self._application = page, application

    def shows(self, order_no: str) -> bool:
        """Whether the order stands in the table that is seen."""
        panel = self._page.in_front  # type: ignore[attr-defined]
        rows = (panel.table.row_at(place) for place in range(panel.table.row_count()))
        return any(row is not None and row.record.order_no == order_no for row in rows)

    def step(self) -> None:
        """Let the window do what waits."""
        self._application.processEvents()  # type: ignore[attr-defined]
        time.sleep(0.001)

    def wait(self, seconds: float) -> None:
        """Stay open for a while."""
        ends_at = time.perf_counter() + seconds
        while time.perf_counter() < ends_at:
            self.step()


@contextmanager
def _open_page(profile: Path, port: int, person: Person) -> Iterator[OpenPage]:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from desktop.features.follow_up.feature import FollowUpFeature
    from desktop.foundation.qt_jobs import QtJobs
    from desktop.sync.schedule import SyncSchedule
    from tests.builders.desk import make_context
    from tests.sync_scenarios.stations import signed_in_station

    application = QApplication.instance() or QApplication([])
    with signed_in_station(profile, f"http://127.0.0.1:{port}", person) as station:
        report = station.sync()
        if report.state != "synced":
            raise AssertionError(f"the real station did not sync: {report.sentence}")
        jobs, schedule = QtJobs(), SyncSchedule(station.desk)
        context = replace(make_context(station.desk, jobs), sync=schedule)
        schedule.records_changed.connect(context.changes.publish)
        page = FollowUpFeature().make_page(context)
        page.resize(1280, 800)
        page.show()
        page.on_shown()
        schedule.start()
        try:
            shown = OpenPage(page, application)
            shown.wait(3.0)
            yield shown
        finally:
            schedule.stop()
            page.close()
            page.deleteLater()
            application.processEvents()
            jobs.close()


# --- what is told ----------------------------------------------------------------------------------------


def _tell(port: int, token: str, page: OpenPage) -> list[float]:
    """Tell order after order; gives the seconds from before each is told until it is seen."""
    found = []
    with requests.Session() as master:
        master.headers["authorization"] = f"Bearer {token}"
        for number in range(RECORDS):
            order_no = f"L{number:04d}"
            order = {"showroom_code": "S00", "sidemark": "Larkin House", "qty_ordered": "12.5", "order_status": "OPEN"}
            stock = {"qty_on_hand": str(100 + number)}
            started = time.perf_counter()
            for path, record in ((f"sales_orders/{order_no}/1", order), ("inventory/0123", stock)):
                answer = master.put(f"http://127.0.0.1:{port}/v1/live/{path}", data=json.dumps(record), timeout=30,
                                    headers={"content-type": "application/json"})  # fmt: skip
                if answer.status_code != 200:
                    raise AssertionError(answer.text)
            while not page.shows(order_no):
                page.step()
                if time.perf_counter() - started > PATIENCE_SECONDS:
                    raise AssertionError(f"{order_no} was not seen")
            found.append(time.perf_counter() - started)
            page.wait(PAUSE_SECONDS)
    return found


def _ask_cheapest(port: int, token: str) -> None:
    wire = Wire(port)
    try:
        for _ in range(_CHEAPEST_REQUESTS):
            answer = wire.converse(http_request("/v1/streams", token, None))
            if answer.status != 200:
                raise AssertionError(f"the server answered {answer.status}")
    finally:
        wire.close()
