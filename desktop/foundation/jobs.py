"""Work beside the screen: the one data worker for writes and a small pool for slow reads, without Qt."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeVar

Result = TypeVar("Result")
Failed = Callable[[Exception], None]


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

    def submit_read(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        """Runs `fn` on a small pool, in any order."""
        ...

    def close(self) -> None:
        """Carries out every write taken so far, drops waiting reads, takes nothing new."""
        ...


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
