"""What a run changes, on both databases: new, changed, gone, and nothing else."""

from datetime import timedelta

import pytest

from tests.sync_server.feeds.house import HEADER, House, products


def test_a_first_file_is_live_at_once_and_the_stream_counts_it(either: House) -> None:
    run = either.post(products(50))
    assert (run.status, run.rows_new, run.rows_changed, run.rows_gone) == ("landed", 50, 0, 0)
    assert len(either.items()) == 50
    assert either.head() == either.travels()
    assert either.head().head == 50


def test_the_same_content_again_moves_nothing(either: House) -> None:
    either.post(products(50))
    before = either.state()
    run = either.post(products(50))
    assert (run.status, run.rows_unchanged, run.rows_new + run.rows_changed + run.rows_gone) == ("landed", 50, 0)
    assert either.state() == before


def test_only_rows_that_differ_get_a_position(either: House) -> None:
    either.post(products(50))
    before = {row["item_no"]: row["stream_position"] for row in either.live()}
    run = either.post(
        products(51, i0007="0007,Ashdown,Flax,49.75,Y,USD,ACTIVE", i0009="", i0010="0010,Ashdown,Dove,48.50,Y,USD,NEW")
    )
    assert (run.rows_new, run.rows_changed, run.rows_gone, run.rows_unchanged) == (1, 2, 1, 47)
    after = {row["item_no"]: row["stream_position"] for row in either.live()}
    assert {item for item, position in after.items() if position != before.get(item)} == {"0007", "0010", "0051"}
    assert sorted(after.values())[-3:] == [51, 52, 53]
    assert either.head() == either.travels()
    assert either.head().head == 54
    assert either.row("0007")["price_trade"] == 497_500


def test_a_row_that_comes_back_keeps_its_row_key(either: House) -> None:
    either.post(products(20))
    key = either.row("0005")["row_key"]
    either.post(products(20, i0005=""))
    assert "0005" not in either.items()
    run = either.post(products(20))
    assert (run.rows_new, run.rows_changed) == (1, 0)
    assert either.row("0005")["row_key"] == key
    assert either.head() == either.travels()


def test_row_keys_are_never_given_twice(either: House) -> None:
    either.post(products(20))
    either.post(products(21, i0020=""))
    either.post(products(22, i0020=""))
    assert [row["row_key"] for row in either.live()] == [*range(1, 20), 21, 22]


def test_a_time_stamp_alone_is_no_change(either: House) -> None:
    header = "item_no,qty_on_hand,as_of\n"
    either.post(header + "0123,12.5,2026-11-23T06:00:00Z\n", "inventory")
    before = either.state()
    run = either.post(header + "0123,12.5,2026-11-23T07:00:00Z\n", "inventory")
    assert run.rows_unchanged == 1
    assert either.state() == before


def test_a_hidden_price_is_kept_and_moves_no_station(either: House) -> None:
    either.post(products(20, i0003="0003,Ashdown,Flax,48.50,N,USD,ACTIVE"))
    head = either.head()
    run = either.post(products(20, i0003="0003,Ashdown,Flax,51.00,N,USD,ACTIVE"))
    assert run.rows_changed == 1
    assert either.row("0003")["price_trade"] == 510_000
    assert either.head() == head == either.travels()


def test_a_delta_changes_what_it_names_and_leaves_the_rest(either: House) -> None:
    either.post(products(20))
    run = either.post("Item #,Price\n0004,52.00\n0099,10\n", mode="delta")
    assert (run.status, run.rows_new, run.rows_changed, run.rows_gone) == ("landed", 1, 1, 0)
    assert len(either.items()) == 21
    changed = either.row("0004")
    assert (changed["price_trade"], changed["pattern_name"], changed["status"]) == (520_000, "Ashdown", "ACTIVE")
    assert either.row("0099")["pattern_name"] == ""
    assert either.head() == either.travels()


def test_an_empty_cell_of_a_delta_blanks_and_an_absent_column_does_not(either: House) -> None:
    either.post(products(20))
    either.post("item_no,color_name\n0004,\n", mode="delta")
    assert (either.row("0004")["color_name"], either.row("0004")["pattern_name"]) == ("", "Ashdown")


def test_a_delta_works_out_again_what_was_worked_out(either: House) -> None:
    either.post("item_no,unit,qty_on_hand,qty_committed,qty_reserved\n0123,YD,40,5,3.5\n", "inventory")
    row = either.row("0123", "inventory")
    assert (row["qty_available"], row["stock_status"]) == (31_500, "IN_STOCK")
    either.post("item_no,qty_on_hand\n0123,12\n", "inventory", mode="delta")
    row = either.row("0123", "inventory")
    assert (row["qty_available"], row["stock_status"], row["qty_committed"]) == (3_500, "LOW", 5_000)


def test_a_delta_leaves_what_the_distributor_said_itself(either: House) -> None:
    header = "item_no,qty_on_hand,qty_available,stock_status\n"
    either.post(header + "0123,40,7,CLOSEOUT\n", "inventory")
    either.post("item_no,qty_on_hand\n0123,30\n", "inventory", mode="delta")
    row = either.row("0123", "inventory")
    assert (row["qty_on_hand"], row["qty_available"], row["stock_status"]) == (30_000, 7_000, "CLOSEOUT")


def test_inventory_rows_are_told_apart_by_all_four_keys(either: House) -> None:
    file = (
        "item_no,warehouse,lot_no,piece_no,qty_on_hand\n0123,,,,40\n0123,HPT,,,40\n0123,HPT,L1,,25\n0123,HPT,L1,P1,25\n"
    )
    assert either.post(file, "inventory").rows_new == 4
    run = either.post(file.replace("L1,P1,25", "L1,P1,24"), "inventory")
    assert (run.rows_changed, run.rows_unchanged) == (1, 3)
    assert either.head("inventory") == either.travels("inventory")


def test_two_distributors_with_the_same_item_do_not_meet(either: House) -> None:
    either.post(products(20))
    other = House(either.database, either.folder, code="MBR")
    before = either.state()
    assert other.post(products(3)).rows_new == 3
    assert either.state() == before


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_a_dry_run_counts_the_same_and_keeps_nothing(either: House, mode: str) -> None:
    either.post(products(20))
    file = products(21, i0002="0002,Ashdown,Dove,48.50,Y,USD,ACTIVE")
    before = either.state()
    dry = either.post(file, mode=mode, dry_run=True)
    assert dry.dry_run
    assert either.state() == before
    real = either.post(file, mode=mode)
    counts = ("status", "rows_read", "rows_new", "rows_changed", "rows_unchanged", "rows_gone", "sentence")
    assert [getattr(dry, name) for name in counts] == [getattr(real, name) for name in counts]
    assert real.rows_new == 1


def test_a_file_older_than_what_is_live_is_ignored(either: House) -> None:
    either.post(products(20), as_of=either.clock.now())
    before = either.state()
    run = either.post(products(25), as_of=either.clock.now() - timedelta(days=1))
    assert (run.status, run.code) == ("ignored", "older_than_live")
    assert "newest wins" in run.sentence
    assert either.state() == before


def test_unknown_columns_are_reported_and_not_taken_in(either: House) -> None:
    run = either.post(HEADER.strip() + ",Cost,Buyer\n0001,A,B,1,Y,USD,NEW,0.40,Dana\n")
    assert run.unknown_columns == ["Cost", "Buyer"]
    assert run.status == "landed"
