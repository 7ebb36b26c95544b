"""The real station and the real server with a bad network between them."""

from pathlib import Path

import pytest

from tests.torture import storm
from tests.torture.plan import Plan


@pytest.mark.timeout(300)
def test_a_storm_loses_nothing_and_doubles_nothing_where_naive_clients_do_both(tmp_path: Path) -> None:
    verdict = storm.run(Plan(storm.TORTURE.short, 7, tmp_path))
    assert verdict.faults == []
    assert verdict.counts["operations saved"] >= 300
    assert verdict.counts["lost by a naive client"] > 0
    assert verdict.counts["doubled by a naive client"] > 0
