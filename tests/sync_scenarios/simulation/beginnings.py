"""How every history begins: a server with two showrooms and two distributors, and seven stations that have synced."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection

from desktop.cache.keys import KeyRing
from shared_models.accounts.records import Membership, RepCode
from shared_models.kernel.ids import new_id
from shared_models.kernel.operation import Role
from shared_models.library.records import Copy, CopyBarcode
from sync_server.features.accounts.actions import store_all
from sync_server.features.feeds.runs import Posting
from tests.builders.next_version import migrations_to_next_version
from tests.builders.postgres import PostgresCluster
from tests.builders.server import PASSWORD, SmallWorld, new_sqlite, prepare_database, small_world
from tests.sync_scenarios.simulation.fail_points import running
from tests.sync_scenarios.simulation.machines import Machine, Seat
from tests.sync_scenarios.simulation.network import Network
from tests.sync_scenarios.simulation.one_process import START, DeviceClock, Identifiers, TradeTime
from tests.sync_scenarios.simulation.postgres import PostgresStorage
from tests.sync_scenarios.simulation.published import DATASETS, ITEMS, Facts, first_rows, post_rows
from tests.sync_scenarios.simulation.server import Programs, SqliteStorage, Storage, TradeServer


class Beginning(NamedTuple):
    """A folder with the server's and the stations' files, and who is who."""

    folder: Path
    world: SmallWorld
    seats: tuple[Seat, ...]
    keys: tuple[bytes, ...]
    """By seat: what opens its profile."""
    migrations: Path
    """They bring a station's file to the next version of the program."""
    facts: Facts
    """What the distributors have published."""
    open_storage: Callable[[Path], AbstractContextManager[Storage]]
    """A storage with the beginning's content, for a history in a folder."""


def profile_of(folder: Path, seat: Seat) -> Path:
    """Where a station's files lie."""
    return folder / seat.name.lower().replace(" ", "-").replace("'", "")


def make_beginning(
    folder: Path, programs: Programs, identifiers: Identifiers, cluster: PostgresCluster | None = None
) -> Beginning:
    """Let everybody sign in and sync once. With a cluster the server works on PostgreSQL."""
    server_folder = folder / "server"
    server_folder.mkdir(parents=True)
    migrations = migrations_to_next_version(folder.with_name("migrations"))
    time = TradeTime()
    if cluster is None:
        new_sqlite(server_folder)
        storage: Storage = SqliteStorage(server_folder)
        open_storage: Callable[[Path], AbstractContextManager[Storage]] = _open_sqlite
    else:
        template = cluster.template("trade", prepare_database)
        storage = PostgresStorage(cluster.url(template))
        open_storage = _postgres_opener(cluster, template)

    server = TradeServer(storage, server_folder, time, programs)
    server.start()
    facts = Facts()
    with running(server):
        world = small_world(server.database, START.date())
        server.database.write_unit(lambda connection: _add_to(connection, world))
        for house in (world.distributor, world.other_distributor):
            for dataset in DATASETS:
                posting = Posting(house.id, house.code, dataset, as_of=START)
                status, sentence = post_rows(server, posting, first_rows(dataset), server_folder / "posted.csv")
                assert status == "landed", sentence
                facts.file(house.id, dataset, START, first_rows(dataset))
    seats = _seats(world)
    keys = []
    for seat in seats:
        profile = profile_of(folder, seat)
        profile.mkdir()
        network = Network(server, lambda _: None)
        machine = Machine(seat, profile, b"", DeviceClock(time), network, identifiers, migrations)
        machine.sign_in()
        report = machine.round()
        assert report.state == "synced", report.sentence
        machine.stop()
        keys.append(KeyRing(profile, holders=()).unlock_with_password(PASSWORD).key)
    # Closed in order, so that all of it is in one file.
    server.database.close()
    server.stop()
    programs.forget(storage.url)
    return Beginning(folder, world, seats, tuple(keys), migrations, facts, open_storage)


@contextmanager
def _open_sqlite(folder: Path) -> Iterator[Storage]:
    yield SqliteStorage(folder / "server")


def _postgres_opener(cluster: PostgresCluster, template: str) -> Callable[[Path], AbstractContextManager[Storage]]:
    @contextmanager
    def open_storage(_folder: Path) -> Iterator[Storage]:
        with cluster.database(template) as url:
            yield PostgresStorage(url)

    return open_storage


def copy_of(beginning: Beginning, folder: Path) -> None:
    """All files of the beginning, for one history."""
    shutil.copytree(beginning.folder, folder, dirs_exist_ok=True)


def _seats(world: SmallWorld) -> tuple[Seat, ...]:
    return (
        Seat("Desk 1", world.clerk),
        Seat("Desk 2", world.clerk),
        Seat("Dana's laptop", world.rep),
        Seat("Juniper desk", world.other_clerk),
        Seat("Kravitz bench 1", world.picker),
        Seat("Kravitz bench 2", world.master),
        Seat("Beraudin bench", world.other_picker),
    )


def _add_to(connection: Connection, world: SmallWorld) -> None:
    """The rep works for both showrooms and has a code at a distributor; the second showroom has copies of its own."""
    second = Membership(id=new_id(), person_id=world.rep.id, organisation_id=world.other_showroom.id, role=Role.REP)
    copies = [
        Copy(
            id=new_id(),
            showroom_id=world.other_showroom.id,
            distributor_id=world.other_distributor.id,
            item_no=ITEMS[number],
            title=f"Velours {number + 1}",
            added_at=datetime(2026, 5, 1, tzinfo=UTC),
        )
        for number in range(3)
    ]
    barcodes = [
        CopyBarcode(id=f"{copy.id}:1", showroom_id=copy.showroom_id, copy_id=copy.id, barcode=f"JRO00000{number}")
        for number, copy in enumerate(copies, start=1)
    ]
    code = RepCode(id=new_id(), person_id=world.rep.id, distributor_id=world.distributor.id, code="R7")
    store_all(connection, [second, code, *copies, *barcodes])
