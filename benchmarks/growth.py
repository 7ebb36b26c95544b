"""What grows with the rows that did not change: 10,000, 100,000 and 1,000,000 products of one line on a real server.

Each figure compares the largest with the smallest, measured in turns in the same run. What a station asks when nothing
is new must not grow: the server answers it from the heads of the streams.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import text

from benchmarks._server_desks import Station, fill, serving
from benchmarks.figures import Figure
from benchmarks.nothing_new import Scene, prepare, question, seconds_of
from shared_models.sync.streams import line_dataset
from sync_server.features.sync.stream_log import advance
from sync_server.features.sync.tables import LINE_TABLES
from sync_server.foundation.database import open_database

SIZES = (10_000, 100_000, 1_000_000)
MAY_GROW = 1.25
"""What two equal figures differ by on a machine that does other work as well."""
TURNS = 6


class Grown(NamedTuple):
    """A server's database with so many products of one line."""

    rows: int
    url: str
    folder: Path
    station: Station


def run() -> list[Figure]:
    """The figures of every part."""
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        grown = [grow(Path(name) / str(rows), rows) for rows in SIZES]
        return [*nothing_new(grown)]


def nothing_new(grown: list[Grown]) -> list[Figure]:
    """The short question of a station that has everything."""
    with ExitStack() as stack:
        asked: list[tuple[int, Scene]] = []
        for one in grown:
            scene = prepare(one.url, one.station)
            asked.append((stack.enter_context(serving(one.folder / "server", one.url)), scene))
        rounds = [[seconds_of(port, [(question(scene), 304)], 1)[0] for port, scene in asked] for _ in range(TURNS)]
    best = [min(times) for times in zip(*rounds, strict=True)]
    told = ", ".join(f"{one.rows:,} rows {seconds * 1000:.2f} ms" for one, seconds in zip(grown, best, strict=True))
    print(f"  nothing new: {told}", file=sys.stderr)
    name = f"growth, nothing new: {SIZES[-1]:,} rows against {SIZES[0]:,}"
    return [Figure(name, best[-1] * 1000, best[0] * 1000, "ms", MAY_GROW)]


def grow(folder: Path, rows: int) -> Grown:
    """A database on SQLite whose one distributor has published that many products, each at a position of its own."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'order-track.db'}"
    (station,) = fill(url, 1, distributors=1)
    distributor_id = station.distributors[0].id
    table = LINE_TABLES["products"]
    given = {
        "distributor_id": ":distributor",
        "row_key": "n",
        "item_no": "'GR' || n",
        "row_hash": "n * 2654435761",
        "stream_position": "n",
    }
    columns = [column for column in table.columns if column.name in given or not column.nullable]
    values = ", ".join(given.get(column.name, "''") for column in columns)
    names = ", ".join(column.name for column in columns)
    database = open_database(url)
    try:
        with database.writing() as connection:
            connection.execute(
                text(
                    "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows) "
                    f"INSERT INTO {table.name} ({names}) SELECT {values} FROM numbers"
                ),
                {"rows": rows, "distributor": distributor_id},
            )
            advance(connection, line_dataset(distributor_id, "products"), by=rows, rows=rows, checksum=rows)
    finally:
        database.close()
    return Grown(rows, url, folder, station)
