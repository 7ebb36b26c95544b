"""The headings of a file that was looked at which are not simply known, and what accepting them declares."""

from __future__ import annotations

import re
from collections.abc import Iterable

from desktop.features.feeds.rows import HeadingRow
from desktop.sync.feed_messages import FeedRun, MappingChange

_SEGMENT = re.compile(r" \(segment \d+\)$")


def left_over(run: FeedRun) -> tuple[list[str], list[str]]:
    """Headings that nobody knows, and what an X12 file holds that no column takes; only the first can be declared."""
    if not any(_SEGMENT.search(one) for one in run.unknown_columns):
        return run.unknown_columns, []
    return [], run.unknown_columns


def heading_rows(run: FeedRun) -> list[HeadingRow]:
    """Suggested ones first, then those nobody knows, then what is not used and what the saved mapping did."""
    likely = {one.heading: one for one in run.suggested_columns}
    suggested = [
        HeadingRow(one.heading, "suggested", one.column, f"It {one.because}." if one.because else "")
        for one in run.suggested_columns
    ]
    headings, notes = left_over(run)
    unknown = [
        HeadingRow(heading, "unknown", "", "Its cells are not taken in.")
        for heading in headings
        if heading not in likely
    ]
    unused = [HeadingRow(note, "unused", "", "X12 holds it and no column takes it.") for note in notes]
    mapped = [
        HeadingRow(heading, "mapped" if column else "left_out", column, "Declared before.")
        for heading, column in run.mapped_columns.items()
    ]
    return [*suggested, *unknown, *unused, *mapped]


def open_count(rows: Iterable[HeadingRow]) -> int:
    """How many of them a person has not decided about."""
    return sum(row.kind in ("suggested", "unknown") for row in rows)


def all_suggestions(rows: Iterable[HeadingRow]) -> MappingChange:
    """Declares every suggestion."""
    return MappingChange(mapping={row.heading: row.column for row in rows if row.kind == "suggested"})
