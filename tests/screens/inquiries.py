"""The page of inquiries as a master answers on it and as whoever asked reads it."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.inquiries.answer_dialog import AnswerDialog
from desktop.features.inquiries.columns import about, chip_of
from desktop.features.inquiries.feature import InquiriesFeature
from desktop.features.inquiries.page import InquiriesPage
from desktop.widgets.form import FormValue


class InquiriesScreen:
    """The page on a screen of its own."""

    def __init__(self, qtbot: QtBot, context: FeatureContext) -> None:
        self._context, self.feature = context, InquiriesFeature()
        self.page = cast(InquiriesPage, self.feature.make_page(context))
        qtbot.addWidget(self.page)
        self.page.resize(1060, 700)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.on_shown()

    def types(self, text: str) -> None:
        self.page.filter.clear()
        QTest.keyClicks(self.page.filter, text)
        self.page.filter.ask_now()

    def presses_enter(self) -> None:
        """In the filter, which walks the list."""
        QTest.keyClick(self.page.filter, Qt.Key.Key_Return)

    def shows_all(self) -> None:
        self.page.open_only.setChecked(False)

    def answers(self, **values: FormValue) -> AnswerDialog:
        """Answers the inquiry in front; gives the window, which stays where something in it is wrong."""
        self.page.ask_for_answer()
        dialog = self.page.findChildren(AnswerDialog)[-1]
        dialog.form.show_values({f"answer_{name}": value for name, value in values.items()})
        button = dialog.findChild(QPushButton, "answer_send")
        assert button is not None
        button.click()
        return dialog

    def withdraws(self) -> None:
        self.page.letter.withdraw.click()

    @property
    def listed(self) -> list[tuple[str, str]]:
        """Number and standing of each, as they are listed."""
        rows = [self.page.table.row_at(place) for place in range(self.page.table.row_count())]
        now = self._context.desk.clock.now()
        return [(about(row), chip_of(row, now).word) for row in rows if row is not None]

    @property
    def sentence(self) -> str:
        return self.page.letter.sentence.text()

    @property
    def count(self) -> int:
        """What the navigation says."""
        return self.feature.count(self._context)
