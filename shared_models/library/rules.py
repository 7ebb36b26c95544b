"""Pure rules of lending: when a loan is due, which loan a return ends, which of two loans came first."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from shared_models.library.records import Loan


def due_on(
    lent_on: date,
    *,
    days: int,
    closed_weekdays: Collection[int] = (5, 6),
    holidays: Collection[date] = (),
) -> date:
    """The day a loan is due: `days` calendar days later, moved on to the next day the showroom is open.

    Weekdays count from Monday = 0. With every weekday closed the plain day is given.
    """
    day = lent_on + timedelta(days=days)
    if len(set(closed_weekdays)) >= 7:
        return day
    while day.weekday() in closed_weekdays or day in holidays:
        day += timedelta(days=1)
    return day


def is_overdue(loan: Loan, today: date) -> bool:
    """Open and past its due day; due today is not overdue."""
    return loan.returned_at is None and loan.due_on < today


def open_loan(loans: Iterable[Loan]) -> Loan | None:
    """The open one of a copy's loans, or None; there is at most one."""
    return next((loan for loan in loans if loan.returned_at is None), None)


def loan_ended_by_return(loans: Iterable[Loan], returned_at: datetime) -> Loan | None:
    """Which of a copy's loans a return at this instant ends: the latest that began before it.

    A loan that was closed as “return not recorded” is a candidate too: this may be the return that was missing,
    arriving late from another desk. None when the copy was not lent then.
    """
    begun = [loan for loan in loans if loan.lent_at <= returned_at and loan.ended_as != "undone"]
    latest = max(begun, key=lambda loan: (loan.lent_at, loan.id), default=None)
    if latest is None:
        return open_loan(loans)
    return latest if latest.ended_as in ("", "return_not_recorded") else None
