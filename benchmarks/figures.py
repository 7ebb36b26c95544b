"""What a benchmark gives: a figure of ours beside a reference of the same run, and the ratio between them."""

import os
import platform
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple


class Figure(NamedTuple):
    """One measured figure. `ours` and `reference` are in `unit`; within goal when ours / reference ≤ `goal`."""

    name: str
    ours: float
    reference: float
    unit: str
    goal: float

    @property
    def ratio(self) -> float:
        """How many times the reference ours is."""
        return self.ours / self.reference

    def line(self) -> str:
        """The one line that is printed."""
        return (
            f"{self.name}: {self.ours:.4g} {self.unit} / {self.reference:.4g} {self.unit} = {self.ratio:.2f} "
            f"(goal ≤ {self.goal:g})"
        )

    def entry(self) -> dict[str, Any]:
        """The entry in `results.json`."""
        return {
            "name": self.name,
            "ours": self.ours,
            "reference": self.reference,
            "unit": self.unit,
            "ratio": self.ratio,
            "goal": self.goal,
            "machine": machine(),
        }


@cache
def machine() -> str:
    """The machine in a few words: processor, cores, system, Python."""
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{_processor()}, {os.cpu_count()} cores, {system}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"
