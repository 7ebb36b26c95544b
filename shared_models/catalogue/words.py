"""Codes and moves of stock and mill orders in the words of whoever follows them up."""

from __future__ import annotations

from shared_models.catalogue.mill_orders import eta_slips

_MILL_STATUS = {
    "OPEN": "Open",
    "IN_TRANSIT": "In transit",
    "PARTIAL": "In part",
    "RECEIVED": "Received",
    "CANCELLED": "Cancelled",
}


def stock_status_words(code: str) -> str:
    """What is said of an item's stock in one word."""
    return code.replace("_", " ").capitalize()


def mill_status_words(code: str) -> str:
    """How far a mill order has come."""
    return _MILL_STATUS.get(code, code.replace("_", " ").capitalize())


def slip_words(eta_history: str) -> str:
    """`moved 3 times, +41 days`; empty when the day never moved."""
    slips = eta_slips(eta_history)
    if not slips.moves:
        return ""
    return f"moved {'once' if slips.moves == 1 else f'{slips.moves} times'}, {slips.days:+d} days"
