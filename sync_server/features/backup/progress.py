"""How far a backup or restore is, on standard error, for whoever waits longer than a second."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

FIRST_AFTER_SECONDS = 1.0
THEN_EVERY_SECONDS = 2.0


class Progress:
    """Counts rows and says so from time to time."""

    def __init__(self, word: str, total: int, say: Callable[[str], None] | None = None) -> None:
        """`word` is what is done: `saving`, `checking`, `restoring`."""
        self._word, self._total = word, total
        self._say = say or (lambda line: click.echo(line, err=True))
        self._done = 0
        self._next = time.monotonic() + FIRST_AFTER_SECONDS

    def advance(self, rows: int) -> None:
        """So many rows more."""
        self._done += rows
        now = time.monotonic()
        if now >= self._next:
            self._next = now + THEN_EVERY_SECONDS
            share = f"{100 * self._done // self._total} %" if self._total else ""
            self._say(f"{self._word} {self._done:,} of {self._total:,} rows {share}".rstrip())
