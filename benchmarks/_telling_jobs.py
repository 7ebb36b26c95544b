"""Jobs of the real program that say when an answer came, for benchmarks that wait for a page."""

from __future__ import annotations

import time
from collections.abc import Callable

from desktop.foundation.jobs import Claim, Failed, Job, Jobs, Result


class TellingJobs:
    """The program's own jobs, which say when the answer to a read has been handed over."""

    def __init__(self, jobs: Jobs, told: Callable[[], None]) -> None:
        self._jobs, self._told = jobs, told
        self.waited_for = 0
        self.read_seconds = 0.0
        """The processor time of the workers for all reads."""

    def submit_write(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        return self._jobs.submit_write(fn, done, failed)

    def submit_prompt_write(
        self,
        fn: Callable[[], Result],
        done: Callable[[Result], None] | None = None,
        failed: Failed | None = None,
        *,
        claim: Claim,
    ) -> Job:
        return self._jobs.submit_prompt_write(fn, done, failed, claim=claim)

    def submit_read(
        self, fn: Callable[[], Result], done: Callable[[Result], None] | None = None, failed: Failed | None = None
    ) -> Job:
        def done_and_told(result: Result) -> None:
            if done is not None:
                done(result)
            self.waited_for -= 1
            self._told()

        def timed() -> Result:
            began = time.thread_time()
            try:
                return fn()
            finally:
                self.read_seconds += time.thread_time() - began

        self.waited_for += 1
        return self._jobs.submit_read(timed, done_and_told, failed)

    def close(self) -> None:
        self._jobs.close()
