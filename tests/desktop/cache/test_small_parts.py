"""The profile's lock, and how an item's stock is added up."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cache.profile_lock import ProfileLock
from desktop.cache.stock_totals import StockRow, stock_total
from shared_models.kernel.errors import DomainError


def test_a_second_program_is_told_that_the_profile_is_in_use(tmp_path: Path) -> None:
    with ProfileLock(tmp_path), pytest.raises(DomainError, match="already runs with this profile"):
        ProfileLock(tmp_path)
    ProfileLock(tmp_path).release()


def test_a_killed_program_leaves_the_profile_free(tmp_path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from desktop.cache.profile_lock import ProfileLock; "
        f"lock = ProfileLock(Path({str(tmp_path)!r})); print('held', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(DomainError, match="already runs"):
        ProfileLock(tmp_path)
    child.kill()
    child.wait(10)
    child.stdout.close()
    child.stdin.close()
    ProfileLock(tmp_path).release()


def row(warehouse: str = "", lot: str = "", piece: str = "", amount: int | None = 1000, status: str = "") -> StockRow:
    return StockRow(warehouse, lot, piece, "YD", amount, status)


@pytest.mark.parametrize(
    ("rows", "available"),
    [
        ([row(amount=5000)], 5000),
        ([row("HPT"), row("DAL")], 2000),
        ([row(amount=7000), row("HPT", amount=4000), row("DAL", amount=3000)], 7000),
        ([row("HPT", amount=4000), row("HPT", "L1", amount=1000), row("DAL", "L9", amount=500)], 4500),
        ([row("HPT", "L1", "P1"), row("HPT", "L1", "P2"), row("HPT", "L2", "P3")], 3000),
        ([row("HPT", amount=None), row("DAL", amount=2000)], 2000),
        ([row(amount=None)], None),
        ([], None),
    ],
)
def test_sums_are_not_added_to_what_they_are_the_sum_of(rows: list[StockRow], available: int | None) -> None:
    assert stock_total(rows).qty_available == available


def test_the_status_is_that_of_the_warehouse_that_has_it() -> None:
    assert stock_total([row("HPT", status="OUT"), row("DAL", status="LOW")]).stock_status == "LOW"
