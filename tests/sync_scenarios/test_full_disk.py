"""The real station on a full disk, from its first moment: said in a sentence, nothing lost, well again by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.sync.rescue_file import export_waiting
from shared_models.designers.operations import AddDesigner, DesignerCard
from shared_models.kernel.ids import DesignerId, new_id
from tests.builders.server import RunningServer, SmallWorld, running_server, small_world
from tests.builders.station_script import Script
from tests.sync_scenarios.stations import Station, signed_in_station
from tests.torture.recording import FaultyDisk, build_library, why_not

REASON = why_not() or ""
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """On one of the two databases: what is looked at here is the station."""
    folder = tmp_path / "server"
    folder.mkdir()
    with running_server(folder) as running:
        yield running


@pytest.fixture
def world(server: RunningServer) -> SmallWorld:
    return small_world(server.database)


class Disk:
    """A station's disk that can be full, and its program on it."""

    def __init__(self, folder: Path, server: RunningServer) -> None:
        self._full = folder / "full"
        disk = FaultyDisk(build_library(folder), folder / "profile", folder / "record")
        disk.root.mkdir()
        self.station = Script(disk.root, server.url, disk.environment(full_while=self._full))

    def fill(self) -> None:
        self._full.touch()

    def free(self) -> None:
        self._full.unlink()


@pytest.fixture
def disk(tmp_path: Path, server: RunningServer) -> Disk:
    return Disk(tmp_path, server)


def test_a_sign_in_on_a_full_disk_leaves_nothing_half_and_is_simply_done_again(disk: Disk, world: SmallWorld) -> None:
    disk.fill()
    done = disk.station.sign_in(world.clerk.email)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "could not be written (No space left on device)" in done.stderr
    assert "make room on the disk" in done.stderr
    assert not (disk.station.profile / "station.db").exists()
    disk.free()
    done = disk.station.sign_in(world.clerk.email)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "synced"), done.stderr


def test_a_pull_that_finds_no_room_is_told_and_goes_on_when_there_is_some(
    server: RunningServer, world: SmallWorld, tmp_path: Path
) -> None:
    with (
        signed_in_station(tmp_path / "desk", server.url, world.clerk) as desk,
        signed_in_station(tmp_path / "colleague", server.url, world.rep) as colleague,
    ):
        assert desk.sync().state == colleague.sync().state == "synced"
        for number in range(300):
            card = DesignerCard(name=f"Designer {number}", notes="Collects on Thursdays. " * 20)
            colleague.desk.record(AddDesigner(designer_id=DesignerId(new_id()), card=card))
        assert colleague.sync().state == "synced"
        lent = desk.lend(world.copies[0], world.designer)
        limit_pages(desk, 40)
        report = desk.sync()
        assert report.state == "trouble"
        assert report.sentence.startswith("The disk is full, so this was not saved. Everything saved before is safe.")
        assert desk.desk.database.read().value("SELECT count(*) FROM loans") == 1
        rescue = tmp_path / "waiting.json"
        assert export_waiting(desk.desk, rescue) <= 1
        limit_pages(desk, None)
        assert desk.sync().state == "synced"
        assert desk.state_of(lent) == "applied"
        assert desk.library() == colleague.library() or colleague.sync().state == "synced"
        assert desk.library() == colleague.library()


def limit_pages(station: Station, room: int | None) -> None:
    """The file may grow by so many pages and no more; without limit again for None."""
    with station.desk.database.write() as records:
        pages = records.connection.execute("PRAGMA page_count").fetchone()[0]
        most = 1_000_000_000 if room is None else pages + room
        records.connection.execute(f"PRAGMA max_page_count = {most}")
