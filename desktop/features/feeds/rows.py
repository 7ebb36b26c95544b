"""The frozen rows of the feeds page, and a file that was looked at."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from desktop.sync.feed_messages import DeclaredMapping, FeedRun


class FileFacts(NamedTuple):
    """What the disk says of a file."""

    size: int
    saved_at: datetime


class ChosenFile(NamedTuple):
    """A file and what a person says of it."""

    path: Path
    facts: FileFacts
    dataset: str
    mode: str = "full"
    as_of_now: bool = False
    """Its figures are of the moment at which it is posted, by the server's clock; else of when it was saved."""
    good_rows_only: bool = False


class Trial(NamedTuple):
    """What the server said of a file without keeping anything of it."""

    chosen: ChosenFile
    sha256: str
    """Of the bytes that were looked at; only those are taken in."""
    batch_id: str
    """Under which it is taken in, however often that is tried."""
    run: FeedRun
    declared: DeclaredMapping


HeadingKind = Literal["suggested", "unknown", "unused", "mapped", "left_out"]


class HeadingRow(NamedTuple):
    """One heading of the file that is not simply known."""

    heading: str
    kind: HeadingKind
    column: str
    """What it is taken for, or may be; empty when nobody can say."""
    why: str


class SavedHeading(NamedTuple):
    """One heading of the saved mapping."""

    heading: str
    column: str
    """Empty where the heading is left out."""
