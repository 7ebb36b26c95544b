"""What stands in the drawer about asking the distributor: what was asked about the row in front, and how to ask."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.cache.inquiries import InquiryNow, asked_about
from desktop.feature import FeatureContext
from desktop.features.follow_up import actions
from desktop.features.follow_up.actions import Wish
from desktop.features.follow_up.ask_dialog import AskDialog
from desktop.features.follow_up.inquiry_column import chip_of, sentence_of
from desktop.foundation.changes import Changes
from desktop.foundation.jobs import Job
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.chips import Chip, ChipLabel
from desktop.widgets.colours import Tone
from desktop.widgets.panels import label
from desktop.widgets.theme import SMALL
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.inquiries.operations import InquiryId, named_within
from shared_models.inquiries.rules import row_number
from shared_models.inquiries.words import wanted_text
from shared_models.kernel.errors import DomainError


class AskingStrip(QWidget):
    """Asks about reserves and orders; of what was asked about the row it tells the latest, whole.

    A master does not ask: she is led to where she answers.
    """

    def __init__(self, context: FeatureContext) -> None:
        super().__init__()
        self.setObjectName("asking")
        self._context, self._desk = context, context.desk
        self._row: Reserve | SalesOrderLine | None = None
        self._latest: InquiryNow | None = None
        self._told: Job | None = None
        self._asked_here: list[InquiryId] = []
        self._may_ask = context.desk.acting.role in ("clerk", "rep")
        self.chip = ChipLabel(Chip(Tone.NEUTRAL, ""))
        self.wanted = label("", wrap=True)
        self.wanted.setObjectName("asked_wanted")
        self.sentence = label("", muted=True, wrap=True)
        self.sentence.setObjectName("asked_sentence")
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.ask = Button("ask_distributor", "Ask the distributor…", self.ask_for_wish, icon_name="send", key="Ctrl+D")
        self.all = Button("open_inquiry", "Open", self._open_inquiry, kind=Kind.QUIET, icon_name="mail")
        self._lay_out()
        self.show_row(None)
        context.changes.subscribe(self._on_changes)

    def show_row(self, row: object) -> None:
        """Another row is in front; one that cannot be asked about hides all of this."""
        self._row = row if isinstance(row, Reserve | SalesOrderLine) else None
        self.setVisible(self._row is not None)
        self.ask.setVisible(self._may_ask)
        self.ask.setEnabled(self._may_ask and self._row is not None)
        self._refresh()

    def ask_for_wish(self) -> None:
        """Opens the window in which a person says what she wants."""
        row = self._row
        if row is None or not self._may_ask:
            return
        dialog = AskDialog(row, self._desk.clock.now(), lambda wish: self._ask(row, wish), self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def can_withdraw(self) -> bool:
        """Whether something was asked from here."""
        return bool(self._asked_here)

    def withdraw_last(self) -> None:
        """Takes back what was asked last from here; one that was answered meanwhile says so."""
        inquiry_id = self._asked_here.pop()

        def on_done(changes: Changes) -> None:
            self._context.changes.publish(changes)
            self._context.notices.good("Withdrawn: the distributor need not answer.")

        self._context.jobs.submit_write(lambda: actions.withdraw(self._desk, inquiry_id), on_done, self._say_why)

    # --- inside ----------------------------------------------------------------------------------

    def _ask(self, row: Reserve | SalesOrderLine, wish: Wish) -> None:
        def on_done(answer: tuple[Changes, InquiryId]) -> None:
            changes, inquiry_id = answer
            self._asked_here.append(inquiry_id)
            self._context.changes.publish(changes)
            self._context.notices.say(
                Tone.GOOD, f"Asked about {_number(row)}. The answer comes to this row and to Inquiries.",
                "Withdraw", self._withdrawing(inquiry_id),
            )  # fmt: skip

        self._context.jobs.submit_write(lambda: actions.ask(self._desk, row, wish), on_done, self._say_why)

    def _withdrawing(self, inquiry_id: InquiryId) -> Callable[[], None]:
        def withdraw() -> None:
            if inquiry_id in self._asked_here:
                self._asked_here.remove(inquiry_id)
                self._asked_here.append(inquiry_id)
                self.withdraw_last()

        return withdraw

    def _say_why(self, error: Exception) -> None:
        if not isinstance(error, DomainError):
            raise error
        self._context.notices.say(Tone.BAD, error.sentence, sound=True)

    def _on_changes(self, changes: Changes) -> None:
        if changes.touches("inquiries", "reserves", "sales_orders", "dataset_freshness") and self._row is not None:
            self._refresh()

    def _refresh(self) -> None:
        if self._told is not None:
            self._told.cancel()
        number = row_number(self._row) if self._row is not None else None
        if self._row is None or number is None:
            self._show([])
            return
        desk, house = self._desk, self._row.distributor_id
        self._told = self._context.jobs.submit_read(
            lambda: asked_about(desk.database.read(), house, *number), self._show
        )

    def _show(self, asked: list[InquiryNow]) -> None:
        self._latest = latest = asked[0] if asked else None
        now = self._desk.clock.now()
        for widget in (self.chip, self.wanted, self.sentence):
            widget.setVisible(latest is not None)
        self.all.setVisible(latest is not None and self._context.routes.can_open("inquiries"))
        chip = chip_of(latest, now)
        if latest is None or chip is None:
            return
        self.chip.show_chip(chip)
        inquiry = latest.inquiry
        more = f" ({len(asked) - 1} before)" if len(asked) > 1 else ""
        self.wanted.setText(f"{inquiry.asked_by_name}: {wanted_text(inquiry, self._desk.today())}{more}")
        self.sentence.setText(sentence_of(latest, now))

    def _open_inquiry(self) -> None:
        if self._latest is not None:
            self._context.routes.open("inquiries", inquiry=self._latest.inquiry.id)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SMALL)
        column.setSpacing(SMALL // 2)
        column.addWidget(self.chip)
        column.addWidget(self.wanted)
        column.addWidget(self.sentence)
        row = QHBoxLayout()
        row.setSpacing(SMALL)
        row.addWidget(self.ask)
        row.addWidget(self.all)
        row.addStretch(1)
        column.addLayout(row)


def _number(row: Reserve | SalesOrderLine) -> str:
    number = row_number(row)
    assert number is not None
    return named_within(*number)
