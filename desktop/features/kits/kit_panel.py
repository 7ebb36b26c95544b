"""One kit: its items, adding and removing them, and the one step: order from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox

from desktop.features.kits.columns import counted, item_tip, kit_item_columns
from desktop.features.kits.rows import KitItemRow
from desktop.foundation.view_state import ViewState
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.panels import Panel, label
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.search_hit import SearchHit
from desktop.widgets.theme import SMALL
from shared_models.kits.operations import MOST_OF_ONE_ITEM


class KitPanel(Panel):
    """Shows one kit. Its signals say what a person wants; the page does it."""

    words_asked = Signal(str)
    item_chosen = Signal(object)
    quantity_wanted = Signal(object, int)
    removal_wanted = Signal(object)
    rename_wanted = Signal()
    kit_removal_wanted = Signal()
    order_wanted = Signal(object)

    def __init__(self, now: Callable[[], datetime], view_state: ViewState) -> None:
        super().__init__("Kit")
        self.table: RowTable[KitItemRow] = RowTable(
            "table_kit_items", "Items of the kit", kit_item_columns(now), key=lambda row: row.key, view_state=view_state
        )
        self.rename = Button(
            "rename_kit", "Rename…", self.rename_wanted.emit, kind=Kind.QUIET, icon_name="edit", key="F2"
        )
        self.remove_kit = Button(
            "remove_kit", "Remove kit…", self.kit_removal_wanted.emit, kind=Kind.QUIET, icon_name="trash"
        )
        self.search_box = SearchBox("add_to_kit", "Add an item: number, pattern or colour", pause_milliseconds=0)
        self.quantity = QSpinBox(minimum=1, maximum=MOST_OF_ONE_ITEM)
        self.quantity.setObjectName("kit_item_quantity")
        self.quantity.setAccessibleName("Quantity of the chosen items")
        self.quantity.setKeyboardTracking(False)
        self.quantity.lineEdit().setTextMargins(6, 0, 6, 0)
        self.quantity.setFixedWidth(72)
        self.remove = Button("remove_kit_item", "Remove", self._on_remove, kind=Kind.QUIET, icon_name="minus")
        self.order = Button(
            "order_from_kit", "Order", self._on_order, kind=Kind.PRIMARY, icon_name="send", key="Ctrl+Return"
        )
        self.story = label("", muted=True, wrap=True)
        self.story.setObjectName("kit_item_story")
        self._connect()
        self._lay_out()
        self.show_nothing("")

    def show_nothing(self, sentence: str) -> None:
        """No kit is chosen."""
        self.heading.setText("Kit")
        self.table.show_rows(())
        self.table.say_when_empty(sentence, icon="kits")
        for widget in (self.rename, self.remove_kit, self.search_box):
            widget.setEnabled(False)
        self._on_selection_altered()

    def show_kit(self, name: str, rep: str, rows: Sequence[KitItemRow]) -> None:
        """Shows a kit and its items."""
        self.heading.setText(f"{name}  ·  {rep}" if rep else name)
        for widget in (self.rename, self.remove_kit, self.search_box):
            widget.setEnabled(True)
        self.table.say_when_empty(
            "This kit holds nothing yet. Search above and press Enter to add the first item.", icon="kits"
        )
        self.table.show_rows(rows)
        self._on_selection_altered()

    def show_hits(self, hits: Sequence[SearchHit]) -> None:
        """What the catalogue has for the words in the field."""
        self.search_box.show_hits(hits)

    @property
    def to_order(self) -> list[KitItemRow]:
        """The chosen items when several or one are chosen, else all of the kit."""
        rows = [row for place in range(self.table.row_count()) if (row := self.table.row_at(place)) is not None]
        return self.table.selected_rows() or rows

    def _connect(self) -> None:
        self.table.selection_altered.connect(self._on_selection_altered)
        self.table.add_row_action("One more", lambda: self._step(1), "+")
        self.table.add_row_action("One less", lambda: self._step(-1), "-")
        self.table.add_row_action("Remove from the kit", self._on_remove, "Del")
        self.table.add_row_action("Choose none", self.table.clearSelection, "Esc")
        self.search_box.asked.connect(self.words_asked.emit)
        self.search_box.hit_chosen.connect(self._on_hit)
        self.quantity.valueChanged.connect(self._on_quantity)

    def _lay_out(self) -> None:
        self.head.addWidget(self.rename)
        self.head.addWidget(self.remove_kit)
        last = QHBoxLayout()
        last.setSpacing(SMALL)
        words = label("Quantity", muted=True)
        words.setBuddy(self.quantity)
        last.addWidget(words)
        last.addWidget(self.quantity)
        last.addWidget(self.remove)
        last.addStretch(1)
        last.addWidget(self.order)
        self.body.addWidget(self.search_box)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.story)
        self.body.addLayout(last)

    def _on_selection_altered(self) -> None:
        chosen, rows = self.table.selected_rows(), self.table.row_count()
        for widget in (self.quantity, self.remove):
            widget.setEnabled(bool(chosen))
        with QSignalBlocker(self.quantity):
            self.quantity.setValue(chosen[0].quantity if chosen else 1)
        self.order.setEnabled(rows > 0)
        if chosen and len(chosen) < rows:
            self.order.setText(f"Order {counted(len(chosen), 'chosen item')}…")
        else:
            self.order.setText(f"Order all {counted(rows, 'item')}…" if rows else "Order…")
        if len(chosen) == 1:
            self.story.setText(f"{chosen[0].item_no} {item_tip(chosen[0])}")
        else:
            hint = "Choose items to order only those; with none chosen the whole kit is ordered."
            self.story.setText(hint if rows else "")

    def _on_hit(self, hit: SearchHit) -> None:
        self.search_box.selectAll()
        self.item_chosen.emit(hit.value)

    def _on_quantity(self, quantity: int) -> None:
        rows = [row for row in self.table.selected_rows() if row.quantity != quantity]
        if rows:
            self.quantity_wanted.emit(rows, quantity)

    def _step(self, by: int) -> None:
        rows = self.table.selected_rows()
        if len(rows) == 1 and 1 <= rows[0].quantity + by <= MOST_OF_ONE_ITEM:
            self.quantity_wanted.emit(rows, rows[0].quantity + by)

    def _on_remove(self) -> None:
        rows = self.table.selected_rows()
        if rows:
            self.removal_wanted.emit(rows)

    def _on_order(self) -> None:
        self.order_wanted.emit(self.to_order)
