"""One open desk in the window: its context for the pages, its sync, and what the foot of the window says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop.cache.keys import KeyRing
from desktop.cache.meta import get_meta
from desktop.feature import FeatureContext
from desktop.foundation.changes import Changes
from desktop.shell.status_bar import Connection, StationStatus
from desktop.sync.desk import Desk, Recorded
from desktop.sync.kept_files import KEPT_NOTICE, kept_files, sentence_of_kept
from desktop.sync.lease import NOTE_EVERY, lease_left, note_time, require_lease
from desktop.sync.rebase import PUT_BACK
from desktop.sync.schedule import SyncSchedule
from desktop.widgets.colours import Tone
from desktop.window_parts import WindowParts
from shared_models.kernel.errors import DomainError
from shared_models.sync.wire import MembershipCard

if TYPE_CHECKING:
    from desktop.sync.engine import RoundReport

_AGE_EVERY_MILLISECONDS = 30_000
_SYNC_BANNER = "sync"
_PUT_BACK_BANNER = "put_back"
_CONNECTIONS = {
    "synced": Connection.ONLINE,
    "waiting": Connection.ONLINE,
    "offline": Connection.OFFLINE,
    "trouble": Connection.ONLINE,
    "sign_in_needed": Connection.OFFLINE,
    "revoked": Connection.OFFLINE,
}


class DeskSession(QObject):
    """From unlocking to locking: everything that lives as long as the desk's files are open.

    `lease_ended` comes when the server was away for too long, with the sentence that says so; `shut_out` when the
    server says that the operator has revoked this station.
    """

    lease_ended = Signal(str)
    shut_out = Signal()
    _recorded = Signal(object)

    def __init__(self, parts: WindowParts, desk: Desk, key_kind: str, *, offline: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self.desk = desk
        self._key_kind, self._offline = key_kind, offline
        desk.catalogue.files.give_way = parts.jobs.right_of_way.give_way
        self.schedule = SyncSchedule(desk, offline=offline, parent=self)
        self.context = self._make_context()
        self._connection = Connection.OFFLINE if offline else Connection.UNKNOWN
        self._doing = ""
        self._ended = False
        self._unnoted = timedelta(0)
        self._age = QTimer(self)
        self._age.setInterval(_AGE_EVERY_MILLISECONDS)
        self._connect()

    def start(self) -> None:
        """Begin to sync; the first status is shown at once."""
        self.show_status()
        self._tell_of_kept_files()
        self._age.start()
        self.schedule.start()

    def act_as(self, card: object) -> bool:
        """Act as another membership; the pages must be opened anew with the new `context`."""
        if not isinstance(card, MembershipCard):
            return False
        try:
            self.desk.act_for(card.organisation_id, card.role)
        except DomainError as error:
            self._parts.notices.bad(error.sentence)
            return False
        self.context = self._make_context()
        return True

    def why_not_sign_out(self) -> str:
        """The sentence that stands against it; empty when nothing here would be lost."""
        from desktop.sync.leaving import unsent_sentence

        unsent = self.desk.outbox.unsettled_count()
        return unsent_sentence(unsent) if unsent else ""

    def stop(self) -> None:
        """End timers and sync; the files stay open for writes that are under way."""
        self._ended = True
        self._age.stop()
        self.schedule.stop()

    def damaged_pages(self) -> list[int]:
        """The broken pages of the desk's file; it is read as a whole, so ask on a worker."""
        from desktop.cache.encrypted_file import damaged_pages

        return damaged_pages(self.desk.database.path, self.desk.database.key)

    def close(self) -> None:
        """Close the files. After `stop`, and after the last write."""
        self.desk.close()

    def write_waiting(self, file: Path) -> int:
        """Write what has not reached the server to a file; how many operations. Raises `DomainError`."""
        from desktop.sync.rescue_file import export_waiting

        return export_waiting(self.desk, file)

    def sign_out(self, profile: Path, *, rescued: bool = False) -> None:
        """End the token, take the files and keys away. After `stop`; raises `DomainError("unsent")`."""
        from desktop.sync.client import ServerClient
        from desktop.sync.leaving import sign_out

        client = ServerClient(self.desk.server_url, get_meta(self.desk.database.read(), "token"))
        sign_out(self.desk, profile, KeyRing(profile), end_token=client.sign_out, rescued=rescued)
        client.close()

    def show_status(self) -> None:
        """Say at the foot what waits, how old it is, and how things stand with the server."""
        if self._ended:
            # News of the last round or operation may still be on its way when the files are closed.
            return
        outbox = self.desk.outbox
        oldest = outbox.oldest_waiting_at()
        report = self.schedule.last_report
        self._parts.window.show_status(
            StationStatus(
                waiting=outbox.waiting_count(),
                oldest_seconds=max(0.0, (self.desk.clock.now() - oldest).total_seconds()) if oldest else 0.0,
                needs_attention=outbox.attention_count(),
                connection=self._connection,
                doing=self._doing,
                last_exchange=self._last_exchange(),
                keys_note="Keys are not held by the system" if self._key_kind == "password" else "",
            )
        )
        self._show_banner(report)

    def _make_context(self) -> FeatureContext:
        parts = self._parts
        return FeatureContext(
            parts.settings,
            parts.view_state,
            parts.jobs,
            parts.routes,
            parts.changes,
            parts.notices,
            self.desk,
            sync=None if self._offline else self.schedule,
            keys_held_by_system=self._key_kind != "password",
        )

    def _connect(self) -> None:
        self.desk.on_recorded(self._recorded.emit)
        # Queued even from this thread: what a scan did is shown before the rest of the window follows it.
        self._recorded.connect(self._on_recorded, Qt.ConnectionType.QueuedConnection)
        self.schedule.busy_changed.connect(self._on_busy_changed)
        self.schedule.progressed.connect(self._on_progressed)
        self.schedule.round_ended.connect(self._on_round_ended)
        self.schedule.records_changed.connect(self._on_records_changed)
        self._age.timeout.connect(self._on_age)

    def _on_age(self) -> None:
        self.show_status()
        if self._ended:
            return
        now = self.desk.clock.now()
        self._unnoted += timedelta(milliseconds=_AGE_EVERY_MILLISECONDS)
        if self._unnoted >= NOTE_EVERY:
            ran, self._unnoted = self._unnoted, timedelta(0)
            self._parts.jobs.submit_write(lambda: note_time(self.desk.database, now, ran=ran))
        if lease_left(self.desk.database.read(), now) <= timedelta(0):
            # One more question first: the clock may just have been set, with the server in reach.
            self.schedule.sync_now()
            if self._offline:
                self._require_lease()

    def _require_lease(self) -> None:
        try:
            require_lease(self.desk.database.read(), self.desk.clock.now())
        except DomainError as refusal:
            self.lease_ended.emit(refusal.sentence)

    def _on_recorded(self, recorded: Recorded) -> None:
        self._parts.changes.publish(Changes(recorded.kinds, recorded.keys) | Changes.of("operations"))
        self.show_status()

    def _on_records_changed(self, changes: Changes) -> None:
        # News of the last round may come when the pages are gone already.
        if not self._ended:
            self._parts.changes.publish(changes)

    def _on_busy_changed(self, busy: bool) -> None:
        if busy:
            self._connection = Connection.SYNCING
            self.show_status()

    def _on_progressed(self, sentence: str) -> None:
        self._doing = sentence
        self.show_status()

    def _on_round_ended(self, report: RoundReport) -> None:
        self._doing = ""
        self._connection = _CONNECTIONS[report.state]
        if self._ended:
            return
        if report.state == "revoked":
            self.shut_out.emit()
            return
        self._require_lease()
        if report.put_back:
            self._parts.notices.raise_banner(_PUT_BACK_BANNER, Tone.ATTENTION, PUT_BACK)
        if report.settled:
            self._parts.changes.publish(Changes.of("operations"))
        self.show_status()

    def _tell_of_kept_files(self) -> None:
        """What waited in a file whose key was lost is spoken of until somebody brought it over."""
        for kept in kept_files(self.desk)[:1]:
            self._parts.notices.raise_banner(
                KEPT_NOTICE,
                Tone.ATTENTION,
                sentence_of_kept(kept),
                "Sync centre",
                self._open_sync_centre,
            )

    def _open_sync_centre(self) -> None:
        self._parts.window.open_page("sync_centre")

    def _show_banner(self, report: RoundReport | None) -> None:
        """States that last and need somebody stand as a banner; being offline is no such state."""
        if report is not None and report.state in ("trouble", "sign_in_needed"):
            self._parts.notices.raise_banner(_SYNC_BANNER, Tone.ATTENTION, report.sentence)
        else:
            self._parts.notices.lower_banner(_SYNC_BANNER)

    def _last_exchange(self) -> str:
        text = get_meta(self.desk.database.read(), "last_sync_at")
        if not text:
            return ""
        at = datetime.fromisoformat(text).astimezone()
        today = self.desk.clock.now().astimezone().date()
        return f"Exchanged {at:%H:%M}" if at.date() == today else f"Exchanged {at:%d %b, %H:%M}"
