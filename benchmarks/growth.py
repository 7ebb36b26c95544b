"""What grows with the rows that did not change: 10,000, 100,000 and 1,000,000 products of one line on a real server.

Each figure compares the largest with the smallest, measured in turns in the same run. What a station asks when nothing
is new must not grow: the server answers it from the heads of the streams. Nor must a change of 200 rows, from the
server's commit until the station shows them, in processor time of both; they are taken from all over the line, and lie
on as many pages of a small file as of a large one. A first sync may take as long as its rows are many, and no longer.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from sqlalchemy import bindparam, insert, select, update

from benchmarks._line_world import new_profile, open_station, sync
from benchmarks._server_desks import Station, fill, serving
from benchmarks.figures import Figure
from benchmarks.nothing_new import Scene, prepare, question, seconds_of
from shared_models.catalogue.records import PRODUCTS, Product
from shared_models.kernel.records import row_hash
from shared_models.sync.streams import line_dataset
from sync_server.features.sync.line_keeper import LineKeeper
from sync_server.features.sync.line_rows import line_stream
from sync_server.features.sync.stream_log import advance
from sync_server.features.sync.tables import LINE_TABLES
from sync_server.foundation.database import open_database

SIZES = (10_000, 100_000, 1_000_000)
MAY_GROW = 1.25
"""What two equal figures differ by on a machine that does other work as well."""
TURNS = 6
FIRST_TURNS = 2
DELTA_TURNS = 20
CHANGED = 200
_ROWS_AT_ONCE = 10_000
_STATUSES = ("ACTIVE", "DISCONTINUED")


class Grown(NamedTuple):
    """A server's database with so many products of one line, and their finished file."""

    rows: int
    url: str
    folder: Path
    station: Station

    @property
    def stream(self) -> str:
        """The stream of the products."""
        return line_dataset(self.station.distributors[0].id, "products")


def run() -> list[Figure]:
    """The figures of every part."""
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        grown = [grow(Path(name) / str(rows), rows) for rows in SIZES]
        return [*first_sync_and_delta(grown), *nothing_new(grown)]


def first_sync_and_delta(grown: list[Grown]) -> list[Figure]:
    """A station's first round with each server, then small changes."""
    first: list[list[float]] = [[] for _ in grown]
    deltas: list[list[float]] = [[] for _ in grown]
    with ExitStack() as stack:
        ports = [stack.enter_context(serving(one.folder, one.url)) for one in grown]
        # In the order in which they were started.
        servers = sorted(psutil.Process().children(), key=lambda process: process.create_time())[-len(grown) :]
        for turn in range(FIRST_TURNS):
            engines = []
            for one, port, times in zip(grown, ports, first, strict=True):
                key = new_profile(one.folder / f"profile-{turn}", one.station, f"http://127.0.0.1:{port}")
                _, engine = stack.enter_context(open_station(one.folder / f"profile-{turn}", key))
                engines.append(engine)
                began = time.perf_counter()
                sync(engine)
                times.append(time.perf_counter() - began)
            for number in range(DELTA_TURNS):
                for one, engine, server, times in zip(grown, engines, servers, deltas, strict=True):
                    _change(one, _STATUSES[(number + 1) % 2])
                    began = _processor_seconds(server)
                    sync(engine)
                    times.append(_processor_seconds(server) - began)
    a_row = [min(times) / one.rows for one, times in zip(grown, first, strict=True)]
    a_delta = [statistics.mean(times) for times in deltas]
    _tell("first sync", grown, [min(times) for times in first])
    _tell("delta, processor", grown, a_delta)
    return [
        Figure(f"growth, first sync a row: {_against(1)}", a_row[-1] * 1e6, a_row[1] * 1e6, "µs", MAY_GROW),
        Figure(
            f"growth, processor time of a delta of {CHANGED} rows: {_against(0)}",
            a_delta[-1] * 1000,
            a_delta[0] * 1000,
            "ms",
            MAY_GROW,
        ),
    ]


def _processor_seconds(server: psutil.Process) -> float:
    """What the station and the server have worked; the server's is told in hundredths, so it takes many to compare."""
    of_server = server.cpu_times()
    return time.process_time() + of_server.user + of_server.system


