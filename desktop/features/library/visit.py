"""What stands on the library desk at a moment: the designer, what she took, what may be undone; all of it frozen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from desktop.features.library.rows import CopyRow, DesignerRow
from desktop.widgets.colours import Tone

UNDONE = "Undone"
"""The result of a scan that was taken back."""


class Undoable(msgspec.Struct, frozen=True):
    """A scan that can be taken back: `key` is the id of the loan or of the return that it made."""

    kind: Literal["lent", "returned"]
    key: str
    copy_id: str
    title: str


class VisitLoan(msgspec.Struct, frozen=True):
    """A copy that left during this visit."""

    loan_id: str
    copy_id: str
    barcode: str
    item_no: str
    title: str
    sample_type: str
    due_on: date


class Visit(msgspec.Struct, frozen=True):
    """The desk between two scans. Without a designer, a copy that is scanned comes back."""

    designer: DesignerRow | None = None
    is_returning: bool = False
    due_on: date | None = None
    """A due day that a person typed for this visit; None means the showroom's rule."""
    sidemark: str = ""
    loans: tuple[VisitLoan, ...] = ()
    began_at: datetime | None = None
    may_lend_blocked: bool = False
    refused: CopyRow | None = None
    """The copy that was last refused because the designer is blocked: what “lend anyway” lends."""
    undoable: tuple[Undoable, ...] = ()
    """The newest last; it outlives the visit."""

    @property
    def takes_back(self) -> bool:
        """Whether the next copy comes back rather than leaves."""
        return self.is_returning or self.designer is None


class LogLine(msgspec.Struct, frozen=True):
    """What one scan did, as one line: read from left to right it is a sentence."""

    at: datetime
    """In this machine's zone."""
    tone: Tone
    word: str
    """The result in one or two words, for the chip."""
    what: str
    note: str = ""
    """The rest of the sentence: why, since when, what to do."""
    item_no: str = ""
    whom: str = ""
    due_on: date | None = None
    icon: str = ""
    undoable: Undoable | None = None
    is_undone: bool = False
    offer: Literal["", "add_copy", "lend_anyway", "take_back", "undo", "open_page"] = ""
    """The step that the answer offers."""
    number: int = 0
    """Its place in the log, from 1; given by the log."""
    about: str = ""
    """What the offered step is about: a barcode, a copy's barcode, a page."""


class Step(msgspec.Struct, frozen=True):
    """What one entry in the scan box led to: the desk as it is now, the lines to show, and what the page should do."""

    visit: Visit
    lines: tuple[LogLine, ...] = ()
    undone: frozenset[str] = frozenset()
    """Keys of scans that were taken back."""
    designers: tuple[DesignerRow, ...] = ()
    """To choose from, when a few letters fit several."""
    copies_asked: str = ""
    """What was typed to find copies by, when there are such."""
    page_does: Literal["", "receipt", "sidemark"] = ""
