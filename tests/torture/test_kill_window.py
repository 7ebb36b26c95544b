"""The window, killed while it is scanned at."""

from pathlib import Path

import pytest

from tests.torture import kill_window
from tests.torture.plan import Plan


@pytest.mark.timeout(240)
def test_what_the_window_showed_before_kill_9_is_there(tmp_path: Path) -> None:
    verdict = kill_window.run(Plan(kill_window.TORTURE.short, 20261123, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["kills"] == kill_window.TORTURE.short
    assert verdict.counts["scans shown"] > 20
