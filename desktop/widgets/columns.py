"""Columns of a table as data: heading, width, format, sort key; pages declare them in their `columns.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone

Row = TypeVar("Row")


class Align(Enum):
    """Words stand left, figures right."""

    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column over rows of type `Row`.

    `key` names it in remembered widths and in orders and never changes. `width` is px at normal text size.
    Without `sort_key` a short table cannot be ordered by it; in a long table `sortable` decides, because
    there the page orders by its own query. A sort key of None sorts last, whichever way the order runs.
    """

    key: str
    heading: str
    text: Callable[[Row], str]
    width: int = 120
    align: Align = Align.LEFT
    # The values only need to compare with each other; typing them as Any keeps declarations short.
    sort_key: Callable[[Row], Any] | None = None
    sortable: bool = False
    chip: Callable[[Row], Chip | None] | None = None
    tone: Callable[[Row], Tone | None] | None = None
    tip: Callable[[Row], str] | None = None
    stretch: bool = False
    strong: bool = False
    muted: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Which column a table is ordered by, and which way."""

    key: str
    descending: bool = False
