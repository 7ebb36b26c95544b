"""Who holds the open desk: opens it in the window, closes it after its last write, and mends its file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop.feature import Feature
from desktop.features.sign_in.gate import OpeningGate
from desktop.foundation.memory import settle_memory
from desktop.gatekeeper import Gatekeeper
from desktop.widgets.colours import Tone
from desktop.window_parts import WindowParts
from shared_models.kernel.clock import Clock

if TYPE_CHECKING:
    # The database driver and the network's library load beside the window, not before it.
    from desktop.desk_session import DeskSession
    from desktop.sync.desk import Desk

_SALVAGE_BANNER = "salvage"
_CHECK_AFTER_MILLISECONDS = 20_000
"""After a start nobody waits for this: it reads the whole of the desk's file once."""
_SETTLE_MILLISECONDS = 1_500
"""After the first page is on screen and filled."""


class DeskKeeper(QObject):
    """The one desk that is open in this window, or none.

    `opened` comes when a person's pages are there, `closing` before they go. `lease_ended` (with the sentence that
    says so) and `shut_out` are what the open desk's session learned of its server.
    """

    opened = Signal()
    closing = Signal()
    lease_ended = Signal(str)
    shut_out = Signal()

    def __init__(
        self,
        parts: WindowParts,
        gates: Gatekeeper,
        profile: Path,
        features: Sequence[Feature],
        *,
        clock: Clock,
        offline: bool,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._parts, self._gates, self._profile = parts, gates, profile
        self._features, self._clock, self._offline = tuple(features), clock, offline
        self.session: DeskSession | None = None

    # --- opening -------------------------------------------------------------------------------------

    def open_desk(self, desk: Desk, key_kind: str) -> None:
        """Show the pages of the desk and begin to sync. `key_kind` says which slot opened it."""
        from desktop.desk_session import DeskSession
        from desktop.sync.salvage import take_told

        session = DeskSession(self._parts, desk, key_kind, offline=self._offline, parent=self)
        session.lease_ended.connect(self.lease_ended)
        session.shut_out.connect(self.shut_out)
        self.session = session
        self._show_pages(session)
        session.start()
        if told := take_told(desk):
            self._parts.notices.raise_banner(_SALVAGE_BANNER, Tone.ATTENTION, told)
        QTimer.singleShot(_CHECK_AFTER_MILLISECONDS, session, self.check_file)
        QTimer.singleShot(_SETTLE_MILLISECONDS, self, settle_memory)
        self.opened.emit()

    def _show_pages(self, session: DeskSession) -> None:
        self._parts.changes.forget_everybody()
        self._parts.window.open_for(self._features, session.context)

    def act_as(self, card: object) -> None:
        """Show the pages of another membership of the person at the desk."""
        if self.session is not None and self.session.act_as(card):
            self._show_pages(self.session)

    def change_desk(self, open_other: Callable[[], tuple[Desk, str]]) -> None:
        """Close this desk and show another one; `open_other` runs on a worker and gives the desk and its key's slot."""
        if not self._parts.window.may_leave():
            return

        def open_it() -> None:
            self._parts.jobs.submit_read(open_other, lambda opened: self.open_desk(*opened), self._gates.show_trouble)

        self._parts.window.show_gate(OpeningGate())
        self.end_session(open_it)

    # --- a damaged file ------------------------------------------------------------------------------

    def check_file(self) -> None:
        """Look through the desk's file for damage, on a worker; a damaged one is set aside and fetched anew."""
        if self.session is None:
            return
        session = self.session

        def on_checked(pages: list[int]) -> None:
            if pages and self.session is session:
                self._parts.window.show_gate(OpeningGate("Mending…"))
                self.end_session(self._mend)

        self._parts.jobs.submit_read(session.damaged_pages, on_checked, lambda _error: None)

    def _mend(self) -> None:
        self._parts.jobs.submit_read(self._set_aside, self._gates.show_sign_in, self._gates.show_trouble)

    def _set_aside(self) -> str:
        from desktop.sync.opening import set_file_aside
        from desktop.sync.salvage import sentence_of_damage

        return sentence_of_damage(set_file_aside(self._profile, self._clock))

    # --- closing -------------------------------------------------------------------------------------

    def hide_everything(self, words: str) -> None:
        """Show `words` instead of the pages; dialogs, previews and notices would stay in sight above them."""
        window = self._parts.window
        for widget in QApplication.topLevelWidgets():
            if widget is not window and widget.isVisible() and widget.parentWidget() is not None:
                widget.close()
        self._parts.notices.forget()
        window.show_gate(OpeningGate(words))
        window.repaint()

    def part_from_desk(self, words: str) -> DeskSession | None:
        """Show `words` instead of the pages and end sync; the files stay open for what is left to do with them."""
        session, self.session = self.session, None
        if session is not None:
            self.hide_everything(words)
            self.closing.emit()
            session.stop()
        return session

    def end_session(self, then: Callable[[], None]) -> None:
        """Close the open desk after every write that was submitted, then call `then`."""
        session, self.session = self.session, None
        self.closing.emit()
        if session is None:
            then()
            return
        session.stop()
        # After every write that was submitted: the data worker takes them in turn.
        self._parts.jobs.submit_write(session.close, lambda _none: then(), lambda _error: then())

    def end(self) -> None:
        """Close the desk at the end of the program; every job that was submitted is done first."""
        session, self.session = self.session, None
        if session is not None:
            session.stop()
        self._parts.jobs.close()
        if session is not None:
            session.close()
