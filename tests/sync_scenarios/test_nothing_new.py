"""A station that finds nothing new asks once, in a few bytes; an older server is asked the long way."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios import faults
from tests.sync_scenarios.stations import Station, signed_in_station

NEWS, PULL, PUSH = "/v1/streams/news", "/v1/streams/changes", "/v1/operations"


@pytest.fixture
def proxy(server: RunningServer) -> Iterator[faults.FaultProxy]:
    with faults.fault_proxy(server.url) as running:
        yield running


@pytest.fixture
def desk(proxy: faults.FaultProxy, world: SmallWorld, tmp_path: Path) -> Iterator[Station]:
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as station:
        # The first round begins the streams, the second hears of the empty ones that they end where they began.
        assert [station.sync().state for _ in range(2)] == ["synced"] * 2
        proxy.seen.clear()
        yield station


def of_an_older_server(handler: faults.FaultHandler, _body: bytes) -> None:
    body = b'{"status":404,"code":"not_found","sentence":"There is no such thing here."}'
    handler.reply(404, body, "application/problem+json")


def test_a_round_that_finds_nothing_is_one_request(desk: Station, proxy: faults.FaultProxy) -> None:
    assert desk.sync().state == "synced"
    assert proxy.seen == [NEWS]


def test_after_a_push_the_station_pulls_without_asking_first(
    desk: Station, proxy: faults.FaultProxy, world: SmallWorld
) -> None:
    desk.lend(world.copies[0], world.designer)
    assert desk.sync().state == "synced"
    assert proxy.seen[:2] == [PUSH, PULL]
    assert NEWS not in proxy.seen


def test_what_another_desk_did_is_fetched_in_the_same_round(
    desk: Station, proxy: faults.FaultProxy, world: SmallWorld, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "other", proxy.url, world.rep) as other:
        other.sync()
        other.lend(world.copies[1], world.designer)
        other.sync()
        proxy.seen.clear()
        desk.sync()
        assert proxy.seen == [NEWS, PULL]
        assert desk.library()["loans"] == other.library()["loans"]


def test_an_older_server_is_asked_the_long_way(desk: Station, proxy: faults.FaultProxy) -> None:
    proxy.faults.append((NEWS, of_an_older_server))
    assert desk.sync().state == "synced"
    assert proxy.seen == [NEWS, PULL]


@pytest.mark.parametrize(
    "fault", [faults.captive_portal, faults.html_404, faults.answer_cut, faults.bad_gateway, faults.answer_lost]
)
def test_a_bad_answer_to_the_short_question_never_counts_as_nothing_new(
    desk: Station, proxy: faults.FaultProxy, fault: faults.Fault, world: SmallWorld, tmp_path: Path
) -> None:
    with signed_in_station(tmp_path / "other", proxy.url, world.rep) as other:
        other.sync()
        other.lend(world.copies[1], world.designer)
        other.sync()
        proxy.faults.append((NEWS, fault))
        desk.sync()
        assert desk.sync().state == "synced"
        assert desk.library()["loans"] == other.library()["loans"]
