"""Files of waiting operations between real stations: brought in by a colleague, refused from a stranger."""

from pathlib import Path

import msgspec
import pytest

from desktop.sync.rescue_file import export_waiting, import_waiting
from desktop.sync.signature import signing_key_of
from shared_models.kernel.errors import DomainError
from shared_models.library.records import Loan
from shared_models.sync.certificates import sign_operations
from shared_models.sync.wire import WaitingRule
from sync_server.features.accounts.revocation import revoke_station
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios import faults
from tests.sync_scenarios.conftest import MakeStation
from tests.sync_scenarios.stations import signed_in_station


def test_a_colleague_without_a_network_brings_it_in_and_it_takes_effect_once(
    world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    desk, colleague = station(world.clerk), station(world.rep, "colleague")
    file = tmp_path / "waiting.json"
    lent = desk.lend(world.copies[0], world.designer)
    assert export_waiting(desk.desk, file) == 1
    colleague.client.unplug()
    assert import_waiting(colleague.desk, file) == (1, 0, "Marisol Vega at desk")
    assert colleague.desk.database.read().value("SELECT count(*) FROM loans") == 1
    colleague.client.plug_in()
    assert colleague.sync().state == "synced"
    # The laptop comes back after all: the same operation, once.
    assert desk.sync().state == "synced"
    assert (desk.state_of(lent), colleague.state_of(lent)) == ("applied", "applied")
    assert len(desk.desk.database.read().records(Loan)) == 1


def test_a_station_that_reaches_the_server_by_another_address_brings_it_in(
    server: RunningServer, world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    desk = station(world.clerk)
    desk.lend(world.copies[0], world.designer)
    file = tmp_path / "waiting.json"
    export_waiting(desk.desk, file)
    with (
        faults.fault_proxy(server.url) as elsewhere,
        signed_in_station(tmp_path / "other", elsewhere.url, world.clerk) as other,
    ):
        assert other.sync().state == "synced"
        assert import_waiting(other.desk, file).new == 1


def test_a_rival_at_the_same_server_cannot_have_a_clerk_bring_in_what_he_made_up(
    world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    desk, rival = station(world.clerk), station(world.other_clerk, "rival")
    desk.lend(world.copies[0], world.designer)
    with rival.desk.database.write() as records:
        # His own station's file holds whatever he likes, and his own key signs it.
        row = desk.desk.database.read().rows("SELECT * FROM operations")[0]
        records.connection.execute(f"INSERT INTO operations VALUES ({', '.join('?' * len(row))})", row)
    file = tmp_path / "waiting.json"
    assert export_waiting(rival.desk, file) == 1
    colleague = station(world.rep, "colleague")
    with pytest.raises(DomainError, match="was written by Theo Lindgren at rival, who does not work for") as refusal:
        import_waiting(colleague.desk, file)
    assert refusal.value.code == "foreign_writer"
    assert colleague.desk.outbox.waiting_count() == 0


def test_the_key_that_signs_is_in_no_file_that_leaves_the_station(
    world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    from desktop.sync.signature import signing_key_of

    desk = station(world.clerk)
    desk.lend(world.copies[0], world.designer)
    file = tmp_path / "waiting.json"
    export_waiting(desk.desk, file)
    key = signing_key_of(desk.desk.database)
    assert len(key) == 44
    readable = [one.read_bytes() for one in (file, *desk.profile.rglob("*")) if one.is_file()]
    assert not any(key.encode() in content for content in readable)
    assert msgspec.json.decode(file.read_bytes())["signature"]


@pytest.mark.parametrize(("waiting", "becomes"), [("discard", "refused"), ("accept", "applied")])
def test_a_file_of_a_station_that_was_shut_out_follows_what_the_operator_decided(
    server: RunningServer, world: SmallWorld, station: MakeStation, tmp_path: Path, waiting: WaitingRule, becomes: str
) -> None:
    desk, colleague, third = station(world.clerk), station(world.rep, "colleague"), station(world.clerk, "third")
    lent = desk.lend(world.copies[0], world.designer)
    file, again = tmp_path / "waiting.json", tmp_path / "again.json"
    export_waiting(desk.desk, file)
    revoke(server, desk.desk.station_id, waiting)
    import_waiting(colleague.desk, file)
    # Passing it on from desk to desk does not wash it.
    export_waiting(colleague.desk, again)
    import_waiting(third.desk, again)
    for one in (third, colleague):
        assert one.sync().state == "synced"
        assert one.state_of(lent) == becomes
    if becomes == "refused":
        assert "“desk”, which the operator shut out" in third.desk.outbox.get(lent).sentence
        fresh = third.desk.outbox.send_again(lent, at=third.clock.now())
        third.sync()
        assert third.state_of(fresh) == "refused"


def revoke(server: RunningServer, station_id: str, waiting: WaitingRule) -> None:
    now = server.clock.now()
    server.database.write_unit(lambda connection: revoke_station(connection, station_id, now, waiting=waiting))


def test_a_file_that_an_earlier_program_wrote_is_still_taken(
    world: SmallWorld, station: MakeStation, tmp_path: Path
) -> None:
    """Version 2 had no `brought_from`: its signature holds over what it has."""
    desk, colleague = station(world.clerk), station(world.rep, "colleague")
    desk.lend(world.copies[0], world.designer)
    file = tmp_path / "waiting.json"
    export_waiting(desk.desk, file)
    content = {**msgspec.json.decode(file.read_bytes()), "version": 2, "signature": ""}
    assert "brought_from" not in content["operations"][0]
    signed = sign_operations(msgspec.json.encode(content, order="sorted"), signing_key_of(desk.desk.database))
    file.write_bytes(msgspec.json.encode({**content, "signature": signed}))
    assert import_waiting(colleague.desk, file) == (1, 0, "Marisol Vega at desk")
    assert colleague.sync().state == "synced"
