"""The envelope and the life of a run: repeats, order, good rows only, holding, accepting, rejecting, history."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.held import accept_run, reject_run
from sync_server.features.feeds.history import list_runs, need_run
from sync_server.features.feeds.runs import Posting
from tests.sync_server.feeds.house import HEADER, House, products


def test_a_refused_file_changes_nothing_and_is_in_the_history(house: House) -> None:
    house.post(products(10))
    before = house.state()
    run = house.post(products(10, i0003="0003,Ashdown,Flax,free,Y,USD,ACTIVE"))
    assert (run.status, run.rows_read, run.rows_refused, run.error_count) == ("refused", 10, 1, 1)
    assert house.state() == before
    with house.database.reading() as connection:
        kept = need_run(connection, run.id, [house.id])
        assert kept.errors == run.errors
        assert [one.status for one in list_runs(connection, [house.id])] == ["refused", "landed"]


def test_good_rows_may_be_accepted_and_refused_rows_stay_as_they_were(house: House) -> None:
    house.post(products(10))
    file = products(
        11, i0003="0003,Ashdown,Flax,free,Y,USD,ACTIVE", i0004="0004,Ashdown", i0005="0005,Ashdown,Dove,48.50,Y,USD,NEW"
    )
    run = house.post(file, accept_good_rows=True)
    assert (run.status, run.rows_new, run.rows_changed, run.rows_gone, run.rows_refused) == ("landed", 1, 1, 0, 2)
    assert [error.row for error in run.errors] == [4, 5]
    assert house.row("0003")["price_trade"] == 485_000
    assert house.row("0004")["color_name"] == "Flax"
    assert house.row("0005")["color_name"] == "Dove"
    assert house.head() == house.travels()


def test_of_doubled_keys_neither_is_accepted(house: House) -> None:
    run = house.post(HEADER + "1,A,F,1,Y,USD,NEW\n2,A,F,1,Y,USD,NEW\n1,B,F,1,Y,USD,NEW\n", accept_good_rows=True)
    assert (run.status, run.rows_refused, house.items()) == ("landed", 2, ["2"])


def test_a_file_without_any_good_row_is_refused_even_so(house: House) -> None:
    assert house.post(HEADER + "1,A,F,x,Y,USD,NEW\n", accept_good_rows=True).status == "refused"


def test_the_same_batch_twice_is_answered_with_the_first_answer(house: House) -> None:
    first = house.post(products(10), batch_id="b-1")
    house.post(products(12))
    before = house.state()
    again = house.post(products(10), batch_id="b-1")
    assert again.repeated
    assert (again.id, again.rows_new, again.sentence) == (first.id, first.rows_new, first.sentence)
    assert house.state() == before


def test_the_same_batch_with_another_file_is_an_error(house: House) -> None:
    house.post(products(10), batch_id="b-1")
    before = house.state()
    with pytest.raises(DomainError, match="posted before with another file") as refusal:
        house.post(products(11), batch_id="b-1")
    assert refusal.value.code == "body_differs"
    assert house.state() == before


def test_a_dry_run_does_not_use_up_its_batch(house: House) -> None:
    house.post(products(10), batch_id="b-1", dry_run=True)
    run = house.post(products(10), batch_id="b-1")
    assert (run.repeated, run.status) == (False, "landed")


def test_the_very_same_file_of_the_same_instant_is_the_same_run(house: House) -> None:
    instant = house.clock.now()
    first = house.post(products(10), as_of=instant)
    again = house.post(products(10), as_of=instant)
    assert (again.id, again.repeated) == (first.id, True)


def test_an_instant_far_ahead_is_refused(house: House) -> None:
    with pytest.raises(DomainError, match="more than a day ahead"):
        house.post(products(10), as_of=house.clock.now() + timedelta(days=3))


def test_a_file_that_lost_too_many_rows_is_held_until_a_person_accepts(house: House) -> None:
    house.post(products(50))
    before = house.state()
    run = house.post(products(30))
    assert (run.status, run.code, run.rows_gone) == ("held", "too_many_gone", 20)
    assert "20 of 50 rows (40 %)" in run.sentence
    assert house.state() == before
    assert [one.id for one in house.held] == [run.id]
    landed = accept_run(house.desk, run.id, [house.id], "dana")
    assert (landed.status, landed.rows_gone, landed.settled_by) == ("landed", 20, "dana")
    assert len(house.items()) == 30
    assert house.head() == house.travels()
    with house.database.reading() as connection:
        assert need_run(connection, run.id, [house.id]).status == "landed"
    with pytest.raises(DomainError, match="landed, not held"):
        accept_run(house.desk, run.id, [house.id], "dana")


def test_exactly_a_fifth_may_go_and_the_share_can_be_set(house: House) -> None:
    house.post(products(50))
    assert house.post(products(40)).status == "landed"
    house.declare(most_gone_percent=5)
    assert house.post(products(37)).status == "held"


def test_a_rejected_run_leaves_everything_and_its_file_is_gone(house: House) -> None:
    house.post(products(50))
    before = house.state()
    run = house.post(products(10))
    rejected = reject_run(house.desk, run.id, [house.id], "dana")
    assert (rejected.status, rejected.settled_by) == ("rejected", "dana")
    assert house.state() == before
    with pytest.raises(DomainError):
        accept_run(house.desk, run.id, [house.id], "dana")


def test_a_held_run_is_ignored_when_something_newer_landed(house: House) -> None:
    house.post(products(50))
    held = house.post(products(10))
    house.post(products(51))
    before = house.state()
    assert accept_run(house.desk, held.id, [house.id], "dana").status == "ignored"
    assert house.state() == before


def test_nobody_else_sees_or_settles_a_run(house: House) -> None:
    house.post(products(50))
    held = house.post(products(10))
    with pytest.raises(DomainError) as refusal:
        accept_run(house.desk, held.id, ["somebody else"], "dana")
    assert refusal.value.code == "not_found"


def test_stock_that_is_all_zero_is_held(house: House) -> None:
    header = "item_no,qty_on_hand\n"
    house.post(header + "1,4\n2,0\n3,9\n", "inventory")
    run = house.post(header + "1,0\n2,0\n3,0\n", "inventory")
    assert (run.status, run.code) == ("held", "all_zero")
    assert house.row("1", "inventory")["qty_on_hand"] == 4_000


def test_prices_that_moved_by_a_factor_are_held(house: House) -> None:
    house.post(products(20))
    run = house.post(products(20).replace("48.50", "4850"))
    assert (run.status, run.code) == ("held", "prices_moved")
    few = products(20, i0001="0001,Ashdown,Flax,4850,Y,USD,ACTIVE", i0002="0002,Ashdown,Flax,1,Y,USD,ACTIVE")
    assert house.post(few).status == "landed"


def test_a_dry_run_of_a_file_that_would_be_held_says_so_and_keeps_nothing(house: House) -> None:
    house.post(products(50))
    run = house.post(products(10), dry_run=True)
    assert (run.status, run.dry_run) == ("held", True)
    with house.database.reading() as connection:
        assert len(list_runs(connection, [house.id])) == 1


def test_what_cannot_be_declared_is_refused(house: House) -> None:
    for habits, words in (
        ({"mapping": {"Ref": "nonsense"}}, "no such column"),
        ({"day_formats": ("DD.MM.YYYY",)}, "no known day format"),
        ({"thousands": "x"}, "no thousands separator"),
        ({"most_gone_percent": 101}, "percentage"),
        ({"mapping": {"Ref #": "item_no", "ref_no": "upc"}}, "one heading"),
    ):
        with pytest.raises(DomainError, match=words):
            house.declare(**habits)


def test_two_files_posted_at_once_both_land_one_after_the_other(house: House) -> None:
    house.post(products(40))
    files = [house.folder / f"{number}.csv" for number in range(2)]
    files[0].write_text(products(45))
    files[1].write_text(products(40, i0003="0003,Ashdown,Dove,48.50,Y,USD,ACTIVE"))
    with ThreadPoolExecutor() as both:
        runs = list(both.map(lambda file: house.desk.post(Posting(house.id, "CTH", "products"), file), files))
    assert [run.status for run in runs] == ["landed", "landed"]
    assert len(house.items()) in (40, 45)
    assert house.head() == house.travels()
    assert sum(run.rows_new - run.rows_gone for run in runs) == len(house.items()) - 40


def test_the_same_batch_posted_twice_at_once_lands_once(house: House) -> None:
    file = house.folder / "twice.csv"
    file.write_text(products(40))
    posting = Posting(house.id, "CTH", "products", batch_id="b-1")
    with ThreadPoolExecutor() as both:
        runs = list(both.map(lambda _: house.desk.post(posting, file), range(2)))
    assert len({run.id for run in runs}) == 1
    assert sorted(run.repeated for run in runs) == [False, True]
    assert house.head().head == 40
