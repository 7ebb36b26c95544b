"""The server's SQLite file after power cuts."""

from pathlib import Path

import pytest

from tests.torture import power_cut_server
from tests.torture.plan import Plan
from tests.torture.recording import why_not

REASON = why_not() or ""
pytestmark = [pytest.mark.skipif(bool(REASON), reason=REASON), pytest.mark.timeout(300)]
SEED = 20261123


def test_what_the_server_acknowledged_survives_every_power_cut(tmp_path: Path) -> None:
    verdict = power_cut_server.run(Plan(power_cut_server.TORTURE.short, SEED, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["operations that had to be there"] > 500


def test_a_server_whose_disk_never_synchronises_is_found_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    verdict = power_cut_server.run(Plan(10, SEED, tmp_path), synchronises=False)
    assert len(verdict.faults) >= 3
