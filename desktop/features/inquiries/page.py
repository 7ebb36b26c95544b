"""The page of inquiries: for a distributor's master what she has to answer, for others what they asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop.cache.inquiries import InquiryNow
from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.inquiries import actions, queries
from desktop.features.inquiries.actions import Said
from desktop.features.inquiries.answer_dialog import AnswerDialog
from desktop.features.inquiries.columns import about, inquiry_columns
from desktop.features.inquiries.letter_panel import LetterPanel
from desktop.features.inquiries.reading import mark_read
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.widgets.colours import Tone
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE
from shared_models.inquiries.rules import WAITS
from shared_models.kernel.errors import DomainError

WATCHED = ("inquiries", "reserves", "sales_orders", "dataset_freshness", "organisations")
_WIDTHS = [700, 330]
_NOTHING_ASKED = "Nothing was asked yet. On the Follow-up page, Ctrl+D asks the distributor about the row in front."
_NOTHING_OF_US = "No showroom and no rep has asked anything yet. What they ask comes by itself, and by mail."


class InquiriesPage(Page):
    """One list and the inquiry in front."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context, self._desk = context, context.desk
        self.asked_of_us = context.desk.acting.role == "master"
        self._asking: Job | None = None
        self._wanted_id = ""
        self._withdrawn_last = ""
        now = context.desk.clock.now
        words = "Filter by number, item, sidemark, showroom or person"
        self.filter = SearchBox("filter_inquiries", words)
        self.open_only = QCheckBox("Open only")
        self.open_only.setObjectName("inquiries_open")
        self.open_only.setChecked(self.asked_of_us)
        self.amount = label("", muted=True)
        self.amount.setObjectName("inquiries_amount")
        self.table: RowTable[InquiryNow] = RowTable(
            "table_inquiries", "Inquiries", inquiry_columns(now, asked_of_us=self.asked_of_us),
            key=lambda row: row.inquiry.id, view_state=context.view_state,
        )  # fmt: skip
        self.letter = LetterPanel(now, context.desk.acting.organisation_id, asked_of_us=self.asked_of_us)
        self._connect()
        self._lay_out()
        context.changes.subscribe(self._on_changes)

    # --- as the shell asks for it ----------------------------------------------------------------

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        does = "Answer the inquiry, or correct its answer" if self.asked_of_us else "Show the reserve or the order"
        return (
            KeyHint("Enter", does),
            KeyHint("Ctrl+F", "Filter the list"),
            KeyHint("Up / Down", "Walk through the list while typing"),
            KeyHint("Ctrl+G", "Show the reserve or the order"),
            *((KeyHint("Ctrl+Enter", "Answer"),) if self.asked_of_us else ()),
        )

    def on_shown(self) -> None:
        """Ready to type, and up to date."""
        self.refresh()
        self.filter.setFocus()

    def open_inquiry(self, inquiry_id: str) -> None:
        """Shows one, whatever is filtered."""
        self._wanted_id = inquiry_id
        self.open_only.setChecked(False)
        self.filter.show_as_asked("")
        self.refresh()

    def refresh(self) -> None:
        """Asks for the list anew; an answer that is still awaited is given up."""
        if self._asking is not None:
            self._asking.cancel()
        desk, text, open_only = self._desk, self.filter.text().strip(), self.open_only.isChecked()
        house = desk.acting.organisation_id if self.asked_of_us else ""
        self._asking = self._context.jobs.submit_read(
            lambda: queries.inquiries(desk.database.read(), house, text, open_only=open_only), self._show
        )

    # --- what a person does ----------------------------------------------------------------------

    def ask_for_answer(self) -> None:
        """Opens the window for the answer to the inquiry in front."""
        row = self.in_front
        if row is None or not self.letter.answer.isEnabled() or not self.asked_of_us:
            return
        dialog = AnswerDialog(row.inquiry, self._desk.today(), partial(self._answer, row), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @property
    def in_front(self) -> InquiryNow | None:
        """The inquiry that is chosen."""
        return self.table.current_row() if self.table.selected_rows() else None

    def _answer(self, row: InquiryNow, said: Said) -> None:
        words = f"{row.inquiry.asked_from} sees your answer about {about(row)} with the next sync."
        self._do(lambda: actions.answer(self._desk, row.inquiry.id, said), words)

    def _withdraw(self) -> None:
        row = self.in_front
        if row is not None:
            words = f"Withdrawn: {row.distributor} need not answer about {about(row)}."
            self._do(lambda: actions.withdraw(self._desk, row.inquiry.id), words)

    def _do(self, action: Callable[[], Changes], sentence: str) -> None:
        def on_done(changes: Changes) -> None:
            self._context.changes.publish(changes)
            self._context.notices.good(sentence)

        self._context.jobs.submit_write(action, on_done, self._say_why)

    def _say_why(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._context.notices.say(Tone.BAD, error.sentence, sound=True)

    def _show_row(self) -> None:
        row = self.in_front
        if row is None or not row.row_id or not self._context.routes.can_open("follow_up"):
            return
        name = "reserves" if row.inquiry.dataset == "reserves" else "orders"
        self._context.routes.open("follow_up", list=name, find=row.inquiry.number, row=row.row_id)

    # --- inside ----------------------------------------------------------------------------------

    def _show(self, listed: queries.Listed) -> None:
        if listed.in_all == 0:
            self.table.say_when_empty(_NOTHING_OF_US if self.asked_of_us else _NOTHING_ASKED, icon="mail")
        elif self.open_only.isChecked() and not self.filter.text().strip():
            nothing = "Nothing waits for an answer." if self.asked_of_us else "Nothing of what you asked is open."
            self.table.say_when_empty(f"{nothing} “Open only” hides what is settled.", icon="check")
        else:
            self.table.say_when_empty("Nothing matches. Esc clears the filter.", icon="filter")
        self.table.show_rows(listed.rows)
        wanted, self._wanted_id = self._wanted_id, ""
        if (not wanted or not self.table.select_key(wanted)) and not self.table.selected_rows():
            self.table.select_place(0)
        shown = (
            f"{len(listed.rows):,} of {listed.in_all:,}" if len(listed.rows) < listed.in_all else f"{listed.in_all:,}"
        )
        newest = f" (the newest {queries.MOST:,} are looked at)" if listed.in_all > queries.MOST else ""
        self.amount.setText(f"{shown}{newest}")
        waiting = sum(row.standing in WAITS for row in listed.rows)
        word = "to answer" if self.asked_of_us else "not answered"
        self.title_altered.emit(f"{waiting} {word}" if waiting else "")
        self._on_selection()
        if self.isVisible() and not self.asked_of_us:
            mark_read(self._context, [row.inquiry for row in listed.rows])

    def _to_filter(self) -> None:
        self.filter.setFocus()

    def _on_selection(self) -> None:
        self.letter.show_letter(self.in_front)

    def _on_activated(self, _row: InquiryNow) -> None:
        if self.asked_of_us:
            self.ask_for_answer()
        else:
            self._show_row()

    def _on_changes(self, changes: Changes) -> None:
        if changes.touches(*WATCHED) and self.isVisible():
            self.refresh()

    def _connect(self) -> None:
        self.filter.walk(self.table)
        self.filter.asked.connect(lambda _text: self.refresh())
        self.open_only.toggled.connect(lambda _on: self.refresh())
        self.table.selection_altered.connect(self._on_selection)
        self.table.row_activated.connect(self._on_activated)
        self.letter.answer_wanted.connect(self.ask_for_answer)
        self.letter.withdrawal_wanted.connect(self._withdraw)
        self.letter.row_wanted.connect(self._show_row)
        QShortcut(QKeySequence("Ctrl+F"), self, self._to_filter)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GAP)
        top.addWidget(self.filter, 1)
        top.addWidget(self.open_only)
        top.addWidget(self.amount)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setObjectName("inquiries_split")
        split.setChildrenCollapsible(False)
        split.setHandleWidth(WIDE)
        split.addWidget(left)
        split.addWidget(self.letter)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes(_WIDTHS)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(BROAD, WIDE, BROAD, WIDE)
        layout.setSpacing(SMALL)
        layout.addWidget(split, 1)
