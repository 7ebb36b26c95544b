"""Before the showroom opens: the distributors post their feeds."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import requests

from desktop.demo.cast import World
from desktop.demo.day_log import DayLog, StepFailed
from desktop.demo.sample_files import write_follow_up_csv
from desktop.demo.sample_houses import feed_house
from desktop.demo.server_process import ServerProcess

_PEEK_BYTES = 200_000
_MODULES_OF = {"inventory": {"basic", "inventory"}, "mill_orders": {"inventory"}}
"""Any of them lets a distributor post the dataset; all others come with Basic."""


def house_code_in(file: Path) -> str:
    """The `dist_code` that a file repeats in its first row; empty when it has no such column or cannot be read."""
    try:
        text = file.read_bytes()[:_PEEK_BYTES].decode("utf-8-sig", errors="replace")
        dialect = csv.Sniffer().sniff(text.splitlines()[0], delimiters=",;\t|")
    except (OSError, IndexError, csv.Error):
        return ""
    rows = csv.reader(text.splitlines(), dialect)
    header = ["".join(sign for sign in name.lower() if sign.isalnum()) for name in next(rows, [])]
    first = next(rows, [])
    for name in ("distcode", "distributorcode"):
        if name in header and header.index(name) < len(first):
            return first[header.index(name)].strip()
    return ""


def post_over_http(log: DayLog, server: ServerProcess, token: str, dataset: str, file: Path) -> int:
    """Post a file as a distributor's own program would; returns how many rows landed."""
    answer = requests.post(
        f"{server.url}/v1/feeds/{dataset}",
        params={"mode": "full"},
        data=file.read_bytes(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "text/csv"},
        timeout=300,
    )
    run = answer.json()
    if answer.status_code >= 300:
        raise StepFailed(f"{file.name} was not taken in: {_complaint(run)}")
    log.check(f"{file.name} landed", run["status"], "landed")
    log.check_that(f"{file.name} brought rows", run["rows_read"] > 0)
    log.check(f"all rows of {file.name} are new", run["rows_new"], run["rows_read"])
    return int(run["rows_read"])


def post_by_command(log: DayLog, server: ServerProcess, code: str, dataset: str, file: Path) -> int:
    """Post a file with the server's command line, first as a dry run; returns how many rows landed."""
    command = ("feed", "post", dataset, str(file), "--distributor", code, "--json")
    rehearsed = json.loads(server.command(*command, "--dry-run").stdout)
    landed = json.loads(server.command(*command).stdout)
    log.check(f"{file.name} landed", landed["status"], "landed")
    log.check(f"the dry run of {file.name} said the same", rehearsed["rows_new"], landed["rows_new"])
    return int(landed["rows_read"])


def post_again(log: DayLog, server: ServerProcess, code: str, dataset: str, file: Path) -> None:
    """The same file once more changes nothing."""
    command = ("feed", "post", dataset, str(file), "--distributor", code, "--json")
    again = json.loads(server.command(*command).stdout)
    log.check(
        f"{file.name} again changes nothing", (again["rows_new"], again["rows_changed"], again["rows_gone"]), (0, 0, 0)
    )


def promise_new_figures(server: ServerProcess, world: World) -> None:
    """Say at the server how often each distributor promises its files, so that a late one is seen."""
    for house in world.content["distributors"]:
        if hours := house["feed_cadence_hours"]:
            server.command("feed", "due", str(hours * 60), "--distributor", house["code"])


def sample_files(world: World, code: str) -> dict[str, Path]:
    """The sample feed files that a distributor's modules let it post, by dataset; empty for one without Order-Track."""
    house = world.distributor(code)
    modules = {grant["module"] for grant in house["modules"]}
    files = {dataset: Path(name) for dataset, name in house["feeds"].items()}
    return {dataset: file for dataset, file in files.items() if _MODULES_OF.get(dataset, {"basic"}) & modules}


def sample_files_of_today(world: World, code: str, folder: Path) -> dict[str, Path]:
    """As `sample_files`; what reserves, orders and shipments say of days is written into `folder` as of today."""
    files = sample_files(world, code)
    name = next(iter(files.values())).name if files else ""
    if files:
        house = feed_house(name.partition("_")[0])
        today = datetime.now(UTC).date()
        fresh = write_follow_up_csv(folder, house, world.content, today=today, code=code)
        files |= {dataset: fresh[dataset].path for dataset in files if dataset in fresh}
    return files


def _complaint(answer: Mapping[str, object]) -> str:
    return str(answer.get("sentence") or answer.get("status") or answer)
