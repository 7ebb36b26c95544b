"""The house table: short lists of rows, long lists by id, remembered columns, an empty state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from pathlib import Path
from typing import Generic

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from desktop.foundation.view_state import ViewState
from desktop.widgets.buttons import plain
from desktop.widgets.chips import ChipDelegate
from desktop.widgets.columns import Column, Order, Row
from desktop.widgets.dialogs import tell_bad_news
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.row_model import FetchRows, RowModel
from desktop.widgets.table_columns import TableColumns
from desktop.widgets.table_export import pasted_text, write_csv
from desktop.widgets.text_painter import TextDelegate
from desktop.widgets.theme import ROW_HEIGHT, TEXT_PIXELS, TextRole, current_colours

_SELECT_ROWS = QItemSelectionModel.SelectionFlag.Rows
_CLEAR_AND_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect


class RowTable(QTableView, Generic[Row]):
    """A table of `Row`s; its object name is the key under which its columns are remembered.

    `row_activated` carries the row on Enter or double click; `selection_altered` fires once after a change
    of what is chosen; `order_requested` carries the `Order` a person asked of a long list (a short list
    orders itself).
    """

    row_activated = Signal(object)
    selection_altered = Signal()
    order_requested = Signal(object)

    def __init__(
        self,
        name: str,
        accessible_name: str,
        columns: Sequence[Column[Row]],
        key: Callable[[Row], Hashable],
        view_state: ViewState | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`name` is the object name ("table_loans"); `key` tells a row's identity (`lambda row: row.id`)."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self._model: RowModel[Row] = RowModel(columns, key, self)
        self._restoring = False
        self._dress()
        self.setModel(self._model)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._columns = TableColumns(self, self._model.columns, view_state or ViewState())
        self._columns.order_chosen.connect(self._on_order_chosen)
        self._delegates: list[ChipDelegate | TextDelegate] = [TextDelegate(self._model, self)]
        self.setItemDelegate(self._delegates[0])
        for number, column in enumerate(columns):
            if column.chip is not None:
                self._delegates.append(ChipDelegate(self._model.chip_at, self))
                self.setItemDelegateForColumn(number, self._delegates[-1])
        self._model.order = self._columns.order
        self._empty = EmptyState(self.viewport())
        self.doubleClicked.connect(self._on_double_clicked)
        self._row_actions: list[QAction] = []
        self._place_empty_state()

    # --- what is shown ---------------------------------------------------------------------------

    @property
    def order(self) -> Order | None:
        """How the rows are ordered; a page with a long list asks this before its first query."""
        return self._model.order

    def show_rows(self, rows: Sequence[Row], altered: Collection[str] = ()) -> None:
        """Shows a short list (up to some thousands); what was chosen and where one looked stays.

        `altered` names the only columns to be painted again where the rows are the same as before; none: all of them.
        """
        self._keeping_place(lambda: self._model.show_rows(rows, altered))

    def put_first(self, rows: Sequence[Row], most: int) -> None:
        """Puts rows on top of a log, which keeps at most `most`; far cheaper than showing all of it again.

        Shows from the top unless a person is looking further down. A log that a person ordered by a column is
        left to `show_rows`.
        """
        self._model.put_first(rows, most)
        if self._empty.isVisibleTo(self):
            self._place_empty_state()

    def show_ids(self, ids: Sequence[int], fetch: FetchRows[Row]) -> None:
        """Shows a long list: `ids` in the wanted order (an array), `fetch(ids)` reads the rows on sight.

        Find the ids in a worker; `fetch` runs in the GUI thread and must answer 64 ids in a few ms.
        """
        self._keeping_place(lambda: self._model.show_ids(ids, fetch))

    def read_again(self) -> None:
        """Reads the rows on sight anew after a change that added and moved none."""
        self._model.read_again()

    def say_when_empty(
        self,
        sentence: str,
        action_text: str = "",
        action: Callable[[], None] | None = None,
        icon: str = "table",
    ) -> None:
        """What stands in the table while it has no rows."""
        self._empty.say(sentence, action_text, action, icon)

    def order_by(self, key: str, *, descending: bool = False) -> None:
        """Orders by a column, as a click on its heading would."""
        self._columns.choose_order(Order(key, descending))

    # --- what is chosen --------------------------------------------------------------------------

    def row_count(self) -> int:
        """How many rows there are."""
        return self._model.rowCount()

    def row_at(self, number: int) -> Row | None:
        """The row at this place from the top; None when it was deleted meanwhile."""
        return self._model.row_at(number)

    def current_row(self) -> Row | None:
        """The row the keyboard stands on."""
        index = self.currentIndex()
        return self._model.row_at(index.row()) if index.isValid() else None

    def selected_rows(self) -> list[Row]:
        """The chosen rows, from top to bottom."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [row for row in map(self._model.row_at, places) if row is not None]

    def select_key(self, key: Hashable) -> bool:
        """Chooses the row with this identity and brings it into sight; False when it is not here."""
        place = self._model.place_of(key)
        if place is None:
            return False
        self.select_place(place)
        return True

    def select_place(self, place: int) -> None:
        """Chooses the row at this place; a place outside of the table chooses the nearest row."""
        if not self._model.rowCount():
            return
        index = self._model.index(max(0, min(place, self._model.rowCount() - 1)), self._columns.first_visible())
        self.selectionModel().setCurrentIndex(index, _CLEAR_AND_SELECT | _SELECT_ROWS)
        self.scrollTo(index)

    # --- out of the table ------------------------------------------------------------------------

    def add_row_action(self, text: str, slot: Callable[[], None], shortcut: str = "") -> QAction:
        """An action on the chosen rows: in the context menu, and by key while the table has the focus."""
        action = QAction(plain(text), self)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda _checked=False: slot())
        self.addAction(action)
        self._row_actions.append(action)
        return action

    def copy_selection(self) -> None:
        """Puts the chosen rows on the clipboard, visible columns only."""
        shown = self._columns.visible()
        places = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows = [[self._model.text_at(place, column) for column in shown] for place in places]
        QGuiApplication.clipboard().setText(pasted_text(rows))

    def visible_columns(self) -> list[Column[Row]]:
        """The columns on the screen, in their order there."""
        return [self._model.columns[number] for number in self._columns.visible()]

    def export_csv(self, file: Path) -> None:
        """Writes all rows, visible columns in their order on screen; raises OSError."""
        shown = self.visible_columns()
        rows = ([column.text(row) for column in shown] for row in self._model.every_row())
        write_csv(file, [column.heading for column in shown], rows)

    # --- as Qt asks for it -----------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter activates, Ctrl+C copies whole rows; the first Up or Down chooses the row one stands on."""
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            row = self.current_row()
            if row is not None:
                self.row_activated.emit(row)
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_selection()
            return
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not self.selectionModel().hasSelection():
            # Qt would step off the row that the focus set without choosing it, and out of a list of one row nowhere.
            self.select_place(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:  # noqa: N802 - Qt's own name
        """Nothing: Qt would read the whole list to find a letter, and letters belong to the scan box."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The actions on the chosen rows, then copy, export and the columns."""
        menu = self.make_menu()
        menu.exec(event.globalPos())
        menu.deleteLater()

    def make_menu(self) -> QMenu:
        """The context menu; the caller shows it and throws it away."""
        menu = QMenu(self)
        if self.selectionModel().hasSelection():
            menu.addActions(self._row_actions)
            if self._row_actions:
                menu.addSeparator()
            menu.addAction("Copy rows", QKeySequence(QKeySequence.StandardKey.Copy), self.copy_selection)
        if self._model.rowCount():
            menu.addAction("Export as CSV…", self._ask_and_export)
            menu.addSeparator()
        self._columns.fill_menu(menu.addMenu("Columns"))
        return menu

    def paintEvent(self, event: QPaintEvent) -> None:
        """Hairlines between rows only: the grid of Qt would box every cell."""
        super().paintEvent(event)
        first = self.rowAt(event.rect().top())
        if first < 0:
            return
        last = self.rowAt(event.rect().bottom())
        last = self._model.rowCount() - 1 if last < 0 else last
        painter = QPainter(self.viewport())
        painter.setPen(QColor(current_colours().line))
        right = min(self.viewport().width(), self.horizontalHeader().length())
        for number in range(first, last + 1):
            bottom = self.rowViewportPosition(number) + self.rowHeight(number) - 1
            painter.drawLine(0, bottom, right, bottom)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the empty state in the middle."""
        super().resizeEvent(event)
        self._columns.fit()
        self._empty.setGeometry(self.viewport().rect())

    def changeEvent(self, event: QEvent) -> None:
        """Takes rows of another height with another font, and other inks with another theme."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "_model"):
            self._model.forget_look()
            for delegate in getattr(self, "_delegates", ()):
                delegate.forget_look()
            self.verticalHeader().setDefaultSectionSize(self._row_height())
            if hasattr(self, "_columns"):
                self._columns.fit_type()
        super().changeEvent(event)

    # --- inside ----------------------------------------------------------------------------------

    def _on_selection_changed(self) -> None:
        if not self._restoring:
            self.selection_altered.emit()

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(self._row_height())

    def _row_height(self) -> int:
        return round(ROW_HEIGHT * max(self.font().pixelSize(), 1) / TEXT_PIXELS[TextRole.BODY])

    def _keeping_place(self, show: Callable[[], object]) -> None:
        """Runs `show` and puts back chosen rows, current row and scroll by the identity of the rows."""
        chosen = {self._model.key_at(index.row()) for index in self.selectionModel().selectedRows()}
        current = self._model.key_at(self.currentIndex().row()) if self.currentIndex().isValid() else None
        scroll, sideways = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        self._restoring = True
        try:
            show()
            still_chosen = self._choose_again(chosen, current)
        finally:
            self._restoring = False
        # The bars learn their new range in the layout, which Qt would put off to the next event.
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(scroll)
        self.horizontalScrollBar().setValue(sideways)
        self._place_empty_state()
        if still_chosen != chosen:
            self.selection_altered.emit()

    def _choose_again(self, chosen: set[Hashable], current: Hashable | None) -> set[Hashable]:
        """Chooses the rows with these identities where they are now; returns those still there."""
        if self.selectionModel().hasSelection() or not chosen:
            return chosen if self.selectionModel().hasSelection() else set()
        places = {key: place for key in chosen if (place := self._model.place_of(key)) is not None}
        selection, last = QItemSelection(), self._model.columnCount() - 1
        for place in places.values():
            selection.select(self._model.index(place, 0), self._model.index(place, last))
        self.selectionModel().select(selection, _CLEAR_AND_SELECT)
        place_of_current = places.get(current, self._model.place_of(current) if current is not None else None)
        if place_of_current is not None:
            index = self._model.index(place_of_current, self._columns.first_visible())
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        return set(places)

    def _place_empty_state(self) -> None:
        self._empty.setGeometry(self.viewport().rect())
        self._empty.setVisible(self._model.rowCount() == 0)

    def _on_order_chosen(self, order: Order) -> None:
        if self._model.is_long:
            self._model.order_by(order)
            self.order_requested.emit(order)
        else:
            self._keeping_place(lambda: self._model.order_by(order))

    def _on_double_clicked(self, index: QModelIndex) -> None:
        row = self._model.row_at(index.row())
        if row is not None:
            self.row_activated.emit(row)

    def _ask_and_export(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        suggested = f"{self.accessibleName()}.csv"
        name, _kind = QFileDialog.getSaveFileName(self, "Export as CSV", suggested, "CSV files (*.csv)")
        if not name:
            return
        try:
            self.export_csv(Path(name))
        except OSError as error:
            reason = error.strerror or "the file cannot be written"
            tell_bad_news(self, "Not exported", f"“{Path(name).name}” was not written: {reason}. Choose another place.")
