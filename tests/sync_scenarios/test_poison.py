"""One operation that nothing takes, among hundreds: the others settle, and it ends on a screen with its reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.features.sync_centre import actions, queries
from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.designers.records import Designer
from shared_models.kernel.ids import DesignerId, new_id
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios import faults
from tests.sync_scenarios.stations import Station, signed_in_station

PUSH = "/v1/operations"
DISLIKED = "Drop Table Drapery"


@pytest.fixture
def proxy(server: RunningServer) -> Iterator[faults.FaultProxy]:
    with faults.fault_proxy(server.url) as running:
        yield running


@pytest.fixture
def desk(proxy: faults.FaultProxy, world: SmallWorld, tmp_path: Path) -> Iterator[Station]:
    with signed_in_station(tmp_path / "desk", proxy.url, world.clerk) as station:
        assert station.sync().state == "synced"
        yield station


def add(desk: Station, name: str) -> str:
    return desk.desk.record(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=name))).operation_id


def names_at_the_server(server: RunningServer) -> set[str]:
    from sync_server.features.sync.records import ServerRecords

    with server.database.reading() as connection:
        return {designer.name for designer in ServerRecords(connection).find(Designer)}


def disliked(handler: faults.FaultHandler, body: bytes) -> None:
    """A filter on the way that blocks a word, whoever says it."""
    if DISLIKED.encode() in body:
        faults.forbidden(handler, body)
    else:
        handler.pass_on(handler.ask_server(body))


def test_one_that_the_server_refuses_is_to_be_dealt_with_and_499_settle(server: RunningServer, desk: Station) -> None:
    ids = [add(desk, f"Designer {number}") for number in range(500)]
    poison = ids[317]
    with desk.desk.database.write() as records:
        records.connection.execute("UPDATE operations SET payload = '{\"designer_id\": 7}' WHERE id = ?", (poison,))
    report = desk.sync()
    assert (report.settled, report.refused) == (500, 1)
    assert {desk.state_of(one) for one in ids if one != poison} == {"applied"}
    (row,) = queries.attention(desk.desk)
    assert (row.key, row.kind) == (poison, "refused")
    assert row.why
    actions.send_again(desk.desk, poison)
    assert desk.sync().refused == 1
    (row,) = queries.attention(desk.desk)
    actions.discard(desk.desk, row.key)
    assert queries.attention(desk.desk) == []
    assert desk.sync().state == "synced"
    assert len(names_at_the_server(server)) >= 499


def test_one_that_a_filter_on_the_way_blocks_is_found_and_holds_up_nothing(
    server: RunningServer, desk: Station, proxy: faults.FaultProxy
) -> None:
    ids = [add(desk, f"Designer {number}") for number in range(150)]
    poison = add(desk, DISLIKED)
    ids += [add(desk, f"Designer {number}") for number in range(150, 250)]
    proxy.always[PUSH] = disliked
    report = desk.sync()
    assert report.state == "waiting"
    assert "1 still waiting; 1 cannot be sent, although the server is there" in report.sentence
    assert {desk.state_of(one) for one in ids} == {"applied"}
    (row,) = queries.waiting(desk.desk)
    assert row.operation_id == poison
    assert row.sentence.startswith("This cannot be sent. Something other than the Order-Track server answered")
    asked = proxy.seen.count(PUSH)
    add(desk, "Paloma Winslow")
    assert desk.sync().state == "waiting"
    assert proxy.seen.count(PUSH) == asked + 2, "one for what is new, one for the one that is set apart"
    assert "Paloma Winslow" in names_at_the_server(server)
    del proxy.always[PUSH]
    assert desk.sync().state == "synced"
    assert desk.state_of(poison) == "applied"


def test_what_comes_from_others_is_received_although_the_only_one_to_send_is_blocked(
    desk: Station, proxy: faults.FaultProxy, server: RunningServer, world: SmallWorld, tmp_path: Path
) -> None:
    proxy.always[PUSH] = disliked
    poison = add(desk, DISLIKED)
    assert desk.sync().state == "offline"
    with signed_in_station(tmp_path / "colleague", server.url, world.rep) as colleague:
        colleague.sync()
        add(colleague, "June Castellane the younger")
        assert colleague.sync().state == "synced"
    assert desk.sync().state == "waiting"
    assert "June Castellane the younger" in {one.name for one in desk.desk.database.read().records(Designer)}
    assert desk.state_of(poison) == "waiting"


def test_behind_a_sign_in_page_nobody_hunts_for_a_culprit(desk: Station, proxy: faults.FaultProxy) -> None:
    for number in range(40):
        add(desk, f"Designer {number}")
    proxy.always[PUSH] = faults.captive_portal
    before = proxy.seen.count(PUSH)
    assert desk.sync().state == "offline"
    assert proxy.seen.count(PUSH) - before == 3
    assert all(row.sentence == "" for row in queries.waiting(desk.desk))
    proxy.always.clear()
    assert desk.sync().state == "synced"


def test_a_batch_that_is_too_long_for_something_on_the_way_goes_in_pieces(
    desk: Station, proxy: faults.FaultProxy
) -> None:
    def at_most_8000(handler: faults.FaultHandler, body: bytes) -> None:
        if len(body) > 8000:
            handler.reply(413, b"<html>Request Entity Too Large</html>", "text/html")
        else:
            handler.pass_on(handler.ask_server(body))

    ids = [add(desk, f"Designer {number} of a firm with a name of some length") for number in range(120)]
    proxy.always[PUSH] = at_most_8000
    assert desk.sync().state == "synced"
    assert {desk.state_of(one) for one in ids} == {"applied"}
