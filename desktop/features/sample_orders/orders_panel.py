"""The second half of the page: every line that was asked for, what became of it, cancel and export."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.features.sample_orders.columns import counted, line_story, order_line_columns
from desktop.features.sample_orders.export import write_lines
from desktop.features.sample_orders.rows import OrderLineRow, OrderLines
from desktop.foundation.view_state import ViewState
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.dialogs import ask, tell_bad_news
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import GAP, SMALL

_KINDS = "Excel workbook (*.xlsx);;CSV file (*.csv)"


class OrdersPanel(QWidget):
    """The list of lines. `filter_asked` wants other lines, `cancel_wanted` carries the line to cancel."""

    filter_asked = Signal()
    cancel_wanted = Signal(object)
    order_wanted = Signal()

    def __init__(self, now: Callable[[], datetime], view_state: ViewState) -> None:
        super().__init__()
        self.filter = SearchBox("filter_lines", "Filter by request, item, designer, distributor, sidemark or tracking")
        self.open_only = QCheckBox("Open only")
        self.open_only.setObjectName("open_only")
        self.open_only.setAccessibleName("Open lines only")
        self._now = now
        self.story = label("", muted=True, wrap=True)
        self.story.setObjectName("line_story")
        self.story.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.amount = label("", muted=True)
        self.amount.setObjectName("lines_amount")
        self.cancel = Button("cancel_line", "Cancel line…", self._ask_cancel, icon_name="close")
        self.export = Button(
            "export_lines", "Export…", self._ask_file, kind=Kind.NORMAL, icon_name="down", key="Ctrl+E"
        )
        self.table: RowTable[OrderLineRow] = RowTable(
            "table_request_lines",
            "Sample requests",
            order_line_columns(now),
            key=lambda row: row.line_id,
            view_state=view_state,
        )
        self.table.add_row_action("Cancel line…", self._ask_cancel, "Del")
        self.filter.walk(self.table)
        self.filter.asked.connect(lambda _text: self.filter_asked.emit())
        self.open_only.toggled.connect(lambda _on: self.filter_asked.emit())
        self.table.selection_altered.connect(self._on_selection_altered)
        self._lay_out()
        self._on_selection_altered()

    def show_lines(self, lines: OrderLines) -> None:
        """Shows the lines that the filter lets through."""
        filtered = bool(self.filter.text().strip()) or self.open_only.isChecked()
        if filtered:
            self.table.say_when_empty("No line matches. Esc clears the filter.", icon="filter")
        else:
            self.table.say_when_empty(
                "Nothing was ordered yet.", "Order samples", self.order_wanted.emit, icon="sample-orders"
            )
        self.table.show_rows(lines.rows)
        more = ", the newest of more: filter to see the others" if lines.is_cut else ""
        self.amount.setText(f"{counted(len(lines.rows), 'line')}{more}" if lines.rows else "")
        self.export.setEnabled(bool(lines.rows))
        self._on_selection_altered()

    def write(self, file: Path) -> None:
        """Writes the lines that are shown. Raises OSError."""
        write_lines(file, [row for place in range(self.table.row_count()) if (row := self.table.row_at(place))])

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GAP)
        top.addWidget(self.filter, 1)
        top.addWidget(self.open_only)
        top.addWidget(self.amount)
        top.addWidget(self.cancel)
        top.addWidget(self.export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(SMALL)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.story)

    def _on_selection_altered(self) -> None:
        row = self.table.current_row() if self.table.selected_rows() else None
        self.cancel.setEnabled(row is not None and row.open_quantity > 0)
        self.story.setText(line_story(row, self._now()) if row is not None else "")
        self.story.setVisible(row is not None)

    def _ask_cancel(self) -> None:
        row = self.table.current_row()
        if row is None or not row.open_quantity:
            return
        what = row.title or row.item_no
        rest = f" The {row.shipped} that shipped stay." if row.shipped else ""
        sentence = (
            f"{row.open_quantity} × {what} from {row.distributor} will no longer be wanted.{rest} "
            "A line that was cancelled cannot be taken up again; order it anew."
        )
        ask(
            self,
            "Cancel this line?",
            sentence,
            "Cancel the line",
            lambda: self.cancel_wanted.emit(row),
            keep_verb="Keep it",
            dangerous=True,
        )

    def _ask_file(self) -> None:
        name, kind = QFileDialog.getSaveFileName(self, "Export these lines", "Sample requests.xlsx", _KINDS)
        if not name:
            return
        file = Path(name)
        if file.suffix.lower() not in (".xlsx", ".csv"):
            file = file.with_name(file.name + (".csv" if "csv" in kind else ".xlsx"))
        try:
            self.write(file)
        except OSError as error:
            reason = error.strerror or str(error)
            tell_bad_news(self, "Not exported", f"“{file.name}” was not written: {reason}. Choose another place.")
