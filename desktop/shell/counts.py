"""How many things want something of the person on each page, kept up to date in the navigation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from desktop.feature import Counting, Feature, FeatureContext
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.shell.rail import Rail


class Counts:
    """Asks the features that count, beside the screen, at the start and whenever what they count was touched."""

    def __init__(self, rail: Rail, features: Sequence[Feature], context: FeatureContext) -> None:
        """Of one membership; `context.changes` holds this weakly."""
        self._rail, self._context = rail, context
        self._counting: dict[str, Counting] = {one.name: one for one in features if isinstance(one, Counting)}
        self._asked: dict[str, Job] = {}
        context.changes.subscribe(self._on_changes)
        for name in self._counting:
            self._ask(name)

    def _on_changes(self, changes: Changes) -> None:
        for name, feature in self._counting.items():
            if changes.touches(*feature.counted_kinds):
                self._ask(name)

    def _ask(self, name: str) -> None:
        if name in self._asked:
            self._asked[name].cancel()
        feature, context = self._counting[name], self._context
        self._asked[name] = context.jobs.submit_read(
            lambda: feature.count(context), partial(self._rail.show_count, name)
        )
