"""The two lists beside queue and bench: what was confirmed, and where the samples lie."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from desktop.features.picking.columns import bin_columns, confirmed_columns
from desktop.features.picking.rows import BinRow, ConfirmedRow
from desktop.foundation.view_state import ViewState
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import GAP, SMALL


class ConfirmedPanel(QWidget):
    """What was said of lines, newest first; `filter_asked` wants others."""

    filter_asked = Signal()

    def __init__(self, view_state: ViewState) -> None:
        super().__init__()
        self.filter = SearchBox("filter_confirmed", "Filter by request, item, showroom, tracking or person")
        self.table: RowTable[ConfirmedRow] = RowTable(
            "table_confirmed", "Confirmed lines", confirmed_columns(), key=lambda row: row.key, view_state=view_state
        )
        self.table.say_when_empty("Nothing was confirmed yet.", icon="check")
        self.filter.walk(self.table)
        self.filter.asked.connect(lambda _text: self.filter_asked.emit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.filter)
        layout.addWidget(self.table, 1)

    def show_rows(self, rows: Sequence[ConfirmedRow]) -> None:
        """Shows them."""
        self.table.show_rows(rows)


class BinsPanel(QWidget):
    """Where samples lie; `counted` carries item number, bin and what was seen there."""

    filter_asked = Signal()
    counted = Signal(str, str, int)

    def __init__(self, view_state: ViewState) -> None:
        super().__init__()
        self.filter = SearchBox("filter_bins", "Filter by bin, item or pattern")
        self.table: RowTable[BinRow] = RowTable(
            "table_bins", "Sample bins", bin_columns(), key=lambda row: row.stock_id, view_state=view_state
        )
        self.table.say_when_empty("No bins yet. Count an item below: that gives it its bin.", icon="box")
        self.item_no, self.bin, self.seen = QLineEdit(), QLineEdit(), QSpinBox(minimum=0, maximum=99_999)
        for field, name, words in (
            (self.item_no, "count_item_no", "Item number"),
            (self.bin, "count_bin", "Bin"),
        ):
            field.setObjectName(name)
            field.setAccessibleName(words)
            field.setPlaceholderText(words)
        self.seen.setObjectName("count_seen")
        self.seen.setAccessibleName("Counted")
        self.save = Button("save_count", "Save the count", self._ask, kind=Kind.NORMAL, icon_name="check", key="Ctrl+S")
        self.seen.lineEdit().returnPressed.connect(self._ask)
        self.filter.walk(self.table)
        self.filter.asked.connect(lambda _text: self.filter_asked.emit())
        self.table.selection_altered.connect(self._on_selection)
        self._lay_out()

    def show_rows(self, rows: Sequence[BinRow]) -> None:
        """Shows them."""
        self.table.show_rows(rows)

    def show_item(self, item_no: str, place: str, on_hand: int) -> None:
        """An item to count; with a place, the count comes next."""
        self.item_no.setText(item_no)
        if place or not self.bin.text():
            self.bin.setText(place)
        self.seen.setValue(max(0, on_hand))
        (self.seen if self.bin.text() else self.bin).setFocus()
        self.seen.selectAll()

    def show_bin(self, place: str) -> None:
        """The bin to count; the item stays."""
        self.bin.setText(place.upper())
        (self.seen if self.item_no.text() else self.item_no).setFocus()
        self.seen.selectAll()

    def clear_count(self) -> None:
        """Ready for the next item."""
        self.item_no.clear()
        self.bin.clear()
        self.seen.setValue(0)

    def _on_selection(self) -> None:
        row = self.table.current_row()
        if row is not None:
            self.item_no.setText(row.item_no)
            self.bin.setText(row.bin)
            self.seen.setValue(max(0, row.on_hand))

    def _ask(self) -> None:
        self.counted.emit(self.item_no.text().strip(), self.bin.text().strip(), self.seen.value())

    def _lay_out(self) -> None:
        count = QHBoxLayout()
        count.setSpacing(SMALL)
        count.addWidget(label("Count", muted=True))
        count.addWidget(self.item_no, 2)
        count.addWidget(self.bin, 1)
        count.addWidget(self.seen)
        count.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self.filter)
        layout.addWidget(self.table, 1)
        layout.addLayout(count)
