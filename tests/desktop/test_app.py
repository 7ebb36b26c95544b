"""The window with an open desk: a person at a real server, then without it; and what a start may load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.cache.keys import KeyRing
from desktop.demo.cable import Cable
from desktop.sync.kept_files import KEPT_NOTICE
from tests.builders.server import PASSWORD, RunningServer, SmallWorld
from tests.screens.window import WAIT_MILLISECONDS, Window, lend

HEAVY = {
    *("sqlalchemy", "alembic", "sqlcipher3", "reportlab", "requests", "urllib3", "keyring", "secretstorage"),
    *("pyqtgraph", "matplotlib", "plotly", "PySide6.QtCharts", "PySide6.QtGraphs", "polars", "numpy", "xlsxwriter"),
    *("zxcvbn", "argon2", "PIL"),
}


def test_the_sync_centre_says_what_the_server_answered_and_asks_it_again(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    window.wait_for_first_sync()
    page = window.app.window.open_page("sync_centre")
    said = page.findChild(QLabel, "sync_state")
    assert said is not None
    assert "offline" not in said.text()
    assert window.app.session is not None
    with qtbot.waitSignal(window.app.session.schedule.round_ended, timeout=WAIT_MILLISECONDS):
        window.press(page, "sync_now")
    window.close()


def test_the_desk_opens_again_without_the_server_and_keeps_what_was_lent(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    host, port = server.url.removeprefix("http://").split(":")
    with Cable(host, int(port)) as cable:
        first = Window(qtbot, tmp_path, cable.url)
        first.sign_in(world.clerk.email, PASSWORD)
        first.library()
        first.wait_for_first_sync()
        cable.pull()
        first.record(lend(world))
        first.wait_for_status("1 waiting")
        first.close()
        again = Window(qtbot, tmp_path)
        if KeyRing(tmp_path).unlock() is None:
            again.unlock(PASSWORD)
        again.library()
        assert "1 waiting" in again.status()
        cable.plug_in()
        assert again.app.session is not None
        qtbot.waitUntil(lambda: again.app.session.schedule.last_report is not None, timeout=WAIT_MILLISECONDS)  # type: ignore[union-attr]
        again.app.session.schedule.sync_now()
        again.wait_for_status("Nothing waits")
        again.close()


def test_a_desk_that_was_started_anew_speaks_of_its_former_file(
    qtbot: QtBot, tmp_path: Path, served: tuple[RunningServer, SmallWorld]
) -> None:
    server, world = served
    (tmp_path / "station.kept-20261124-090000.db").write_bytes(b"a file without a key")
    window = Window(qtbot, tmp_path, server.url)
    window.sign_in(world.clerk.email, PASSWORD)
    window.library()
    banner = window.app.notices.banners[KEPT_NOTICE]
    assert "What waited in its former file may not have reached the server" in banner.sentence
    assert banner.action is not None
    banner.action()
    page = window.app.window.findChild(QWidget, "page_sync_centre")
    assert page is not None
    qtbot.waitUntil(page.isVisible)
    window.close()


def test_the_first_paint_loads_no_large_library(tmp_path: Path) -> None:
    script = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "application = QApplication([])\n"
        "from desktop.app import App\n"
        "from desktop.foundation.paths import open_profile\n"
        f"app = App(application, open_profile(Path({str(tmp_path)!r})), offline=True)\n"
        "app.start()\n"
        "app.window.repaint()\n"
        "print(json.dumps([sys.getswitchinterval(), sorted(sys.modules)]))\n"
        "app.window.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    turn_seconds, modules = json.loads(done.stdout)
    assert "desktop.app" in modules
    assert not set(modules) & HEAVY
    assert turn_seconds <= 0.001, "the window must not wait long for Python while a worker computes"
