"""What everybody at the window shares, made once when the program starts."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.foundation.changes import ChangeBus
from desktop.foundation.qt_jobs import QtJobs
from desktop.foundation.routes import Routes
from desktop.foundation.view_state import ViewState
from desktop.settings import Settings
from desktop.shell.main_window import MainWindow
from desktop.widgets.notices import Notices


@dataclass(frozen=True)
class WindowParts:
    """The window, and what lives as long as it does whoever works at it."""

    window: MainWindow
    settings: Settings
    view_state: ViewState
    jobs: QtJobs
    routes: Routes
    changes: ChangeBus
    notices: Notices
