"""The list of inquiries: a master answers by keys, whoever asked reads the answer, the navigation counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.inquiries.answer_dialog import AnswerDialog
from desktop.features.inquiries.feature import InquiriesFeature
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from shared_models.inquiries.records import Inquiry
from shared_models.sync.wire import MembershipCard
from tests.builders.desk import BERAUDIN, CALDER, NINE, SHOWROOM, make_context, make_desk, put
from tests.builders.follow_up import follow_up_records
from tests.screens.inquiries import InquiriesScreen

FRIDAY = date(2026, 11, 20)


def inquiry(key: str, number: str, wanted: str = "EXTEND", *, minutes: int = 0, **more: Any) -> Inquiry:
    values: dict[str, Any] = {
        "distributor_id": CALDER, "dataset": "reserves", "until_on": FRIDAY if wanted == "EXTEND" else None,
        "expires_at": "2026-11-16T11:00:00Z", "item_no": "0123-04", "qty": 12_500, "unit": "YD",
        "sidemark": "Goldfarb penthouse", **more,
    }  # fmt: skip
    return Inquiry(
        id=key, organisation_id=SHOWROOM, number=number, wanted=wanted,  # type: ignore[arg-type]
        asked_by="person-marisol", asked_by_name="Marisol Vega", asked_from="Halloran Pryce Showroom",
        asked_at=NINE + timedelta(minutes=minutes), **values,
    )  # fmt: skip


ASKED = [
    inquiry("i1", "R-5501", note="The client is away until Friday."),
    inquiry("i2", "R-5502", "CFA", minutes=5, expires_at="2026-11-20T17:00:00Z"),
    inquiry("i3", "40117", "QUESTION", minutes=6, dataset="sales_orders", line_no="1", note="Which lot?"),
    inquiry("i4", "R-5499", "RELEASE", minutes=7),
    inquiry("i5", "R-9", "QUESTION", minutes=8, distributor_id=BERAUDIN, note="Still there?"),
]


@pytest.fixture
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The master's of Calder & Thrane, or the clerk's where the test says so."""
    desk = make_desk(tmp_path, getattr(request, "param", "master"))
    put(desk.database, [*follow_up_records(), *ASKED])
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> InquiriesScreen:
    return InquiriesScreen(qtbot, context)


as_clerk = pytest.mark.parametrize("desk", ["clerk"], indirect=True)


def stored(desk: Desk, key: str) -> Inquiry:
    found = desk.database.read().get(Inquiry, key)
    assert found is not None
    return found


# --- the master ----------------------------------------------------------------------------------


def test_what_waits_longest_stands_first_and_what_is_settled_is_hidden(screen: InquiriesScreen) -> None:
    assert screen.listed == [
        ("R-5501", "Extension asked"), ("R-5502", "CFA asked"), ("40117-1", "Question asked"),
    ]  # fmt: skip
    assert screen.count == 3
    assert screen.page.letter.heading.text() == "Reserve R-5501"
    screen.shows_all()
    assert screen.listed[-1] == ("R-5499", "Overtaken")


def test_an_extension_is_answered_by_enter(screen: InquiriesScreen, desk: Desk, context: FeatureContext) -> None:
    screen.presses_enter()
    dialog = screen.page.findChild(AnswerDialog)
    assert dialog is not None
    assert dialog.form.values() == {"answer_kind": "AGREED", "answer_until": FRIDAY, "answer_text": ""}
    dialog.reject()
    screen.answers(until=date(2026, 11, 19), text="Not longer.")
    answered = stored(desk, "i1")
    assert (answered.answer, answered.agreed_until_on, answered.answer_text) == (
        "AGREED", date(2026, 11, 19), "Not longer.",
    )  # fmt: skip
    assert (answered.answered_by_name, answered.answered_at) == ("Max Thrane", NINE)
    assert screen.count == 2
    assert context.notices.history[0].sentence.startswith("Halloran Pryce Showroom sees your answer about R-5501")
    assert desk.outbox.waiting_count() == 1


def test_a_cutting_is_answered_with_its_parcel(screen: InquiriesScreen, desk: Desk) -> None:
    screen.types("5502")
    screen.answers(carrier="UPS", tracking="1Z 999")
    assert (stored(desk, "i2").carrier, stored(desk, "i2").tracking_no) == ("UPS", "1Z 999")
    assert (
        screen.sentence
        == ("Max Thrane of Calder & Thrane answered on 16 Nov: CFA sent, UPS 1Z 999. Its next file should show it.")
        or screen.listed == []
    )


def test_a_no_says_why_and_needs_no_day(screen: InquiriesScreen, desk: Desk) -> None:
    dialog = screen.answers(kind="DECLINED")
    assert dialog.form.errors() == {"answer_text": "Say why not."}
    assert not dialog.form.field("answer_until").isEnabled()
    dialog.form.show_values({"answer_text": "All of it is sold."})
    dialog._on_yes()
    assert (stored(desk, "i1").answer, stored(desk, "i1").agreed_until_on) == ("DECLINED", None)


def test_a_question_is_answered_with_words_alone(screen: InquiriesScreen, desk: Desk) -> None:
    screen.types("40117")
    dialog = screen.answers()
    assert dialog.form.errors() == {"answer_text": "Write the answer."}
    dialog.form.show_values({"answer_text": "Lot L4471."})
    dialog._on_yes()
    assert (stored(desk, "i3").answer, stored(desk, "i3").answer_text) == ("TOLD", "Lot L4471.")


