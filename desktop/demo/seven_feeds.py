"""One house's seven feeds on one morning, each in a format of its own and by a way of its own."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import requests

from desktop.demo.at_the_feeds import facts_of, nothing
from desktop.demo.cast import Seat, World
from desktop.demo.day_log import DayLog, StepFailed
from desktop.demo.morning import post_by_command, sample_files
from desktop.demo.sample_catalogue import SAMPLE_SEED
from desktop.demo.sample_follow_up import Row, columns_of, follow_up_rows
from desktop.demo.sample_houses import House, feed_house
from desktop.demo.server_process import ServerProcess
from desktop.demo.x12_files import write_ship_notices, write_stock_report
from desktop.features.feeds import actions, queries
from desktop.features.feeds.rows import ChosenFile
from desktop.features.feeds.sentences import Step, verdict_of
from desktop.widgets.table_export import write_xlsx

EXPIRES_WITHIN = timedelta(hours=2)
MOST_KEPT = 15
"""So many customers are left in the file that lost the rest."""


class Feed(NamedTuple):
    """One file of the morning: what it holds, its format, and the way that it takes."""

    dataset: str
    path: Path
    rows: int
    form: str
    way: str


class Morning(NamedTuple):
    """The files in the order in which they are posted, and what the later steps speak of."""

    feeds: tuple[Feed, ...]
    reserve: Row
    """Expires within two hours; the showroom's, and its rep's."""
    order: Row
    customers: Sequence[Row]
    stock_item: str
    """An item of which there is stock."""


def write_seven(world: World, code: str, showroom: str, folder: Path) -> Morning:
    """Write all seven as of now; `code` is the house's in this world, `showroom` the one that holds the reserve."""
    folder.mkdir(parents=True, exist_ok=True)
    house = feed_house(next(iter(sample_files(world, code).values())).name.partition("_")[0])
    told = follow_up_rows(house, world.content, SAMPLE_SEED, datetime.now(UTC).date(), code=code)
    reserve = next(row for row in told["reserves"] if row["showroom_code"] == showroom and row["status"] == "ACTIVE")
    reserve["expires_at"] = _instant(datetime.now(UTC) + EXPIRES_WITHIN)
    products = _sample_rows(world, code, house, "products")
    stock = _sample_rows(world, code, house, "inventory")
    files: dict[str, tuple[Path, int, str, str]] = {
        "products": (_csv(folder / "products.csv", products), len(products), "CSV", "command line"),
        "inventory": (write_stock_report(folder / "inventory.x12", code, stock), len(stock), "X12 846", "HTTP"),
        "customers": (
            _xlsx(folder / "customers.xlsx", told["customers"]), len(told["customers"]), "XLSX", "Feeds page",
        ),
        "mill_orders": (
            _lines(folder / "mill_orders.jsonl", told["mill_orders"]), len(told["mill_orders"]), "JSON Lines",
            "watched folder",
        ),
        "reserves": (_csv(folder / "reserves.csv", told["reserves"]), len(told["reserves"]), "CSV", "HTTP"),
        "sales_orders": (
            _xlsx(folder / "sales_orders.xlsx", told["sales_orders"]), len(told["sales_orders"]), "XLSX",
            "watched folder",
        ),
        "freight": (
            write_ship_notices(folder / "freight.x12", code, told["freight"]), len(told["freight"]), "X12 856",
            "command line",
        ),
    }  # fmt: skip
    order = next(row for row in told["sales_orders"] if row["showroom_code"] == showroom)
    return Morning(
        tuple(Feed(name, *rest) for name, rest in files.items()), reserve, order, told["customers"], stock[0]["item_no"]
    )


def post(log: DayLog, server: ServerProcess, master: Seat, code: str, feed: Feed, folder: Path) -> None:
    """Post one file by its way; every row of it lands."""
    ways = {
        "command line": lambda: post_by_command(log, server, code, feed.dataset, feed.path),
        "HTTP": lambda: _over_http(log, master, feed),
        "Feeds page": lambda: _on_the_page(log, master, feed),
        "watched folder": lambda: _by_folder(log, server, master, code, feed, folder),
    }
    log.check(f"every row of {feed.path.name} was read", ways[feed.way](), feed.rows)
    newest = queries.runs(master.desk, feed.dataset)[0]
    log.check(f"{feed.dataset} landed whole", (newest.status, newest.rows_new), ("landed", feed.rows))


