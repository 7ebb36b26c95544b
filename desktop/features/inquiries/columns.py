"""Headings, formats and chips of the list of inquiries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desktop.cache.inquiries import InquiryNow
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Column
from shared_models.inquiries.rules import Standing
from shared_models.inquiries.words import WANTED_SHORT, day_text, mood_of, standing_word
from shared_models.kernel.clock import local_day

Now = Callable[[], datetime]
_ICONS = {Standing.OPEN: "waiting", Standing.WITHDRAWN: "undo", Standing.OVERTAKEN: "close"}


def inquiry_columns(now: Now, *, asked_of_us: bool) -> tuple[Column[InquiryNow], ...]:
    """`asked_of_us`: the list of a distributor's master, to whom it matters who asks; else who is asked."""
    who: Column[InquiryNow] = Column("asked_from", "From", lambda row: row.inquiry.asked_from, width=122,
                        sort_key=lambda row: row.inquiry.asked_from,
                        tip=lambda row: row.inquiry.asked_by_name)  # fmt: skip
    house: Column[InquiryNow] = Column("house", "Distributor", lambda row: row.distributor, width=122,
                          sort_key=lambda row: row.distributor)  # fmt: skip
    return (
        Column("standing", "Stands", lambda row: _word(row, now), width=150, chip=lambda row: chip_of(row, now()),
               sort_key=lambda row: row.standing.value),
        Column("number", "About", about, width=126, strong=True, sort_key=about),
        Column("wanted", "Wants", lambda row: WANTED_SHORT[row.inquiry.wanted], width=78,
               sort_key=lambda row: row.inquiry.wanted),
        who if asked_of_us else house,
        Column("item_no", "Item", lambda row: row.inquiry.item_no, width=84, sort_key=lambda row: row.inquiry.item_no),
        Column("sidemark", "Sidemark", lambda row: row.inquiry.sidemark, width=62, stretch=True, muted=True,
               sort_key=lambda row: row.inquiry.sidemark, tip=lambda row: row.inquiry.sidemark),
        Column("asked_at", "Asked", lambda row: when(row.inquiry.asked_at, now()), width=58,
               sort_key=lambda row: row.inquiry.asked_at),
    )  # fmt: skip


def about(row: InquiryNow) -> str:
    """Number and line as one number: `40117-2`."""
    line = f"-{row.inquiry.line_no}" if row.inquiry.line_no else ""
    return f"{row.inquiry.number}{line}"


def chip_of(row: InquiryNow, now: datetime) -> Chip:
    """How it stands, by word and colour."""
    word = standing_word(row.inquiry, row.standing, local_day(now))
    return Chip(Tone(mood_of(row.standing)), word, _ICONS.get(row.standing, ""))


def when(instant: datetime, now: datetime) -> str:
    """`09:14` for today's, else its day."""
    here, today = instant.astimezone(), local_day(now)
    return f"{here:%H:%M}" if here.date() == today else day_text(here.date(), today)


def _word(row: InquiryNow, now: Now) -> str:
    return standing_word(row.inquiry, row.standing, local_day(now()))
