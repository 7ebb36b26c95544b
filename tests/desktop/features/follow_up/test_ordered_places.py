"""Places in another order: as if all were picked at once, and yet no more is picked than somebody asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.features.follow_up.ordered_places import OrderedPlaces


class Counted(list[int]):
    """A list that knows how far it was read."""

    read = 0

    def __iter__(self):  # type: ignore[no-untyped-def]
        for place in super().__iter__():
            self.read += 1
            yield place


@given(st.lists(st.integers(0, 10_000), unique=True), st.data())
def test_they_are_those_of_the_order_that_are_meant(ordered: list[int], data: st.DataObject) -> None:
    meant = data.draw(st.lists(st.sampled_from(ordered), unique=True)) if ordered else []
    plain = [place for place in ordered if place in set(meant)]
    cut = data.draw(st.slices(len(plain)))
    assert list(OrderedPlaces(ordered, meant)[cut]) == plain[cut]
    places = OrderedPlaces(ordered, meant)
    assert [places[at] for at in range(-len(plain), len(plain))] == plain + plain
    assert [OrderedPlaces(ordered, meant).index(place) for place in plain] == list(range(len(plain)))
    places.complete()
    assert (list(places), len(places)) == (plain, len(plain))


def test_a_screenful_is_known_before_the_rest_is_picked() -> None:
    ordered = Counted(range(100_000))
    places = OrderedPlaces(ordered, range(0, 100_000, 2))
    assert (len(places), list(places[:3]), ordered.read) == (50_000, [0, 2, 4], 5)
    with pytest.raises(ValueError, match="not among them"):
        places.index(7)
    with pytest.raises(IndexError):
        places[50_000]
    assert ordered.read == 5
    assert places.index(6_000) == 3_000
    assert ordered.read < 10_000
    assert places[-1] == 99_998


def test_a_row_that_came_meanwhile_stands_at_the_end() -> None:
    places = OrderedPlaces([5, 3, 1], [1, 2, 5])
    assert list(places) == [5, 1, 2]
    assert OrderedPlaces([5, 3, 1], [1, 2, 5]).index(2) == 2


def test_two_threads_pick_each_place_once() -> None:
    ordered = list(range(60_000, 0, -1))
    places = OrderedPlaces(ordered, range(1, 60_001, 3))
    with ThreadPoolExecutor(2) as pool:
        pool.submit(places.complete)
        seen = [places[at] for at in range(0, len(places), 7)]
    assert seen == [place for place in ordered if place % 3 == 1][::7]
