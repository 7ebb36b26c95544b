"""A flood of wrong sign-ins, and those who work meanwhile."""

import sys
from pathlib import Path

import pytest

from tests.torture import wrong_sign_ins
from tests.torture.plan import Plan


@pytest.mark.timeout(240)
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has one loopback address, and the flood needs many")
def test_a_flood_of_wrong_sign_ins_holds_up_nobody_who_works(tmp_path: Path) -> None:
    verdict = wrong_sign_ins.run(Plan(wrong_sign_ins.TORTURE.short, 3, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["× 401"] > 20, "guesses were checked, so the pulls had something to wait for"
