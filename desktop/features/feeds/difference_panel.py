"""What a run changed, or a file would change: gone, changed before → after, new; filtered, read on, taken along."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.features.feeds.columns import change_columns
from desktop.features.feeds.differences import KIND_WORDS, ChangeLine, DifferenceAsk, amount_words, lines_of
from desktop.features.feeds.words import dataset_title
from desktop.foundation.view_state import ViewState
from desktop.sync.feed_messages import DifferencePage, FeedRun
from desktop.widgets.buttons import Button
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import GAP, SMALL

_PAUSE_MILLISECONDS = 200
_NOTHING = "Nothing that is live differs."


class DifferencePanel(QWidget):
    """`wanted` carries the `DifferenceAsk` to be answered with `show_page`; `saving` one and the file to write."""

    wanted = Signal(object)
    saving = Signal(object, object)

    def __init__(self, name: str, view_state: ViewState) -> None:
        """`name` is the table's object name."""
        super().__init__()
        self._run: FeedRun | None = None
        self._lines: list[ChangeLine] = []
        self._rows = self._matches = 0
        self._asked = DifferenceAsk()
        self.kind = _combo(f"{name}_kind", "Kind of change")
        self.column = _combo(f"{name}_column", "Changed column")
        self.filter = SearchBox(
            f"{name}_filter", "Filter by number, name or value", pause_milliseconds=_PAUSE_MILLISECONDS
        )
        self.table: RowTable[ChangeLine] = RowTable(
            name, "What changes", change_columns(), key=lambda row: row.number, view_state=view_state
        )
        self.amount = label("", muted=True, wrap=True)
        self.amount.setObjectName(f"{name}_amount")
        self.more = Button(f"{name}_more", "Show more", self._ask_for_more, icon_name="down", key="Ctrl+Down")
        self.save = Button(f"{name}_save", "Save as CSV…", self._ask_and_save, icon_name="up", key="Ctrl+E")
        self.filter.walk(self.table)
        self._connect()
        self._lay_out()
        self.show_run(None)

    def show_run(self, run: FeedRun | None) -> None:
        """The run of which changes are to be told; asks for the first of them."""
        self._run = run
        self._lines, self._rows, self._matches = [], 0, 0
        self.table.show_rows([])
        self.table.say_when_empty("It is being asked for…" if run is not None else _NOTHING, icon="feeds")
        self.amount.setText("")
        self.more.setVisible(False)
        self.save.setEnabled(False)
        self._offer_filters(run)
        if run is not None:
            self._ask()

    def show_page(self, ask: DifferenceAsk, page: DifferencePage) -> None:
        """The rows that were asked for; an answer to what nobody asks any more is dropped."""
        if self._run is None or page.run_id != self._run.id or ask != self._asked:
            return
        lines = lines_of(page.rows, page.key, first=len(self._lines) if ask.offset else 0)
        self._lines = [*self._lines, *lines] if ask.offset else lines
        self._rows, self._matches = ask.offset + len(page.rows), page.matches
        filtered = bool(ask.kind or ask.column or ask.search)
        self.table.say_when_empty(
            "No change is like this." if filtered else page.sentence or _NOTHING, icon="filter" if filtered else "good"
        )
        self.table.show_rows(self._lines)
        self.amount.setText(amount_words(self._rows, self._matches, page.sentence if self._lines else ""))
        self.more.setVisible(self._rows < self._matches)
        self.save.setEnabled(bool(self._lines))

    def focus_filter(self) -> None:
        """The keyboard stands where one types what one looks for."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- inside ----------------------------------------------------------------------------------

    def _offer_filters(self, run: FeedRun | None) -> None:
        counts = {} if run is None else {"gone": run.rows_gone, "changed": run.rows_changed, "new": run.rows_new}
        kinds = [("All changes", "")]
        kinds += [(f"{KIND_WORDS[kind]}  {count:,}", kind) for kind, count in counts.items() if count]
        columns = [("Every column", "")]
        columns += [(f"{name}  {count:,}", name) for name, count in (run.changed_columns if run else {}).items()]
        for box, choices in ((self.kind, kinds), (self.column, columns)):
            with QSignalBlocker(box):
                box.clear()
                for words, value in choices:
                    box.addItem(words, value)
        self.filter.show_as_asked("")

    def _ask(self) -> None:
        if self._run is None:
            return
        self._asked = DifferenceAsk(
            str(self.kind.currentData() or ""), str(self.column.currentData() or ""), self.filter.text().strip()
        )
        self.wanted.emit(self._asked)

    def _ask_for_more(self) -> None:
        if self._run is not None and self._rows < self._matches:
            self._asked = self._asked._replace(offset=self._rows)
            self.wanted.emit(self._asked)

    def _ask_and_save(self) -> None:
        if self._run is None:
            return
        proposed = f"{dataset_title(self._run.dataset).lower()} difference.csv"
        name, _kind = QFileDialog.getSaveFileName(self, "Save what changes", proposed, "CSV files (*.csv)")
        if name:
            self.saving.emit(self._asked._replace(offset=0), Path(name))

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(lambda _place: self._ask())
        self.column.currentIndexChanged.connect(lambda _place: self._ask())
        self.filter.asked.connect(lambda _text: self._ask())
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self.focus_filter)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SMALL)
        head.addWidget(self.kind)
        head.addWidget(self.column)
        head.addWidget(self.filter, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SMALL)
        foot.addWidget(self.amount, 1)
        foot.addWidget(self.more)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(SMALL)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)


def _combo(name: str, caption: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(caption)
    box.setMinimumWidth(150)
    return box
