"""Which answers a person has seen on this station: the navigation counts the others."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.feature import FeatureContext
from desktop.features.inquiries.queries import answer_key
from desktop.foundation.changes import Changes
from desktop.foundation.view_state import ViewState
from shared_models.inquiries.records import Inquiry

READ = "inquiries_read"
"""What is touched when an answer was seen: no record, so nothing else listens."""
_KEY = "inquiries:read"
_MOST = 2_000


def read_answers(view_state: ViewState) -> frozenset[str]:
    """The `answer_key`s of those that were seen."""
    return frozenset(view_state.text(_KEY).split())


def mark_read(context: FeatureContext, inquiries: Iterable[Inquiry]) -> None:
    """These are on the screen. Old ones are forgotten at last, which only makes them count again."""
    known = context.view_state.text(_KEY).split()
    before = set(known)
    new = [key for one in inquiries if (key := answer_key(one)) and key not in before]
    if new:
        context.view_state.keep(_KEY, " ".join([*known, *new][-_MOST:]))
        context.changes.publish(Changes.of(READ))
