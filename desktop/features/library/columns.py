"""Headings, formats and orders of the library's tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from desktop.features.library.rows import CopyRow, LoanRow
from desktop.features.library.visit import UNDONE, LogLine
from desktop.features.library.words import date_words, day_words, days_words, since_words, type_words
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Column

Today = Callable[[], date]


def scan_columns(today: Today) -> tuple[Column[LogLine], ...]:
    """The log of the visit: when, what happened, to what, with whom, due when."""
    return (
        Column("time", "Time", text=lambda row: f"{row.at:%H:%M}", width=58, muted=True),
        Column("result", "Result", text=lambda row: scan_chip(row).word, width=122, chip=scan_chip),
        Column("what", "What", text=lambda row: row.what, width=90, stretch=True, tip=lambda row: row.note),
        Column("whom", "With", text=lambda row: row.whom, width=96, tip=lambda row: row.note),
        Column("due", "Due", text=lambda row: date_words(row.due_on, today()) if row.due_on else "", width=64),
    )


def scan_chip(row: LogLine) -> Chip:
    """The result in a word; a scan that was taken back says so instead."""
    return Chip(Tone.NEUTRAL, UNDONE, "undo") if row.is_undone else Chip(row.tone, row.word, row.icon)


def loan_columns(today: Today, *, with_designer: bool) -> tuple[Column[LoanRow], ...]:
    """Open loans; of all designers or of one."""
    whose: tuple[Column[LoanRow], ...] = (
        Column(
            "designer",
            "Designer",
            text=lambda row: row.designer,
            width=118,
            sort_key=lambda row: row.designer.casefold(),
            tip=lambda row: " · ".join(part for part in (row.firm, row.phone) if part),
        ),
    )
    return (
        Column(
            "state",
            "State",
            text=lambda row: loan_chip(row, today()).word,
            width=124,
            chip=lambda row: loan_chip(row, today()),
            sort_key=lambda row: row.due_on,
        ),
        Column("item", "Item", text=lambda row: row.item_no, width=84, sort_key=lambda row: row.item_no),
        Column(
            "title",
            "Pattern and colour",
            text=lambda row: row.title,
            width=110,
            stretch=True,
            strong=True,
            sort_key=lambda row: row.title.casefold(),
            tip=lambda row: f"{type_words(row.sample_type)} {row.barcode}",
        ),
        *(whose if with_designer else ()),
        Column(
            "due",
            "Due",
            text=lambda row: date_words(row.due_on, today()),
            width=64,
            sort_key=lambda row: row.due_on,
            tip=lambda row: f"{day_words(row.due_on, today())}; lent {since_words(row.lent_at, today())}",
        ),
        Column(
            "sidemark",
            "Sidemark",
            text=lambda row: row.sidemark,
            width=118,
            muted=True,
            hidden=with_designer,
            sort_key=lambda row: row.sidemark or None,
            tip=lambda row: row.sidemark,
        ),
        Column(
            "lent",
            "Lent",
            text=lambda row: since_words(row.lent_at, today()),
            width=90,
            hidden=True,
            sort_key=lambda row: row.lent_at,
        ),
        Column("barcode", "Barcode", text=lambda row: row.barcode, width=100, hidden=True),
    )


def loan_chip(row: LoanRow, today: date) -> Chip:
    """Overdue, due soon or simply out; by word and icon as well as colour."""
    if row.days_overdue:
        return Chip(Tone.BAD, f"{days_words(row.days_overdue)} late", "bell")
    left = (row.due_on - today).days
    if left == 0:
        return Chip(Tone.ATTENTION, "Due today", "calendar")
    if left == 1:
        return Chip(Tone.INFO, "Due tomorrow", "calendar")
    return Chip(Tone.NEUTRAL, f"{days_words(left)} left", "waiting")


def copy_columns(today: Today) -> tuple[Column[CopyRow], ...]:
    """Who has it: each copy, its shelf, and with whom it is since when."""
    return (
        Column(
            "state",
            "State",
            text=lambda row: copy_chip(row, today()).word,
            width=116,
            chip=lambda row: copy_chip(row, today()),
            sort_key=lambda row: (row.due_on is None, row.due_on or date.max),
        ),
        Column("item", "Item", text=lambda row: row.item_no, width=80, sort_key=lambda row: row.item_no),
        Column(
            "title",
            "Pattern and colour",
            text=lambda row: row.title,
            width=104,
            stretch=True,
            strong=True,
            tip=lambda row: f"{row.title}, {type_words(row.sample_type)}",
            sort_key=lambda row: row.title.casefold(),
        ),
        Column("type", "Type", text=lambda row: type_words(row.sample_type), width=70, muted=True, hidden=True),
        Column("shelf", "Shelf", text=lambda row: row.shelf, width=62, sort_key=lambda row: row.shelf),
        Column("designer", "With", text=lambda row: row.designer, width=98, sort_key=lambda row: row.designer or None),
        Column(
            "since",
            "Since",
            text=lambda row: date_words(row.lent_at.astimezone().date(), today()) if row.lent_at else "",
            width=64,
            sort_key=lambda row: row.lent_at,
        ),
        Column(
            "due",
            "Due",
            text=lambda row: date_words(row.due_on, today()) if row.due_on else "",
            width=64,
            hidden=True,
            sort_key=lambda row: row.due_on,
        ),
        Column("barcode", "Barcode", text=lambda row: row.barcode, width=100, hidden=True),
    )


def copy_chip(row: CopyRow, today: date) -> Chip:
    """Where a copy is, and when it is due back."""
    if row.is_out and row.due_on is not None and row.due_on < today:
        return Chip(Tone.BAD, f"{days_words((today - row.due_on).days)} late", "bell")
    if row.is_out:
        due = f"Due {date_words(row.due_on, today)}" if row.due_on else "Out"
        return Chip(Tone.INFO, due, "lend")
    if row.status != "active":
        return Chip(Tone.ATTENTION, row.status.capitalize())
    return Chip(Tone.GOOD, "In")
