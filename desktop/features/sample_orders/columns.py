"""Headings, formats, chips and words of the tables of sample orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from desktop.features.sample_orders.rows import BasketLine, FoundItem, OrderLineRow
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column
from shared_models.kernel.clock import local_day
from shared_models.kernel.measures import quantity_text
from shared_models.sample_orders.rules import line_number, split_by_distributor

SAMPLE_TYPE_WORDS = {
    "MEMO": "Memo",
    "CUTTING": "Cutting",
    "WING": "Wing",
    "BOOK": "Book",
    "RING_SET": "Ring set",
}
_STOCK = {
    "IN_STOCK": (Tone.GOOD, "In stock"),
    "LOW": (Tone.ATTENTION, "Low"),
    "OUT": (Tone.BAD, "Out"),
    "DISCONTINUED": (Tone.BAD, "Discontinued"),
    "CLOSEOUT": (Tone.ATTENTION, "Closeout"),
    "MADE_TO_ORDER": (Tone.INFO, "To order"),
}
_STATUS = {
    "pending": (Tone.INFO, "Pending", "waiting"),
    "shipped": (Tone.GOOD, "Shipped", "truck"),
    "backordered": (Tone.ATTENTION, "Backordered", "backorder"),
    "will_not_ship": (Tone.BAD, "Will not ship", ""),
    "cancelled": (Tone.NEUTRAL, "Cancelled", "close"),
    "in_part": (Tone.ATTENTION, "In part", ""),
}
NUMBER_COMES = "with the next sync"


class BasketEntry(NamedTuple):
    """A row of the basket's table: a line, or the name of a distributor above its lines."""

    line: BasketLine | None
    heading: str = ""
    distributor_id: str = ""

    @property
    def key(self) -> str:
        """Identity through a refresh."""
        return self.line.line_id if self.line is not None else f"house:{self.distributor_id}"


# --- words -------------------------------------------------------------------------------------------


def counted(number: int, one: str, many: str = "") -> str:
    """`1 item`, `4 items`, `1,204 items`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def day_text(day: date, today: date) -> str:
    """`12 Dec`; with the year where it is another one."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"


def moment_text(moment: datetime | None, now: datetime) -> str:
    """`today 09:12`, `yesterday`, `12 Dec`, in the showroom's time; empty for None."""
    if moment is None:
        return ""
    day, today = local_day(moment), local_day(now)
    if day == today:
        return f"today {moment.astimezone():%H:%M}"
    return "yesterday" if day == today - timedelta(days=1) else day_text(day, today)


def moment_cell(moment: datetime | None, now: datetime) -> str:
    """As `moment_text`, for a narrow column: `09:12` is today."""
    return moment_text(moment, now).removeprefix("today ")


