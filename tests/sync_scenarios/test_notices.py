"""A change at one desk is told to the other."""

import queue

from desktop.cache.meta import get_meta
from desktop.sync.notices import NoticeListener
from tests.builders.server import RunningServer, SmallWorld
from tests.sync_scenarios.conftest import MakeStation


def test_a_loan_at_one_desk_is_told_to_the_other_at_once(
    server: RunningServer, world: SmallWorld, station: MakeStation
) -> None:
    first, second = station(world.clerk, "first"), station(world.rep, "second")
    heard: queue.Queue[dict[str, int]] = queue.Queue()
    token = get_meta(second.desk.database.read(), "token")
    listener = NoticeListener(server.url, lambda: token, on_moved=heard.put)
    listener.start()
    try:
        library = f"showroom:{world.showroom.id}:library"
        stands_at = heard.get(timeout=10)[library]
        first.lend(world.copies[0], world.designer)
        first.sync()
        assert heard.get(timeout=10)[library] > stands_at
    finally:
        listener.stop()


def test_a_listener_that_nobody_answers_stops_at_once() -> None:
    listener = NoticeListener("http://127.0.0.1:9", lambda: "", on_moved=lambda _moved: None)
    listener.start()
    listener.stop()
