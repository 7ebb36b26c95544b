"""A designer's card to fill in or to change; what will not do is said beside its field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.widgets.buttons import Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.theme import BROAD
from shared_models.designers.operations import DesignerCard
from shared_models.designers.records import Designer

_WIDTH = 860
_FIELD_OF_CODE = {"name_missing": "name", "card_taken": "card_barcode"}
_PLAIN_LEFT = (
    ("name", "Name"),
    ("firm", "Firm"),
    ("email", "E-mail"),
    ("phone", "Telephone"),
    ("card_barcode", "Card barcode"),
)
_PLAIN_RIGHT = (
    ("address1", "Address"),
    ("address2", ""),
    ("city", "City"),
    ("state", "State"),
    ("postal_code", "Postal code"),
    ("country", "Country"),
)


class CardDialog(HouseDialog):
    """`on_save` takes the card; a refusal comes back by `show_refusal`. A scan fills the card barcode."""

    def __init__(self, card: Designer | None, on_save: Callable[[DesignerCard], None], parent: QWidget) -> None:
        heading = "New designer" if card is None else f"Card of {card.name}"
        super().__init__("designer_card", heading, parent, width=_WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._on_save = on_save
        self.left, self.right = Form(), Form()
        for form, fields in ((self.left, _PLAIN_LEFT), (self.right, _PLAIN_RIGHT)):
            for name, caption in fields:
                form.add_text(name, caption, str(getattr(card, name)) if card is not None else "")
        self._add_certificate(card)
        self.left.add_switch("blocked", "Blocked: nothing is lent to her", card.blocked if card is not None else False)
        self.right.add_note("notes", "Notes", card.notes if card is not None else "")
        self.right.field("address2").setAccessibleName("Address, second line")
        if card is None:
            self.right.show_values({"country": "US"})
        columns = QHBoxLayout()
        columns.setSpacing(BROAD)
        for form in (self.left, self.right):
            columns.addWidget(form, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(columns)
        self.body.addStretch(1)
        self.add_button("cancel_card", "Cancel", self.reject)
        self.add_button("save_card", "Save card", self._save, kind=Kind.PRIMARY, default=True)
        self.left.field("name").setFocus()

    def card(self) -> DesignerCard | None:
        """What stands on the card; None when a day cannot be read, which is then said."""
        values = {name: str(value or "") for name, value in (self.left.values() | self.right.values()).items()}
        written = values.pop("resale_expires_on")
        expires = _read_day(written)
        if written and expires is None:
            self.left.show_errors({"resale_expires_on": "Write the day as 2027-03-31 or 3/31/2027."})
            return None
        blocked = bool(self.left.values()["blocked"])
        return DesignerCard(**(values | {"resale_expires_on": expires, "blocked": blocked}))  # type: ignore[arg-type]

    def show_refusal(self, code: str, sentence: str) -> None:
        """Put the sentence below the field that it is about."""
        self.left.show_errors({_FIELD_OF_CODE.get(code, "name"): sentence})

    def _add_certificate(self, card: Designer | None) -> None:
        number = card.resale_certificate_no if card is not None else ""
        expires = card.resale_expires_on if card is not None else None
        self.left.add_text("resale_certificate_no", "Resale certificate", number)
        self.left.add_text(
            "resale_expires_on", "Expires", expires.isoformat() if expires else "", placeholder="2027-03-31"
        )

    def _save(self) -> None:
        card = self.card()
        if card is not None:
            self._on_save(card)


def _read_day(text: str) -> date | None:
    try:
        if "/" in text:
            month, day, year = (int(part) for part in text.split("/"))
            return date(year + 2000 if year < 100 else year, month, day)
        return date.fromisoformat(text)
    except ValueError:
        return None
