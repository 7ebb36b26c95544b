"""Headings and formats of the time line of a project."""

from __future__ import annotations

from desktop.features.follow_up.columns import Now, day
from desktop.features.follow_up.rows import Step
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column


def timeline_columns(now: Now) -> tuple[Column[Step], ...]:
    """Columns of the steps; those that are still to come are told in another ink and by their words."""

    def is_to_come(row: Step) -> bool:
        return row.on[:10] > now().astimezone().date().isoformat()

    return (
        Column("on", "Day", lambda row: day(row.on, now) or "not known", width=68, strong=True, sortable=True),
        Column("what", "What", lambda row: row.what, width=124, sortable=True,
               tone=lambda row: Tone.INFO if is_to_come(row) else None,
               tip=lambda row: f"{row.what}, still to come" if is_to_come(row) else row.what),
        Column("number", "Number", lambda row: row.number, width=106, sortable=True),
        Column("detail", "What it is about", lambda row: row.detail, width=112, stretch=True, sortable=True,
               tip=lambda row: row.detail),
        Column("state", "State", lambda row: row.state, width=104, sortable=True, tip=lambda row: row.state),
        Column("sidemark", "Sidemark", lambda row: row.sidemark, width=100, muted=True, sortable=True,
               tip=lambda row: row.sidemark),
        Column("distributor", "Distributor", lambda row: row.distributor, width=118, muted=True, hidden=True,
               sortable=True),
        Column("age", "As of", lambda row: row.age, width=86, align=Align.RIGHT, muted=True, sortable=True,
               tone=lambda row: Tone.BAD if row.age.endswith("late") else None),
    )  # fmt: skip
