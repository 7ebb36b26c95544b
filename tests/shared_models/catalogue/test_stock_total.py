"""How an item's stock is added up."""

import pytest

from shared_models.catalogue.rules import StockRow, stock_total


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
