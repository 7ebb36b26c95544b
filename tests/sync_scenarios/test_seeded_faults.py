"""The simulation finds every seeded fault within a few histories; without a fault the same histories pass."""

from collections.abc import Iterator

import pytest

from tests.sync_scenarios.seeded_faults import FAULTS, switched_on
from tests.sync_scenarios.simulation.histories import STEPS_OF_A_HISTORY, Outcome, Stage, open_stage, run_history
from tests.sync_scenarios.simulator import told

MOST_HISTORIES = 12
"""From the first one on that was seen to find it, so that a change of the programs may shift it."""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as opened:
        yield opened


def found_by(stage: Stage, name: str) -> Outcome | None:
    """The first history that breaks a promise because of the fault; None when none of them does."""
    fault = FAULTS[name]
    with switched_on(fault):
        for seed in range(fault.seed, fault.seed + MOST_HISTORIES):
            outcome = run_history(stage, seed)
            if outcome.failure:
                return outcome
    return None


@pytest.mark.parametrize("name", FAULTS)
def test_the_simulation_finds_the_fault(stage: Stage, name: str) -> None:
    assert found_by(stage, name) is not None, f"{FAULTS[name].what}: not found in {MOST_HISTORIES} histories"


@pytest.mark.parametrize("seed", sorted({fault.seed for fault in FAULTS.values()} - {0}))
def test_without_its_fault_a_history_keeps_every_promise(stage: Stage, seed: int) -> None:
    """Those from 0 on are played in `test_simulation.py`."""
    outcome = run_history(stage, seed)
    assert not outcome.failure, told(outcome, STEPS_OF_A_HISTORY)


def test_what_breaks_a_promise_is_told_as_a_story_with_its_seed(stage: Stage) -> None:
    outcome = found_by(stage, "stock_set_not_moved")
    assert outcome is not None
    text = told(outcome, STEPS_OF_A_HISTORY)
    assert "of 1354." in outcome.failure
    assert "The weather clears. Everybody syncs, and deals with what was refused.\n" in text
    assert f"--seed {outcome.seed} --histories 1" in text
    assert all(sentence.endswith(".") for sentence in outcome.story.splitlines())
