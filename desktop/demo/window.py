"""The demo in a window: a server of its own with the sample data, and a desk that anybody of the cast can sit at."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.demo.cast import World, take_seat
from desktop.demo.morning import promise_new_figures, sample_files_of_today
from desktop.demo.post_office import PostOffice
from desktop.demo.server_process import ServerProcess
from desktop.foundation.assets import resource

if TYPE_CHECKING:
    from desktop.sync.desk import Desk

SHOWROOM = "HPS"
_LISTEN_MILLISECONDS = 300
SEATS = (
    ("clerk", SHOWROOM, "clerk"),
    ("rep", SHOWROOM, "rep"),
    ("picker", "CTH", "picker"),
    ("master", "CTH", "master"),
)
"""Name of the profile, organisation and role; the first one opens."""


def run_window() -> int:
    """Start everything, show the window until it is closed, end everything. 0, or 1 with a sentence."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="order-track-demo-")))
        post_office = stack.enter_context(PostOffice(folder / "mail"))
        server = stack.enter_context(ServerProcess(folder / "server", smtp_url=post_office.url))
        world = World(resource("sample_data", "world.json"))
        prepare_server(server, world, folder, tell=lambda words: print(f"[demo] {words}", flush=True))
        print(f"[demo] {in_a_browser(server.url, world)}", flush=True)
        print(f"[demo] mail that leaves is kept in {folder / 'mail'} until the window is closed", flush=True)
        return _show_window(world, server, folder)


def prepare_server(server: ServerProcess, world: World, folder: Path, *, tell: Callable[[str], None]) -> None:
    """Make the database, bring the sample data in, serve."""
    tell("making the database")
    server.command("init")
    tell("bringing in organisations, people, libraries and kits")
    server.command("load-world", str(world.write(folder / "world.json")))
    promise_new_figures(server, world)
    for house in world.content["distributors"]:
        for dataset, file in sample_files_of_today(world, house["code"], folder).items():
            tell(f"taking in the {dataset} of {house['name']}")
            server.command("feed", "post", dataset, str(file), "--distributor", house["code"])
    tell("starting the server")
    server.start()


def in_a_browser(server_url: str, world: World) -> str:
    """Where the same is to be seen without a window, and who may sign in there."""
    _profile, organisation, role = SEATS[0]
    email, password = world.person(organisation, role)
    return f"in a browser: {server_url}/web as {email}, password {password}"


def _show_window(world: World, server: ServerProcess, folder: Path) -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from desktop.app import App
    from desktop.foundation.paths import open_profile

    application = QApplication(sys.argv[:1])
    application.setApplicationName("Order-Track")
    app = App(application, open_profile(folder / "window"), server=server.url)
    openers = {}
    for profile, organisation, role in SEATS:
        openers[profile] = partial(_sit_down, folder / profile, server.url, world.person(organisation, role))
        who = next(
            one["name"] for one in world.content["people"] if one["email"] == world.person(organisation, role)[0]
        )
        app.window.add_person_action(f"Demo: be {who}, {role}", partial(app.desks.change_desk, openers[profile]))
    # Qt's loop runs no Python of its own accord, so a signal to end would wait for the next key.
    signal.signal(signal.SIGTERM, lambda _number, _frame: app.window.close())
    signal.signal(signal.SIGINT, lambda _number, _frame: app.window.close())
    listening = QTimer(app)
    listening.timeout.connect(lambda: None)
    listening.start(_LISTEN_MILLISECONDS)
    app.window.show()
    QTimer.singleShot(0, app, partial(app.desks.change_desk, openers[SEATS[0][0]]))
    return application.exec()


def _sit_down(profile: Path, server_url: str, who: tuple[str, str]) -> tuple[Desk, str]:
    """Sign in and fetch everything once, so that the pages are full when they appear."""
    seat = take_seat(profile, server_url, who, profile.name)
    seat.sync()
    seat.client.close()
    return seat.desk, "keyring"
