"""A server that lost its last hours gets back what stations hold, once, and nobody is written to twice (P5)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.cache.meta import get_meta
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.ids import ConfirmationId, LineId, OrderId, RequestId, new_id
from shared_models.kernel.operation import Module
from shared_models.picking.operations import ConfirmedLine, ConfirmLines
from shared_models.picking.records import Confirmation
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from sync_server.features.accounts.actions import end_module
from sync_server.features.backup.restoring import restore
from sync_server.features.backup.saving import save
from sync_server.features.mail.queries import list_mail
from sync_server.foundation.database import open_database
from tests.builders.server import RunningServer, SmallWorld, running_server, small_world
from tests.sync_scenarios.stations import Station, signed_in_station

PLACED = ("sample_orders", "sample_requests", "request_lines", "confirmations", "confirmation_lines", "loans")


@dataclass
class Loss:
    """A server that is saved, goes on, and is put back to what it was."""

    url: str
    folder: Path
    stack: ExitStack
    server: RunningServer | None = None
    archive: io.BytesIO = field(default_factory=io.BytesIO)
    _running: ExitStack | None = None

    def start(self, later: timedelta = timedelta(0)) -> RunningServer:
        self._running = ExitStack()
        clock = SettableClock(datetime.now(UTC) + later) if later else None
        self.server = self._running.enter_context(running_server(self.folder, database_url=self.url, clock=clock))
        return self.server

    def stop(self) -> None:
        assert self._running is not None
        self._running.close()

    def back_up(self) -> None:
        assert self.server is not None
        key = self.folder / "link-signing.key"
        save(self.server.database, self.archive, program="0", now=datetime.now(UTC), secret=None, link_key=key)

    def put_back(self, *stations: Station, announced: bool = True) -> RunningServer:
        """Restore; unannounced, as when somebody copied the file back: the history keeps its id."""
        self.stop()
        self.archive.seek(0)
        key = self.folder / "link-signing.key"
        done = restore(self.url, self.archive, secret=None, now=datetime.now(UTC), link_key=key, replace=True)
        if not announced:
            database = open_database(self.url)
            with database.writing() as connection:
                connection.exec_driver_sql(f"DELETE FROM server_history WHERE id = '{done.history_id}'")
            database.close()
        server = self.start()
        for station in stations:
            station.client.server_url = server.url
        return server


@pytest.fixture
def loss(database_url: str, tmp_path: Path) -> Iterator[Loss]:
    folder = tmp_path / "server"
    folder.mkdir()
    with ExitStack() as stack:
        made = Loss(database_url, folder, stack)
        made.start()
        yield made
        made.stop()


@contextmanager
def showroom_and_warehouse(loss: Loss, tmp_path: Path) -> Iterator[tuple[SmallWorld, Station, Station]]:
    assert loss.server is not None
    world = small_world(loss.server.database)
    desk = loss.stack.enter_context(signed_in_station(tmp_path / "desk", loss.server.url, world.clerk))
    bench = loss.stack.enter_context(signed_in_station(tmp_path / "bench", loss.server.url, world.picker))
    for one in (desk, bench):
        assert one.sync().state == "synced"
    yield world, desk, bench


def order(desk: Station, world: SmallWorld, number: int) -> PlaceSampleOrder:
    items = (OrderedItem(line_id=LineId(new_id()), item_no=f"1354.{number}.0", title=f"Trianon {number}"),)
    part = RequestPart(request_id=RequestId(new_id()), distributor_id=world.distributor.id, items=items)
    placed = PlaceSampleOrder(
        order_id=OrderId(new_id()),
        parts=(part,),
        designer_id=world.designer.id,
        ship_to=ShipTo(name="Paloma Winslow"),
    )
    desk.desk.record(placed)
    return placed


def confirm(bench: Station, placed: PlaceSampleOrder) -> str:
    part = placed.parts[0]
    line = ConfirmedLine(line_id=part.items[0].line_id, outcome="shipped", quantity=1)
    confirmed = ConfirmLines(confirmation_id=ConfirmationId(new_id()), request_id=part.request_id, lines=(line,))
    return bench.desk.record(confirmed).operation_id


def rows(station: Station) -> dict[str, set[str]]:
    """What is in the tables that orders and loans make, without the numbers that the server gives."""
    everything = station.everything()
    return {name: {str(row[0]) for row in everything[name]} for name in PLACED}


@pytest.mark.parametrize("announced", [True, False], ids=["restored", "copied back by hand"])
@pytest.mark.parametrize("first", ["desk", "bench"])
def test_twenty_operations_of_two_stations_come_back_once_whoever_comes_first(
    loss: Loss, tmp_path: Path, first: str, announced: bool
) -> None:
    with showroom_and_warehouse(loss, tmp_path) as (world, desk, bench):
        loss.back_up()
        placed = [order(desk, world, number) for number in range(1, 8)]
        lent = [desk.lend(world.copies[number], world.designer) for number in range(5)]
        assert desk.sync().state == "synced"
        assert bench.sync().state == "synced"
        confirmed = [confirm(bench, one) for one in placed[:6]]
        lent += [desk.lend(world.copies[number], world.second_designer) for number in range(2)]
        for one in (bench, desk, bench):
            assert one.sync().state == "synced"
        before = rows(desk), rows(bench)
        assert len(before[0]["confirmations"]) == 6
        assert loss.server is not None
        with loss.server.database.reading() as connection:
            written = {mail.kind: 0 for mail in list_mail(connection)}
            for mail in list_mail(connection):
                written[mail.kind] += 1
        offline = desk.lend(world.copies[3], world.second_designer)

        server = loss.put_back(desk, bench, announced=announced)
        order_of_coming = (desk, bench) if first == "desk" else (bench, desk)
        reports = [one.sync() for _ in range(3) for one in order_of_coming]

        assert [report.put_back for report in reports].count(True) == 2
        assert [reports[-2].state, reports[-1].state] == ["synced", "synced"]
        after = rows(desk), rows(bench)
        assert all(before[0][name] <= after[0][name] for name in PLACED)
        assert len(after[0]["loans"]) == len(before[0]["loans"]) + 1
        assert after[1] == before[1]
        done = {desk.state_of(one) for one in (*lent, offline)} | {bench.state_of(one) for one in confirmed}
        assert done <= {"applied", "needs_review"}
        with server.database.reading() as connection:
            mails = list_mail(connection)
        # Each occasion has its mail, and none of them leaves before a person has looked.
        kinds = {kind: sum(mail.kind == kind for mail in mails) for kind in written}
        assert kinds == written
        assert {mail.state for mail in mails} == {"held"}


def test_a_station_that_registered_after_the_backup_signs_in_anew_and_offers_all_it_did(
    loss: Loss, tmp_path: Path
) -> None:
    assert loss.server is not None
    world = small_world(loss.server.database)
    loss.back_up()
    desk = loss.stack.enter_context(signed_in_station(tmp_path / "desk", loss.server.url, world.clerk))
    desk.sync()
    lent = [desk.lend(world.copies[number], world.designer) for number in range(3)]
    assert desk.sync().state == "synced"
    waiting = desk.lend(world.copies[3], world.designer)
    server = loss.put_back(desk)
    report = desk.sync()
    assert report.state == "sign_in_needed"
    assert "kept" in report.sentence

    from desktop.sync.sign_in import keep_answer
    from tests.builders.server import sign_in

    answer = sign_in(server, world.clerk, station_id=get_meta(desk.desk.database.read(), "station_id"))
    with desk.desk.database.write() as records:
        keep_answer(records, answer)
    report = desk.sync()
    assert (report.state, report.put_back) == ("synced", True), report.sentence
    assert {desk.state_of(one) for one in (*lent, waiting)} == {"applied"}
    assert len(desk.library()["loans"]) == 4


def test_what_nobody_can_bring_back_is_refused_in_the_end(loss: Loss, tmp_path: Path) -> None:
    with showroom_and_warehouse(loss, tmp_path) as (world, desk, bench):
        loss.back_up()
        placed = order(desk, world, 1)
        desk.sync()
        bench.sync()
        confirmed = confirm(bench, placed)
        assert bench.sync().state == "synced"
        loss.put_back(bench)
        report = bench.sync()
        assert (report.state, bench.state_of(confirmed)) == ("waiting", "waiting")
        assert "restored from a backup" in bench.desk.outbox.get(confirmed).sentence
        loss.stop()
        bench.client.server_url = loss.start(later=timedelta(days=31)).url
        bench.clock.advance(timedelta(days=31))
        bench.sync()
        assert bench.state_of(confirmed) == "refused"


@pytest.mark.parametrize("days_ahead", [9, -9])
def test_what_was_done_before_a_restore_is_told_by_the_true_time(loss: Loss, tmp_path: Path, days_ahead: int) -> None:
    """Rights that the restored server lacks are waited for, but only for what was done while they were there."""
    with showroom_and_warehouse(loss, tmp_path) as (world, desk, _):
        loss.back_up()
        desk.clock.advance(timedelta(days=days_ahead))
        before = desk.lend(world.copies[0], world.designer)
        desk.clock.advance(timedelta(hours=1))
        server = loss.put_back(desk)
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        server.database.write_unit(
            lambda connection: end_module(connection, world.showroom, Module.SAMPLE_CHECKOUT, last_day=yesterday)
        )
        after = desk.lend(world.copies[1], world.designer)
        desk.sync()
        assert (desk.state_of(before), desk.state_of(after)) == ("waiting", "refused")


def test_a_station_that_only_reads_notices_without_offering_anything(loss: Loss, tmp_path: Path) -> None:
    with showroom_and_warehouse(loss, tmp_path) as (world, desk, bench):
        loss.back_up()
        order(desk, world, 1)
        desk.sync()
        bench.sync()
        assert bench.desk.database.read().records(Confirmation) == []
        loss.put_back(bench)
        report = bench.sync()
        assert (report.state, report.put_back) == ("synced", True)
        assert rows(bench)["sample_requests"] == set()