def nothing_new(grown: list[Grown]) -> list[Figure]:
    """The short question of a station that has everything."""
    with ExitStack() as stack:
        asked: list[tuple[int, Scene]] = []
        for one in grown:
            scene = prepare(one.url, one.station)
            asked.append((stack.enter_context(serving(one.folder, one.url)), scene))
        rounds = [[seconds_of(port, [(question(scene), 304)], 1)[0] for port, scene in asked] for _ in range(TURNS)]
    best = [min(times) for times in zip(*rounds, strict=True)]
    _tell("nothing new", grown, best)
    return [Figure(f"growth, nothing new: {_against(0)}", best[-1] * 1000, best[0] * 1000, "ms", MAY_GROW)]


def _against(place: int) -> str:
    return f"{SIZES[-1]:,} rows against {SIZES[place]:,}"


def _tell(what: str, grown: Sequence[Grown], seconds: Sequence[float]) -> None:
    told = ", ".join(f"{one.rows:,} rows {each * 1000:.2f} ms" for one, each in zip(grown, seconds, strict=True))
    print(f"  {what}: {told}", file=sys.stderr)


# --- rows ------------------------------------------------------------------------------------------------


def grow(folder: Path, rows: int) -> Grown:
    """A database on SQLite whose one distributor has published that many products, each at a position of its own."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'order-track.db'}"
    (station,) = fill(url, 1, distributors=1)
    grown = Grown(rows, url, folder, station)
    with closing(open_database(url)) as database:
        with database.writing() as connection:
            checksum = 0
            for start in range(0, rows, _ROWS_AT_ONCE):
                some = [_stored(grown, key, _STATUSES[0], key) for key in range(start + 1, start + _ROWS_AT_ONCE + 1)]
                checksum += sum(row["row_hash"] for row in some)
                connection.execute(insert(LINE_TABLES["products"]), some)
            advance(connection, grown.stream, by=rows, rows=rows, checksum=checksum)
        line = line_stream(grown.stream)
        assert line is not None, "products have files"
        LineKeeper(database, folder / "lines").tend(line)
    return grown


def _change(grown: Grown, status: str) -> None:
    """Some rows from all over the line get another status, in one commit."""
    table = LINE_TABLES["products"]
    keys = range(1, grown.rows + 1, grown.rows // CHANGED)
    with closing(open_database(grown.url)) as database, database.writing() as connection:
        old = connection.execute(select(table.c.row_hash).where(table.c.row_key.in_(list(keys)))).scalars().all()
        head = advance(connection, grown.stream, by=len(keys), rows=0, checksum=0)
        new = [_stored(grown, key, status, head + number) for number, key in enumerate(keys, start=1)]
        advance(connection, grown.stream, by=0, rows=0, checksum=sum(row["row_hash"] for row in new) - sum(old))
        connection.execute(
            update(table)
            .where(table.c.distributor_id == new[0]["distributor_id"], table.c.row_key == bindparam("key"))
            .values({name: bindparam(name) for name in ("status", "row_hash", "stream_position")}),
            [
                {"key": row["row_key"], **{name: row[name] for name in ("status", "row_hash", "stream_position")}}
                for row in new
            ],
        )


def _stored(grown: Grown, key: int, status: str, position: int) -> dict[str, Any]:
    """A product as the server's table has it."""
    product = Product(
        item_no=f"GR{key:07d}",
        pattern_name=f"Glenarm {key // 10}",
        color_name=("Slate", "Flax", "Rust", "Ivory", "Ochre")[key % 5],
        category="FABRIC",
        unit="YD",
        price_trade=480_000 + key % 977,
        price_visible="Y",
        currency="USD",
        status=status,
        updated_at="2026-11-16T06:00:00Z",
    )
    values = {name: getattr(product, name) for name in PRODUCTS.columns}
    return {
        **values,
        "distributor_id": grown.station.distributors[0].id,
        "row_key": key,
        "row_hash": row_hash("products", (key, *values.values())),
        "stream_position": position,
        "gone_at": None,
    }
