"""Who stands at the desk: her card, what to know of her, the sidemark and due day of the visit, and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from desktop.features.library.visit import Visit
from desktop.features.library.words import day_words
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.chips import Chip, ChipLabel
from desktop.widgets.colours import Tone
from desktop.widgets.panels import Fact, Panel, label
from desktop.widgets.theme import GAP, SMALL, WIDE, TextRole, set_tone


class VisitField(QLineEdit):
    """A field beside the scan box: Enter says it, Esc leaves it as it was; both go back to the scan box."""

    said = Signal(str)
    left = Signal()

    def __init__(self, name: str, accessible_name: str, placeholder: str, most: int = 80) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setPlaceholderText(placeholder)
        self.setMaxLength(most)
        self._stands = ""

    def show_said(self, text: str) -> None:
        """What holds now; text that a person is typing stays."""
        if self.text() == self._stands:
            self.setText(text)
        self._stands = text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc end the field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._stands = self.text()
            self.said.emit(self.text())
        elif event.key() == Qt.Key.Key_Escape:
            self.setText(self._stands)
            self.left.emit()
        else:
            super().keyPressEvent(event)


class VisitPanel(Panel):
    """Shows the visit; what a person wants goes out by the signals of its fields and the slots it was given."""

    def __init__(self, today: Callable[[], date], slots: VisitSlots) -> None:
        super().__init__()
        self.setObjectName("visit_panel")
        self._today = today
        self._name = label("", TextRole.TITLE)
        self._name.setObjectName("visit_designer")
        self._firm = label("", muted=True)
        self._firm.setObjectName("visit_firm")
        self._warning = label("", wrap=True)
        self._warning.setObjectName("visit_warning")
        self._notes = label("", wrap=True)
        self._notes.setObjectName("visit_notes")
        self._blocked = ChipLabel(Chip(Tone.BAD, "Blocked", "lock"))
        self._out, self._overdue, self._taken = Fact("Out now"), Fact("Overdue"), Fact("This visit")
        self.sidemark = VisitField("sidemark", "Sidemark of this visit", "Her project, once for all  (F6)")
        self.due_day = VisitField("due_day", "Due day of this visit", "12/24, 24 Dec, +21", most=20)
        self.receipt = Button("visit_receipt", "Receipt", slots.receipt, kind=Kind.PRIMARY, icon_name="print", key="F8")
        self.done = Button("visit_done", "Done", slots.done, icon_name="check", key="F9")
        self.edit = Button("visit_edit", "Card", slots.edit, kind=Kind.QUIET, icon_name="edit", key="Ctrl+E")
        self._lay_out()
        self.show_visit(Visit(), "", "")

    def show_visit(self, visit: Visit, warning: str, usual_due: str) -> None:
        """The designer who is here, or that nobody is."""
        designer = visit.designer
        self.setVisible(designer is not None)
        if designer is None:
            return
        self._name.setText(designer.name)
        self._name.setToolTip(designer.name)
        self._firm.setText(" · ".join(part for part in (designer.firm, designer.city, designer.phone) if part))
        self._blocked.setVisible(designer.blocked)
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        self._notes.setText(designer.notes)
        self._notes.setVisible(bool(designer.notes))
        self.show_taken(len(visit.loans))
        self.sidemark.show_said(visit.sidemark)
        self.due_day.show_said(day_words(visit.due_on, self._today()) if visit.due_on else "")
        self.due_day.setPlaceholderText(f"{usual_due}  (F10)")

    def show_taken(self, count: int) -> None:
        """How many memos left at this visit."""
        self._taken.show_value(str(count))
        self.receipt.setEnabled(bool(count))

    def show_counts(self, out: int, overdue: int) -> None:
        """How many memos she has, and how many of them are late."""
        self._out.show_value(str(out))
        self._overdue.show_value(str(overdue))
        set_tone(self._overdue_words(), Tone.BAD if overdue else None)

    def facts(self) -> dict[str, str]:
        """The figures by caption, as a person reads them."""
        return {"Out now": self._out.value, "Overdue": self._overdue.value, "This visit": self._taken.value}

    def _overdue_words(self) -> QWidget:
        return self._overdue.findChildren(type(self._name))[-1]

    def _lay_out(self) -> None:
        # Long names must not push the tables beside them off the screen.
        for words in (self._name, self._firm):
            words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top = QHBoxLayout()
        top.setSpacing(WIDE)
        top.addWidget(self._name, 1)
        top.addWidget(self._blocked)
        for fact in (self._out, self._overdue, self._taken):
            top.addWidget(fact)
        self.body.addLayout(top)
        set_tone(self._warning, Tone.ATTENTION)
        second = QHBoxLayout()
        second.setSpacing(SMALL)
        second.addWidget(self._firm, 1)
        second.addWidget(self.edit)
        self.body.addLayout(second)
        for words in (self._warning, self._notes):
            self.body.addWidget(words)
        self.body.addLayout(self._fields())

    def _fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(SMALL)
        for row, (caption, field) in enumerate((("Sidemark", self.sidemark), ("Due", self.due_day))):
            words = label(caption, muted=True)
            words.setBuddy(field)
            grid.addWidget(words, row, 0)
            grid.addWidget(field, row, 1, 1, 1 if row else 3)
        buttons = QHBoxLayout()
        buttons.setSpacing(SMALL)
        for button in (self.done, self.receipt):
            buttons.addWidget(button)
        grid.addLayout(buttons, 1, 2, 1, 2)
        grid.setColumnStretch(1, 1)
        return grid


class VisitSlots:
    """What the buttons of the visit do."""

    def __init__(self, receipt: Callable[[], None], done: Callable[[], None], edit: Callable[[], None]) -> None:
        """One slot a button."""
        self.receipt = receipt
        self.done = done
        self.edit = edit
