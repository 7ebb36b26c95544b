"""Leaving a desk for good: signing out with what has not reached the server, or because the operator shut it out."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt

from desktop.desk_keeper import DeskKeeper
from desktop.gatekeeper import Gatekeeper, sentence_of
from desktop.widgets.colours import Tone
from desktop.window_parts import WindowParts


class Leaving(QObject):
    """The ways out of an open desk that take its files and keys away."""

    def __init__(self, desks: DeskKeeper, parts: WindowParts, gates: Gatekeeper, profile: Path) -> None:
        super().__init__(desks)
        self._desks, self._parts, self._gates, self._profile = desks, parts, gates, profile

    def sign_out(self) -> None:
        """Leave this desk; while anything here has not reached the server, say how much and offer the ways."""
        if self._desks.session is None or not self._parts.window.may_leave():
            return
        refusal = self._desks.session.why_not_sign_out()
        if not refusal:
            self._leave()
            return
        from desktop.features.sign_in.leaving_dialog import LeavingDialog

        dialog = LeavingDialog(refusal, self._send_and_leave, self.write_and_leave, self._parts.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _send_and_leave(self) -> None:
        session = self._desks.session
        if session is None:
            return

        def on_round_ended(_report: object) -> None:
            if self._desks.session is not session:
                return
            if refusal := session.why_not_sign_out():
                self._parts.notices.attention(refusal)
            else:
                self._leave()

        session.schedule.round_ended.connect(on_round_ended, Qt.ConnectionType.SingleShotConnection)
        self._parts.notices.say(Tone.INFO, "Asking the server…")
        session.schedule.sync_now()

    def write_and_leave(self, file: Path) -> None:
        """Write what waits to the file, then leave; where it cannot be written, stay."""
        session = self._desks.session
        if session is None:
            return
        self._parts.jobs.submit_write(
            lambda: session.write_waiting(file),
            lambda _count: self._leave(rescued=True),
            lambda error: self._parts.notices.bad(sentence_of(error)),
        )

    def _leave(self, *, rescued: bool = False) -> None:
        session = self._desks.part_from_desk("Signing out…")
        if session is None:
            return
        self._parts.jobs.submit_write(
            lambda: session.sign_out(self._profile, rescued=rescued),
            lambda _none: self._gates.show_sign_in(),
            self._gates.show_trouble,
        )

    def carry_out_order(self) -> None:
        """The operator shut this station out: show no page any more, do what the order says, and tell it calmly."""
        session = self._desks.part_from_desk("The operator shut this station out. Sending what waits…")
        if session is None:
            return
        root = self._profile

        def work() -> str:
            from desktop.features.sign_in.ways_in import carry_out_order

            return carry_out_order(session.desk, root)

        self._parts.jobs.submit_write(work, self._gates.show_farewell, self._gates.show_trouble)
