"""Questions about many things at once, and what is remembered between them."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.designers.records import Designer
from shared_models.kernel.ids import DesignerId, new_id
from shared_models.kernel.operation import Module, Operation
from shared_models.kernel.records import Touch
from shared_models.library.operations import CheckOutCopy, ReturnCopy
from sync_server.features.accounts.actions import end_module
from sync_server.features.sync.reactions import Context, Reactions, concerned_with
from sync_server.features.sync.receipts import find_receipts, newest_numbers, operations_of_numbers
from sync_server.features.sync.records import ServerRecords
from sync_server.foundation.caller import Permitted
from tests.builders.server import RunningServer, SmallWorld, StationMaker, WireStation


@pytest.fixture
def desk(station: StationMaker, world: SmallWorld) -> WireStation:
    return station(world.clerk, world.showroom)


def new_designer(name: str = "Paloma Winslow") -> AddDesigner:
    return AddDesigner(designer_id=DesignerId(new_id()), card=DesignerCard(name=name))


def test_one_question_asks_for_thousands(server: RunningServer, desk: WireStation) -> None:
    added = [new_designer(f"Designer {number}") for number in range(3)]
    desk.push(*added)
    wanted = [*(f"nobody-{number}" for number in range(3_000)), *(one.designer_id for one in added)]
    with server.database.reading() as connection:
        found = ServerRecords(connection).find_among(Designer, "id", wanted)
        assert ServerRecords(connection).find_among(Designer, "id", []) == []
    assert [one.id for one in found] == sorted(one.designer_id for one in added)


def test_an_id_is_not_taken_for_one_that_only_begins_like_it(server: RunningServer, desk: WireStation) -> None:
    """As long as ids may be: a database that cut the question off at that length would find the other one."""
    longest = msgspec.structs.replace(desk.envelope(new_designer()), id="a" * 64)
    assert [outcome.result for outcome in desk.push(longest)] == ["applied"]
    with server.database.reading() as connection:
        assert list(find_receipts(connection, ["a" * 64, "b" * 64])) == ["a" * 64]
        assert find_receipts(connection, ["a" * 65]) == {}


def test_each_station_has_its_own_newest_number(
    server: RunningServer, world: SmallWorld, desk: WireStation, station: StationMaker
) -> None:
    other = station(world.rep, world.showroom)
    desk.push(new_designer(), new_designer(), new_designer())
    other.push(new_designer())
    ids = [desk.signed_in.station_id, other.signed_in.station_id, "nobody"]
    with server.database.reading() as connection:
        newest = newest_numbers(connection, ids)
        used = operations_of_numbers(connection, ids[0], [1, 2, 3, 4, 2**62])
    assert newest == {ids[0]: 3, ids[1]: 1}
    assert sorted(used) == [1, 2, 3]


def test_what_was_permitted_a_moment_ago_is_refused_when_rights_changed(
    server: RunningServer, world: SmallWorld, desk: WireStation
) -> None:
    (before,) = desk.push(new_designer())
    last_day = server.clock.now().date() - timedelta(days=3)
    server.database.write_unit(
        lambda connection: end_module(connection, world.showroom, Module.SAMPLE_CHECKOUT, last_day=last_day)
    )
    (after,) = desk.push(new_designer())
    assert (before.result, after.result, after.code) == ("applied", "refused", "module_missing")


def test_what_is_permitted_does_not_fill_the_memory() -> None:
    permitted = Permitted()
    for number in range(100_000):
        permitted.remember(number)
    assert len(permitted) < 1_000
    assert 99_999 in permitted


def test_a_reaction_is_told_of_the_operations_that_it_names() -> None:
    def of_all(context: Context, operation: Operation, touched: Sequence[Touch]) -> None: ...

    @concerned_with(CheckOutCopy, ReturnCopy)
    def of_the_desk(context: Context, operation: Operation, touched: Sequence[Touch]) -> None: ...

    reactions = Reactions([of_the_desk, of_all])
    assert reactions.to(ReturnCopy) == [of_the_desk, of_all]
    assert reactions.to(AddDesigner) == [of_all]
