"""The desktop's composition root: names everything the program is made of, and opens, locks and closes the desk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop.feature import Feature
from desktop.features.designers.feature import DesignersFeature
from desktop.features.feeds.feature import FeedsFeature
from desktop.features.follow_up.feature import FollowUpFeature
from desktop.features.kits.feature import KitsFeature
from desktop.features.library.feature import LibraryFeature
from desktop.features.picking.feature import PickingFeature
from desktop.features.sample_orders.feature import SampleOrdersFeature
from desktop.features.sign_in.gate import OpeningGate
from desktop.features.sync_centre.feature import SyncCentreFeature
from desktop.foundation.changes import ChangeBus
from desktop.foundation.logs import catch_unexpected, set_up_logs
from desktop.foundation.memory import settle_memory
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
from desktop.widgets.colours import Tone
from desktop.widgets.notices import Notices
from desktop.widgets.scan_field import ScannerFilter
from desktop.widgets.sounds import Sounds
from desktop.widgets.theme import ThemeKeeper
from shared_models.kernel.clock import Clock, SystemClock
from shared_models.kernel.errors import DomainError

if TYPE_CHECKING:
    # The database driver and the network's library load beside the window, not before it.
    from desktop.desk_session import DeskSession
    from desktop.sync.desk import Desk

FEATURES: tuple[Feature, ...] = (
    LibraryFeature(),
    DesignersFeature(),
    SampleOrdersFeature(),
    KitsFeature(),
    PickingFeature(),
    FeedsFeature(),
    FollowUpFeature(),
    SyncCentreFeature(),
)
_SALVAGE_BANNER = "salvage"
_CHECK_AFTER_MILLISECONDS = 20_000
"""After a start nobody waits for this: it reads the whole of the desk's file once."""
_SETTLE_MILLISECONDS = 1_500
"""After the first page is on screen and filled."""


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
        self._profile, self._offline, self._features = profile, offline, tuple(features)
        self._clock = clock or SystemClock()
        self.settings = Settings(profile.settings_file)
        self.view_state = ViewState(profile.view_state_file)
        self.notices = Notices(Sounds(profile.scratch, self.settings), self)
        self.jobs = QtJobs(parent=self)
        self.changes = ChangeBus()
        self.routes = Routes()
        theme = ThemeKeeper(application, self.settings)
        self.window = MainWindow(self.settings, self.view_state, theme, self.routes, self.notices)
        self._scanner = ScannerFilter(application, self.settings)
        self.session: DeskSession | None = None
        self.gates = Gatekeeper(
            self.window,
            profile.root,
            jobs=self.jobs,
            settings=self.settings,
            notices=self.notices,
            clock=self._clock,
            server=server or self.settings.get(SERVER),
            offline=offline,
            parent=self,
        )
        self.locking = Locking(self, profile.root)
        self.leaving = Leaving(self, profile.root)
        self._connect()

    def _connect(self) -> None:
        self.window.membership_chosen.connect(self._on_membership_chosen)
        self.window.closed.connect(self._on_window_closed)
        self._scanner.unclaimed.connect(self._on_unclaimed_scan)
        self._scanner.handed_on.connect(self.gates.note_scan)
        self.gates.opened.connect(self.open_desk)
        self.window.lock_asked.connect(self.locking.lock)
        # Faults may happen in any thread; sentences are said in this one.
        self._unexpected.connect(self.notices.bad)
        self._forget_faults = catch_unexpected(self._unexpected.emit)
        self.window.add_person_action("A PIN for this desk…", self.locking.ask_pin)
        self.window.add_person_action("Lock this desk", self.locking.lock)
        self.window.add_person_action("Sign out…", self.leaving.sign_out)

    # --- opening -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Show the window at once, and open the desk in it as soon as its key is there."""
        self.window.show_gate(OpeningGate())
        self.window.show()
        for problem in self.settings.problems:
            self.notices.attention(problem)
        QTimer.singleShot(0, self, self.gates.open_profile)

    def _on_unclaimed_scan(self, _code: str) -> None:
        if self.session is None:
            self.gates.say_scan_not_taken()
        else:
            self.notices.attention("The scan was not taken: go to a page with a scan box first.")

    # --- the open desk -------------------------------------------------------------------------------

    def open_desk(self, desk: Desk, key_kind: str) -> None:
        """Show the pages of the desk and begin to sync. `key_kind` says which slot opened it."""
        from desktop.desk_session import DeskSession

        self.session = DeskSession(self, desk, key_kind, offline=self._offline)
        self.changes.forget_everybody()
        self.window.open_for(self._features, self.session.context)
        self.locking.watch_idle()
        self.session.start()
        from desktop.sync.salvage import take_told

        if told := take_told(desk):
            self.notices.raise_banner(_SALVAGE_BANNER, Tone.ATTENTION, told)
        QTimer.singleShot(_CHECK_AFTER_MILLISECONDS, self.session, self.check_file)
        QTimer.singleShot(_SETTLE_MILLISECONDS, self, settle_memory)
        self.desk_opened.emit()

    def check_file(self) -> None:
        """Look through the desk's file for damage, on a worker; a damaged one is set aside and fetched anew."""
        if self.session is None:
            return
        session = self.session

        def on_checked(pages: list[int]) -> None:
            if pages and self.session is session:
                self.window.show_gate(OpeningGate("Mending…"))
                self.end_session(self._mend)

        self.jobs.submit_read(session.damaged_pages, on_checked, lambda _error: None)

    def _mend(self) -> None:
        self.jobs.submit_read(self._set_aside, self.gates.show_sign_in, self.gates.show_trouble)

    def _set_aside(self) -> str:
        from desktop.sync.opening import set_file_aside
        from desktop.sync.salvage import sentence_of_damage

        return sentence_of_damage(set_file_aside(self._profile.root, self._clock))

    def _on_membership_chosen(self, card: object) -> None:
        if self.session is not None and self.session.act_as(card):
            self.changes.forget_everybody()
            self.window.open_for(self._features, self.session.context)

    def change_desk(self, open_other: Callable[[], tuple[Desk, str]]) -> None:
        """Close this desk and show another one; `open_other` runs on a worker and gives the desk and its key's slot."""
        if not self.window.may_leave():
            return

        def open_it() -> None:
            self.jobs.submit_read(open_other, lambda opened: self.open_desk(*opened), self.gates.show_trouble)

        self.window.show_gate(OpeningGate())
        self.end_session(open_it)

    def come_to_front(self) -> None:
        """Another start with the same profile asked for the window."""
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def hide_everything(self, words: str) -> None:
        """Dialogs, previews and notices would stay in sight above the gate."""
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible() and widget.parentWidget() is not None:
                widget.close()
        self.notices.forget()
        self.window.show_gate(OpeningGate(words))
        self.window.repaint()

    def part_from_desk(self, words: str) -> DeskSession | None:
        """Show `words` instead of the pages and end sync; the files stay open for what is left to do with them."""
        session, self.session = self.session, None
        if session is not None:
            self.hide_everything(words)
            self.locking.stop_watching()
            session.stop()
        return session

    def end_session(self, then: Callable[[], None]) -> None:
        """Close the open desk after every write that was submitted, then call `then`."""
        session = self.session
        self.session = None
        self.locking.stop_watching()
        if session is None:
            then()
            return
        session.stop()
        # After every write that was submitted: the data worker takes them in turn.
        self.jobs.submit_write(session.close, lambda _none: then(), lambda _error: then())

    # --- the end -------------------------------------------------------------------------------------

    def _on_window_closed(self) -> None:
        if self.session is not None:
            self.session.stop()
        self.jobs.close()
        if self.session is not None:
            self.session.close()
            self.session = None
        self._scanner.end()
        self._forget_faults()
        self.closed.emit()


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
