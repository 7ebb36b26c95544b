"""What stands in a cell of a list or beside a heading of a row's page: words, a tone, perhaps an address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shared_models.catalogue.words import stock_status_words
from shared_models.follow_up.words import (
    account_type_words,
    amount,
    as_of_words,
    day_words,
    instant_of,
    left_words,
    minutes_left,
    order_status_words,
    tracking_link,
)
from shared_models.kernel.clock import local_day

_A_DAY_MINUTES = 24 * 60
_ORDER_TONES = {
    "OPEN": "info", "ON_HOLD_CFA": "attention", "ON_HOLD_CREDIT": "bad", "PARTIAL": "attention", "SHIPPED": "good",
    "BACKORDERED": "attention",
}  # fmt: skip
_STOCK_TONES = {"IN_STOCK": "good", "LOW": "attention", "OUT": "bad", "MADE_TO_ORDER": "info"}
_CFA_TONES = {"APPROVED": "good", "REJECTED": "bad"}


class Cell(NamedTuple):
    """Words; with a tone they are shown as a chip, with a link they lead there."""

    text: str
    tone: str = ""
    link: str = ""


def plain(text: object) -> Cell:
    """Words alone; nothing for None."""
    return Cell("" if text is None else str(text))


def day(text: str, now: datetime) -> Cell:
    """A day or an instant as its day."""
    return Cell(day_words(text, local_day(now)))


def moment(text: str, now: datetime) -> Cell:
    """An instant with its time of day, where it has one."""
    instant = instant_of(text)
    if instant is None:
        return day(text, now)
    here = instant.astimezone()
    return Cell(f"{day_words(text, local_day(now))}, {here:%H:%M %Z}")


def age(text: str, now: datetime) -> Cell:
    """How old a figure is, in short."""
    return Cell(as_of_words(text, now))


def much(quantity: int | None, unit: str) -> Cell:
    """A quantity with its unit."""
    return Cell(amount(quantity, unit))


def order_status(code: str) -> Cell:
    """An order's status."""
    return Cell(order_status_words(code), _ORDER_TONES.get(code, "neutral")) if code else Cell("")


def stock_status(code: str) -> Cell:
    """What is said of an item's stock."""
    return Cell(stock_status_words(code), _STOCK_TONES.get(code, "neutral")) if code else Cell("")


def expiry(row: Any, now: datetime) -> Cell:
    """How long goods are still set aside, or what became of them."""
    if row.status not in ("ACTIVE", ""):
        return Cell(row.status.capitalize(), "good" if row.status == "CONVERTED" else "neutral")
    minutes = minutes_left(row.expires_at, now)
    if minutes is None:
        return Cell("No end known", "neutral")
    if minutes <= 0:
        return Cell("Expired", "bad")
    return Cell(f"{left_words(row.expires_at, now)} left", "attention" if minutes < _A_DAY_MINUTES else "neutral")


def approval(row: Any) -> Cell:
    """How far the cutting for approval has come."""
    if row.cfa_decision in _CFA_TONES:
        return Cell(row.cfa_decision.capitalize(), _CFA_TONES[row.cfa_decision])
    steps = ((row.cfa_received_at, "Received"), (row.cfa_sent_at, "Sent"), (row.cfa_requested_at, "Asked for"))
    word = next((word for instant, word in steps if instant), "Pending" if row.cfa_decision else "")
    return Cell(word, "info" if word else "")


def whereabouts(row: Any) -> Cell:
    """Where a shipment is."""
    if row.delivered_at:
        return Cell("Delivered", "good")
    if row.exception:
        return Cell("Held up", "bad")
    return Cell("On the way", "info") if row.shipped_on else Cell("Not yet shipped", "neutral")


def tracking(row: Any) -> Cell:
    """The tracking number, leading to the carrier's page where that is known."""
    number = row.tracking_no or row.pro_no
    return Cell(number, link=tracking_link(row.carrier_scac, row.tracking_no))


def standing(row: Any) -> Cell:
    """What one must know of a customer before promising anything."""
    if row.credit_hold == "Y":
        return Cell("Credit hold", "bad")
    if row.memo_privilege == "BLOCKED":
        return Cell("No memos", "attention")
    words = {"INACTIVE": ("Inactive", "neutral"), "PROSPECT": ("Prospect", "info")}
    return Cell(*words.get(row.status, ("Active", "good")))


def account_type(row: Any) -> Cell:
    """What sort of customer it is."""
    return Cell(account_type_words(row.account_type))


def request_state(row: Any) -> Cell:
    """What became of a sample request, in short."""
    waiting = (
        row.total_quantity - row.total_shipped - row.total_backordered - row.total_will_not_ship - row.total_cancelled
    )
    said = (
        (row.total_shipped, "shipped"), (row.total_backordered, "backordered"),
        (row.total_will_not_ship, "will not come"), (row.total_cancelled, "cancelled"), (waiting, "waiting"),
    )  # fmt: skip
    words = ", ".join(f"{number} {word}" for number, word in said if number)
    tone = "info" if waiting else "attention" if row.total_backordered else "good" if row.total_shipped else "neutral"
    return Cell(words, tone)


def place(row: Any, prefix: str = "ship_to") -> Cell:
    """An address in one line."""
    parts: Sequence[str] = [
        getattr(row, f"{prefix}_{name}") for name in ("name", "attention", "address1", "address2", "city")
    ]
    region = " ".join(filter(None, (getattr(row, f"{prefix}_state"), getattr(row, f"{prefix}_postal_code"))))
    return Cell(", ".join(filter(None, (*parts, region))))
