"""What an action touched, and who hears of it."""

from __future__ import annotations

import gc

from desktop.foundation.changes import ChangeBus, Changes


def test_changes_say_which_kinds_they_touch() -> None:
    changes = Changes.of("loans", "copies")
    assert changes.touches("loans")
    assert changes.touches("designers", "copies")
    assert not changes.touches("designers")


def test_no_changes_are_false_and_touch_nothing() -> None:
    assert not Changes.none()
    assert not Changes.none().touches("loans")


def test_together_they_touch_what_either_touched() -> None:
    both = Changes.of("loans", keys=frozenset({"1"})) | Changes.of("copies", keys=frozenset({"2"}))
    assert both == Changes.of("loans", "copies", keys=frozenset({"1", "2"}))


def test_a_side_without_keys_widens_the_whole_to_any_record() -> None:
    both = Changes.of("loans") | Changes.of("copies", keys=frozenset({"2"}))
    assert both.may_touch("loans", "17")


def test_nothing_added_to_changes_keeps_their_keys() -> None:
    some = Changes.of("loans", keys=frozenset({"1"}))
    assert (some | Changes.none()) == some == (Changes.none() | some)
    assert not some.may_touch("loans", "2")


def test_subscribers_hear_changes_until_they_stop() -> None:
    bus, heard = ChangeBus(), list[Changes]()
    stop = bus.subscribe(heard.append)
    bus.publish(Changes.of("loans"))
    stop()
    bus.publish(Changes.of("copies"))
    assert heard == [Changes.of("loans")]


def test_nothing_touched_is_not_news() -> None:
    bus, heard = ChangeBus(), list[Changes]()
    bus.subscribe(heard.append)
    bus.publish(Changes.none())
    assert heard == []


def test_a_page_that_is_gone_is_forgotten() -> None:
    heard: list[str] = []

    class Page:
        def on_changes(self, changes: Changes) -> None:
            heard.append("page")

    bus, page = ChangeBus(), Page()
    bus.subscribe(page.on_changes)
    bus.publish(Changes.of("loans"))
    del page
    gc.collect()
    bus.publish(Changes.of("loans"))
    assert heard == ["page"]


def test_a_bus_that_forgot_everybody_tells_nobody() -> None:
    bus, heard = ChangeBus(), list[Changes]()
    bus.subscribe(heard.append)
    bus.forget_everybody()
    bus.publish(Changes.of("loans"))
    assert heard == []
