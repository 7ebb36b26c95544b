"""The warehouse's sample stock is a ledger: what is there is what came and went."""

from datetime import datetime
from itertools import permutations

import pytest

from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import ConfirmationId, LineId, OrderId, RequestId
from shared_models.picking.operations import ConfirmedLine, ConfirmLines, CountSampleStock
from shared_models.picking.records import SampleStock, StockMovement
from shared_models.picking.rules import stock_id
from shared_models.sample_orders.operations import OrderedItem, PlaceSampleOrder, RequestPart, ShipTo
from tests.builders.memory_records import MemoryRecords
from tests.shared_models.world import KRAVEL, act, at, do, pick, world

OCHRE_NO = "01354.010"


def warehouse() -> MemoryRecords:
    """Kravel has been asked for nine Ochre on three requests."""
    records = world()
    for number in (1, 2, 3):
        item = OrderedItem(line_id=LineId(f"l{number}"), item_no=OCHRE_NO, quantity=3)
        part = RequestPart(request_id=RequestId(f"r{number}"), distributor_id=KRAVEL, items=(item,))
        order = PlaceSampleOrder(order_id=OrderId(f"o{number}"), parts=(part,), ship_to=ShipTo())
        do(records, order, act())
    return records


def count(records: MemoryRecords, counted: int, when: datetime, bin_name: str = "A-04") -> None:
    pick(records, CountSampleStock(item_no=OCHRE_NO, bin=bin_name, counted=counted), when=when)


def ship(records: MemoryRecords, number: int, quantity: int, when: datetime) -> None:
    confirmed = ConfirmedLine(line_id=LineId(f"l{number}"), outcome="shipped", quantity=quantity)
    operation = ConfirmLines(
        confirmation_id=ConfirmationId(f"c{number}"), request_id=RequestId(f"r{number}"), lines=(confirmed,)
    )
    pick(records, operation, when=when)


def stock(records: MemoryRecords) -> SampleStock:
    found = records.need(SampleStock, stock_id(KRAVEL, OCHRE_NO))
    assert found.on_hand == sum(one.amount for one in records.find(StockMovement, stock_id=found.id))
    return found


def test_the_first_count_gives_an_item_its_bin_and_its_stock() -> None:
    records = warehouse()
    count(records, 12, at(8))
    assert (stock(records).bin, stock(records).on_hand) == ("A-04", 12)


def test_shipping_lowers_the_stock_by_a_movement_that_names_the_line() -> None:
    records = warehouse()
    count(records, 12, at(8))
    ship(records, 1, 2, at(9))
    assert stock(records).on_hand == 10
    assert [(one.amount, one.line_id) for one in records.find(StockMovement, why="shipped")] == [(-2, "l1")]


def test_what_left_the_house_left_it_even_when_the_stock_says_there_was_none() -> None:
    records = warehouse()
    count(records, 1, at(8))
    ship(records, 1, 3, at(9))
    assert stock(records).on_hand == -2


def test_an_item_without_a_stock_ships_all_the_same() -> None:
    records = warehouse()
    ship(records, 1, 3, at(9))
    assert records.all(SampleStock) == []
    assert records.all(StockMovement) == []


def test_a_count_corrects_the_stock_and_may_move_the_item_to_another_bin() -> None:
    records = warehouse()
    count(records, 12, at(8))
    count(records, 11, at(9), "B-01")
    assert (stock(records).bin, stock(records).on_hand) == ("B-01", 11)


def test_a_count_of_what_was_right_is_remembered_too() -> None:
    records = warehouse()
    count(records, 12, at(8))
    count(records, 12, at(9))
    assert sorted(one.amount for one in records.all(StockMovement)) == [0, 12]


def test_counts_and_shipments_may_arrive_in_any_order_and_the_stock_is_the_same() -> None:
    steps = [
        lambda records: count(records, 20, at(8)),
        lambda records: ship(records, 1, 3, at(9)),
        lambda records: count(records, 15, at(10)),
        lambda records: ship(records, 2, 1, at(11)),
        lambda records: ship(records, 3, 2, at(12)),
    ]
    for first_count in ([0], [2]):
        rest = [number for number in range(5) if number not in first_count]
        for order in permutations(rest):
            records = warehouse()
            # Until a first count an item has no stock to be lowered.
            for number in [*first_count, *order]:
                steps[number](records)
            assert stock(records).on_hand == 12


@pytest.mark.parametrize(("item_no", "counted"), [(OCHRE_NO, -1), (OCHRE_NO, 1_000_000), ("  ", 3)])
def test_a_count_that_cannot_be_is_refused(item_no: str, counted: int) -> None:
    with pytest.raises(DomainError, match="needs an item number and a quantity from 0 to 999,999"):
        pick(warehouse(), CountSampleStock(item_no=item_no, bin="A-04", counted=counted))
