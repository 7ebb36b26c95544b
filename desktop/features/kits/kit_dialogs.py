"""Small windows of the kits page: a new or renamed kit, and where an order from a kit goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from desktop.features.kits.columns import counted
from desktop.features.kits.rows import Delivery, KitItemRow, RepRow
from desktop.widgets.buttons import Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import label
from shared_models.sample_orders.operations import ShipTo

SHIP_METHODS = ("Ground", "Second day", "Next day", "Hold for pick-up")
_ADDRESS = (
    ("attention", "Attention"),
    ("name", "Name"),
    ("address1", "Street"),
    ("address2", "Suite"),
    ("city", "City"),
    ("state", "State"),
    ("postal_code", "Postal code"),
    ("country", "Country"),
)


class KitDialog(HouseDialog):
    """The name of a kit and whose it is."""

    def __init__(
        self,
        heading: str,
        verb: str,
        reps: Sequence[RepRow],
        on_take: Callable[[str, str], None],
        *,
        name: str = "",
        rep_id: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`on_take` gets the rep's id and the name. The rep is asked for only where there are several."""
        super().__init__("kit_dialog", heading, parent)
        self._on_take = on_take
        self.form = Form()
        field = self.form.add_text("kit_name", "Name", name, placeholder="Autumn introductions")
        self.form.add_choice("kit_rep", "Rep", [(rep.rep_id, rep.name) for rep in reps], rep_id)
        self.form.field("kit_rep").setEnabled(len(reps) > 1)
        self.body.addWidget(self.form)
        self.add_button("kit_cancel", "Cancel", self.reject)
        self.add_button("kit_take", verb, self._on_yes, kind=Kind.PRIMARY, default=True)
        field.setFocus()
        field.selectAll()

    def _on_yes(self) -> None:
        errors = {}
        if not self.form.text("kit_name"):
            errors["kit_name"] = "A kit needs a name."
        if not self.form.text("kit_rep"):
            errors["kit_rep"] = "This showroom has no rep yet; the operator adds one."
        if errors:
            self.form.show_errors(errors)
            return
        self.accept()
        self._on_take(self.form.text("kit_rep"), self.form.text("kit_name"))


class KitOrderDialog(HouseDialog):
    """What is about to be ordered from a kit, and where it goes: at once, or into the basket first."""

    def __init__(
        self,
        kit: str,
        items: Sequence[KitItemRow],
        ship_to: ShipTo,
        on_order: Callable[[Delivery], None],
        on_basket: Callable[[], None] | None,
        parent: QWidget | None = None,
    ) -> None:
        """`on_basket` None means that there is no basket to put it into."""
        super().__init__("kit_order_dialog", f"Order from “{kit}”", parent, width=520)
        self._on_order, self._on_basket = on_order, on_basket
        houses = {item.distributor: item.takes_part for item in items}
        self.body.addWidget(label(_what(items, houses), wrap=True))
        discontinued = [item for item in items if item.product_status == "DISCONTINUED"]
        if discontinued:
            names = ", ".join(item.title or item.item_no for item in discontinued[:3])
            more = f" and {len(discontinued) - 3} more" if len(discontinued) > 3 else ""
            self.body.addWidget(
                label(f"Discontinued, and perhaps not to be had: {names}{more}.", muted=True, wrap=True)
            )
        self.form = Form()
        for name, caption in _ADDRESS:
            self.form.add_text(f"kit_ship_{name}", caption, getattr(ship_to, name))
        self.form.add_choice("kit_ship_method", "Method", [(one, one) for one in SHIP_METHODS], SHIP_METHODS[0])
        self.form.add_text("kit_note", "Note", placeholder="For the sample departments")
        self.body.addWidget(self.form)
        self.add_button("kit_order_cancel", "Cancel", self.reject)
        if on_basket is not None:
            self.add_button("kit_to_basket", "Put into the basket", self._on_to_basket)
        verb = f"Order {counted(len(items), 'item')}"
        self.add_button("kit_order_send", verb, self._on_yes, kind=Kind.PRIMARY, default=True).setFocus()

    def _on_yes(self) -> None:
        values = {name: self.form.text(f"kit_ship_{name}") for name, _caption in _ADDRESS}
        needed = {"address1": "The street is missing.", "city": "The city is missing."}
        errors = {f"kit_ship_{name}": sentence for name, sentence in needed.items() if not values[name]}
        if errors:
            self.form.show_errors(errors)
            return
        self.accept()
        self._on_order(Delivery(ShipTo(**values), self.form.text("kit_ship_method"), note=self.form.text("kit_note")))

    def _on_to_basket(self) -> None:
        self.accept()
        if self._on_basket is not None:
            self._on_basket()


def _what(items: Sequence[KitItemRow], houses: dict[str, bool]) -> str:
    pieces = sum(item.quantity for item in items)
    sentence = f"{counted(len(items), 'item')}, {counted(pieces, 'sample')}, of {', '.join(houses)}."
    mailed = [name for name, takes_part in houses.items() if not takes_part]
    return f"{sentence} {' and '.join(mailed)} by e-mail only." if mailed else sentence
