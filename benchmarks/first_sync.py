"""The first sync of a line of 200,000 products and 200,000 rows of inventory, from a token to a search that finds.

The server is a process of its own on loopback HTTP, the station the real one on an empty profile, in a process of its
own each time. Beside it, in the same run and taken in turn:

* the same two finished files fetched over the same HTTP, unpacked, written and synced to the disk, and nothing else;
* the same station with ciphers that do nothing, which tells what encryption costs;
* the same rows from memory by `executemany` into plain tables that have their indexes, and their search built at last.

The parts are the way of a station on a slow line: the rows packed tightly, indexes and search made by the station.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal
from unittest import mock

import msgspec
import requests
import zstandard
from sqlcipher3 import dbapi2

from benchmarks._line_world import DATASETS, ROWS, LineWorld, line_server, line_world, new_profile, open_station, sync
from benchmarks._memory import megabytes, peak_megabytes
from benchmarks._server_desks import Station
from benchmarks.figures import Figure
from desktop.cache.encrypted_file import Connection
from desktop.cache.meta import set_meta
from desktop.foundation.memory import settle_memory
from shared_models.catalogue.line_file_form import PAGE_BYTES, create_tables, finish_file, insert_rows
from shared_models.catalogue.records import LINE_DATASETS
from shared_models.sync.line_manifest import LineManifest

TURNS = 6
MOST_MEGABYTES = 100.0
MOST_BYTES_A_ROW = {"snapshot": 40.0, "base": 15.0}
PARTS_ROWS_A_SECOND = 60_000
_SLOW_LINE = 500_000.0
"""Bytes a second that make parts the sooner way."""
_SEARCH = "gle sla"
_READ_BYTES = 1 << 18

Way = Literal["copy", "station", "plain", "parts", "executemany"]


def run() -> list[Figure]:
    """Time, memory and bytes; of the times the best of some turns, taken in turn."""
    with line_world() as world, line_server(world) as url:
        told: dict[Way, list[dict[str, float]]] = {}
        for number in range(TURNS):
            for way in ("copy", "station", "plain", *(("parts", "executemany") if number % 3 == 0 else ())):
                told.setdefault(way, []).append(turn(way, world, url))
        sizes = {dataset: world.manifest(dataset) for dataset in DATASETS}
    for way, turns in told.items():
        seconds = ", ".join(f"{one['seconds']:.2f} s ({one['processor']:.2f} s of processor)" for one in turns)
        print(f"  {way}: {seconds}", file=sys.stderr)
    best = {way: min(one["seconds"] for one in turns) for way, turns in told.items()}
    processor = {way: statistics.median(one["processor"] for one in turns) for way, turns in told.items()}
    memory = max(one["megabytes"] for one in told["station"])
    parts_seconds = 2 * ROWS / PARTS_ROWS_A_SECOND
    return [
        Figure(
            "first sync, 400,000 rows, encrypted, against copying the same files",
            best["station"],
            best["copy"],
            "s",
            3.0,
        ),
        Figure("first sync, with ciphers that do nothing", best["plain"], best["copy"], "s", 2.0),
        Figure(
            "first sync, encrypted, processor time of the two programs, median",
            processor["station"],
            processor["copy"],
            "s",
            3.0,
        ),
        Figure("first sync, against `executemany` of the same rows", best["station"], best["executemany"], "s", 0.25),
        Figure("first sync from parts, indexes and search made here", best["parts"], parts_seconds, "s", 1.0),
        Figure("first sync, memory of the station over idle", memory, MOST_MEGABYTES, "MB", 1.0),
        Figure("bytes a row, finished files", _bytes_a_row(sizes, "snapshot"), MOST_BYTES_A_ROW["snapshot"], "B", 1.0),
        Figure("bytes a row, parts", _bytes_a_row(sizes, "base"), MOST_BYTES_A_ROW["base"], "B", 1.0),
    ]


def _bytes_a_row(manifests: dict[Any, LineManifest], what: Literal["snapshot", "base"]) -> float:
    size = 0
    for manifest in manifests.values():
        if manifest.snapshot is None or manifest.base is None:
            raise AssertionError("the line has no finished files")
        size += manifest.snapshot.bytes if what == "snapshot" else sum(part.bytes for part in manifest.base.parts)
    return size / (2 * ROWS)


def turn(way: Way, world: LineWorld, url: str) -> dict[str, float]:
    """One turn in a process of its own, over files that only it has."""
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as folder:
        asked = {"way": way, "folder": folder, "url": url, "world": str(world.folder), "rows": world.rows}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.first_sync"],
            input=msgspec.json.encode({**asked, "station": world.station}).decode(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            cwd=Path(__file__).parents[1],
        )
    told: dict[str, float] = json.loads(done.stdout)
    return told


# --- one turn --------------------------------------------------------------------------------------------


class _Asked(msgspec.Struct):
    way: Way
    folder: str
    url: str
    world: str
    rows: int
    station: Station


def _main(asked: _Asked) -> dict[str, float]:
    folder, world = Path(asked.folder), LineWorld(Path(asked.world), asked.rows, asked.station)
    match asked.way:
        case "copy":
            return _copied(folder, world, asked.url)
        case "executemany":
            return _executed(folder, world)
        case "plain":
            with _ciphers_that_do_nothing():
                return _synced(folder, asked)
        case _:
            return _synced(folder, asked)


class _Clock:
    """Wall clock and processor time since it was made."""

    def __init__(self) -> None:
        self._processor, self._began = time.process_time(), time.perf_counter()

    def told(self) -> dict[str, float]:
        return {"seconds": time.perf_counter() - self._began, "processor": time.process_time() - self._processor}


def _synced(folder: Path, asked: _Asked) -> dict[str, float]:
    key = new_profile(folder / "profile", asked.station, asked.url)
    with open_station(folder / "profile", key) as (desk, engine):
        if asked.way == "parts":
            with desk.database.write() as records:
                set_meta(records, bytes_per_second=str(_SLOW_LINE))
        settle_memory()  # as the program does it once it stands
        idle = megabytes()
        clock = _Clock()
        sync(engine)
        hits = desk.catalogue.search(_SEARCH)
        stock = desk.catalogue.stock_totals((hit.distributor_id, hit.item_no) for hit in hits)
        told = clock.told()
        counts = [desk.catalogue.count(dataset) for dataset in DATASETS]
        if counts != [asked.rows] * len(DATASETS) or not stock:
            raise AssertionError(f"{counts} rows came, {len(hits)} were found, {len(stock)} with stock")
    return {**told, "megabytes": peak_megabytes() - idle}


def _copied(folder: Path, world: LineWorld, url: str) -> dict[str, float]:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {world.station.token}"
    session.get(f"{url}/v1/streams").raise_for_status()
    wanted = [(world.stream(dataset), world.manifest(dataset).snapshot) for dataset in DATASETS]
    clock = _Clock()
    for number, (stream, snapshot) in enumerate(wanted):
        if snapshot is None:
            raise AssertionError("the line has no finished file")
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        with (
            session.get(f"{url}/v1/streams/{stream}/files/{snapshot.digest}", stream=True) as answer,
            (folder / str(number)).open("wb") as file,
        ):
            for piece in answer.raw.stream(_READ_BYTES, decode_content=False):
                file.write(unpacker.decompress(piece))
            file.flush()
            os.fsync(file.fileno())
    return clock.told()


def _executed(folder: Path, world: LineWorld) -> dict[str, float]:
    distributor_id = world.station.distributors[0].id
    rows = {}
    for dataset in DATASETS:
        with closing(dbapi2.connect(world.folder / "lines" / f"{distributor_id}-{dataset}" / "work.db")) as work:
            rows[dataset] = work.execute(f"SELECT * FROM {dataset}").fetchall()
    clock = _Clock()
    for dataset in DATASETS:
        shape = LINE_DATASETS[dataset]
        with closing(dbapi2.connect(folder / f"{dataset}.db", isolation_level=None)) as connection:
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-65536"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN")
            create_tables(connection, shape)
            finish_file(connection, shape, collected_bytes=1 << 20)
            insert_rows(connection, shape, rows[dataset])
            if dataset == "products":
                connection.execute("INSERT INTO search (search) VALUES ('rebuild')")
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return clock.told()


# --- without encryption ----------------------------------------------------------------------------------


@contextmanager
def _ciphers_that_do_nothing() -> Iterator[None]:
    """Line files, and what has come of them, lie on the disk as they are; everything else is as ever."""
    with ExitStack() as stack:
        for name, stand_in in (
            ("desktop.cache.line_making.PageCipher", _PlainPages),
            ("desktop.cache.part_file.PartFile._at", lambda _file, _offset: _NoCipher()),
            ("desktop.cache.line_file.open_encrypted", _open_plain),
        ):
            stack.enter_context(mock.patch(name, stand_in))
        yield


class _NoCipher:
    def update(self, piece: bytes) -> bytes:
        return piece


class _PlainPages:
    def __init__(self, target: BinaryIO, _key: bytes) -> None:
        self._target = target
        self._size = 0

    def write(self, plain: bytes) -> None:
        self._size += self._target.write(plain)

    def finish(self) -> int:
        return self._size // PAGE_BYTES


def _open_plain(path: Path, _key: bytes, *, read_only: bool = False, **_how: object) -> Connection:
    connection: Connection = dbapi2.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in ("trusted_schema=OFF", "temp_store=MEMORY", f"query_only={int(read_only)}"):
        connection.execute(f"PRAGMA {pragma}")
    if not read_only:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
    return connection


if __name__ == "__main__":
    print(json.dumps(_main(msgspec.json.decode(sys.stdin.buffer.read(), type=_Asked))))
