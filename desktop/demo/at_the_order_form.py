"""Ordering: seven samples of four houses in one basket, sent while the cable is out; later, what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop.demo.cast import Seat, World
from desktop.demo.day_log import DayLog, StepFailed
from desktop.features.sample_orders import actions, basket, queries
from desktop.features.sample_orders.find import found_items
from desktop.features.sample_orders.rows import Item, OrderLineRow

BY_MAIL_ONLY = "TVP"
ITEMS_BY_HOUSE = (3, 2, 1)
"""How many of each house that takes part; one more comes from the house that does not."""


class Placed(NamedTuple):
    """The order of the day."""

    order_id: str
    houses: tuple[str, ...]
    items: dict[str, list[Item]]
    """By the house's code."""


def order_seven(
    log: DayLog, seat: Seat, world: World, houses: Sequence[str], *, designer_id: str, sidemark: str
) -> Placed:
    """Search each house's catalogue, fill the basket, send it; one item is typed by hand."""
    items = {code: samples_of(log, seat, code, count) for code, count in zip(houses, ITEMS_BY_HOUSE, strict=True)}
    items[BY_MAIL_ONLY] = [_typed_by_hand(seat, world)]
    for wanted in items.values():
        for item in wanted:
            actions.add_to_basket(seat.desk, item, 1, designer_id=designer_id)
    reader, organisation_id = seat.desk.database.read(), seat.desk.acting.organisation_id
    lines = basket.basket_lines(reader, organisation_id, designer_id)
    log.check("seven lines lie in the basket", len(lines), 7)
    log.check("of four houses", len({line.distributor_id for line in lines}), 4)
    draft = basket.Draft(ship_method="2nd day", sidemark=sidemark, note="Client meets on Thursday.")
    _changes, sent = actions.send_basket(seat.desk, designer_id, draft)
    log.check("it went to four houses", len(sent.houses), 4)
    log.check("one of them by e-mail only", len(sent.by_mail_only), 1)
    log.check("the basket is empty", basket.basket_lines(reader, organisation_id, designer_id), [])
    return Placed(sent.order_id, tuple(sent.houses), items)


def samples_of(log: DayLog, seat: Seat, code: str, count: int) -> list[Item]:
    """Items of a house that are sold and have memos, found by searching for their pattern."""
    house = seat.organisation(code)
    reader, catalogue = seat.desk.database.read(), seat.desk.catalogue
    houses = {one.distributor_id: one for one in queries.houses(reader)}
    chosen: list[Item] = []
    for text in _words_to_search(seat, house.id):
        hits = [hit for hit in found_items(catalogue, houses, text) if hit.distributor_id == house.id]
        chosen += [
            hit.item
            for hit in hits
            if hit.status in ("ACTIVE", "NEW", "") and hit.item.item_no not in {one.item_no for one in chosen}
        ][: count - len(chosen)]
        if len(chosen) >= count:
            break
    log.check(f"{count} samples of {code} were found by searching", len(chosen), count)
    return chosen


def _words_to_search(seat: Seat, distributor_id: str) -> list[str]:
    """What a clerk would type: patterns that the house has, as its catalogue names them."""
    hits = seat.desk.catalogue.search("a", limit=200, distributor_ids=[distributor_id])
    hits += seat.desk.catalogue.search("1", limit=200, distributor_ids=[distributor_id])
    words = dict.fromkeys(hit.pattern_name or hit.item_no for hit in hits)
    if not words:
        raise StepFailed("nothing of this house was found in the catalogue")
    return list(words)


def _typed_by_hand(seat: Seat, world: World) -> Item:
    known = world.distributor(BY_MAIL_ONLY)["known_items"][0]
    house = seat.organisation(BY_MAIL_ONLY)
    return Item(house.id, str(known["item_no"]), f"{known['pattern_name']} {known['color_name']}", ("MEMO",))


def lines_of(seat: Seat, order_id: str) -> list[OrderLineRow]:
    """The lines of one order as the orders list shows them."""
    reader = seat.desk.database.read()
    requests = {key for (key,) in reader.rows("SELECT id FROM sample_requests WHERE order_id = ?", order_id)}
    rows = queries.order_lines(reader, seat.desk.acting.organisation_id).rows
    return [row for row in rows if row.request_id in requests]


def tell_of_duplicates(log: DayLog, seat: Seat, *, designer_id: str, items: list[Item]) -> None:
    """Asking again for the same designer is told before it is sent."""
    told = queries.earlier_requests(
        seat.desk.database.read(),
        seat.desk.acting.organisation_id,
        designer_id,
        [(item.distributor_id, item.item_no) for item in items],
        today=seat.desk.today(),
    )
    log.check("what was asked for already is told", len(told), len(items))
    log.check("and by whom", {one.asked_by for one in told}, {seat.desk.person_name})
