"""One list of the follow-up: its filter, its table, and writing it to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.feature import FeatureContext
from desktop.features.follow_up.ages import Age, age_of, ages_sentence, freshness_by_line
from desktop.features.follow_up.columns import ages_chip
from desktop.features.follow_up.export import write_list
from desktop.features.follow_up.line_rows import houses
from desktop.features.follow_up.lists import FollowUpList
from desktop.features.follow_up.one_lot_answers import answers_to
from desktop.features.follow_up.one_lot_panel import OneLotPanel
from desktop.features.follow_up.ordered_places import OrderedPlaces
from desktop.features.follow_up.rows import AnySeen, Elsewhere, OneLotAnswer, Step
from desktop.features.follow_up.sources import Asked
from desktop.features.follow_up.words import counted
from desktop.foundation.jobs import Job
from desktop.widgets.buttons import Button
from desktop.widgets.chips import ChipLabel
from desktop.widgets.columns import Order
from desktop.widgets.panels import label
from desktop.widgets.row_model import PAGE_ROWS
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox
from desktop.widgets.theme import GAP, SMALL, set_muted

_COMPLETE_AFTER_MILLISECONDS = 150
_KINDS = "Excel workbook (*.xlsx);;CSV file (*.csv)"


class _Found(NamedTuple):
    places: Sequence[int]
    nothing_at_all: bool
    chosen: int | None
    """The place of the row that was looked for."""
    answers: list[OneLotAnswer]
    """To “will one lot do it”, where that is what was typed."""
    ages: dict[str, Age]
    """How old the distributors' figures are, by their names."""
    missing: str
    """What distributors do not tell this station."""
    first: Mapping[int, AnySeen]
    """The rows that are seen at first, read beside the window's thread."""


class _Amount(QLabel):
    """How many rows there are. Its size does not follow its words: nothing is laid out anew at a keystroke."""

    def __init__(self, one: str) -> None:
        super().__init__()
        set_muted(self)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._widest = counted(999_999, one)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Takes another room with another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "_widest"):
            self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.setFixedSize(metrics.horizontalAdvance(self._widest) + SMALL, metrics.height() + SMALL)


