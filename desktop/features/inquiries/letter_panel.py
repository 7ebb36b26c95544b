"""The inquiry in front: what is asked, what was answered, and what the distributor's files say of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QWidget

from desktop.cache.inquiries import InquiryNow
from desktop.features.inquiries.columns import chip_of, when
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.chips import Chip, ChipLabel
from desktop.widgets.colours import Tone
from desktop.widgets.panels import Panel, label
from desktop.widgets.theme import GAP, SMALL, TextRole
from shared_models.inquiries.operations import named
from shared_models.inquiries.rules import Standing, expiry_of
from shared_models.inquiries.words import day_text, standing_sentence, wanted_text
from shared_models.kernel.clock import local_day
from shared_models.kernel.measures import quantity_text


class LetterPanel(Panel):
    """Shows one `InquiryNow`. The signals carry nothing: they are about the one in front."""

    answer_wanted = Signal()
    withdrawal_wanted = Signal()
    row_wanted = Signal()

    def __init__(self, now: Callable[[], datetime], organisation_id: str, *, asked_of_us: bool) -> None:
        """`organisation_id`: for whom the person acts. Only who asked withdraws; the rep of the row looks on."""
        super().__init__("Nothing is chosen")
        self._now, self._acting_for, self._asked_of_us = now, organisation_id, asked_of_us
        self.heading.setObjectName("letter_heading")
        self.heading.setWordWrap(True)
        self.chip = ChipLabel(Chip(Tone.NEUTRAL, ""))
        self.wanted = label("", TextRole.STRONG, wrap=True)
        self.wanted.setObjectName("letter_wanted")
        self.note = label("", wrap=True)
        self.sentence = label("", wrap=True)
        self.sentence.setObjectName("letter_sentence")
        for words in (self.note, self.sentence):
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._facts = QFormLayout()
        self._facts.setContentsMargins(0, SMALL, 0, SMALL)
        self._facts.setHorizontalSpacing(GAP)
        self._facts.setVerticalSpacing(SMALL // 2)
        self.answer = Button("answer_inquiry", "Answer…", self.answer_wanted.emit, kind=Kind.PRIMARY,
                             icon_name="send", key="Ctrl+Return")  # fmt: skip
        self.withdraw = Button("withdraw_inquiry", "Withdraw", self.withdrawal_wanted.emit, icon_name="undo")
        self.show_row = Button("show_row", "Show the row", self.row_wanted.emit, icon_name="follow-up", key="Ctrl+G")
        self._lay_out()
        self.show_letter(None)

    def show_letter(self, asked: InquiryNow | None) -> None:
        """Tells another inquiry; None when none is chosen."""
        while self._facts.rowCount():
            self._facts.removeRow(0)
        for widget in (self.chip, self.wanted, self.note, self.show_row):
            widget.setVisible(asked is not None)
        self.answer.setVisible(asked is not None and self._asked_of_us)
        self.withdraw.setVisible(asked is not None and not self._asked_of_us)
        if asked is None:
            self.heading.setText("Nothing is chosen")
            self.sentence.setText("Choose an inquiry to read it.")
            return
        inquiry, today = asked.inquiry, local_day(self._now())
        self.heading.setText(named(inquiry.dataset, inquiry.number, inquiry.line_no))
        self.chip.show_chip(chip_of(asked, self._now()))
        self.wanted.setText(wanted_text(inquiry, today))
        self.note.setText(f"“{inquiry.note}”" if inquiry.note else "")
        self.note.setVisible(bool(inquiry.note))
        for caption, value in self._told(asked):
            if value:
                self._facts.addRow(label(caption, TextRole.CAPTION, muted=True), label(value, wrap=True))
        self.sentence.setText(
            standing_sentence(inquiry, asked.standing, today, distributor=asked.distributor, as_of=asked.as_of)
        )
        self.answer.setText("Answer…" if inquiry.answer is None else "Correct the answer…")
        self.answer.setEnabled(asked.standing is not Standing.WITHDRAWN)
        is_open = inquiry.answer is None and inquiry.withdrawn_at is None
        self.withdraw.setEnabled(is_open and inquiry.organisation_id == self._acting_for)
        self.show_row.setEnabled(bool(asked.row_id))

    def _told(self, asked: InquiryNow) -> tuple[tuple[str, str], ...]:
        inquiry, now = asked.inquiry, self._now()
        ends = expiry_of(inquiry.expires_at)
        until = f"{day_text(local_day(ends), local_day(now))}, {ends.astimezone():%H:%M}" if ends is not None else ""
        quantity = "" if inquiry.qty is None else f"{quantity_text(inquiry.qty)} {inquiry.unit}".rstrip()
        who = inquiry.asked_by_name
        return (
            ("Asked by", f"{who}, {inquiry.asked_from}" if who else inquiry.asked_from),
            ("Asked", when(inquiry.asked_at, now)), ("Distributor", asked.distributor), ("Item", inquiry.item_no),
            ("Quantity", quantity), ("Sidemark", inquiry.sidemark), ("Held until", until),
        )  # fmt: skip

    def _lay_out(self) -> None:
        self.body.addWidget(self.chip)
        self.body.addWidget(self.wanted)
        self.body.addWidget(self.note)
        facts = QWidget()
        facts.setLayout(self._facts)
        self.body.addWidget(facts)
        self.body.addWidget(self.sentence)
        self.body.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SMALL)
        buttons.addWidget(self.show_row)
        buttons.addStretch(1)
        buttons.addWidget(self.withdraw)
        buttons.addWidget(self.answer)
        self.body.addLayout(buttons)
