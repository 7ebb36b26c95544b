"""The right side of the desk: open loans, the overdue ones, and who has what; each a table of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from desktop.features.library.columns import copy_columns, loan_columns
from desktop.features.library.rows import CopyRow, LoanRow
from desktop.foundation.view_state import ViewState
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import SMALL

OPEN, OVERDUE, COPIES = range(3)


class LoansPanel(QTabWidget):
    """`take_back_wanted` carries copy ids, `designer_wanted` a designer's id, `copies_asked` what was typed."""

    take_back_wanted = Signal(object)
    designer_wanted = Signal(str)
    copies_asked = Signal(str)

    def __init__(self, today: Callable[[], date], view_state: ViewState) -> None:
        super().__init__()
        self.setObjectName("library_tabs")
        self.setAccessibleName("Loans and copies")
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self._every: Sequence[LoanRow] = ()
        self._hers: Sequence[LoanRow] = ()
        self._is_hers = False
        self.hers = self._loan_table("table_designer_loans", "Her open loans", today, view_state, with_designer=False)
        self.open = self._loan_table("table_open_loans", "Open loans", today, view_state, with_designer=True)
        self.overdue = self._loan_table("table_overdue", "Overdue loans", today, view_state, with_designer=True)
        self.copies: RowTable[CopyRow] = RowTable(
            "table_copies", "Copies", copy_columns(today), key=lambda row: row.copy_id, view_state=view_state
        )
        self.search = SearchBox("search_copies", "Item number, pattern, colour or barcode")
        self.search.walk(self.copies)
        self.search.asked.connect(self.copies_asked)
        self._add_copy_actions()
        self._lay_out()
        self._say_when_empty()
        self.show_whose("")
        self.currentChanged.connect(self._on_tab_changed)

    def show_whose(self, name: str) -> None:
        """Her loans on the first tab, or everybody's when nobody is here."""
        self._is_hers = bool(name)
        self.hers.setVisible(bool(name))
        self.open.setVisible(not name)
        self.hers.say_when_empty(f"Nothing is out to {name}. Scan copies to lend them.", icon="lend")

    def show_loans(self, every: Sequence[LoanRow], hers: Sequence[LoanRow]) -> None:
        """All open loans of the showroom, and those of the designer who is here."""
        self._every, self._hers = every, hers
        overdue = sum(row.days_overdue > 0 for row in every)
        self.setTabText(OPEN, f"Her loans  {len(hers)}" if self._is_hers else f"Open loans  {len(every)}")
        self.setTabText(OVERDUE, f"Overdue  {overdue}" if overdue else "Overdue")
        self._fill_tab_in_front()

    def _fill_tab_in_front(self) -> None:
        """Only the table that is seen: filling three of them at every scan would be felt."""
        if self.currentIndex() == OVERDUE:
            self.overdue.show_rows([row for row in self._every if row.days_overdue])
        elif self.currentIndex() == OPEN and self._is_hers:
            self.hers.show_rows(self._hers)
        elif self.currentIndex() == OPEN:
            self.open.show_rows(self._every)

    def show_copies(self, rows: Sequence[CopyRow], asked: str) -> None:
        """The copies that were asked for."""
        if asked and not rows:
            self.copies.say_when_empty(f"No copy here fits “{asked}”.", icon="search")
        elif not asked:
            self.copies.say_when_empty("Type an item number or a pattern to see who has it.", icon="search")
        self.copies.show_rows(rows)

    def ask_for_copies(self, text: str) -> None:
        """Put a question into the search box, in front, and ask it at once."""
        self.setCurrentIndex(COPIES)
        self.search.setText(text)
        self.search.ask_now()

    def _loan_table(
        self, name: str, accessible_name: str, today: Callable[[], date], view_state: ViewState, *, with_designer: bool
    ) -> RowTable[LoanRow]:
        columns = loan_columns(today, with_designer=with_designer)
        table: RowTable[LoanRow] = RowTable(
            name, accessible_name, columns, key=lambda row: row.loan_id, view_state=view_state
        )
        table.add_row_action("Take back", lambda: self._take_back(table), "R")
        if with_designer:
            table.row_activated.connect(self._on_loan_activated)
        return table

    def _add_copy_actions(self) -> None:
        self.copies.add_row_action("Choose who has it", self._choose_holder, "W")
        self.copies.row_activated.connect(self._on_copy_activated)

    def _say_when_empty(self) -> None:
        self.open.say_when_empty("Every memo is in. Scan a designer's card to lend some.", icon="library")
        self.overdue.say_when_empty("Nothing is overdue.", icon="good")
        self.show_copies((), "")

    def _lay_out(self) -> None:
        loans, finder = QWidget(), QWidget()
        for widget, parts in ((loans, (self.hers, self.open)), (finder, (self.search, self.copies))):
            layout = QVBoxLayout(widget)
            layout.setContentsMargins(0, SMALL, 0, 0)
            layout.setSpacing(SMALL)
            for part in parts:
                layout.addWidget(part, 1 if isinstance(part, RowTable) else 0)
        late = QWidget()
        layout = QVBoxLayout(late)
        layout.setContentsMargins(0, SMALL, 0, 0)
        layout.addWidget(self.overdue)
        self.addTab(loans, "Open loans")
        self.addTab(late, "Overdue")
        self.addTab(finder, "Who has it")
        for place, key in enumerate(("F2", "F3", "F7")):
            self.setTabToolTip(place, key)

    def _on_tab_changed(self, _place: int) -> None:
        self._fill_tab_in_front()

    def _take_back(self, table: RowTable[LoanRow]) -> None:
        copy_ids = tuple(row.copy_id for row in table.selected_rows())
        if copy_ids:
            self.take_back_wanted.emit(copy_ids)

    def _on_loan_activated(self, row: LoanRow) -> None:
        self.designer_wanted.emit(row.designer_id)

    def _on_copy_activated(self, row: CopyRow) -> None:
        if row.designer_id:
            self.designer_wanted.emit(row.designer_id)

    def _choose_holder(self) -> None:
        row = self.copies.current_row()
        if row is not None:
            self._on_copy_activated(row)
