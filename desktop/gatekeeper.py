"""The ways into a profile: which gate stands in the window, and what is tried with what was typed there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from desktop.cache.wrong_tries import WrongTries
from desktop.features.sign_in.gate import CodeGate, FarewellGate, Gate, SignInGate, TroubleGate, UnlockGate
from desktop.foundation.paths import folder_warning
from desktop.foundation.qt_jobs import QtJobs
from desktop.settings import SERVER, Settings
from desktop.shell.main_window import MainWindow
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import ask
from desktop.widgets.notices import Notices
from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError

if TYPE_CHECKING:
    # The database driver and the network's library load beside the window, not before it.
    from desktop.features.sign_in.ways_in import Closed, Opened, Ways

Result = TypeVar("Result")

_FOLDER_BANNER = "profile_folder"
_SCAN_WHILE_LOCKED = "This desk is locked: the scan was not taken. Unlock it, then scan again."
_SET_ASIDE = "file_set_aside"


class Gatekeeper(QObject):
    """Stands at the window of a profile until somebody may work there; `opened` carries the desk and its key's slot."""

    opened = Signal(object, str)

    def __init__(
        self,
        window: MainWindow,
        profile: Path,
        *,
        jobs: QtJobs,
        settings: Settings,
        notices: Notices,
        clock: Clock,
        server: str,
        offline: bool,
        parent: QObject,
    ) -> None:
        """`server` is the address proposed at the first sign-in."""
        super().__init__(parent)
        self._window, self._profile, self._jobs = window, profile, jobs
        self._settings, self._notices, self._clock = settings, notices, clock
        self._server, self._offline = server, offline
        self._tries = WrongTries()
        self._handed_on = ""

    def open_profile(self) -> None:
        """Open the desk where that can be done without asking, else show the gate that asks."""
        warning = folder_warning(self._profile)
        if warning:
            self._notices.raise_banner(_FOLDER_BANNER, Tone.ATTENTION, warning)
        self._in(lambda ways: ways.without_asking(), self._on_opened, self.show_trouble)

    def _in(
        self, way: Callable[[Ways], Result], done: Callable[[Result], None], failed: Callable[[Exception], None]
    ) -> None:
        """Try a way into the profile beside the screen."""
        profile, clock, tries, offline = self._profile, self._clock, self._tries, self._offline

        def run() -> Result:
            from desktop.features.sign_in.ways_in import Ways  # brings the database driver along

            return way(Ways(profile, clock, tries, offline))

        self._jobs.submit_read(run, done, failed)

    def _on_opened(self, found: Opened | Closed) -> None:
        from desktop.features.sign_in.ways_in import Closed  # loaded by the worker that made the answer

        if isinstance(found, Closed):
            self._on_closed(found)
        else:
            self.opened.emit(*found)

    def _on_closed(self, closed: Closed) -> None:
        if closed.needs == "sign_in":
            self.show_sign_in(closed.sentence)
        elif closed.needs == "lost_key":
            self._show_code(closed.sentence, may_go_back=False)
        else:
            self.show_unlock(closed.sentence, has_pin=closed.has_pin)

    def show_trouble(self, error: Exception) -> None:
        """Say why the profile cannot be opened and what can be done about it."""
        sentence = sentence_of(error)
        if isinstance(error, DomainError) and error.code == _SET_ASIDE:
            self.show_sign_in(sentence)
            return
        gate = TroubleGate(sentence)
        gate.retry_asked.connect(self.open_profile)
        self._window.show_gate(gate)

    def show_sign_in(self, sentence: str = "") -> None:
        """Ask who works here; the sentence says why, if anything is to be said."""
        gate = SignInGate(self._server)
        gate.sign_in_asked.connect(lambda server, email, password: self._sign_in(gate, server, email, password))
        gate.say(Tone.INFO, sentence)
        self._show_gate(gate)

    def show_unlock(self, explanation: str, *, has_pin: bool = False) -> None:
        """Ask for the password, or the PIN where there is one."""
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
        gate.go_back_asked.connect(self.open_profile)
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
            lambda: self._in(lambda ways: ways.set_aside(), lambda _kept: self.show_sign_in(), self.show_trouble),
            keep_verb="Keep trying",
            dangerous=True,
        )

    def _show_gate(self, gate: Gate) -> None:
        self._window.show_gate(gate)
        gate.setFocus(Qt.FocusReason.OtherFocusReason)

    def _sign_in(self, gate: SignInGate, server: str, email: str, password: str) -> None:
        gate.set_busy("Signing in…")

        def done(opened: Opened) -> None:
            self._settings.choose(SERVER, server)
            self.opened.emit(*opened)

        self._in(lambda ways: ways.by_sign_in(server, email, password), done, lambda error: _say_at(gate, error))

    def _unlock(self, gate: UnlockGate, secret: str) -> None:
        gate.set_busy("Opening…")
        is_scan = bool(secret) and secret == self._handed_on
        self._handed_on = ""

        def failed(error: Exception) -> None:
            if is_scan and getattr(error, "code", "") == "wrong_password":
                gate.set_busy("")
                gate.say(Tone.ATTENTION, _SCAN_WHILE_LOCKED)
                self._notices.sound(Tone.BAD)
                gate.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self._on_not_unlocked(gate, error)

        self._in(
            lambda ways: ways.after_scan(secret) if is_scan else ways.with_secret(secret),
            lambda opened: self.opened.emit(*opened),
            failed,
        )

    def _open_by_code(self, gate: CodeGate, server: str, code: str, password: str) -> None:
        gate.set_busy("Asking the server…")
        self._in(
            lambda ways: ways.by_code(server, code, password),
            lambda opened: self.opened.emit(*opened),
            lambda error: _say_at(gate, error),
        )

    def show_farewell(self, sentence: str) -> None:
        """Say what became of a station that was shut out."""
        gate = FarewellGate(sentence)
        gate.go_on_asked.connect(self.open_profile)
        self._show_gate(gate)

    def _on_not_unlocked(self, gate: UnlockGate, error: Exception) -> None:
        if isinstance(error, DomainError) and error.code == _SET_ASIDE:
            self.show_trouble(error)
        else:
            _say_at(gate, error)

    def note_scan(self, code: str) -> None:
        """A scan went into a field of the gate: what is asked with it is no wrong password."""
        self._handed_on = code

    def say_scan_not_taken(self) -> None:
        """A scan came and nobody works here."""
        self._notices.attention(_SCAN_WHILE_LOCKED)
        self._notices.sound(Tone.BAD)


def sentence_of(error: Exception) -> str:
    """The sentence of a refusal or of the network; anything else is a fault of ours and goes up."""
    sentence = getattr(error, "sentence", None)
    if not isinstance(sentence, str):
        raise error
    return sentence


def _say_at(gate: Gate, error: Exception) -> None:
    gate.set_busy("")
    gate.say(Tone.BAD, sentence_of(error))
    gate.setFocus(Qt.FocusReason.OtherFocusReason)