def test_an_answer_is_corrected(screen: InquiriesScreen, desk: Desk) -> None:
    screen.answers(until=date(2026, 11, 19))
    screen.shows_all()
    screen.types("5501")
    assert screen.page.letter.answer.text() == "Correct the answer…"
    screen.answers(kind="DECLINED", text="Sold meanwhile.")
    assert (stored(desk, "i1").answer, stored(desk, "i1").agreed_until_on) == ("DECLINED", None)
    assert screen.sentence == "Max Thrane of Calder & Thrane declined on 16 Nov: “Sold meanwhile.”"


def test_what_comes_is_seen_and_counted_while_the_page_is_open(
    screen: InquiriesScreen, desk: Desk, context: FeatureContext
) -> None:
    put(desk.database, [inquiry("i6", "R-5501", "CFA", minutes=30)])
    context.changes.publish(Changes.of("inquiries"))
    assert screen.count == 4
    assert ("R-5501", "CFA asked") in screen.listed


def test_what_was_withdrawn_cannot_be_answered(screen: InquiriesScreen, desk: Desk, context: FeatureContext) -> None:
    with desk.database.write() as records:
        records.change(records.need(Inquiry, "i1"), withdrawn_at=NINE, withdrawn_by_name="Marisol Vega")
    context.changes.publish(Changes.of("inquiries"))
    screen.shows_all()
    screen.types("5501")
    assert not screen.page.letter.answer.isEnabled()
    assert screen.sentence == "Marisol Vega withdrew it on 16 Nov."
    screen.page.ask_for_answer()
    assert screen.page.findChild(AnswerDialog) is None


def test_the_row_is_shown_by_a_key(screen: InquiriesScreen, context: FeatureContext) -> None:
    opened: list[dict[str, object]] = []
    context.routes.register("follow_up", lambda **arguments: opened.append(arguments))
    QTest.keyClick(screen.page, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert opened == [{"list": "reserves", "find": "R-5501", "row": f"R-5501@{CALDER}"}]


@pytest.mark.parametrize("role", ["master", "clerk"])
def test_an_empty_list_says_how_something_comes_into_it(qtbot: QtBot, tmp_path: Path, role: str) -> None:
    desk = make_desk(tmp_path, role)
    screen = InquiriesScreen(qtbot, make_context(desk))
    words = "No showroom and no rep has asked" if role == "master" else "Ctrl+D asks the distributor"
    assert words in _empty(screen)
    assert (screen.count, screen.sentence) == (0, "Choose an inquiry to read it.")
    desk.close()


def _empty(screen: InquiriesScreen) -> str:
    sentence = screen.page.table.findChild(QLabel, "empty_sentence")
    assert sentence is not None
    return sentence.text()


# --- who asked -----------------------------------------------------------------------------------


@as_clerk
def test_who_asked_sees_all_of_it_and_withdraws_what_is_open(screen: InquiriesScreen, desk: Desk) -> None:
    assert [number for number, _ in screen.listed] == ["R-5501", "R-5502", "40117-1", "R-9", "R-5499"]
    assert not screen.page.letter.answer.isVisible()
    screen.withdraws()
    assert stored(desk, "i1").withdrawn_by_name == "Marisol Vega"
    assert ("R-5501", "Withdrawn") in screen.listed


@as_clerk
def test_only_who_asked_withdraws(screen: InquiriesScreen, desk: Desk, context: FeatureContext) -> None:
    with desk.database.write() as records:
        records.change(records.need(Inquiry, "i1"), organisation_id="showroom-other")
    context.changes.publish(Changes.of("inquiries"))
    screen.types("5501")
    assert screen.page.letter.withdraw.isVisible()
    assert not screen.page.letter.withdraw.isEnabled()


@as_clerk
def test_an_answer_counts_until_it_was_on_the_screen(
    screen: InquiriesScreen, desk: Desk, context: FeatureContext
) -> None:
    assert screen.count == 0
    screen.page.hide()
    with desk.database.write() as records:
        records.change(
            records.need(Inquiry, "i3"), answer="TOLD", answer_text="Lot L4471.", answered_at=NINE,
            answered_by_name="Max Thrane",
        )  # fmt: skip
    context.changes.publish(Changes.of("inquiries"))
    assert screen.count == 1
    screen.page.show()
    screen.page.on_shown()
    assert screen.count == 0
    screen.types("40117")
    assert screen.sentence == "Max Thrane of Calder & Thrane answered on 16 Nov: “Lot L4471.”"


@pytest.mark.parametrize(
    ("kind", "role", "sees"),
    [
        ("showroom", "clerk", True), ("showroom", "rep", True), ("distributor", "master", True),
        ("distributor", "rep", True), ("distributor", "picker", False), ("operator", "operator", False),
    ],
)  # fmt: skip
def test_who_has_the_page(kind: Any, role: str, sees: bool) -> None:
    card = MembershipCard(
        organisation_id="o", organisation_name="O", organisation_kind=kind, organisation_code="O", role=role, modules=[]
    )
    assert InquiriesFeature().visible_for(card) is sees
