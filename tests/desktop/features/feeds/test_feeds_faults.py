"""The feeds page on a bad line: nothing is half done, nothing is done twice, and what to do is said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.feeds.feature import FeedsFeature
from desktop.features.feeds.page import FeedsPage
from desktop.sync.desk import Desk
from desktop.widgets.colours import Tone
from sync_server.features.feeds.history import Run, list_runs
from tests.builders.server import RunningServer, SmallWorld
from tests.screens.feeds import FeedsScreen
from tests.sync_scenarios.faults import (
    FaultHandler,
    FaultProxy,
    answer_cut,
    answer_lost,
    bad_gateway,
    captive_portal,
    fault_proxy,
    too_many,
)
from tests.sync_scenarios.stations import NOWHERE
from tests.sync_server.feeds.house import products

WriteFile = Callable[..., Path]
LOOKED_AT, FOR_GOOD = "dry_run=true*", "batch_id=*"


@pytest.fixture
def proxy(server: RunningServer, desk: Desk) -> Iterator[FaultProxy]:
    """Stands between the desk and the server."""
    with fault_proxy(server.url) as proxy:
        desk.server_url = proxy.url
        yield proxy


def history(server: RunningServer, world: SmallWorld) -> list[Run]:
    with server.database.reading() as connection:
        return list_runs(connection, [world.distributor.id])


def test_without_the_server_the_page_says_so_and_what_was_shown_stays(
    screen: FeedsScreen, write: WriteFile, desk: Desk, server: RunningServer
) -> None:
    desk.server_url = NOWHERE
    screen.presses("F5")
    screen.qtbot.waitUntil(lambda: bool(screen.line()))
    assert "The server cannot be reached. What is shown is from before." in screen.line()
    assert set(screen.states()) >= {"products", "inventory"}
    screen.drops_and_waits(write(products(12)))
    assert screen.said()[0] is Tone.BAD
    assert "The server cannot be reached. Nothing was changed and nothing waits here" in screen.said()[1]
    desk.server_url = server.url
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert screen.next_step() == "Take it in"
    screen.presses("F5")
    screen.qtbot.waitUntil(lambda: not screen.line())


def test_a_page_that_never_met_the_server_says_what_to_do(qtbot: QtBot, context: FeatureContext, desk: Desk) -> None:
    desk.server_url = NOWHERE
    screen = FeedsScreen(qtbot, context)
    qtbot.waitUntil(lambda: bool(screen.line()))
    assert "ask again (F5) once the line is back" in screen.line()
    assert screen.states() == {}


def test_a_program_that_was_started_offline_says_how_to_start_it(
    qtbot: QtBot, context: FeatureContext, write: WriteFile
) -> None:
    screen = FeedsScreen(qtbot, replace(context, sync=None))
    assert "started offline" in screen.line()
    screen.drops(write(products(3)))
    assert not screen.page.work.is_busy()
    assert "started offline" in context.notices.history[0].sentence


@pytest.mark.parametrize("fault", [answer_lost, answer_cut, bad_gateway, captive_portal, too_many])
def test_whatever_answers_a_look_instead_of_the_server_changes_nothing(
    screen: FeedsScreen,
    write: WriteFile,
    proxy: FaultProxy,
    server: RunningServer,
    world: SmallWorld,
    fault: Callable[[FaultHandler, bytes], None],
) -> None:
    proxy.faults.append((LOOKED_AT, fault))
    screen.drops_and_waits(write(products(12)))
    assert screen.said()[0] is Tone.BAD
    assert "Nothing was changed" in screen.said()[1]
    assert screen.next_step() == "Look at it again"
    assert history(server, world) == []
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert screen.next_step() == "Take it in"


@pytest.mark.parametrize("fault", [answer_lost, answer_cut])
def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_taken_in_twice(
    screen: FeedsScreen,
    write: WriteFile,
    proxy: FaultProxy,
    server: RunningServer,
    world: SmallWorld,
    fault: Callable[[FaultHandler, bytes], None],
) -> None:
    screen.drops_and_waits(write(products(12)))
    proxy.faults.append((FOR_GOOD, fault))
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert screen.said()[0] is Tone.ATTENTION
    assert "may or may not have been taken in" in screen.said()[1]
    assert screen.next_step() == "Ask again"
    (first,) = history(server, world)
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert "is live" in screen.said()[1]
    assert "this is the first answer" in screen.said()[1]
    assert [run.id for run in history(server, world)] == [first.id]


def test_a_server_that_goes_away_before_the_file_is_through_takes_nothing_in(
    screen: FeedsScreen, write: WriteFile, proxy: FaultProxy, server: RunningServer, world: SmallWorld
) -> None:
    screen.drops_and_waits(write(products(12)))
    proxy.faults.append((FOR_GOOD, lambda handler, _body: handler.hang_up()))
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert screen.next_step() == "Ask again"
    assert history(server, world) == []
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert [run.status for run in history(server, world)] == ["landed"]


class Delay:
    """Holds requests back until it is let go."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, handler: FaultHandler, body: bytes) -> None:
        self.came.set()
        assert self.let_go.wait(30)
        handler.pass_on(handler.ask_server(body))


