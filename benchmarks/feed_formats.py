"""A whole inventory of 200,000 rows of which 2 % changed, in each form, against the bare work on the same CSV file.

Bare means: polars reads the CSV as text, every row goes into a temporary table, one join by the four key columns
compares all others, an upsert and a log of the changed keys follow, all in one transaction. It checks no cell, keeps no
history and hashes nothing. The other forms stand beside the same bare work: what they cost more is their reading. Each
turn runs in a process of its own, which also tells its peak of memory, that of the process that reads a workbook
included.
"""

import csv
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import sqlcipher3.dbapi2 as sqlite
import xlsxwriter

from benchmarks.figures import Figure
from desktop.demo.sample_files import write_inventory_csv
from shared_models.kernel.clock import SettableClock
from sync_server.features.accounts.actions import add_organisation
from sync_server.features.feeds.runs import FeedDesk, Posting
from sync_server.foundation.database import open_database
from sync_server.migrations.upgrade import upgrade
from tests.builders.postgres import NO_SERVER_PROGRAM, PostgresCluster, find_server_programs, postgres_cluster
from tests.builders.x12 import interchange, stock_report

CODE = "CTH"
ROWS = 200_000
PRODUCTS = 36_000
CHANGED_SHARE = 0.02
TURNS = 2
MOST_MEGABYTES = 500
GOALS = {"CSV": 2.0, "XLSX": 5.0, "X12": 5.0, "JSON Lines": 5.0}
"""That of CSV is the promise; the others say how much their reading may cost beside the bare work on CSV."""
_ENDS = {"CSV": "csv", "XLSX": "xlsx", "X12": "x12", "JSON Lines": "jsonl"}
_KEY = ("item_no", "warehouse", "lot_no", "piece_no")
_START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


Fresh = Callable[[str], AbstractContextManager[str]]
"""The address of a fresh copy of the filled database of `ours` or `bare`."""


def run() -> list[Figure]:
    """Time on each database and memory; the better of two turns each, taken in turn."""
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as name:
        folder = Path(name)
        # Not in this process: one that is started inherits the peak of who starts it.
        changed = int(_turn("write", folder, "")["changed"])
        figures = _figures("SQLite", folder, changed, _on_sqlite(folder))
        programs = find_server_programs()
        if programs is None:
            print(f"feeds on PostgreSQL are left out: {NO_SERVER_PROGRAM}", file=sys.stderr)
            return figures
        with postgres_cluster(programs) as cluster:
            figures += _figures("PostgreSQL", folder, changed, _on_postgres(cluster, folder))
    return figures


def _figures(database: str, folder: Path, changed: int, fresh: Fresh) -> list[Figure]:
    turns: dict[str, list[dict[str, Any]]] = {form: [] for form in ("bare", *_ENDS)}
    for _ in range(TURNS):
        for form, told in turns.items():
            what = "bare" if form == "bare" else "ours"
            with fresh(what) as url:
                told.append(_turn(what, folder, url, _ENDS.get(form, "csv")))
            if told[-1]["changed"] != changed:
                raise AssertionError(f"{form} on {database}: {told[-1]} instead of {changed} changed rows")
    seconds = {form: min(turn["seconds"] for turn in told) for form, told in turns.items()}
    found = [
        Figure(f"full feed of 200,000 rows as {form} on {database}", seconds[form], seconds["bare"], "s", GOALS[form])
        for form in _ENDS
    ]
    megabytes = max(turn["megabytes"] for form in _ENDS for turn in turns[form])
    return [*found, Figure(f"memory of the largest of these on {database}", megabytes, MOST_MEGABYTES, "MB", 1.0)]


def _turn(what: str, folder: Path, url: str, end: str = "csv") -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.feed_formats", what, str(folder), url, end],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _on_sqlite(folder: Path) -> Fresh:
    for what in ("ours", "bare"):
        _turn(f"prepare_{what}", folder, f"sqlite:///{folder / f'{what}.db'}")

    @contextmanager
    def fresh(what: str) -> Iterator[str]:
        work = folder / "work.db"
        for end in ("", "-wal", "-shm"):
            Path(f"{work}{end}").unlink(missing_ok=True)
        shutil.copy(folder / f"{what}.db", work)
        yield f"sqlite:///{work}"

    return fresh


def _on_postgres(cluster: PostgresCluster, folder: Path) -> Fresh:
    def filled(what: str) -> str:
        def prepare(url: str) -> None:
            _turn(f"prepare_{what}", folder, url)

        return cluster.template(f"filled_{what}", prepare)

    templates = {what: filled(what) for what in ("ours", "bare")}
    return lambda what: cluster.database(templates[what])


# --- the files -------------------------------------------------------------------------------------------


