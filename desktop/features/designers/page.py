"""The showroom's designers: find one, see her card and what is out to her, change the card, begin her visit."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from desktop.feature import FeatureContext, KeyHint, Page
from desktop.features.designers import actions, queries
from desktop.features.designers.card_dialog import CardDialog
from desktop.features.designers.card_panel import CardPanel
from desktop.features.designers.columns import designer_columns
from desktop.features.designers.rows import DesignerRow
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.widgets.buttons import Button
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import BROAD, GAP, SMALL, WIDE
from shared_models.designers.operations import DesignerCard
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError

_REFRESH_MILLISECONDS = 150
KEYS = (
    KeyHint("Ctrl+Return", "Lend to the chosen designer"),
    KeyHint("Ctrl+E", "Edit her card"),
    KeyHint("Ctrl+N", "New designer"),
    KeyHint("Ctrl+F", "Find a designer"),
)


class DesignersPage(Page):
    """A list at the left, the chosen designer at the right."""

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self._context = context
        self._desk = context.desk
        self._rows: tuple[DesignerRow, ...] = ()
        self._reading: Job | None = None
        self._wanted = ""
        self._back_to = ""
        self.dialog: CardDialog | None = None
        today = self._desk.today
        self.search = SearchBox("search_designers", "Name, firm, city, telephone or card")
        self.table: RowTable[DesignerRow] = RowTable(
            "table_designers",
            "Designers",
            designer_columns(today),
            key=lambda row: row.designer_id,
            view_state=context.view_state,
        )
        self.card = CardPanel(today, context.view_state, self.lend, self.edit_designer)
        self._refresh_soon = QTimer(self, singleShot=True, interval=_REFRESH_MILLISECONDS)
        self._refresh_soon.timeout.connect(self.refresh)
        self._lay_out()
        self.search.walk(self.table)
        self.search.asked.connect(self._show_matching)
        self.table.selection_altered.connect(self._show_chosen)
        self.table.row_activated.connect(lambda _row: self.lend())
        context.changes.subscribe(self._on_changes)

    def key_hints(self) -> Sequence[KeyHint]:
        """The keys of the page."""
        return KEYS

    def on_shown(self) -> None:
        """The list as it is now, ready for typing."""
        self.refresh()
        self.search.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """A page that nobody sees reads nothing; `on_shown` catches up."""
        self._refresh_soon.stop()
        super().hideEvent(event)

    # --- what a person does ---------------------------------------------------------------------------

    def show_designer(self, designer_id: str) -> None:
        """Bring one designer into sight."""
        self._wanted = designer_id
        self.search.clear()
        self.refresh()

    def lend(self) -> None:
        """Begin the chosen designer's visit at the library desk."""
        row = self.table.current_row()
        if row is not None and self._context.routes.can_open("library"):
            self._context.routes.open("library", designer=row.designer_id)

    def add_designer(self, card_barcode: str = "") -> None:
        """Ask for a new designer's card."""
        self._open_dialog(None)
        if card_barcode and self.dialog is not None:
            self.dialog.left.show_values({"card_barcode": card_barcode})

    def edit_designer(self, designer_id: str = "", back: str = "") -> None:
        """Show a card to change, of the chosen designer when none is named; `back` is the page to return to."""
        row = self.table.current_row()
        key = designer_id or (row.designer_id if row is not None else "")
        card = queries.card(self._desk.database.read(), self._desk.acting.organisation_id, key)
        if card is not None:
            self._back_to = back
            self._wanted = card.id
            self._open_dialog(card)

    def _open_dialog(self, card: Designer | None) -> None:
        self.dialog = CardDialog(card, partial(self._save, card.id if card is not None else ""), self)
        self.dialog.finished.connect(self._on_dialog_closed)
        self.dialog.open()

    def _save(self, designer_id: str, card: DesignerCard) -> None:
        desk = self._desk

        def write() -> Changes:
            return actions.edit_designer(desk, designer_id, card) if designer_id else actions.add_designer(desk, card)

        self._context.jobs.submit_write(write, self._on_saved, self._on_refused)

    def _on_saved(self, changes: Changes) -> None:
        self._wanted = next(iter(changes.keys), "")
        if self.dialog is not None:
            self.dialog.accept()
        self.refresh()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        if self.dialog is not None:
            self.dialog.show_refusal(error.code, error.sentence)

    def _on_dialog_closed(self, _result: int) -> None:
        self.dialog = None
        back, self._back_to = self._back_to, ""
        if back and self._context.routes.can_open(back):
            self._context.routes.open(back)

    # --- what is shown ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the list again, beside the screen."""
        self._refresh_soon.stop()
        if self._reading is not None:
            self._reading.cancel()
        desk, showroom, today = self._desk, self._desk.acting.organisation_id, self._desk.today()
        self._reading = self._context.jobs.submit_read(
            lambda: queries.designers(desk.database.read(), showroom, today=today), self._on_read
        )

    def _on_read(self, rows: tuple[DesignerRow, ...]) -> None:
        self._rows = rows
        self._show_matching(self.search.text().strip())

    def _show_matching(self, text: str) -> None:
        rows = queries.matching(self._rows, text)
        if text:
            self.table.say_when_empty(
                f"No designer fits “{text}”.", "New designer", self.add_designer, icon="designers"
            )
        else:
            self.table.say_when_empty("No designer yet.", "New designer", self.add_designer, icon="designers")
        self.table.show_rows(rows)
        self.title_altered.emit(f"{len(rows)}")
        if self._wanted and self.table.select_key(self._wanted):
            self._wanted = ""
        elif self.table.current_row() is None:
            self.table.select_place(0)
        self._show_chosen()

    def _show_chosen(self) -> None:
        row = self.table.current_row()
        if row is None:
            self.card.show_designer(None, ())
            return
        reader = self._desk.database.read()
        card = queries.card(reader, self._desk.acting.organisation_id, row.designer_id)
        memos = queries.memos_of(reader, row.designer_id, today=self._desk.today())
        self.card.show_designer(row, memos, card.resale_certificate_no if card is not None else "")

    def _on_changes(self, changes: Changes) -> None:
        concerns = changes.touches("designers", "loans", "copies")
        if concerns and self.isVisible() and not self._refresh_soon.isActive():
            self._refresh_soon.start()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SMALL)
        top.addWidget(self.search, 1)
        top.addWidget(Button("new_designer", "New designer", self.add_designer, icon_name="plus", key="Ctrl+N"))
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        split = QSplitter()
        split.setObjectName("designers_split")
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.card)
        split.setStretchFactor(0, 6)
        split.setStretchFactor(1, 5)
        split.setSizes([560, 452])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(BROAD, GAP, BROAD, WIDE)
        layout.addWidget(split)
