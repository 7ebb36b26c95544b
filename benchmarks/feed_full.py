"""A whole file of 200,000 products of which 2 % changed: ours against parsing it and a set-based difference by hand.

By hand means: polars reads the file as text, every row goes into a temporary table, one join compares all columns, an
upsert and a log of the changed keys follow, all in one transaction on SQLite with `synchronous=FULL`. It checks no
cell, keeps no history and hashes nothing. Each turn runs in a process of its own, which also tells its peak of memory.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import sqlcipher3.dbapi2 as sqlite

from benchmarks._memory import peak_megabytes
from benchmarks.figures import Figure
from desktop.demo.sample_files import write_products_csv
from shared_models.kernel.clock import SettableClock
from sync_server.features.accounts.actions import add_organisation
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.foundation.database import open_database
from sync_server.migrations.upgrade import upgrade

CODE = "CTH"
ROWS = 200_000
CHANGED_SHARE = 0.02
TURNS = 3
MOST_MEGABYTES = 400
_START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def run() -> list[Figure]:
    """Time and memory; the better of three turns each, taken in turn."""
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        folder = Path(name)
        write_products_csv(folder / "before.csv", CODE, ROWS)
        written = write_products_csv(folder / "after.csv", CODE, ROWS, change_share=CHANGED_SHARE)
        for what in ("ours", "hand"):
            _turn(f"prepare_{what}", folder)
        ours, hand = [], []
        for _ in range(TURNS):
            hand.append(_turn("hand", folder))
            ours.append(_turn("ours", folder))
        for turn in (*ours, *hand):
            if turn["changed"] != written.changed:
                raise AssertionError(f"{turn['changed']} rows changed, {written.changed} were written")
        seconds = [min(turn["seconds"] for turn in turns) for turns in (ours, hand)]
        megabytes = max(turn["peak_megabytes"] for turn in ours)
    return [
        Figure("full feed of 200,000 products, 2 % changed", seconds[0], seconds[1], "s", 2.0),
        Figure("memory of that feed's process at its peak", megabytes, MOST_MEGABYTES, "MB", 1.0),
    ]


def _turn(what: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.feed_full", what, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


# --- ours ------------------------------------------------------------------------------------------------


def _prepare_ours(folder: Path) -> None:
    database = open_database(f"sqlite:///{folder / 'ours.db'}")
    upgrade(database)
    with database.writing() as connection:
        added = add_organisation(connection, code=CODE, name="Calder & Thrane", kind="distributor")
    desk = FeedDesk(database, SettableClock(_START))
    run = desk.post(Posting(added.id, CODE, "products"), folder / "before.csv")
    if run.status != "landed":
        raise AssertionError(run.sentence)
    database.close()
    (folder / "organisation").write_text(added.id, encoding="utf-8")


def _ours(folder: Path) -> dict[str, Any]:
    work = _copied(folder, "ours.db")
    organisation_id = (folder / "organisation").read_text(encoding="utf-8")
    database = open_database(f"sqlite:///{work}")
    desk = FeedDesk(database, SettableClock(_START + timedelta(hours=1)))
    started = time.perf_counter()
    run = desk.post(Posting(organisation_id, CODE, "products"), folder / "after.csv")
    seconds = time.perf_counter() - started
    database.close()
    return {"seconds": seconds, "changed": run.rows_changed}


# --- by hand ---------------------------------------------------------------------------------------------


def _read(file: Path) -> pl.DataFrame:
    return pl.read_csv(file, infer_schema=False, empty_string_is_null=False)


def _connect(file: Path) -> Any:
    connection = sqlite.connect(str(file), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _prepare_hand(folder: Path) -> None:
    frame = _read(folder / "before.csv")
    connection = _connect(folder / "hand.db")
    connection.execute(f"CREATE TABLE products ({', '.join(f'{name} TEXT' for name in frame.columns)})")
    connection.execute("CREATE TABLE log (position INTEGER PRIMARY KEY, item_no TEXT, what TEXT)")
    connection.execute("BEGIN")
    connection.executemany(f"INSERT INTO products VALUES ({', '.join('?' * frame.width)})", frame.rows())
    connection.execute("CREATE UNIQUE INDEX products_item_no ON products (item_no)")
    connection.execute("COMMIT")
    connection.close()


def _hand(folder: Path) -> dict[str, Any]:
    connection = _connect(_copied(folder, "hand.db"))
    started = time.perf_counter()
    frame = _read(folder / "after.csv")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("CREATE TEMP TABLE f AS SELECT * FROM products WHERE 0")
    insert = f"INSERT INTO f VALUES ({', '.join('?' * frame.width)})"
    for part in frame.iter_slices(10_000):
        connection.executemany(insert, part.rows())
    connection.execute("CREATE UNIQUE INDEX temp.f_item_no ON f (item_no)")
    others = frame.columns[1:]
    differs = " OR ".join(f"f.{name} IS NOT s.{name}" for name in others)
    connection.execute(
        "CREATE TEMP TABLE d AS SELECT f.item_no, CASE WHEN s.item_no IS NULL THEN 'new' ELSE 'changed' END AS what "
        f"FROM f LEFT JOIN main.products s ON s.item_no = f.item_no WHERE s.item_no IS NULL OR {differs} "
        "UNION ALL SELECT s.item_no, 'gone' FROM main.products s "
        "WHERE NOT EXISTS (SELECT 1 FROM f WHERE f.item_no = s.item_no)"
    )
    counts = dict(connection.execute("SELECT what, count(*) FROM d GROUP BY 1"))
    connection.execute("DELETE FROM main.products WHERE item_no IN (SELECT item_no FROM d WHERE what = 'gone')")
    assignments = ", ".join(f"{name} = excluded.{name}" for name in others)
    connection.execute(
        "INSERT INTO main.products SELECT f.* FROM f JOIN d ON d.item_no = f.item_no WHERE d.what <> 'gone' "
        f"ON CONFLICT (item_no) DO UPDATE SET {assignments}"
    )
    connection.execute("INSERT INTO log SELECT row_number() OVER (ORDER BY item_no), item_no, what FROM d")
    connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return {"seconds": seconds, "changed": counts.get("changed", 0)}


# --- one turn --------------------------------------------------------------------------------------------


def _copied(folder: Path, name: str) -> Path:
    """A copy to change, already in the machine's file cache as the original is."""
    work = folder / f"work-{name}"
    for end in ("", "-wal", "-shm"):
        Path(f"{work}{end}").unlink(missing_ok=True)
    shutil.copy(folder / name, work)
    return work


def _main(what: str, folder: Path) -> None:
    told: dict[str, Any] = {}
    match what:
        case "prepare_ours":
            _prepare_ours(folder)
        case "prepare_hand":
            _prepare_hand(folder)
        case "ours":
            told = _ours(folder)
        case "hand":
            told = _hand(folder)
    print(json.dumps({**told, "peak_megabytes": peak_megabytes()}))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]))
