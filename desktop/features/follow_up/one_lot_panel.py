"""The answers to “will one lot do it”, between a filter and its list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.feature import FeatureContext
from desktop.features.follow_up.line_columns import one_lot_columns
from desktop.features.follow_up.one_lot_answers import answer_words, verdict_words
from desktop.features.follow_up.rows import Elsewhere, OneLotAnswer
from desktop.widgets.announce import announce
from desktop.widgets.panels import label
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import SMALL
from shared_models.kernel.measures import quantity_text

_MOST_SEEN = 5


class OneLotPanel(QWidget):
    """Hidden until somebody asks. `elsewhere_wanted` carries the stock of the item whose answer was taken."""

    elsewhere_wanted = Signal(object)

    def __init__(self, name: str, context: FeatureContext) -> None:
        super().__init__()
        self.setObjectName(name)
        self._name, self._context = name, context
        self.table: RowTable[OneLotAnswer] | None = None
        self.words = label("", wrap=True)
        self.words.setObjectName(f"{name}_words")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SMALL)
        self._layout.addWidget(self.words)
        self.hide()

    def show_answers(self, answers: Sequence[OneLotAnswer]) -> None:
        """Tells other answers; none when nothing was asked."""
        if not answers:
            self.hide()
            return
        table = self.table or self._make_table()
        table.show_rows(answers)
        rows = min(len(answers), _MOST_SEEN)
        height = table.horizontalHeader().minimumHeight() + rows * table.verticalHeader().defaultSectionSize()
        table.setFixedHeight(height + 2 * table.frameWidth() + 1)
        self._tell()
        self.show()
        announce(table, f"{answers[0].item_no}, {self.words.text()}")

    def _make_table(self) -> RowTable[OneLotAnswer]:
        self.table = RowTable(
            f"table_{self._name}", "Will one lot do it", one_lot_columns(self._context.desk.clock.now),
            key=lambda row: (row.distributor_id, row.item_no), view_state=self._context.view_state,
        )  # fmt: skip
        self.table.row_activated.connect(self._on_row)
        self.table.selection_altered.connect(self._tell)
        self._layout.insertWidget(0, self.table)
        return self.table

    def _tell(self) -> None:
        """The answer of the chosen item in a sentence, else that of the first."""
        row = None
        if self.table is not None:
            row = next(iter(self.table.selected_rows()), None) or self.table.row_at(0)
        if row is not None:
            sentence = answer_words(row, self._context.desk.clock.now())
            self.words.setText(f"{row.item_no}: {verdict_words(row.answer)}. {sentence}")

    def _on_row(self, row: OneLotAnswer) -> None:
        self.elsewhere_wanted.emit(Elsewhere("stock", f"{row.item_no} {quantity_text(row.answer.needed)}"))
