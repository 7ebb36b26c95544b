"""The sync centre on screen: what waits, what was refused and why, what needs a look, and files out and in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.cache.keys import KeyRing
from desktop.cache.station_db import STATION_FILE
from desktop.feature import FeatureContext
from desktop.features.sync_centre import queries
from desktop.features.sync_centre.feature import SyncCentreFeature
from desktop.features.sync_centre.page import SyncCentrePage
from desktop.features.sync_centre.sentences import WORDS, sentence_of
from desktop.sync.desk import Desk
from desktop.sync.kept_files import KEPT_NOTICE, KeptFile
from desktop.sync.rebase import take_outcomes
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import HouseDialog
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, OperationId, new_id
from shared_models.library.operations import CheckOutCopy
from shared_models.reviews.records import ReviewItem
from shared_models.sync.registry import OPERATIONS
from shared_models.sync.wire import Outcome
from tests.builders.desk import NINE, SHOWROOM, WINSLOW, certified, make_context, make_desk, put

LENT = "Lent Chevron Sea Glass to Paloma Winslow, due 24 Dec"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


def lend(desk: Desk) -> OperationId:
    return desk.record(
        CheckOutCopy(
            loan_id=LoanId(new_id()),
            copy_id=CopyId("copy-chevron"),
            designer_id=DesignerId(WINSLOW),
            due_on=date(2026, 12, 24),
        )
    ).operation_id


def refuse(desk: Desk, operation_id: str) -> None:
    outcome = Outcome(
        operation_id=operation_id,
        result="refused",
        code="module_missing",
        sentence="Your organisation does not have Sample Checkout today.",
    )
    take_outcomes(desk.database, [outcome], at=desk.clock.now())
    desk.outbox.read_again()


def open_page(qtbot: QtBot, context: FeatureContext) -> SyncCentrePage:
    page = cast(SyncCentrePage, SyncCentreFeature().make_page(context))
    qtbot.addWidget(page)
    page.resize(1060, 700)
    page.show()
    qtbot.waitExposed(page)
    page.on_shown()
    return page


def press(page: SyncCentrePage, name: str) -> None:
    button = page.findChild(QPushButton, name)
    assert button is not None
    assert button.isEnabled()
    button.click()


def test_every_operation_has_its_sentence() -> None:
    assert WORDS.keys() == OPERATIONS.keys()


def test_an_operation_of_a_newer_program_is_named(desk: Desk) -> None:
    assert sentence_of("LendFromTheMoon", "{}", desk.database.read()) == "LendFromTheMoon"


@pytest.mark.parametrize("payload", ["{}", "[]", "7", "null", "no json", '{"designer_id": 7, "card": null}'])
def test_an_operation_that_cannot_be_read_is_named(desk: Desk, payload: str) -> None:
    reader = desk.database.read()
    assert {name for name in WORDS if sentence_of(name, payload, reader) != name} <= {"SettleReview"}


def test_what_waits_is_said_in_plain_words(qtbot: QtBot, desk: Desk, context: FeatureContext) -> None:
    lend(desk)
    page = open_page(qtbot, context)
    row = page.waiting.row_at(0)
    assert row is not None
    assert (row.what, row.by) == (LENT, "Marisol Vega")
    assert "1 operation waiting" in page.detail.text()


def test_a_calm_page_says_that_nothing_needs_anybody(qtbot: QtBot, context: FeatureContext) -> None:
    page = open_page(qtbot, context)
    assert (page.attention.row_count(), page.waiting.row_count()) == (0, 0)
    assert "offline" in page.state.text()


def test_a_refused_operation_is_told_with_its_reason_and_what_builds_on_it_is_held(
    qtbot: QtBot, desk: Desk, context: FeatureContext
) -> None:
    from shared_models.library.operations import SetSidemark

    lent = desk.record(
        CheckOutCopy(
            loan_id=LoanId("loan-1"),
            copy_id=CopyId("copy-chevron"),
            designer_id=DesignerId(WINSLOW),
            due_on=date(2026, 12, 24),
        )
    )
    desk.record(SetSidemark(loan_ids=(LoanId("loan-1"),), sidemark="Alder Street"))
    refuse(desk, lent.operation_id)
    page = open_page(qtbot, context)
    refused, held = page.attention.row_at(0), page.waiting.row_at(0)
    assert refused is not None
    assert held is not None
    assert (refused.kind, refused.why) == ("refused", "Your organisation does not have Sample Checkout today.")
    assert "Held back" in held.sentence


def test_a_refused_operation_is_sent_again(qtbot: QtBot, desk: Desk, context: FeatureContext) -> None:
    refuse(desk, lend(desk))
    page = open_page(qtbot, context)
    assert page.why.text() == f"{LENT}. Your organisation does not have Sample Checkout today."
    press(page, "send_again")
    assert (page.attention.row_count(), page.waiting.row_count()) == (0, 1)
    loans = desk.database.read().value("SELECT count(*) FROM loans WHERE returned_at IS NULL")
    assert loans == 1


def test_a_refused_operation_is_discarded_after_a_question(qtbot: QtBot, desk: Desk, context: FeatureContext) -> None:
    refuse(desk, lend(desk))
    page = open_page(qtbot, context)
    page.attention.select_place(0)
    press(page, "discard")
    assert page.attention.row_count() == 1
    dialog = next(one for one in page.findChildren(HouseDialog) if one.isVisible())
    yes = dialog.findChild(QPushButton, "answer_yes")
    assert yes is not None
    yes.click()
    assert (page.attention.row_count(), page.waiting.row_count()) == (0, 0)
    assert [row.state for row in queries.done(desk, "chevron")] == ["refused"]


def test_a_review_item_is_settled_for_everybody(qtbot: QtBot, desk: Desk, context: FeatureContext) -> None:
    item = ReviewItem(
        id="review-1",
        organisation_id=SHOWROOM,
        operation_id="elsewhere",
        about_id="loan-1",
        code="return_not_recorded",
        sentence="Chevron Sea Glass went to Anjali Iverson while it was still out to Paloma Winslow.",
        raised_at=NINE,
    )
    put(desk.database, [item])
    page = open_page(qtbot, context)
    assert page.why.text() == item.sentence
    press(page, "settle")
    assert page.attention.row_count() == 0
    assert [row.what for row in queries.waiting(desk)] == ["Settled something that needed a look"]


def test_what_waits_goes_to_a_file_and_comes_in_elsewhere(
    qtbot: QtBot, desk: Desk, context: FeatureContext, tmp_path: Path
) -> None:
    lend(certified(desk))
    file = tmp_path / "waiting.json"
    open_page(qtbot, context).export_to(file)
    (tmp_path / "other").mkdir()
    other = certified(make_desk(tmp_path / "other"))
    elsewhere = make_context(other)
    page = open_page(qtbot, elsewhere)
    page.import_from(file)
    assert elsewhere.notices.history[0].sentence == "1 operation brought in; written by Marisol Vega at Library desk."
    row = page.waiting.row_at(0)
    assert row is not None
    assert row.what == LENT
    page.import_from(file)
    assert page.waiting.row_count() == 1
    other.close()


def test_a_file_that_is_no_such_file_is_refused_with_a_sentence(
    qtbot: QtBot, context: FeatureContext, tmp_path: Path
) -> None:
    file = tmp_path / "holiday.json"
    file.write_text("[]", encoding="utf-8")
    page = open_page(qtbot, context)
    page.import_from(file)
    assert page.waiting.row_count() == 0
    assert context.notices.history[0].sentence


def test_a_file_whose_key_was_lost_is_offered_and_what_waited_in_it_comes_over(
    qtbot: QtBot, desk: Desk, context: FeatureContext, tmp_path: Path
) -> None:
    former = make_former_file(tmp_path, password="a long walk home")
    page = open_page(qtbot, context)
    assert page.kept.isVisible()
    context.notices.raise_banner(KEPT_NOTICE, Tone.ATTENTION, "a file waits")
    press(page, "open_kept_file")
    dialog = page.findChild(HouseDialog, "kept_file_dialog")
    assert dialog is not None
    field, told = dialog.findChild(QLineEdit, "kept_password"), dialog.findChild(QLabel, "kept_told")
    take_up = dialog.findChild(QPushButton, "take_up_kept")
    assert field is not None
    assert told is not None
    assert take_up is not None
    take_up.click()
    assert not told.isVisible()
    field.setText("not the one")
    take_up.click()
    assert told.text() == "This password does not open the file. Nothing was changed."
    assert desk.outbox.waiting_count() == 0
    field.setText("a long walk home")
    take_up.click()
    assert [row.what for row in queries.waiting(desk)] == [LENT]
    assert not page.kept.isVisible()
    assert KEPT_NOTICE not in context.notices.banners
    assert context.notices.history[0].sentence.startswith("1 operation that had not settled was carried over")
    assert former.exists()


def make_former_file(profile: Path, *, password: str) -> Path:
    """A station of the same person with one loan that waits, set aside with its key file."""
    folder = profile / "former"
    folder.mkdir()
    keys = KeyRing(folder, holders=())
    former = make_desk(folder, key=keys.create(password).key)
    lend(former)
    former.close()
    aside = profile / "station.kept-20261115-090000.db"
    (folder / STATION_FILE).rename(aside)
    keys.file.rename(KeptFile(aside, None).key_file)
    return aside
