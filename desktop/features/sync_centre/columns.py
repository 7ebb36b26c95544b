"""Headings, formats and chips of the sync centre's tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.features.sync_centre.rows import AttentionRow, OperationRow
from desktop.sync.outbox import State
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column

STATES: dict[State, Chip] = {
    "waiting": Chip(Tone.INFO, "Waiting", "waiting"),
    "sent": Chip(Tone.GOOD, "Sent", "send"),
    "applied": Chip(Tone.GOOD, "Done", "good"),
    "needs_review": Chip(Tone.ATTENTION, "Done, look at it", "attention"),
    "refused": Chip(Tone.BAD, "Refused", "bad"),
}
_HELD = Chip(Tone.ATTENTION, "Held back", "attention")


def counted(number: int, one: str) -> str:
    """`1 operation`, `7 operations`."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def age_words(moment: datetime, now: datetime) -> str:
    """How long ago: `just now`, `12 min`, `3 h`, `2 days`."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else counted(minutes // (24 * 60), "day")


def moment_words(moment: datetime | None) -> str:
    """Day and time where this machine stands; empty for None."""
    if moment is None:
        return ""
    local = moment.astimezone()
    return f"{local.day} {local:%b, %H:%M}"


def waiting_columns(now: Callable[[], datetime]) -> tuple[Column[OperationRow], ...]:
    """Columns of what waits."""
    return (
        Column("state", "State", lambda row: _waiting_chip(row).word, width=108, chip=_waiting_chip,
               sort_key=lambda row: row.sentence, tip=lambda row: row.sentence),
        Column("what", "What was done", lambda row: row.what, width=300, stretch=True, strong=True,
               sort_key=lambda row: row.what, tip=lambda row: f"{row.what}. {row.sentence}".strip()),
        Column("age", "Age", lambda row: age_words(row.made_at, now()), width=78, align=Align.RIGHT,
               sort_key=lambda row: row.made_at, tip=lambda row: moment_words(row.made_at)),
        Column("by", "By", lambda row: row.by, width=130, muted=True, sort_key=lambda row: row.by),
    )  # fmt: skip


def attention_columns(now: Callable[[], datetime]) -> tuple[Column[AttentionRow], ...]:
    """Columns of what needs somebody."""
    return (
        Column("kind", "Kind", lambda row: _kind(row).word, width=104, chip=_kind, sort_key=lambda row: row.kind),
        Column("what", "What", lambda row: row.what, width=260, stretch=True, strong=True,
               sort_key=lambda row: row.what, tip=lambda row: row.what),
        Column("why", "Why", lambda row: row.why, width=300, sort_key=lambda row: row.why, tip=lambda row: row.why),
        Column("age", "Since", lambda row: age_words(row.since, now()), width=78, align=Align.RIGHT,
               sort_key=lambda row: row.since, tip=lambda row: moment_words(row.since)),
    )  # fmt: skip


def done_columns() -> tuple[Column[OperationRow], ...]:
    """Columns of what was done."""
    return (
        Column("state", "Outcome", lambda row: STATES[row.state].word, width=132, chip=lambda row: STATES[row.state],
               sort_key=lambda row: row.state),
        Column("what", "What was done", lambda row: row.what, width=300, stretch=True, strong=True,
               sort_key=lambda row: row.what, tip=lambda row: f"{row.what}. {row.sentence}".strip()),
        Column("made", "Done at", lambda row: moment_words(row.made_at), width=108, muted=True,
               sort_key=lambda row: row.made_at),
        Column("by", "By", lambda row: row.by, width=130, muted=True, sort_key=lambda row: row.by),
    )  # fmt: skip


def _waiting_chip(row: OperationRow) -> Chip:
    return _HELD if row.sentence else STATES["waiting"]


def _kind(row: AttentionRow) -> Chip:
    return STATES["refused"] if row.kind == "refused" else Chip(Tone.ATTENTION, "Look at it", "attention")
