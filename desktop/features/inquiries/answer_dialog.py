"""The window in which a distributor's master answers: yes with until when or by which parcel, no because, or words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import cast

from PySide6.QtWidgets import QWidget

from desktop.features.inquiries.actions import Said
from desktop.widgets.buttons import Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import label
from shared_models.inquiries.operations import named
from shared_models.inquiries.records import Answer, Inquiry, Wanted
from shared_models.inquiries.words import wanted_text

_YES: dict[Wanted, str] = {"EXTEND": "Extended until", "RELEASE": "Released", "CFA": "Cutting sent"}


class AnswerDialog(HouseDialog):
    """Asks for an answer to one inquiry; `on_said` gets it. An answer that was given before is corrected."""

    def __init__(
        self, inquiry: Inquiry, today: date, on_said: Callable[[Said], None], parent: QWidget | None = None
    ) -> None:
        heading = "Correct the answer" if inquiry.answer is not None else "Answer"
        super().__init__(
            "answer_dialog", f"{heading}: {named(inquiry.dataset, inquiry.number, inquiry.line_no)}", parent
        )
        self._inquiry, self._on_said, self._today = inquiry, on_said, today
        asked = label(f"{inquiry.asked_by_name}, {inquiry.asked_from}: {wanted_text(inquiry, today)}.", wrap=True)
        asked.setObjectName("answer_asked")
        self.body.addWidget(asked)
        if inquiry.note:
            self.body.addWidget(label(f"“{inquiry.note}”", muted=True, wrap=True))
        self.form = Form()
        choices = [("AGREED", _YES[inquiry.wanted])] if inquiry.wanted in _YES else []
        choices += [("DECLINED", "Declined, because"), ("TOLD", "Only words")]
        choice = self.form.add_choice("answer_kind", "Answer", choices, inquiry.answer or choices[0][0])
        if inquiry.wanted == "QUESTION":
            self.form.show_values({"answer_kind": inquiry.answer or "TOLD"})
        if inquiry.wanted == "EXTEND":
            until = inquiry.agreed_until_on or inquiry.until_on or today + timedelta(days=7)
            self.form.add_date("answer_until", "Until", max(until, today))
        if inquiry.wanted == "CFA":
            self.form.add_text("answer_carrier", "Carrier", inquiry.carrier, placeholder="UPS")
            self.form.add_text("answer_tracking", "Tracking", inquiry.tracking_no)
        self.form.add_note("answer_text", "Words", inquiry.answer_text)
        self.body.addWidget(self.form)
        self.add_button("answer_cancel", "Cancel", self.reject)
        self.add_button("answer_send", "Answer", self._on_yes, kind=Kind.PRIMARY, default=True)
        choice.currentIndexChanged.connect(lambda _place: self._fit())
        self._fit()
        choice.setFocus()

    def _fit(self) -> None:
        """What only a yes needs cannot be written beside a no."""
        agreed = self.form.text("answer_kind") == "AGREED"
        for name in ("answer_until", "answer_carrier", "answer_tracking"):
            if name in self.form.values():
                self.form.field(name).setEnabled(agreed)

    def _on_yes(self) -> None:
        values = self.form.values()
        kind, text = cast(Answer, values["answer_kind"]), str(values["answer_text"] or "")
        errors = {}
        if kind != "AGREED" and not text:
            errors["answer_text"] = "Say why not." if kind == "DECLINED" else "Write the answer."
        until = values.get("answer_until")
        until_on = until if kind == "AGREED" and isinstance(until, date) else None
        if until_on is not None and until_on < self._today:
            errors["answer_until"] = "That day is over."
        if errors:
            self.form.show_errors(errors)
            return
        self.accept()
        carrier, tracking = (str(values.get(name) or "") for name in ("answer_carrier", "answer_tracking"))
        self._on_said(Said(kind, until_on, carrier, tracking, text, corrects=self._inquiry.answer is not None))
