"""A loan receipt tells a designer what she took, by when it is due, and has a line for her name."""

from dataclasses import replace
from datetime import date

import pytest

from desktop.printing.papers import Paper
from desktop.printing.receipts import receipt_pdf
from tests.desktop.printing.paperwork import a_receipt
from tests.desktop.printing.reading import ink_at_edges, page_texts, scanned_texts


@pytest.mark.parametrize("paper", list(Paper))
def test_the_receipt_says_who_took_what_and_when_it_is_due(paper: Paper) -> None:
    pdf = receipt_pdf(a_receipt(2), paper=paper)

    (text,) = page_texts(pdf)
    for said in (
        "Atelier Nord",
        "Loan receipt L-2207",
        "Please return by 6 Dec 2026",
        "Studio Aldous Finch",
        "Wren Residence",
        "22 Nov 2026, 14:05 by Dana Weiss",
        "ATN-4471 1300-00 Brissac Damask · Verdigris memo 6 Dec 2026",
        "ATN-4472 1301-00 Κυκλάδες · Λευκό memo 6 Dec 2026",
        "2 copies",
        "Signature",
        "page 1 of 1",
    ):
        assert said in text
    assert scanned_texts(pdf) == [["OT1:D:ATN-0442"]]


def test_several_due_days_name_the_first_and_each_line_its_own() -> None:
    receipt = a_receipt(2)
    later = replace(receipt.copies[1], due_on=date(2026, 12, 13))

    (text,) = page_texts(receipt_pdf(replace(receipt, copies=(later, receipt.copies[0]))))

    assert "First due back 6 Dec 2026" in text
    assert "13 Dec 2026" in text


def test_a_give_away_is_hers_to_keep() -> None:
    receipt = a_receipt(2)
    given = replace(receipt.copies[0], due_on=None)

    (text,) = page_texts(receipt_pdf(replace(receipt, copies=(given, receipt.copies[1]))))
    (only_given,) = page_texts(receipt_pdf(replace(receipt, copies=(given,))))

    assert "2 copies, 1 of them to keep" in text
    assert "Please return by 6 Dec 2026" in text
    assert "Please return" not in only_given
    assert "due back" not in only_given.replace("DUE BACK", "")


def test_a_long_receipt_goes_on_over_pages() -> None:
    pdf = receipt_pdf(a_receipt(70), paper=Paper.A5)

    texts = page_texts(pdf)
    assert f"page {len(texts)} of {len(texts)}" in texts[-1]
    assert all("COPY ITEM" in text for text in texts)
    assert "Signature" in texts[-1]
    assert [n for n in range(4471, 4541) if f"ATN-{n} " not in " ".join(texts)] == []


def test_a_receipt_without_copies_or_a_card_says_so_and_prints() -> None:
    pdf = receipt_pdf(a_receipt(0, designer_barcode_text=""))

    assert "No copies were lent on this receipt." in page_texts(pdf)[0]
    assert scanned_texts(pdf) == [[]]


def test_names_with_line_ends_and_of_any_length_stay_on_the_paper() -> None:
    receipt = a_receipt(1, designer="Mara\r\nDelacroix", sidemark="W" * 500, showroom="N" * 300, number="L" * 200)
    pdf = receipt_pdf(receipt, paper=Paper.A5)

    assert "Mara Delacroix" in page_texts(pdf)[0]
    assert not ink_at_edges(pdf, margin_mm=5)
