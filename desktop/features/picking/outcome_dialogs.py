"""Two small windows of the bench: until when a sample waits, and why one will not come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QWidget

from desktop.features.picking.rows import BenchLine, Marking
from desktop.widgets.buttons import Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import label

REASONS = (
    "Discontinued, no samples left",
    "No longer sampled in this form",
    "Out of stock for good",
    "Duplicate of an earlier request",
    "Other",
)
_DAY_KNOWN, _DAY_UNKNOWN = "known", "unknown"


class BackorderDialog(HouseDialog):
    """How many of a line wait, and until when."""

    def __init__(
        self, line: BenchLine, left: int, expected_on: date, on_mark: Callable[[Marking], None], parent: QWidget
    ) -> None:
        """`expected_on` is proposed; `on_mark` gets what was said."""
        super().__init__("backorder_dialog", f"Backorder {line.title or line.item_no}", parent)
        self._line, self._on_mark = line, on_mark
        self.form = Form()
        self.form.add_number("backorder_quantity", "How many", left, least=1, most=left)
        self.form.add_choice(
            "backorder_known", "Expected", [(_DAY_KNOWN, "On this day"), (_DAY_UNKNOWN, "Nobody knows yet")], _DAY_KNOWN
        )
        self.form.add_date("backorder_until", "Day", expected_on)
        self.body.addWidget(self.form)
        self.add_button("backorder_cancel", "Cancel", self.reject)
        self.add_button("backorder_mark", "Backorder", self._mark, kind=Kind.PRIMARY, default=True)
        self.form.field("backorder_until").setFocus()

    def _mark(self) -> None:
        values = self.form.values()
        until, quantity = values["backorder_until"], values["backorder_quantity"]
        known = self.form.text("backorder_known") == _DAY_KNOWN
        self.accept()
        self._on_mark(
            Marking(
                self._line.line_id,
                "backordered",
                quantity if isinstance(quantity, int) else 1,
                until_on=until if known and isinstance(until, date) else None,
            )
        )


class WillNotShipDialog(HouseDialog):
    """How many of a line will not come, why, and what could be taken instead."""

    def __init__(
        self, line: BenchLine, left: int, replacement: str, on_mark: Callable[[Marking], None], parent: QWidget
    ) -> None:
        """`replacement` is the item that the catalogue names in its place; empty when it names none."""
        super().__init__("will_not_ship_dialog", f"{line.title or line.item_no} will not ship", parent)
        self._line, self._on_mark = line, on_mark
        self.body.addWidget(label("Showroom and designer read the reason in their mail.", muted=True, wrap=True))
        self.form = Form()
        self.form.add_number("refused_quantity", "How many", left, least=1, most=left)
        first = REASONS[3] if line.note else REASONS[0]
        self.form.add_choice("refused_reason", "Why", [(reason, reason) for reason in REASONS], first)
        self.form.add_text("refused_words", "In your words", placeholder="Needed only for “Other”")
        self.form.add_text("refused_replacement", "Take instead", replacement, placeholder="Item number, if any")
        self.body.addWidget(self.form)
        self.add_button("refused_cancel", "Cancel", self.reject)
        self.add_button("refused_mark", "Will not ship", self._mark, kind=Kind.PRIMARY, default=True)
        self.form.field("refused_reason").setFocus()

    def _mark(self) -> None:
        reason, words = self.form.text("refused_reason"), self.form.text("refused_words")
        if reason == REASONS[-1] and not words:
            self.form.show_errors({"refused_words": "Say why in a few words; they stand in the mail."})
            return
        quantity = self.form.values()["refused_quantity"]
        said = words if reason == REASONS[-1] else f"{reason}. {words}".strip() if words else reason
        self.accept()
        self._on_mark(
            Marking(
                self._line.line_id,
                "will_not_ship",
                quantity if isinstance(quantity, int) else 1,
                reason=said,
                replacement_item_no=self.form.text("refused_replacement"),
            )
        )
