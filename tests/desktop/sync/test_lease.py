"""Fourteen days without the server, by a clock that may be set, and not one day more by setting it back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.sync.desk import Desk
from desktop.sync.lease import LEASE, lease_left, note_contact, note_time, require_lease
from shared_models.kernel.clock import SettableClock
from shared_models.kernel.errors import DomainError
from tests.builders.desk import NINE, make_desk

DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = make_desk(tmp_path)
    with made.database.write() as records:
        note_contact(records, NINE)
    yield made
    made.close()


def left(desk: Desk) -> timedelta:
    return lease_left(desk.database.read(), desk.clock.now())


def clock_of(desk: Desk) -> SettableClock:
    assert isinstance(desk.clock, SettableClock)
    return desk.clock


def test_a_station_works_fourteen_days_without_its_server(desk: Desk) -> None:
    clock_of(desk).advance(LEASE - timedelta(minutes=1))
    require_lease(desk.database.read(), desk.clock.now())


def test_then_it_is_locked_and_says_that_everything_is_kept(desk: Desk) -> None:
    clock_of(desk).advance(LEASE)
    with pytest.raises(DomainError, match=r"14 days, so it is locked until it does\. Everything recorded here is kept"):
        require_lease(desk.database.read(), desk.clock.now())


def test_one_answer_of_the_server_begins_it_anew(desk: Desk) -> None:
    clock_of(desk).advance(LEASE * 3)
    with desk.database.write() as records:
        note_contact(records, desk.clock.now())
    assert left(desk) == LEASE


def test_a_clock_that_is_set_back_wins_nothing(desk: Desk) -> None:
    clock = clock_of(desk)
    clock.advance(10 * DAY)
    note_time(desk.database, clock.now())
    clock.advance(-9 * DAY)
    assert left(desk) == 4 * DAY
    # Five days pass by the program's own measure while the clock claims nothing.
    note_time(desk.database, clock.now(), ran=5 * DAY)
    assert left(desk) == -DAY


def test_a_clock_that_ran_a_year_ahead_is_forgiven_at_the_next_answer(desk: Desk) -> None:
    clock = clock_of(desk)
    clock.advance(365 * DAY)
    note_time(desk.database, clock.now())
    clock.advance(-365 * DAY)
    assert left(desk) < timedelta(0)
    with desk.database.write() as records:
        note_contact(records, clock.now())
    clock.advance(DAY)
    assert left(desk) == LEASE - DAY


def test_time_is_written_down_every_five_minutes_only(desk: Desk) -> None:
    def seen() -> str:
        return str(desk.database.read().value("SELECT value FROM meta WHERE name = 'clock_seen_at'"))

    before = seen()
    clock_of(desk).advance(timedelta(minutes=4))
    note_time(desk.database, desk.clock.now())
    assert seen() == before
    clock_of(desk).advance(timedelta(minutes=2))
    note_time(desk.database, desk.clock.now())
    assert seen() > before
