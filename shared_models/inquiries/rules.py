"""Pure rules of inquiries: what may be asked of which row, and how an inquiry stands against the row as it is now."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from shared_models.follow_up.records import FollowUpRecord, Reserve, SalesOrderLine
from shared_models.inquiries.records import Inquiry, Wanted
from shared_models.kernel.clock import local_day

ASKED_OF: dict[str, tuple[Wanted, ...]] = {
    "reserves": ("EXTEND", "RELEASE", "CFA", "QUESTION"),
    "sales_orders": ("CFA", "QUESTION"),
}
"""What may be asked of a row of which dataset."""
OVER = {"EXPIRED": "expired", "RELEASED": "was released", "CONVERTED": "became an order"}
"""The states in which a reserve holds nothing any more, in words."""


def may_ask(row: FollowUpRecord, now: datetime) -> tuple[Wanted, ...]:
    """What can be asked about a row now; nothing of rows that are neither a reserve nor an order."""
    number = row_number(row)
    if number is None:
        return ()
    return ("QUESTION",) if isinstance(row, Reserve) and is_over(row, now) else ASKED_OF[number[0]]


def is_over(row: Reserve, now: datetime) -> bool:
    """Whether a reserve holds nothing any more, by its state or by its hour."""
    ends = expiry_of(row.expires_at)
    return row.status in OVER or (ends is not None and ends <= now)


class Standing(StrEnum):
    """Where an inquiry is: what people said, held against what the distributor's files say since."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    ANSWERED = "answered"
    """With words, or with something that no file will show."""
    AGREED = "agreed"
    """The distributor said yes; its next file should show it."""
    CARRIED_OUT = "carried_out"
    """The distributor's file shows what was asked for, answered or not."""
    DIFFERS = "differs"
    """The distributor said yes, and a file made after that says otherwise."""
    OVERTAKEN = "overtaken"
    """Nobody answered before the reserve was over or gone."""


WAITS = frozenset({Standing.OPEN})
"""The distributor has to do something."""
UNSETTLED = frozenset({Standing.OPEN, Standing.AGREED, Standing.DIFFERS})
"""Somebody still waits for something."""


def standing(inquiry: Inquiry, row: FollowUpRecord | None, *, as_of: datetime | None) -> Standing:
    """How the inquiry stands; `row` is the row that it is about as it is now, None when it is gone.

    `as_of` is the instant of the dataset's newest file: only a file made after the answer can differ from it.
    """
    if inquiry.withdrawn_at is not None:
        return Standing.WITHDRAWN
    if inquiry.answer == "DECLINED":
        return Standing.DECLINED
    if inquiry.answer == "TOLD":
        return Standing.ANSWERED
    if _is_carried_out(inquiry, row):
        return Standing.CARRIED_OUT
    if inquiry.answer is None:
        return Standing.OVERTAKEN if _is_overtaken(inquiry, row) else Standing.OPEN
    if not isinstance(row, Reserve) and inquiry.dataset != "reserves":
        return Standing.ANSWERED
    has_later_file = as_of is not None and inquiry.answered_at is not None and as_of > inquiry.answered_at
    return Standing.DIFFERS if has_later_file else Standing.AGREED


def _is_carried_out(inquiry: Inquiry, row: FollowUpRecord | None) -> bool:
    """Whether the row shows what was agreed, or what was asked for where nobody answered yet."""
    if not isinstance(row, Reserve):
        return inquiry.wanted == "RELEASE" and inquiry.answer == "AGREED" and row is None
    if inquiry.wanted == "RELEASE":
        return row.status == "RELEASED"
    if inquiry.wanted == "CFA":
        sent = instant_of(row.cfa_sent_at)
        return bool(row.cfa_received_at) or (sent is not None and sent >= inquiry.asked_at - timedelta(days=1))
    if inquiry.wanted == "EXTEND":
        until_on = inquiry.agreed_until_on or inquiry.until_on
        was_moved = row.expires_at != inquiry.expires_at
        return was_moved and until_on is not None and row.status in ("ACTIVE", "") and _holds_until(row, until_on)
    return False


def _holds_until(row: Reserve, until_on: date) -> bool:
    """Whether the reserve holds into that day, be it a day of this machine's or of UTC, in which files speak."""
    ends = expiry_of(row.expires_at)
    return ends is not None and max(local_day(ends), ends.astimezone(UTC).date()) >= until_on


def _is_overtaken(inquiry: Inquiry, row: FollowUpRecord | None) -> bool:
    if inquiry.wanted == "QUESTION":
        return False
    if isinstance(row, Reserve):
        return row.status in OVER
    return row is None and inquiry.dataset == "reserves"


def instant_of(text: str) -> datetime | None:
    """The instant that a feed wrote, in UTC; None for a day alone or for nothing."""
    if "T" not in text:
        return None
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def expiry_of(text: str) -> datetime | None:
    """When a reserve ends: a day alone holds to its end in UTC; None when nobody knows."""
    if not text:
        return None
    return instant_of(text) or datetime.combine(date.fromisoformat(text), time.max, UTC)


def row_number(row: FollowUpRecord) -> tuple[str, str, str] | None:
    """Dataset, number and line of a row that can be asked about; None for others."""
    if isinstance(row, Reserve):
        return "reserves", row.reserve_no, row.line_no
    if isinstance(row, SalesOrderLine):
        return "sales_orders", row.order_no, row.line_no
    return None
