"""Rows of open loans and their columns, for the tests of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column
from desktop.widgets.row_table import RowTable


@dataclass(frozen=True)
class Loan:
    """One memo out of the library."""

    loan_id: int
    item: str
    name: str
    days_late: int | None = None


def state(loan: Loan) -> Chip:
    return Chip(Tone.BAD, "Overdue") if loan.days_late else Chip(Tone.NEUTRAL, "Out")


COLUMNS: Sequence[Column[Loan]] = (
    Column("item", "Item", lambda loan: loan.item, 110, sort_key=lambda loan: loan.item, strong=True),
    Column("name", "Pattern and colour", lambda loan: loan.name, 200, stretch=True),
    Column(
        "late",
        "Days late",
        lambda loan: "" if loan.days_late is None else str(loan.days_late),
        90,
        Align.RIGHT,
        sort_key=lambda loan: loan.days_late,
    ),
    Column("state", "State", lambda loan: state(loan).word, 120, chip=state),
)

LOANS = (
    Loan(7, "1354.08", "Chevron Matelassé, Sea Glass"),
    Loan(3, "0045.2", "Ottoman Stripe, Indigo", 12),
    Loan(5, "TR 77410", "Bullion Fringe, Burnished", 3),
)


def shown_items(table: RowTable[Loan]) -> list[str]:
    """The item numbers from top to bottom."""
    rows = [table.row_at(place) for place in range(table.row_count())]
    return [row.item for row in rows if row is not None]
