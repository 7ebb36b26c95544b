"""The bench by scanner and keys alone: glued codes, wrong samples, tickets put aside, paper codes, large type."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.foundation.changes import Changes
from desktop.settings import LARGE_PICKING_TYPE
from desktop.sync.desk import Desk
from desktop.widgets.colours import Tone
from shared_models.picking.records import ConfirmationLine
from tests.builders.desk import put
from tests.builders.requests import CHEVRON, MARLOW, OCHRE, TICKET, TRACKING, line, request, request_line
from tests.screens.picking import PickingScreen


@pytest.fixture(autouse=True)
def _another_request(desk: Desk) -> None:
    put(desk.database, [request("CTH-1002"), line("CTH-1002", 1, OCHRE, "Chevron Ochre")])


# --- scans ---------------------------------------------------------------------------------------


def test_two_samples_glued_into_one_scan_are_both_marked_and_said(screen: PickingScreen) -> None:
    screen.scans(TICKET, CHEVRON + MARLOW)
    assert screen.marked() == {CHEVRON: 1, MARLOW: 1, OCHRE: 0}
    assert screen.said() == (Tone.GOOD, f"{CHEVRON} and {MARLOW} came in one scan and were taken one after the other.")


def test_two_line_codes_glued_into_one_scan_are_both_taken(screen: PickingScreen) -> None:
    screen.scans(TICKET, "OT1:L:CTH-1001-1:SOT1:L:CTH-1001-3:S")
    assert screen.marked() == {CHEVRON: 1, MARLOW: 2, OCHRE: 0}


def test_a_glued_scan_with_a_wrong_half_is_not_said_to_be_good(screen: PickingScreen) -> None:
    screen.scans(TICKET, CHEVRON + "0151-01")
    assert screen.marked()[CHEVRON] == 1
    assert screen.said()[0] is not Tone.GOOD


def test_what_cannot_be_taken_apart_for_certain_marks_nothing(screen: PickingScreen) -> None:
    screen.scans(TICKET, CHEVRON + "99")
    assert sum(screen.marked().values()) == 0
    assert screen.said()[0] is Tone.BAD


def test_a_wrong_colour_stands_beside_the_one_that_it_was_picked_for(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1002", CHEVRON)
    assert screen.side_by_side() == ("Chevron Sea Glass", "Chevron Ochre")
    assert screen.said()[0] is Tone.BAD
    screen.scans(OCHRE)
    assert screen.side_by_side() is None
    assert screen.marked() == {OCHRE: 1}


def test_a_wrong_sample_for_a_full_parcel_is_told_that_nothing_more_is_waited_for(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1002", OCHRE, MARLOW)
    assert screen.side_by_side() == ("Marlow Stripe Ink", "nothing more")


def test_a_line_of_another_ticket_is_to_be_laid_back(screen: PickingScreen) -> None:
    screen.scans(TICKET, "OT1:L:CTH-1002-1:S")
    assert screen.said() == (Tone.BAD, "CTH-1002-1 is a line of another ticket. Lay that sample back.")
    assert sum(screen.marked().values()) == 0


# --- paper only ----------------------------------------------------------------------------------


def test_the_three_codes_of_a_paper_line_say_their_outcomes(desk: Desk, screen: PickingScreen) -> None:
    screen.scans(TICKET, "OT1:L:CTH-1001-1:S", "OT1:L:CTH-1001-3:B")
    screen.fills("backorder_until", date(2026, 12, 14))
    screen.pushes("backorder_mark")
    screen.scans("OT1:L:CTH-1001-2:W")
    screen.pushes("refused_mark")
    screen.confirms()
    assert request_line(desk, 1).shipped == 1
    assert (request_line(desk, 3).backordered, request_line(desk, 3).backordered_until) == (2, date(2026, 12, 14))
    assert (request_line(desk, 2).will_not_ship, request_line(desk, 2).replacement_item_no) == (1, CHEVRON)


def test_a_scan_while_a_question_stands_open_is_not_taken(screen: PickingScreen) -> None:
    screen.scans(TICKET, "OT1:L:CTH-1001-3:B", CHEVRON)
    assert screen.has_open_question()
    assert screen.said() == (Tone.BAD, "Not taken Answer the open question first, then scan again.")
    assert sum(screen.marked().values()) == 0


# --- the carrier's label -------------------------------------------------------------------------


def test_twelve_digits_are_a_label_once_the_parcel_is_full_and_nobodys_code_before(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1002", "779017972697")
    assert (screen.freight(), screen.said()[0]) == (("", ""), Tone.BAD)
    screen.scans(OCHRE, "779017972697")
    assert screen.freight() == ("FedEx", "779017972697")


def test_a_second_label_replaces_the_first_and_says_so(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1002", OCHRE, TRACKING, "420303059400110200881234567890")
    assert screen.freight() == ("USPS", "9400110200881234567890")
    assert f"It was {TRACKING} before." in screen.said()[1]


# --- keys ----------------------------------------------------------------------------------------


def test_a_line_ships_in_parts_and_the_rest_another_day(desk: Desk, screen: PickingScreen) -> None:
    screen.scans(TICKET, MARLOW)
    assert screen.said() == (Tone.GOOD, "Marlow Stripe Ink 1 shipped, 1 more of it to pick.")
    screen.confirms()
    assert (request_line(desk, 3).shipped, screen.ticket()) == (1, "")
    screen.scans(TICKET, MARLOW)
    screen.confirms()
    assert request_line(desk, 3).shipped == 2
    assert len(desk.database.read().records(ConfirmationLine)) == 2


def test_a_letter_typed_into_the_scan_box_is_a_key_of_the_chosen_line(screen: PickingScreen) -> None:
    screen.scans(TICKET)
    screen.chooses_line(0)
    screen.types("s")
    assert screen.marked()[MARLOW] == 2
    screen.types("a")
    assert screen.marked() == {CHEVRON: 1, MARLOW: 2, OCHRE: 1}


def test_a_ticket_that_is_put_aside_comes_back_with_what_was_marked(screen: PickingScreen) -> None:
    screen.scans(TICKET, CHEVRON)
    screen.presses_anywhere(Qt.Key.Key_F9)
    assert screen.ticket() == ""
    screen.scans("OT1:T:CTH-1002", OCHRE)
    screen.scans(TICKET)
    assert screen.marked() == {CHEVRON: 1, MARLOW: 0, OCHRE: 0}


def test_after_a_restart_the_ticket_still_lies_there_and_after_its_confirmation_it_does_not(
    qtbot: QtBot, context: FeatureContext, screen: PickingScreen
) -> None:
    screen.scans(TICKET, CHEVRON, TRACKING)
    again = PickingScreen(qtbot, context)
    assert (again.ticket(), again.marked()[CHEVRON], again.freight()) == ("CTH-1001", 1, ("UPS", TRACKING))
    again.confirms()
    assert PickingScreen(qtbot, context).ticket() == ""


def test_large_type_is_one_key_and_stays_chosen(qtbot: QtBot, context: FeatureContext, screen: PickingScreen) -> None:
    screen.scans(TICKET)
    before = screen.line_type_pixels()
    screen.presses_anywhere(Qt.Key.Key_F8)
    assert screen.line_type_pixels() > before
    assert context.settings.get(LARGE_PICKING_TYPE)
    assert PickingScreen(qtbot, context).line_type_pixels() == screen.line_type_pixels()
    screen.presses_anywhere(Qt.Key.Key_F8)
    assert not context.settings.get(LARGE_PICKING_TYPE)


def test_large_type_outlives_a_change_of_the_colours(qtbot: QtBot, screen: PickingScreen) -> None:
    screen.presses_anywhere(Qt.Key.Key_F8)
    large = screen.line_type_pixels()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = application.styleSheet()
    application.setStyleSheet(before + " QTableView { color: black; }")
    try:
        qtbot.waitUntil(lambda: screen.line_type_pixels() == large)
    finally:
        application.setStyleSheet(before)


# --- what happens meanwhile ----------------------------------------------------------------------


def test_a_marked_line_that_the_showroom_cancels_is_told_loudly(
    desk: Desk, context: FeatureContext, screen: PickingScreen
) -> None:
    screen.scans(TICKET, MARLOW, MARLOW, CHEVRON)
    with desk.database.write() as records:
        records.change(request_line(desk, 3), cancelled=2)
    context.changes.publish(Changes(frozenset({"request_lines"}), frozenset()))
    assert screen.said() == (
        Tone.BAD,
        "2 of Marlow Stripe Ink cancelled by the showroom: not marked any more. Take it out of the parcel again.",
    )
    assert screen.marked() == {CHEVRON: 1, MARLOW: 0, OCHRE: 0}
