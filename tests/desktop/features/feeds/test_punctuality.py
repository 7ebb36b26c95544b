"""What the feeds page says of a dataset that comes too late, and how a house says what it promises."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtWidgets import QComboBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.features.feeds.columns import state_chip, state_words
from desktop.features.feeds.written_dialog import WrittenDialog
from desktop.sync.feed_messages import DatasetState, DeclaredMapping, FeedRun, MappingChange

SIX = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def state(punctuality: str, *, held: bool = False) -> DatasetState:
    run = FeedRun(id="1", dataset="products", status="landed", as_of=SIX, posted_at=SIX, sentence="3 new.")
    return DatasetState(
        dataset="products", as_of=SIX, due_every_minutes=60, punctuality=punctuality, last_run=run,
        held_run=run if held else None,
    )  # fmt: skip


@pytest.mark.parametrize(("punctuality", "word"), [("fresh", "Good"), ("due", "Good"), ("late", "Late")])
def test_a_dataset_that_is_late_says_so(punctuality: str, word: str) -> None:
    assert state_chip(state(punctuality)).word == word


def test_what_waits_for_a_person_goes_before_what_is_late() -> None:
    assert state_chip(state("late", held=True)).word == "Held"


def test_what_is_promised_is_told_with_what_came() -> None:
    assert state_words(state("late")) == "New figures are promised hourly, and they are late. 3 new."
    assert state_words(state("fresh")) == "New figures are promised hourly. 3 new."


@pytest.fixture
def saved() -> list[MappingChange]:
    return []


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def save(dialog: WrittenDialog) -> None:
    button = dialog.findChild(QPushButton, "save_written")
    assert button is not None
    button.click()


def test_what_is_promised_is_declared(parent: QWidget, saved: list[MappingChange]) -> None:
    dialog = WrittenDialog(DeclaredMapping(dataset="products", due_every_minutes=45), saved.append, parent)
    box = dialog.form.field("due")
    assert isinstance(box, QComboBox)
    assert [box.itemText(place) for place in range(box.count())] == [
        "Not said", "Every 45 minutes", "Hourly", "Two-hourly", "Daily", "Weekly",
    ]  # fmt: skip
    dialog.form.show_values({"due": "60"})
    save(dialog)
    assert [change.due_every_minutes for change in saved] == [60]


def test_a_server_that_does_not_ask_for_a_promise_is_told_of_none(parent: QWidget, saved: list[MappingChange]) -> None:
    dialog = WrittenDialog(DeclaredMapping(dataset="products"), saved.append, parent)
    save(dialog)
    assert [change.due_every_minutes for change in saved] == [None]
