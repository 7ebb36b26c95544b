"""The simulated trade in the hands of Hypothesis: it looks for a history that breaks a promise, and shortens it.

The seeds of `test_simulation.py` play more in the same time; what fails here comes as the plainest story of its kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.sync_scenarios.seeded_faults import FAULTS, switched_on
from tests.sync_scenarios.simulation.choices import AskedChoices
from tests.sync_scenarios.simulation.histories import Stage, open_stage
from tests.sync_scenarios.simulation.settling import settle
from tests.sync_scenarios.simulation.steps import STEPS, Step
from tests.sync_scenarios.simulation.story import Violation
from tests.sync_scenarios.simulation.trade import Manner, Trade

EXAMPLES = 8
STEPS_OF_EXAMPLE = 30
_OFTEN = [step for step in STEPS for _ in range(max(1, step.weight // 4))]
"""Each step as often as histories have it, about."""

pytestmark = pytest.mark.timeout(600)


class AnyHistory(RuleBasedStateMachine):
    """One trade, whose every step and every chance in it Hypothesis draws."""

    stage: ClassVar[Stage]

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._trade: Trade | None = None

    @initialize(tiny_pages=st.booleans(), processes=st.sampled_from((1, 2)))
    def open(self, tiny_pages: bool, processes: int) -> None:
        manner = Manner(tiny_pages=tiny_pages, processes=processes)
        self._trade = self._stack.enter_context(self.stage.history(0, manner))

    @rule(step=st.sampled_from(_OFTEN), data=st.data())
    def go_on(self, step: Step, data: st.DataObject) -> None:
        assert self._trade is not None
        step.happen(self._trade, _choices_of(data))

    @rule(data=st.data())
    def everybody_settles(self, data: st.DataObject) -> None:
        assert self._trade is not None
        settle(self._trade, _choices_of(data))

    def teardown(self) -> None:
        """Whatever was left is settled; then the story is told."""
        try:
            if self._trade is not None:
                settle(self._trade, AskedChoices(lambda _most: 0))
        finally:
            if self._trade is not None:
                note(self._trade.story.last())
            self._stack.close()


def _choices_of(data: st.DataObject) -> AskedChoices:
    return AskedChoices(lambda most: data.draw(st.integers(0, most)))


def _look(**changed: Any) -> None:
    chosen = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS_OF_EXAMPLE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(AnyHistory, settings=settings(chosen, **changed))


@pytest.fixture(scope="module", autouse=True)
def stage() -> Iterator[None]:
    """The beginning that all examples share."""
    with open_stage() as AnyHistory.stage:
        yield


def test_no_history_breaks_a_promise() -> None:
    _look()


def test_a_fault_is_found_and_its_story_told() -> None:
    """Shortening is left out: it takes minutes, and is Hypothesis's own business."""
    found_only = [Phase.generate]
    with switched_on(FAULTS["rebase_skips_reapply"]), pytest.raises(Violation) as found:
        _look(max_examples=60, derandomize=True, database=None, phases=found_only, report_multiple_bugs=False)
    assert any("syncs" in said for said in found.value.__notes__)
