"""Work beside the screen: the one data worker for writes and a small pool for slow reads, without Qt."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

Result = TypeVar("Result")
Failed = Callable[[Exception], None]
Claim = Callable[[], AbstractContextManager[bool]]
"""Asks for what a write needs without waiting for it; gives whether it was had, and holds it until its end."""


class JobsClosed(RuntimeError):
    """The program is closing: the job was not taken and nothing of it was done."""


class Job:
    """A handle on one submitted job."""

    __slots__ = ("_cancelled",)

    def __init__(self) -> None:
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether the caller gave the answer up."""
        return self._cancelled

    def cancel(self) -> None:
        """Gives the answer up: neither `done` nor `failed` is called any more.

        A read that has not begun is skipped. A write is always carried out, because the person was
        promised it; only its answer is dropped.
        """
        self._cancelled = True


class Jobs(Protocol):
    """Runs functions beside the caller and hands their results back on the caller's own loop.

    An exception reaches `failed`; without `failed` it goes to the program's handler for the unexpected.
    """

    def submit_write(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        """Runs `fn` on the one data worker, strictly in the order submitted."""
        ...

    def submit_prompt_write(
        self,
        fn: Callable[[], Result],
        done: Callable[[Result], None] | None = None,
        failed: Failed | None = None,
        *,
        claim: Claim,
    ) -> Job:
        """As `submit_write`, in the same order; but a write that keeps nobody waiting may be done at once.

        Then `fn` and its answer have run when this returns. `claim` is asked first; `fn` must be a matter of few
        milliseconds.
        """
        ...

    def submit_read(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        """Runs `fn` on a small pool, in any order."""
        ...

    def close(self) -> None:
        """Carries out every write taken so far, drops waiting reads, takes nothing new."""
        ...


class Pace:
    """Whether writes have been so quick of late that the window's own thread can do the next one.

    A disk shows its pace by the writes that were made: the first ones go to the worker, and so do those behind a slow
    one, until several in a row were quick again.
    """

    MOST_SECONDS = 0.008
    """Half a frame of the screen."""
    _IN_A_ROW = 3

    def __init__(self) -> None:
        """Not known yet."""
        self._quick = 0

    @property
    def is_quick(self) -> bool:
        """Whether the last writes were."""
        return self._quick >= self._IN_A_ROW

    def took(self, seconds: float) -> None:
        """Note how long a write took."""
        self._quick = self._quick + 1 if seconds <= self.MOST_SECONDS else 0

    def timed(self, fn: Callable[[], Result]) -> Result:
        """Runs `fn` and notes how long it took."""
        began = time.perf_counter()
        try:
            return fn()
        finally:
            self.took(time.perf_counter() - began)


class InlineJobs:
    """The same promise without threads: runs each job at once, for programs without a window and for tests.

    A job submitted from inside another job or its answer runs after it, as it would on the real worker.
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._running = False
        self._closed = False

    def submit_write(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        """Runs `fn` now, or after the jobs that are already waiting."""
        return self._submit(fn, done, failed, is_write=True)

    def submit_prompt_write(
        self,
        fn: Callable[[], Result],
        done: Callable[[Result], None] | None = None,
        failed: Failed | None = None,
        *,
        claim: Claim,
    ) -> Job:
        """Runs `fn` now, or after the jobs that are already waiting."""
        return self._submit(fn, done, failed, is_write=True)

    def submit_read(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        """Runs `fn` now, or after the jobs that are already waiting."""
        return self._submit(fn, done, failed, is_write=False)

    def close(self) -> None:
        """Takes nothing new; nothing can be waiting here."""
        self._closed = True

    def _submit(
        self,
        fn: Callable[[], Result],
        done: Callable[[Result], None] | None,
        failed: Failed | None,
        *,
        is_write: bool,
    ) -> Job:
        if self._closed:
            raise JobsClosed("The program is closing; this was not done.")
        job = Job()

        def run() -> None:
            if job.cancelled and not is_write:
                return
            try:
                result = fn()
            except Exception as error:
                if job.cancelled:
                    return
                if failed is None:
                    raise
                failed(error)
                return
            if done is not None and not job.cancelled:
                done(result)

        self._waiting.append(run)
        self._drain()
        return job

    def _drain(self) -> None:
        if self._running:
            return
        self._running = True
        try:
            while self._waiting:
                self._waiting.popleft()()
        finally:
            self._running = False
