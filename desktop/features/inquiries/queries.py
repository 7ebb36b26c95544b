"""The inquiries of the organisation that a person acts for, and how many of them want something of her."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from desktop.cache.inquiries import InquiryNow, standing_now
from desktop.cache.reader import Reader
from shared_models.inquiries.records import Inquiry
from shared_models.inquiries.rules import UNSETTLED, WAITS

MOST = 1_000
"""So many of the newest are looked at; what is open is far fewer."""


class Listed(NamedTuple):
    """What a list shows, and how many there are in all."""

    rows: list[InquiryNow]
    in_all: int


def inquiries(reader: Reader, distributor_id: str, text: str, *, open_only: bool) -> Listed:
    """Those with every word of `text`: what waits for an answer first, the oldest of it on top, then the newest.

    Of the distributor when a master asks (`distributor_id`), else all that reached this station.
    """
    clause, params = ("WHERE distributor_id = ?", (distributor_id,)) if distributor_id else ("", ())
    in_all = int(reader.value(f"SELECT count(*) FROM inquiries {clause}", *params))
    found = reader.records(Inquiry, f"{clause} ORDER BY asked_at DESC, id DESC LIMIT {MOST}", *params)
    words = text.casefold().split()
    rows = [
        one
        for one in standing_now(reader, found)
        if (not open_only or one.standing in UNSETTLED) and all(word in _searched(one) for word in words)
    ]
    waiting = sorted((one for one in rows if one.standing in WAITS), key=lambda one: one.inquiry.asked_at)
    return Listed([*waiting, *(one for one in rows if one.standing not in WAITS)], in_all)


def wants_an_answer(reader: Reader, distributor_id: str) -> int:
    """How many inquiries wait for this distributor."""
    found = reader.records(
        Inquiry, "WHERE distributor_id = ? AND answer IS NULL AND withdrawn_at IS NULL", distributor_id
    )
    return sum(one.standing in WAITS for one in standing_now(reader, found))


def unread(reader: Reader, read: Set[str]) -> int:
    """How many answers came that nobody has looked at here; `read` holds the `answer_key`s of those that were."""
    answered = reader.records(Inquiry, "WHERE answer IS NOT NULL")
    return sum(answer_key(one) not in read for one in answered)


def answer_key(inquiry: Inquiry) -> str:
    """Names one answer: a corrected one is another."""
    return f"{inquiry.id}@{inquiry.answered_at.isoformat()}" if inquiry.answered_at is not None else ""


def _searched(one: InquiryNow) -> str:
    asked = one.inquiry
    parts = (
        asked.number, asked.item_no, asked.sidemark, asked.asked_from, asked.asked_by_name, asked.note,
        asked.answer_text, asked.tracking_no, one.distributor,
    )  # fmt: skip
    return " ".join(parts).casefold()
