"""Headings, formats, chips and words of the tables of picking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.features.picking.bench import Bench
from desktop.features.picking.rows import BenchLine, BinRow, ConfirmedRow, QueueRow
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column
from shared_models.picking.records import Outcome

TYPE_WORDS = {"MEMO": "Memo", "CUTTING": "Cutting", "WING": "Wing", "BOOK": "Book", "RING_SET": "Ring set"}
OUTCOMES: dict[Outcome, tuple[Tone, str, str]] = {
    "shipped": (Tone.GOOD, "Shipped", "truck"),
    "backordered": (Tone.ATTENTION, "Backordered", "backorder"),
    "will_not_ship": (Tone.BAD, "Will not ship", "close"),
}
_IN_PARTS: dict[Outcome, str] = {"shipped": "shipped", "backordered": "wait", "will_not_ship": "won't ship"}
_STATES = {
    "new": Chip(Tone.INFO, "New", "bell"),
    "printed": Chip(Tone.NEUTRAL, "Printed", "print"),
    "in_part": Chip(Tone.ATTENTION, "In part", "waiting"),
    "done": Chip(Tone.GOOD, "Done", "good"),
}


def counted(number: int, one: str) -> str:
    """`1 ticket`, `46 tickets`."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def age_words(moment: datetime, now: datetime) -> str:
    """`12 min`, `3 h`, `2 days`: how long something has waited."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else counted(minutes // (24 * 60), "day")


def moment_words(moment: datetime) -> str:
    """Day and time where this machine stands."""
    local = moment.astimezone()
    return f"{local.day} {local:%b, %H:%M}"


def queue_columns(now: Callable[[], datetime]) -> tuple[Column[QueueRow], ...]:
    """Columns of the queue."""
    return (
        Column("number", "Request", lambda row: row.number or "next sync", width=92, strong=True,
               sort_key=lambda row: row.number),
        Column("state", "State", lambda row: _STATES[row.state].word, width=92, chip=lambda row: _STATES[row.state],
               sort_key=lambda row: row.state, tip=printed_words),
        Column("age", "Age", lambda row: age_words(row.placed_at, now()), width=70, align=Align.RIGHT,
               sort_key=lambda row: row.placed_at, tip=lambda row: moment_words(row.placed_at)),
        Column("showroom", "Showroom", lambda row: row.showroom, width=150, stretch=True,
               sort_key=lambda row: row.showroom.casefold()),
        Column("designer", "Designer", lambda row: row.designer or "showroom's own", width=130, muted=True,
               sort_key=lambda row: row.designer.casefold()),
        Column("method", "Ship by", lambda row: row.ship_method, width=80, muted=True,
               sort_key=lambda row: row.ship_method),
        Column("printed", "Printed", lambda row: f"{row.times_printed}×" if row.times_printed else "—", width=66,
               align=Align.RIGHT, muted=True, sort_key=lambda row: row.times_printed, tip=printed_words),
        Column("lines", "Open", lambda row: f"{row.lines_open} of {row.lines}", width=80, align=Align.RIGHT,
               sort_key=lambda row: row.lines_open),
        Column("doubled", "Look at", lambda row: _doubled(row).word if row.duplicates else "", width=118,
               chip=lambda row: _doubled(row) if row.duplicates else None, sort_key=lambda row: row.duplicates),
    )  # fmt: skip


def printed_words(row: QueueRow) -> str:
    """How often the ticket was printed."""
    return f"Printed {counted(row.times_printed, 'time')}" if row.times_printed else "Not printed yet"


def bench_columns(bench: Callable[[], Bench | None]) -> tuple[Column[BenchLine], ...]:
    """Columns of the lines on the bench; what is marked is asked of `bench`."""

    def said(line: BenchLine) -> Chip | None:
        now = bench()
        return marked_chip(line, now) if now is not None else None

    def marked(line: BenchLine) -> str:
        now = bench()
        return f"{now.marked(line.line_id)} of {line.still_open}" if now is not None and line.still_open else "—"

    def words(line: BenchLine) -> str:
        chip = said(line)
        return chip.word if chip is not None else ""

    return (
        Column("bin", "Bin", lambda line: line.bin or "—", width=84, strong=True, sort_key=lambda line: line.bin),
        Column("item_no", "Item", lambda line: line.item_no, width=100, strong=True,
               sort_key=lambda line: line.item_no),
        Column("title", "Pattern and colour", lambda line: line.title, width=120, stretch=True,
               sort_key=lambda line: line.title.casefold(), tip=line_tip),
        Column("type", "Form", lambda line: TYPE_WORDS.get(line.sample_type, line.sample_type), width=66, muted=True,
               sort_key=lambda line: line.sample_type),
        Column("asked", "Asked", lambda line: str(line.quantity), width=54, align=Align.RIGHT,
               sort_key=lambda line: line.quantity),
        Column("sent", "Sent", lambda line: str(line.shipped) if line.shipped else "—", width=50, align=Align.RIGHT,
               sort_key=lambda line: line.shipped, muted=True),
        Column("marked", "Marked", marked, width=68, align=Align.RIGHT, sort_key=lambda line: line.still_open),
        Column("said", "What will be said", words, width=168, chip=said, sort_key=words),
    )  # fmt: skip


def marked_chip(line: BenchLine, bench: Bench) -> Chip:
    """What Confirm will say of a line, or what was said of it before."""
    marks = [one for one in bench.markings if one.line_id == line.line_id]
    if len(marks) > 1:
        return Chip(Tone.INFO, " + ".join(f"{one.quantity} {_IN_PARTS[one.outcome]}" for one in marks))
    if marks:
        tone, word, icon = OUTCOMES[marks[0].outcome]
        until = marks[0].until_on
        return Chip(tone, f"{word} {until.day} {until:%b}" if until is not None else word, icon)
    if line.still_open == 0:
        return Chip(Tone.NEUTRAL, "Settled before", "check")
    if line.note and not line.shipped:
        return Chip(Tone.ATTENTION, "Likely duplicate", "copy")
    if line.backordered and not line.pending:
        return Chip(Tone.ATTENTION, "Backordered before", "backorder")
    return Chip(Tone.NEUTRAL, "Not picked yet", "waiting")


def line_tip(line: BenchLine) -> str:
    """All that the row has no room for."""
    parts = [line.title, f"{line.quantity} asked for"]
    for count, word in (
        (line.shipped, "shipped before"),
        (line.backordered, "backordered"),
        (line.will_not_ship, "will not ship"),
        (line.cancelled, "cancelled"),
    ):
        if count:
            parts.append(f"{count} {word}")
    parts.append(f"{line.still_open} open" if line.still_open else "settled")
    return " · ".join([*parts, *([line.note] if line.note else [])])


def confirmed_columns() -> tuple[Column[ConfirmedRow], ...]:
    """Columns of what was said."""
    return (
        Column("at", "When", lambda row: moment_words(row.confirmed_at), width=120, muted=True,
               sort_key=lambda row: row.confirmed_at),
        Column("number", "Request", lambda row: row.number, width=92, strong=True, sort_key=lambda row: row.number),
        Column("outcome", "Outcome", lambda row: OUTCOMES[row.outcome][1], width=126,
               chip=lambda row: Chip(*OUTCOMES[row.outcome]), sort_key=lambda row: row.outcome),
        Column("quantity", "Qty", lambda row: str(row.quantity), width=48, align=Align.RIGHT,
               sort_key=lambda row: row.quantity),
        Column("item_no", "Item", lambda row: row.item_no, width=96, sort_key=lambda row: row.item_no),
        Column("title", "Pattern and colour", lambda row: row.title, width=150, stretch=True,
               sort_key=lambda row: row.title.casefold()),
        Column("detail", "Until, why or how", confirmed_detail, width=170, muted=True, sort_key=confirmed_detail,
               tip=confirmed_detail),
        Column("by", "By", lambda row: row.by, width=110, muted=True, sort_key=lambda row: row.by.casefold()),
    )  # fmt: skip


def confirmed_detail(row: ConfirmedRow) -> str:
    """The date, the reason, or the carrier and its number."""
    if row.outcome == "backordered":
        return f"until {row.until_on.day} {row.until_on:%b %Y}" if row.until_on else "no date yet"
    if row.outcome == "will_not_ship":
        return row.reason
    return " ".join(part for part in (row.carrier, row.tracking_no) if part)


def bin_columns() -> tuple[Column[BinRow], ...]:
    """Columns of the bins."""
    return (
        Column("bin", "Bin", lambda row: row.bin, width=96, strong=True, sort_key=lambda row: row.bin),
        Column("item_no", "Item", lambda row: row.item_no, width=120, sort_key=lambda row: row.item_no),
        Column("title", "Pattern and colour", lambda row: row.title, width=160, stretch=True, muted=True,
               sort_key=lambda row: row.title.casefold()),
        Column("on_hand", "On hand", lambda row: str(row.on_hand), width=80, align=Align.RIGHT,
               tone=lambda row: Tone.BAD if row.on_hand <= 0 else None, sort_key=lambda row: row.on_hand),
    )  # fmt: skip


def _doubled(row: QueueRow) -> Chip:
    return Chip(Tone.ATTENTION, counted(row.duplicates, "duplicate"), "copy")
