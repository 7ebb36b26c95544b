"""The desktop's composition root: names everything the program is made of, and opens, locks and closes the desk."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop.feature import Feature
from desktop.features.designers.feature import DesignersFeature
from desktop.features.kits.feature import KitsFeature
from desktop.features.library.feature import LibraryFeature
from desktop.features.picking.feature import PickingFeature
from desktop.features.sample_orders.feature import SampleOrdersFeature
from desktop.features.sign_in.gate import Gate, OpeningGate, SignInGate, TroubleGate, UnlockGate
from desktop.features.sync_centre.feature import SyncCentreFeature
from desktop.foundation.changes import ChangeBus
from desktop.foundation.idle import IdleWatch
from desktop.foundation.logs import catch_unexpected, set_up_logs
from desktop.foundation.memory import settle_memory
from desktop.foundation.paths import (
    ProfilePaths,
    default_profile_folder,
    folder_warning,
    open_profile,
    why_no_profile,
)
from desktop.foundation.qt_jobs import QtJobs
from desktop.foundation.qt_logs import catch_qt_messages
from desktop.foundation.routes import Routes
from desktop.foundation.view_state import ViewState
from desktop.settings import LOCK_MINUTES, SERVER, Settings
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
    SyncCentreFeature(),
)
_FOLDER_BANNER = "profile_folder"
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
        self._profile, self._offline, self._features = profile, offline, tuple(features)
        self._clock = clock or SystemClock()
        self.settings = Settings(profile.settings_file)
        self.view_state = ViewState(profile.view_state_file)
        self._server = server or self.settings.get(SERVER)
        self.notices = Notices(Sounds(profile.scratch, self.settings), self)
        self.jobs = QtJobs(parent=self)
        self.changes = ChangeBus()
        self.routes = Routes()
        theme = ThemeKeeper(application, self.settings)
        self.window = MainWindow(self.settings, self.view_state, theme, self.routes, self.notices)
        self._scanner = ScannerFilter(application, self.settings)
        self._idle: IdleWatch | None = None
        self.session: DeskSession | None = None
        self._connect()

    def _connect(self) -> None:
        self.window.membership_chosen.connect(self._on_membership_chosen)
        self.window.closed.connect(self._on_window_closed)
        self._scanner.unclaimed.connect(
            lambda _code: self.notices.attention("The scan was not taken: go to a page with a scan box first.")
        )
        # Faults may happen in any thread; sentences are said in this one.
        self._unexpected.connect(self.notices.bad)
        self._forget_faults = catch_unexpected(self._unexpected.emit)
        self.window.add_person_action("Lock this desk", self.lock)
        self.window.add_person_action("Sign out…", self.sign_out)

    # --- opening -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Show the window at once, and open the desk in it as soon as its key is there."""
        self.window.show_gate(OpeningGate())
        self.window.show()
        for problem in self.settings.problems:
            self.notices.attention(problem)
        QTimer.singleShot(0, self, self._open_profile)

    def _open_profile(self) -> None:
        warning = folder_warning(self._profile.root)
        if warning:
            self.notices.raise_banner(_FOLDER_BANNER, Tone.ATTENTION, warning)
        self.jobs.submit_read(
            lambda: _open_with_held_key(self._profile.root, self._clock), self._on_opened, self._on_trouble
        )

    def _on_opened(self, opened: tuple[Desk, str] | str) -> None:
        if opened == "sign_in":
            self._show_sign_in()
        elif isinstance(opened, str):
            self._show_unlock(
                "The system does not hold this desk's key just now. Your password opens it, with or without a network."
            )
        else:
            self.open_desk(*opened)

    def _on_trouble(self, error: Exception) -> None:
        sentence = _sentence_of(error)
        gate = TroubleGate(sentence)
        gate.retry_asked.connect(self._open_profile)
        self.window.show_gate(gate)

    def _show_sign_in(self) -> None:
        gate = SignInGate(self._server)
        gate.sign_in_asked.connect(lambda server, email, password: self._sign_in(gate, server, email, password))
        self._show_gate(gate)

    def _show_unlock(self, explanation: str) -> None:
        gate = UnlockGate(explanation)
        gate.unlock_asked.connect(lambda password: self._unlock(gate, password))
        self._show_gate(gate)

    def _show_gate(self, gate: Gate) -> None:
        self.window.show_gate(gate)
        gate.setFocus(Qt.FocusReason.OtherFocusReason)

    def _sign_in(self, gate: SignInGate, server: str, email: str, password: str) -> None:
        gate.set_busy("Signing in…")
        root, clock = self._profile.root, self._clock

        def done(opened: tuple[Desk, str]) -> None:
            self.settings.choose(SERVER, server)
            self.open_desk(*opened)

        self.jobs.submit_read(
            lambda: _sign_in(root, server, email, password, clock), done, lambda error: _say_at(gate, error)
        )

    def _unlock(self, gate: UnlockGate, password: str) -> None:
        gate.set_busy("Opening…")
        root, clock = self._profile.root, self._clock
        self.jobs.submit_read(
            lambda: _open_with_password(root, password, clock),
            lambda opened: self.open_desk(*opened),
            lambda error: _say_at(gate, error),
        )

    # --- the open desk -------------------------------------------------------------------------------

    def open_desk(self, desk: Desk, key_kind: str) -> None:
        """Show the pages of the desk and begin to sync. `key_kind` says which slot opened it."""
        from desktop.desk_session import DeskSession

        self.session = DeskSession(self, desk, key_kind, offline=self._offline)
        self.window.open_for(self._features, self.session.context)
        self._watch_idle()
        self.session.start()
        QTimer.singleShot(_SETTLE_MILLISECONDS, self, settle_memory)
        self.desk_opened.emit()

    def _on_membership_chosen(self, card: object) -> None:
        if self.session is not None and self.session.act_as(card):
            self.window.open_for(self._features, self.session.context)

    def _watch_idle(self) -> None:
        handle = self.window.windowHandle()
        if self._idle is None and handle is not None:
            self._idle = IdleWatch(handle, self.settings.get(LOCK_MINUTES) * 60.0, self)
            self._idle.idle.connect(self.lock)
        if self._idle is not None:
            self._idle.begin()

    def lock(self) -> None:
        """Close the desk's files; from then on only the person's password opens them again."""
        if self.session is None or not self.window.may_leave():
            return
        self.window.show_gate(OpeningGate("Locking…"))
        self._end_session(
            lambda: self._show_unlock(
                "This desk locked itself. What you recorded is safe; your password opens it again."
            )
        )

    def change_desk(self, open_other: Callable[[], tuple[Desk, str]]) -> None:
        """Close this desk and show another one; `open_other` runs on a worker and gives the desk and its key's slot."""
        if not self.window.may_leave():
            return

        def open_it() -> None:
            self.jobs.submit_read(open_other, lambda opened: self.open_desk(*opened), self._on_trouble)

        self.window.show_gate(OpeningGate())
        self._end_session(open_it)

    def come_to_front(self) -> None:
        """Another start with the same profile asked for the window."""
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def sign_out(self) -> None:
        """Leave this desk: refused with a sentence while anything here has not reached the server."""
        if self.session is None or not self.window.may_leave():
            return
        session = self.session
        if refusal := session.why_not_sign_out():
            self.notices.bad(refusal)
            return
        self.window.show_gate(OpeningGate("Signing out…"))
        session.stop()
        self.session = None
        self.jobs.submit_write(
            lambda: session.sign_out(self._profile.root), lambda _none: self._show_sign_in(), self._on_trouble
        )

    def _end_session(self, then: Callable[[], None]) -> None:
        session = self.session
        self.session = None
        if self._idle is not None:
            self._idle.end()
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


