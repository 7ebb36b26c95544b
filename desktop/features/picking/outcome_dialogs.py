"""Two small windows of the bench: until when a sample waits, and why one will not come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from PySide6.QtWidgets import QWidget

from desktop.features.picking.columns import counted
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
_USUAL_WAIT = timedelta(days=14)
OpenLine = tuple[BenchLine, int]
"""A line, and how many of it nothing is said about yet."""


class _OutcomeDialog(HouseDialog):
    """Says the same of one line or of several; with one line a part of it may be chosen."""

    def __init__(
        self, name: str, heading: str, lines: Sequence[OpenLine], on_mark: Callable[[Marking], None], parent: QWidget
    ) -> None:
        super().__init__(name, heading, parent)
        self._lines, self._on_mark = tuple(lines), on_mark
        self.form = Form()

    def add_quantity(self, name: str) -> None:
        """How many, where there is anything to choose."""
        if len(self._lines) == 1 and self._lines[0][1] > 1:
            left = self._lines[0][1]
            self.form.add_number(name, "How many", left, least=1, most=left)

    def mark_all(self, quantity: str, make: Callable[[str, int], Marking]) -> None:
        """Close, and say it of every line."""
        chosen = self.form.values().get(quantity)
        self.accept()
        for line, left in self._lines:
            self._on_mark(make(line.line_id, chosen if isinstance(chosen, int) else left))


class BackorderDialog(_OutcomeDialog):
    """How many of a line wait, and until when."""

    def __init__(
        self,
        lines: Sequence[OpenLine],
        expected_on: date | None,
        today: date,
        on_mark: Callable[[Marking], None],
        parent: QWidget,
    ) -> None:
        """`expected_on` is what the catalogue says, None when it does not know; `on_mark` gets what was said."""
        super().__init__("backorder_dialog", f"Backorder {_names(lines)}", lines, on_mark, parent)
        self._today = today
        self.add_quantity("backorder_quantity")
        known = _DAY_KNOWN if expected_on is not None else _DAY_UNKNOWN
        self.form.add_choice(
            "backorder_known", "Expected", [(_DAY_KNOWN, "On this day"), (_DAY_UNKNOWN, "Nobody knows yet")], known
        )
        day = self.form.add_date("backorder_until", "Day", expected_on or today + _USUAL_WAIT)
        day.dateChanged.connect(lambda _day: self.form.show_values({"backorder_known": _DAY_KNOWN}))
        said = "The day is when your inventory expects it." if expected_on else "Your inventory names no day."
        self.body.addWidget(label(f"{said} Showroom and designer read it in their mail.", muted=True, wrap=True))
        self.body.addWidget(self.form)
        self.add_button("backorder_cancel", "Cancel", self.reject)
        self.add_button("backorder_mark", "Backorder", self._mark, kind=Kind.PRIMARY, default=True)
        self.form.field("backorder_until").setFocus()

    def _mark(self) -> None:
        until = self.form.values()["backorder_until"]
        known = self.form.text("backorder_known") == _DAY_KNOWN
        day = until if known and isinstance(until, date) else None
        if day is not None and day < self._today:
            self.form.show_errors({"backorder_until": "This day is over. Take a later one, or “Nobody knows yet”."})
            return
        self.mark_all("backorder_quantity", lambda line_id, count: Marking(line_id, "backordered", count, until_on=day))


class WillNotShipDialog(_OutcomeDialog):
    """How many of a line will not come, why, and what could be taken instead."""

    def __init__(
        self,
        lines: Sequence[OpenLine],
        replacement: str,
        title_of: Callable[[str], str],
        on_mark: Callable[[Marking], None],
        parent: QWidget,
    ) -> None:
        """`replacement` is the item that the catalogue names in its place; empty when it names none.

        `title_of` names an item; empty when the catalogue does not know it.
        """
        super().__init__("will_not_ship_dialog", f"{_names(lines)} will not ship", lines, on_mark, parent)
        self._title_of = title_of
        self.body.addWidget(label("Showroom and designer read the reason in their mail.", muted=True, wrap=True))
        self.add_quantity("refused_quantity")
        first = REASONS[3] if all(line.note for line, _left in lines) else REASONS[0]
        self.form.add_choice("refused_reason", "Why", [(reason, reason) for reason in REASONS], first)
        self.form.add_text("refused_words", "In your words", placeholder="Needed only for “Other”")
        self.form.add_text("refused_replacement", "Take instead", replacement, placeholder="Item number, if any")
        if replacement:
            self.body.addWidget(
                label(f"Your catalogue names {replacement} {title_of(replacement)} in its place.".replace("  ", " "),
                      wrap=True)
            )  # fmt: skip
        self.body.addWidget(self.form)
        self.add_button("refused_cancel", "Cancel", self.reject)
        self.add_button("refused_mark", "Will not ship", self._mark, kind=Kind.PRIMARY, default=True)
        self.form.field("refused_reason").setFocus()

    def _mark(self) -> None:
        reason, words = self.form.text("refused_reason"), self.form.text("refused_words")
        instead = self.form.text("refused_replacement")
        errors = {}
        if reason == REASONS[-1] and not words:
            errors["refused_words"] = "Say why in a few words; they stand in the mail."
        if instead and not self._title_of(instead):
            errors["refused_replacement"] = f"Your catalogue has no item “{instead}”."
        if errors:
            self.form.show_errors(errors)
            return
        said = words if reason == REASONS[-1] else f"{reason}. {words}".strip() if words else reason
        self.mark_all(
            "refused_quantity",
            lambda line_id, count: Marking(line_id, "will_not_ship", count, reason=said, replacement_item_no=instead),
        )


def _names(lines: Sequence[OpenLine]) -> str:
    if len(lines) == 1:
        return lines[0][0].title or lines[0][0].item_no
    return counted(len(lines), "line")
