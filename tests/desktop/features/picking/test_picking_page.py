"""The warehouse on screen: printing the queue, picking by scanner, and saying what becomes of each line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.picking import actions, queries
from desktop.features.picking.feature import PickingFeature
from desktop.features.picking.papers import draw_tickets
from desktop.features.picking.rows import Marking
from desktop.sync.desk import Desk
from desktop.widgets.colours import Tone
from desktop.widgets.pdf_preview import PdfPreview
from shared_models.kernel.errors import DomainError
from shared_models.picking.records import SampleStock
from tests.builders.desk import CALDER, make_desk, put
from tests.builders.requests import CHEVRON, MARLOW, OCHRE, TRACKING, line, request, request_line, stock
from tests.screens.picking import PickingScreen


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return text


def test_the_queue_says_what_is_asked_for(screen: PickingScreen) -> None:
    (row,) = screen.queue()
    assert (row.number, row.showroom, row.lines, row.lines_open, row.state) == (
        "CTH-1001",
        "Halloran Pryce Showroom",
        3,
        3,
        "new",
    )


def test_a_request_for_what_the_designer_had_last_week_is_marked_as_a_likely_duplicate(
    desk: Desk, screen: PickingScreen
) -> None:
    put(desk.database, [request("CTH-0990", days_ago=6), line("CTH-0990", 1, CHEVRON, "Chevron Sea Glass")])
    screen.page.on_shown()
    assert {row.number: row.duplicates for row in screen.queue()} == {"CTH-0990": 0, "CTH-1001": 1}
    screen.scans("OT1:T:CTH-1001")
    tone, said = screen.said()
    assert tone is Tone.ATTENTION
    assert "1 likely duplicate" in said


def test_printing_all_records_the_print_and_shows_the_tickets(desk: Desk, screen: PickingScreen) -> None:
    screen.prints_all()
    assert screen.shown_dialog().findChild(PdfPreview) is not None
    (row,) = screen.queue()
    assert (row.times_printed, row.state) == (1, "printed")


def test_a_second_print_is_marked_as_a_reprint(desk: Desk) -> None:
    ids = ["request-CTH-1001"]
    _changes, first = actions.record_print(desk, ids, duplicate_days=30)
    _changes, second = actions.record_print(desk, ids, duplicate_days=30)
    assert "REPRINT" not in text_of(draw_tickets(first).pdf).upper()
    assert "REPRINT 2" in text_of(draw_tickets(second).pdf).upper()


def test_several_requests_print_as_one_wave(desk: Desk) -> None:
    put(desk.database, [request("CTH-1002"), line("CTH-1002", 1, MARLOW, "Marlow Stripe Ink")])
    _changes, job = actions.record_print(desk, ["request-CTH-1001", "request-CTH-1002"], duplicate_days=30)
    papers = draw_tickets(job)
    assert papers.tickets == 2
    assert {"CTH-1001", "CTH-1002"} <= set(text_of(papers.pdf).split())


def test_a_request_without_a_number_is_not_printed(desk: Desk) -> None:
    put(desk.database, [request(""), line("", 1, CHEVRON, "Chevron Sea Glass")])
    with pytest.raises(DomainError, match="next sync"):
        actions.record_print(desk, ["request-"], duplicate_days=30)
    assert desk.outbox.waiting_count() == 0


def test_a_scanned_ticket_lies_on_the_bench_in_the_order_of_its_bins(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001")
    bench = screen.page.work.bench
    assert bench is not None
    assert [one.bin for one in bench.request.lines] == ["A-03-01", "C-01-02", ""]


def test_a_ticket_of_nobody_is_said_plainly(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-9999")
    tone, said = screen.said()
    assert tone is Tone.BAD
    assert "CTH-9999" in said


def test_the_right_sample_is_counted_and_a_wrong_one_is_told_with_both_names(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001", CHEVRON)
    assert screen.marked()[CHEVRON] == 1
    assert screen.said()[0] is Tone.GOOD
    screen.scans("0151-01")
    tone, said = screen.said()
    assert tone is Tone.BAD
    assert "Grasscloth Sea Mist" in said
    assert "Marlow Stripe Ink" in said
    screen.scans("999999")
    assert screen.said()[0] is Tone.BAD


def test_a_upc_and_a_quantity_in_front_are_understood(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001", "400012304009", f"2*{MARLOW}")
    assert screen.marked() == {CHEVRON: 1, MARLOW: 2, OCHRE: 0}


def test_more_than_was_asked_for_is_not_counted(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001", CHEVRON, CHEVRON)
    assert screen.marked()[CHEVRON] == 1
    assert screen.said()[0] is Tone.BAD


def test_a_line_code_of_the_paper_says_its_outcome(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001", "OT1:L:CTH-1001-3:S")
    assert screen.marked()[MARLOW] == 2


def test_all_that_happens_to_a_ticket_is_recorded_at_once(desk: Desk, screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001", CHEVRON)
    screen.chooses_line(0)
    screen.presses(Qt.Key.Key_B)
    screen.fills("backorder_until", date(2026, 12, 14))
    screen.pushes("backorder_mark")
    screen.chooses_line(2)
    screen.presses(Qt.Key.Key_W)
    screen.pushes("refused_mark")
    screen.scans(TRACKING)
    assert screen.freight() == ("UPS", TRACKING)
    screen.confirms()
    assert (request_line(desk, 1).shipped, request_line(desk, 1).tracking_no) == (1, TRACKING)
    assert (request_line(desk, 3).backordered, request_line(desk, 3).backordered_until) == (2, date(2026, 12, 14))
    assert (request_line(desk, 2).will_not_ship, bool(request_line(desk, 2).reason)) == (1, True)
    assert "mailed" in screen.said()[1]
    assert [row.state for row in screen.queue()] == ["in_part"]
    assert desk.database.read().get(SampleStock, f"{CALDER}:{CHEVRON}") == stock(CHEVRON, "C-01-02", 4)


def test_other_as_a_reason_needs_words(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001")
    screen.presses(Qt.Key.Key_W)
    screen.fills("refused_reason", "Other")
    screen.pushes("refused_mark")
    assert "refused_words" in screen.errors()
    assert sum(screen.marked().values()) == 0


def test_the_replacement_of_a_discontinued_item_is_offered(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001")
    screen.chooses_line(2)
    screen.presses(Qt.Key.Key_W)
    form = screen.shown_dialog()
    assert CHEVRON in str(form.form.text("refused_replacement"))  # type: ignore[attr-defined]


def test_all_the_rest_ships_in_one_key_and_the_request_leaves_the_queue(desk: Desk, screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001")
    screen.presses(Qt.Key.Key_A)
    screen.confirms()
    assert screen.queue() == []
    assert len(queries.confirmed(desk.database.read(), CALDER)) == 3
    assert len(queries.confirmed(desk.database.read(), CALDER, "marlow")) == 1


def test_a_marking_is_undone(screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001", CHEVRON, MARLOW)
    assert screen.page.can_undo()
    screen.page.undo()
    assert screen.marked() == {CHEVRON: 1, MARLOW: 0, OCHRE: 0}


def test_what_is_marked_is_kept_with_the_ticket(qtbot: QtBot, context: FeatureContext, screen: PickingScreen) -> None:
    screen.scans("OT1:T:CTH-1001", CHEVRON)
    again = PickingScreen(qtbot, context)
    again.scans("OT1:T:CTH-1001")
    assert again.marked()[CHEVRON] == 1


def test_a_second_confirmation_of_a_settled_line_is_refused_with_a_sentence(desk: Desk) -> None:
    said = [Marking("line-CTH-1001-1", "shipped", 1)]
    actions.confirm(desk, "request-CTH-1001", said)
    before = desk.outbox.waiting_count()
    with pytest.raises(DomainError, match="settled"):
        actions.confirm(desk, "request-CTH-1001", said)
    assert desk.outbox.waiting_count() == before


def test_counting_gives_an_item_its_bin(desk: Desk) -> None:
    actions.count_bin(desk, OCHRE, "b-07-01", 12)
    rows = queries.bins(desk.database.read(), desk.catalogue, CALDER, "ochre")
    assert [(row.bin, row.item_no, row.on_hand) for row in rows] == [("B-07-01", OCHRE, 12)]


def test_only_a_warehouse_sees_the_page(desk: Desk, tmp_path: Path) -> None:
    assert PickingFeature().visible_for(desk.acting)
    (tmp_path / "clerk").mkdir()
    clerk = make_desk(tmp_path / "clerk", "clerk")
    assert not PickingFeature().visible_for(clerk.acting)
    clerk.close()
