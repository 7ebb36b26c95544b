"""The station's program killed at any touch of its files, and on a disk that is full."""

from pathlib import Path

import pytest

from tests.torture import full_disk, kill_station
from tests.torture.plan import Plan
from tests.torture.recording import why_not

REASON = why_not() or ""
pytestmark = [pytest.mark.skipif(bool(REASON), reason=REASON), pytest.mark.timeout(300)]
SEED = 20261123


def test_kill_9_at_any_touch_of_a_file_loses_nothing(tmp_path: Path) -> None:
    verdict = kill_station.run(Plan(kill_station.TORTURE.short, SEED, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["kills"] >= kill_station.TORTURE.short
    assert verdict.counts["operations saved"] > 20


def test_a_full_disk_is_told_before_saved_and_forgotten_when_there_is_room(tmp_path: Path) -> None:
    verdict = full_disk.run(Plan(full_disk.TORTURE.short, SEED, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["refusals"] == full_disk.TORTURE.short
