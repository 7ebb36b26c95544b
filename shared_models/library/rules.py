"""Pure rules of lending: when a loan is due, which loan a return ends, which of two loans came first."""

from collections import deque
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple

from shared_models.library.records import CopyReturn, EndedAs, Loan


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


class LoanEnding(NamedTuple):
    """How a loan ended; all empty while it is open."""

    returned_at: datetime | None = None
    returned_by: str = ""
    ended_as: EndedAs = ""
    return_id: str = ""
    """The return that ended it."""
    followed_by: str = ""
    """The loan with which it ended, when no return was recorded."""


def loan_endings(loans: Iterable[Loan], returns: Iterable[CopyReturn]) -> dict[str, LoanEnding]:
    """How each loan of one copy ended, by loan id, from everything that is known about the copy by now.

    A loan ends with the first return between its start and the start of the next loan. Without one the copy came
    back unseen, and the loan ended when the next one began. The last loan without a return is open. What was undone
    counts for nothing and is not in the answer.

    Desks tell about the same copy late and in any order; the answer is the same for every order of arrival.
    """
    running = sorted((loan for loan in loans if loan.ended_as != "undone"), key=lambda loan: (loan.lent_at, loan.id))
    backs = deque(sorted((back for back in returns if not back.undone), key=lambda back: (back.returned_at, back.id)))
    endings: dict[str, LoanEnding] = {}
    for loan, following in zip_longest(running, running[1:]):
        while backs and backs[0].returned_at < loan.lent_at:
            backs.popleft()
        if backs and (following is None or backs[0].returned_at < following.lent_at):
            back = backs[0]
            endings[loan.id] = LoanEnding(back.returned_at, back.returned_by, "returned", back.id)
        elif following is not None:
            endings[loan.id] = LoanEnding(following.lent_at, "", "return_not_recorded", followed_by=following.id)
        else:
            endings[loan.id] = LoanEnding()
    return endings


def after_own_scans(
    made_at: datetime, station_id: str, loans: Iterable[Loan], returns: Iterable[CopyReturn]
) -> datetime:
    """`made_at`, or just after the station's latest earlier scan of the same copy when its clock went back meanwhile.

    Within a station the order of its operations holds, never its clock (`sync.md` section 5).
    """
    earlier = [loan.lent_at for loan in loans if loan.station_id == station_id]
    earlier += [back.returned_at for back in returns if back.station_id == station_id]
    return max(made_at, max(earlier) + timedelta(microseconds=1)) if earlier else made_at
