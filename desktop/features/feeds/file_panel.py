"""One file on its way in: which it is, what the server says of it, and the one next step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QTabWidget, QVBoxLayout, QWidget

from desktop.features.feeds.difference_panel import DifferencePanel
from desktop.features.feeds.differences import CHANGE_HEADINGS, DifferenceAsk, tried_lines, tried_page
from desktop.features.feeds.errors_panel import ErrorsPanel
from desktop.features.feeds.headings import heading_rows, open_count
from desktop.features.feeds.headings_panel import HeadingsPanel
from desktop.features.feeds.hints import hint_of
from desktop.features.feeds.rows import ChosenFile, Trial
from desktop.features.feeds.sentences import Step, Verdict
from desktop.features.feeds.words import dataset_title, size_words
from desktop.foundation.view_state import ViewState
from desktop.sync.feed_messages import FeedRun
from desktop.widgets.answer_line import AnswerLine
from desktop.widgets.buttons import Button, Kind, plain
from desktop.widgets.colours import Tone
from desktop.widgets.panels import Fact, Panel, label
from desktop.widgets.theme import BROAD, GAP, SMALL, TextRole

_REST = (
    "Drop a feed file anywhere on this page, or choose one: CSV, Excel, JSON Lines or X12. The server looks at it; "
    "nothing changes before you take it in."
)
_FIGURES = ("Rows", "New", "Changed", "Gone", "Unchanged", "Errors")
_CHANGES, _ERRORS, _HEADINGS = range(3)
_PER_MILLE = 1_000


class FilePanel(QWidget):
    """`step_taken` carries the `Step` that a person took, `mapping_declared` a `MappingChange`."""

    choosing = Signal()
    looked_again = Signal()
    good_rows_wanted = Signal()
    step_taken = Signal(object)
    called_off = Signal()
    settled = Signal(bool)
    mapping_declared = Signal(object)

    def __init__(self, view_state: ViewState) -> None:
        super().__init__()
        self.name = label("No file chosen", TextRole.HEADING)
        self.name.setObjectName("file_name")
        self.about = label("", muted=True)
        self.about.setObjectName("file_about")
        self.dataset = _combo("file_dataset", "Dataset of the file")
        self.mode = _combo("file_mode", "Whole file or changes only")
        self.mode.addItem("Whole file", "full")
        self.mode.addItem("Changes only", "delta")
        self.as_of = _combo("file_as_of", "Instant of the figures")
        self.as_of.addItem("As of when saved", False)
        self.as_of.addItem("As of now", True)
        self.choose = Button("choose_file", "Choose a file…", self.choosing.emit, icon_name="feeds", key="Ctrl+O")
        self.answer = AnswerLine(_REST)
        self.answer.setObjectName("file_answer")
        self.progress = QProgressBar()
        self.progress.setObjectName("file_progress")
        self.progress.setAccessibleName("How much of the file was sent")
        self.progress.setTextVisible(False)
        self.doing = label("", muted=True)
        self.doing.setObjectName("file_doing")
        self.stop = Button("call_off", "Stop", self.called_off.emit, icon_name="close", key="Esc")
        self.figures = {caption: Fact(caption, "–", TextRole.HEADING) for caption in _FIGURES}
        self.errors = ErrorsPanel("table_row_errors", view_state)
        self.difference = DifferencePanel("table_file_changes", view_state)
        self.headings = HeadingsPanel(view_state)
        self.again = Button("look_again", "Look at it again", self.looked_again.emit, icon_name="sync")
        self.good_only = Button("good_rows_only", "Only the good rows…", self.good_rows_wanted.emit, icon_name="filter")
        self.accept = Button("accept_held", "Accept it", lambda: self.settled.emit(True), icon_name="check")
        self.reject = Button("reject_held", "Reject it", lambda: self.settled.emit(False), icon_name="close")
        self.next = Button("next_step", "", self._on_next, kind=Kind.PRIMARY, key="Ctrl+Return")
        self.tabs = QTabWidget()
        self.tabs.setObjectName("file_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        # Works too while the button is away because the next step says the same.
        QShortcut(QKeySequence("Ctrl+R"), self).activated.connect(self.looked_again.emit)
        self._step = Step.NONE
        self.difference.wanted.connect(self._show_tried)
        self.difference.saving.connect(self._save_tried)
        self._tried: FeedRun | None = None
        self.errors.declared.connect(self.mapping_declared.emit)
        self.headings.declared.connect(self.mapping_declared.emit)
        self._lay_out()
        self.rest()

    # --- what is shown ---------------------------------------------------------------------------

    def know_datasets(self, datasets: Sequence[str]) -> None:
        """The datasets that a file may be of; what is chosen stays chosen."""
        chosen = self.chosen_dataset()
        self.dataset.blockSignals(True)
        self.dataset.clear()
        for dataset in datasets:
            self.dataset.addItem(dataset_title(dataset), dataset)
        self.dataset.setCurrentIndex(max(0, self.dataset.findData(chosen)))
        self.dataset.blockSignals(False)

    def chosen_dataset(self) -> str:
        """The dataset in the box; empty while none is known."""
        return str(self.dataset.currentData() or "")

    def chosen_mode(self) -> str:
        """`full` or `delta`."""
        return str(self.mode.currentData())

    def is_as_of_now(self) -> bool:
        """Whether the figures are of the moment of posting."""
        return bool(self.as_of.currentData())

    def rest(self) -> None:
        """No file is here."""
        self.name.setText("No file chosen")
        self.about.setText("")
        self.answer.say(Tone.NEUTRAL, "", _REST, icon="feeds")
        self._show_figures(None)
        self._show_busy("")
        self._offer(Step.NONE, "")
        self.tabs.setVisible(False)
        self.again.setVisible(False)

    def show_file(self, chosen: ChosenFile, saved: str) -> None:
        """Show which file is meant; `saved` says when it was."""
        self.name.setText(chosen.path.name)
        self.about.setText(f"{size_words(chosen.facts.size)}, saved {saved}")
        boxes = ((self.dataset, chosen.dataset), (self.mode, chosen.mode), (self.as_of, chosen.as_of_now))
        for box, value in boxes:
            box.blockSignals(True)
            box.setCurrentIndex(max(0, box.findData(value)))
            box.blockSignals(False)

    def show_busy(self, doing: str) -> None:
        """Something is asked of the server; what was found before is no longer what counts."""
        self._offer(Step.NONE, "")
        self.again.setVisible(False)
        self._show_busy(doing)

    def show_sent(self, sent: int, size: int) -> None:
        """How many bytes are on their way; all of them means that the server is at work."""
        if size and sent < size:
            self.progress.setRange(0, _PER_MILLE)
            self.progress.setValue(sent * _PER_MILLE // size)
            self.doing.setText(f"Sending, {sent * 100 // size} %")
        else:
            self.progress.setRange(0, 0)
            self.doing.setText("The server is reading it…")

    def show_trial(self, trial: Trial, verdict: Verdict) -> None:
        """What the server found."""
        self._show_figures(trial.run)
        self._show_found(trial.run, trial)
        self.show_verdict(verdict)
        good = trial.run.rows_read - trial.run.rows_refused
        self.good_only.setVisible(trial.run.code == "row_errors" and good > 0 and not trial.chosen.good_rows_only)
        self.again.setVisible(verdict.step is not Step.LOOK_AGAIN)

    def show_outcome(self, run: FeedRun, verdict: Verdict) -> None:
        """What became of the file for good."""
        self._show_figures(run)
        self.show_verdict(verdict)

    def show_trouble(self, verdict: Verdict) -> None:
        """Nothing is known of the file, and why."""
        self._show_figures(None)
        self.tabs.setVisible(False)
        self.show_verdict(verdict)

    def show_verdict(self, verdict: Verdict) -> None:
        """Say it, and offer the step."""
        self._show_busy("")
        self.answer.say(verdict.tone, verdict.title, verdict.detail)
        self._offer(verdict.step, verdict.verb)

    def focus_step(self) -> None:
        """The keyboard stands on what comes next."""
        for widget in (self.next, self.accept, self.choose):
            if widget.isVisible() and widget.isEnabled():
                widget.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    # --- inside ----------------------------------------------------------------------------------

    def _show_found(self, run: FeedRun, trial: Trial) -> None:
        rows = heading_rows(run)
        self._tried = run
        self.errors.show_errors(run, hint_of(run, trial.declared))
        self.headings.show_headings(rows, trial.declared.columns)
        undecided = open_count(rows)
        self.tabs.setTabText(_ERRORS, f"Row errors  {run.error_count:,}" if run.error_count else "Row errors")
        self.tabs.setTabText(_HEADINGS, f"Columns  {undecided}" if undecided else "Columns")
        self.tabs.setTabVisible(_CHANGES, bool(run.row_changes))
        self.difference.show_run(run if run.row_changes else None)
        self.tabs.setVisible(True)
        first = _ERRORS if run.error_count or not run.row_changes else _CHANGES
        self.tabs.setCurrentIndex(_HEADINGS if undecided and not run.error_count else first)

    def _show_tried(self, ask: DifferenceAsk) -> None:
        if self._tried is not None:
            self.difference.show_page(ask, tried_page(self._tried, ask))

    def _save_tried(self, ask: DifferenceAsk, file: Path) -> None:
        if self._tried is not None:
            self.errors.write(file, CHANGE_HEADINGS, tried_lines(self._tried, ask))

    def _show_figures(self, run: FeedRun | None) -> None:
        values: Sequence[int | None] = (
            [None] * len(_FIGURES)
            if run is None
            else [run.rows_read, run.rows_new, run.rows_changed, run.rows_gone, run.rows_unchanged, run.error_count]
        )
        for fact, value in zip(self.figures.values(), values, strict=True):
            fact.show_value("–" if value is None else f"{value:,}")

    def _show_busy(self, doing: str) -> None:
        busy = bool(doing)
        self.doing.setText(doing)
        self.progress.setRange(0, 0 if busy else _PER_MILLE)
        for widget in (self.doing, self.progress, self.stop):
            widget.setVisible(busy)
        for box in (self.dataset, self.mode, self.as_of, self.choose):
            box.setEnabled(not busy)
        self.headings.set_busy(busy)
        self.errors.hint.setEnabled(not busy)

    def _offer(self, step: Step, verb: str) -> None:
        self._step = step
        self.next.setText(plain(verb))
        self.next.setAccessibleName(verb)
        self.next.setVisible(bool(verb))
        self.good_only.setVisible(False)
        for button in (self.accept, self.reject):
            button.setVisible(step is Step.SETTLE)

    def _on_next(self) -> None:
        if self._step is not Step.NONE:
            self.step_taken.emit(self._step)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SMALL)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.name)
        words.addWidget(self.about)
        head.addLayout(words, 1)
        head.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignTop)
        said = QHBoxLayout()
        said.setSpacing(SMALL)
        for box in (self.dataset, self.mode, self.as_of):
            said.addWidget(box, 1)
        busy = QHBoxLayout()
        busy.setSpacing(SMALL)
        busy.addWidget(self.progress, 1)
        busy.addWidget(self.doing)
        busy.addWidget(self.stop)
        figures = QHBoxLayout()
        figures.setSpacing(BROAD)
        for fact in self.figures.values():
            figures.addWidget(fact)
        figures.addStretch(1)
        steps = QHBoxLayout()
        steps.setSpacing(SMALL)
        steps.addWidget(self.again)
        steps.addWidget(self.good_only)
        steps.addStretch(1)
        for button in (self.reject, self.accept, self.next):
            steps.addWidget(button)
        panel = Panel()
        panel.body.setSpacing(GAP)
        panel.body.addLayout(head)
        panel.body.addLayout(said)
        panel.body.addWidget(self.answer)
        panel.body.addLayout(busy)
        panel.body.addLayout(figures)
        panel.body.addLayout(steps)
        self.tabs.addTab(self.difference, "What would change")
        self.tabs.addTab(self.errors, "Row errors")
        self.tabs.addTab(self.headings, "Columns")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(panel)
        layout.addWidget(self.tabs, 1)
        layout.addStretch(0)


def _combo(name: str, caption: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(caption)
    box.setMinimumWidth(120)
    return box
