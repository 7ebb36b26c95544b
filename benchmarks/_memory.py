"""How much memory this process holds, and how much it held at most."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

_STATUS = Path("/proc/self/status")


def megabytes() -> float:
    """What it holds now, shared pages included."""
    return float(psutil.Process().memory_info().rss) / 1e6


def peak_megabytes() -> float:
    """The most that it ever held, shared pages included."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    if _STATUS.exists():
        # What `getrusage` tells begins with the peak of the process that started this one.
        (peak,) = [line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:")]
        return int(peak.split()[1]) * 1024 / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
