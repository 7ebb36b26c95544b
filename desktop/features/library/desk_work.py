"""The desk's actions one after the other, each starting from where the one before left the visit."""

from __future__ import annotations

from collections.abc import Callable

from desktop.feature import FeatureContext
from desktop.features.library.visit import Step, Visit
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk

Act = Callable[[Desk, Visit], tuple[Changes, Step]]


class DeskWork:
    """Runs actions on the visit. The visit itself is read and replaced by the action that runs, one at a time."""

    def __init__(self, context: FeatureContext, on_step: Callable[[Step], None]) -> None:
        """`on_step` is called in the GUI thread after each action, when what it did is durable."""
        self._context = context
        self._on_step = on_step
        self._visit = Visit()

    def do(
        self,
        act: Act,
        failed: Callable[[Exception], None] | None = None,
        done: Callable[[], None] | None = None,
        *,
        prompt: bool = False,
    ) -> None:
        """Queue an action; `done` is called after it, `failed` takes its exception where it may raise one.

        `prompt` is for one that looks up and records a single thing: it may be over when this returns.
        """
        desk, jobs = self._context.desk, self._context.jobs

        def run() -> Step:
            _changes, step = act(desk, self._visit)
            self._visit = step.visit
            return step

        def show(step: Step) -> None:
            self._on_step(step)
            if done is not None:
                done()

        if prompt:
            jobs.submit_prompt_write(run, show, failed, claim=desk.database.unless_busy)
            if desk.database.wants_tidying:
                # Beside the next scan, which does not wait for it.
                jobs.submit_read(desk.database.tidy)
        else:
            jobs.submit_write(run, show, failed)
