"""Asking the distributor from the row: by a key, with what makes sense for it, taken back, and followed at the row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.catalogue.freshness import DatasetFreshness, freshness_id
from shared_models.follow_up.records import Reserve
from shared_models.inquiries.records import Inquiry
from tests.builders.desk import CALDER, NINE, SHOWROOM, make_context, make_desk, put
from tests.builders.follow_up import follow_up_records
from tests.screens.follow_up import FollowUpScreen

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    put(desk.database, follow_up_records())
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def board(qtbot: QtBot, context: FeatureContext) -> FollowUpScreen:
    """The board of reserves, the first one in front: R-5501 expires in two hours."""
    screen = FollowUpScreen(qtbot, context)
    screen.shows("reserves")
    screen.chooses("R-5501")
    return screen


def held(desk: Desk) -> list[Inquiry]:
    return desk.database.read().records(Inquiry, "ORDER BY asked_at")


def comes(desk: Desk, context: FeatureContext, inquiry: Inquiry, **values: object) -> None:
    """What a pull brings of an inquiry."""
    with desk.database.write() as records:
        records.change(records.need(Inquiry, inquiry.id), **values)
    context.changes.publish(Changes.of("inquiries"))


def test_an_extension_is_asked_by_a_key_and_stands_at_the_row_and_in_the_drawer(
    board: FollowUpScreen, desk: Desk, context: FeatureContext
) -> None:
    assert (board.asked, board.said_of_asking) == ("", ("", ""))
    dialog = board.opens_asking()
    assert dialog.form.values()["ask_until"] == date(2026, 11, 23)
    dialog.reject()
    board.asks("EXTEND", until=FRIDAY, note="The client is away.")
    (inquiry,) = held(desk)
    assert (inquiry.number, inquiry.distributor_id, inquiry.until_on) == ("R-5501", CALDER, FRIDAY)
    assert desk.outbox.waiting_count() == 1
    assert board.asked == "Extension asked"
    assert board.said_of_asking == (
        "Marisol Vega: Extend the reserve until 20 Nov",
        "Calder & Thrane has not answered yet.",
    )
    assert context.notices.history[0].sentence.startswith("Asked about reserve R-5501")


def test_what_was_just_asked_is_withdrawn_by_undo(board: FollowUpScreen, desk: Desk) -> None:
    assert not board.page.can_undo()
    board.asks("RELEASE")
    assert board.page.can_undo()
    board.page.undo()
    assert held(desk)[0].withdrawn_at == NINE
    assert board.asked == "Withdrawn"
    assert not board.page.can_undo()
    board.asks("RELEASE")
    assert [one.withdrawn_at is None for one in held(desk)] == [False, True]
    assert board.said_of_asking[0] == "Marisol Vega: Release the reserve (1 before)"


def test_what_cannot_be_asked_is_said_in_the_window_and_nothing_is_recorded(board: FollowUpScreen, desk: Desk) -> None:
    dialog = board.asks("EXTEND", until=date(2026, 11, 16))
    assert dialog.isVisible()
    assert dialog.form.errors() == {"ask_until": "It is held until 16 Nov already."}
    dialog.form.show_values({"ask_wanted": "QUESTION"})
    assert not dialog.form.field("ask_until").isEnabled()
    dialog._on_yes()
    assert dialog.form.errors() == {"ask_note": "Write what you want to know."}
    dialog.reject()
    assert held(desk) == []


def test_a_reserve_that_is_over_can_only_be_asked_about(
    board: FollowUpScreen, desk: Desk, context: FeatureContext
) -> None:
    desk.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]
    dialog = board.opens_asking()
    choice = dialog.form.field("ask_wanted")
    assert [choice.itemText(place) for place in range(choice.count())] == ["Question"]  # type: ignore[attr-defined]
    assert "ask_until" not in dialog.form.values()
    dialog.reject()


def test_the_same_asked_again_is_refused_with_a_sentence(
    board: FollowUpScreen, desk: Desk, context: FeatureContext
) -> None:
    board.asks("CFA")
    board.asks("CFA")
    assert len(held(desk)) == 1
    assert "Marisol Vega asked for a cutting for approval already" in context.notices.history[0].sentence


def test_an_order_is_asked_about_and_not_extended(qtbot: QtBot, context: FeatureContext, desk: Desk) -> None:
    screen = FollowUpScreen(qtbot, context)
    screen.chooses("40117-2")
    dialog = screen.opens_asking()
    choice = dialog.form.field("ask_wanted")
    words = [choice.itemText(place) for place in range(choice.count())]  # type: ignore[attr-defined]
    assert words == ["Cutting for approval", "Question"]
    dialog.reject()
    screen.asks("QUESTION", note="Which lot?")
    assert (held(desk)[0].dataset, held(desk)[0].number, held(desk)[0].line_no) == ("sales_orders", "40117", "2")


@pytest.mark.parametrize("name", ["freight", "customers", "stock"])
def test_other_rows_cannot_be_asked_about(qtbot: QtBot, context: FeatureContext, name: str) -> None:
    screen = FollowUpScreen(qtbot, context)
    screen.shows(name)
    screen.page.in_front.table.select_place(0)
    assert not screen.page.asking.isVisible()
    screen.page.asking.ask_for_wish()


def test_an_answer_is_told_at_the_row_and_held_against_the_next_file(
    board: FollowUpScreen, desk: Desk, context: FeatureContext
) -> None:
    board.asks("EXTEND", until=FRIDAY)
    (inquiry,) = held(desk)
    answered = NINE + timedelta(minutes=20)
    comes(desk, context, inquiry, answer="AGREED", answered_at=answered, answered_by_name="Max Thrane",
          agreed_until_on=FRIDAY, answer_text="Not longer.")  # fmt: skip
    assert board.asked == "Extended to 20 Nov"
    assert board.said_of_asking[1] == (
        "Max Thrane of Calder & Thrane answered on 16 Nov: extended until 20 Nov. “Not longer.” "
        "Its next file should show it."
    )
    put(
        desk.database,
        [
            DatasetFreshness(
                id=freshness_id(CALDER, "reserves"), distributor_id=CALDER, dataset="reserves",
                as_of=NINE + timedelta(hours=1),
            )
        ],
    )  # fmt: skip
    context.changes.publish(Changes.of("dataset_freshness"))
    assert board.asked == "Not in the file"
    assert "does not show it: please call." in board.said_of_asking[1]
    with desk.database.write() as records:
        (row,) = records.find(Reserve, reserve_no="R-5501")
        records.change(row, expires_at="2026-11-20T17:00:00Z")
    context.changes.publish(Changes.of("reserves"))
    board.chooses("R-5501")
    assert board.asked == "Extended to 20 Nov"
    assert "Calder & Thrane shows it in its file of" in board.said_of_asking[1]


def test_what_was_asked_is_in_the_export_as_well(board: FollowUpScreen, tmp_path: Path) -> None:
    board.asks("CFA")
    file = tmp_path / "reserves.csv"
    board.page.in_front.write(file)
    assert "CFA asked" in file.read_text(encoding="utf-8-sig")


def test_a_master_is_led_to_the_answer_instead_of_asking(qtbot: QtBot, tmp_path: Path) -> None:
    desk = make_desk(tmp_path, "master")
    asked = Inquiry(
        id="i1", organisation_id=SHOWROOM, distributor_id=CALDER, dataset="reserves", number="R-5501",
        wanted="RELEASE", asked_by="person-marisol", asked_by_name="Marisol Vega", asked_from="Halloran Pryce",
        asked_at=NINE,
    )  # fmt: skip
    put(desk.database, [*follow_up_records(), asked])
    context = make_context(desk)
    opened: list[object] = []
    context.routes.register("inquiries", lambda inquiry: opened.append(inquiry))
    screen = FollowUpScreen(qtbot, context)
    screen.shows("reserves")
    screen.chooses("R-5501")
    assert not screen.page.asking.ask.isVisible()
    screen.page.asking.ask_for_wish()
    assert screen.asked == "Release asked"
    screen.page.asking.all.click()
    assert opened == ["i1"]
    desk.close()