def lose_most_customers(log: DayLog, master: Seat, morning: Morning, folder: Path) -> str:
    """Post a whole file that lost most of its rows; gives the id of the run that is held for it."""
    file = _csv(folder / "customers cut short.csv", morning.customers[:MOST_KEPT])
    held = _send(master, "customers", file, mode="full")
    gone = len(morning.customers) - MOST_KEPT
    log.check("it is held", (held["status"], held["rows_gone"]), ("held", gone))
    return str(held["id"])


def reject_on_the_page(log: DayLog, master: Seat, run_id: str, live: int) -> None:
    """What the Feeds page shows of it, and its Reject; what was live before is live still."""
    state = next(one for one in queries.states(master.desk) if one.dataset == "customers")
    log.check("the page shows that a file is held", state.held_run.id if state.held_run else "", run_id)
    _changes, run = actions.settle(master.desk, run_id, accept=False)
    log.check("it is rejected", run.status, "rejected")
    state = next(one for one in queries.states(master.desk) if one.dataset == "customers")
    log.check("nothing is held any more", state.held_run, None)
    log.check("both sides agree", master.sync().state, "synced")
    stayed = master.desk.database.read().value(
        "SELECT count(*) FROM customers WHERE distributor_id = ?", master.desk.acting.organisation_id
    )
    log.check("every customer is there still", stayed, live)


def post_changes(log: DayLog, master: Seat, dataset: str, row: Mapping[str, str], folder: Path) -> None:
    """A file of changes with one row in it."""
    landed = _send(master, dataset, _csv(folder / f"{dataset} changes.csv", [dict(row)]), mode="delta")
    log.check(f"one row of {dataset} changed", (landed["status"], landed["rows_changed"]), ("landed", 1))


# --- the ways ---------------------------------------------------------------------------------------------------


def _over_http(log: DayLog, master: Seat, feed: Feed) -> int:
    run = _send(master, feed.dataset, feed.path, mode="full")
    log.check(f"{feed.path.name} landed", run["status"], "landed")
    return int(run["rows_read"])


def _send(master: Seat, dataset: str, file: Path, *, mode: str) -> dict[str, Any]:
    kind = "application/edi-x12" if file.suffix == ".x12" else "text/csv"
    answer = requests.post(
        f"{master.desk.server_url}/v1/feeds/{dataset}",
        params={"mode": mode},
        data=file.read_bytes(),
        headers={"Authorization": f"Bearer {master.token}", "Content-Type": kind},
        timeout=300,
    )
    run: dict[str, Any] = answer.json()
    if answer.status_code >= 300:
        raise StepFailed(f"{file.name} was not taken in: {run.get('sentence') or run}")
    return run


def _on_the_page(log: DayLog, master: Seat, feed: Feed) -> int:
    chosen = ChosenFile(feed.path, facts_of(feed.path), feed.dataset, mode="full")
    _changes, trial = actions.look_at(master.desk, chosen, nothing, threading.Event())
    log.check(f"{feed.path.name} can be taken in", verdict_of(trial).step, Step.TAKE_IN)
    _changes, run = actions.take_in(master.desk, trial, nothing, threading.Event())
    log.check("the look and the taking in say the same", run.rows_new, trial.run.rows_new)
    return run.rows_read


def _by_folder(log: DayLog, server: ServerProcess, master: Seat, code: str, feed: Feed, folder: Path) -> int:
    drop = folder / "dropped" / code
    drop.mkdir(parents=True, exist_ok=True)
    (drop / feed.path.name).write_bytes(feed.path.read_bytes())
    said = server.command("feed", "watch", str(drop.parent), "--once", "--every-seconds", "0.2").stdout
    log.check_that(f"the folder says that {feed.path.name} landed", f"{feed.path.name} landed" in said)
    log.check_that("the file lies with those that landed", (drop / "landed" / feed.path.name).is_file())
    return queries.runs(master.desk, feed.dataset)[0].rows_read


# --- the formats ------------------------------------------------------------------------------------------------


def _sample_rows(world: World, code: str, house: House, dataset: str) -> list[Row]:
    """The rows of a sample file under the names of its columns, whatever its headings."""
    style = house.style
    with sample_files(world, code)[dataset].open(encoding=style.encoding, newline="") as file:
        rows = csv.reader(file, delimiter=style.delimiter)
        names = [heading.lower().replace("#", "no").replace(" ", "_") for heading in next(rows)]
        return [dict(zip(names, row, strict=True)) for row in rows]


def _csv(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns_of(rows)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _xlsx(path: Path, rows: Sequence[Row]) -> Path:
    columns = list(columns_of(rows))
    write_xlsx(path, path.stem, columns, [[row.get(name, "") for name in columns] for row in rows])
    return path


def _lines(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text("".join(json.dumps(dict(row), ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _instant(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")
