"""Headings, formats and orders of the designers' tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from desktop.features.designers.rows import DesignerRow, MemoRow
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column

Today = Callable[[], date]
CERTIFICATE_WARNING_DAYS = 30


def day_words(day: date) -> str:
    """`3 Nov 2026`."""
    return f"{day.day} {day:%b} {day.year}"


def designer_columns(today: Today) -> tuple[Column[DesignerRow], ...]:
    """The list: who, where, how to reach her, what is out, and what to look at."""
    return (
        Column(
            "name",
            "Name",
            text=lambda row: row.name,
            width=140,
            strong=True,
            sort_key=lambda row: row.name.casefold(),
            tip=lambda row: row.email,
        ),
        Column(
            "firm",
            "Firm",
            text=lambda row: row.firm,
            width=108,
            stretch=True,
            sort_key=lambda row: row.firm.casefold() or None,
        ),
        Column("city", "City", text=lambda row: row.city, width=90, muted=True, sort_key=lambda row: row.city or None),
        Column(
            "out", "Out", text=lambda row: str(row.out or ""), width=46, align=Align.RIGHT, sort_key=lambda row: row.out
        ),
        Column(
            "state",
            "To look at",
            text=lambda row: chip.word if (chip := designer_chip(row, today())) else "",
            width=152,
            chip=lambda row: designer_chip(row, today()),
            sort_key=lambda row: _urgency(row, today()),
        ),
        Column("card", "Card", text=lambda row: row.card_barcode, width=100, hidden=True),
        Column("phone", "Telephone", text=lambda row: row.phone, width=120, hidden=True),
    )


def designer_chip(row: DesignerRow, today: date) -> Chip | None:
    """The one thing that most wants a look: blocked, overdue, certificate; nothing when all is well."""
    if row.blocked:
        return Chip(Tone.BAD, "Blocked", "lock")
    if row.overdue:
        return Chip(Tone.BAD, f"{row.overdue} overdue", "bell")
    words = certificate_words(row.resale_expires_on, today)
    return Chip(Tone.ATTENTION, words, "calendar") if words else None


def certificate_words(expires: date | None, today: date) -> str:
    """A word on a resale certificate that has run out or soon will; empty otherwise."""
    if expires is None or (expires - today).days > CERTIFICATE_WARNING_DAYS:
        return ""
    return "Certificate expired" if expires < today else f"Certificate {expires.day} {expires:%b}"


def _urgency(row: DesignerRow, today: date) -> tuple[int, int] | None:
    chip = designer_chip(row, today)
    if chip is None:
        return None
    return (0 if row.blocked else 1 if row.overdue else 2, -row.overdue)


def memo_columns(today: Today) -> tuple[Column[MemoRow], ...]:
    """What is out to one designer."""
    return (
        Column("item", "Item", text=lambda row: row.item_no, width=84, sort_key=lambda row: row.item_no),
        Column(
            "title",
            "Pattern and colour",
            text=lambda row: row.title,
            width=120,
            stretch=True,
            tip=lambda row: row.sidemark,
        ),
        Column(
            "due",
            "Due",
            text=lambda row: f"{row.due_on.day} {row.due_on:%b}",
            width=64,
            sort_key=lambda row: row.due_on,
        ),
        Column(
            "state",
            "State",
            text=lambda row: memo_chip(row, today()).word,
            width=122,
            chip=lambda row: memo_chip(row, today()),
        ),
    )


def memo_chip(row: MemoRow, today: date) -> Chip:
    """Late, due, or still time."""
    if row.days_overdue:
        return Chip(Tone.BAD, f"{row.days_overdue} {'day' if row.days_overdue == 1 else 'days'} late", "bell")
    left = (row.due_on - today).days
    if left == 0:
        return Chip(Tone.ATTENTION, "Due today", "calendar")
    return Chip(Tone.NEUTRAL, f"{left} {'day' if left == 1 else 'days'} left")
