"""What became of the files of a dataset: the runs, what the chosen one changed, and the decision over a held one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from desktop.features.feeds.columns import outcome_chip, run_columns
from desktop.features.feeds.difference_panel import DifferencePanel
from desktop.features.feeds.errors_panel import ErrorsPanel
from desktop.features.feeds.words import counted, moment_words
from desktop.foundation.view_state import ViewState
from desktop.sync.feed_messages import FeedRun
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.chips import Chip, ChipLabel
from desktop.widgets.colours import Tone
from desktop.widgets.panels import Fact, Panel, label
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import BROAD, GAP, SMALL

_CHANGES, _ERRORS = range(2)
_SHARE_OF_DETAILS = 0.6
_FEWEST_RUNS_PIXELS = 170
_FIGURES = ("As of", "Rows", "New", "Changed", "Gone", "Unchanged", "Refused rows")


class HistoryPanel(QWidget):
    """`run_chosen` carries the run whose row errors are wanted; `settled` the run and whether it is accepted.

    `difference_wanted` and `difference_saving` carry the run before what its panel says (`DifferencePanel`).
    """

    run_chosen = Signal(object)
    difference_wanted = Signal(object, object)
    difference_saving = Signal(object, object, object)
    settled = Signal(object, bool)

    def __init__(self, now: Callable[[], datetime], view_state: ViewState) -> None:
        super().__init__()
        self._now = now
        self.table: RowTable[FeedRun] = RowTable(
            "table_feed_runs", "History", run_columns(now), key=lambda row: row.id, view_state=view_state
        )
        self.table.say_when_empty("No file of this dataset was ever posted.", icon="feeds")
        self.table.setMinimumHeight(_FEWEST_RUNS_PIXELS)
        self.chip = ChipLabel(Chip(Tone.NEUTRAL, ""))
        self.sentence = label("", wrap=True)
        self.sentence.setObjectName("run_sentence")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.figures = {caption: Fact(caption, "–") for caption in _FIGURES}
        self.accept = Button(
            "accept_run", "Accept it", lambda: self._settle(True), kind=Kind.PRIMARY, icon_name="check"
        )
        self.reject = Button("reject_run", "Reject it", lambda: self._settle(False), icon_name="close")
        self.errors = ErrorsPanel("table_run_errors", view_state)
        self.difference = DifferencePanel("table_run_changes", view_state)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("run_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.difference, "What changed")
        self.tabs.addTab(self.errors, "Row errors")
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self._shown: tuple[str, str] | None = None
        self.table.selection_altered.connect(self._on_selection)
        self.difference.wanted.connect(lambda ask: self._emit_run(self.difference_wanted, ask))
        self.difference.saving.connect(lambda ask, file: self._emit_run(self.difference_saving, ask, file))
        self._lay_out()
        self._on_selection()

    def show_runs(self, runs: Sequence[FeedRun]) -> None:
        """Show the runs of a dataset, the newest chosen unless another one was."""
        self.table.show_rows(runs)
        if not self.table.selected_rows():
            self.table.select_place(0)
        self._on_selection()

    def show_run(self, run: FeedRun) -> None:
        """The row errors of the run, if it is the chosen one."""
        chosen = self.table.current_row()
        if chosen is not None and chosen.id == run.id:
            self.errors.show_errors(run, None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sentence wraps anew in another width."""
        super().resizeEvent(event)
        self._fit_sentence()

    def _fit_sentence(self) -> None:
        # A splitter asks a wrapped label for its height at a width that it does not get.
        self.sentence.setMinimumHeight(max(0, self.sentence.heightForWidth(max(self.sentence.width(), 80))))

    def _on_selection(self) -> None:
        run = self.table.current_row()
        held = run is not None and run.status == "held"
        for button in (self.accept, self.reject):
            button.setVisible(held)
        self.chip.setVisible(run is not None)
        self._show_details(run)
        if run is None:
            self.sentence.setText("")
        else:
            self.chip.show_chip(outcome_chip(run))
            self.sentence.setText(_told(run))
            self._fit_sentence()
            if run.error_count:
                self.run_chosen.emit(run)
        for fact, value in zip(self.figures.values(), self._values(run), strict=True):
            fact.show_value(value)

    def _show_details(self, run: FeedRun | None) -> None:
        """What the chosen run changed and its row errors; a run that stays chosen is not asked about again."""
        shown = None if run is None else (run.id, run.status)
        if shown == self._shown:
            return
        self._shown = shown
        changes = run is not None and (run.difference != "" or run.rows_new + run.rows_changed + run.rows_gone > 0)
        errors = run is not None and run.error_count > 0
        self.tabs.setTabVisible(_CHANGES, changes)
        self.tabs.setTabVisible(_ERRORS, errors)
        self.tabs.setTabText(
            _CHANGES, "What would change" if run is not None and run.status == "held" else "What changed"
        )
        self.tabs.setTabText(
            _ERRORS, f"Row errors  {run.error_count:,}" if run is not None and errors else "Row errors"
        )
        self.tabs.setCurrentIndex(_CHANGES if changes else _ERRORS)
        self.tabs.setVisible(changes or errors)
        self.errors.show_errors(None, None)
        self.difference.show_run(run if changes else None)
        self._fit_parts()

    def _emit_run(self, signal: SignalInstance, *told: object) -> None:
        run = self.table.current_row()
        if run is not None:
            signal.emit(run, *told)

    def _values(self, run: FeedRun | None) -> Sequence[str]:
        if run is None:
            return ["–"] * len(_FIGURES)
        counts = (run.rows_read, run.rows_new, run.rows_changed, run.rows_gone, run.rows_unchanged, run.rows_refused)
        return [moment_words(run.as_of, self._now()), *(f"{count:,}" for count in counts)]

    def _fit_parts(self) -> None:
        """Room for some rows below, unless the person gave them some already."""
        runs, below = self.parts.sizes()
        if self.tabs.isVisibleTo(self) and below < (runs + below) * _SHARE_OF_DETAILS:
            wanted = round((runs + below) * _SHARE_OF_DETAILS)
            self.parts.setSizes([runs + below - wanted, wanted])

    def _settle(self, accept: bool) -> None:
        run = self.table.current_row()
        if run is not None and run.status == "held":
            self.settled.emit(run, accept)

    def _lay_out(self) -> None:
        said = QHBoxLayout()
        said.setSpacing(SMALL)
        said.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self.sentence, 1)
        said.addWidget(self.reject, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self.accept, 0, Qt.AlignmentFlag.AlignTop)
        figures = QHBoxLayout()
        figures.setSpacing(BROAD)
        for fact in self.figures.values():
            figures.addWidget(fact)
        figures.addStretch(1)
        panel = Panel()
        panel.body.addLayout(said)
        panel.body.addLayout(figures)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, GAP, 0, 0)
        column.setSpacing(0)
        column.addWidget(panel)
        column.addWidget(self.tabs, 1)
        column.addStretch(0)
        self.parts.setObjectName("history_parts")
        self.parts.setChildrenCollapsible(False)
        self.parts.addWidget(self.table)
        self.parts.addWidget(below)
        self.parts.setStretchFactor(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.addWidget(self.parts)


def _told(run: FeedRun) -> str:
    columns = (
        f" Not taken in: {counted(len(run.unknown_columns), 'unknown column')} ({', '.join(run.unknown_columns)})."
    )
    return run.sentence + (columns if run.unknown_columns else "")
