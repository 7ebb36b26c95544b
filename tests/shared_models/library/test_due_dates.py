"""When a loan is due and when it is overdue."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared_models.library.records import Loan
from shared_models.library.rules import due_on, is_overdue
from tests.shared_models.world import ANN, CLERK, MONDAY, OCHRE, SHOWROOM, at

FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)
NEXT_MONDAY, NEXT_TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def loan(due: date, *, returned: bool = False) -> Loan:
    return Loan(
        id="L1",
        showroom_id=SHOWROOM,
        copy_id=OCHRE,
        designer_id=ANN,
        lent_at=at(9),
        lent_by=CLERK,
        due_on=due,
        returned_at=at(10) if returned else None,
    )


def test_a_loan_is_due_after_the_given_number_of_calendar_days() -> None:
    assert due_on(MONDAY, days=14) == date(2026, 11, 30)


def test_a_due_day_on_a_weekend_moves_to_monday() -> None:
    assert due_on(MONDAY, days=5) == NEXT_MONDAY
    assert due_on(MONDAY, days=6) == NEXT_MONDAY


def test_a_due_day_on_a_holiday_moves_to_the_next_open_day() -> None:
    assert due_on(MONDAY, days=4, holidays={FRIDAY}) == NEXT_MONDAY
    assert due_on(MONDAY, days=5, holidays={NEXT_MONDAY}) == NEXT_TUESDAY


def test_a_showroom_that_opens_on_saturdays_has_loans_due_on_saturdays() -> None:
    assert due_on(MONDAY, days=5, closed_weekdays=(6,)) == SATURDAY


def test_a_showroom_that_never_opens_keeps_the_plain_day() -> None:
    assert due_on(MONDAY, days=5, closed_weekdays=range(7)) == SATURDAY


def test_a_loan_is_overdue_from_the_day_after_it_is_due() -> None:
    assert not is_overdue(loan(MONDAY), MONDAY)
    assert is_overdue(loan(MONDAY), MONDAY + timedelta(days=1))


def test_a_copy_that_is_back_is_never_overdue() -> None:
    assert not is_overdue(loan(MONDAY, returned=True), MONDAY + timedelta(days=30))


@given(
    st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    st.integers(0, 60),
    st.sets(st.integers(0, 6), max_size=6),
    st.sets(st.dates(date(2020, 1, 1), date(2040, 3, 1)), max_size=8),
)
def test_a_due_day_is_always_an_open_day_and_never_early(
    lent_on: date, days: int, closed: set[int], holidays: set[date]
) -> None:
    due = due_on(lent_on, days=days, closed_weekdays=closed, holidays=holidays)
    assert due >= lent_on + timedelta(days=days)
    assert due.weekday() not in closed
    assert due not in holidays
