"""Histories of a whole trade, each by its seed: crashes, copies, bad networks, restored disks and servers.

A failing one prints its story and how to see it again. Each costs two to three seconds of one core, spread over real
statements, requests and feeds without one dear place, so CI plays 96 of them: 300 would add some five minutes to it.
Before a release `python -m tests.sync_scenarios.simulator` plays those and more.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.postgres import PostgresCluster
from tests.sync_scenarios.simulation.histories import STEPS_OF_A_HISTORY, Stage, open_stage, run_history, shorten
from tests.sync_scenarios.simulator import told

HISTORIES = 96
AT_ONCE = 8
ON_POSTGRES = 3

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """The beginning that all histories share, on SQLite."""
    with open_stage() as opened:
        yield opened


def _play(stage: Stage, first: int, count: int, *, tries: int = 40) -> None:
    for seed in range(first, first + count):
        outcome = run_history(stage, seed)
        if outcome.failure:
            pytest.fail(told(shorten(stage, outcome, tries=tries), STEPS_OF_A_HISTORY), pytrace=False)


@pytest.mark.parametrize("first", range(0, HISTORIES, AT_ONCE))
def test_every_promise_holds_in_every_history(stage: Stage, first: int) -> None:
    _play(stage, first, AT_ONCE)


def test_every_promise_holds_with_the_server_on_postgresql(postgres: PostgresCluster) -> None:
    with open_stage(postgres) as stage:
        _play(stage, 0, ON_POSTGRES, tries=15)


def test_a_seed_tells_the_same_wherever_it_is_told(stage: Stage) -> None:
    here = run_history(stage, 7).story
    script = (
        "import sys\n"
        "from tests.sync_scenarios.simulation.histories import open_stage, run_history\n"
        "with open_stage() as stage:\n"
        "    sys.stdout.write(run_history(stage, 7).story)\n"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert elsewhere.stdout == here
