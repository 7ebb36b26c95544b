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
from desktop.features.sign_in.gate import SignInGate
from desktop.sync.kept_files import KEPT_NOTICE
from tests.builders.desk import make_desk
from tests.builders.server import PASSWORD, RunningServer, SmallWorld
from tests.screens.window import WAIT_MILLISECONDS, Window, lend

LARGE = {
    *("sqlalchemy", "alembic", "reportlab", "requests", "urllib3", "polars", "numpy", "xlsxwriter", "PIL", "zxcvbn"),
    *("pyqtgraph", "matplotlib", "plotly", "PySide6.QtCharts", "PySide6.QtGraphs"),
}


def test_the_sync_centre_says_what_the_server_answered_and_asks_it_again(window: Window, qtbot: QtBot) -> None:
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
    banner = window.app.parts.notices.banners[KEPT_NOTICE]
    assert "What waited in its former file may not have reached the server" in banner.sentence
    assert banner.action is not None
    banner.action()
    page = window.app.window.findChild(QWidget, "page_sync_centre")
    assert page is not None
    qtbot.waitUntil(page.isVisible)
    window.close()


def loaded_by(script: str) -> set[str]:
    """The modules there are after this, in a program of its own that prints nothing else."""
    script += "import json, sys\nprint(json.dumps(sorted(sys.modules)))\napp.window.close()\n"
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def start_script(profile: Path) -> str:
    return (
        "from pathlib import Path\n"
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "application = QApplication([])\n"
        "from desktop.app import App\n"
        "from desktop.foundation.paths import open_profile\n"
        f"paths = open_profile(Path({str(profile)!r}))\n"
        "app = App(application, paths, offline=True)\n"
    )


def test_the_first_paint_loads_no_large_library(tmp_path: Path) -> None:
    loaded = loaded_by(start_script(tmp_path) + "app.start()\napp.window.repaint()\n")
    assert "desktop.app" in loaded
    assert not loaded & (LARGE | {"keyring", "secretstorage", "sqlcipher3", "argon2"})


def test_the_first_page_of_an_open_desk_loads_no_large_library_either(tmp_path: Path) -> None:
    make_desk(tmp_path, key=KeyRing(tmp_path).create(PASSWORD).key).close()
    opening = (
        "from desktop.cache.wrong_tries import WrongTries\n"
        "from desktop.features.sign_in.ways_in import Ways\n"
        "from shared_models.kernel.clock import SystemClock\n"
        "app.window.show()\n"
        f"app.desks.open_desk(*Ways(paths.root, SystemClock(), WrongTries()).with_secret({PASSWORD!r}))\n"
        "while app.window.findChild(QWidget, 'page_library') is None:\n"
        "    application.processEvents()\n"
        "app.window.repaint()\n"
    )
    loaded = loaded_by(start_script(tmp_path) + opening)
    assert "sqlcipher3" in loaded
    assert not loaded & LARGE


def test_the_window_does_not_wait_long_for_python_while_a_worker_computes(qtbot: QtBot, tmp_path: Path) -> None:
    Window(qtbot, tmp_path).gate(SignInGate)
    assert sys.getswitchinterval() <= 0.001
