"""A wave begins with one walk through the warehouse and goes on with its tickets."""

import time
from dataclasses import replace

import pytest

from desktop.printing.papers import Paper
from desktop.printing.waves import stops_of, wave_pdf
from tests.desktop.printing.paperwork import a_line, a_ticket, a_wave
from tests.desktop.printing.reading import ink_at_edges, page_texts, scanned_texts


def test_the_walk_takes_each_item_once_and_tells_whose_it_is() -> None:
    first = a_ticket("KRA-1", line_list=(a_line("KRA-1", 1, bin="A-10", quantity=2), a_line("KRA-1", 2, bin="A-2")))
    second = a_ticket("KRA-2", line_list=(a_line("KRA-2", 1, bin="A-10", quantity=3),))

    stops = stops_of(a_wave(first, second))

    assert [(stop.line.bin, stop.quantity, stop.shares) for stop in stops] == [
        ("A-2", 1, ((1, "KRA-1", 1),)),
        ("A-10", 5, ((1, "KRA-1", 2), (2, "KRA-2", 3))),
    ]


def test_another_sample_type_of_an_item_is_another_stop() -> None:
    ticket = a_ticket(line_list=(a_line("K", 1, sample_type="memo"), a_line("K", 1, sample_type="wing")))

    assert [stop.line.sample_type for stop in stops_of(a_wave(ticket))] == ["memo", "wing"]


def test_an_item_twice_on_one_ticket_is_taken_for_that_ticket_in_one_go() -> None:
    ticket = a_ticket("KRA-1", line_list=(a_line("KRA-1", 1), a_line("KRA-1", 1, quantity=4)))

    (stop,) = stops_of(a_wave(ticket))

    assert (stop.quantity, stop.shares) == (5, ((1, "KRA-1", 5),))


@pytest.mark.parametrize("paper", list(Paper))
def test_the_walk_list_comes_first_then_the_tickets_with_their_place_on_the_cart(paper: Paper) -> None:
    texts = page_texts(wave_pdf(a_wave(a_ticket("KRA-1", 2), a_ticket("KRA-2", 3)), paper=paper))

    assert len(texts) == 3
    assert "walk list Wave W-118 2 tickets · 5 lines · 5 samples" in texts[0]
    assert "A-10 1301-01 Κυκλάδες · Λευκό · memo 2 1 KRA-1 × 1 2 KRA-2 × 1" in texts[0]
    assert "Walk list W-118 · page 1 of 1" in texts[0]
    assert "Wave W-118 · place 1" in texts[1]
    assert "KRA-1 · page 1 of 1" in texts[1]
    assert "Wave W-118 · place 2" in texts[2]


def test_an_item_on_a_hundred_tickets_breaks_over_pages_without_losing_one() -> None:
    tickets = [a_ticket(f"KRA-{2000 + number}", 1) for number in range(100)]

    pdf = wave_pdf(a_wave(*tickets))

    walk = " ".join(text for text in page_texts(pdf) if "Walk list" in text)
    assert [number for number in range(2000, 2100) if f"KRA-{number} × 1" not in walk] == []
    assert "continued" in walk
    assert not ink_at_edges(pdf, margin_mm=5)


def test_a_wave_without_tickets_or_lines_says_so() -> None:
    assert "This wave holds no tickets, so there is nothing to pick." in page_texts(wave_pdf(a_wave()))[0]
    empty = page_texts(wave_pdf(a_wave(a_ticket(lines=0))))
    assert "The tickets of this wave have no lines, so there is nothing to pick." in empty[0]


def test_the_barcode_of_the_wave_is_read_when_it_has_one() -> None:
    wave = replace(a_wave(a_ticket("KRA-1", 1)), barcode_text="OT1:X:W-118")

    assert scanned_texts(wave_pdf(wave))[0] == ["OT1:X:W-118"]


def test_a_hundred_tickets_are_ready_before_a_picker_has_her_gloves_on() -> None:
    wave = a_wave(*(a_ticket(f"KRA-{2000 + number}", 8) for number in range(100)))
    started = time.process_time()

    wave_pdf(wave)

    assert time.process_time() - started < 5.0
