"""Starting loads Qt's widgets and nothing that takes long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_HEAVY = (
    "sqlalchemy", "sqlcipher3", "reportlab", "requests", "keyring", "polars", "numpy", "pypdfium2", "platformdirs",
    "PySide6.QtNetwork", "PySide6.QtMultimedia", "PySide6.QtQml",
)  # fmt: skip
_SCRIPT = """
import sys
from PySide6.QtWidgets import QApplication
from desktop.foundation.qt_jobs import QtJobs
from desktop.foundation.routes import Routes
from desktop.foundation.view_state import ViewState
from desktop.settings import Settings
from desktop.shell.main_window import MainWindow
from desktop.widgets.notices import Notices
from desktop.widgets.theme import ThemeKeeper
application = QApplication([])
settings, view_state = Settings(), ViewState()
jobs = QtJobs()
window = MainWindow(settings, view_state, ThemeKeeper(application, settings), Routes(), Notices())
window.show()
application.processEvents()
jobs.close()
print(sorted(name for name in {heavy!r} if name in sys.modules))
"""


def test_the_empty_window_is_on_screen_without_any_heavy_library() -> None:
    script = _SCRIPT.replace("{heavy!r}", repr(_HEAVY))
    ran = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3]
    )
    assert ran.stdout.strip() == "[]"
