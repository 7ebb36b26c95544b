"""One distributor's line on a real server, with its finished files, and stations that fetch it, for benchmarks.

The rows come by the distributor's own feeds. A world is made once a process and copied for each who asks.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks._server_desks import Station, fill, serving
from desktop.cache.meta import set_meta
from desktop.cache.station_db import STATION_FILE, StationDatabase
from desktop.demo.sample_files import write_inventory_csv, write_products_csv
from desktop.sync.client import ServerClient
from desktop.sync.desk import Desk
from desktop.sync.engine import SyncEngine
from desktop.sync.opening import open_desk
from desktop.sync.sign_in import keep_answer
from shared_models.catalogue.records import Dataset
from shared_models.kernel.clock import SystemClock
from shared_models.kernel.operation import Role
from shared_models.sync.line_manifest import LineManifest
from shared_models.sync.streams import line_dataset
from shared_models.sync.wire import MembershipCard, SignInAnswer
from sync_server.features.feeds.history import Mode
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.features.sync.line_keeper import LineKeeper
from sync_server.features.sync.line_rows import line_stream
from sync_server.foundation.database import open_database

ROWS = 200_000
"""Of products, and as many of inventory."""
CODE = "CTH"
DATASETS: tuple[Dataset, ...] = ("products", "inventory")
"""In the order in which their feeds come."""
_INVENTORY_ROWS_A_PRODUCT = 1.7
"""At least so many are in a sample file, whose rest is cut off."""
_DATABASE = "order-track.db"


class LineWorld(NamedTuple):
    """A server's folder with its database and its line files, and a station that may see the line."""

    folder: Path
    rows: int
    station: Station

    @property
    def url(self) -> str:
        """Of the database."""
        return f"sqlite:///{self.folder / _DATABASE}"

    def stream(self, dataset: Dataset) -> str:
        """The stream of that dataset."""
        return line_dataset(self.station.distributors[0].id, dataset)

    def manifest(self, dataset: Dataset) -> LineManifest:
        """What there is of that dataset."""
        folder = self.folder / "lines" / f"{self.station.distributors[0].id}-{dataset}"
        return msgspec.json.decode((folder / "manifest.json").read_bytes(), type=LineManifest)

    def file(self, dataset: Dataset, digest: str) -> Path:
        """A file that the manifest names."""
        return self.folder / "lines" / f"{self.station.distributors[0].id}-{dataset}" / f"{digest}.zst"


@contextmanager
def line_world(rows: int = ROWS) -> Iterator[LineWorld]:
    """A world of its own, which goes at the end."""
    template, station = _template(rows)
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        folder = Path(name) / "server"
        shutil.copytree(template.name, folder)
        yield LineWorld(folder, rows, station)


@contextmanager
def line_server(world: LineWorld) -> Iterator[str]:
    """The address of a server process over this world."""
    with serving(world.folder, world.url) as port:
        yield f"http://127.0.0.1:{port}"


@cache
def _template(rows: int) -> tuple[tempfile.TemporaryDirectory[str], Station]:
    """It lives as long as this process."""
    template = tempfile.TemporaryDirectory(prefix="order-track-bench-")
    folder = Path(template.name)
    url = f"sqlite:///{folder / _DATABASE}"
    (station,) = fill(url, 1, distributors=1)
    world = LineWorld(folder, rows, station)
    for dataset in DATASETS:
        file = feed_file(folder, dataset, rows)
        post(world, dataset, file, then=lambda: None)
        file.unlink()
    make_files(world)
    return template, station


def make_files(world: LineWorld) -> None:
    """Bring the line's files to the heads of its streams, as the server's worker does."""
    with closing(open_database(world.url)) as database:
        keeper = LineKeeper(database, world.folder / "lines")
        for dataset in DATASETS:
            line = line_stream(world.stream(dataset))
            if line is None:
                raise AssertionError(f"{dataset} has no files")
            keeper.tend(line)


