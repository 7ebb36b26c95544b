"""A picking ticket shows what to fetch and for whom, and every barcode on it is read from a 200-dpi print."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.printing.papers import Paper
from desktop.printing.tickets import picking_ticket_pdf
from shared_models.kernel.errors import DomainError
from tests.desktop.printing.paperwork import a_line, a_ticket
from tests.desktop.printing.reading import (
    ink_at_edges,
    page_pictures,
    page_sizes_mm,
    page_texts,
    scanned,
    scanned_texts,
)


@pytest.mark.parametrize(
    ("paper", "size", "line_symbol"),
    [
        (Paper.A5, (148, 210), "QR Code"),
        (Paper.A4, (210, 297), "Code 128"),
        (Paper.LETTER, (216, 279), "Code 128"),
    ],
)
def test_the_ticket_and_each_line_can_be_scanned(paper: Paper, size: tuple[int, int], line_symbol: str) -> None:
    pdf = picking_ticket_pdf(a_ticket(lines=3), paper=paper)

    assert page_sizes_mm(pdf) == [size]
    (picture,) = page_pictures(pdf)
    assert scanned(picture) == [
        ("Code 128", "OT1:T:KRA-1042"),
        (line_symbol, "OT1:L:KRA-1042-1:S"),
        (line_symbol, "OT1:L:KRA-1042-2:S"),
        (line_symbol, "OT1:L:KRA-1042-3:S"),
    ]


@pytest.mark.parametrize("paper", list(Paper))
def test_paper_only_lines_carry_shipped_backordered_and_will_not_ship_in_this_order(paper: Paper) -> None:
    lines = (a_line("KRA-1042", 1, bin="A-1"), a_line("KRA-1042", 2, bin="A-2"))

    (texts,) = scanned_texts(picking_ticket_pdf(a_ticket(lines=0, paper_only=True, line_list=lines), paper=paper))

    assert texts == ["OT1:T:KRA-1042", *(f"OT1:L:KRA-1042-{line}:{way}" for line in (1, 2) for way in "SBW")]


def test_a_paper_only_ticket_without_outcome_codes_is_the_callers_mistake() -> None:
    ticket = a_ticket(paper_only=True, line_list=(a_line("KRA-1042", 1, outcomes=None),))

    with pytest.raises(ValueError, match="no outcome barcodes"):
        picking_ticket_pdf(ticket)


def test_lines_stand_in_the_order_in_which_a_picker_walks() -> None:
    bins = ("B-1", "", "A-10", "A-2", "10", "9")
    lines = tuple(a_line("KRA-1042", number, bin=name) for number, name in enumerate(bins, start=1))

    (texts,) = scanned_texts(picking_ticket_pdf(a_ticket(line_list=lines), paper=Paper.LETTER))

    assert [text.split("-")[2].split(":")[0] for text in texts[1:]] == ["6", "5", "4", "3", "1", "2"]


def test_the_ticket_says_for_whom_how_and_since_when() -> None:
    (text,) = page_texts(picking_ticket_pdf(a_ticket(note="Send with KRA-1040.")))

    for said in (
        "Kravane & Sons",
        "Studio Aldous Finch 1180 Merchandise Row, Suite 412 Chicago, IL 60654",
        "Atelier Nord",
        "Mara Delacroix-Ødegård account 118-0442",
        "Second day air",
        "Wren Residence",
        "16 Nov 2026 6 days ago",
        "Send with KRA-1040.",
        "printed 22 Nov 2026, 14:05",
        "3 lines, 3 samples",
        "KRA-1042 · page 1 of 1",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("asked_on", "words"),
    [(date(2026, 11, 22), "today"), (date(2026, 11, 21), "1 day ago"), (date(2026, 11, 25), "today")],
)
def test_the_age_is_said_in_days(asked_on: date, words: str) -> None:
    assert words in page_texts(picking_ticket_pdf(a_ticket(asked_on=asked_on)))[0]


def test_greek_cyrillic_and_accents_are_words_on_paper() -> None:
    (text,) = page_texts(picking_ticket_pdf(a_ticket(lines=4), paper=Paper.LETTER))

    assert "Κυκλάδες · Λευκό" in text
    assert "Жаккард Полина · Бордо" in text
    assert "Château d'Été · Crème brûlée" in text


def test_only_a_reprint_is_marked_as_one() -> None:
    assert "REPRINT" not in page_texts(picking_ticket_pdf(a_ticket()))[0]
    assert "REPRINT 2" in page_texts(picking_ticket_pdf(a_ticket(print_number=2)))[0]
    assert "REPRINT 3" in page_texts(picking_ticket_pdf(a_ticket(print_number=3)))[0]


def test_possible_duplicates_are_told_on_the_ticket_and_at_their_line() -> None:
    flag = "Same memo for the same designer, shipped 6 days ago from showroom B."
    lines = (a_line("KRA-1042", 1, note="Shipped as KRA-0998"),)

    (text,) = page_texts(picking_ticket_pdf(a_ticket(duplicate_flags=(flag,), line_list=lines)))

    assert "POSSIBLE DUPLICATE" in text
    assert flag in text
    assert "Shipped as KRA-0998" in text
    assert "POSSIBLE DUPLICATE" not in page_texts(picking_ticket_pdf(a_ticket()))[0]


@pytest.mark.parametrize("paper", list(Paper))
def test_sixty_lines_break_over_pages_that_all_say_whose_they_are(paper: Paper) -> None:
    pdf = picking_ticket_pdf(a_ticket(lines=60), paper=paper)

    texts, codes = page_texts(pdf), scanned_texts(pdf)
    assert len(texts) > 2
    for number, (text, page_codes) in enumerate(zip(texts, codes, strict=True), start=1):
        assert f"KRA-1042 · page {number} of {len(texts)}" in text
        assert "BIN ITEM QTY" in text
        assert page_codes.count("OT1:T:KRA-1042") == 1
    on_paper = sorted(code for page_codes in codes for code in page_codes if code.startswith("OT1:L:"))
    assert on_paper == sorted(f"OT1:L:KRA-1042-{number}:S" for number in range(1, 61))
    assert not ink_at_edges(pdf, margin_mm=5)


def test_the_lines_to_sign_never_stand_on_a_page_without_a_sample() -> None:
    for lines in range(1, 30):
        last = page_texts(picking_ticket_pdf(a_ticket(lines=lines)))[-1]
        assert "Picked by" in last
        assert re.search(r"13\d\d-0\d", last), f"{lines} lines"


def test_a_very_long_name_wraps_and_leaves_the_page_and_its_barcode_whole() -> None:
    name = "Hartwell Performance Bouclé with Stain Guard, Wide Width, Railroaded, " * 20
    lines = (a_line("KRA-1042", 1, pattern=name), a_line("KRA-1042", 2, pattern="W" * 900, item_number="9" * 80))
    pdf = picking_ticket_pdf(
        a_ticket(line_list=lines, sidemark=name, ship_to=(name, name), showroom="V" * 300, number="N" * 90)
    )

    codes = [code for page in scanned_texts(pdf) for code in page]
    assert {"OT1:L:KRA-1042-1:S", "OT1:L:KRA-1042-2:S"} <= set(codes)
    assert "Stain Guard" in " ".join(page_texts(pdf))
    assert not ink_at_edges(pdf, margin_mm=5)


def test_line_ends_controls_and_direction_marks_in_names_change_nothing_else() -> None:
    hostile = a_ticket(
        sidemark="Wren\r\nResidence\x00\x07",
        ship_to=("Studio\u202e Aldous\u2066 Finch", "1180 Merchandise Row, Suite 412", "Chicago,\tIL 60654"),
    )

    (hostile_text,) = page_texts(picking_ticket_pdf(hostile))
    (plain_text,) = page_texts(picking_ticket_pdf(a_ticket()))

    assert hostile_text == plain_text


@settings(max_examples=25)
@given(name=st.text(st.characters(), max_size=60))
def test_any_text_at_all_prints_and_leaves_the_barcodes_readable(name: str) -> None:
    line = a_line("KRA-1042", 1, pattern=name, item_number=name, bin=name, note=name)

    pdf = picking_ticket_pdf(a_ticket(line_list=(line,), sidemark=name, ship_to=(name,), note=name))

    assert "OT1:L:KRA-1042-1:S" in [code for page in scanned_texts(pdf) for code in page]


def test_a_ticket_without_lines_says_so() -> None:
    (text,) = page_texts(picking_ticket_pdf(a_ticket(lines=0)))

    assert "This ticket has no lines, so there is nothing to pick." in text
    assert "0 lines, 0 samples" in text


def test_a_barcode_too_long_for_the_paper_is_refused_in_a_sentence() -> None:
    with pytest.raises(DomainError, match="does not fit the space on this paper") as refused:
        picking_ticket_pdf(a_ticket(line_list=(a_line("KRA-1042", 1, barcode_text="x" * 5_000),)))

    assert refused.value.code == "barcode_too_long"


def test_the_same_ticket_gives_the_same_bytes() -> None:
    assert picking_ticket_pdf(a_ticket()) == picking_ticket_pdf(a_ticket())
