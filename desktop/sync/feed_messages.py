"""What the server says of feeds, as far as a station reads it: states of datasets, runs, mappings. No Qt.

Everything but what names a thing has a default, so that an older and a newer server are both understood.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Mode = Literal["full", "delta"]


class RowFault(msgspec.Struct, frozen=True, kw_only=True):
    """One cell or row that cannot be taken in: where it stands, what it says, what was expected instead."""

    row: int
    column: str
    value: str
    expected: str
    example: str = ""


class SuggestedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """What a heading that nothing answers to may mean, and why."""

    heading: str
    column: str
    because: str = ""


class CellChange(msgspec.Struct, frozen=True, array_like=True):
    """One cell; `before` is empty in a new row, `after` in one that is gone."""

    column: str
    before: str = ""
    after: str = ""


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """One row that is new, gone or changed."""

    kind: str
    row: int = 0
    """Its number in the file; 0 for a row that is gone."""
    key: list[str] = []
    about: str = ""
    cells: list[CellChange] = []


class DifferencePage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of what a run changed."""

    run_id: str
    dataset: str
    key: list[str] = []
    """The columns of `RowChange.key`."""
    state: str = ""
    sentence: str = ""
    """What is not here and why; empty when all of it is."""
    matches: int = 0
    """Rows that were asked for, as far as they are kept."""
    offset: int = 0
    rows: list[RowChange] = []


class FeedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a feed, tried or for good."""

    id: str
    dataset: str
    mode: str = "full"
    status: str
    """landed, held, refused, ignored, rejected; a word of a newer server is shown as it is."""
    as_of: datetime
    posted_at: datetime
    settled_at: datetime | None = None
    batch_id: str = ""
    sha256: str = ""
    code: str = ""
    sentence: str = ""
    rows_read: int = 0
    rows_refused: int = 0
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_gone: int = 0
    error_count: int = 0
    unknown_columns: list[str] = []
    mapped_columns: dict[str, str] = {}
    suggested_columns: list[SuggestedColumn] = []
    changed_columns: dict[str, int] = {}
    """In how many of the changed rows each column differs."""
    difference: str = ""
    """kept, forgotten, or empty when there is none to look at."""
    row_changes: list[RowChange] = []
    """Of a dry run."""
    errors: list[RowFault] = []
    facts: dict[str, str | int | None] = {}
    dry_run: bool = False
    repeated: bool = False


class DatasetState(msgspec.Struct, frozen=True, kw_only=True):
    """How one dataset of the house stands."""

    dataset: str
    why_not: str = ""
    """Why a file of it is not taken in today; empty when it is."""
    as_of: datetime | None = None
    due_every_minutes: int = 0
    """How often new figures are promised; 0 when that was not said."""
    punctuality: str = "no_promise"
    """fresh, due, late, or no_promise."""
    rows: int = 0
    last_run: FeedRun | None = None
    held_run: FeedRun | None = None


class ColumnChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A column that a heading may be given."""

    name: str
    expected: str = ""
    example: str = ""


class DeclaredMapping(msgspec.Struct, frozen=True, kw_only=True):
    """How the house's files of a dataset are written."""

    dataset: str
    mapping: dict[str, str] = {}
    """Heading to column, or "" where the heading is left out."""
    day_formats: list[str] = []
    thousands: str = ""
    most_gone_percent: int = 20
    due_every_minutes: int | None = None
    """How often new figures are promised; 0 when that was not said, None from a server that does not ask."""
    columns: list[ColumnChoice] = []
    known_day_formats: list[str] = []
    known_thousands: list[str] = []


class MappingChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person declares anew; what is not said stays as it is."""

    mapping: dict[str, str | None] = {}
    """Heading to column, "" to leave it out, None to forget what was declared of it."""
    day_formats: list[str] | None = None
    thousands: str | None = None
    most_gone_percent: int | None = None
    due_every_minutes: int | None = None


class RefusedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A problem that carries the run it ended."""

    run: FeedRun
