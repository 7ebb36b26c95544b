"""The window in which a person says what she wants of the distributor about one reserve or order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import cast

from PySide6.QtWidgets import QWidget

from desktop.features.follow_up.actions import Wish
from desktop.features.follow_up.words import amount, day_words
from desktop.widgets.buttons import Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import label
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.inquiries.records import Wanted
from shared_models.inquiries.rules import expiry_of, may_ask
from shared_models.inquiries.words import WANTED
from shared_models.kernel.clock import local_day

_A_WEEK = timedelta(days=7)


class AskDialog(HouseDialog):
    """`on_wish` gets what is wanted. A reserve that is over can only be asked about."""

    def __init__(
        self,
        row: Reserve | SalesOrderLine,
        now: datetime,
        on_wish: Callable[[Wish], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("ask_dialog", "Ask the distributor", parent)
        self._on_wish = on_wish
        today = local_day(now)
        about = label(_about(row, today), wrap=True)
        about.setObjectName("ask_about")
        self.body.addWidget(about)
        may = may_ask(row, now)
        if isinstance(row, Reserve) and len(may) == 1:
            self.body.addWidget(
                label("It holds nothing any more, so it can only be asked about.", muted=True, wrap=True)
            )
        self.form = Form()
        choice = self.form.add_choice("ask_wanted", "Please", [(one, WANTED[one]) for one in may], may[0])
        ends = expiry_of(row.expires_at) if isinstance(row, Reserve) else None
        self._held_until = max(today, local_day(ends)) if ends is not None else today
        if "EXTEND" in may:
            self.form.add_date("ask_until", "Until", self._held_until + _A_WEEK)
        self.form.add_note("ask_note", "Note")
        self.body.addWidget(self.form)
        self.add_button("ask_cancel", "Cancel", self.reject)
        self.add_button("ask_send", "Ask", self._on_yes, kind=Kind.PRIMARY, default=True)
        choice.currentIndexChanged.connect(lambda _place: self._fit())
        self._fit()
        choice.setFocus()

    @property
    def wanted(self) -> Wanted:
        """What is chosen."""
        return cast(Wanted, self.form.text("ask_wanted"))

    def _fit(self) -> None:
        """A day belongs to an extension alone."""
        if "ask_until" in self.form.values():
            self.form.field("ask_until").setEnabled(self.wanted == "EXTEND")

    def _on_yes(self) -> None:
        until, note = self.form.values().get("ask_until"), self.form.text("ask_note")
        until_on = until if self.wanted == "EXTEND" and isinstance(until, date) else None
        errors = {}
        if until_on is not None and until_on <= self._held_until:
            errors["ask_until"] = f"It is held until {self._held_until.day} {self._held_until:%b} already."
        if self.wanted == "QUESTION" and not note:
            errors["ask_note"] = "Write what you want to know."
        if errors:
            self.form.show_errors(errors)
            return
        self.accept()
        self._on_wish(Wish(self.wanted, until_on, note))


def _about(row: Reserve | SalesOrderLine, today: date) -> str:
    """Which row it is, as the distributor knows it."""
    if isinstance(row, Reserve):
        until = day_words(row.expires_at, today)
        what = (row.item_no, amount(row.qty, row.unit), f"expires {until}" if until else "", row.sidemark)
        return f"Reserve {row.reserve_no}: {', '.join(part for part in what if part)}"
    what = (row.item_no, row.description, amount(row.qty_ordered, row.unit), row.sidemark)
    number = f"Order {row.order_no}{f', line {row.line_no}' if row.line_no else ''}"
    return f"{number}: {', '.join(part for part in what if part)}"