def test_a_look_is_called_off_at_once_while_the_server_thinks(
    screen: FeedsScreen, write: WriteFile, proxy: FaultProxy, server: RunningServer, world: SmallWorld
) -> None:
    delay = Delay()
    proxy.faults.append((LOOKED_AT, delay))
    screen.drops(write(products(12)))
    screen.qtbot.waitUntil(delay.came.is_set)
    assert screen.button("call_off").isVisible()
    assert not screen.button("choose_file").isEnabled()
    screen.presses("Esc")
    screen.waits_for_answer()
    assert not delay.let_go.is_set(), "nobody waited for the server"
    delay.let_go.set()
    assert "Stopped." in screen.said()[1]
    assert screen.next_step() == "Look at it again"
    assert history(server, world) == []


def test_nobody_leaves_while_a_file_is_taken_in_and_who_stops_waiting_may_ask_again(
    screen: FeedsScreen,
    write: WriteFile,
    proxy: FaultProxy,
    server: RunningServer,
    world: SmallWorld,
    context: FeatureContext,
) -> None:
    screen.drops_and_waits(write(products(12)))
    delay = Delay()
    proxy.faults.append((FOR_GOOD, delay))
    screen.presses("Ctrl+Return")
    screen.qtbot.waitUntil(delay.came.is_set)
    assert not screen.page.may_leave()
    assert "being taken in" in context.notices.history[0].sentence
    screen.presses("Esc")
    screen.waits_for_answer()
    assert screen.page.may_leave()
    assert "You did not wait for it." in screen.said()[1]
    delay.let_go.set()
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert "is live" in screen.said()[1]
    assert [run.status for run in history(server, world)] == ["landed"]


def test_a_second_file_waits_for_the_first(
    screen: FeedsScreen, write: WriteFile, proxy: FaultProxy, context: FeatureContext
) -> None:
    delay = Delay()
    proxy.faults.append((LOOKED_AT, delay))
    screen.drops(write(products(12)))
    screen.qtbot.waitUntil(delay.came.is_set)
    screen.drops(write(products(3), "products second.csv"))
    assert "One file after the other" in context.notices.history[0].sentence
    delay.let_go.set()
    screen.waits_for_answer()
    assert screen.figures()["New"] == "12"


def test_a_token_that_is_no_longer_good_is_told_in_the_servers_words(
    screen: FeedsScreen, write: WriteFile, desk: Desk, server: RunningServer, world: SmallWorld
) -> None:
    from desktop.cache.meta import set_meta

    screen.drops_and_waits(write(products(12)))
    with desk.database.write() as records:
        set_meta(records, token="no token of anybody")
    screen.presses("Ctrl+Return")
    screen.waits_for_answer()
    assert "It was not taken in." in screen.said()[1]
    assert "Nothing was changed" in screen.said()[1]
    assert history(server, world) == []


def test_what_cannot_be_declared_is_said_and_the_file_stays_as_it_was_found(
    screen: FeedsScreen, write: WriteFile, proxy: FaultProxy, context: FeatureContext
) -> None:
    screen.drops_and_waits(write("item_no,Ptn Nm\n0001,Ashdown\n"))
    context.desk.server_url = NOWHERE
    screen.presses("Ctrl+Shift+M")
    screen.waits_for_answer()
    assert "cannot be reached" in context.notices.history[0].sentence
    assert screen.headings() == {"Ptn Nm": ("suggested", "pattern_name")}
    assert screen.next_step() == "Take it in"


def test_what_was_asked_for_a_page_that_went_away_reaches_nobody(
    qtbot: QtBot, context: FeatureContext, proxy: FaultProxy, desk: Desk
) -> None:
    """As when the desk is locked: the page is hidden, its files are closed, and then the server answers."""
    page = cast(FeedsPage, FeedsFeature().make_page(context))
    page.show()
    qtbot.waitExposed(page)
    delay = Delay()
    proxy.faults.append(("v1/feeds?*", delay))
    page.refresh()
    qtbot.waitUntil(delay.came.is_set)
    page.hide()
    page.deleteLater()
    delay.let_go.set()
    # Both readers are free again only after the answer was delivered.
    both = threading.Barrier(2, timeout=30)
    free: list[int] = []
    for _ in range(2):
        context.jobs.submit_read(both.wait, free.append)
    qtbot.waitUntil(lambda: len(free) == 2)


def test_the_page_may_go_away_while_the_server_is_asked(
    qtbot: QtBot, context: FeatureContext, write: WriteFile, proxy: FaultProxy
) -> None:
    page = cast(FeedsPage, FeedsFeature().make_page(context))
    delay = Delay()
    proxy.faults.append((LOOKED_AT, delay))
    page.look_at(write(products(12)))
    qtbot.waitUntil(delay.came.is_set)
    gone: list[bool] = []
    page.destroyed.connect(lambda: gone.append(True))
    page.deleteLater()
    qtbot.waitUntil(lambda: bool(gone))
    delay.let_go.set()
    both = threading.Barrier(2, timeout=30)
    free: list[int] = []
    for _ in range(2):
        context.jobs.submit_read(both.wait, free.append)
    qtbot.waitUntil(lambda: len(free) == 2)
