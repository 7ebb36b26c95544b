"""When to sync: soon after somebody did something, when the server says so, every few minutes, less often offline."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from typing import Protocol

from desktop.sync.engine import RoundReport
from shared_models.kernel.messages import make_ready

AFTER_OPERATION_SECONDS = 0.2
POLL_SECONDS = 300.0
FIRST_BACK_OFF_SECONDS = 5.0
LONGEST_BACK_OFF_SECONDS = 300.0


class Rounds(Protocol):
    """What a loop runs: `SyncEngine`."""

    def round(self) -> RoundReport:
        """One round."""
        ...


def back_off_seconds(failures: int, retry_after_seconds: float, chance: float) -> float:
    """How long to wait after so many rounds without an answer; `chance` (0 to 1) spreads the stations of a house.

    Never less than what the server asked for.
    """
    longest: float = min(LONGEST_BACK_OFF_SECONDS, FIRST_BACK_OFF_SECONDS * 2.0 ** min(failures - 1, 10))
    return max(retry_after_seconds, longest * (0.5 + chance / 2))


class SyncLoop:
    """Runs rounds in a thread of its own until it is stopped. Everything else may be called from any thread."""

    def __init__(
        self,
        rounds: Rounds,
        *,
        on_report: Callable[[RoundReport], None],
        on_busy: Callable[[], None] = lambda: None,
        poll_seconds: float = POLL_SECONDS,
        after_operation_seconds: float = AFTER_OPERATION_SECONDS,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`on_busy` and `on_report` are called in the loop's thread before and after each round."""
        self._rounds = rounds
        self._on_report = on_report
        self._on_busy = on_busy
        self._poll_seconds = poll_seconds
        self._after_operation_seconds = after_operation_seconds
        self._chance = chance
        self._wake = threading.Condition()
        self._due = time.monotonic()
        self._failures = 0
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin with a round at once."""
        make_ready()
        self._thread.start()

    def operation_recorded(self) -> None:
        """Send it in a moment, together with what follows at once; while the server is away, with the next try."""
        if not self._failures:
            self._bring_forward(self._after_operation_seconds)

    def ask_now(self) -> None:
        """A round at once: the person asked for it, or the server said that something moved."""
        self._bring_forward(0.0)

    def is_wanted(self) -> bool:
        """Whether another round should begin now, or none any more: what can wait in the present one gives way."""
        with self._wake:
            return self._stopped or self._due <= time.monotonic()

    def stop(self, *, wait_seconds: float = 15.0) -> None:
        """End after the round that runs; everything it did is durable already."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(wait_seconds)

    def _bring_forward(self, seconds: float) -> None:
        with self._wake:
            self._due = min(self._due, time.monotonic() + seconds)
            self._wake.notify()

    def _run(self) -> None:
        while self._wait_until_due():
            self._on_busy()
            try:
                report = self._rounds.round()
            except Exception:
                # A fault of ours must not end syncing for the rest of the day.
                logging.getLogger(__name__).exception("a round of sync failed")
                report = RoundReport("trouble", "Syncing failed; it is tried again. Nothing is lost.")
            with self._wake:
                self._failures = 0 if report.state in ("synced", "waiting") else self._failures + 1
                self._due = min(self._due, time.monotonic() + self._pause(report))
            self._on_report(report)

    def _pause(self, report: RoundReport) -> float:
        if self._failures:
            return back_off_seconds(self._failures, report.retry_after_seconds, self._chance())
        if report.lines_pending:
            return 0.0
        return self._poll_seconds * (0.8 + 0.4 * self._chance())

    def _wait_until_due(self) -> bool:
        """False when stopped. From here on, a new wish asks for another round."""
        with self._wake:
            while not self._stopped and (left := self._due - time.monotonic()) > 0:
                self._wake.wait(left)
            self._due = float("inf")
            return not self._stopped
