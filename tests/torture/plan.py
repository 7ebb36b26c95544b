"""What a torture is given, and what it says in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True)
class Plan:
    """How often, from which seed, and in which folder; everything by chance comes from the seed."""

    times: int
    seed: int
    folder: Path
    say: Callable[[str], None] = lambda _line: None
    """Told from time to time how far it is."""


@dataclass
class Verdict:
    """What was counted, and every fault in a sentence; no fault means that the promise held."""

    counts: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def count(self, what: str, by: float = 1) -> None:
        """Add to a figure."""
        self.counts[what] = self.counts.get(what, 0) + by

    def line(self) -> str:
        """The figures in one line."""
        figures = ", ".join(f"{value:.5g} {what}" for what, value in self.counts.items())
        return f"{figures}; {len(self.faults)} faults"


class Torture(NamedTuple):
    """One torture as `run.py torture` lists it."""

    what: str
    """One line for the list."""
    times: str
    """What is counted by `Plan.times`."""
    short: int
    long: int
    run: Callable[[Plan], Verdict]
    why_not: Callable[[], str | None] = lambda: None
    """Why it cannot run on this machine; None where it can."""
