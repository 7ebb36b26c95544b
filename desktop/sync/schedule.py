"""Sync for the window: the loop and the notices in their threads, their news as Qt signals."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop.cache.meta import get_meta
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk, Recorded

if TYPE_CHECKING:
    from desktop.sync.client import ServerClient
    from desktop.sync.engine import RoundReport
    from desktop.sync.loop import SyncLoop
    from desktop.sync.notices import NoticeListener
    from desktop.sync.progress import Progress

FIRST_ROUND_MILLISECONDS = 300
"""After the window is up: loading the network's library must not delay the first paint."""
PROGRESS_EVERY_SECONDS = 0.25


class SyncSchedule(QObject):
    """Keeps a desk in step with its server for as long as the window lives."""

    busy_changed = Signal(bool)
    """Whether a round is running."""
    round_ended = Signal(object)
    """A `RoundReport`; never after `stop`, when the desk's files may be closed."""
    progressed = Signal(str)
    """What the round does now, in a sentence; at most some times a second."""
    records_changed = Signal(object)
    """A `Changes` with the kinds whose rows the round may have changed; empty ones are not told."""
    _reported = Signal(object)

    def __init__(self, desk: Desk, *, offline: bool = False, parent: QObject | None = None) -> None:
        """`offline`: never speak to the server in this run."""
        super().__init__(parent)
        self._desk = desk
        self._offline = offline
        self._client: ServerClient | None = None
        self._loop: SyncLoop | None = None
        self._notices: NoticeListener | None = None
        self._told_at = float("-inf")
        self.last_report: RoundReport | None = None
        """What the last round of this run said; None before the first."""
        self._stopped = False
        desk.on_recorded(self._on_recorded)
        self._reported.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._first = QTimer(self)
        self._first.setSingleShot(True)
        self._first.timeout.connect(self._begin)

    def start(self) -> None:
        """Begin shortly after the event loop runs."""
        if not self._offline:
            self._first.start(FIRST_ROUND_MILLISECONDS)

    def sync_now(self) -> None:
        """A round at once, whatever the pause."""
        if self._loop is not None:
            self._loop.ask_now()

    def stop(self) -> None:
        """End both threads; a round that runs is waited for, at most a few seconds."""
        self._stopped = True
        self._first.stop()
        if self._notices is not None:
            self._notices.stop()
        if self._loop is not None:
            self._loop.stop()
        if self._client is not None:
            self._client.close()

    def _begin(self) -> None:
        from desktop.sync.client import ServerClient
        from desktop.sync.engine import SyncEngine
        from desktop.sync.loop import SyncLoop
        from desktop.sync.notices import NoticeListener

        self._client = ServerClient(self._desk.server_url)
        engine = SyncEngine(
            self._desk,
            self._client,
            on_progress=self._on_progress,
            on_changed=self._on_changed,
            interrupted=self._is_wanted,
        )
        self._loop = SyncLoop(
            engine,
            on_report=self._on_report,
            on_busy=lambda: self.busy_changed.emit(True),
        )
        self._notices = NoticeListener(
            self._desk.server_url,
            lambda: get_meta(self._desk.database.read(), "token"),
            on_moved=lambda _positions: self.sync_now(),
        )
        self._desk.catalogue.files.on_suspect = self.sync_now
        self._loop.start()
        self._notices.start()

    def _on_recorded(self, _recorded: Recorded) -> None:
        if self._loop is not None:
            self._loop.operation_recorded()

    def _is_wanted(self) -> bool:
        return self._loop is not None and self._loop.is_wanted()

    def _on_progress(self, progress: Progress) -> None:
        """In the loop's thread, as often as a piece of a file comes: the window need not hear of each."""
        now = time.monotonic()
        if now - self._told_at >= PROGRESS_EVERY_SECONDS:
            self._told_at = now
            self.progressed.emit(progress.sentence)

    def _on_changed(self, kinds: frozenset[str]) -> None:
        """In the loop's thread, when part of a round is here already."""
        if kinds:
            self.records_changed.emit(Changes(kinds))

    def _on_report(self, report: RoundReport) -> None:
        """In the loop's thread; the signals reach the window's."""
        self.last_report = report
        if report.kinds:
            self.records_changed.emit(Changes(report.kinds))
        self.busy_changed.emit(False)
        self._reported.emit(report)

    def _tell(self, report: RoundReport) -> None:
        """In the window's thread; a report may have been on its way while everything was closed."""
        if not self._stopped:
            self.round_ended.emit(report)
