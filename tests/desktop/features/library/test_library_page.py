"""The library desk on screen, worked with the scanner and the keyboard only."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.feature import FeatureContext
from desktop.features.library.feature import LibraryFeature
from desktop.foundation.changes import ChangeBus, Changes
from desktop.foundation.qt_jobs import QtJobs
from desktop.sync.desk import Desk
from desktop.widgets.colours import Tone
from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from tests.builders.desk import CALDER, IVERSON, SHOWROOM, WINSLOW, make_context, make_desk, put
from tests.screens.library import LibraryScreen, Publisher

CHEVRON, MARLOW, VELOURS = "HPS000001", "HPS000002", "HPS000003"
WINSLOWS_CARD, IVERSONS_CARD = "HPSD1001", "HPSD1002"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = make_desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def context(desk: Desk) -> FeatureContext:
    return make_context(desk)


@pytest.fixture
def screen(qtbot: QtBot, context: FeatureContext) -> Iterator[LibraryScreen]:
    screen = LibraryScreen(qtbot, context)
    yield screen
    screen.page.hide()


def test_a_whole_visit_by_scanner_and_keys(screen: LibraryScreen) -> None:
    assert (screen.mode, screen.focus) == ("Taking back", "scan_box")
    screen.scans(WINSLOWS_CARD, CHEVRON, VELOURS)
    assert (screen.mode, screen.tone) == ("Lending", Tone.GOOD)
    assert screen.answer.startswith("Lent: Velours Royal Emerald Lent to Paloma Winslow, due Mon 30 Nov.")
    screen.presses(Qt.Key.Key_F6)
    screen.types_where_the_focus_is("Goldfarb Penthouse")
    assert screen.focus == "scan_box"
    screen.waits_for_loans(["Chevron Sea Glass", "Velours Royal Emerald"])
    assert screen.facts == {"Out now": "2", "Overdue": "0", "This visit": "2"}
    assert [row[0] for row in screen.log] == ["Sidemark", "Lent", "Lent", "Designer"]
    screen.presses(Qt.Key.Key_F8)
    assert screen.receipt_dialog.preview.page_count == 1
    screen.receipt_dialog.accept()
    screen.presses(Qt.Key.Key_F9)
    assert screen.mode == "Taking back"
    assert screen.label("visit_designer") == ""


def test_a_box_of_returns_needs_no_designer(screen: LibraryScreen) -> None:
    screen.scans(WINSLOWS_CARD, CHEVRON, MARLOW, "OT1:X:DONE", CHEVRON, MARLOW, VELOURS)
    assert [row[0] for row in screen.log[:3]] == ["Never lent", "Returned", "Returned"]
    assert screen.tone is Tone.ATTENTION
    screen.waits_for_loans([], "table_open_loans")


def test_undo_marks_the_line_and_walks_back(screen: LibraryScreen) -> None:
    screen.scans(WINSLOWS_CARD, CHEVRON, MARLOW)
    screen.undoes()
    assert screen.log[:2] == [("Undone", "Marlow Stripe Ink"), ("Lent", "Chevron Sea Glass")]
    assert "did not leave" in screen.answer
    screen.undoes()
    assert not screen.page.can_undo()
    screen.waits_for_loans([])


def test_the_answer_offers_its_step_by_key(screen: LibraryScreen) -> None:
    screen.scans(WINSLOWS_CARD, CHEVRON, CHEVRON)
    assert "Already hers" in screen.answer
    screen.presses(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert screen.log[0] == ("Returned", "Chevron Sea Glass")


def test_a_blocked_designer_is_a_clear_stop_with_a_way_on(screen: LibraryScreen, desk: Desk) -> None:
    with desk.database.write() as records:
        records.change(records.need(Designer, WINSLOW), blocked=True, notes="Owes three memos")
    screen.scans(WINSLOWS_CARD)
    assert screen.label("visit_notes") == "Owes three memos"
    screen.scans(CHEVRON)
    assert screen.tone is Tone.BAD
    screen.presses(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert screen.log[0] == ("Lent", "Chevron Sea Glass")


def test_three_letters_and_the_arrow_keys_choose_a_designer(screen: LibraryScreen, desk: Desk) -> None:
    put(desk.database, [Designer(id="winter", showroom_id=SHOWROOM, name="Ada Winter")])
    screen.types("win")
    assert screen.offered_names == ["Ada Winter", "Paloma Winslow"]
    screen.presses(Qt.Key.Key_Down)
    screen.presses(Qt.Key.Key_Return)
    assert screen.label("visit_designer") == "Paloma Winslow"
    assert screen.offered_names == []


def test_escape_closes_the_names_and_keeps_the_visit(screen: LibraryScreen, desk: Desk) -> None:
    put(desk.database, [Designer(id="winter", showroom_id=SHOWROOM, name="Ada Winter")])
    screen.scans(IVERSONS_CARD)
    screen.types("win")
    screen.presses(Qt.Key.Key_Escape)
    assert screen.offered_names == []
    assert screen.label("visit_designer") == "Anjali Iverson"


def test_f4_switches_between_lending_and_taking_back(screen: LibraryScreen) -> None:
    screen.scans(WINSLOWS_CARD, CHEVRON)
    screen.presses(Qt.Key.Key_F4)
    assert screen.mode == "Taking back"
    screen.scans(CHEVRON)
    assert screen.log[0][0] == "Returned"
    screen.presses(Qt.Key.Key_F4)
    assert screen.mode == "Lending"


def test_a_typed_due_day_stands_in_its_field(screen: LibraryScreen) -> None:
    screen.scans(WINSLOWS_CARD)
    screen.presses(Qt.Key.Key_F10)
    screen.types_where_the_focus_is("12/24")
    screen.scans(CHEVRON)
    assert "due Thu 24 Dec" in screen.answer
    assert screen.page.visit_panel.due_day.text() == "Thu 24 Dec"
    screen.presses(Qt.Key.Key_F10)
    screen.types_where_the_focus_is("yesterday")
    assert screen.tone is Tone.BAD


def test_half_typed_text_survives_scans_and_refreshes(screen: LibraryScreen) -> None:
    screen.half_types("pal")
    screen.scans(WINSLOWS_CARD, CHEVRON)
    screen.waits_for_loans(["Chevron Sea Glass"])
    assert screen.box_text == "pal"
    screen.presses(Qt.Key.Key_F6)
    screen.page.visit_panel.sidemark.setText("Goldfa")
    screen.scans(MARLOW)
    assert screen.page.visit_panel.sidemark.text() == "Goldfa"


def test_who_has_it_is_asked_from_the_scan_box(screen: LibraryScreen) -> None:
    screen.scans(WINSLOWS_CARD, MARLOW)
    screen.types("marlow")
    assert screen.copies() == [("Marlow Stripe Ink", "Paloma Winslow")]
    screen.scans("OT1:X:RETURN", MARLOW)
    assert screen.copies() == [("Marlow Stripe Ink", "")], "the answer follows what happens meanwhile"


def test_a_chosen_loan_is_taken_back_by_key(screen: LibraryScreen) -> None:
    screen.scans(WINSLOWS_CARD, CHEVRON, MARLOW)
    screen.waits_for_loans(["Chevron Sea Glass", "Marlow Stripe Ink"])
    screen.presses(Qt.Key.Key_F2)
    screen.page.loans.hers.select_place(1)
    screen.page.loans.hers.actions()[0].trigger()
    assert screen.log[0] == ("Returned", "Marlow Stripe Ink")
    screen.waits_for_loans(["Chevron Sea Glass"])


def test_an_unknown_barcode_becomes_a_copy_and_can_be_lent(screen: LibraryScreen) -> None:
    screen.scans(WINSLOWS_CARD, "4400917")
    assert screen.tone is Tone.BAD
    screen.presses(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    dialog = screen.add_copy_dialog
    assert dialog.form.text("barcode") == "4400917"
    dialog.search.setText("grasscloth")
    dialog.search.ask_now()
    assert [hit.title for hit in dialog.search.hits_on_screen()] == ["Grasscloth Sea Mist"]
    screen.presses(Qt.Key.Key_Return, on=dialog.search)
    assert dialog.form.values() | {"shelf": ""} == {
        "barcode": "4400917", "distributor_id": CALDER, "item_no": "0151-01", "title": "Grasscloth Sea Mist",
        "sample_type": "WING", "shelf": "", "condition": "GOOD",
    }  # fmt: skip
    screen.presses(Qt.Key.Key_Return, on=dialog.form.field("shelf"))
    assert screen.log[0] == ("New copy", "Grasscloth Sea Mist")
    screen.scans("4400917")
    assert screen.log[0] == ("Lent", "Grasscloth Sea Mist")


def test_a_barcode_that_is_taken_is_said_beside_its_field(screen: LibraryScreen) -> None:
    screen.page.add_copy(CHEVRON)
    dialog = screen.add_copy_dialog
    dialog.form.show_values({"item_no": "1", "title": "One"})
    screen.presses_button(dialog, "save_copy")
    assert "already on another copy" in dialog.form.errors()["barcode"]
    assert dialog.isVisible()


def test_another_page_opens_the_desk_for_a_designer_or_a_copy(screen: LibraryScreen, context: FeatureContext) -> None:
    context.routes.open("library", designer=IVERSON)
    assert screen.label("visit_designer") == "Anjali Iverson"
    context.routes.open("library", copy="copy-velours")
    assert screen.copies() == [("Velours Royal Emerald", "")]
    context.routes.open("library")
    assert screen.label("visit_designer") == "Anjali Iverson"


def test_find_anything_answers_with_designers_and_copies(screen: LibraryScreen, context: FeatureContext) -> None:
    hits = LibraryFeature().search(context, "winsl")
    assert [hit.title for hit in hits] == ["Paloma Winslow"]
    assert callable(hits[0].value)
    hits[0].value()
    assert screen.label("visit_designer") == "Paloma Winslow"
    assert [hit.detail for hit in LibraryFeature().search(context, "velours")] == ["on shelf A-01-1"]


def test_a_card_changed_elsewhere_shows_at_once(screen: LibraryScreen, desk: Desk, context: FeatureContext) -> None:
    screen.scans(WINSLOWS_CARD, CHEVRON)
    with desk.database.write() as records:
        records.change(records.need(Designer, WINSLOW), notes="Moved to Nashville")
    context.changes.publish(Changes.of("designers"))
    assert screen.label("visit_notes") == "Moved to Nashville"
    assert screen.facts["This visit"] == "1"


def test_scans_faster_than_the_disk_are_taken_in_their_order(qtbot: QtBot, desk: Desk) -> None:
    jobs = QtJobs()
    context = replace(make_context(desk, jobs), changes=ChangeBus())
    publisher = Publisher(desk, context.changes)
    screen = LibraryScreen(qtbot, context)
    screen.scans(WINSLOWS_CARD, CHEVRON, MARLOW, IVERSONS_CARD, VELOURS)
    qtbot.waitUntil(lambda: len(screen.log) == 5)
    assert [what for word, what in screen.log if word == "Lent"] == [
        "Velours Royal Emerald", "Marlow Stripe Ink", "Chevron Sea Glass",
    ]  # fmt: skip
    assert screen.label("visit_designer") == "Anjali Iverson"
    screen.page.hide()
    jobs.close()
    publisher.deleteLater()


def test_a_scan_is_done_at_once_while_the_file_is_free_and_waits_beside_the_window_while_it_is_not(
    qtbot: QtBot, desk: Desk
) -> None:
    jobs = QtJobs()
    screen = LibraryScreen(qtbot, make_context(desk, jobs))
    screen.scans(WINSLOWS_CARD, WINSLOWS_CARD, WINSLOWS_CARD)
    qtbot.waitUntil(lambda: len(screen.log) == 3)
    screen.scans(CHEVRON)
    assert screen.log[0] == ("Lent", "Chevron Sea Glass")
    assert desk.outbox.waiting_count() == 1
    writing, written = threading.Event(), threading.Event()

    def pull() -> None:
        with desk.database.write():
            writing.set()
            written.wait(10)

    pulling = threading.Thread(target=pull)
    pulling.start()
    assert writing.wait(10)
    screen.scans(MARLOW)
    assert screen.log[0] == ("Lent", "Chevron Sea Glass")
    written.set()
    pulling.join()
    screen.scans(VELOURS)
    qtbot.waitUntil(lambda: len(screen.log) == 6)
    assert [what for _, what in screen.log[:3]] == ["Velours Royal Emerald", "Marlow Stripe Ink", "Chevron Sea Glass"]
    screen.page.hide()
    jobs.close()


def test_a_code_that_is_still_coming_changes_nothing(screen: LibraryScreen, desk: Desk) -> None:
    screen.scans(WINSLOWS_CARD)
    for end in range(3, len(CHEVRON) + 1):
        screen.page.scan.scan_box.coming.emit(CHEVRON[:end])
    assert len(screen.log) == 1
    assert desk.outbox.waiting_count() == 0
    screen.scans(CHEVRON)
    assert screen.log[0] == ("Lent", "Chevron Sea Glass")


def test_a_full_disk_is_told_and_the_next_scan_goes_on(
    screen: LibraryScreen, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_operation: object) -> None:
        raise DomainError("disk_full", "The disk is full, so this was not saved.")

    screen.scans(WINSLOWS_CARD)
    with monkeypatch.context() as patched:
        patched.setattr(desk, "record", no_room)
        screen.scans(CHEVRON)
    assert screen.tone is Tone.BAD
    assert "The disk is full" in screen.answer
    screen.scans(CHEVRON)
    assert screen.log[0] == ("Lent", "Chevron Sea Glass")


def test_the_door_loads_nothing_heavy() -> None:
    code = (
        "import sys, desktop.features.library.feature, desktop.features.designers.feature;"
        "heavy = {'sqlalchemy', 'reportlab', 'requests', 'keyring', 'sqlcipher3', 'pypdfium2', 'alembic'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=_ROOT)
    assert done.stdout.strip() == "[]"


def test_making_the_page_loads_no_drawing_library_and_no_network() -> None:
    code = (
        "import sys, desktop.features.library.page, desktop.features.designers.page;"
        "heavy = {'sqlalchemy', 'reportlab', 'requests', 'keyring', 'pypdfium2', 'alembic'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=_ROOT)
    assert done.stdout.strip() == "[]"


_ROOT = Path(__file__).resolve().parents[4]
