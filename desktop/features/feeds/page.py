"""The feeds page: how each dataset stands, a file on its way in, and what became of those before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.feeds import actions, queries
from desktop.features.feeds.asking import Asks
from desktop.features.feeds.columns import dataset_columns, state_chip
from desktop.features.feeds.differences import DifferenceAsk
from desktop.features.feeds.file_panel import FilePanel
from desktop.features.feeds.file_work import FileWork
from desktop.features.feeds.history_panel import HistoryPanel
from desktop.features.feeds.sentences import trouble_of_asking
from desktop.features.feeds.words import counted, dataset_title
from desktop.features.feeds.written_dialog import WrittenDialog
from desktop.foundation.changes import Changes
from desktop.sync.feed_messages import DatasetState, DeclaredMapping, FeedRun, MappingChange
from desktop.widgets.buttons import Button
from desktop.widgets.colours import Tone
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE, set_tone

_FILE, _HISTORY = range(2)
_REFRESH_MILLISECONDS = 60_000
_X12 = "*.x12 *.edi *.832 *.846 *.850 *.855 *.856"
_KINDS = ";;".join(
    (
        f"Feed files (*.csv *.txt *.tsv *.xlsx *.jsonl *.ndjson *.json {_X12})",
        f"X12 files ({_X12} *.txt)",
        "All files (*)",
    )
)
_WIDTHS = [420, 604]
_OFFLINE = "This program was started offline, and feeds are kept on the server. Start it without --offline."


class FeedsPage(Page):
    """The master's page for what the house publishes. All of it needs the server."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context, self._desk = context, context.desk
        now = context.desk.clock.now
        self.line = label("", wrap=True)
        self.line.setObjectName("feeds_line")
        self.datasets: RowTable[DatasetState] = RowTable(
            "table_datasets", "Datasets", dataset_columns(now), key=lambda row: row.dataset,
            view_state=context.view_state,
        )  # fmt: skip
        self.file = FilePanel(context.view_state)
        self.history = HistoryPanel(now, context.view_state)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("feeds_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.written = Button("how_written", "How files are written…", self._ask_written, icon_name="edit")
        self.refresh_button = Button("ask_feeds", "Ask again", self.refresh, icon_name="sync", key="F5")
        self.work = FileWork(context, self.file, self)
        self._asks = asks = Asks(context.jobs)

        def give_up() -> None:
            asks.give_up()

        # A function, which the connection holds: a method of an object that is gone by then would not be called.
        self.destroyed.connect(give_up)
        self._timer = QTimer(self)
        self._timer.setInterval(_REFRESH_MILLISECONDS)
        self.setAcceptDrops(True)
        self._connect()
        self._lay_out()
        self._say_line("")
        self.datasets.say_when_empty("How the datasets stand is not known yet.", icon="feeds")

    # --- as the shell asks for it ----------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        return (
            KeyHint("Ctrl+O", "Choose a feed file; it is looked at and nothing is changed"),
            KeyHint("Ctrl+Enter", "The next step, such as “Take it in”"),
            KeyHint("Ctrl+R", "Look at the file again, after it was mended"),
            KeyHint("Esc", "Stop waiting"),
            KeyHint("Ctrl+M", "The chosen heading means the chosen column"),
            KeyHint("Ctrl+Shift+M", "Accept all suggested columns"),
            KeyHint("Ctrl+E", "Save what changes, or the row errors, as CSV"),
            KeyHint("Ctrl+F", "Filter what changes"),
            KeyHint("Ctrl+Down", "Show more of what changes"),
            KeyHint("F5", "Ask the server again"),
            KeyHint("Alt+1, Alt+2", "File, history"),
        )

    def on_shown(self) -> None:
        """Ask how things stand."""
        self.refresh()
        self.datasets.setFocus()

    def may_leave(self) -> bool:
        """Not while a file is being taken in."""
        return self.work.may_leave()

    def open_dataset(self, dataset: str) -> None:
        """Choose a dataset and show its history."""
        self.datasets.select_key(dataset)
        self.tabs.setCurrentIndex(_HISTORY)

    def refresh(self) -> None:
        """Ask the server how each dataset stands, and for the history in sight."""
        if self._context.sync is None:
            self._say_line(_OFFLINE)
            return
        self._asks.ask("states", lambda: queries.states(self._desk), self._show_states, self._on_trouble)

    def showEvent(self, event: QShowEvent) -> None:
        """Go on asking while the page is in sight."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks, and the desk may be about to close: what was asked for the screen is given up."""
        super().hideEvent(event)
        self._timer.stop()
        self._asks.give_up()

    # --- files that are dropped ------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A single file may be dropped."""
        if _dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at the file."""
        path = _dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.look_at(path)

    def look_at(self, path: Path) -> None:
        """Let the server look at a file of the chosen dataset, or of the one that its name speaks of."""
        if self._context.sync is None:
            self._context.notices.attention(_OFFLINE)
            return
        self.tabs.setCurrentIndex(_FILE)
        known = [state.dataset for state in self._states()]
        chosen = self.datasets.current_row()
        self.work.choose(path, chosen.dataset if chosen is not None else "products", known)

    # --- what is shown ---------------------------------------------------------------------------

    def _states(self) -> list[DatasetState]:
        rows = [self.datasets.row_at(number) for number in range(self.datasets.row_count())]
        return [row for row in rows if row is not None]

    def _show_states(self, states: list[DatasetState]) -> None:
        self._say_line("")
        self.datasets.show_rows(states)
        self.file.know_datasets([state.dataset for state in states])
        if not self.datasets.selected_rows():
            self.datasets.select_place(0)
        held = sum(state.held_run is not None for state in states)
        wrong = sum(state_chip(state).tone is Tone.BAD for state in states)
        late = sum(state.punctuality == "late" for state in states)
        parts = [f"{held} held" if held else "", f"{wrong} refused" if wrong else "", f"{late} late" if late else ""]
        self.title_altered.emit(", ".join(part for part in parts if part))
        self._ask_runs()

    def _on_trouble(self, error: Exception) -> None:
        sentence = trouble_of_asking(error)
        shown = "What is shown is from before. " if self.datasets.row_count() else ""
        self._say_line(f"{sentence} {shown}Nothing of a feed waits at this desk: ask again (F5) once the line is back.")

    def _say_line(self, sentence: str) -> None:
        self.line.setText(sentence)
        self.line.setVisible(bool(sentence))
        set_tone(self.line, Tone.ATTENTION if sentence else None)

    def _ask_runs(self) -> None:
        chosen = self.datasets.current_row()
        if chosen is None or self._context.sync is None:
            return
        self.tabs.setTabText(_HISTORY, f"History of {dataset_title(chosen.dataset).lower()}")
        if self.tabs.currentIndex() != _HISTORY:
            return
        self._asks.ask(
            "runs", lambda: queries.runs(self._desk, chosen.dataset), self.history.show_runs, self._on_trouble
        )

    def _ask_run(self, run: FeedRun) -> None:
        self._asks.ask("run", lambda: queries.run(self._desk, run.id), self.history.show_run, self._on_trouble)

    def _ask_difference(self, run: FeedRun, ask: DifferenceAsk) -> None:
        self._asks.ask(
            "difference",
            lambda: queries.difference(self._desk, run.id, ask),
            lambda found: self.history.difference.show_page(ask, found),
            self._on_trouble,
        )

    def _save_difference(self, run: FeedRun, ask: DifferenceAsk, file: Path) -> None:
        def on_failed(error: Exception) -> None:
            if isinstance(error, OSError):
                reason = error.strerror or "the file cannot be written"
                self._context.notices.bad(f"“{file.name}” was not written: {reason}. Choose another place.")
            else:
                self._context.notices.bad(f"{trouble_of_asking(error)} Nothing was written.")

        self._context.jobs.submit_read(
            lambda: actions.save_difference(self._desk, run.id, ask, file),
            lambda done: self._context.notices.good(f"What changed was written to {done[1].name}."),
            on_failed,
        )

    def _ask_written(self) -> None:
        chosen = self.datasets.current_row()
        if chosen is None or self._context.sync is None:
            return

        def show(declared: DeclaredMapping) -> None:
            dialog = WrittenDialog(declared, lambda change: self._declare(chosen.dataset, change), self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

        self._asks.ask("declared", lambda: queries.declared(self._desk, chosen.dataset), show, self._on_trouble)

    def _declare(self, dataset: str, change: MappingChange) -> None:
        def on_done(answer: tuple[Changes, DeclaredMapping]) -> None:
            saved = counted(len(answer[1].mapping), "saved heading")
            self._context.notices.good(
                f"Saved for {dataset_title(dataset).lower()}: {saved}. The next file is read so."
            )

        self._context.jobs.submit_read(
            lambda: actions.declare(self._desk, dataset, change),
            on_done,
            lambda error: self._context.notices.bad(f"{trouble_of_asking(error)} Nothing was saved."),
        )

    # --- inside ----------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.datasets.selection_altered.connect(self._ask_runs)
        self.datasets.row_activated.connect(lambda state: self.open_dataset(state.dataset))
        self.tabs.currentChanged.connect(lambda _place: self._ask_runs())
        self.history.run_chosen.connect(self._ask_run)
        self.history.difference_wanted.connect(self._ask_difference)
        self.history.difference_saving.connect(self._save_difference)
        self.history.settled.connect(lambda run, accept: self.work.settle_run(run, accept=accept, dataset=run.dataset))
        self.work.settled.connect(self.refresh)
        self.file.choosing.connect(self._ask_for_file)
        self.work.file_wanted.connect(self._ask_for_file)
        self._timer.timeout.connect(self.refresh)

    def _ask_for_file(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, "Choose a feed file", "", _KINDS)
        if name:
            self.look_at(Path(name))

    def _lay_out(self) -> None:
        self.tabs.addTab(self.file, "File")
        self.tabs.addTab(self.history, "History")
        foot = QHBoxLayout()
        foot.setSpacing(SMALL)
        foot.addWidget(self.written)
        foot.addStretch(1)
        foot.addWidget(self.refresh_button)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, SMALL, 0)
        column.setSpacing(GAP)
        column.addWidget(self.datasets, 1)
        column.addLayout(foot)
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(SMALL, 0, 0, 0)
        beside.addWidget(self.tabs)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setObjectName("feeds_parts")
        parts.setChildrenCollapsible(False)
        parts.addWidget(left)
        parts.addWidget(right)
        parts.setStretchFactor(0, 1)
        parts.setStretchFactor(1, 4)
        parts.setSizes(_WIDTHS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(BROAD, GAP, BROAD, WIDE)
        layout.setSpacing(GAP)
        layout.addWidget(self.line)
        layout.addWidget(parts, 1)


def _dropped_file(event: QDropEvent) -> Path | None:
    """The one local file that is dropped; None for anything else."""
    urls = event.mimeData().urls()
    path = Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
    return path if path is not None and path.is_file() else None
