"""What is under way between a page and the server, so that it can be given up when nobody is there to hear it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from desktop.foundation.jobs import Failed, Job, Jobs

Result = TypeVar("Result")


class Asks:
    """Questions of a page by name; a new one takes the place of the former of its name."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._under_way: dict[str, Job] = {}

    def ask(self, name: str, question: Callable[[], Result], done: Callable[[Result], None], failed: Failed) -> None:
        """Ask beside the screen."""
        if name in self._under_way:
            self._under_way[name].cancel()
        self._under_way[name] = self._jobs.submit_read(question, done, failed)

    def give_up(self) -> None:
        """No answer is wanted any more, nor what went wrong."""
        for job in self._under_way.values():
            job.cancel()
        self._under_way.clear()


class Wait:
    """A longer wait for one answer: the way to call it off, and the job whose answer may be dropped."""

    def __init__(self) -> None:
        self.called_off = threading.Event()
        self.job: Job | None = None

    def end(self) -> None:
        """Nobody is there any more to hear the answer."""
        self.called_off.set()
        if self.job is not None:
            self.job.cancel()
