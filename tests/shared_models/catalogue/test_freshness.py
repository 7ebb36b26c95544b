"""How old figures are against what was promised."""

from datetime import UTC, datetime, timedelta

import pytest

from shared_models.catalogue.freshness import cadence_words, freshness_words, punctuality
from shared_models.catalogue.mill_orders import EtaSlips, eta_slips, told_etas, with_eta

NINE = datetime(2026, 11, 23, 9, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "due", "said"),
    [
        (10_000, 0, "no_promise"), (0, 60, "fresh"), (60, 60, "fresh"), (61, 60, "due"),
        (75, 60, "due"), (76, 60, "late"),
        (14, 10, "due"), (16, 10, "late"), (1440, 1440, "fresh"), (1801, 1440, "late"),
    ],
)  # fmt: skip
def test_a_quarter_more_than_promised_is_still_no_reason_to_call(minutes: int, due: int, said: str) -> None:
    assert punctuality(NINE, due, NINE + timedelta(minutes=minutes)) == said


def test_what_was_promised_and_never_came_is_late() -> None:
    assert punctuality(None, 60, NINE) == "late"
    assert punctuality(None, 0, NINE) == "no_promise"


def test_it_is_said_in_words() -> None:
    assert freshness_words("09:02", 60, "late") == "as of 09:02, due hourly, late"
    assert freshness_words("09:02", 1440, "fresh") == "as of 09:02, due daily"
    assert freshness_words("09:02", 0, "no_promise") == "as of 09:02"
    assert freshness_words("", 120, "late") == "never received, due two-hourly, late"
    assert (cadence_words(45), cadence_words(0)) == ("every 45 minutes", "")


def test_the_same_day_told_again_is_no_slip_and_an_unknown_one_is_kept() -> None:
    history = ""
    for eta, day in (("", "2026-01-01"), ("2026-03-01", "2026-01-02"), ("2026-03-01", "2026-01-03")):
        history = with_eta(history, eta, day)
    assert told_etas(history) == [("2026-03-01", "2026-01-02")]
    history = with_eta(with_eta(history, "", "2026-02-01"), "2026-02-20", "2026-02-03")
    assert len(told_etas(history)) == 3
    assert eta_slips(history) == EtaSlips(1, -9)
    assert eta_slips("") == EtaSlips(0, 0)
