"""“Is anything new?” in a few bytes: 304 exactly when a pull would find nothing, to the last right and history."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import DesignerId, new_id
from shared_models.kernel.operation import Module
from shared_models.sync.wire import cursors_digest
from sync_server.features.accounts.actions import end_module
from sync_server.features.accounts.revocation import revoke_station
from sync_server.features.sync.history import begin_history
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation


@pytest.fixture
def desk(world: SmallWorld, station: StationMaker) -> WireStation:
    desk = station(world.clerk, world.showroom)
    desk.pull_all()
    return desk


def status(desk: WireStation) -> int:
    cursors = cursors_digest(desk.signed_in.history_id, desk.have)
    answer = desk.post("/v1/streams/news", {"cursors": cursors})
    if answer.status_code == 304:
        assert answer.content == b""
    return answer.status_code


def test_a_station_that_has_everything_is_told_that_nothing_is_new(desk: WireStation) -> None:
    assert status(desk) == 304
    assert desk.pull() is None


def test_streams_in_which_nothing_was_ever_published_make_no_difference(desk: WireStation) -> None:
    desk.have = {stream: position for stream, position in desk.have.items() if position}
    assert status(desk) == 304
    desk.have["showroom:none:library"] = 0
    assert status(desk) == 304


def one_behind(desk: WireStation) -> None:
    stream = max(desk.have, key=lambda one: desk.have[one])
    desk.have[stream] -= 1


def one_unknown(desk: WireStation) -> None:
    del desk.have[max(desk.have, key=lambda one: desk.have[one])]


def one_too_many(desk: WireStation) -> None:
    desk.have["showroom:none:library"] = 3


@pytest.mark.parametrize("differs", [one_behind, one_unknown, one_too_many])
def test_any_difference_of_the_cursors_is_something_new(
    desk: WireStation, differs: Callable[[WireStation], None]
) -> None:
    differs(desk)
    assert status(desk) == 200


def test_what_another_station_did_is_new_until_it_is_pulled(
    desk: WireStation, world: SmallWorld, station: StationMaker
) -> None:
    other = station(world.rep, world.showroom)
    other.push(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name="June")))
    assert status(desk) == 200
    desk.pull_all()
    assert status(desk) == 304


def test_a_stream_that_was_withdrawn_and_a_new_history_are_new(
    server: RunningServer, desk: WireStation, world: SmallWorld
) -> None:
    yesterday = server.clock.now().date() - timedelta(days=1)

    def withdraw(connection: Connection) -> None:
        end_module(connection, world.showroom, Module.SAMPLE_CHECKOUT, last_day=yesterday)

    server.database.write_unit(withdraw)
    assert status(desk) == 200
    desk.pull_all()
    assert status(desk) == 304
    server.database.write_unit(lambda connection: begin_history(connection, server.clock.now()))
    assert status(desk) == 200


def test_a_server_that_lost_what_the_station_was_told_has_something_new(desk: WireStation) -> None:
    settled = desk.envelope(AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name="June")))
    desk.push(settled)
    desk.pull_all()
    question = {"cursors": cursors_digest(desk.signed_in.history_id, desk.have), "newest_settled": [settled.id]}
    assert desk.post("/v1/streams/news", question).status_code == 304
    question["newest_settled"] = [settled.id, new_id()]
    assert desk.post("/v1/streams/news", question).status_code == 200


def test_a_revoked_station_is_told_so_and_not_that_nothing_is_new(server: RunningServer, desk: WireStation) -> None:
    assert status(desk) == 304
    station_id, now = desk.signed_in.station_id, server.clock.now()
    server.database.write_unit(lambda connection: revoke_station(connection, station_id, now))
    assert status(desk) == 410


@pytest.mark.parametrize("body", [b"", b"[]", b'{"cursors": 7}', b'{"cursors": "' + b"x" * 5000 + b'"}'])
def test_a_question_that_cannot_be_read_is_refused_in_a_sentence(desk: WireStation, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = desk.http.post(desk.server.url + "/v1/streams/news", data=body, headers=headers, timeout=10)
    assert answer.status_code in (400, 413)
    assert answer.json()["sentence"]