def _open_with_held_key(profile: Path, clock: Clock) -> tuple[Desk, str] | str:
    """The desk and who held its key; or `sign_in` or `unlock`, whatever a person must do first."""
    from desktop.sync.opening import is_signed_in, open_desk

    if not is_signed_in(profile):
        return "sign_in"
    from desktop.cache.keys import KeyRing

    opened = KeyRing(profile).unlock()
    return (open_desk(profile, opened.key, clock), opened.kind) if opened else "unlock"


def _open_with_password(profile: Path, password: str, clock: Clock) -> tuple[Desk, str]:
    from desktop.cache.keys import KeyRing
    from desktop.sync.opening import open_desk

    keys = KeyRing(profile)
    opened = keys.unlock_with_password(password)
    kind = keys.renew_held_slot(opened.key) or opened.kind
    return open_desk(profile, opened.key, clock), kind


def _sign_in(profile: Path, server: str, email: str, password: str, clock: Clock) -> tuple[Desk, str]:
    from desktop.cache.keys import KeyRing
    from desktop.sync.client import ServerClient
    from desktop.sync.sign_in import sign_in

    client = ServerClient(server)
    with contextlib.closing(client):
        desk = sign_in(profile, server.rstrip("/"), email, password, call=client.sign_in, clock=clock)
    opened = KeyRing(profile).unlock()
    return desk, opened.kind if opened else "password"


def _sentence_of(error: Exception) -> str:
    """The sentence of a refusal or of the network; anything else is a fault of ours and goes up."""
    sentence = getattr(error, "sentence", None)
    if not isinstance(sentence, str):
        raise error
    return sentence


def _say_at(gate: Gate, error: Exception) -> None:
    gate.set_busy("")
    gate.say(Tone.BAD, _sentence_of(error))
    gate.setFocus(Qt.FocusReason.OtherFocusReason)
