"""Upgrades that are killed half-way."""

from pathlib import Path

import pytest

from tests.torture import kill_upgrade
from tests.torture.plan import Plan
from tests.torture.recording import why_not

REASON = why_not() or ""


@pytest.mark.skipif(bool(REASON), reason=REASON)
@pytest.mark.timeout(240)
def test_an_upgrade_that_is_killed_leaves_what_was_or_what_will_be(tmp_path: Path) -> None:
    verdict = kill_upgrade.run(Plan(kill_upgrade.TORTURE.short, 20261123, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["kills"] == kill_upgrade.TORTURE.short
