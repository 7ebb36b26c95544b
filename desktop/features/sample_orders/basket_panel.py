"""The basket: lines by distributor, their quantity and form, and removing them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox

from desktop.features.sample_orders.columns import (
    BASKET_COLUMNS,
    SAMPLE_TYPE_WORDS,
    BasketEntry,
    basket_entries,
    counted,
)
from desktop.features.sample_orders.rows import BasketCard, BasketLine
from desktop.foundation.view_state import ViewState
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.panels import Panel, label
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import SMALL
from shared_models.catalogue.records import SAMPLE_TYPES
from shared_models.sample_orders.operations import MOST_OF_ONE_LINE


class BasketPanel(Panel):
    """Shows one basket. Its signals carry the lines as they are shown and what is wanted of them."""

    quantity_wanted = Signal(object, int)
    type_wanted = Signal(object, str)
    removal_wanted = Signal(object)
    basket_wanted = Signal(str)

    def __init__(self, view_state: ViewState) -> None:
        super().__init__("Basket")
        self.table: RowTable[BasketEntry] = RowTable(
            "table_basket", "Basket", BASKET_COLUMNS, key=lambda row: row.key, view_state=view_state
        )
        self.table.say_when_empty("The basket is empty. Search on the left and press Enter.", icon="sample-orders")
        self.which = QComboBox()
        self.which.setObjectName("which_basket")
        self.which.setAccessibleName("Which basket")
        self.quantity = QSpinBox(minimum=1, maximum=MOST_OF_ONE_LINE)
        self.quantity.setObjectName("line_quantity")
        self.quantity.setAccessibleName("Quantity of the chosen line")
        self.quantity.setKeyboardTracking(False)
        self.quantity.lineEdit().setTextMargins(6, 0, 6, 0)
        self.quantity.setFixedWidth(72)
        self.form = QComboBox()
        self.form.setObjectName("line_form")
        self.form.setAccessibleName("Form of the chosen line")
        self.remove = Button("remove_line", "Remove", self._on_remove, kind=Kind.QUIET, icon_name="trash")
        self._connect()
        self._lay_out()
        self._on_selection_altered()

    @property
    def chosen_lines(self) -> list[BasketLine]:
        """The chosen lines; a chosen distributor stands for all of its lines."""
        rows = self.table.selected_rows()
        whole = {row.distributor_id for row in rows if row.line is None}
        shown = [row for place in range(self.table.row_count()) if (row := self.table.row_at(place)) is not None]
        chosen = {row.key for row in rows}
        return [row.line for row in shown if row.line and (row.key in chosen or row.distributor_id in whole)]

    def show_lines(self, lines: list[BasketLine]) -> None:
        """Shows these lines, those of a distributor under its name."""
        entries = basket_entries(lines)
        self.table.show_rows(entries)
        self.table.clearSpans()
        for place, entry in enumerate(entries):
            if entry.line is None:
                self.table.setSpan(place, 0, 1, len(BASKET_COLUMNS))
        pieces = sum(line.quantity for line in lines)
        amount = f"{counted(len(lines), 'line')}, {counted(pieces, 'sample')}" if lines else ""
        self.heading.setText(f"Basket  ·  {amount}" if amount else "Basket")
        self._on_selection_altered()

    def show_baskets(self, cards: Sequence[BasketCard], designer_id: str, designer: str) -> None:
        """Offers the other baskets; hidden while there is only this one."""
        with QSignalBlocker(self.which):
            self.which.clear()
            known = {card.designer_id: card for card in cards}
            if designer_id not in known:
                self.which.addItem(f"{designer or 'Showroom'} (0)", designer_id)
            for card in known.values():
                self.which.addItem(f"{card.designer or 'Showroom'} ({card.lines})", card.designer_id)
            self.which.setCurrentIndex(self.which.findData(designer_id))
        self.which.setVisible(self.which.count() > 1)

    def offer_forms(self, forms: Sequence[str]) -> None:
        """The forms in which the chosen item may be asked for; all of them when none is known."""
        lines = self.chosen_lines
        now = lines[0].sample_type if lines else ""
        offered = [*dict.fromkeys((*(forms or SAMPLE_TYPES), *((now,) if now else ())))]
        with QSignalBlocker(self.form):
            self.form.clear()
            for code in offered:
                self.form.addItem(SAMPLE_TYPE_WORDS.get(code, code), code)
            self.form.setCurrentIndex(self.form.findData(now))

    def choose_line(self, line_id: str) -> None:
        """Brings the line that was just added into sight."""
        self.table.select_key(line_id)

    def _connect(self) -> None:
        self.table.selection_altered.connect(self._on_selection_altered)
        self.table.row_activated.connect(lambda _row: self.quantity.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self.table.add_row_action("One more", lambda: self._step(1), "+")
        self.table.add_row_action("One less", lambda: self._step(-1), "-")
        self.table.add_row_action("Remove from the basket", self._on_remove, "Del")
        self.quantity.valueChanged.connect(self._on_quantity)
        self.form.activated.connect(self._on_form)
        self.which.activated.connect(lambda place: self.basket_wanted.emit(self.which.itemData(place)))

    def _lay_out(self) -> None:
        self.head.addWidget(self.which)
        strip = QHBoxLayout()
        strip.setSpacing(SMALL)
        for caption, field in (("Quantity", self.quantity), ("Form", self.form)):
            words = label(caption, muted=True)
            words.setBuddy(field)
            strip.addWidget(words)
            strip.addWidget(field)
        strip.addStretch(1)
        strip.addWidget(self.remove)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(strip)

    def _on_selection_altered(self) -> None:
        lines = self.chosen_lines
        for field in (self.quantity, self.form, self.remove):
            field.setEnabled(bool(lines))
        with QSignalBlocker(self.quantity):
            self.quantity.setValue(lines[0].quantity if lines else 1)
        if not lines:
            self.form.clear()

    def _on_quantity(self, quantity: int) -> None:
        lines = [line for line in self.chosen_lines if line.quantity != quantity]
        if lines:
            self.quantity_wanted.emit(lines, quantity)

    def _step(self, by: int) -> None:
        lines = self.chosen_lines
        if len(lines) == 1 and 1 <= lines[0].quantity + by <= MOST_OF_ONE_LINE:
            self.quantity_wanted.emit(lines, lines[0].quantity + by)

    def _on_form(self, place: int) -> None:
        code = self.form.itemData(place)
        lines = [line for line in self.chosen_lines if line.sample_type != code]
        if lines:
            self.type_wanted.emit(lines, code)

    def _on_remove(self) -> None:
        lines = self.chosen_lines
        if lines:
            self.removal_wanted.emit(lines)
