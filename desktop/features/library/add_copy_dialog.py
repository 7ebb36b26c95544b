"""A copy joins the library: its barcode, the item it is a sample of, its kind and its shelf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.features.library.actions import NewCopy
from desktop.features.library.words import TYPE_WORDS
from desktop.widgets.buttons import Kind
from desktop.widgets.dialogs import HouseDialog
from desktop.widgets.form import Form
from desktop.widgets.panels import label
from desktop.widgets.search_box import SearchBox, SearchHit

_CONDITIONS = (("GOOD", "Good"), ("WORN", "Worn"), ("DAMAGED", "Damaged"))
_FIELD_OF_CODE = {"barcode_missing": "barcode", "barcode_taken": "barcode", "item_missing": "item_no"}


class ItemChoice(NamedTuple):
    """What choosing an item of the catalogue fills in; the fields of the form by name."""

    distributor_id: str
    item_no: str
    title: str
    sample_type: str


class AddCopyDialog(HouseDialog):
    """`items_asked` carries what is typed into the catalogue search; answer with `search.show_hits`.

    `on_save` takes the `NewCopy`; a refusal comes back by `show_refusal`, beside its field.
    """

    items_asked = Signal(str)

    def __init__(
        self,
        barcode: str,
        distributors: Sequence[tuple[str, str]],
        on_save: Callable[[NewCopy], None],
        parent: QWidget,
    ) -> None:
        super().__init__("add_copy", "Add a copy to the library", parent, width=520)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._on_save = on_save
        self.search = SearchBox("copy_item_search", "Find its item in the catalogue")
        self.search.asked.connect(self.items_asked)
        self.search.hit_chosen.connect(self._on_hit_chosen)
        self.form = Form()
        self.form.add_text("barcode", "Barcode", barcode, placeholder="Scan or type what stands on it")
        self.form.add_choice("distributor_id", "Distributor", distributors)
        self.form.add_text("item_no", "Item number")
        self.form.add_text("title", "Pattern and colour")
        self.form.add_choice("sample_type", "Kind", tuple(TYPE_WORDS.items()))
        self.form.add_text("shelf", "Shelf", placeholder="A-01-1")
        self.form.add_choice("condition", "Condition", _CONDITIONS)
        self.body.addWidget(self.search)
        self.body.addWidget(label("Choosing an item fills in the rest.", muted=True))
        self.body.addWidget(self.form)
        self.add_button("cancel_copy", "Cancel", self.reject)
        self.add_button("save_copy", "Add copy", self._save, kind=Kind.PRIMARY, default=True)
        self.search.setFocus()

    def show_refusal(self, code: str, sentence: str) -> None:
        """Put the sentence below the field that it is about."""
        self.form.show_errors({_FIELD_OF_CODE.get(code, "barcode"): sentence})

    def _on_hit_chosen(self, hit: SearchHit) -> None:
        if not isinstance(hit.value, ItemChoice):
            return
        self.form.show_values(hit.value._asdict())
        self.search.clear()
        self.form.field("shelf").setFocus()

    def _save(self) -> None:
        values = {name: str(value or "") for name, value in self.form.values().items()}
        self._on_save(NewCopy(**values))
