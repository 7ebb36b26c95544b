"""The packing bench: one ticket, its lines in the order of the bins, and what is going to be said of each."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from desktop.features.picking.bench import Bench
from desktop.features.picking.columns import bench_columns, counted, line_tip
from desktop.features.picking.mismatch_panel import MismatchPanel
from desktop.features.picking.rows import BenchLine
from desktop.features.picking.scan_meaning import ScanMeaning
from desktop.foundation.view_state import ViewState
from desktop.widgets.answer_line import AnswerLine
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.colours import Tone
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.panels import Fact, Panel, label
from desktop.widgets.row_table import RowTable
from desktop.widgets.scan_field import ScanField
from desktop.widgets.theme import GAP, SMALL, TEXT_PIXELS, WIDE, TextRole

_NO_TICKET = "Scan a ticket, or type its number"
_LARGE = 18 / 13
"""As large as all columns still fit into a window of 1280 px."""
_LINE_KEYS = {Qt.Key.Key_S: "shipped", Qt.Key.Key_B: "backordered", Qt.Key.Key_W: "will_not_ship"}


class _LineTable(RowTable[BenchLine]):
    """The lines, with one key for each outcome. `outcome_pressed` carries it; `clear_pressed` takes it back."""

    outcome_pressed = Signal(str)
    rest_pressed = Signal()
    clear_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """S, B, W, A and Delete; everything else as in any table."""
        key = Qt.Key(event.key())
        if event.modifiers() == Qt.KeyboardModifier.NoModifier and key in _LINE_KEYS:
            self.outcome_pressed.emit(_LINE_KEYS[key])
        elif event.modifiers() == Qt.KeyboardModifier.NoModifier and key == Qt.Key.Key_A:
            self.rest_pressed.emit()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear_pressed.emit()
        else:
            super().keyPressEvent(event)


class BenchPanel(QWidget):
    """Shows a `Bench`; its signals say what the picker wants, the page does it.

    The page lays `scan_box` out: it is armed on every tab.
    """

    outcome_wanted = Signal(str)
    rest_wanted = Signal()
    clear_wanted = Signal()
    confirm_wanted = Signal()
    leave_wanted = Signal()
    freight_edited = Signal(str, str)
    large_wanted = Signal(bool)

    def __init__(self, view_state: ViewState) -> None:
        super().__init__()
        self._bench: Bench | None = None
        self.scan_box = ScanField(_NO_TICKET, "Scan a ticket or a sample")
        self._answer = AnswerLine("Scan the ticket first; then each sample you lay into the parcel.")
        self._mismatch = MismatchPanel()
        self._mismatch.hide()
        self.table = _LineTable(
            "table_lines", "Lines of this ticket", bench_columns(lambda: self._bench), key=lambda line: line.line_id,
            view_state=view_state,
        )  # fmt: skip
        self.number = label("", TextRole.TITLE)
        self.number.setObjectName("ticket_number")
        self.showroom, self.designer = Fact("Showroom"), Fact("Designer")
        self.method, self.sidemark = Fact("Ship by"), Fact("Sidemark")
        self.address = label("", wrap=True)
        self.note = label("", muted=True, wrap=True)
        self.carrier, self.tracking = QLineEdit(), QLineEdit()
        self.line_note = label(" ", muted=True)
        self.line_note.setObjectName("line_note")
        self.progress = label("", muted=True)
        self.progress.setObjectName("bench_progress")
        self.confirm = Button(
            "confirm_lines", "Confirm", self.confirm_wanted.emit, kind=Kind.PRIMARY, icon_name="check",
            key="Ctrl+Return",
        )  # fmt: skip
        self.rest = Button("rest_shipped", "All the rest shipped", self.rest_wanted.emit, icon_name="truck", key="F7")
        self.large = Button("large_type", "Large type", self._ask_large, kind=Kind.QUIET, key="F8")
        self.large.setCheckable(True)
        self.leave = Button("leave_ticket", "Put aside", self.leave_wanted.emit, kind=Kind.QUIET, key="F9")
        self._stack = QStackedWidget()
        self._name_fields()
        self._connect()
        self._lay_out()
        self.show_bench(None)

    def show_bench(self, bench: Bench | None) -> None:
        """Shows the ticket on the bench, or that there is none."""
        self._bench = bench
        self._stack.setCurrentIndex(0 if bench is None else 1)
        if bench is None:
            self.scan_box.setPlaceholderText(_NO_TICKET)
            return
        request = bench.request
        self.scan_box.setPlaceholderText("Scan a sample, or the carrier's label")
        self.number.setText(request.number or "Number comes with the next sync")
        self.showroom.show_value(request.showroom)
        self.designer.show_value(request.designer or "showroom's own")
        self.method.show_value(request.ship_method or "any way")
        self.sidemark.show_value(request.sidemark or "none")
        self.address.setText(", ".join(request.ship_to))
        self.note.setText(request.note)
        self.note.setVisible(bool(request.note))
        for field, text in ((self.carrier, bench.carrier), (self.tracking, bench.tracking_no)):
            if field.text() != text:
                field.setText(text)
        self.table.show_rows(request.lines)
        if self.table.current_row() is None and request.lines:
            self.table.select_place(0)
        self._show_note()
        marked = sum(one.quantity for one in bench.markings)
        still_open = sum(line.still_open for line in request.lines)
        self.progress.setText(f"{marked} of {counted(still_open, 'sample')} marked")
        self.confirm.setEnabled(bool(bench.markings))
        self.rest.setEnabled(not bench.is_complete)

    def say(self, tone: Tone, title: str, detail: str) -> None:
        """The answer to the last scan or key."""
        self._mismatch.hide()
        self._answer.show()
        self._answer.say(tone, title, detail)

    def say_mismatch(self, scanned: ScanMeaning, expected: BenchLine | None, more: int) -> None:
        """A wrong sample: both names side by side until the next scan."""
        self._mismatch.show_both(scanned, expected, more)
        self._answer.hide()
        self._mismatch.show()

    def rest_answer(self) -> None:
        """Says what to do first."""
        self._mismatch.hide()
        self._answer.show()
        self._answer.rest()

    @property
    def said(self) -> tuple[Tone, str]:
        """The answer that stands there now."""
        if self._mismatch.isHidden():
            return self._answer.tone, self._answer.said
        return Tone.BAD, self._mismatch.said

    def show_large(self, on: bool) -> None:
        """The lines in type that can be read at arm's length, or in the program's own."""
        self.large.setChecked(on)
        font = QFont()
        if on:
            pixels = QApplication.font().pixelSize()
            font.setPixelSize(round((pixels if pixels > 0 else TEXT_PIXELS[TextRole.BODY]) * _LARGE))
        self.table.setFont(font)

    def changeEvent(self, event: QEvent) -> None:
        """Large type stays larger than the rest when all type grows or the colours change."""
        super().changeEvent(event)
        is_other = event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange)
        if is_other and hasattr(self, "large") and self.large.isChecked():
            # The table hears of the same change after this panel, and takes the program's own font then.
            QTimer.singleShot(0, self, self._enlarge_again)

    def _enlarge_again(self) -> None:
        self.show_large(self.large.isChecked())

    def chosen_lines(self) -> list[BenchLine]:
        """The lines that a key is about."""
        current = self.table.current_row()
        return self.table.selected_rows() or ([current] if current is not None else [])

    def _ask_large(self) -> None:
        self.large_wanted.emit(self.large.isChecked())

    def _show_note(self) -> None:
        line = self.table.current_row()
        self.line_note.setText(line_tip(line) if line is not None else " ")

    def _name_fields(self) -> None:
        for field, name, words in (
            (self.carrier, "carrier", "Carrier"),
            (self.tracking, "tracking_no", "Tracking number"),
        ):
            field.setObjectName(name)
            field.setAccessibleName(words)
            field.setPlaceholderText(words)
        self.carrier.setMaximumWidth(140)

    def _connect(self) -> None:
        self.table.outcome_pressed.connect(self.outcome_wanted)
        self.table.rest_pressed.connect(self.rest_wanted)
        self.table.clear_pressed.connect(self.clear_wanted)
        self.table.selection_altered.connect(self._show_note)
        for field in (self.carrier, self.tracking):
            field.textEdited.connect(lambda _text: self.freight_edited.emit(self.carrier.text(), self.tracking.text()))

    def _lay_out(self) -> None:
        nothing = EmptyState()
        nothing.say("No ticket on the bench. Scan one, or choose a request in the queue.", icon="scan")
        self._stack.addWidget(nothing)
        self._stack.addWidget(self._ticket())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, GAP, 0, 0)
        layout.setSpacing(GAP)
        layout.addWidget(self._answer)
        layout.addWidget(self._mismatch)
        layout.addWidget(self._stack, 1)

    def _ticket(self) -> QWidget:
        facts = QHBoxLayout()
        facts.setSpacing(WIDE)
        facts.addWidget(self.number)
        facts.addSpacing(WIDE)
        for fact in (self.showroom, self.designer, self.method, self.sidemark):
            facts.addWidget(fact)
        facts.addStretch(1)
        facts.addWidget(self.large)
        facts.addWidget(self.leave)
        keys = QHBoxLayout()
        keys.setSpacing(SMALL)
        for name, text, outcome, icon in (
            ("mark_shipped", "Shipped", "shipped", "truck"),
            ("mark_backordered", "Backordered…", "backordered", "backorder"),
            ("mark_will_not_ship", "Will not ship…", "will_not_ship", "close"),
        ):
            keys.addWidget(self._outcome_button(name, text, outcome, icon))
        keys.addWidget(self.rest)
        keys.addStretch(1)
        foot = QHBoxLayout()
        foot.setSpacing(SMALL)
        foot.addWidget(self.address, 1)
        foot.addWidget(self.carrier)
        foot.addWidget(self.tracking, 1)
        foot.addWidget(self.progress)
        foot.addWidget(self.confirm)
        panel = Panel()
        panel.body.addLayout(facts)
        panel.body.addWidget(self.note)
        panel.body.addWidget(self.table, 1)
        panel.body.addWidget(self.line_note)
        panel.body.addLayout(keys)
        panel.body.addLayout(foot)
        return panel

    def _outcome_button(self, name: str, text: str, outcome: str, icon: str) -> Button:
        button = Button(name, text, lambda: self.outcome_wanted.emit(outcome), icon_name=icon)
        button.setToolTip(f"{text.rstrip('…')}  {outcome[0].upper()}")
        return button
