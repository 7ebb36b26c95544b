"""Will one lot do it: after holds, by lots and pieces as the rows tell them, and else by the mill order that will."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared_models.catalogue.one_lot import LotOffer, free_of, one_lot
from shared_models.catalogue.records import InventoryRow, MillOrderLine


def row(
    lot_no: str = "", available: float | None = 0, *, piece: str = "", house: str = "HPT", longest: int | None = None
) -> InventoryRow:
    quantity = None if available is None else round(available * 1000)
    return InventoryRow(
        item_no="1354.10.0",
        warehouse=house,
        lot_no=lot_no,
        piece_no=piece,
        unit="YD",
        qty_available=quantity,
        largest_piece=longest,
    )


def mill(po: str, eta_on: str, free: int | None, **more: str | int) -> MillOrderLine:
    return MillOrderLine(mill_po_no=po, item_no="1354.10.0", eta_on=eta_on, qty_free=free, **more)  # type: ignore[arg-type]


def offers(*rows: InventoryRow, needed: float = 32) -> list[tuple[str, tuple[str, ...], float]]:
    answer = one_lot(rows, round(needed * 1000))
    return [(offer.lot_no, offer.warehouses, offer.remains / 1000) for offer in answer.offers]


def test_the_lot_that_leaves_least_is_offered_first_and_those_too_small_last() -> None:
    rows = (row("A", 60), row("B", 35.5), row("C", 31), row("D", 4), row("", 130.5))
    assert one_lot(rows, 32_000).verdict == "yes"
    assert offers(*rows) == [("B", ("HPT",), 3.5), ("A", ("HPT",), 28), ("C", ("HPT",), -1), ("D", ("HPT",), -28)]


def test_enough_in_all_is_not_enough_in_one_lot() -> None:
    answer = one_lot([row("A", 20), row("B", 20), row("", 40)], 32_000)
    assert (answer.verdict, answer.available) == ("no", 40_000)


def test_what_is_set_aside_on_the_lot_counts_though_its_pieces_do_not_know_of_it() -> None:
    answer = one_lot([row("A", 10), row("A", 40, piece="1")], 32_000)
    assert answer.verdict == "no"
    assert answer.offers == (LotOffer("A", ("HPT",), 10_000, -22_000, 10_000),)


def test_a_lot_told_by_its_pieces_only_is_their_sum_and_its_longest_piece_is_said() -> None:
    answer = one_lot([row("A", 20, piece="1"), row("A", 15, piece="2"), row("B", 33, piece="1")], 32_000)
    assert [(offer.lot_no, offer.in_one_piece(32_000)) for offer in answer.offers] == [("B", True), ("A", False)]


def test_a_lot_tells_its_longest_piece_itself_or_not_at_all() -> None:
    assert one_lot([row("A", 40, longest=33_000)], 32_000).offers[0].in_one_piece(32_000) is True
    assert one_lot([row("A", 40)], 32_000).offers[0].in_one_piece(32_000) is None


def test_a_lot_in_two_warehouses_is_taken_together_only_where_neither_has_enough() -> None:
    assert offers(row("A", 20), row("A", 20, house="ATL")) == [("A", ("HPT", "ATL"), 8)]
    assert offers(row("A", 20), row("A", 34, house="ATL")) == [("A", ("ATL",), 2), ("A", ("HPT",), -12)]


def test_the_sum_of_a_lot_over_its_warehouses_is_no_lot_of_its_own() -> None:
    assert offers(row("A", 50, house=""), row("A", 25), row("A", 25, house="ATL")) == [("A", ("HPT", "ATL"), 18)]


def test_a_house_without_lots_can_only_say_whether_there_is_enough_at_all() -> None:
    assert one_lot([row("", 120)], 32_000).verdict == "lots_not_told"
    assert one_lot([row("", 12)], 32_000).verdict == "no"
    assert one_lot([row("", None)], 32_000).verdict == "quantities_not_told"
    assert one_lot([], 32_000).verdict == "quantities_not_told"


def test_else_the_first_mill_order_with_so_much_free_will() -> None:
    orders = [
        mill("M-1", "2026-12-01", 10_000),
        mill("M-2", "2027-01-09", 40_000),
        mill("M-3", "2026-12-12", None, qty_open=50_000, qty_committed=10_000),
        mill("M-4", "", 90_000),
        mill("M-5", "2026-11-20", 90_000, status="RECEIVED"),
    ]
    short = one_lot([row("A", 3)], 32_000, orders).mill_order
    assert short is not None
    assert short.mill_po_no == "M-3"
    assert one_lot([row("A", 40)], 32_000, orders).mill_order is None
    assert one_lot([], 95_000, orders).mill_order is None
    assert free_of(mill("M-6", "", None)) is None


_PIECES = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 90_000)), max_size=12)


@given(pieces=_PIECES, needed=st.integers(1, 120_000))
def test_yes_is_said_exactly_where_the_pieces_of_one_lot_come_to_it(pieces: list[tuple[str, int]], needed: int) -> None:
    rows = [row(lot, quantity / 1000, piece=str(number)) for number, (lot, quantity) in enumerate(pieces)]
    sums = {lot: sum(one for other, one in pieces if other == lot) for lot, _ in pieces}
    answer = one_lot(rows, needed)
    assert (answer.verdict == "yes") == any(one >= needed for one in sums.values())
    assert all(offer.remains == sums[offer.lot_no] - needed for offer in answer.offers)
