"""Two small windows of the order: an item that no catalogue has, and an address to type."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from desktop.features.sample_orders.columns import SAMPLE_TYPE_WORDS
from desktop.features.sample_orders.rows import House, Item
from desktop.widgets.buttons import Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import label
from shared_models.sample_orders.operations import MOST_OF_ONE_LINE, ShipTo

_ADDRESS = (
    ("name", "Name"),
    ("attention", "Attention"),
    ("address1", "Street"),
    ("address2", "Suite"),
    ("city", "City"),
    ("state", "State"),
    ("postal_code", "Postal code"),
    ("country", "Country"),
)


class ByHandDialog(HouseDialog):
    """An item by its number and a few words, of a distributor whose catalogue is not here."""

    def __init__(
        self,
        houses: Sequence[House],
        on_add: Callable[[Item, int, str], None],
        words: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`on_add` gets the item, how many, and in which form; `words` stand in the number already."""
        super().__init__("by_hand_dialog", "Add an item by hand", parent)
        self._on_add = on_add
        self.body.addWidget(
            label("For houses that are not on Order-Track, and for items that no list has yet.", muted=True, wrap=True)
        )
        self.form = Form()
        by_mail_first = sorted(houses, key=lambda house: (house.takes_part, house.name))
        self.form.add_choice(
            "by_hand_house",
            "Distributor",
            [
                (house.distributor_id, house.name if house.takes_part else f"{house.name} — by e-mail only")
                for house in by_mail_first
            ],
        )
        self.form.add_text("by_hand_item_no", "Item number", words, placeholder="As the distributor writes it")
        self.form.add_text("by_hand_title", "Description", placeholder="Pattern and colour")
        self.form.add_choice("by_hand_form", "Form", list(SAMPLE_TYPE_WORDS.items()), "MEMO")
        self.form.add_number("by_hand_quantity", "Quantity", 1, least=1, most=MOST_OF_ONE_LINE)
        self.body.addWidget(self.form)
        self.add_button("by_hand_cancel", "Cancel", self.reject)
        self.add_button("by_hand_add", "Add to the basket", self._on_yes, kind=Kind.PRIMARY, default=True)
        self.form.field("by_hand_item_no").setFocus()

    def _on_yes(self) -> None:
        errors = {}
        if not self.form.text("by_hand_house"):
            errors["by_hand_house"] = "No distributor is known here yet; they come with the first sync."
        if not self.form.text("by_hand_item_no"):
            errors["by_hand_item_no"] = "Type the item number as the distributor writes it."
        if errors:
            self.form.show_errors(errors)
            return
        form = self.form.text("by_hand_form")
        item = Item(self.form.text("by_hand_house"), self.form.text("by_hand_item_no"), self.form.text("by_hand_title"))
        quantity = self.form.values()["by_hand_quantity"]
        self.accept()
        self._on_add(item, quantity if isinstance(quantity, int) else 1, form)


class AddressDialog(HouseDialog):
    """Another place for the samples to go."""

    def __init__(self, ship_to: ShipTo, on_take: Callable[[ShipTo], None], parent: QWidget | None = None) -> None:
        super().__init__("address_dialog", "Ship to another address", parent)
        self._on_take = on_take
        self.form = Form()
        for name, caption in _ADDRESS:
            self.form.add_text(f"ship_to_{name}", caption, getattr(ship_to, name))
        self.body.addWidget(self.form)
        self.add_button("address_cancel", "Cancel", self.reject)
        self.add_button("address_take", "Ship to this address", self._on_yes, kind=Kind.PRIMARY, default=True)

    def _on_yes(self) -> None:
        values = {name: self.form.text(f"ship_to_{name}") for name, _caption in _ADDRESS}
        needed = {"name": "Who gets it?", "address1": "The street is missing.", "city": "The city is missing."}
        errors = {f"ship_to_{name}": sentence for name, sentence in needed.items() if not values[name]}
        if errors:
            self.form.show_errors(errors)
            return
        self.accept()
        self._on_take(ShipTo(**values))
