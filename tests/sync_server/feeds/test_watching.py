"""Files dropped into a watched folder: taken in once they lie still, answered beside themselves, laid away."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from shared_models.kernel.operation import Module
from sync_server.features.accounts.actions import grant_module, organisation_of
from sync_server.features.feeds.history import list_runs
from sync_server.features.feeds.watching import FolderWatch
from sync_server.foundation.spreadsheets import harmless
from tests.sync_server.feeds.house import HEADER, House, products


@pytest.fixture
def folder(house: House, tmp_path: Path) -> Path:
    with house.database.writing() as connection:
        mine = organisation_of(connection, house.code)
        for module in (Module.BASIC, Module.INVENTORY):
            grant_module(connection, mine, module, starts_on=house.clock.now().date())
    made = tmp_path / "drop" / house.code.lower()
    made.mkdir(parents=True)
    return made


def drop(house: House, folder: Path, name: str, content: str) -> None:
    """A file that was last written at the clock's time."""
    house.clock.advance(timedelta(minutes=10))
    file = folder / name
    file.write_text(content, encoding="utf-8")
    seconds = house.clock.now().timestamp()
    os.utime(file, (seconds, seconds))


def looked_at(house: House, folder: Path) -> list[str]:
    watch = FolderWatch(folder.parent, house.desk)
    assert watch.round() == [], "a file is taken once it was seen twice"
    return [answered.status for answered in watch.round()]


def test_a_file_is_taken_in_answered_and_laid_away(house: House, folder: Path) -> None:
    drop(house, folder, "products_2026-11-23.csv", products(12))
    assert looked_at(house, folder) == ["landed"]
    assert len(house.items()) == 12
    assert (folder / "landed" / "products_2026-11-23.csv").is_file()
    answer = (folder / "landed" / "products_2026-11-23.csv.answer.txt").read_text(encoding="utf-8")
    assert answer == "landed: 12 new, 0 changed, 0 gone, 0 unchanged.\n"
    drop(house, folder, "products-delta.csv", "item_no,status\n0003,CLOSEOUT\n")
    assert looked_at(house, folder) == ["landed"]
    assert (len(house.items()), house.row("0003")["status"]) == (12, "CLOSEOUT")
    drop(house, folder, "products_2026-11-23.csv", products(3))
    assert looked_at(house, folder) == ["held"]
    assert len(house.held) == 1


def test_a_file_that_is_still_written_is_left_until_it_lies_still(house: House, folder: Path) -> None:
    watch = FolderWatch(folder.parent, house.desk)
    drop(house, folder, "products.csv", products(5))
    drop(house, folder, "inventory.csv.part", "item_no\n1\n")
    assert watch.round() == []
    drop(house, folder, "products.csv", products(8))
    assert watch.round() == []
    assert [answered.status for answered in watch.round()] == ["landed"]
    assert len(house.items()) == 8
    assert (folder / "inventory.csv.part").is_file()


def test_what_is_wrong_is_told_beside_the_file_and_changes_nothing(house: House, folder: Path) -> None:
    drop(house, folder, "products.csv", HEADER + "0001,Ashdown,Flax,=1+1,Y,USD,ACTIVE\n")
    drop(house, folder, "orders.csv", "order_no\n1\n")
    (folder.parent / "NOBODY").mkdir()
    drop(house, folder.parent / "NOBODY", "products.csv", products(3))
    assert looked_at(house, folder) == ["refused"] * 3
    errors = (folder / "refused" / "products.csv.errors.csv").read_text(encoding="utf-8-sig")
    assert errors.splitlines()[1].startswith("2,price_trade,'=1+1,")
    assert "Name it after its dataset" in (folder / "refused" / "orders.csv.answer.txt").read_text(encoding="utf-8")
    nobody = folder.parent / "NOBODY" / "refused" / "products.csv.answer.txt"
    assert "named after no distributor" in nobody.read_text(encoding="utf-8")
    assert house.items() == []


def test_a_file_whose_laying_away_broke_off_is_answered_like_the_first_time(house: House, folder: Path) -> None:
    drop(house, folder, "products.csv", products(12))
    changed = (folder / "products.csv").stat().st_mtime_ns
    assert looked_at(house, folder) == ["landed"]
    back = folder / "products.csv"
    os.replace(folder / "landed" / "products.csv", back)
    os.utime(back, ns=(changed, changed))
    assert looked_at(house, folder) == ["landed"]
    with house.database.reading() as connection:
        assert len(list_runs(connection, [house.id])) == 1


@pytest.mark.parametrize("cell", ["=cmd()", "+1", "-1", "@SUM(A1)", "\tx", "  =1", "\u00a0=1", "\r=1"])
def test_no_cell_of_an_error_list_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless("0123-04") == "0123-04"


def test_the_command_takes_in_what_lies_there(tmp_path: Path, house: House, folder: Path, database_url: str) -> None:
    drop(house, folder, "products.csv", products(4))
    environment = {**os.environ, "ORDER_TRACK_DATABASE_URL": database_url, "ORDER_TRACK_DATA_DIR": str(tmp_path)}
    command = [
        sys.executable,
        "-m",
        "sync_server",
        "feed",
        "watch",
        str(folder.parent),
        "--once",
        "--every-seconds",
        "0.1",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, "cth products.csv landed: 4 new, 0 changed, 0 gone, 0 unchanged.\n"), (
        done
    )
    assert len(house.items()) == 4
