"""Search, forms, notices, dialogs, key sheets, chips, buttons, tones and previews."""

from __future__ import annotations

import io
import wave
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.settings import SOUNDS, Settings
from desktop.widgets.answer_line import AnswerLine
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.chips import Chip, ChipLabel
from desktop.widgets.colours import Tone
from desktop.widgets.dialogs import ask, tell_bad_news
from desktop.widgets.form import Form
from desktop.widgets.icons import pixmap
from desktop.widgets.key_help import KeyHelp, KeyHint
from desktop.widgets.notice_views import BannerArea, Toasts
from desktop.widgets.notices import Notices
from desktop.widgets.pdf_preview import PdfPreview
from desktop.widgets.row_table import RowTable
from desktop.widgets.search_box import SearchBox, SearchHit
from desktop.widgets.sounds import Sounds, write_tone
from desktop.widgets.table_export import pasted_text, safe_cell
from desktop.widgets.theme import ThemeKeeper
from tests.desktop.widgets.loans import COLUMNS, LOANS, Loan


@pytest.fixture
def window(qtbot: QtBot, theme: ThemeKeeper) -> QWidget:
    made = QWidget()
    made.resize(800, 600)
    QVBoxLayout(made)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def put(window: QWidget, widget: QWidget) -> None:
    layout = window.layout()
    assert layout is not None
    layout.addWidget(widget)
    widget.show()


def child(parent: QWidget, kind: type[QPushButton], name: str) -> QPushButton:
    found = parent.findChild(kind, name)
    assert isinstance(found, QPushButton)
    return found


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


# --- search ------------------------------------------------------------------------------------------


@pytest.fixture
def search(window: QWidget) -> SearchBox:
    box = SearchBox("search_catalogue", "Item, pattern or colour", pause_milliseconds=5)
    put(window, box)
    box.setFocus()
    return box


HITS = (SearchHit("1354.08 Chevron, Sea Glass", value="a"), SearchHit("1354.11 Chevron, Ochre", value="b"))


def test_a_search_asks_once_for_a_run_of_keys(search: SearchBox, qtbot: QtBot) -> None:
    asked: list[str] = []
    search.asked.connect(asked.append)
    with qtbot.waitSignal(search.asked):
        QTest.keyClicks(search, "chev ")
    assert asked == ["chev"]


def test_emptying_the_search_is_told_at_once(search: SearchBox) -> None:
    asked: list[str] = []
    search.asked.connect(asked.append)
    search.setText("chev")
    search.ask_now()
    search.clear()
    assert asked == ["chev", ""]


def test_arrows_and_enter_choose_an_answer_while_the_focus_stays(search: SearchBox) -> None:
    chosen: list[SearchHit] = []
    search.hit_chosen.connect(chosen.append)
    search.setText("1354")
    search.ask_now()
    search.show_hits(HITS)
    QTest.keyClick(search, Qt.Key.Key_Down)
    assert search.hasFocus()
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen == [HITS[1]]
    assert search.hits_on_screen() == []


def test_enter_waits_for_the_answers_to_what_stands_in_the_field(search: SearchBox) -> None:
    chosen: list[SearchHit] = []
    search.hit_chosen.connect(chosen.append)
    search.setText("13")
    search.ask_now()
    search.show_hits(HITS)
    QTest.keyClicks(search, "54")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen == []
    search.show_hits(HITS[1:])
    assert chosen == [HITS[1]]
    search.show_hits(HITS)
    assert chosen == [HITS[1]]


def test_the_choice_goes_round_at_the_ends(search: SearchBox) -> None:
    chosen: list[SearchHit] = []
    search.hit_chosen.connect(chosen.append)
    search.show_hits(HITS)
    QTest.keyClick(search, Qt.Key.Key_Up)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen == [HITS[1]]


def test_escape_closes_the_answers_then_empties_the_field_then_leaves(search: SearchBox, qtbot: QtBot) -> None:
    search.setText("1354")
    search.show_hits(HITS)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.hits_on_screen() == []
    assert search.text() == "1354"
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == ""
    with qtbot.waitSignal(search.finished):
        QTest.keyClick(search, Qt.Key.Key_Escape)


