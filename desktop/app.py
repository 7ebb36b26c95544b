"""The desktop's composition root: names everything the program is made of, and opens, locks and closes the desk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop.cache.wrong_tries import WrongTries
from desktop.feature import Feature
from desktop.features.designers.feature import DesignersFeature
from desktop.features.feeds.feature import FeedsFeature
from desktop.features.follow_up.feature import FollowUpFeature
from desktop.features.kits.feature import KitsFeature
from desktop.features.library.feature import LibraryFeature
from desktop.features.picking.feature import PickingFeature
from desktop.features.sample_orders.feature import SampleOrdersFeature
from desktop.features.sign_in.gate import CodeGate, FarewellGate, Gate, OpeningGate, SignInGate, TroubleGate, UnlockGate
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
from desktop.foundation.turns import take_short_turns
from desktop.foundation.view_state import ViewState
from desktop.settings import LOCK_MINUTES, SERVER, Settings
from desktop.shell.main_window import MainWindow
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import ask
from desktop.widgets.notices import Notices
from desktop.widgets.scan_field import ScannerFilter
from desktop.widgets.sounds import Sounds
from desktop.widgets.theme import ThemeKeeper
from shared_models.kernel.clock import Clock, SystemClock
from shared_models.kernel.errors import DomainError

if TYPE_CHECKING:
    # The database driver and the network's library load beside the window, not before it.
    from desktop.cache.keys import KeyRing
    from desktop.desk_session import DeskSession
    from desktop.features.sign_in.ways_in import Closed, Opened, Ways
    from desktop.sync.desk import Desk

Result = TypeVar("Result")

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
_FOLDER_BANNER = "profile_folder"
_SCAN_WHILE_LOCKED = "This desk is locked: the scan was not taken. Unlock it, then scan again."
_SALVAGE_BANNER = "salvage"
_SET_ASIDE = "file_set_aside"
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
        self._tries = WrongTries()
        self._handed_on = ""
        self._connect()

    def _connect(self) -> None:
        self.window.membership_chosen.connect(self._on_membership_chosen)
        self.window.closed.connect(self._on_window_closed)
        self._scanner.unclaimed.connect(self._on_unclaimed_scan)
        self._scanner.handed_on.connect(self._on_scan_handed_on)
        self.window.lock_asked.connect(self.lock)
        # Faults may happen in any thread; sentences are said in this one.
        self._unexpected.connect(self.notices.bad)
        self._forget_faults = catch_unexpected(self._unexpected.emit)
        self.window.add_person_action("A PIN for this desk…", self.ask_pin)
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
        self._in(lambda ways: ways.without_asking(), self._on_opened, self._on_trouble)

    def _in(
        self, way: Callable[[Ways], Result], done: Callable[[Result], None], failed: Callable[[Exception], None]
    ) -> None:
        """Try a way into the profile beside the screen."""
        profile, clock, tries, offline = self._profile.root, self._clock, self._tries, self._offline

        def run() -> Result:
            from desktop.features.sign_in.ways_in import Ways  # brings the database driver along

            return way(Ways(profile, clock, tries, offline))

        self.jobs.submit_read(run, done, failed)

    def _on_opened(self, found: Opened | Closed) -> None:
        from desktop.features.sign_in.ways_in import Closed  # loaded by the worker that made the answer

        if isinstance(found, Closed):
            self._on_closed(found)
        else:
            self.open_desk(*found)

    def _on_closed(self, closed: Closed) -> None:
        if closed.needs == "sign_in":
            self._show_sign_in(closed.sentence)
        elif closed.needs == "lost_key":
            self._show_code(closed.sentence, may_go_back=False)
        else:
            self._show_unlock(closed.sentence, has_pin=closed.has_pin)

    def _on_trouble(self, error: Exception) -> None:
        sentence = _sentence_of(error)
        if isinstance(error, DomainError) and error.code == _SET_ASIDE:
            self._show_sign_in(sentence)
            return
        gate = TroubleGate(sentence)
        gate.retry_asked.connect(self._open_profile)
        self.window.show_gate(gate)

    def _show_sign_in(self, sentence: str = "") -> None:
        gate = SignInGate(self._server)
        gate.sign_in_asked.connect(lambda server, email, password: self._sign_in(gate, server, email, password))
        gate.say(Tone.INFO, sentence)
        self._show_gate(gate)

    def _show_unlock(self, explanation: str, *, has_pin: bool = False) -> None:
        gate = UnlockGate(explanation, has_pin=has_pin)
        gate.unlock_asked.connect(lambda secret: self._unlock(gate, secret))
        gate.code_asked.connect(
            lambda: self._show_code(
                "Your administrator makes a one-time code at the server. What you recorded stays.", may_go_back=True
            )
        )
        self._show_gate(gate)

    def _show_code(self, explanation: str, *, may_go_back: bool) -> None:
        gate = CodeGate(explanation, self._server, may_go_back=may_go_back)
        gate.go_back_asked.connect(self._open_profile)
        gate.set_aside_asked.connect(lambda: self._ask_set_aside(gate))
        gate.code_given.connect(lambda server, code, password: self._open_by_code(gate, server, code, password))
        self._show_gate(gate)

    def _ask_set_aside(self, gate: CodeGate) -> None:
        ask(
            gate,
            "Start this desk anew?",
            "What waited here cannot be read without its key. The file is kept under another name, so that a code "
            "can still open it later; everything else is fetched again after signing in.",
            "Start anew",
            lambda: self._in(lambda ways: ways.set_aside(), lambda _kept: self._show_sign_in(), self._on_trouble),
            keep_verb="Keep trying",
            dangerous=True,
        )

    def _show_gate(self, gate: Gate) -> None:
        self.window.show_gate(gate)
        gate.setFocus(Qt.FocusReason.OtherFocusReason)

    def _sign_in(self, gate: SignInGate, server: str, email: str, password: str) -> None:
        gate.set_busy("Signing in…")

        def done(opened: Opened) -> None:
            self.settings.choose(SERVER, server)
            self.open_desk(*opened)

        self._in(lambda ways: ways.by_sign_in(server, email, password), done, lambda error: _say_at(gate, error))

    def _unlock(self, gate: UnlockGate, secret: str) -> None:
        gate.set_busy("Opening…")
        is_scan = bool(secret) and secret == self._handed_on
        self._handed_on = ""

        def failed(error: Exception) -> None:
            if is_scan and getattr(error, "code", "") == "wrong_password":
                gate.set_busy("")
                gate.say(Tone.ATTENTION, _SCAN_WHILE_LOCKED)
                self.notices.sound(Tone.BAD)
                gate.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self._on_not_unlocked(gate, error)

        self._in(
            lambda ways: ways.after_scan(secret) if is_scan else ways.with_secret(secret),
            lambda opened: self.open_desk(*opened),
            failed,
        )

    def _open_by_code(self, gate: CodeGate, server: str, code: str, password: str) -> None:
        gate.set_busy("Asking the server…")
        self._in(
            lambda ways: ways.by_code(server, code, password),
            lambda opened: self.open_desk(*opened),
            lambda error: _say_at(gate, error),
        )

    def _on_unclaimed_scan(self, _code: str) -> None:
        if self.session is None:
            self.notices.attention(_SCAN_WHILE_LOCKED)
            self.notices.sound(Tone.BAD)
        else:
            self.notices.attention("The scan was not taken: go to a page with a scan box first.")

    def _on_scan_handed_on(self, code: str) -> None:
        self._handed_on = code

    def _on_not_unlocked(self, gate: UnlockGate, error: Exception) -> None:
        if isinstance(error, DomainError) and error.code == _SET_ASIDE:
            self._on_trouble(error)
        else:
            _say_at(gate, error)

    # --- the open desk -------------------------------------------------------------------------------

    def open_desk(self, desk: Desk, key_kind: str) -> None:
        """Show the pages of the desk and begin to sync. `key_kind` says which slot opened it."""
        from desktop.desk_session import DeskSession

        self.session = DeskSession(self, desk, key_kind, offline=self._offline)
        self.changes.forget_everybody()
        self.window.open_for(self._features, self.session.context)
        self._watch_idle()
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
                self._end_session(self._mend)

        self.jobs.submit_read(session.damaged_pages, on_checked, lambda _error: None)

    def _mend(self) -> None:
        self.jobs.submit_read(self._set_aside, self._show_sign_in, self._on_trouble)

    def _set_aside(self) -> str:
        from desktop.sync.opening import set_file_aside
        from desktop.sync.salvage import sentence_of_damage

        return sentence_of_damage(set_file_aside(self._profile.root, self._clock))

    def _on_membership_chosen(self, card: object) -> None:
        if self.session is not None and self.session.act_as(card):
            self.changes.forget_everybody()
            self.window.open_for(self._features, self.session.context)

    def _watch_idle(self) -> None:
        handle = self.window.windowHandle()
        if self._idle is None and handle is not None:
            self._idle = IdleWatch(handle, self.settings.get(LOCK_MINUTES) * 60.0, self)
            self._idle.idle.connect(self.lock)
        if self._idle is not None:
            self._idle.begin()

    def lock(self) -> None:
        """Hide everything, close the desk's files, and let only PIN or password open them again.

        Nothing stops it: what a page holds half-typed is gone, what was recorded is on the disk. Sync pauses until
        the desk is open again, because the token lies in the closed file.
        """
        self._close_for(
            "Locking…",
            lambda keys: keys.lock(),
            lambda has_pin: self._show_unlock(
                "This desk is locked. What you recorded is safe, and goes on being sent once it is open again.",
                has_pin=has_pin,
            ),
        )

    def lock_for_lease(self, sentence: str) -> None:
        """The server has not answered for too long: only the password opens the desk, once it answers again."""
        self._close_for("Locking…", lambda keys: keys.lock_for_good(), lambda _pin: self._show_unlock(sentence))

    def _close_for(self, words: str, change: Callable[[KeyRing], None], then: Callable[[bool], None]) -> None:
        if self.session is None:
            return
        self._hide_everything(words)
        root = self._profile.root

        def change_keys() -> bool:
            from desktop.cache.keys import KeyRing

            keys = KeyRing(root)
            if not keys.exists:
                return False
            change(keys)
            return keys.has_pin

        def closed() -> None:
            self.jobs.submit_read(change_keys, then, self._on_trouble)

        self._end_session(closed)

    def _hide_everything(self, words: str) -> None:
        """Dialogs, previews and notices would stay in sight above the gate."""
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible() and widget.parentWidget() is not None:
                widget.close()
        self.notices.forget()
        self.window.show_gate(OpeningGate(words))
        self.window.repaint()

    def carry_out_order(self) -> None:
        """The operator shut this station out: show no page any more, do what the order says, and tell it calmly."""
        session = self.session
        if session is None:
            return
        self._hide_everything("The operator shut this station out. Sending what waits…")
        session.stop()
        self.session = None
        root = self._profile.root

        def work() -> str:
            from desktop.features.sign_in.ways_in import carry_out_order

            return carry_out_order(session.desk, root)

        def done(sentence: str) -> None:
            self._show_farewell(sentence)

        self.jobs.submit_write(work, done, self._on_trouble)

    def _show_farewell(self, sentence: str) -> None:
        gate = FarewellGate(sentence)
        gate.go_on_asked.connect(self._open_profile)
        self._show_gate(gate)

    def ask_pin(self) -> None:
        """Set or take away the PIN of this desk."""
        session = self.session
        if session is None:
            return
        from desktop.cache.keys import KeyRing
        from desktop.features.sign_in.pin_dialog import PinDialog

        keys = KeyRing(self._profile.root)

        def tell(error: Exception) -> None:
            dialog.tell(_sentence_of(error))

        def done(words: str) -> None:
            dialog.accept()
            self.notices.good(words)

        def set_pin(pin: str) -> None:
            self.jobs.submit_read(
                lambda: keys.set_pin(session.desk.database.key, pin), lambda _none: done("The PIN is set."), tell
            )

        def remove() -> None:
            self.jobs.submit_read(keys.remove_pin, lambda _none: done("This desk has no PIN any more."), tell)

        dialog = PinDialog(set_pin, remove, self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

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
        """Leave this desk; while anything here has not reached the server, say how much and offer the ways."""
        if self.session is None or not self.window.may_leave():
            return
        refusal = self.session.why_not_sign_out()
        if not refusal:
            self._leave()
            return
        from desktop.features.sign_in.leaving_dialog import LeavingDialog

        dialog = LeavingDialog(refusal, self._send_and_leave, self.write_and_leave, self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _send_and_leave(self) -> None:
        session = self.session
        if session is None:
            return

        def on_round_ended(_report: object) -> None:
            if self.session is not session:
                return
            if refusal := session.why_not_sign_out():
                self.notices.attention(refusal)
            else:
                self._leave()

        session.schedule.round_ended.connect(on_round_ended, Qt.ConnectionType.SingleShotConnection)
        self.notices.say(Tone.INFO, "Asking the server…")
        session.schedule.sync_now()

    def write_and_leave(self, file: Path) -> None:
        """Write what waits to the file, then leave; where it cannot be written, stay."""
        session = self.session
        if session is None:
            return
        self.jobs.submit_write(
            lambda: session.write_waiting(file),
            lambda _count: self._leave(rescued=True),
            lambda error: self.notices.bad(_sentence_of(error)),
        )

    def _leave(self, *, rescued: bool = False) -> None:
        session = self.session
        if session is None:
            return
        self._hide_everything("Signing out…")
        session.stop()
        self.session = None
        self.jobs.submit_write(
            lambda: session.sign_out(self._profile.root, rescued=rescued),
            lambda _none: self._show_sign_in(),
            self._on_trouble,
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
