"""The sync centre page: how things stand, what needs somebody, what waits, what was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.sync_centre import actions, queries
from desktop.features.sync_centre.columns import (
    age_words,
    attention_columns,
    counted,
    done_columns,
    moment_words,
    waiting_columns,
)
from desktop.features.sync_centre.kept_panel import KeptPanel
from desktop.features.sync_centre.rows import AttentionRow, OperationRow
from desktop.foundation.changes import Changes
from desktop.sync.rescue_file import BroughtIn
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import ask
from desktop.widgets.panels import Panel, label
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE, TextRole, set_tone
from shared_models.kernel.errors import DomainError

Result = TypeVar("Result")
_ATTENTION, _WAITING, _DONE = range(3)
_CLOCK_SECONDS = 300
_KINDS = "Order-Track operations (*.json);;All files (*)"


class SyncCentrePage(Page):
    """The inbox of everything that the server could not simply take, and the way to the server."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context, self._desk = context, context.desk
        now = context.desk.clock.now
        self.state = label("", TextRole.HEADING, wrap=True)
        self.state.setObjectName("sync_state")
        self.detail = label("", muted=True, wrap=True)
        self.detail.setObjectName("sync_detail")
        self.attention: RowTable[AttentionRow] = RowTable(
            "table_attention", "Needs you", attention_columns(now), key=lambda row: row.key,
            view_state=context.view_state,
        )  # fmt: skip
        self.waiting: RowTable[OperationRow] = RowTable(
            "table_waiting", "Waiting", waiting_columns(now), key=lambda row: row.operation_id,
            view_state=context.view_state,
        )  # fmt: skip
        self.done: RowTable[OperationRow] = RowTable(
            "table_done", "Done", done_columns(), key=lambda row: row.operation_id, view_state=context.view_state
        )
        self.filter = SearchBox("filter_done", "Filter by what was done, person or answer")
        self.why = label("", wrap=True)
        self.why.setObjectName("attention_why")
        self.again = Button("send_again", "Send again", self._send_again, icon_name="send", key="Ctrl+R")
        self.drop = Button("discard", "Discard…", self._ask_discard, icon_name="trash")
        self.settle = Button("settle", "I have looked at it", self._settle, icon_name="check", key="Ctrl+Return")
        self.kept = KeptPanel(context, self.refresh)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("sync_tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self._say_when_empty()
        self._connect()
        self._lay_out()
        context.changes.subscribe(self._on_changes)

    # --- as the shell asks for it ----------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        return (
            KeyHint("F5", "Sync now"),
            KeyHint("Ctrl+R", "Send the chosen refused operation again"),
            KeyHint("Ctrl+Return", "The chosen item was looked at"),
            KeyHint("Del", "Discard the chosen refused operation"),
            KeyHint("Ctrl+E", "Write what waits to a file"),
        )

    def on_shown(self) -> None:
        """The inbox first, if something lies there."""
        self.refresh()
        if self.attention.row_count():
            self.tabs.setCurrentIndex(_ATTENTION)
        (self.attention, self.waiting, self.done)[self.tabs.currentIndex()].setFocus()

    def refresh(self) -> None:
        """Reads everything that is in sight again."""
        attention, waiting = queries.attention(self._desk), queries.waiting(self._desk)
        self.attention.show_rows(attention)
        if not self.attention.selected_rows():
            self.attention.select_place(0)
        self.waiting.show_rows(waiting)
        if self.tabs.currentIndex() == _DONE:
            self._show_done()
        self.tabs.setTabText(_ATTENTION, f"Needs you  {len(attention)}" if attention else "Needs you")
        self.tabs.setTabText(_WAITING, f"Waiting  {len(waiting)}" if waiting else "Waiting")
        self.title_altered.emit(f"{len(attention)} to look at" if attention else "")
        self.kept.refresh()
        self._show_standing()
        self._on_selection()

    # --- what is shown ---------------------------------------------------------------------------

    def _on_changes(self, changes: Changes) -> None:
        if changes.touches("operations", "review_items"):
            self.refresh()

    def _show_done(self) -> None:
        self.done.show_rows(queries.done(self._desk, self.filter.text()))

    def _show_standing(self) -> None:
        standing = queries.standing(self._desk)
        report = self._context.sync.last_report if self._context.sync is not None else None
        tone = None
        if self._context.sync is None:
            sentence = "This program was started offline. Everything is kept here."
        elif report is None:
            sentence = "The server was not asked yet since this program started."
        else:
            sentence = report.sentence
            tone = Tone.ATTENTION if report.state in ("trouble", "sign_in_needed") else None
        self.state.setText(sentence)
        set_tone(self.state, tone)
        parts = [f"Last exchange {moment_words(standing.last_sync_at)}" if standing.last_sync_at else "Never exchanged"]
        if standing.waiting and standing.oldest_at is not None:
            age = age_words(standing.oldest_at, self._desk.clock.now())
            parts.append(f"{counted(standing.waiting, 'operation')} waiting, the oldest {age}")
        if abs(standing.drift_seconds) > _CLOCK_SECONDS:
            parts.append(f"this machine's clock is {abs(standing.drift_seconds) // 60} minutes off")
        self.detail.setText(" · ".join([*parts, standing.server_url]))

    def _say_when_empty(self) -> None:
        self.attention.say_when_empty("Nothing needs you. Everything that was sent was taken.", icon="good")
        self.waiting.say_when_empty("Nothing waits: everything recorded here has reached the server.", icon="good")
        self.done.say_when_empty("Nothing was exchanged in the last 30 days.", icon="sync")

    def _on_selection(self) -> None:
        row = self.attention.current_row()
        refused = row is not None and row.kind == "refused"
        self.again.setEnabled(refused)
        self.drop.setEnabled(refused)
        self.settle.setEnabled(row is not None and not refused)
        self.why.setText(" ".join(_sentence(text) for text in (row.what, row.why) if text) if row is not None else "")

    # --- what a person does ----------------------------------------------------------------------

    def _sync_now(self) -> None:
        if self._context.sync is None:
            self._context.notices.attention("This program was started offline. Start it without --offline to sync.")
            return
        self._context.notices.say(Tone.INFO, "Asking the server…")
        self._context.sync.sync_now()

    def _send_again(self) -> None:
        row = self.attention.current_row()
        if row is not None and row.kind == "refused":
            self._write(
                lambda: (actions.send_again(self._desk, row.key), None),
                lambda _none: self._context.notices.good(f"Waiting again: {row.what}."),
            )

    def _ask_discard(self) -> None:
        row = self.attention.current_row()
        if row is None or row.kind != "refused":
            return
        ask(
            self,
            "Discard this operation?",
            f"“{row.what}” will not be sent again. It stays in the list of the last 30 days.",
            "Discard it",
            lambda: self._write(
                lambda: (actions.discard(self._desk, row.key), None),
                lambda _none: self._context.notices.attention(f"Discarded: {row.what}."),
            ),
            keep_verb="Keep it",
            dangerous=True,
        )

    def _settle(self) -> None:
        row = self.attention.current_row()
        if row is not None and row.kind == "review":
            self._write(
                lambda: (actions.settle_review(self._desk, row.key), None),
                lambda _none: self._context.notices.good("Settled, on every desk of your organisation."),
            )

    def _ask_export(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(self, "Write what waits to a file", "waiting.json", _KINDS)
        if name:
            self.export_to(Path(name))

    def export_to(self, file: Path) -> None:
        """Writes what waits to the file."""
        self._write(
            lambda: actions.export_to(self._desk, file),
            lambda count: self._context.notices.good(f"{counted(count, 'operation')} written to {file.name}."),
        )

    def _ask_import(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, "Bring in what another station wrote", "", _KINDS)
        if name:
            self.import_from(Path(name))

    def import_from(self, file: Path) -> None:
        """Brings a file in."""

        def say(taken: BroughtIn) -> None:
            known = f", {taken.known} were here already" if taken.known else ""
            told = f"{counted(taken.new, 'operation')} brought in{known}; written by {taken.writer}."
            self._context.notices.good(told)

        self._write(lambda: actions.import_from(self._desk, file), say)

    # --- inside ----------------------------------------------------------------------------------

    def _write(self, action: Callable[[], tuple[Changes, Result]], done: Callable[[Result], None]) -> None:
        def on_done(answer: tuple[Changes, Result]) -> None:
            self._context.changes.publish(answer[0])
            done(answer[1])
            self.refresh()

        self._context.jobs.submit_write(action, on_done, self._say_why)

    def _say_why(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self._context.notices.bad(error.sentence)
        elif isinstance(error, OSError):
            self._context.notices.bad(f"The file cannot be used: {error.strerror}. Nothing was changed.")
        else:
            raise error

    def _connect(self) -> None:
        self.attention.selection_altered.connect(self._on_selection)
        self.attention.add_row_action("Send again", self._send_again)
        self.attention.add_row_action("Discard…", self._ask_discard, "Del")
        self.attention.add_row_action("I have looked at it", self._settle)
        self.filter.walk(self.done)
        self.filter.asked.connect(lambda _text: self._show_done())
        self.tabs.currentChanged.connect(lambda place: self._show_done() if place == _DONE else None)
        if self._context.sync is not None:
            self._context.sync.round_ended.connect(self._on_round_ended)

    def _on_round_ended(self, _report: object) -> None:
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SMALL)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.state)
        words.addWidget(self.detail)
        head.addLayout(words, 1)
        head.addWidget(Button("import_file", "Bring in…", self._ask_import, icon_name="down"))
        head.addWidget(Button("export_waiting", "Write to a file…", self._ask_export, icon_name="up", key="Ctrl+E"))
        head.addWidget(
            Button("sync_now", "Sync now", self._sync_now, kind=Kind.PRIMARY, icon_name="sync", key="F5"),
            0,
            Qt.AlignmentFlag.AlignTop,
        )
        panel = Panel()
        panel.body.addLayout(head)
        self.tabs.addTab(_column(self.attention, self._attention_foot()), "Needs you")
        self.tabs.addTab(_column(self.waiting), "Waiting")
        self.tabs.addTab(_column(self.filter, self.done), "Done")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(BROAD, GAP, BROAD, WIDE)
        layout.setSpacing(GAP)
        layout.addWidget(panel)
        layout.addWidget(self.kept)
        layout.addWidget(self.tabs, 1)

    def _attention_foot(self) -> QWidget:
        foot = QWidget()
        row = QHBoxLayout(foot)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SMALL)
        row.addWidget(self.why, 1)
        row.addWidget(self.drop)
        row.addWidget(self.settle)
        row.addWidget(self.again)
        return foot


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _column(*widgets: QWidget) -> QWidget:
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, GAP, 0, 0)
    layout.setSpacing(GAP)
    for widget in widgets:
        layout.addWidget(widget, 1 if isinstance(widget, RowTable) else 0)
    return column