def test_a_search_walks_its_table_while_typing_goes_on(search: SearchBox, window: QWidget) -> None:
    table: RowTable[Loan] = RowTable("table_hits", "Hits", COLUMNS, lambda loan: loan.loan_id)
    put(window, table)
    table.show_rows(LOANS)
    search.walk(table)
    activated: list[Loan] = []
    table.row_activated.connect(activated.append)
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert activated == [LOANS[1]]
    assert search.hasFocus()


def test_enter_takes_the_first_row_at_once(search: SearchBox, window: QWidget) -> None:
    table: RowTable[Loan] = RowTable("table_hits", "Hits", COLUMNS, lambda loan: loan.loan_id)
    put(window, table)
    table.show_rows(LOANS)
    search.walk(table)
    activated: list[Loan] = []
    table.row_activated.connect(activated.append)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert activated == [LOANS[0]]


# --- forms -------------------------------------------------------------------------------------------


@pytest.fixture
def form(window: QWidget) -> Form:
    made = Form()
    made.add_text("sidemark", "Sidemark", " Alder Residence ")
    made.add_number("memos", "Memos", 2, least=1, most=9, unit="each")
    made.add_date("needed_on", "Needed by", date(2026, 12, 4))
    made.add_choice("ship", "Ship by", (("ground", "Ground"), ("second_day", "Second day")), "second_day")
    made.add_switch("acknowledge", "Mail an acknowledgement", True)
    made.add_note("note", "Note")
    put(window, made)
    return made


def test_a_form_gives_what_stands_in_its_fields(form: Form) -> None:
    assert form.values() == {
        "sidemark": "Alder Residence",
        "memos": 2,
        "needed_on": date(2026, 12, 4),
        "ship": "second_day",
        "acknowledge": True,
        "note": "",
    }


def test_a_form_shows_other_values(form: Form) -> None:
    form.show_values({"sidemark": "Whitlock", "memos": 5, "ship": "ground", "needed_on": date(2027, 1, 8)})
    assert form.text("sidemark") == "Whitlock"
    assert form.values()["memos"] == 5
    assert form.text("ship") == "ground"
    assert form.values()["needed_on"] == date(2027, 1, 8)


def test_an_error_stands_below_its_field_and_goes_when_the_field_is_edited(form: Form) -> None:
    sentence = "Say which project this is for."
    form.show_errors({"sidemark": sentence})
    field = form.field("sidemark")
    error = form.findChild(QLabel, "sidemark_error")
    assert isinstance(error, QLabel)
    assert error.isVisible()
    assert field.hasFocus()
    assert field.accessibleDescription() == sentence
    QTest.keyClicks(field, "A")
    assert form.errors() == {}
    assert not error.isVisible()


def test_every_field_can_be_found_and_read_aloud(form: Form) -> None:
    for name, caption in (("sidemark", "Sidemark"), ("memos", "Memos"), ("acknowledge", "Mail an acknowledgement")):
        assert form.field(name).objectName() == name
        assert form.field(name).accessibleName() == caption


# --- notices -----------------------------------------------------------------------------------------


def test_a_notice_is_shown_kept_and_offers_its_step(window: QWidget) -> None:
    notices, done = Notices(), list[str]()
    toasts = Toasts(notices, window)
    notices.say(Tone.GOOD, "Lent to Dana Weiss.", "Undo", lambda: done.append("undo"))
    assert toasts.sentences() == ["Lent to Dana Weiss."]
    click(child(toasts, QPushButton, "notice_action"))
    assert done == ["undo"]
    assert toasts.sentences() == []
    assert [notice.sentence for notice in notices.history] == ["Lent to Dana Weiss."]


def test_a_long_sentence_is_not_cut_off(window: QWidget) -> None:
    notices = Notices()
    toasts = Toasts(notices, window)
    notices.bad("The printer does not answer. " * 8)
    sentence = toasts.findChild(QLabel, "notice_sentence")
    assert isinstance(sentence, QLabel)
    assert sentence.height() >= sentence.heightForWidth(sentence.width())
    assert toasts.geometry().bottom() < window.height()


