"""The desktop's composition root: names everything the program is made of, and what answers what."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop.desk_keeper import DeskKeeper
from desktop.feature import Feature
from desktop.features.designers.feature import DesignersFeature
from desktop.features.feeds.feature import FeedsFeature
from desktop.features.follow_up.feature import FollowUpFeature
from desktop.features.inquiries.feature import InquiriesFeature
from desktop.features.kits.feature import KitsFeature
from desktop.features.library.feature import LibraryFeature
from desktop.features.picking.feature import PickingFeature
from desktop.features.sample_orders.feature import SampleOrdersFeature
from desktop.features.sign_in.gate import OpeningGate
from desktop.features.sync_centre.feature import SyncCentreFeature
from desktop.foundation.changes import ChangeBus
from desktop.foundation.logs import catch_unexpected, set_up_logs
from desktop.foundation.paths import (
    ProfilePaths,
    default_profile_folder,
    open_profile,
    why_no_profile,
)
from desktop.foundation.qt_jobs import QtJobs
from desktop.foundation.qt_logs import catch_qt_messages
from desktop.foundation.routes import Routes
from desktop.foundation.turns import take_short_turns
from desktop.foundation.view_state import ViewState
from desktop.gatekeeper import Gatekeeper
from desktop.leaving import Leaving
from desktop.locking import Locking
from desktop.settings import SERVER, Settings
from desktop.shell.main_window import MainWindow
from desktop.widgets.notices import Notices
from desktop.widgets.scan_field import ScannerFilter
from desktop.widgets.sounds import Sounds
from desktop.widgets.theme import ThemeKeeper
from desktop.window_parts import WindowParts
from shared_models.kernel.clock import Clock, SystemClock
from shared_models.kernel.errors import DomainError

if TYPE_CHECKING:
    # The database driver and the network's library load beside the window, not before it.
    from desktop.desk_session import DeskSession

FEATURES: tuple[Feature, ...] = (
    LibraryFeature(),
    DesignersFeature(),
    SampleOrdersFeature(),
    KitsFeature(),
    PickingFeature(),
    FeedsFeature(),
    FollowUpFeature(),
    InquiriesFeature(),
    SyncCentreFeature(),
)


class App(QObject):
    """One window on one profile. `desk_opened` comes when a person's pages are there, `closed` at the end."""

    desk_opened = Signal()
    closed = Signal()
    _unexpected = Signal(str)

    def __init__(
        self,
        application: QApplication,
        profile: ProfilePaths,
        *,
        server: str = "",
        offline: bool = False,
        clock: Clock | None = None,
        features: Sequence[Feature] = FEATURES,
    ) -> None:
        """`profile` must be locked for this process; `server` is the address proposed at the first sign-in."""
        super().__init__(application)
        take_short_turns()
        clock = clock or SystemClock()
        self.parts = _make_parts(application, profile, self)
        self._scanner = ScannerFilter(application, self.parts.settings)
        self.gates = Gatekeeper(
            self.window,
            profile.root,
            jobs=self.parts.jobs,
            settings=self.parts.settings,
            notices=self.parts.notices,
            clock=clock,
            server=server or self.parts.settings.get(SERVER),
            offline=offline,
            parent=self,
        )
        self.desks = DeskKeeper(
            self.parts, self.gates, profile.root, features, clock=clock, offline=offline, parent=self
        )
        self.locking = Locking(self.desks, self.parts, self.gates, profile.root)
        self.leaving = Leaving(self.desks, self.parts, self.gates, profile.root)
        self._connect()

    @property
    def window(self) -> MainWindow:
        """The one window; closing it ends the program."""
        return self.parts.window

    @property
    def session(self) -> DeskSession | None:
        """What lives as long as the desk's files are open; None before somebody may work here."""
        return self.desks.session

    def _connect(self) -> None:
        self._scanner.unclaimed.connect(self._on_unclaimed_scan)
        self._scanner.handed_on.connect(self.gates.note_scan)
        self.gates.opened.connect(self.desks.open_desk)
        self.desks.opened.connect(self.desk_opened)
        self.desks.opened.connect(self.locking.watch_idle)
        self.desks.closing.connect(self.locking.stop_watching)
        self.desks.lease_ended.connect(self.locking.lock_for_lease)
        self.desks.shut_out.connect(self.leaving.carry_out_order)
        # Faults may happen in any thread; sentences are said in this one.
        self._unexpected.connect(self.parts.notices.bad)
        self._forget_faults = catch_unexpected(self._unexpected.emit)
        window = self.window
        window.membership_chosen.connect(self.desks.act_as)
        window.closed.connect(self._on_window_closed)
        window.lock_asked.connect(self.locking.lock)
        window.add_person_action("A PIN for this desk…", self.locking.ask_pin)
        window.add_person_action("Lock this desk", self.locking.lock)
        window.add_person_action("Sign out…", self.leaving.sign_out)

    def start(self) -> None:
        """Show the window at once, and open the desk in it as soon as its key is there."""
        self.window.show_gate(OpeningGate())
        self.window.show()
        for problem in self.parts.settings.problems:
            self.parts.notices.attention(problem)
        QTimer.singleShot(0, self, self.gates.open_profile)

    def _on_unclaimed_scan(self, _code: str) -> None:
        if self.session is None:
            self.gates.say_scan_not_taken()
        else:
            self.parts.notices.attention("The scan was not taken: go to a page with a scan box first.")

    def come_to_front(self) -> None:
        """Another start with the same profile asked for the window."""
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def _on_window_closed(self) -> None:
        self.desks.end()
        self._scanner.end()
        self._forget_faults()
        self.closed.emit()


