"""The rows behind a table, short and long."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.widgets.columns import Order
from desktop.widgets.row_model import KEPT_PAGES, PAGE_ROWS, RowModel
from desktop.widgets.theme import ThemeKeeper
from tests.desktop.widgets.loans import COLUMNS, LOANS, Loan


def made() -> RowModel[Loan]:
    return RowModel(COLUMNS, lambda loan: loan.loan_id)


class Shelf:
    """Any number of loans by id, counting what is read."""

    def __init__(self, without: frozenset[int] = frozenset()) -> None:
        self.without = without
        self.reads: list[int] = []

    def fetch(self, ids: Sequence[int]) -> Mapping[int, Loan]:
        self.reads.append(len(ids))
        return {one: Loan(one, f"item {one}", "Chevron") for one in ids if one not in self.without}


def watch(model: QAbstractItemModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def test_it_keeps_the_rules_of_qt_models_through_every_change(theme: ThemeKeeper) -> None:
    model, shelf = made(), Shelf()
    watching = watch(model)
    model.show_rows(LOANS)
    model.order_by(Order("item"))
    model.show_rows(LOANS[:1])
    model.show_ids(array("q", range(1000)), shelf.fetch)
    model.read_again()
    model.show_rows(())
    assert watching.model() is model


def test_a_cell_says_what_its_column_formats(theme: ThemeKeeper) -> None:
    model = made()
    model.show_rows(LOANS)
    assert model.data(model.index(1, 2)) == "12"
    assert model.data(model.index(1, 3)) == "Overdue"
    assert model.headerData(2, Qt.Orientation.Horizontal) == "Days late"
    alignment = model.data(model.index(0, 2), Qt.ItemDataRole.TextAlignmentRole)
    assert alignment & Qt.AlignmentFlag.AlignRight


def test_rows_that_stayed_the_same_are_painted_again_where_they_say_something_else(theme: ThemeKeeper) -> None:
    model = made()
    model.show_rows(LOANS)
    painted: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: painted.append((first.column(), last.column())))
    paid = [replace(loan, days_late=None) for loan in LOANS]
    model.show_rows(paid, altered=("late", "state"))
    assert [model.data(model.index(row, 2)) for row in range(3)] == ["", "", ""]
    model.show_rows(LOANS)
    assert painted == [(2, 3), (0, 3)]
    assert model.show_rows(LOANS[:1], altered=("late",)), "other rows are another list"


def test_ordering_puts_unknown_values_last_whichever_way_it_runs(theme: ThemeKeeper) -> None:
    model = made()
    model.show_rows(LOANS)
    for descending, expected in ((False, [5, 3, 7]), (True, [3, 5, 7])):
        model.order_by(Order("late", descending))
        assert [model.key_at(place) for place in range(3)] == expected


def test_a_long_list_reads_only_what_is_looked_at(theme: ThemeKeeper) -> None:
    model, shelf = made(), Shelf()
    model.show_ids(array("q", range(1_000_000)), shelf.fetch)
    assert model.rowCount() == 1_000_000
    assert shelf.reads == []
    assert model.data(model.index(700_000, 0)) == "item 700000"
    assert model.data(model.index(700_001, 1)) == "Chevron"
    assert shelf.reads == [PAGE_ROWS]


def test_a_long_list_keeps_a_bounded_number_of_rows(theme: ThemeKeeper) -> None:
    model, shelf = made(), Shelf()
    model.show_ids(array("q", range(PAGE_ROWS * (KEPT_PAGES + 10))), shelf.fetch)
    for page in range(KEPT_PAGES + 10):
        model.row_at(page * PAGE_ROWS)
    reads = len(shelf.reads)
    model.row_at((KEPT_PAGES + 9) * PAGE_ROWS)
    assert len(shelf.reads) == reads
    model.row_at(0)
    assert len(shelf.reads) == reads + 1


def test_a_row_deleted_meanwhile_shows_as_a_gap(theme: ThemeKeeper) -> None:
    model = made()
    model.show_ids(array("q", range(10)), Shelf(frozenset({4})).fetch)
    assert model.data(model.index(4, 0)) == "…"
    assert model.chip_at(model.index(4, 3)) is None
    assert [loan.loan_id for loan in model.every_row()] == [0, 1, 2, 3, 5, 6, 7, 8, 9]


def test_reading_again_shows_what_changed(theme: ThemeKeeper) -> None:
    model = made()
    names = {1: "Ochre"}
    model.show_ids(array("q", [1]), lambda ids: {one: Loan(one, "1354.11", names[one]) for one in ids})
    assert model.data(model.index(0, 1)) == "Ochre"
    names[1] = "Sea Glass"
    assert model.data(model.index(0, 1)) == "Ochre"
    model.read_again()
    assert model.data(model.index(0, 1)) == "Sea Glass"