def age_text(as_of: str, now: datetime) -> str:
    """How old a distributor's figure is: `5 min`, `3 h`, `2 d`; empty when it does not say."""
    moment = _instant(as_of)
    if moment is None:
        return ""
    minutes = max(int((now - moment).total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def status_chip(row: OrderLineRow) -> Chip:
    """The line's status as a word, never by colour alone."""
    tone, word, icon = _STATUS[row.status]
    return Chip(tone, word, icon)


def outcome_text(row: OrderLineRow, today: date) -> str:
    """What the status does not say: how much of it, until when, why not, what instead, and where the parcel is."""
    parts = []
    if row.status == "in_part":
        pending = row.open_quantity - row.backordered
        amounts = (
            (row.shipped, "shipped"),
            (row.backordered, "backordered"),
            (row.will_not_ship, "will not ship"),
            (row.cancelled, "cancelled"),
            (pending, "pending"),
        )
        parts.append(", ".join(f"{amount} {word}" for amount, word in amounts if amount))
    if row.backordered and row.backordered_until is not None:
        parts.append(f"until {day_text(row.backordered_until, today)}")
    if row.will_not_ship and row.reason:
        parts.append(row.reason)
    if row.will_not_ship and row.replacement_item_no:
        parts.append(f"take {row.replacement_item_no} instead")
    if row.shipped and row.tracking_no:
        parts.append(f"{row.carrier} {row.tracking_no}".strip())
    elif row.shipped and row.carrier:
        parts.append(row.carrier)
    if not parts and row.status == "pending" and not row.takes_part:
        parts.append("asked by e-mail only")
    return " · ".join(parts)


def request_text(row: OrderLineRow) -> str:
    """The public number of the line, or when it will come."""
    return line_number(row.request_number, row.position) if row.request_number else "next sync"


# --- the search --------------------------------------------------------------------------------------


STOCK_COLUMNS = ("stock", "age")
"""The columns that say what there is of an item."""


def found_columns(now: Callable[[], datetime]) -> tuple[Column[FoundItem], ...]:
    """Columns of the search's answers; ages are counted from `now`."""
    return (
        Column("item_no", "Item", lambda row: row.item_no, width=88, strong=True),
        Column("pattern", "Pattern", lambda row: row.pattern, width=96, stretch=True, tip=found_tip),
        Column("colour", "Colour", lambda row: row.colour, width=82),
        Column("distributor", "Distributor", lambda row: row.distributor, width=104, stretch=True, muted=True),
        Column("stock", "Stock", stock_text, width=118, chip=stock_chip, tip=found_tip),
        Column(
            "age",
            "As of",
            lambda row: age_text(row.stock.as_of, now()) if row.stock else "",
            width=48,
            align=Align.RIGHT,
            muted=True,
            tip=_age_tip,
        ),
    )


def _age_tip(row: FoundItem) -> str:
    return f"{row.distributor}'s stock figures of {row.stock.as_of}" if row.stock and row.stock.as_of else ""


def stock_chip(row: FoundItem) -> Chip | None:
    """Discontinued before all else; then the stock as the distributor says it; None when that is not known (yet)."""
    if row.status == "DISCONTINUED":
        return Chip(Tone.BAD, "Discontinued")
    if row.stock is None:
        return None
    if row.stock.status not in _STOCK:
        return Chip(Tone.INFO, "New") if row.status == "NEW" else None
    return Chip(*_STOCK[row.stock.status])


def stock_text(row: FoundItem) -> str:
    """The chip's word, and the quantity where the line tells it; empty until it was asked for."""
    chip, stock = stock_chip(row), row.stock
    word = chip.word if chip else "not known" if stock else ""
    if stock is None or stock.qty_available is None:
        return word
    return f"{word}, {quantity_text(stock.qty_available)} {stock.unit}"


def found_tip(row: FoundItem) -> str:
    """All that the row has no room for."""
    parts = [part for part in (row.item.title, stock_text(row)) if part]
    if row.replaced_by:
        parts.append(f"replaced by {row.replaced_by}")
    if row.sample_types:
        parts.append("samples: " + ", ".join(SAMPLE_TYPE_WORDS[code] for code in row.sample_types))
    return " · ".join(parts)


def discontinued_words(row: FoundItem) -> str:
    """What a person should know before ordering it; empty for an item that is still sold."""
    if row.status != "DISCONTINUED":
        return ""
    return f"Discontinued; {row.replaced_by} takes its place." if row.replaced_by else "Discontinued."


# --- the basket --------------------------------------------------------------------------------------


BASKET_COLUMNS: tuple[Column[BasketEntry], ...] = (
    Column(
        "item_no",
        "Item",
        lambda row: row.line.item_no if row.line else row.heading,
        width=100,
        strong=True,
        tone=lambda row: Tone.INFO if row.line is None else None,
    ),
    Column(
        "title",
        "Pattern and colour",
        lambda row: row.line.title if row.line else "",
        width=120,
        stretch=True,
        tip=lambda row: row.line.title if row.line else "",
    ),
    Column(
        "type",
        "Form",
        lambda row: SAMPLE_TYPE_WORDS.get(row.line.sample_type, row.line.sample_type) if row.line else "",
        width=76,
        muted=True,
    ),
    Column("quantity", "Qty", lambda row: str(row.line.quantity) if row.line else "", width=52, align=Align.RIGHT),
)


def basket_entries(lines: list[BasketLine]) -> list[BasketEntry]:
    """The lines with the name of each distributor above its own; houses that get only e-mail say so."""
    entries = []
    for distributor_id, part in split_by_distributor(lines).items():
        first = part[0]
        amount = counted(len(part), "item")
        heading = f"{first.distributor}  ·  {amount}" + ("" if first.takes_part else "  ·  by e-mail only")
        entries.append(BasketEntry(None, heading, distributor_id))
        entries += [BasketEntry(line, "", distributor_id) for line in part]
    return entries


# --- the lines ---------------------------------------------------------------------------------------


def order_line_columns(now: Callable[[], datetime]) -> tuple[Column[OrderLineRow], ...]:
    """Columns of the orders list; moments are told from `now`."""
    return (
        Column("number", "Request", request_text, width=106, sort_key=lambda row: (row.request_number, row.position),
               tip=lambda row: row.request_number or f"The server gives the number; it comes {NUMBER_COMES}."),
        Column("placed", "Asked", lambda row: moment_cell(row.placed_at, now()), width=66,
               sort_key=lambda row: row.placed_at, tip=lambda row: f"by {row.placed_by}"),
        Column("designer", "For", lambda row: row.designer or "Showroom", width=118,
               sort_key=lambda row: row.designer.casefold(), tip=lambda row: f"{row.sidemark} → {row.ship_to}"),
        Column("sidemark", "Sidemark", lambda row: row.sidemark, width=120, muted=True, hidden=True,
               sort_key=lambda row: row.sidemark.casefold()),
        Column("distributor", "Distributor", lambda row: row.distributor, width=116, muted=True,
               sort_key=lambda row: row.distributor.casefold()),
        Column("item_no", "Item", lambda row: row.item_no, width=88, strong=True, sort_key=lambda row: row.item_no),
        Column("title", "Pattern and colour", lambda row: row.title, width=110, stretch=True,
               sort_key=lambda row: row.title.casefold(), tip=lambda row: row.title),
        Column("type", "Form", lambda row: SAMPLE_TYPE_WORDS.get(row.sample_type, row.sample_type), width=64,
               muted=True, hidden=True, sort_key=lambda row: row.sample_type),
        Column("quantity", "Qty", lambda row: str(row.quantity), width=42, align=Align.RIGHT,
               sort_key=lambda row: row.quantity),
        Column("status", "Status", lambda row: status_chip(row).word, width=116, chip=status_chip,
               sort_key=lambda row: status_chip(row).word),
        Column("outcome", "What is known", lambda row: outcome_text(row, local_day(now())), width=140, stretch=True,
               tip=lambda row: outcome_text(row, local_day(now())), sort_key=lambda row: row.backordered_until),
        Column("confirmed", "Confirmed", lambda row: moment_cell(row.confirmed_at, now()), width=88, muted=True,
               sort_key=lambda row: row.confirmed_at),
    )  # fmt: skip


def line_story(row: OrderLineRow, now: datetime) -> str:
    """Everything known of one line in a sentence or two, for below the table."""
    number = line_number(row.request_number, row.position) if row.request_number else f"number {NUMBER_COMES}"
    asked = f"asked by {row.placed_by} {moment_text(row.placed_at, now)}"
    whom = f"for {row.designer}" if row.designer else "for the showroom"
    where = (
        " ".join(part for part in ("to", row.ship_to, "by", row.ship_method) if part)
        if row.ship_method
        else row.ship_to
    )
    parts = [f"{row.quantity} × {row.item_no} {row.title}".strip(), number, f"{asked} {whom}", where]
    if row.sidemark:
        parts.append(f"sidemark {row.sidemark}")
    outcome = outcome_text(row, local_day(now))
    status = status_chip(row).word + (f" {moment_text(row.confirmed_at, now)}" if row.confirmed_at else "")
    return "  ·  ".join(part for part in (*parts, status, outcome) if part)


def line_texts(row: OrderLineRow) -> dict[str, str | int]:
    """All that is known of a line, by heading, for a file that a person opens elsewhere."""
    placed, confirmed = row.placed_at.astimezone(), row.confirmed_at.astimezone() if row.confirmed_at else None
    return {
        "Request": line_number(row.request_number, row.position) if row.request_number else "",
        "Asked on": f"{placed:%Y-%m-%d %H:%M}",
        "Asked by": row.placed_by,
        "Designer": row.designer,
        "Sidemark": row.sidemark,
        "Ship to": row.ship_to,
        "Ship method": row.ship_method,
        "Distributor": row.distributor,
        "Item": row.item_no,
        "Pattern and colour": row.title,
        "Form": SAMPLE_TYPE_WORDS.get(row.sample_type, row.sample_type),
        "Quantity": row.quantity,
        "Status": status_chip(row).word,
        "Shipped": row.shipped,
        "Backordered": row.backordered,
        "Until": row.backordered_until.isoformat() if row.backordered_until else "",
        "Will not ship": row.will_not_ship,
        "Reason": row.reason,
        "Replacement": row.replacement_item_no,
        "Cancelled": row.cancelled,
        "Carrier": row.carrier,
        "Tracking": row.tracking_no,
        "Confirmed": f"{confirmed:%Y-%m-%d %H:%M}" if confirmed else "",
    }
