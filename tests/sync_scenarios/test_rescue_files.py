"""Files of waiting operations between real stations: brought in by a colleague, refused from a stranger."""

from pathlib import Path

import msgspec
import pytest

from desktop.sync.rescue_file import export_waiting, import_waiting
from shared_models.kernel.errors import DomainError
from shared_models.library.records import Loan
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
