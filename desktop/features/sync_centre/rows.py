"""The frozen rows of the sync centre."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

from desktop.sync.outbox import State


class OperationRow(NamedTuple):
    """One operation of this station."""

    operation_id: str
    state: State
    what: str
    made_at: datetime
    by: str
    settled_at: datetime | None
    sentence: str
    """What the server said of it; for one that waits, behind what it waits."""


class AttentionRow(NamedTuple):
    """Something that a person must look at: a refused operation, or a review item."""

    key: str
    kind: Literal["refused", "review"]
    what: str
    why: str
    since: datetime
