"""Labelled fields in a column, each with room for a sentence when what stands in it will not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from desktop.widgets.buttons import plain
from desktop.widgets.colours import Tone
from desktop.widgets.panels import label
from desktop.widgets.theme import GAP, TextRole, set_tone

FormValue = str | int | bool | date | None


class Form(QWidget):
    """Fields with their labels at the left; names are object names as well as keys of `values`.

    Errors are sentences below their field, shown by `show_errors` and gone when the field is edited.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(GAP)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._readers: dict[str, Callable[[], FormValue]] = {}
        self._writers: dict[str, Callable[[FormValue], None]] = {}
        self._fields: dict[str, QWidget] = {}
        self._errors: dict[str, QLabel] = {}

    def add_text(
        self, name: str, caption: str, value: str = "", *, placeholder: str = "", secret: bool = False
    ) -> QLineEdit:
        """One line of text; `secret` hides what is typed."""
        field = QLineEdit(value)
        field.setPlaceholderText(placeholder)
        if secret:
            field.setEchoMode(QLineEdit.EchoMode.Password)
        field.textEdited.connect(lambda _text: self.clear_error(name))
        self._add(name, caption, field, field.text, lambda new: field.setText(str(new or "")))
        return field

    def add_note(self, name: str, caption: str, value: str = "", *, lines: int = 3) -> QPlainTextEdit:
        """Several lines of text; Tab leaves the field."""
        field = QPlainTextEdit(value)
        field.setTabChangesFocus(True)
        field.setFixedHeight(field.fontMetrics().lineSpacing() * lines + 18)
        field.textChanged.connect(lambda: self.clear_error(name))
        self._add(name, caption, field, field.toPlainText, lambda new: field.setPlainText(str(new or "")))
        return field

    def add_number(
        self, name: str, caption: str, value: int = 0, *, least: int = 0, most: int = 9_999, unit: str = ""
    ) -> QSpinBox:
        """A whole number between `least` and `most`, with its unit."""
        field = QSpinBox(minimum=least, maximum=most)
        field.lineEdit().setTextMargins(6, 0, 6, 0)
        field.setValue(value)
        field.setSuffix(f" {unit}" if unit else "")
        field.valueChanged.connect(lambda _value: self.clear_error(name))
        self._add(name, caption, field, field.value, lambda new: field.setValue(new if isinstance(new, int) else least))
        return field

    def add_date(self, name: str, caption: str, value: date) -> QDateEdit:
        """A day, with a calendar to drop down."""
        field = QDateEdit(_qdate(value))
        field.setCalendarPopup(True)
        field.setDisplayFormat("ddd d MMM yyyy")
        field.dateChanged.connect(lambda _day: self.clear_error(name))

        def write(new: FormValue) -> None:
            if isinstance(new, date):
                field.setDate(_qdate(new))

        self._add(name, caption, field, lambda: _day(field.date()), write)
        return field

    def add_choice(self, name: str, caption: str, choices: Sequence[tuple[str, str]], value: str = "") -> QComboBox:
        """One of (key, words); its value is the key."""
        field = QComboBox()
        for key, words in choices:
            field.addItem(words, key)
        field.setCurrentIndex(max(0, field.findData(value)))
        field.currentIndexChanged.connect(lambda _place: self.clear_error(name))
        self._add(
            name,
            caption,
            field,
            lambda: str(field.currentData() or ""),
            lambda new: field.setCurrentIndex(max(0, field.findData(new))),
        )
        return field

    def add_switch(self, name: str, caption: str, value: bool = False) -> QCheckBox:
        """A tick; its caption stands beside the box."""
        field = QCheckBox(plain(caption))
        field.setChecked(value)
        field.toggled.connect(lambda _on: self.clear_error(name))
        self._add(name, "", field, field.isChecked, lambda new: field.setChecked(bool(new)))
        field.setAccessibleName(caption)
        return field

    def add_widget(self, caption: str, widget: QWidget) -> None:
        """Any other widget in a row of its own; the form neither reads nor writes it."""
        row = self._grid.rowCount()
        self._grid.addWidget(label(caption, muted=True), row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(widget, row, 1)
        self._grid.setRowMinimumHeight(row + 1, GAP - 4)

    def values(self) -> dict[str, FormValue]:
        """What stands in the fields, texts without blanks at their ends."""
        found = {name: read() for name, read in self._readers.items()}
        return {name: value.strip() if isinstance(value, str) else value for name, value in found.items()}

    def text(self, name: str) -> str:
        """What stands in one field of text or choice."""
        return str(self.values()[name] or "")

    def show_values(self, values: Mapping[str, FormValue]) -> None:
        """Writes fields; names the form does not have are an error of ours (KeyError)."""
        for name, value in values.items():
            self._writers[name](value)
            self.clear_error(name)

    def field(self, name: str) -> QWidget:
        """The field itself."""
        return self._fields[name]

    def show_errors(self, errors: Mapping[str, str]) -> None:
        """Puts each sentence below its field, clears the others, and goes to the first one in error."""
        for name in self._fields:
            if name in errors:
                self._show_error(name, errors[name])
            else:
                self.clear_error(name)
        first = next((name for name in self._fields if name in errors), None)
        if first is not None:
            self._fields[first].setFocus(Qt.FocusReason.OtherFocusReason)

    def errors(self) -> dict[str, str]:
        """The sentences shown now, by field."""
        return {name: shown.text() for name, shown in self._errors.items() if not shown.isHidden()}

    def clear_error(self, name: str) -> None:
        """Takes the sentence below a field away."""
        self._errors[name].hide()
        set_tone(self._fields[name], None)
        self._fields[name].setAccessibleDescription("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sentences wrap anew in another width."""
        super().resizeEvent(event)
        self._fit_errors()

    def _fit_errors(self) -> None:
        # A wrapped label tells its layout the height of a narrower guess; inside a scroll area the rows below
        # would then be laid over it.
        for name, error in self._errors.items():
            if not error.isHidden():
                width = max(self._fields[name].width(), 80)
                error.setMinimumHeight(error.heightForWidth(width))

    def _show_error(self, name: str, sentence: str) -> None:
        self._errors[name].setText(sentence)
        self._errors[name].show()
        self._fit_errors()
        set_tone(self._fields[name], Tone.BAD)
        self._fields[name].setAccessibleDescription(sentence)

    def _add(
        self,
        name: str,
        caption: str,
        field: QWidget,
        read: Callable[[], FormValue],
        write: Callable[[FormValue], None],
    ) -> None:
        field.setObjectName(name)
        field.setAccessibleName(caption)
        words = label(caption, muted=True)
        words.setBuddy(field)
        error = label("", TextRole.CAPTION, wrap=True)
        error.setObjectName(f"{name}_error")
        set_tone(error, Tone.BAD)
        error.hide()
        row = self._grid.rowCount()
        self._grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(field, row, 1)
        self._grid.addWidget(error, row + 1, 1)
        # Air between fields, whether or not an error stands there.
        self._grid.setRowMinimumHeight(row + 2, GAP - 4)
        self._fields[name], self._errors[name] = field, error
        self._readers[name], self._writers[name] = read, write


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _day(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
