"""Headings, formats, chips and words of the tables of kits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from desktop.features.kits.rows import KitItemRow, KitRow, OrderedFromKit
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column
from shared_models.kernel.clock import local_day

SAMPLE_TYPE_WORDS = {
    "MEMO": "Memo",
    "CUTTING": "Cutting",
    "WING": "Wing",
    "BOOK": "Book",
    "RING_SET": "Ring set",
}
_STATUS = {
    "pending": (Tone.INFO, "Pending", "waiting"),
    "shipped": (Tone.GOOD, "Shipped", "truck"),
    "backordered": (Tone.ATTENTION, "Backordered", "backorder"),
    "will_not_ship": (Tone.BAD, "Will not ship", ""),
    "cancelled": (Tone.NEUTRAL, "Cancelled", "close"),
    "in_part": (Tone.ATTENTION, "In part", ""),
}


def counted(number: int, one: str) -> str:
    """`1 item`, `41 items`."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def day_words(moment: datetime | None, now: datetime) -> str:
    """`today`, `yesterday`, `12 Nov`; empty for None."""
    if moment is None:
        return ""
    day, today = local_day(moment), local_day(now)
    if day == today:
        return "today"
    return "yesterday" if day == today - timedelta(days=1) else _day(day, today)


def kit_columns(now: Callable[[], datetime], *, with_rep: bool) -> tuple[Column[KitRow], ...]:
    """Columns of the list of kits: whose they are where there may be several reps, else when they were ordered."""
    return (
        Column("name", "Kit", lambda row: row.name, width=104, stretch=True, strong=True,
               sort_key=lambda row: row.name.casefold(), tip=lambda row: row.name),
        Column("rep", "Rep", lambda row: row.rep, width=88, muted=True, hidden=not with_rep,
               sort_key=lambda row: row.rep.casefold(), tip=lambda row: row.rep),
        Column("items", "Items", lambda row: str(row.items), width=54, align=Align.RIGHT,
               sort_key=lambda row: row.items, tip=lambda row: counted(row.pieces, "sample")),
        Column("ordered", "Ordered", lambda row: day_words(row.ordered_at, now()), width=70, muted=True,
               hidden=with_rep, sort_key=lambda row: row.ordered_at),
    )  # fmt: skip


def kit_item_columns(now: Callable[[], datetime]) -> tuple[Column[KitItemRow], ...]:
    """Columns of the items of one kit."""
    return (
        Column("item_no", "Item", lambda row: row.item_no, width=88, strong=True, sort_key=lambda row: row.item_no),
        Column("title", "Pattern and colour", lambda row: row.title, width=140, stretch=True,
               sort_key=lambda row: row.title.casefold(), tip=item_tip),
        Column("distributor", "Distributor", lambda row: row.distributor, width=118, muted=True,
               sort_key=lambda row: row.distributor.casefold()),
        Column("type", "Form", lambda row: SAMPLE_TYPE_WORDS.get(row.sample_type, row.sample_type), width=64,
               muted=True, sort_key=lambda row: row.sample_type),
        Column("quantity", "Qty", lambda row: str(row.quantity), width=46, align=Align.RIGHT,
               sort_key=lambda row: row.quantity),
        Column("status", "Status", status_text, width=110, chip=status_chip, tip=item_tip,
               sort_key=status_text),
        Column("ordered", "Ordered", lambda row: day_words(row.ordered.placed_at if row.ordered else None, now()),
               width=76, muted=True, sort_key=lambda row: row.ordered.placed_at if row.ordered else None,
               tip=item_tip),
    )  # fmt: skip


def status_chip(row: KitItemRow) -> Chip | None:
    """What became of the last order of it; before that, whether it can still be had."""
    if row.ordered is not None and row.ordered.status in ("pending", "backordered", "in_part", "will_not_ship"):
        return Chip(*_STATUS[row.ordered.status])
    if row.product_status == "DISCONTINUED":
        return Chip(Tone.BAD, "Discontinued")
    return Chip(*_STATUS[row.ordered.status]) if row.ordered is not None else None


def status_text(row: KitItemRow) -> str:
    """The chip's word."""
    chip = status_chip(row)
    return chip.word if chip is not None else ""


def item_tip(row: KitItemRow) -> str:
    """All that the row has no room for."""
    parts = [row.title]
    if row.product_status == "DISCONTINUED":
        parts.append(f"discontinued, replaced by {row.replaced_by}" if row.replaced_by else "discontinued")
    if row.ordered is not None:
        ordered = row.ordered
        parts.append(f"{ordered.quantity} ordered {ordered.placed_at.astimezone():%d %b %Y}")
        parts.append(f"request {ordered.request_number}" if ordered.request_number else "number with the next sync")
        parts.append(_STATUS[ordered.status][1])
        if ordered.backordered_until is not None:
            parts.append(f"until {ordered.backordered_until.day} {ordered.backordered_until:%b}")
        parts += [ordered.reason, ordered.tracking]
        if ordered.replacement_item_no:
            parts.append(f"take {ordered.replacement_item_no} instead")
    return " · ".join(part for part in parts if part)


def ordered_sentence(ordered: OrderedFromKit) -> str:
    """What was ordered, in how many requests, who gets only an e-mail, and when it goes out."""
    sentence = f"{counted(ordered.lines, 'item')} in {counted(len(ordered.houses), 'request')}"
    if ordered.by_mail_only:
        sentence += f"; {' and '.join(ordered.by_mail_only)} by e-mail only"
    return f"{sentence}. Kept here, and sent as soon as the server answers."


def _day(day: date, today: date) -> str:
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
