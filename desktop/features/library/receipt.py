"""The receipt of a visit as PDF bytes; called on a worker, because the drawing library is large."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from desktop.features.library import queries
from desktop.features.library.visit import Visit
from desktop.features.library.words import type_words
from desktop.foundation.papers_folder import papers_folder
from desktop.sync.desk import Desk


class ReceiptPaper(NamedTuple):
    """A finished receipt."""

    number: str
    pdf: bytes
    media: str
    """The sheet's name for a print queue."""


def receipt_number(visit: Visit) -> str:
    """The day and the end of the first loan's id: short enough to say, and the same when printed again."""
    if not visit.loans or visit.began_at is None:
        return ""
    return f"{visit.began_at:%y%m%d}-{visit.loans[0].loan_id[-5:].upper()}"


def draw_receipt(desk: Desk, visit: Visit, paper_name: str) -> ReceiptPaper:
    """What she takes along, each copy with its due day. `paper_name` is `letter` or `a4`."""
    import pypdfium2  # noqa: F401 - the preview needs it next, and loading it would hold the window up

    from desktop.printing.papers import LentCopy, LoanReceipt, Paper
    from desktop.printing.receipts import receipt_pdf

    designer = visit.designer
    if designer is None or visit.began_at is None:
        raise ValueError("a receipt needs a designer and a loan")
    name, address = queries.showroom_letterhead(desk.database.read(), desk.acting.organisation_id)
    number = receipt_number(visit)
    paper = Paper[paper_name.upper()]
    receipt = LoanReceipt(
        number=number,
        showroom=name or desk.acting.organisation_name,
        showroom_address=address,
        designer=designer.name,
        firm=designer.firm,
        designer_barcode_text=designer.card_barcode,
        clerk=desk.person_name,
        lent_at=visit.began_at,
        sidemark=visit.sidemark,
        copies=tuple(
            LentCopy(loan.barcode, loan.item_no, loan.title, "", type_words(loan.sample_type), loan.due_on)
            for loan in visit.loans
        ),
    )
    return ReceiptPaper(number, receipt_pdf(receipt, paper=paper), paper.media)


def print_receipt(receipt: ReceiptPaper, queue: str, profile: Path) -> str:
    """Hand the receipt to a print queue; raises `PrintingError` with a sentence."""
    from desktop.printing.printers import print_pdf

    return print_pdf(
        receipt.pdf,
        title=f"Loan receipt {receipt.number}",
        folder=papers_folder(profile),
        media=receipt.media,
        queue=queue,
    )