def _write_files(folder: Path) -> int:
    """The first rows of an inventory before and after, the latter in each form; gives how many differ."""
    sheets = []
    for name, share in (("before", 0.0), ("after", CHANGED_SHARE)):
        write_inventory_csv(folder / "all.csv", CODE, PRODUCTS, change_share=share)
        with (folder / "all.csv").open(encoding="utf-8", newline="") as file:
            rows = list(islice(csv.DictReader(file), ROWS))
        if len(rows) < ROWS:
            raise AssertionError(f"{len(rows):,} rows are fewer than {ROWS:,}")
        sheets.append(rows)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    (folder / "all.csv").unlink()
    before, after = sheets
    with (folder / "after.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in after)
    (folder / "after.x12").write_text(interchange("846", stock_report(after)), encoding="utf-8")
    _write_workbook(folder / "after.xlsx", after)
    return sum(_news(one) != _news(other) for one, other in zip(before, after, strict=True))


def _news(row: Mapping[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if name != "as_of"}


def _write_workbook(path: Path, rows: list[dict[str, str]]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("inventory")
        sheet.write_row(0, 0, list(rows[0]))
        for place, row in enumerate(rows, start=1):
            for column, cell in enumerate(row.values()):
                if cell:
                    sheet.write_string(place, column, cell)


# --- ours ------------------------------------------------------------------------------------------------


def _prepare_ours(folder: Path, url: str) -> None:
    database = open_database(url)
    upgrade(database)
    with database.writing() as connection:
        added = add_organisation(connection, code=CODE, name="Calder & Thrane", kind="distributor")
    (folder / "organisation").write_text(added.id, encoding="utf-8")
    run = FeedDesk(database, SettableClock(_START)).post(Posting(added.id, CODE, "inventory"), folder / "before.csv")
    if run.status != "landed":
        raise AssertionError(run.sentence)
    database.close()


def _ours(folder: Path, url: str, end: str) -> dict[str, Any]:
    organisation_id = (folder / "organisation").read_text(encoding="utf-8")
    database = open_database(url)
    desk = FeedDesk(database, SettableClock(_START + timedelta(hours=1)))
    started = time.perf_counter()
    run = desk.post(Posting(organisation_id, CODE, "inventory"), folder / f"after.{end}")
    seconds = time.perf_counter() - started
    database.close()
    return {"seconds": seconds, "changed": run.rows_changed, "sentence": run.sentence}


# --- the bare work ---------------------------------------------------------------------------------------


def _read(file: Path) -> pl.DataFrame:
    return pl.read_csv(file, infer_schema=False, empty_string_is_null=False)


def _connect(url: str) -> Any:
    if not url.startswith("sqlite"):
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    connection = sqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _load(connection: Any, table: str, frame: pl.DataFrame) -> None:
    if isinstance(connection, psycopg.Connection):
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
            for part in frame.iter_slices(10_000):
                copy.write(part.write_csv(include_header=False, quote_style="always").encode())
        return
    for part in frame.iter_slices(10_000):
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * frame.width)})", part.rows())


def _prepare_bare(folder: Path, url: str) -> None:
    frame = _read(folder / "before.csv")
    connection = _connect(url)
    connection.execute(f"CREATE TABLE stock ({', '.join(f'{name} TEXT' for name in frame.columns)})")
    connection.execute("CREATE TABLE log (position INTEGER PRIMARY KEY, key TEXT, what TEXT)")
    connection.execute("BEGIN")
    _load(connection, "stock", frame)
    connection.execute(f"CREATE UNIQUE INDEX stock_key ON stock ({', '.join(_KEY)})")
    connection.execute("COMMIT")
    connection.close()


def _bare(folder: Path, url: str) -> dict[str, Any]:
    connection = _connect(url)
    started = time.perf_counter()
    frame = _read(folder / "after.csv")
    connection.execute("BEGIN")
    connection.execute("CREATE TEMP TABLE f AS SELECT * FROM stock WHERE 1 = 0")
    _load(connection, "f", frame)
    connection.execute(f"CREATE UNIQUE INDEX f_key ON f ({', '.join(_KEY)})".replace("INDEX f", _temporary(connection)))
    if isinstance(connection, psycopg.Connection):
        connection.execute("ANALYZE f")
    same = " AND ".join(f"s.{name} = f.{name}" for name in _KEY)
    others = [name for name in frame.columns if name not in _KEY]
    differs = " OR ".join(f"f.{name} IS DISTINCT FROM s.{name}" for name in others if name != "as_of")
    keys = ", ".join(f"f.{name}" for name in _KEY)
    connection.execute(
        f"CREATE TEMP TABLE d AS SELECT {keys}, CASE WHEN s.item_no IS NULL THEN 'new' ELSE 'changed' END AS what "
        f"FROM f LEFT JOIN stock s ON {same} WHERE s.item_no IS NULL OR {differs} UNION ALL SELECT "
        f"{keys.replace('f.', 's.')}, 'gone' FROM stock s WHERE NOT EXISTS (SELECT 1 FROM f WHERE {same})"
    )
    counts = dict(connection.execute("SELECT what, count(*) FROM d GROUP BY 1").fetchall())
    row = ", ".join(_KEY)
    connection.execute(f"DELETE FROM stock WHERE ({row}) IN (SELECT {row} FROM d WHERE what = 'gone')")
    assignments = ", ".join(f"{name} = excluded.{name}" for name in others)
    connection.execute(
        f"INSERT INTO stock SELECT f.* FROM f JOIN d ON {same.replace('s.', 'd.')} WHERE d.what <> 'gone' "
        f"ON CONFLICT ({row}) DO UPDATE SET {assignments}"
    )
    joined = " || ' ' || ".join(_KEY)
    connection.execute(f"INSERT INTO log SELECT row_number() OVER (ORDER BY {joined}), {joined}, what FROM d")
    connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return {"seconds": seconds, "changed": counts.get("changed", 0)}


def _temporary(connection: Any) -> str:
    """SQLite wants the schema before the index's name, PostgreSQL finds it by the table."""
    return "INDEX f" if isinstance(connection, psycopg.Connection) else "INDEX temp.f"


# --- one turn --------------------------------------------------------------------------------------------


def _peak_megabytes() -> float:
    """The most memory that this process, or one that it started, ever held."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _main(what: str, folder: Path, url: str, end: str) -> None:
    told: dict[str, Any] = {}
    match what:
        case "write":
            told = {"changed": _write_files(folder)}
        case "prepare_ours":
            _prepare_ours(folder, url)
        case "prepare_bare":
            _prepare_bare(folder, url)
        case "ours":
            told = _ours(folder, url, end)
        case "bare":
            told = _bare(folder, url)
    print(json.dumps({**told, "megabytes": _peak_megabytes()}))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:5])
