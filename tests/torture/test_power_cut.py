"""A station after power cuts; the long run is `python3 run.py torture power_cut --long`."""

from pathlib import Path

import pytest

from tests.torture import power_cut
from tests.torture.plan import Plan
from tests.torture.recording import why_not

REASON = why_not() or ""
pytestmark = [pytest.mark.skipif(bool(REASON), reason=REASON), pytest.mark.timeout(300)]
SEED = 20261123


def test_what_was_printed_as_saved_survives_every_power_cut(tmp_path: Path) -> None:
    verdict = power_cut.run(Plan(power_cut.TORTURE.short, SEED, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["cuts"] == power_cut.TORTURE.short
    assert verdict.counts["operations that had to be there"] > 1000


def test_a_disk_that_never_synchronises_is_found_out(tmp_path: Path) -> None:
    verdict = power_cut.run(Plan(12, SEED, tmp_path), synchronises=False)
    assert len(verdict.faults) >= 3
