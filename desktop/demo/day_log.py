"""The log of a played day: one line a step with its times, and checks that end the day when they fail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


class StepFailed(AssertionError):
    """A step did not come out as it must; the message says what was expected and what was found."""


class DayLog:
    """Writes `day.log` and the same lines to standard output."""

    def __init__(self, file: Path) -> None:
        """A former log is replaced."""
        self._file = file
        self._file.write_text("", encoding="utf-8")
        self._number = 0
        self._checks = 0

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step; its line is written when it is over, with how long it took and how much was checked in it."""
        self._number += 1
        before, began = self._checks, time.perf_counter()
        try:
            yield
        except BaseException:
            self._line(f"{self._number:2d} FAILED {what}")
            raise
        taken = time.perf_counter() - began
        checks = self._checks - before
        if checks == 0:
            raise StepFailed(f"step {self._number} ({what}) checked nothing")
        self._line(f"{self._number:2d} ok     {what}  ({taken * 1000:.0f} ms, {checks} checked)")

    def check(self, what: str, found: object, expected: object) -> None:
        """The step goes on only if both are equal."""
        self._checks += 1
        if found != expected:
            raise StepFailed(f"{what}: expected {expected!r}, found {found!r}")

    def check_that(self, what: str, holds: object) -> None:
        """The step goes on only if it holds."""
        self._checks += 1
        if not holds:
            raise StepFailed(f"{what}: does not hold")

    def note(self, text: str) -> None:
        """A line that is no step of its own."""
        self._line(f"          {text}")

    def end(self) -> None:
        """The last line."""
        self._line(f"the day is done: {self._number} steps, {self._checks} outcomes checked")

    def _line(self, text: str) -> None:
        line = f"{datetime.now(UTC):%H:%M:%S.%f}"[:-3] + f"  {text}"
        print(line, flush=True)
        with self._file.open("a", encoding="utf-8") as log:
            log.write(line + "\n")
