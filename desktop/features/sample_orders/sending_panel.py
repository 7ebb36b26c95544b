"""Below the basket: for whom, where to, how, the sidemark, the likely duplicates, and the one step: send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QWidget

from desktop.features.sample_orders.basket import Draft
from desktop.features.sample_orders.columns import counted, moment_text
from desktop.features.sample_orders.rows import BasketLine, DesignerRow, EarlierRequest
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.colours import Tone
from desktop.widgets.panels import Panel, label
from desktop.widgets.search_box import SearchBox
from desktop.widgets.search_hit import SearchHit
from desktop.widgets.theme import GAP, SMALL, TextRole, set_tone
from shared_models.sample_orders.operations import ShipTo

SHIP_METHODS = ("Ground", "Second day", "Next day", "Hold for pick-up")
_TYPED = "typed"
_MOST_TOLD = 2
_STATUS_WORDS = {
    "pending": "pending",
    "shipped": "shipped",
    "backordered": "backordered",
    "in_part": "part of it settled",
    "will_not_ship": "will not ship",
    "cancelled": "cancelled",
}


class SendingPanel(Panel):
    """The form of one basket. `altered` fires when something was filled in, `send_wanted` on Send."""

    designer_asked = Signal(str)
    designer_chosen = Signal(object)
    designer_cleared = Signal()
    address_wanted = Signal()
    altered = Signal()
    send_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._draft = Draft()
        self._designer: DesignerRow | None = None
        self.designer = SearchBox("order_designer", "Showroom's own, or a designer")
        self.ship_to = _choice("ship_to", "Ship to")
        self.method = _choice("ship_method", "Ship method")
        self.sidemark = _text("sidemark", "Sidemark", "Client or project")
        self.note = _text("order_note", "Note", "For the sample department")
        for method in SHIP_METHODS:
            self.method.addItem(method, method)
        self.summary = label("", muted=True, wrap=True)
        self.summary.setObjectName("send_summary")
        self.warning = label("", TextRole.CAPTION, wrap=True)
        self.warning.setObjectName("duplicate_warning")
        set_tone(self.warning, Tone.ATTENTION)
        self.error = label("", TextRole.CAPTION, wrap=True)
        self.error.setObjectName("send_error")
        set_tone(self.error, Tone.BAD)
        self.send = Button(
            "send_basket", "Send", self.send_wanted.emit, kind=Kind.PRIMARY, icon_name="send", key="Ctrl+Return"
        )
        self._connect()
        self._lay_out()
        self.show_earlier((), None)
        self.say_error("")

    @property
    def draft(self) -> Draft:
        """What is filled in now."""
        return msgspec.structs.replace(
            self._draft,
            ship_to_kind=str(self.ship_to.currentData() or ""),
            ship_method=str(self.method.currentData() or ""),
            sidemark=self.sidemark.text().strip(),
            note=self.note.text().strip(),
        )

    def show_form(self, draft: Draft, designer: DesignerRow | None, showroom: ShipTo) -> None:
        """Fills the form for one basket."""
        self._draft, self._designer = draft, designer
        with QSignalBlocker(self.designer):
            self.designer.setText(designer.name if designer else "")
            self.designer.ask_now()
        with QSignalBlocker(self.ship_to):
            self.ship_to.clear()
            if designer is not None and designer.has_address:
                self.ship_to.addItem(f"{designer.name} — {address_line(designer.ship_to)}", "designer")
            self.ship_to.addItem(f"Showroom — {address_line(showroom)}", "showroom")
            if draft.typed.address1:
                self.ship_to.addItem(f"{draft.typed.name} — {address_line(draft.typed)}", _TYPED)
            self.ship_to.addItem("Another address…", "")
            self.ship_to.setCurrentIndex(max(self.ship_to.findData(draft.ship_to_kind), 0) if draft.ship_to_kind else 0)
        with QSignalBlocker(self.method):
            if draft.ship_method and self.method.findData(draft.ship_method) < 0:
                self.method.addItem(draft.ship_method, draft.ship_method)
            self.method.setCurrentIndex(max(self.method.findData(draft.ship_method), 0))
        for field, text in ((self.sidemark, draft.sidemark), (self.note, draft.note)):
            if not field.hasFocus():
                field.setText(text)

    def take_typed(self, ship_to: ShipTo, showroom: ShipTo) -> None:
        """Another address was typed: it is chosen from now on."""
        draft = msgspec.structs.replace(self.draft, typed=ship_to, ship_to_kind=_TYPED)
        self.show_form(draft, self._designer, showroom)
        self.altered.emit()

    def show_hits(self, rows: Sequence[DesignerRow]) -> None:
        """The designers that begin with what is typed."""
        self.designer.show_hits(
            [
                SearchHit(row.name, ", ".join(part for part in (row.firm, row.city) if part), "person", row)
                for row in rows
            ]
        )

    def show_summary(self, lines: Sequence[BasketLine]) -> None:
        """Says what Send would do."""
        houses = {line.distributor: line.takes_part for line in lines}
        self.send.setEnabled(bool(lines))
        self.send.setText(f"Send {counted(len(houses), 'request')}" if lines else "Send")
        mail_only = [name for name, takes_part in houses.items() if not takes_part]
        self.summary.setText(f"{' and '.join(mail_only)} by e-mail only." if mail_only else "")

    def show_earlier(self, found: Sequence[EarlierRequest], now: datetime | None) -> None:
        """The likely duplicates, newest first; none hides the line."""
        told = [
            f"{one.title or one.item_no}: asked for by {one.asked_by}, {moment_text(one.asked_at, now)}, "
            f"{_STATUS_WORDS[one.status]}"
            for one in found[:_MOST_TOLD]
            if now is not None
        ]
        more = f"; and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
        self.warning.setText(f"Likely asked for already — {'; '.join(told)}{more}." if told else "")
        self.warning.setVisible(bool(told))

    def say_error(self, sentence: str) -> None:
        """Why it was not sent; empty takes the sentence away."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))

    def _connect(self) -> None:
        self.designer.asked.connect(self._on_asked)
        self.designer.hit_chosen.connect(lambda hit: self.designer_chosen.emit(hit.value))
        self.designer.left.connect(self._on_designer_left)
        self.ship_to.activated.connect(self._on_ship_to)
        self.method.activated.connect(lambda _place: self.altered.emit())
        for field in (self.sidemark, self.note):
            field.editingFinished.connect(self.altered.emit)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(SMALL)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(3, 3)
        self._place(grid, 0, 0, "For", self.designer, columns=3)
        self._place(grid, 1, 0, "Ship to", self.ship_to, columns=3)
        self._place(grid, 2, 0, "Method", self.method)
        self._place(grid, 2, 2, "Sidemark", self.sidemark)
        self._place(grid, 3, 0, "Note", self.note, columns=3)
        last = QHBoxLayout()
        last.setSpacing(GAP)
        last.addWidget(self.summary, 1)
        last.addWidget(self.send)
        self.body.addLayout(grid)
        self.body.addWidget(self.warning)
        self.body.addWidget(self.error)
        self.body.addLayout(last)

    @staticmethod
    def _place(grid: QGridLayout, row: int, column: int, caption: str, field: QWidget, *, columns: int = 1) -> None:
        words = label(caption, muted=True)
        words.setBuddy(field)
        grid.addWidget(words, row, column)
        grid.addWidget(field, row, column + 1, 1, columns)

    def _on_asked(self, text: str) -> None:
        if self._designer is not None and text == self._designer.name:
            return
        self.designer_asked.emit(text)

    def _on_designer_left(self) -> None:
        """Half a name is no designer: what stood there comes back, and an emptied field is the showroom itself."""
        if not self.designer.text().strip():
            if self._designer is not None:
                self.designer_cleared.emit()
        elif self._designer is None or self.designer.text() != self._designer.name:
            with QSignalBlocker(self.designer):
                self.designer.setText(self._designer.name if self._designer else "")

    def _on_ship_to(self, place: int) -> None:
        if self.ship_to.itemData(place):
            self.altered.emit()
        else:
            self.address_wanted.emit()


def address_line(ship_to: ShipTo) -> str:
    """Street and town in one line."""
    return ", ".join(part for part in (ship_to.address1, ship_to.city, ship_to.state) if part)


def _choice(name: str, accessible_name: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(accessible_name)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def _text(name: str, accessible_name: str, placeholder: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setAccessibleName(accessible_name)
    field.setPlaceholderText(placeholder)
    field.setMaxLength(200)
    return field
