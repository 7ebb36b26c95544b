"""One answer of a search, as features give it and search boxes show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchHit:
    """What it is about in one line, what tells it from its neighbours, and what it stands for."""

    title: str
    detail: str = ""
    icon: str = "right"
    value: object = None
