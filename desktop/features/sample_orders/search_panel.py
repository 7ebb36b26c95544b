"""The left half of the order: the search box, its answers, and the line that says what a scan or Enter did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.features.sample_orders.catalogue_box import CatalogueBox
from desktop.features.sample_orders.columns import STOCK_COLUMNS, counted, found_columns
from desktop.features.sample_orders.find import read_typed, with_stock_as_before
from desktop.features.sample_orders.rows import FoundItem
from desktop.foundation.view_state import ViewState
from desktop.widgets.answer_line import AnswerLine
from desktop.widgets.buttons import Button
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import GAP, SMALL

_RESTING = "Type an item number, a pattern or a colour, or scan a sample. Enter adds it; 3* before it adds three."


class SearchPanel(QWidget):
    """Shows what it is told; `asked` carries the words to look for, `chosen` the item and how many.

    `scanned` carries a code from the scanner with the quantity that stands in the box, 0 for none.
    """

    asked = Signal(str)
    chosen = Signal(object, int)
    scanned = Signal(str, int)
    by_hand_wanted = Signal()

    def __init__(self, now: Callable[[], datetime], view_state: ViewState) -> None:
        super().__init__()
        self.box = CatalogueBox("Item number, pattern or colour, or scan a sample")
        self.answer = AnswerLine(_RESTING)
        self.results: RowTable[FoundItem] = RowTable(
            "table_catalogue", "Items found", found_columns(now), key=lambda row: row.key, view_state=view_state
        )
        self.by_hand = Button("add_by_hand", "Add by hand…", self.by_hand_wanted.emit, icon_name="plus", key="Ctrl+B")
        self._shown: Sequence[FoundItem] = ()
        self.box.walk(self.results)
        self.box.asked.connect(self._on_asked)
        self.box.taken.connect(self._on_taken)
        self.box.entered.connect(self._on_entered)
        self.results.row_activated.connect(self._choose)
        self._rest(0)
        self._lay_out()

    def show_found(self, text: str, rows: Sequence[FoundItem]) -> None:
        """Shows the answers to `text`, the first one ready for Enter."""
        if not text:
            return
        if not rows:
            self.results.say_when_empty(
                f"No line on this station has “{text}”. Check the spelling, or add it by hand.",
                "Add by hand…",
                self.by_hand_wanted.emit,
                icon="search",
            )
        self._shown = with_stock_as_before(rows, self._shown)
        self.results.show_rows(self._shown)
        self.results.select_place(0)

    def show_stock(self, rows: Sequence[FoundItem]) -> None:
        """Shows the same answers with their stock; what was chosen stays."""
        self._shown = rows
        self.results.show_rows(rows, STOCK_COLUMNS)

    def rest(self, products: int) -> None:
        """Nothing is looked for: says how much there is to search."""
        self._shown = ()
        self.results.show_rows(())
        self._rest(products)

    def ready_for_next(self) -> None:
        """The item is added: the next letter replaces the words, the answers stay for another colour."""
        self.box.selectAll()

    def _rest(self, products: int) -> None:
        known = f"{counted(products, 'item')} of your lines are on this station." if products else ""
        sentence = (
            f"Start typing to search. {known}"
            if known
            else ("No catalogue is on this station yet; it comes with the first sync. Until then add items by hand.")
        )
        self.results.say_when_empty(sentence, icon="search")

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SMALL)
        top.addWidget(self.box, 1)
        top.addWidget(self.by_hand)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(top)
        layout.addWidget(self.answer)
        layout.addWidget(self.results, 1)

    def _on_asked(self, text: str) -> None:
        self.asked.emit(read_typed(text).words)

    def _on_taken(self) -> None:
        row = self.results.current_row()
        if row is not None and self.box.text().strip():
            self._choose(row)

    def _choose(self, row: FoundItem) -> None:
        self.chosen.emit(row, read_typed(self.box.text()).quantity)

    def _on_entered(self, code: str, _from_scanner: bool) -> None:
        typed = read_typed(self.box.text())
        only_quantity = bool(self.box.text().strip()) and not typed.words
        if only_quantity:
            self.box.clear()
        self.scanned.emit(code, typed.quantity if only_quantity else 0)
