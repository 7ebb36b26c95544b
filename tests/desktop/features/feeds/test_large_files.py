"""A file of many rows goes up in pieces: the window goes on living and only pieces are in memory."""

from __future__ import annotations

import threading
import time
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from desktop.sync.feed_client import CalledOff, Upload
from tests.screens.feeds import FeedsScreen
from tests.sync_server.feeds.house import HEADER

ROWS = 200_000
ROWS_LOOKED_AT = 40_000
"""The server in this process takes seconds for them; the window may not notice how many there are."""


def write_products(file: Path, rows: int) -> Path:
    with file.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        out.writelines(f"{number:06d},Ashdown,Flax,48.50,Y,USD,ACTIVE\n" for number in range(rows))
    return file


@pytest.fixture
def large(tmp_path: Path) -> Path:
    return write_products(tmp_path / "products.csv", ROWS)


def test_only_pieces_of_a_file_are_in_memory(large: Path) -> None:
    told: list[tuple[int, int]] = []
    size = large.stat().st_size
    with large.open("rb") as source:
        upload = Upload(source, size, lambda sent, of: told.append((sent, of)), threading.Event())
        tracemalloc.start()
        read = sum(len(piece) for piece in upload)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (read, len(upload)) == (size, size)
    assert most < 2 << 20
    assert told[-1] == (size, size)
    assert len(told) > 10


def test_a_file_that_is_called_off_is_not_read_on(large: Path) -> None:
    called_off = threading.Event()
    with large.open("rb") as source:
        upload = Upload(source, large.stat().st_size, lambda _sent, _of: None, called_off)
        first = upload.read(16_384)
        called_off.set()
        with pytest.raises(CalledOff):
            upload.read(16_384)
        assert source.tell() == len(first)


def test_the_window_lives_on_while_a_large_file_is_looked_at(screen: FeedsScreen, tmp_path: Path) -> None:
    """The server works in this very process and its threads take the lock; still no tick stays away for long."""
    ticks: list[float] = []
    timer = QTimer(screen.page)
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(20)
    screen.drops_and_waits(write_products(tmp_path / "products.csv", ROWS_LOOKED_AT))
    timer.stop()
    assert screen.figures()["New"] == f"{ROWS_LOOKED_AT:,}"
    assert screen.next_step() == "Take it in"
    longest = max(later - sooner for sooner, later in pairwise(ticks))
    assert len(ticks) > 20
    assert longest < (ticks[-1] - ticks[0]) / 2, "the window stood still for most of the time"
