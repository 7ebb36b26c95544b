"""What a run changes, on both databases: new, changed, gone, and nothing else."""

from datetime import timedelta

import pytest

from tests.sync_server.feeds.house import HEADER, House, products


def test_a_first_file_is_live_at_once_and_the_stream_counts_it(house: House) -> None:
    run = house.post(products(50))
    assert (run.status, run.rows_new, run.rows_changed, run.rows_gone) == ("landed", 50, 0, 0)
    assert len(house.items()) == 50
    assert house.head() == house.travels()
    assert house.head().head == 50


def test_the_same_content_again_moves_nothing(house: House) -> None:
    house.post(products(50))
    before = house.state()
    run = house.post(products(50))
    assert (run.status, run.rows_unchanged, run.rows_new + run.rows_changed + run.rows_gone) == ("landed", 50, 0)
    assert house.state() == before


def test_only_rows_that_differ_get_a_position(house: House) -> None:
    house.post(products(50))
    before = {row["item_no"]: row["stream_position"] for row in house.live()}
    run = house.post(
        products(51, i0007="0007,Ashdown,Flax,49.75,Y,USD,ACTIVE", i0009="", i0010="0010,Ashdown,Dove,48.50,Y,USD,NEW")
    )
    assert (run.rows_new, run.rows_changed, run.rows_gone, run.rows_unchanged) == (1, 2, 1, 47)
    after = {row["item_no"]: row["stream_position"] for row in house.live()}
    assert {item for item, position in after.items() if position != before.get(item)} == {"0007", "0010", "0051"}
    assert sorted(after.values())[-3:] == [51, 52, 53]
    assert house.head() == house.travels()
    assert house.head().head == 54
    assert house.row("0007")["price_trade"] == 497_500


def test_a_row_that_comes_back_keeps_its_row_key(house: House) -> None:
    house.post(products(20))
    key = house.row("0005")["row_key"]
    house.post(products(20, i0005=""))
    assert "0005" not in house.items()
    run = house.post(products(20))
    assert (run.rows_new, run.rows_changed) == (1, 0)
    assert house.row("0005")["row_key"] == key
    assert house.head() == house.travels()


def test_row_keys_are_never_given_twice(house: House) -> None:
    house.post(products(20))
    house.post(products(21, i0020=""))
    house.post(products(22, i0020=""))
    assert [row["row_key"] for row in house.live()] == [*range(1, 20), 21, 22]


def test_a_time_stamp_alone_is_no_change(house: House) -> None:
    header = "item_no,qty_on_hand,as_of\n"
    house.post(header + "0123,12.5,2026-11-23T06:00:00Z\n", "inventory")
    before = house.state()
    run = house.post(header + "0123,12.5,2026-11-23T07:00:00Z\n", "inventory")
    assert run.rows_unchanged == 1
    assert house.state() == before


def test_a_hidden_price_is_kept_and_moves_no_station(house: House) -> None:
    house.post(products(20, i0003="0003,Ashdown,Flax,48.50,N,USD,ACTIVE"))
    head = house.head()
    run = house.post(products(20, i0003="0003,Ashdown,Flax,51.00,N,USD,ACTIVE"))
    assert run.rows_changed == 1
    assert house.row("0003")["price_trade"] == 510_000
    assert house.head() == head == house.travels()


def test_a_delta_changes_what_it_names_and_leaves_the_rest(house: House) -> None:
    house.post(products(20))
    run = house.post("Item #,Price\n0004,52.00\n0099,10\n", mode="delta")
    assert (run.status, run.rows_new, run.rows_changed, run.rows_gone) == ("landed", 1, 1, 0)
    assert len(house.items()) == 21
    changed = house.row("0004")
    assert (changed["price_trade"], changed["pattern_name"], changed["status"]) == (520_000, "Ashdown", "ACTIVE")
    assert house.row("0099")["pattern_name"] == ""
    assert house.head() == house.travels()


def test_an_empty_cell_of_a_delta_blanks_and_an_absent_column_does_not(house: House) -> None:
    house.post(products(20))
    house.post("item_no,color_name\n0004,\n", mode="delta")
    assert (house.row("0004")["color_name"], house.row("0004")["pattern_name"]) == ("", "Ashdown")


def test_a_delta_works_out_again_what_was_worked_out(house: House) -> None:
    house.post("item_no,unit,qty_on_hand,qty_committed,qty_reserved\n0123,YD,40,5,3.5\n", "inventory")
    row = house.row("0123", "inventory")
    assert (row["qty_available"], row["stock_status"]) == (31_500, "IN_STOCK")
    house.post("item_no,qty_on_hand\n0123,12\n", "inventory", mode="delta")
    row = house.row("0123", "inventory")
    assert (row["qty_available"], row["stock_status"], row["qty_committed"]) == (3_500, "LOW", 5_000)


def test_a_delta_leaves_what_the_distributor_said_itself(house: House) -> None:
    header = "item_no,qty_on_hand,qty_available,stock_status\n"
    house.post(header + "0123,40,7,CLOSEOUT\n", "inventory")
    house.post("item_no,qty_on_hand\n0123,30\n", "inventory", mode="delta")
    row = house.row("0123", "inventory")
    assert (row["qty_on_hand"], row["qty_available"], row["stock_status"]) == (30_000, 7_000, "CLOSEOUT")


def test_inventory_rows_are_told_apart_by_all_four_keys(house: House) -> None:
    file = (
        "item_no,warehouse,lot_no,piece_no,qty_on_hand\n0123,,,,40\n0123,HPT,,,40\n0123,HPT,L1,,25\n0123,HPT,L1,P1,25\n"
    )
    assert house.post(file, "inventory").rows_new == 4
    run = house.post(file.replace("L1,P1,25", "L1,P1,24"), "inventory")
    assert (run.rows_changed, run.rows_unchanged) == (1, 3)
    assert house.head("inventory") == house.travels("inventory")


def test_two_distributors_with_the_same_item_do_not_meet(house: House) -> None:
    house.post(products(20))
    other = House(house.database, house.folder, code="MBR")
    before = house.state()
    assert other.post(products(3)).rows_new == 3
    assert house.state() == before


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_a_dry_run_counts_the_same_and_keeps_nothing(house: House, mode: str) -> None:
    house.post(products(20))
    file = products(21, i0002="0002,Ashdown,Dove,48.50,Y,USD,ACTIVE")
    before = house.state()
    dry = house.post(file, mode=mode, dry_run=True)
    assert dry.dry_run
    assert house.state() == before
    real = house.post(file, mode=mode)
    counts = ("status", "rows_read", "rows_new", "rows_changed", "rows_unchanged", "rows_gone", "sentence")
    assert [getattr(dry, name) for name in counts] == [getattr(real, name) for name in counts]
    assert real.rows_new == 1


def test_a_file_older_than_what_is_live_is_ignored(house: House) -> None:
    house.post(products(20), as_of=house.clock.now())
    before = house.state()
    run = house.post(products(25), as_of=house.clock.now() - timedelta(days=1))
    assert (run.status, run.code) == ("ignored", "older_than_live")
    assert "newest wins" in run.sentence
    assert house.state() == before


def test_unknown_columns_are_reported_and_not_taken_in(house: House) -> None:
    run = house.post(HEADER.strip() + ",Cost,Buyer\n0001,A,B,1,Y,USD,NEW,0.40,Dana\n")
    assert run.unknown_columns == ["Cost", "Buyer"]
    assert run.status == "landed"
