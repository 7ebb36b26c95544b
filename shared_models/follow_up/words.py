"""Days, instants, quantities and codes of distributors in the words of whoever follows them up."""

from __future__ import annotations

from datetime import UTC, date, datetime

from shared_models.kernel.clock import local_day
from shared_models.kernel.measures import quantity_text

SOON_HOURS = 48
_ORDER_STATUS = {
    "OPEN": "Open",
    "ON_HOLD_CFA": "CFA awaited",
    "ON_HOLD_CREDIT": "Credit hold",
    "PARTIAL": "In part",
    "SHIPPED": "Shipped",
    "BACKORDERED": "Backordered",
    "CANCELLED": "Cancelled",
    "CLOSED": "Closed",
}
_RESERVE_KIND = {
    "HOLD": "Hold",
    "HOLD_AND_SWATCH": "Hold and swatch",
    "CFA": "CFA",
    "ORDER_PENDING": "Order pending",
}
_ACCOUNT_TYPE = {
    "DESIGNER": "Designer",
    "WORKROOM": "Workroom",
    "RETAILER": "Retailer",
    "HOSPITALITY": "Hospitality",
    "ARCHITECT": "Architect",
}
_TRACKING_PAGES = {
    "UPSN": "https://www.ups.com/track?tracknum={}",
    "FDEG": "https://www.fedex.com/fedextrack/?trknbr={}",
    "FXFE": "https://www.fedex.com/fedextrack/?trknbr={}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
}


def counted(number: int, one: str) -> str:
    """`1 order`, `1,204 orders`."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def day_words(text: str, today: date) -> str:
    """`25 Nov`, with the year where it is another; an instant's day is this machine's. Empty when not known."""
    day = _day(text)
    if day is None:
        return ""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def as_of_words(text: str, now: datetime) -> str:
    """How old a figure is: `09:02` for today's, else its day; empty when not known."""
    instant = instant_of(text)
    if instant is None:
        return day_words(text, local_day(now))
    here = instant.astimezone()
    return f"{here:%H:%M}" if here.date() == local_day(now) else day_words(text, local_day(now))


def left_words(text: str, now: datetime) -> str:
    """How long until an instant: `40 min`, `5 h`, `3 days`, `expired`; empty when not known."""
    minutes = minutes_left(text, now)
    if minutes is None:
        return ""
    if minutes <= 0:
        return "expired"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < SOON_HOURS * 60 else f"{minutes // (24 * 60)} days"


def minutes_left(text: str, now: datetime) -> int | None:
    """Whole minutes until an instant, negative after it; None when it is not known."""
    instant = instant_of(text)
    return None if instant is None else int((instant - now).total_seconds() // 60)


def amount(quantity: int | None, unit: str) -> str:
    """`12.5 YD`; empty when not known."""
    return "" if quantity is None else f"{quantity_text(quantity)} {unit}".rstrip()


def order_status_words(code: str) -> str:
    """The distributor's code as a person says it."""
    return _ORDER_STATUS.get(code, _plain(code))


def reserve_kind_words(code: str) -> str:
    """What sort of reserve it is."""
    return _RESERVE_KIND.get(code, _plain(code))


def account_type_words(code: str) -> str:
    """What sort of customer it is."""
    return _ACCOUNT_TYPE.get(code, _plain(code))


def tracking_link(scac: str, number: str) -> str:
    """The carrier's page for a tracking number; empty where no page is known."""
    page = _TRACKING_PAGES.get(scac.upper(), "")
    if not page and number.upper().startswith("1Z"):
        page = _TRACKING_PAGES["UPSN"]
    return page.format(number) if page and number.isalnum() else ""


def instant_of(text: str) -> datetime | None:
    """The instant that a feed wrote, in UTC; None for a day alone or for nothing."""
    if "T" not in text:
        return None
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _day(text: str) -> date | None:
    instant = instant_of(text)
    if instant is not None:
        return instant.astimezone().date()
    return date.fromisoformat(text) if text else None


def _plain(code: str) -> str:
    return code.replace("_", " ").capitalize()
