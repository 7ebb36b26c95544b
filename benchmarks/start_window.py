"""From starting the program to a usable window with 200,000 products in the cache, against a bare lazy window.

The bare window has one field and a table of the same 200,000 products over the same encrypted file; both are whole
processes, started in turn. Usable: the library's loans are on screen and the scan box has the focus.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._profiles import make_profile
from benchmarks.figures import Figure
from desktop.cache.keys import KeyRing
from shared_models.sync.streams import line_dataset
from tests.builders.desk import CALDER

PRODUCTS = 200_000
RUNS = 7
GOAL = 2.0


def run() -> list[Figure]:
    """One figure: the median of seven starts of each, in turn."""
    with tempfile.TemporaryDirectory(prefix="order-track-bench-") as scratch:
        profile = Path(scratch)
        make_profile(profile, PRODUCTS).close()
        if KeyRing(profile).unlock() is None:
            raise RuntimeError("no keyring of this machine holds the key, so a start would wait for a password")
        file, key = _line_file(profile)
        ours, bare = [], []
        for _ in range(RUNS):
            bare.append(_seconds("bare", str(file), key))
            ours.append(_seconds("ours", str(profile)))
        return [
            Figure(
                "start to a usable window, 200,000 products in the cache",
                statistics.median(ours),
                statistics.median(bare),
                "s",
                GOAL,
            )
        ]


def _line_file(profile: Path) -> tuple[Path, str]:
    """The products' file and its key, which stands in the station's own file."""
    from desktop.sync.opening import open_desk
    from shared_models.kernel.clock import SystemClock

    opened = KeyRing(profile).unlock()
    assert opened is not None, "asked before"
    desk = open_desk(profile, opened.key, SystemClock())
    found = next(card for card in desk.catalogue.files.shown() if card.stream == line_dataset(CALDER, "products"))
    file, key = desk.catalogue.files.path(found), found.key.hex()
    desk.close()
    return file, key


def _seconds(*arguments: str) -> float:
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks._start_window", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    return float(answer["usable_at"]) - began
