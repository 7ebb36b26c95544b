"""Days, instants, quantities and codes of distributors in the words of the desk: most are those of the browser, too."""

from __future__ import annotations

from shared_models.catalogue.words import mill_status_words, slip_words, stock_status_words
from shared_models.follow_up.records import Reserve
from shared_models.follow_up.words import (
    account_type_words,
    amount,
    as_of_words,
    day_words,
    instant_of,
    left_words,
    minutes_left,
    order_status_words,
    reserve_kind_words,
    tracking_link,
)

__all__ = [
    "account_type_words", "amount", "as_of_words", "cfa_word", "counted", "day_words", "instant_of", "left_words",
    "mill_status_words", "minutes_left", "order_status_words", "reserve_kind_words", "reserve_word", "slip_words",
    "stock_status_words", "tracking_link",
]  # fmt: skip

_CFA_DECIDED = {"APPROVED": "Approved", "REJECTED": "Rejected"}


def counted(number: int, one: str) -> str:
    """`1 order`, `1,204 orders`."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def reserve_word(status: str) -> str:
    """What became of a reserve."""
    return status.replace("_", " ").capitalize()


def cfa_word(record: Reserve) -> str:
    """How far the cutting for approval has come; empty where none is asked for."""
    if record.cfa_decision in _CFA_DECIDED:
        return _CFA_DECIDED[record.cfa_decision]
    steps = ((record.cfa_received_at, "Received"), (record.cfa_sent_at, "Sent"), (record.cfa_requested_at, "Asked for"))
    return next((word for instant, word in steps if instant), "Pending" if record.cfa_decision else "")
