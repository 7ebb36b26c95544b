"""The columns of one table on screen: widths, places, hidden ones, the order; all remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from desktop.foundation.view_state import Json, ViewState
from desktop.widgets.buttons import plain
from desktop.widgets.columns import Column, Order
from desktop.widgets.theme import TEXT_PIXELS, TextRole

_NARROWEST = 40
_HEADER_HEIGHT = 30


class TableColumns(QObject):
    """Lays the headings of `table` out as they were left, and remembers what a person changes."""

    order_chosen = Signal(object)

    def __init__(self, table: QTableView, columns: Sequence[Column[Any]], view_state: ViewState) -> None:
        super().__init__(table)
        self._table = table
        self._fitting = False
        self._columns = tuple(columns)
        self._view_state = view_state
        self._key = f"table:{table.objectName()}"
        self._header = table.horizontalHeader()
        self._numbers = {column.key: number for number, column in enumerate(self._columns)}
        self._scale = self._type_scale()
        self.order: Order | None = None
        self._lay_out()
        self._header.sectionResized.connect(self._remember)
        self._header.sectionMoved.connect(self._remember)
        self._header.sectionClicked.connect(self._on_heading_clicked)
        self._header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._header.customContextMenuRequested.connect(self._on_menu_requested)

    def visible(self) -> list[int]:
        """The numbers of the columns on screen, from left to right."""
        in_order = (self._header.logicalIndex(place) for place in range(self._header.count()))
        return [number for number in in_order if not self._header.isSectionHidden(number)]

    def first_visible(self) -> int:
        """The leftmost column on screen."""
        return self.visible()[0]

    def fit_type(self) -> None:
        """Takes headings and columns along when the size of type changes while the program runs."""
        scale = self._type_scale()
        if scale == self._scale:
            return
        ratio, self._scale = scale / self._scale, scale
        self._header.setFixedHeight(round(_HEADER_HEIGHT * scale))
        for number in range(self._header.count()):
            if not self._header.isSectionHidden(number):
                self._header.resizeSection(number, round(self._header.sectionSize(number) * ratio))
        self.fit()

    def fit(self) -> None:
        """Gives the stretching column what the others leave, but never less than its declared width.

        Qt's own stretch mode would squeeze it to nothing when the type is large or the window small.
        """
        stretching = [one for one in self.visible() if self._columns[one].stretch]
        if self._fitting or not stretching:
            return
        others = sum(self._header.sectionSize(one) for one in self.visible() if one not in stretching)
        room = (self._table.viewport().width() - others) // len(stretching)
        self._fitting = True
        for number in stretching:
            least = round(self._columns[number].width * self._scale)
            self._header.resizeSection(number, max(least, room))
        self._fitting = False

    def choose_order(self, order: Order) -> None:
        """Shows the order in the heading, remembers it and tells the table."""
        self._show_order(order)
        self._remember()
        self.order_chosen.emit(order)

    def fill_menu(self, menu: QMenu) -> None:
        """One switch for each column; the last one on screen cannot be switched off."""
        shown = self.visible()
        for number, column in enumerate(self._columns):
            action = QAction(plain(column.heading or column.key), menu, checkable=True, checked=number in shown)
            action.setEnabled(shown != [number])
            action.toggled.connect(lambda on, number=number: self._show_column(number, on))
            menu.addAction(action)
        menu.addSeparator()
        menu.addAction("As at first", self._as_at_first)

    def _type_scale(self) -> float:
        return max(self._table.font().pixelSize(), 1) / TEXT_PIXELS[TextRole.BODY]

    def _lay_out(self) -> None:
        header = self._header
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setMinimumSectionSize(_NARROWEST)
        header.setFixedHeight(round(_HEADER_HEIGHT * self._scale))
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        kept = self._view_state.mapping(self._key)
        self._apply_widths(kept.get("widths"))
        self._apply_places(kept.get("places"))
        self._apply_hidden(kept.get("hidden"))
        self._apply_order(kept.get("order"))

    def _apply_widths(self, kept: Json) -> None:
        widths = kept if isinstance(kept, dict) else {}
        for number, column in enumerate(self._columns):
            width = widths.get(column.key)
            wanted = width if isinstance(width, int) and width >= _NARROWEST else column.width
            self._header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
            self._header.resizeSection(number, round(wanted * self._scale))
        self.fit()

    def _apply_places(self, kept: Json) -> None:
        keys = kept if isinstance(kept, list) else []
        known = [self._numbers[key] for key in keys if isinstance(key, str) and key in self._numbers]
        for place, number in enumerate(known):
            self._header.moveSection(self._header.visualIndex(number), place)

    def _apply_hidden(self, kept: Json) -> None:
        hidden = set(kept) if isinstance(kept, list) else {one.key for one in self._columns if one.hidden}
        if hidden.issuperset(self._numbers):
            hidden = set()
        for number, column in enumerate(self._columns):
            self._header.setSectionHidden(number, column.key in hidden)
        self.fit()

    def _apply_order(self, kept: Json) -> None:
        if isinstance(kept, list) and len(kept) == 2 and kept[0] in self._numbers:
            self._show_order(Order(str(kept[0]), bool(kept[1])))
        else:
            self._header.setSortIndicatorShown(False)

    def _show_order(self, order: Order) -> None:
        self.order = order
        direction = Qt.SortOrder.DescendingOrder if order.descending else Qt.SortOrder.AscendingOrder
        self._header.setSortIndicatorShown(True)
        self._header.setSortIndicator(self._numbers[order.key], direction)

    def _remember(self, *_: object) -> None:
        if self._fitting:
            return
        self.fit()
        header, columns = self._header, self._columns
        in_order = [columns[header.logicalIndex(place)].key for place in range(header.count())]
        shown = {columns[number].key for number in self.visible()}
        state: dict[str, Json] = {
            "widths": {
                # As wide as at the normal size of type: the size may be another one at the next start.
                column.key: round(header.sectionSize(number) / self._scale)
                for number, column in enumerate(columns)
                if column.key in shown and not column.stretch
            },
            "places": list[Json](in_order),
            "hidden": [key for key in in_order if key not in shown],
        }
        if self.order is not None:
            state["order"] = [self.order.key, self.order.descending]
        self._view_state.keep(self._key, state)

    def _on_heading_clicked(self, number: int) -> None:
        column = self._columns[number]
        if column.sort_key is None and not column.sortable:
            # Qt has already moved its arrow; put it back where the truth is.
            if self.order is None:
                self._header.setSortIndicatorShown(False)
            else:
                self._show_order(self.order)
            return
        again = self.order is not None and self.order.key == column.key
        self.choose_order(Order(column.key, again and self.order is not None and not self.order.descending))

    def _on_menu_requested(self, place: object) -> None:
        menu = QMenu(self._header)
        self.fill_menu(menu)
        menu.exec(self._header.mapToGlobal(place))  # type: ignore[call-overload]
        menu.deleteLater()

    def _show_column(self, number: int, on: bool) -> None:
        self._header.setSectionHidden(number, not on)
        self._remember()

    def _as_at_first(self) -> None:
        self._apply_widths(None)
        self._apply_places([column.key for column in self._columns])
        self._apply_hidden(None)
        self._remember()