def test_only_the_last_few_notices_stand_on_screen(window: QWidget) -> None:
    notices = Notices()
    toasts = Toasts(notices, window)
    for number in range(6):
        notices.good(f"{number} saved.")
    assert toasts.sentences() == ["3 saved.", "4 saved.", "5 saved."]


def test_a_banner_stays_until_its_cause_is_gone(window: QWidget) -> None:
    notices = Notices()
    area = BannerArea(notices)
    put(window, area)
    notices.raise_banner("restored", Tone.ATTENTION, "The server was restored.")
    notices.raise_banner("restored", Tone.ATTENTION, "The server was restored. 4 are sent again.")
    assert area.sentences() == ["The server was restored. 4 are sent again."]
    notices.lower_banner("restored")
    assert area.sentences() == []
    assert not area.isVisible()


def test_a_banner_raised_before_the_window_is_shown_in_it(window: QWidget) -> None:
    notices = Notices()
    notices.raise_banner("profile", Tone.ATTENTION, "The profile lies in “Dropbox”.")
    area = BannerArea(notices)
    put(window, area)
    assert area.sentences() == ["The profile lies in “Dropbox”."]


def test_the_answer_to_a_scan_says_what_and_how(window: QWidget) -> None:
    line, undone = AnswerLine("Scan a card to begin."), list[str]()
    put(window, line)
    assert line.said == "Scan a card to begin."
    height = line.height()
    line.say(Tone.GOOD, "Chevron, Sea Glass", "Lent until 4 December.", "Undo", lambda: undone.append("scan"))
    assert line.said == "Chevron, Sea Glass Lent until 4 December."
    assert line.accessibleName() == line.said
    assert line.tone is Tone.GOOD
    assert abs(line.height() - height) <= 2
    click(child(line, QPushButton, "answer_action"))
    assert undone == ["scan"]


# --- sounds ------------------------------------------------------------------------------------------


def test_the_three_tones_differ_in_length_and_can_be_played(tmp_path: Path) -> None:
    lengths = set()
    for tone in (Tone.GOOD, Tone.ATTENTION, Tone.BAD):
        file = tmp_path / f"{tone}.wav"
        write_tone(file, tone)
        with wave.open(str(file)) as sound:
            assert sound.getsampwidth() == 2
            samples = memoryview(sound.readframes(sound.getnframes())).cast("h")
            lengths.add(len(samples))
        assert 5_000 < max(samples) < 32_767
    assert len(lengths) == 3


def test_no_tone_is_made_when_the_person_wants_silence(tmp_path: Path, settings: Settings) -> None:
    settings.choose(SOUNDS, False)
    Sounds(tmp_path, settings).play(Tone.BAD)
    assert list(tmp_path.iterdir()) == []


# --- dialogs, keys, chips, buttons -------------------------------------------------------------------


def test_a_question_does_what_its_verb_says_only_when_it_is_taken(window: QWidget) -> None:
    done: list[str] = []
    first = ask(window, "Discard it?", "It was not sent.", "Discard", lambda: done.append("one"), dangerous=True)
    QTest.keyClick(first, Qt.Key.Key_Escape)
    assert done == []
    second = ask(window, "Discard it?", "It was not sent.", "Discard", lambda: done.append("two"))
    click(child(second, QPushButton, "answer_yes"))
    assert done == ["two"]


def test_enter_does_not_take_the_dangerous_answer(window: QWidget, qtbot: QtBot) -> None:
    done: list[str] = []
    question = ask(window, "Discard it?", "It was not sent.", "Discard", lambda: done.append("x"), dangerous=True)
    with qtbot.waitSignal(question.rejected):
        QTest.keyClick(question, Qt.Key.Key_Return)
    assert done == []


def test_bad_news_is_told_whole(window: QWidget) -> None:
    news = tell_bad_news(window, "Not saved", "The disk is full. Earlier scans are kept. Free some room.")
    words = [label.text() for label in news.findChildren(QLabel)]
    assert "Not saved" in words
    assert "The disk is full. Earlier scans are kept. Free some room." in words
    news.close()