def feed_file(folder: Path, dataset: Dataset, rows: int, *, change_share: float = 0.0) -> Path:
    """The distributor's whole file of that many rows; with a share of them changed."""
    path = folder / f"{dataset}.csv"
    if dataset == "products":
        write_products_csv(path, CODE, rows, change_share=change_share)
    else:
        write_inventory_csv(path, CODE, int(rows / _INVENTORY_ROWS_A_PRODUCT) + 1, change_share=change_share)
    lines = path.read_bytes().splitlines(keepends=True)
    if len(lines) <= rows:
        raise AssertionError(f"only {len(lines) - 1} rows of {dataset} were written")
    path.write_bytes(b"".join(lines[: rows + 1]))
    return path


class ChangedRows(NamedTuple):
    """Feed files of the same rows only: as they stand when they have changed, and as they stood before."""

    forth: Path
    back: Path


def changed_rows(folder: Path, dataset: Dataset, rows: int, changed: int) -> ChangedRows:
    """So many rows, from all over a whole file of that many."""
    before = feed_file(folder, dataset, rows).read_bytes().splitlines(keepends=True)
    whole = feed_file(folder, dataset, rows, change_share=min(1.0, 1.5 * changed / rows))
    after = whole.read_bytes().splitlines(keepends=True)
    whole.unlink()
    places = [place for place, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    if len(places) < changed:
        raise AssertionError(f"only {len(places)} rows of {dataset} changed")
    taken = [places[number * len(places) // changed] for number in range(changed)]
    files = ChangedRows(folder / f"{dataset}-forth.csv", folder / f"{dataset}-back.csv")
    for path, lines in zip(files, (after, before), strict=True):
        path.write_bytes(b"".join([lines[0], *(lines[place] for place in taken)]))
    return files


def post(world: LineWorld, dataset: Dataset, file: Path, *, mode: Mode = "full", then: Callable[[], None]) -> int:
    """The distributor posts a file; gives how many rows it changed. `then` follows the commit."""
    with closing(open_database(world.url)) as database:
        database.on_moved.append(lambda _positions: then())
        posting = Posting(world.station.distributors[0].id, CODE, dataset, mode)
        run = FeedDesk(database, SystemClock()).post(posting, file)
    if run.status != "landed":
        raise AssertionError(run.sentence)
    return run.rows_new + run.rows_changed + run.rows_gone


# --- stations --------------------------------------------------------------------------------------------


def new_profile(folder: Path, station: Station, url: str) -> bytes:
    """A profile in which the station's person has just signed in, and that holds nothing yet; gives its key."""
    folder.mkdir(parents=True)
    key, now = os.urandom(32), datetime.now(UTC)
    card = MembershipCard(
        organisation_id=station.organisation.id,
        organisation_code=station.organisation.code,
        organisation_name=station.organisation.name,
        organisation_kind=station.organisation.kind,
        role=Role.CLERK.value,
        modules=[],
    )
    answer = SignInAnswer(
        token=station.token,
        expires_at=now + timedelta(days=90),
        station_id=station.station_id,
        person_id=station.person_id,
        person_name="A clerk",
        memberships=[card],
        history_id="",
        server_clock=now,
    )
    with closing(StationDatabase.create(folder / STATION_FILE, key)) as database, database.write() as records:
        keep_answer(records, answer)
        set_meta(records, server_url=url)
    return key


@contextmanager
def open_station(folder: Path, key: bytes) -> Iterator[tuple[Desk, SyncEngine]]:
    """The desk of a profile and its rounds with the server."""
    with closing(open_desk(folder, key, SystemClock())) as desk, closing(ServerClient(desk.server_url)) as client:
        yield desk, SyncEngine(desk, client)


def sync(engine: SyncEngine) -> None:
    """A round that must come to its end."""
    report = engine.round()
    if report.state != "synced" or report.lines_pending:
        raise AssertionError(f"{report.state}: {report.sentence}")
