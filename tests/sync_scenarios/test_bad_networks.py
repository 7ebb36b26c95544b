"""What networks do to answers never decides what becomes of an operation."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.sync.client import ServerClient
from desktop.sync.engine import SyncEngine
from shared_models.library.records import Loan
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios import faults
from tests.sync_scenarios.stations import DUE, Station, signed_in_station

PUSH, PULL = "/v1/operations", "/v1/streams/changes"


@pytest.fixture
def proxy(server: RunningServer) -> Iterator[faults.FaultProxy]:
    with faults.fault_proxy(server.url) as running:
        yield running


@pytest.fixture
def desk(proxy: faults.FaultProxy, world: SmallWorld, tmp_path: Path) -> Iterator[Station]:
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as station:
        assert station.sync().state == "synced"
        yield station


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.captive_portal, "Something other than the Order-Track server answered"),
        (faults.portal_redirect, "Something other than the Order-Track server answered"),
        (faults.broken_json, "Something other than the Order-Track server answered"),
        (faults.html_404, "Something other than the Order-Track server answered"),
        (faults.forbidden, "Something other than the Order-Track server answered"),
        (faults.bad_gateway, "The server has a fault just now"),
        (faults.too_many, "The server is busy"),
        (faults.answer_cut, "The server's answer broke off"),
        (faults.request_garbled, "The request was damaged on its way"),
        (faults.answer_lost, "The server cannot be reached"),
    ],
)
def test_an_operation_waits_through_a_bad_answer_and_takes_effect_once(
    desk: Station, proxy: faults.FaultProxy, world: SmallWorld, fault: faults.Fault, words: str
) -> None:
    lent = desk.lend(world.copies[0], world.designer)
    proxy.faults.append((PUSH, fault))
    report = desk.sync()
    assert report.state == "offline"
    assert words in report.sentence
    assert desk.state_of(lent) == "waiting"
    assert desk.desk.database.read().value("SELECT count(*) FROM loans") == 1

    assert desk.sync().state == "synced"
    assert desk.state_of(lent) == "applied"
    loans = desk.desk.database.read().records(Loan)
    assert [(loan.copy_id, loan.due_on) for loan in loans] == [(world.copies[0].id, DUE)]


def test_a_server_that_is_too_slow_keeps_everything_waiting_and_does_it_once(
    desk: Station, proxy: faults.FaultProxy, world: SmallWorld
) -> None:
    lent = desk.lend(world.copies[0], world.designer)
    proxy.faults.append((PUSH, faults.no_answer_in_time))
    with closing(ServerClient(proxy.url, desk.client.token, timeouts_seconds=(1.0, 0.5))) as hurried:
        report = SyncEngine(desk.desk, hurried).round()
    assert report.state == "offline"
    assert report.sentence.startswith("The server did not answer in time. Everything is kept here")
    assert desk.state_of(lent) == "waiting"
    assert desk.sync().state == "synced"
    assert desk.state_of(lent) == "applied"
    assert len(desk.desk.database.read().records(Loan)) == 1


@pytest.mark.parametrize("fault", [faults.captive_portal, faults.answer_cut, faults.bad_gateway, faults.answer_lost])
def test_a_pull_that_breaks_off_is_taken_up_again(
    desk: Station, proxy: faults.FaultProxy, world: SmallWorld, fault: faults.Fault
) -> None:
    lent = desk.lend(world.copies[0], world.designer)
    proxy.faults.append((PULL, fault))
    assert desk.sync().state == "offline"
    # The server has it, its effect was not pulled yet: the desk goes on seeing its own.
    assert desk.state_of(lent) == "sent"
    assert desk.desk.database.read().value("SELECT count(*) FROM loans") == 1
    assert desk.sync().state == "synced"
    assert desk.state_of(lent) == "applied"


def test_a_request_that_arrives_twice_does_it_once(desk: Station, proxy: faults.FaultProxy, world: SmallWorld) -> None:
    desk.lend(world.copies[0], world.designer)
    desk.take_back(world.copies[0])
    proxy.faults += [(PUSH, faults.asked_twice), (PULL, faults.asked_twice)]
    assert desk.sync().state == "synced"
    counts = desk.desk.database.read().row("SELECT (SELECT count(*) FROM loans), (SELECT count(*) FROM copy_returns)")
    assert counts == (1, 1)


def test_the_server_says_when_to_come_back(desk: Station, proxy: faults.FaultProxy, world: SmallWorld) -> None:
    desk.lend(world.copies[0], world.designer)
    proxy.faults.append((PUSH, faults.too_many))
    assert desk.sync().retry_after_seconds == 42


def test_an_old_page_that_comes_late_is_thrown_away_and_no_cursor_goes_back(
    desk: Station, proxy: faults.FaultProxy, world: SmallWorld, server: RunningServer, tmp_path: Path
) -> None:
    answers = faults.Replay()
    proxy.always[PULL] = answers.keep
    with signed_in_station(tmp_path / "colleague", server.url, world.rep) as colleague:
        for copy in world.copies[:3]:
            colleague.sync()
            colleague.lend(copy, world.designer)
            assert colleague.sync().state == "synced"
            assert desk.sync().state == "synced"
        cursors = dict(desk.desk.database.read().rows("SELECT stream, position FROM streams"))
        assert len(answers.kept) >= 3
        colleague.take_back(world.copies[0])
        assert colleague.sync().state == "synced"
        proxy.faults += [(PULL, answers.again(number)) for number in range(len(answers.kept))]
        assert desk.sync().state == "synced"
        now = dict(desk.desk.database.read().rows("SELECT stream, position FROM streams"))
        assert all(now[stream] >= position for stream, position in cursors.items())
        assert desk.library() == colleague.library()


def test_the_answer_to_another_push_settles_nothing(desk: Station, proxy: faults.FaultProxy, world: SmallWorld) -> None:
    answers = faults.Replay()
    proxy.always[PUSH] = answers.keep
    desk.lend(world.copies[0], world.designer)
    assert desk.sync().state == "synced"
    lent = desk.lend(world.copies[1], world.designer)
    proxy.faults.append((PUSH, answers.again(0)))
    report = desk.sync()
    assert report.state == "offline"
    assert "was about something else. Everything is kept here." in report.sentence
    assert desk.state_of(lent) == "waiting"
    assert desk.sync().state == "synced"
    assert desk.state_of(lent) == "applied"


@pytest.mark.parametrize("off", [timedelta(days=-3), timedelta(hours=5), timedelta(days=365)], ids=str)
def test_a_clock_that_is_wrong_is_said_and_shuts_nobody_out(desk: Station, world: SmallWorld, off: timedelta) -> None:
    desk.clock.advance(off)
    first, second = desk.lend(world.copies[0], world.designer), desk.take_back(world.copies[0])
    report = desk.sync()
    assert report.state == "synced"
    way = "behind" if off < timedelta(0) else "ahead of"
    assert f"minutes {way} the server's. Please set it." in report.sentence
    assert (desk.state_of(first), desk.state_of(second)) == ("applied", "applied")
    loan = desk.desk.database.read().records(Loan)[0]
    assert loan.due_on == DUE
    desk.clock.advance(-off)
    third = desk.lend(world.copies[0], world.designer)
    report = desk.sync()
    assert report.state == "synced"
    assert "clock" not in report.sentence
    assert desk.state_of(third) == "applied"