def test_the_sheet_of_keys_lists_each_key_and_closes_with_f1(window: QWidget, qtbot: QtBot) -> None:
    sheet = KeyHelp((("Library", (KeyHint("F4", "Return instead of lend"), KeyHint("12*", "A quantity"))),), window)
    sheet.open()
    words = [label.text() for label in sheet.findChildren(QLabel)]
    assert {"Library", "F4", "Return instead of lend", "12*", "A quantity"} <= set(words)
    with qtbot.waitSignal(sheet.accepted):
        QTest.keyClick(sheet, Qt.Key.Key_F1)


def test_a_chip_says_its_word_to_screen_readers_and_takes_the_room_it_needs(window: QWidget) -> None:
    chip = ChipLabel(Chip(Tone.ATTENTION, "Due"))
    put(window, chip)
    narrow = chip.width()
    chip.show_chip(Chip(Tone.BAD, "Overdue 12 days"))
    assert chip.accessibleName() == "Overdue 12 days"
    assert chip.width() > narrow


def test_a_button_shows_an_ampersand_and_its_key(window: QWidget) -> None:
    pressed: list[str] = []
    button = Button("send", "Send to Linden & Vale", lambda: pressed.append("x"), kind=Kind.PRIMARY, key="Ctrl+Return")
    put(window, button)
    assert button.text() == "Send to Linden && Vale"
    assert "Ctrl+Return" in button.toolTip()
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert pressed == ["x"]


def test_an_icon_is_drawn_in_the_colour_asked_for(theme: ThemeKeeper) -> None:
    image = pixmap("barcode", "#0f6a63", 48).toImage()
    drawn = {
        image.pixelColor(x, y).name() for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() == 255
    }
    assert drawn == {QColor("#0f6a63").name()}


def test_cells_that_a_spreadsheet_would_run_are_made_text() -> None:
    assert [safe_cell(text) for text in ("=1+1", "@SUM(A1)", "+44 20", "-4", "+12.5", "1354.08", "")] == [
        "'=1+1",
        "'@SUM(A1)",
        "'+44 20",
        "-4",
        "+12.5",
        "1354.08",
        "",
    ]


def test_a_break_inside_a_pasted_cell_does_not_split_the_row() -> None:
    assert pasted_text([("a\nb", "c\td")]) == "a b\tc d"


# --- preview -----------------------------------------------------------------------------------------


def pdf_of(pages: int) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(200, 300))
    for _ in range(pages):
        canvas.rect(0, 0, 200, 300, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_a_preview_draws_the_pages_in_sight_and_no_others(window: QWidget, qtbot: QtBot) -> None:
    preview = PdfPreview(pdf_of(9), "tickets.pdf")
    put(window, preview)
    qtbot.waitUntil(lambda: 0 in preview.drawn_pages())
    assert preview.page_count == 9
    assert 8 not in preview.drawn_pages()
    first = preview.findChildren(QLabel)
    picture = next(label.pixmap() for label in first if label.accessibleName() == "Page 1")
    assert picture.toImage().pixelColor(picture.width() // 2, picture.height() // 2).name() == "#000000"


def test_a_preview_zooms_within_reason_and_saves_the_very_same_file(
    window: QWidget, qtbot: QtBot, tmp_path: Path
) -> None:
    pdf = pdf_of(1)
    printed: list[str] = []
    preview = PdfPreview(pdf, "tickets.pdf", lambda: printed.append("x"))
    put(window, preview)
    qtbot.waitUntil(lambda: preview.drawn_pages() == {0})
    page = next(label for label in preview.findChildren(QLabel) if label.accessibleName() == "Page 1")
    before = page.width()
    preview.zoom_by(1.25)
    assert page.width() > before
    for _ in range(20):
        preview.zoom_by(1.25)
    assert page.width() < before * 4
    click(child(preview, QPushButton, "print_pdf"))
    assert printed == ["x"]
    preview.save(tmp_path / "tickets.pdf")
    assert (tmp_path / "tickets.pdf").read_bytes() == pdf


def test_a_preview_without_a_printer_offers_no_print_button(window: QWidget) -> None:
    preview = PdfPreview(pdf_of(1), "tickets.pdf")
    put(window, preview)
    assert preview.findChild(QPushButton, "print_pdf") is None
    assert preview.findChild(QLineEdit) is None
