"""Two rows in a hundred of a line change: from the server's commit until the station shows them.

4,000 products and 4,000 rows of inventory of 200,000 each, each by a feed of its own. The server is a process on
loopback HTTP that makes its patch when the station asks; the station is the real one, asked to look at the commit.
Beside it, in the same run and taken in turn: the bare upsert of the same rows, ready in memory, into copies of the
station's two files as they were, under the same key, in one transaction each.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks._line_world import (
    DATASETS,
    ROWS,
    ChangedRows,
    LineWorld,
    changed_rows,
    line_server,
    line_world,
    new_profile,
    open_station,
    post,
    sync,
)
from benchmarks.figures import Figure
from desktop.cache.encrypted_file import transaction
from desktop.cache.line_file import open_line
from desktop.cache.line_files import LineFileCard
from desktop.sync.desk import Desk
from desktop.sync.engine import SyncEngine
from shared_models.catalogue.records import LINE_DATASETS, Dataset

CHANGED = 4_000
TURNS = 6
MOST_BYTES_A_ROW = 30.0
MOST_BYTES_A_STOCK_ROW = 10.0
_CACHE_KIBIBYTES = 16_384
"""As large as that of the station's own writer."""


class _Turn(NamedTuple):
    ours: float
    bare: float


def run() -> list[Figure]:
    """The best of some turns, and the bytes of the first patches."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="order-track-bench-")))
        world = stack.enter_context(line_world())
        changes = {dataset: changed_rows(folder, dataset, ROWS, CHANGED) for dataset in DATASETS}
        key = new_profile(folder / "profile", world.station, stack.enter_context(line_server(world)))
        desk, engine = stack.enter_context(open_station(folder / "profile", key))
        sync(engine)
        first = _both(folder, world, desk, engine, changes, 0)
        sizes = [_patch_bytes(world, dataset) for dataset in DATASETS]
        turns = [first, *(_both(folder, world, desk, engine, changes, number) for number in range(1, TURNS))]
    for turn in turns:
        print(
            f"  {turn.ours * 1000:.0f} ms, bare {turn.bare * 1000:.0f} ms: {turn.ours / turn.bare:.2f}", file=sys.stderr
        )
    name = f"delta, {CHANGED:,} products + {CHANGED:,} rows of inventory of {ROWS:,} each, commit to visible"
    best = _Turn(min(turn.ours for turn in turns), min(turn.bare for turn in turns))
    return [
        Figure(name, best.ours, best.bare, "s", 2.0),
        Figure("bytes a row, that delta", sum(sizes) / (2 * CHANGED), MOST_BYTES_A_ROW, "B", 1.0),
        Figure("bytes a row, the stock of it", sizes[-1] / CHANGED, MOST_BYTES_A_STOCK_ROW, "B", 1.0),
    ]


def _both(
    folder: Path, world: LineWorld, desk: Desk, engine: SyncEngine, changes: Mapping[Dataset, ChangedRows], number: int
) -> _Turn:
    """The rows change, and the next time they change back; first the products, then the inventory."""
    turns = [_turn(folder, world, desk, engine, dataset, changes[dataset][number % 2]) for dataset in DATASETS]
    return _Turn(sum(turn.ours for turn in turns), sum(turn.bare for turn in turns))


def _turn(folder: Path, world: LineWorld, desk: Desk, engine: SyncEngine, dataset: Dataset, changes: Path) -> _Turn:
    files = desk.catalogue.files
    (card,) = [one for one in files.shown() if one.dataset == dataset]
    former = folder / "former.db"
    _fold_in(desk, card)
    shutil.copy(files.path(card), former)
    before = _state(desk, card)
    times: list[float] = []

    def look() -> None:
        began = time.perf_counter()
        sync(engine)
        times.append(time.perf_counter() - began)

    changed = post(world, dataset, changes, mode="delta", then=look)
    after = _state(desk, card)
    rows = [row for key, row in after.items() if before[key] != row]
    if not changed == len(rows) == CHANGED or len(times) != 1:
        raise AssertionError(f"{changed} rows were committed in {len(times)} steps, {len(rows)} are seen")
    return _Turn(times[0], _upserted(former, card, rows))


def _fold_in(desk: Desk, card: LineFileCard) -> None:
    """What the last delta left in the file's log goes into the file."""
    with closing(open_line(desk.catalogue.files.path(card), card.key)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _state(desk: Desk, card: LineFileCard) -> dict[int, tuple[Any, ...]]:
    with closing(open_line(desk.catalogue.files.path(card), card.key, read_only=True)) as connection:
        return {row[0]: row for row in connection.execute(f"SELECT * FROM {card.dataset}")}


def _upserted(path: Path, card: LineFileCard, rows: list[tuple[Any, ...]]) -> float:
    shape = LINE_DATASETS[card.dataset]
    marks = ", ".join("?" * (len(shape.columns) + 1))
    sets = ", ".join(f"{name} = excluded.{name}" for name in shape.columns)
    with closing(open_line(path, card.key)) as connection:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        began = time.perf_counter()
        with transaction(connection):
            connection.executemany(
                f"INSERT INTO {shape.name} VALUES ({marks}) ON CONFLICT (row_key) DO UPDATE SET {sets}", rows
            )
        return time.perf_counter() - began


def _patch_bytes(world: LineWorld, dataset: Dataset) -> int:
    (patch,) = world.manifest(dataset).patches
    return patch.bytes
