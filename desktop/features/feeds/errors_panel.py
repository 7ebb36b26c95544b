"""The row errors of a file or of a run, and the way to take them along as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.features.feeds.columns import error_columns
from desktop.features.feeds.hints import Hint
from desktop.features.feeds.words import counted
from desktop.foundation.view_state import ViewState
from desktop.sync.feed_messages import FeedRun, RowFault
from desktop.widgets.buttons import Button, plain
from desktop.widgets.dialogs import tell_bad_news
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.table_export import write_csv
from desktop.widgets.theme import GAP, SMALL

_HEADINGS = ("row", "column", "value", "expected", "example")


class ErrorsPanel(QWidget):
    """`declared` carries the `MappingChange` of the hint that a person took; `saved` the file that was written."""

    declared = Signal(object)
    saved = Signal(object)

    def __init__(self, name: str, view_state: ViewState) -> None:
        """`name` is the table's object name."""
        super().__init__()
        self.table: RowTable[RowFault] = RowTable(
            name, "Row errors", error_columns(), key=lambda row: (row.row, row.column, row.value, row.expected),
            view_state=view_state,
        )  # fmt: skip
        self.table.say_when_empty("No row has an error.", icon="good")
        self.more = label("", muted=True)
        self.more.setObjectName(f"{name}_more")
        self.hint = Button(f"{name}_hint", "", self._take_hint, icon_name="calendar")
        self.save = Button(f"{name}_save", "Save as CSV…", self._ask_and_save, icon_name="up", key="Ctrl+E")
        self._hint: Hint | None = None
        self._errors: list[RowFault] = []
        self._lay_out()
        self.show_errors(None, None)

    def show_errors(self, run: FeedRun | None, hint: Hint | None) -> None:
        """Show the errors of a run, and what may mend them."""
        self._errors = [] if run is None else run.errors
        self._hint = hint
        self.table.show_rows(self._errors)
        more = 0 if run is None else run.error_count - len(self._errors)
        self.more.setText(
            f"… and {counted(more, 'error')} more, which the server counted and did not list." if more else ""
        )
        self.save.setEnabled(bool(self._errors))
        self.hint.setVisible(hint is not None)
        if hint is not None:
            self.hint.setText(plain(hint.verb))
            self.hint.setAccessibleName(hint.verb)

    def save_to(self, file: Path) -> None:
        """Write the errors, all of them text to a spreadsheet; says so when it cannot be."""
        rows = [(str(one.row), one.column, one.value, one.expected, one.example) for one in self._errors]
        self.write(file, _HEADINGS, rows)

    def write(self, file: Path, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table for a spreadsheet; says so when it cannot be."""
        try:
            write_csv(file, headings, rows)
        except OSError as error:
            reason = error.strerror or "the file cannot be written"
            tell_bad_news(self, "Not saved", f"“{file.name}” was not written: {reason}. Choose another place.")
            return
        self.saved.emit(file)

    def _take_hint(self) -> None:
        if self._hint is not None:
            self.declared.emit(self._hint.change)

    def _ask_and_save(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(self, "Save row errors", "row errors.csv", "CSV files (*.csv)")
        if name:
            self.save_to(Path(name))

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(SMALL)
        foot.addWidget(self.more)
        foot.addStretch(1)
        foot.addWidget(self.hint)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(SMALL)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)
