"""The letter to a distributor's sample department says all that is needed to send the samples."""

from dataclasses import replace
from datetime import date

import pypdfium2
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_server.features.mail.request_document import RequestDocument, RequestedSample
from sync_server.features.mail.request_pdf import sample_request_pdf


def page_texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def page_sizes(pdf: bytes) -> set[tuple[float, float]]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return {page.get_size() for page in document}
    finally:
        document.close()


def a_request(lines: int = 3) -> RequestDocument:
    names = (("Brissac Damask", "Verdigris"), ("Κυκλάδες", "Λευκό"), ("Жаккард Полина", "Crème brûlée"))
    return RequestDocument(
        number="KRA-1042",
        requested_on=date(2026, 11, 22),
        showroom="Atelier Nord",
        showroom_address=("222 Merchandise Plaza, Suite 640", "Chicago, IL 60654"),
        distributor="Kravane & Sons",
        ship_to=("Studio Aldous Finch", "1180 Merchandise Row, Suite 412", "Chicago, IL 60654"),
        ship_method="Second day air",
        sidemark="Wren Residence",
        designer="Mara Delacroix-Ødegård",
        account="118-0442",
        lines=tuple(
            RequestedSample(f"{1300 + index}.0{index % 7}", *names[index % 3], "memo", 1 + index % 2)
            for index in range(lines)
        ),
        note="Please send with the wing cards.\nCall the desk when backordered.",
    )


def test_the_letter_says_who_asks_for_what_and_where_it_goes() -> None:
    pdf = sample_request_pdf(a_request())

    assert page_sizes(pdf) == {(612.0, 792.0)}
    (text,) = page_texts(pdf)
    for said in (
        "Atelier Nord 222 Merchandise Plaza, Suite 640 Chicago, IL 60654",
        "KRA-1042 22 Nov 2026",
        "To the sample department of Kravane & Sons",
        "Studio Aldous Finch 1180 Merchandise Row, Suite 412 Chicago, IL 60654",
        "Second day air",
        "Wren Residence",
        "Mara Delacroix-Ødegård",
        "118-0442",
        "1300.00 Brissac Damask Verdigris memo 1",
        "1301.01 Κυκλάδες Λευκό memo 2",
        "1302.02 Жаккард Полина Crème brûlée memo 1",
        "3 lines, 4 samples",
        "NOTE Please send with the wing cards. Call the desk when backordered.",
        "page 1 of 1",
    ):
        assert said in text


def test_a_long_request_repeats_its_column_heads_and_counts_its_pages() -> None:
    texts = page_texts(sample_request_pdf(a_request(60)))

    assert len(texts) == 3
    for number, text in enumerate(texts, start=1):
        assert "ITEM PATTERN COLOUR TYPE QTY" in text
        assert f"Sample request KRA-1042 · Atelier Nord page {number} of 3" in text
    assert [number for number in range(1300, 1360) if f"{number}.0" not in " ".join(texts)] == []


def test_a_request_without_lines_or_note_says_so() -> None:
    (text,) = page_texts(sample_request_pdf(replace(a_request(0), note="", account="")))

    assert "This request holds no lines: nothing needs to be sent." in text
    assert "NOTE" not in text
    assert "DESIGNER'S ACCOUNT WITH YOU –" in text


def test_names_are_words_and_never_markup_or_new_lines() -> None:
    hostile = replace(
        a_request(),
        distributor="<b>Kravane</b> & <img src='x'/>",
        sidemark="Wren\r\nBcc: a@b\x00",
        showroom="Nord\u202e",
    )

    (text,) = page_texts(sample_request_pdf(hostile))

    assert "<b>Kravane</b> & <img src='x'/>" in text
    assert "Wren Bcc: a@b" in text
    assert "\u202e" not in text


@settings(max_examples=25)
@given(name=st.text(st.characters(), max_size=600), long=st.integers(1, 30))
def test_any_text_of_any_length_makes_a_letter(name: str, long: int) -> None:
    line = RequestedSample(name * long, name * long, name * long, name * long, 1)
    request = replace(a_request(), sidemark=name * long, ship_to=(name * long,), note=name * long, lines=(line,))

    assert "KRA-1042" in page_texts(sample_request_pdf(request))[0]


def test_the_same_request_gives_the_same_bytes() -> None:
    assert sample_request_pdf(a_request()) == sample_request_pdf(a_request())