def _make_parts(application: QApplication, profile: ProfilePaths, parent: QObject) -> WindowParts:
    settings, view_state, routes = Settings(profile.settings_file), ViewState(profile.view_state_file), Routes()
    notices = Notices(Sounds(profile.scratch, settings), parent)
    window = MainWindow(settings, view_state, ThemeKeeper(application, settings), routes, notices)
    return WindowParts(window, settings, view_state, QtJobs(parent=parent), routes, ChangeBus(), notices)


def run(*, profile: Path | None = None, server: str = "", offline: bool = False) -> int:
    """Run the window until it is closed; 0, or 1 with a sentence on standard error."""
    from desktop.cache.profile_lock import ProfileLock

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication), "nobody made another kind before"
    application.setApplicationName("Order-Track")
    if reason := why_no_profile(profile or default_profile_folder()):
        sys.stderr.write(reason + "\n")
        _tell_and_end(reason)
        return 1
    try:
        paths = open_profile(profile)
        take_down_logs = set_up_logs(paths.logs)
    except OSError as error:
        sys.stderr.write(f"The profile folder cannot be used ({error.strerror}). Choose another with --profile.\n")
        return 1
    forget_qt = catch_qt_messages()
    try:
        lock = ProfileLock(paths.root)
    except DomainError as error:
        from desktop.foundation.single_instance import bring_to_front

        if bring_to_front(paths.root):
            return 0
        sys.stderr.write(error.sentence + "\n")
        return 1
    with lock:
        app = App(application, paths, server=server, offline=offline)
        app.start()
        QTimer.singleShot(1000, app, lambda: _answer_second_instances(app, paths.root))
        code = application.exec()
    forget_qt()
    take_down_logs()
    return code


def _tell_and_end(reason: str) -> None:
    """Whoever started the program by a click sees no standard error."""
    from desktop.widgets.dialogs import tell_bad_news

    tell_bad_news(None, "Order-Track cannot start here", reason).exec()


def _answer_second_instances(app: App, profile: Path) -> None:
    from desktop.foundation.single_instance import FrontDoor

    door = FrontDoor(profile, app)
    door.knocked.connect(app.come_to_front)
