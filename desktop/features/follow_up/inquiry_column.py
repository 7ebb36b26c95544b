"""The column that says at a row what was asked of the distributor about it, and how that stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from desktop.cache.inquiries import InquiryNow
from desktop.features.follow_up.rows import Seen
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Column
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.inquiries.rules import Standing
from shared_models.inquiries.words import mood_of, short_word, standing_sentence, standing_word
from shared_models.kernel.clock import local_day

Inquirable = TypeVar("Inquirable", SalesOrderLine, Reserve)


def inquiry_column(now: Callable[[], datetime], *, hidden: bool = False) -> Column[Seen[Inquirable]]:
    """Empty where nothing was asked."""
    return Column("inquiry", "Asked", lambda row: word_of(row.inquiry, now()), width=100, hidden=hidden, sortable=True,
                  chip=lambda row: chip_of(row.inquiry, now(), short=True),
                  tip=lambda row: sentence_of(row.inquiry, now()))  # fmt: skip


def word_of(asked: InquiryNow | None, now: datetime) -> str:
    """A word or two; empty where nothing was asked."""
    return standing_word(asked.inquiry, asked.standing, local_day(now)) if asked is not None else ""


def chip_of(asked: InquiryNow | None, now: datetime, *, short: bool = False) -> Chip | None:
    """The same as a chip, `short` where there is little room; None where nothing was asked."""
    if asked is None:
        return None
    icon = "waiting" if asked.standing is Standing.OPEN else ""
    word = short_word(asked.inquiry, asked.standing, local_day(now)) if short else word_of(asked, now)
    return Chip(Tone(mood_of(asked.standing)), word, icon)


def sentence_of(asked: InquiryNow | None, now: datetime) -> str:
    """How it stands, whole; empty where nothing was asked."""
    if asked is None:
        return ""
    today = local_day(now)
    return standing_sentence(asked.inquiry, asked.standing, today, distributor=asked.distributor, as_of=asked.as_of)
