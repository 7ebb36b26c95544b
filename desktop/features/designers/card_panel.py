"""The designer chosen in the list: how to reach her, what to know, what is out to her, and the next step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from desktop.features.designers.columns import certificate_words, day_words, memo_columns
from desktop.features.designers.rows import DesignerRow, MemoRow
from desktop.foundation.view_state import ViewState
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.chips import Chip, ChipLabel
from desktop.widgets.colours import Tone
from desktop.widgets.panels import Fact, Panel, label
from desktop.widgets.row_table import RowTable
from desktop.widgets.theme import GAP, SMALL, WIDE, TextRole, set_tone


class CardPanel(Panel):
    """Shows one designer; empty until one is chosen."""

    def __init__(
        self, today: Callable[[], date], view_state: ViewState, lend: Callable[[], None], edit: Callable[[], None]
    ) -> None:
        super().__init__()
        self.setObjectName("designer_panel")
        self._today = today
        self._name = label("", TextRole.TITLE, wrap=True)
        self._name.setObjectName("designer_name")
        self._lines = label("", muted=True, wrap=True)
        self._lines.setObjectName("designer_lines")
        self._notes = label("", wrap=True)
        self._notes.setObjectName("designer_notes")
        self._warning = label("", wrap=True)
        self._warning.setObjectName("designer_warning")
        set_tone(self._warning, Tone.ATTENTION)
        self._blocked = ChipLabel(Chip(Tone.BAD, "Blocked", "lock"))
        self._facts = {name: Fact(name) for name in ("Card", "Resale certificate", "Out now", "Overdue")}
        self.lend = Button(
            "lend_to_designer", "Lend to her", lend, kind=Kind.PRIMARY, icon_name="lend", key="Ctrl+Return"
        )
        self.edit = Button("edit_designer", "Edit card", edit, icon_name="edit", key="Ctrl+E")
        self.memos: RowTable[MemoRow] = RowTable(
            "table_memos", "Memos out to her", memo_columns(today), key=lambda row: row.loan_id, view_state=view_state
        )
        self._lay_out()
        self.show_designer(None, ())

    def show_designer(self, row: DesignerRow | None, memos: Sequence[MemoRow], certificate_no: str = "") -> None:
        """Another designer, or none."""
        self.lend.setEnabled(row is not None)
        self.edit.setEnabled(row is not None)
        self._blocked.setVisible(row is not None and row.blocked)
        self.memos.say_when_empty(
            f"Nothing is out to {row.name}." if row else "Choose a designer to see her card.", icon="designers"
        )
        self.memos.show_rows(memos)
        self._name.setText(row.name if row else "")
        lines = (
            (row.firm, ", ".join(part for part in (row.city, row.state) if part), row.phone, row.email) if row else ()
        )
        self._lines.setText(" · ".join(part for part in lines if part))
        self._notes.setText(row.notes if row else "")
        self._notes.setVisible(bool(row and row.notes))
        warning = certificate_words(row.resale_expires_on, self._today()) if row else ""
        self._warning.setText(f"{warning}. Ask her for the new one." if warning else "")
        self._warning.setVisible(bool(warning))
        self._show_facts(row, certificate_no)

    def _show_facts(self, row: DesignerRow | None, certificate_no: str) -> None:
        until = f" until {day_words(row.resale_expires_on)}" if row and row.resale_expires_on else ""
        values = (
            (row.card_barcode or "none", f"{certificate_no or 'none'}{until}", str(row.out), str(row.overdue))
            if row
            else ("", "", "", "")
        )
        for fact, value in zip(self._facts.values(), values, strict=True):
            fact.show_value(value)
            fact.setVisible(row is not None)

    def _lay_out(self) -> None:
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top, facts = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(SMALL)
        top.addWidget(self._name, 1)
        for widget in (self._blocked, self.edit, self.lend):
            top.addWidget(widget)
        facts.setSpacing(WIDE)
        for fact in self._facts.values():
            facts.addWidget(fact)
        facts.addStretch(1)
        self.body.setSpacing(GAP - 2)
        self.body.addLayout(top)
        for words in (self._lines, self._warning, self._notes):
            self.body.addWidget(words)
        self.body.addLayout(facts)
        self.body.addWidget(self.memos, 1)
