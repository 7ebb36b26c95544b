"""The headings of a file: what they were taken for, what unknown ones may mean, and the way to say what they mean."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.features.feeds.columns import heading_columns
from desktop.features.feeds.headings import all_suggestions
from desktop.features.feeds.rows import HeadingRow
from desktop.foundation.view_state import ViewState
from desktop.sync.feed_messages import ColumnChoice, MappingChange
from desktop.widgets.buttons import Button
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import GAP, SMALL

_NOT_CHOSEN = "Choose a column"


class HeadingsPanel(QWidget):
    """`declared` carries the `MappingChange` that a person wants."""

    declared = Signal(object)

    def __init__(self, view_state: ViewState) -> None:
        super().__init__()
        self.table: RowTable[HeadingRow] = RowTable(
            "table_headings", "Headings", heading_columns(), key=lambda row: row.heading, view_state=view_state
        )
        self.table.say_when_empty("Every heading of the file is known.", icon="good")
        self.about = label("", wrap=True)
        self.about.setObjectName("heading_about")
        self.about.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        # Two lines, whatever stands there: the table above must not jump from heading to heading.
        self.about.setFixedHeight(2 * self.about.fontMetrics().lineSpacing() + 2)
        self.choice = QComboBox()
        self.choice.setObjectName("heading_column")
        self.choice.setAccessibleName("Column that the heading means")
        self.choice.setMinimumWidth(200)
        self.accept = Button("accept_heading", "It means this", self._accept, icon_name="check", key="Ctrl+M")
        self.leave_out = Button("leave_heading_out", "Leave it out", self._leave_out)
        self.accept_all = Button("accept_suggestions", "Accept all suggestions", self._accept_all, key="Ctrl+Shift+M")
        self._columns: dict[str, ColumnChoice] = {}
        self._rows: Sequence[HeadingRow] = ()
        self.table.selection_altered.connect(self._on_selection)
        self.table.row_activated.connect(lambda _row: self.choice.setFocus(Qt.FocusReason.OtherFocusReason))
        self.choice.currentIndexChanged.connect(lambda _place: self._say())
        self._lay_out()

    def show_headings(self, rows: Sequence[HeadingRow], columns: Sequence[ColumnChoice]) -> None:
        """Show what was made of a file's headings; `columns` are those that a heading may be given."""
        self._rows = rows
        self._columns = {column.name: column for column in columns}
        self.choice.clear()
        self.choice.addItem(_NOT_CHOSEN, "")
        for column in columns:
            self.choice.addItem(column.name, column.name)
        self.table.show_rows(rows)
        if not self.table.selected_rows():
            self.table.select_place(0)
        self.accept_all.setEnabled(bool(all_suggestions(rows).mapping))
        self._on_selection()

    def set_busy(self, busy: bool) -> None:
        """While the server is asked nothing may be declared."""
        self.setEnabled(not busy)

    def _on_selection(self) -> None:
        row = self._declarable()
        self.leave_out.setEnabled(row is not None)
        self.choice.setEnabled(row is not None)
        self.choice.setCurrentIndex(max(0, self.choice.findData(row.column if row is not None else "")))
        self._say()

    def _declarable(self) -> HeadingRow | None:
        """The chosen heading, unless it is none: what X12 holds beside its columns cannot be given one."""
        row = self.table.current_row()
        return row if row is not None and row.kind != "unused" else None

    def _say(self) -> None:
        row, column = self._declarable(), self._columns.get(str(self.choice.currentData() or ""))
        self.accept.setEnabled(row is not None and column is not None)
        if row is None:
            self.about.setText("")
        elif column is None:
            self.about.setText(f"“{row.heading}” means")
        else:
            self.about.setText(f"“{row.heading}” means {column.name}: {column.expected}, such as {column.example}")

    def _accept(self) -> None:
        row, column = self._declarable(), str(self.choice.currentData() or "")
        if row is not None and column:
            self.declared.emit(MappingChange(mapping={row.heading: column}))

    def _leave_out(self) -> None:
        row = self._declarable()
        if row is not None:
            self.declared.emit(MappingChange(mapping={row.heading: ""}))

    def _accept_all(self) -> None:
        change = all_suggestions(self._rows)
        if change.mapping:
            self.declared.emit(change)

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(SMALL)
        foot.addWidget(self.choice)
        foot.addWidget(self.accept)
        foot.addWidget(self.leave_out)
        foot.addStretch(1)
        every = QHBoxLayout()
        every.addWidget(self.about, 1)
        every.addWidget(self.accept_all, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(SMALL)
        layout.addWidget(self.table, 1)
        layout.addLayout(every)
        layout.addLayout(foot)
