"""The queue: what is asked for, oldest first, and printing it as one wave or ticket by ticket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.features.picking.columns import counted, queue_columns
from desktop.features.picking.rows import QueueRow
from desktop.foundation.view_state import ViewState
from desktop.widgets.buttons import Button, Kind, plain
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import GAP


class QueuePanel(QWidget):
    """`print_wanted` carries the requests to print, `bench_wanted` the one to confirm."""

    print_wanted = Signal(object)
    bench_wanted = Signal(str)

    def __init__(self, now: Callable[[], datetime], view_state: ViewState) -> None:
        super().__init__()
        self._rows: list[QueueRow] = []
        self.filter = SearchBox("filter_queue", "Filter by request, showroom, designer or sidemark")
        self.amount = label("", muted=True)
        self.amount.setObjectName("queue_amount")
        self.table: RowTable[QueueRow] = RowTable(
            "table_queue", "Sample requests to pick", queue_columns(now), key=lambda row: row.request_id,
            view_state=view_state,
        )  # fmt: skip
        self.paper_only = QCheckBox("Paper only")
        self.paper_only.setObjectName("paper_only")
        self.paper_only.setAccessibleName("Print S, B and W codes beside each line")
        self.paper_only.setToolTip("Prints three codes beside each line: scanning one confirms it")
        self.print_chosen = Button("print_chosen", "Print chosen", self._ask_chosen, icon_name="print")
        self.print_all = Button(
            "print_all", "Print all", self._ask_all, kind=Kind.PRIMARY, icon_name="print", key="Ctrl+P"
        )
        self.open_bench = Button("open_bench", "Confirm…", self._ask_bench, icon_name="check", key="Ctrl+B")
        self.table.add_row_action("Confirm…", self._ask_bench)
        self.table.add_row_action("Print ticket", self._ask_chosen)
        self.filter.walk(self.table)
        self.filter.asked.connect(lambda _text: self._show())
        self.table.row_activated.connect(lambda row: self.bench_wanted.emit(row.request_id))
        self.table.selection_altered.connect(self._on_selection)
        self._lay_out()
        self.show_queue([])

    def show_queue(self, rows: Sequence[QueueRow]) -> None:
        """Shows the queue as it is now; the filter stays."""
        self._rows = list(rows)
        self._show()

    def _show(self) -> None:
        words = self.filter.text().casefold().split()
        shown = [row for row in self._rows if all(word in _searched(row) for word in words)]
        if words:
            self.table.say_when_empty("No request matches. Esc clears the filter.", icon="filter")
        else:
            self.table.say_when_empty("Nothing to pick. New requests appear here by themselves.", icon="picking")
        self.table.show_rows(shown)
        lines = sum(row.lines_open for row in shown)
        doubled = sum(1 for row in shown if row.duplicates)
        parts = [counted(len(shown), "request"), counted(lines, "line")] if shown else []
        if doubled:
            parts.append(f"{doubled} with likely duplicates")
        self.amount.setText(" · ".join(parts))
        self._on_selection()

    def _on_selection(self) -> None:
        chosen, all_rows = self.table.selected_rows(), self._printable()
        self.print_chosen.setEnabled(bool(chosen))
        self.open_bench.setEnabled(len(chosen) == 1)
        self.print_all.setEnabled(bool(all_rows))
        fresh = [row for row in all_rows if not row.times_printed]
        text = (
            f"Print {counted(len(fresh), 'new ticket')}" if fresh else f"Print {counted(len(all_rows), 'ticket')} again"
        )
        self.print_all.setText(plain(text if all_rows else "Print all"))

    def _printable(self) -> list[QueueRow]:
        return [row for row in self._rows if row.number]

    def _ask_all(self) -> None:
        rows = self._printable()
        fresh = [row for row in rows if not row.times_printed]
        self.print_wanted.emit([row.request_id for row in fresh or rows])

    def _ask_chosen(self) -> None:
        self.print_wanted.emit([row.request_id for row in self.table.selected_rows()])

    def _ask_bench(self) -> None:
        row = self.table.current_row()
        if row is not None:
            self.bench_wanted.emit(row.request_id)

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(GAP)
        above.addWidget(self.filter, 1)
        above.addWidget(self.paper_only)
        above.addWidget(self.print_chosen)
        above.addWidget(self.open_bench)
        above.addWidget(self.print_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(above)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.amount)


def _searched(row: QueueRow) -> str:
    return f"{row.number} {row.showroom} {row.designer} {row.sidemark} {row.ship_method}".casefold()
