"""Headings, formats and chips of the feeds page's tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from desktop.features.feeds.differences import KIND_WORDS, ChangeLine
from desktop.features.feeds.rows import HeadingKind, HeadingRow, SavedHeading
from desktop.features.feeds.words import dataset_title, mode_words, moment_words
from desktop.sync.feed_messages import DatasetState, FeedRun, RowFault
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column
from shared_models.catalogue.freshness import cadence_words

_OUTCOMES = {
    "landed": Chip(Tone.GOOD, "Taken in"),
    "held": Chip(Tone.ATTENTION, "Held"),
    "refused": Chip(Tone.BAD, "Refused"),
    "ignored": Chip(Tone.NEUTRAL, "Too old"),
    "rejected": Chip(Tone.NEUTRAL, "Rejected"),
}
_HEADINGS: dict[HeadingKind, Chip] = {
    "suggested": Chip(Tone.INFO, "May mean"),
    "unknown": Chip(Tone.ATTENTION, "Not known"),
    "unused": Chip(Tone.NEUTRAL, "Not used", "info"),
    "mapped": Chip(Tone.GOOD, "By mapping", "tag"),
    "left_out": Chip(Tone.NEUTRAL, "Left out", "minus"),
}
_CHANGES = {
    "gone": Chip(Tone.ATTENTION, "Gone", "minus"),
    "changed": Chip(Tone.INFO, "Changed", "edit"),
    "new": Chip(Tone.GOOD, "New", "plus"),
}
_NEVER = datetime.min.replace(tzinfo=UTC)


def outcome_chip(run: FeedRun) -> Chip:
    """What became of a run; a word of a newer server is shown as it is."""
    if run.mode == "live":
        return Chip(Tone.INFO, "Real time", "sync")
    return _OUTCOMES.get(run.status, Chip(Tone.NEUTRAL, run.status.capitalize()))


def state_chip(state: DatasetState) -> Chip:
    """How a dataset stands, the thing that needs somebody first."""
    if state.why_not:
        return Chip(Tone.NEUTRAL, "Not taken in", "lock")
    if state.held_run is not None:
        return _OUTCOMES["held"]
    if state.last_run is not None and state.last_run.status == "refused":
        return _OUTCOMES["refused"]
    if state.punctuality == "late":
        return Chip(Tone.ATTENTION, "Late", "waiting")
    return Chip(Tone.NEUTRAL, "None yet") if state.as_of is None else Chip(Tone.GOOD, "Good")


def state_words(state: DatasetState) -> str:
    """What is to be said of a dataset beside its state."""
    if state.why_not:
        return state.why_not
    told = state.held_run or state.last_run
    said = told.sentence if told is not None else "No file was ever posted."
    due = f"New figures are promised {cadence_words(state.due_every_minutes)}" if state.due_every_minutes else ""
    late = ", and they are late" if state.punctuality == "late" else ""
    return f"{due}{late}. {said}" if due else said


def dataset_columns(now: Callable[[], datetime]) -> tuple[Column[DatasetState], ...]:
    """Columns of the datasets."""
    return (
        Column("dataset", "Dataset", lambda row: dataset_title(row.dataset), width=104, strong=True, stretch=True,
               sort_key=lambda row: row.dataset, tip=state_words),
        Column("state", "State", lambda row: state_chip(row).word, width=122, chip=state_chip,
               sort_key=lambda row: state_chip(row).word, tip=state_words),
        Column("as_of", "As of", lambda row: moment_words(row.as_of, now()), width=106,
               sort_key=lambda row: row.as_of, tip=state_words),
        Column("rows", "Rows", lambda row: f"{row.rows:,}" if row.as_of else "", width=68, align=Align.RIGHT,
               sort_key=lambda row: row.rows),
        Column("due", "Due", lambda row: cadence_words(row.due_every_minutes), width=92, muted=True,
               sort_key=lambda row: row.due_every_minutes or None, hidden=True),
        Column("posted", "Last file", lambda row: moment_words(_posted(row), now()), width=104, muted=True,
               sort_key=lambda row: _posted(row) or _NEVER, hidden=True),
        Column("words", "What was said of it", state_words, width=320, tip=state_words, sort_key=state_words,
               hidden=True),
    )  # fmt: skip


def _posted(state: DatasetState) -> datetime | None:
    return state.last_run.posted_at if state.last_run is not None else None


def run_columns(now: Callable[[], datetime]) -> tuple[Column[FeedRun], ...]:
    """Columns of the history."""
    return (
        Column("posted", "Posted", lambda row: moment_words(row.posted_at, now()), width=104, stretch=True,
               sort_key=lambda row: row.posted_at, tip=lambda row: f"As of {moment_words(row.as_of, now())}"),
        Column("outcome", "Outcome", lambda row: outcome_chip(row).word, width=100, chip=outcome_chip,
               sort_key=lambda row: row.status),
        Column("mode", "File", lambda row: mode_words(row.mode), width=104, muted=True, sort_key=lambda row: row.mode,
               hidden=True),
        _figure("read", "Rows", lambda row: row.rows_read),
        _figure("new", "New", lambda row: row.rows_new),
        _figure("changed", "Changed", lambda row: row.rows_changed),
        _figure("gone", "Gone", lambda row: row.rows_gone),
        _figure("errors", "Errors", lambda row: row.error_count),
        Column("sentence", "What was said", lambda row: row.sentence, width=240, hidden=True,
               sort_key=lambda row: row.sentence, tip=lambda row: row.sentence),
    )  # fmt: skip


def _figure(key: str, heading: str, count: Callable[[FeedRun], int]) -> Column[FeedRun]:
    return Column(key, heading, lambda row: f"{count(row):,}", width=72, align=Align.RIGHT, sort_key=count)


def change_columns() -> tuple[Column[ChangeLine], ...]:
    """Columns of what a run changes."""
    return (
        Column("kind", "What", lambda row: KIND_WORDS.get(row.kind, row.kind), width=92,
               chip=lambda row: _CHANGES.get(row.kind, Chip(Tone.NEUTRAL, row.kind.capitalize())),
               sort_key=lambda row: row.kind),
        Column("key", "Number", lambda row: row.key, width=84, strong=True, sort_key=lambda row: row.key,
               tip=lambda row: f"Row {row.row:,} of the file" if row.row else "In no row of the file"),
        Column("known_by", "Known by", lambda row: row.known_by, width=100, sort_key=lambda row: row.known_by,
               tip=lambda row: row.known_by),
        Column("column", "Column", lambda row: row.column, width=92, muted=True, sort_key=lambda row: row.column),
        Column("before", "Before", lambda row: row.before, width=92, stretch=True, sort_key=lambda row: row.before,
               tip=lambda row: row.before),
        Column("after", "After", lambda row: row.after, width=92, stretch=True, sort_key=lambda row: row.after,
               tip=lambda row: row.after),
        Column("row", "Row", lambda row: f"{row.row:,}" if row.row else "", width=64, align=Align.RIGHT,
               sort_key=lambda row: row.row or None, hidden=True),
    )  # fmt: skip


def error_columns() -> tuple[Column[RowFault], ...]:
    """Columns of row errors."""
    return (
        Column("row", "Row", lambda row: f"{row.row}", width=58, align=Align.RIGHT, sort_key=lambda row: row.row),
        Column("column", "Column", lambda row: row.column, width=128, strong=True, sort_key=lambda row: row.column),
        Column("value", "Value", lambda row: row.value, width=120, sort_key=lambda row: row.value,
               tip=lambda row: row.value),
        Column("expected", "Expected", lambda row: row.expected, width=170, stretch=True,
               sort_key=lambda row: row.expected, tip=lambda row: row.expected),
        Column("example", "Example", lambda row: row.example, width=104, muted=True, sort_key=lambda row: row.example,
               tip=lambda row: row.example),
    )  # fmt: skip


def heading_columns() -> tuple[Column[HeadingRow], ...]:
    """Columns of the headings that are not simply known."""
    return (
        Column("heading", "Heading in the file", lambda row: row.heading, width=150, strong=True,
               sort_key=lambda row: row.heading.casefold(), tip=lambda row: row.heading),
        Column("kind", "How", lambda row: _HEADINGS[row.kind].word, width=112, chip=lambda row: _HEADINGS[row.kind],
               sort_key=lambda row: row.kind),
        Column("column", "Column", lambda row: row.column, width=130, sort_key=lambda row: row.column),
        Column("why", "Why", lambda row: row.why, width=180, stretch=True, muted=True, tip=lambda row: row.why,
               sort_key=lambda row: row.why),
    )  # fmt: skip


def saved_columns() -> tuple[Column[SavedHeading], ...]:
    """Columns of the saved mapping."""
    return (
        Column("heading", "Heading", lambda row: row.heading, width=200, strong=True, stretch=True,
               sort_key=lambda row: row.heading.casefold(), tip=lambda row: row.heading),
        Column("column", "Column", lambda row: row.column or "left out", width=170,
               sort_key=lambda row: row.column),
    )  # fmt: skip