class ListPanel(QWidget):
    """Filters as one types, orders by any column, reads rows on sight.

    `row_chosen` carries the row of the source or None, `elsewhere_wanted` the `Elsewhere` that an answer leads to.
    """

    row_chosen = Signal(object)
    elsewhere_wanted = Signal(object)

    def __init__(self, shown: FollowUpList, context: FeatureContext) -> None:
        super().__init__()
        self.shown = shown
        self._context = context
        self._asked: Job | None = None
        self._looked_for: Elsewhere | None = None
        self.source = shown.make_source()
        self.columns = shown.columns(context.desk.clock.now)
        self._sortable = frozenset(column.key for column in self.columns if column.sortable)
        self.filter = SearchBox(f"filter_{shown.name}", shown.filter_words)
        self.open_only = QCheckBox(shown.open_words)
        self.open_only.setObjectName(f"{shown.name}_open")
        self.open_only.setChecked(shown.opens_open)
        self.amount = _Amount(shown.one)
        self.amount.setObjectName(f"{shown.name}_amount")
        self.export = Button(f"export_{shown.name}", "Export…", self._ask_file, icon_name="down", key="Ctrl+E")
        self.table: RowTable[AnySeen] = RowTable(
            f"table_{shown.name}", shown.title, self.columns, key=lambda row: row.place, view_state=context.view_state
        )
        self.places: Sequence[int] = ()
        self._first: Mapping[int, AnySeen] = {}
        self.one_lot = OneLotPanel(f"one_lot_{shown.name}", context)
        self.lateness = ChipLabel(ages_chip(()))
        self.lateness.setObjectName(f"{shown.name}_lateness")
        self.age = label("", muted=True, wrap=True)
        self.age.setObjectName(f"{shown.name}_age")
        self.missing = label("", muted=True, wrap=True)
        self.missing.setObjectName(f"{shown.name}_missing")
        self._connect()
        self._lay_out()

    def refresh(self) -> None:
        """Asks for the rows anew; an answer that is still awaited is given up."""
        if self._asked is not None:
            self._asked.cancel()
        desk, source = self._context.desk, self.source
        order = self.table.order
        by = order.key if order is not None and order.key in self._sortable else ""
        descending = order is not None and order.descending
        asked = Asked(self.filter.text().strip(), self.open_only.isChecked(), by, descending)
        row_id = self._looked_for.row_id if self._looked_for is not None else ""

        def ask() -> _Found:
            found = source.places(desk, asked)
            return _Found(
                found,
                not found and source.is_empty(desk),
                source.place_of(desk, row_id) if row_id else None,
                answers_to(desk.catalogue, desk.database.read(), asked.text, desk.clock.now()),
                self._ages(),
                source.missing(desk),
                source.rows_at(desk, found[:PAGE_ROWS]),
            )

        self._asked = self._context.jobs.submit_read(ask, self._show)

    def tell_age(self) -> None:
        """Tells anew how old the rows are: time passes, and what was on time becomes late."""
        self._context.jobs.submit_read(self._ages, self._show_ages)
        self.table.read_again()

    def look_for(self, wanted: Elsewhere) -> None:
        """Filters by the words, among all rows, and chooses the row that is meant, else the first that is found."""
        with QSignalBlocker(self.open_only):
            self.open_only.setChecked(False)
        self.filter.show_as_asked(wanted.text)
        self._looked_for = wanted
        self.refresh()

    def write(self, file: Path) -> None:
        """Writes what is listed to a file, beside the screen."""
        desk, shown, places, source = self._context.desk, self.shown, self.places, self.source
        columns = self.table.visible_columns()

        def say(count: int) -> None:
            self._context.notices.good(f"{counted(count, shown.one)} written to {file.name}.")

        def say_why(error: Exception) -> None:
            if not isinstance(error, OSError):
                raise error
            reason = error.strerror or str(error)
            self._context.notices.bad(f"“{file.name}” was not written: {reason}. Choose another place.")

        self._context.jobs.submit_read(
            lambda: write_list(file, shown.title, source, desk, places, columns), say, say_why
        )

    # --- inside ----------------------------------------------------------------------------------

    def _show(self, found: _Found) -> None:
        self.places, self._first = found.places, found.first
        if found.nothing_at_all:
            self.table.say_when_empty(self.shown.when_empty, icon="follow-up")
        elif self.shown.when_not_asked and not self.filter.text().strip():
            self.table.say_when_empty(self.shown.when_not_asked, icon="search")
        else:
            self.table.say_when_empty(self._nothing_matches(), icon="filter")
        self.table.show_ids(found.places, self._fetch)
        QTimer.singleShot(_COMPLETE_AFTER_MILLISECONDS, self, partial(self._complete, found.places))
        if self._looked_for is not None:
            self._looked_for = None
            if found.chosen is None or not self.table.select_key(found.chosen):
                self.table.select_place(0)
        self.amount.setText(counted(len(found.places), self.shown.one))
        self.one_lot.show_answers(found.answers)
        self._show_ages(found.ages)
        self.missing.setText(found.missing)
        self.missing.setVisible(bool(found.missing))
        self.export.setEnabled(bool(found.places))
        self._on_selection()

    def _complete(self, places: Sequence[int]) -> None:
        """The rest of an order is picked once the first rows are on the screen, unless another is asked by then."""
        if places is self.places and isinstance(places, OrderedPlaces):
            self._context.jobs.submit_read(places.complete)

    def _nothing_matches(self) -> str:
        if self.open_only.isChecked():
            return f"Nothing matches. Esc clears the filter; “{self.shown.open_words}” hides the others."
        return "Nothing matches. Esc clears the filter."

    def _fetch(self, places: Sequence[int]) -> Mapping[int, AnySeen]:
        if all(place in self._first for place in places):
            return self._first
        return self.source.rows_at(self._context.desk, places)

    def _ages(self) -> dict[str, Age]:
        """From any thread."""
        desk = self._context.desk
        reader, now = desk.database.read(), desk.clock.now()
        names = houses(reader)
        fresh = freshness_by_line(reader, self.source.datasets[0])
        return {names[line]: age_of("", one, now) for line, one in fresh.items() if line in names}

    def _show_ages(self, ages: Mapping[str, Age]) -> None:
        self.age.setText(ages_sentence(ages))
        self.lateness.show_chip(ages_chip(ages.values()))
        for shown in (self.age, self.lateness):
            shown.setVisible(bool(ages))

    def _on_selection(self) -> None:
        self.row_chosen.emit(self.table.current_row() if self.table.selected_rows() else None)

    def _connect(self) -> None:
        self.filter.walk(self.table)
        self.filter.asked.connect(lambda _text: self.refresh())
        self.open_only.toggled.connect(lambda _on: self.refresh())
        self.table.order_requested.connect(self._on_order)
        self.table.selection_altered.connect(self._on_selection)
        self.one_lot.elsewhere_wanted.connect(self.elsewhere_wanted)
        self.table.row_activated.connect(self._on_activated)

    def _on_activated(self, row: AnySeen) -> None:
        if isinstance(row, Step) and row.leads_to is not None:
            self.elsewhere_wanted.emit(row.leads_to)

    def _on_order(self, _order: Order) -> None:
        self.refresh()

    def _ask_file(self) -> None:
        suggested = f"{self.shown.title}.xlsx"
        name, kind = QFileDialog.getSaveFileName(self, f"Export {self.shown.title.lower()}", suggested, _KINDS)
        if name:
            file = Path(name)
            if file.suffix.lower() not in (".xlsx", ".csv"):
                file = file.with_name(file.name + (".csv" if "csv" in kind else ".xlsx"))
            self.write(file)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GAP)
        top.addWidget(self.filter, 1)
        top.addWidget(self.open_only)
        top.addWidget(self.amount)
        top.addWidget(self.export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(top)
        layout.addWidget(self.one_lot)
        layout.addWidget(self.table, 1)
        layout.addLayout(self._foot())

    def _foot(self) -> QVBoxLayout:
        """What is not told, and how old the rest is."""
        age = QHBoxLayout()
        age.setSpacing(SMALL)
        age.addWidget(self.lateness, 0, Qt.AlignmentFlag.AlignTop)
        age.addWidget(self.age, 1)
        foot = QVBoxLayout()
        foot.setSpacing(SMALL)
        foot.addWidget(self.missing)
        foot.addLayout(age)
        for later in (self.missing, self.age, self.lateness):
            later.hide()
        return foot
