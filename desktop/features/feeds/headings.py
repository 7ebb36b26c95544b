"""The headings of a file that was looked at which are not simply known, and what accepting them declares."""

from __future__ import annotations

from collections.abc import Iterable

from desktop.features.feeds.rows import HeadingRow
from desktop.sync.feed_messages import FeedRun, MappingChange


def heading_rows(run: FeedRun) -> list[HeadingRow]:
    """Suggested ones first, then those nobody knows, then what the saved mapping did."""
    likely = {one.heading: one for one in run.suggested_columns}
    suggested = [
        HeadingRow(one.heading, "suggested", one.column, f"It {one.because}." if one.because else "")
        for one in run.suggested_columns
    ]
    unknown = [
        HeadingRow(heading, "unknown", "", "Its cells are not taken in.")
        for heading in run.unknown_columns
        if heading not in likely
    ]
    mapped = [
        HeadingRow(heading, "mapped" if column else "left_out", column, "Declared before.")
        for heading, column in run.mapped_columns.items()
    ]
    return [*suggested, *unknown, *mapped]


def open_count(rows: Iterable[HeadingRow]) -> int:
    """How many of them a person has not decided about."""
    return sum(row.kind in ("suggested", "unknown") for row in rows)


def all_suggestions(rows: Iterable[HeadingRow]) -> MappingChange:
    """Declares every suggestion."""
    return MappingChange(mapping={row.heading: row.column for row in rows if row.kind == "suggested"})
