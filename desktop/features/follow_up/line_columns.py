"""Headings, formats and chips of stock, of mill orders, and of the answers to “will one lot do it”."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from desktop.features.follow_up.columns import Now, age_column, day, tone_of
from desktop.features.follow_up.one_lot_answers import answer_words, best_lot, verdict_words
from desktop.features.follow_up.rows import LineSeen, OneLotAnswer
from desktop.features.follow_up.words import amount, mill_status_words, slip_words, stock_status_words
from desktop.widgets.chips import Chip
from desktop.widgets.colours import Tone
from desktop.widgets.columns import Align, Column
from shared_models.catalogue.mill_orders import eta_slips
from shared_models.catalogue.one_lot import free_of
from shared_models.catalogue.records import InventoryRow, MillOrderLine
from shared_models.kernel.clock import local_day

Stock = LineSeen[InventoryRow]
Mill = LineSeen[MillOrderLine]
_STOCK = {
    "IN_STOCK": (Tone.GOOD, "check"),
    "LOW": (Tone.ATTENTION, ""),
    "OUT": (Tone.BAD, "close"),
    "DISCONTINUED": (Tone.NEUTRAL, "close"),
    "CLOSEOUT": (Tone.ATTENTION, "tag"),
    "MADE_TO_ORDER": (Tone.INFO, "waiting"),
}
_MILL = {
    "OPEN": (Tone.INFO, "waiting"),
    "IN_TRANSIT": (Tone.INFO, "truck"),
    "PARTIAL": (Tone.ATTENTION, "truck"),
    "RECEIVED": (Tone.GOOD, "check"),
    "CANCELLED": (Tone.NEUTRAL, "close"),
}
_VERDICT = {"yes": Tone.GOOD, "no": Tone.BAD, "lots_not_told": Tone.ATTENTION, "quantities_not_told": Tone.NEUTRAL}
_VERDICT_ICONS = {"yes": "check", "no": "close"}
_OVER = ("RECEIVED", "CANCELLED")
_SURE = {"FIRM": "firm", "ESTIMATED": "estimated", "UNKNOWN": "not sure"}


def stock_columns(now: Now) -> tuple[Column[Stock], ...]:
    """Columns of the stock, a row for each warehouse, lot and piece; a blank one is the sum of those below."""

    def quantity(key: str, heading: str, *, hidden: bool = False, width: int = 74) -> Column[Stock]:
        return Column(key, heading, lambda row: amount(getattr(row.record, key), row.record.unit), width=width,
                      align=Align.RIGHT, sortable=True, hidden=hidden)  # fmt: skip

    return (
        Column("item_no", "Item", lambda row: row.record.item_no, width=92, strong=True, sortable=True),
        Column("title", "Pattern and colour", lambda row: row.title, width=82, stretch=True, sortable=True,
               tip=lambda row: row.title),
        Column("warehouse", "Warehouse", lambda row: row.record.warehouse or _all(row.record), width=88, sortable=True),
        Column("lot_no", "Lot", lambda row: row.record.lot_no, width=80, sortable=True),
        Column("piece_no", "Piece", lambda row: row.record.piece_no, width=92, sortable=True),
        quantity("qty_available", "Available", width=88),
        quantity("qty_on_hand", "On hand", hidden=True),
        quantity("qty_committed", "Committed", hidden=True),
        quantity("qty_reserved", "Reserved", hidden=True),
        quantity("qty_on_order", "On order", hidden=True),
        quantity("qty_backordered", "Backordered", hidden=True),
        Column("next_due_on", "Next due", lambda row: day(row.record.next_due_on, now), width=72, hidden=True,
               sortable=True),
        Column("stock_status", "Status", lambda row: stock_status_words(row.record.stock_status), width=96,
               chip=lambda row: stock_chip(row.record), sortable=True),
        Column("house", "Distributor", lambda row: row.distributor, width=118, muted=True, hidden=True, sortable=True),
        age_column(now),
    )  # fmt: skip


def mill_columns(now: Now) -> tuple[Column[Mill], ...]:
    """Columns of the mill orders: what arrives first stands first."""
    return (
        Column("eta_on", "Arrives", lambda row: day(row.record.eta_on, now) or "not known", width=72, strong=True,
               sortable=True, tip=lambda row: sure_words(row.record)),
        Column("slipped", "Slipped", lambda row: short_slip(row.record), width=92, sortable=True,
               tip=lambda row: slip_words(row.record.eta_history),
               tone=lambda row: Tone.BAD if eta_slips(row.record.eta_history).days > 0 else None),
        Column("mill_po_no", "Mill PO", lambda row: numbered_po(row.record), width=108, sortable=True),
        Column("item_no", "Item", lambda row: row.record.item_no, width=84, sortable=True),
        Column("title", "Pattern and colour", lambda row: row.title, width=88, stretch=True, sortable=True,
               tip=lambda row: row.title),
        Column("qty_open", "Open", lambda row: amount(row.record.qty_open, row.record.unit), width=72,
               align=Align.RIGHT, hidden=True, sortable=True),
        Column("qty_free", "Free", lambda row: amount(free_of(row.record), row.record.unit), width=72,
               align=Align.RIGHT, sortable=True),
        Column("status", "Status", lambda row: mill_chip_word(row.record, now), width=102,
               chip=lambda row: mill_chip(row.record, now()), sortable=True),
        Column("mill_name", "Mill", lambda row: row.record.mill_name, width=96, muted=True, hidden=True, sortable=True),
        Column("ordered_on", "Ordered", lambda row: day(row.record.ordered_on, now), width=72, hidden=True,
               sortable=True),
        Column("house", "Distributor", lambda row: row.distributor, width=118, muted=True, hidden=True, sortable=True),
        age_column(now),
    )  # fmt: skip


def one_lot_columns(now: Now) -> tuple[Column[OneLotAnswer], ...]:
    """Columns of the answers, an item a row."""
    return (
        Column("verdict", "One lot", lambda row: verdict_words(row.answer), width=116, chip=verdict_chip,
               tip=lambda row: answer_words(row, now())),
        Column("item_no", "Item", lambda row: row.item_no, width=92, strong=True, sort_key=lambda row: row.item_no),
        Column("title", "Pattern and colour", lambda row: row.title, width=120, stretch=True,
               sort_key=lambda row: row.title, tip=lambda row: f"{row.title}, {row.distributor}"),
        Column("lot", "Best lot", lambda row: best_lot(row.answer), width=112),
        Column("has", "Has", lambda row: _of_best(row, "available"), width=84, align=Align.RIGHT),
        Column("left", "Remains", lambda row: _of_best(row, "remains"), width=84, align=Align.RIGHT),
        Column("age", "As of", lambda row: row.age.short, width=86, align=Align.RIGHT, muted=True,
               tip=lambda row: row.age.words, tone=lambda row: tone_of(row.age.state)),
    )  # fmt: skip


def stock_chip(record: InventoryRow) -> Chip | None:
    """The stock in a word; None when the distributor says none."""
    if not record.stock_status:
        return None
    tone, icon = _STOCK.get(record.stock_status, (Tone.NEUTRAL, ""))
    return Chip(tone, stock_status_words(record.stock_status), icon)


def mill_chip(record: MillOrderLine, now: datetime) -> Chip | None:
    """How far a mill order has come, or that its day is over; None when nothing is told."""
    if record.status not in _OVER and record.eta_on and record.eta_on < local_day(now).isoformat():
        return Chip(Tone.BAD, "Overdue", "bell")
    if not record.status:
        return None
    tone, icon = _MILL.get(record.status, (Tone.NEUTRAL, ""))
    return Chip(tone, mill_status_words(record.status), icon)


def mill_chip_word(record: MillOrderLine, now: Now) -> str:
    """The same as a word."""
    chip = mill_chip(record, now())
    return chip.word if chip is not None else ""


def short_slip(record: MillOrderLine) -> str:
    """`3 times, +41 d`; empty when the day never moved."""
    slips = eta_slips(record.eta_history)
    if not slips.moves:
        return ""
    return f"{'once' if slips.moves == 1 else f'{slips.moves} times'}, {slips.days:+d} d"


def verdict_chip(told: OneLotAnswer) -> Chip:
    """Yes or no."""
    verdict = told.answer.verdict
    return Chip(_VERDICT[verdict], verdict_words(told.answer), _VERDICT_ICONS.get(verdict, ""))


def sure_words(record: MillOrderLine) -> str:
    """How sure the day is; empty when that is not told."""
    return _SURE.get(record.eta_confidence, record.eta_confidence.replace("_", " ").lower())


def numbered_po(record: MillOrderLine) -> str:
    """Order and line as one number."""
    return f"{record.mill_po_no}-{record.line_no}" if record.line_no else record.mill_po_no


def _of_best(told: OneLotAnswer, what: Literal["available", "remains"]) -> str:
    return amount(getattr(told.answer.offers[0], what), told.answer.unit) if told.answer.offers else ""


def _all(record: InventoryRow) -> str:
    return "" if record.lot_no or record.piece_no else "all"
