"""The clerk's part of the day: memos lent and taken back with the cable out, through the same steps as the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from desktop.demo.cast import Seat
from desktop.demo.day_log import DayLog
from desktop.features.library import actions
from desktop.features.library.due_rule import DueRule
from desktop.features.library.receipt import draw_receipt
from desktop.features.library.visit import Step, Visit
from desktop.settings import Settings
from desktop.widgets.colours import Tone
from shared_models.library.barcodes import code_text
from shared_models.library.records import Copy, CopyBarcode, CopyReturn, Loan

SIDEMARK = "Alder Street Library"
_RULE = DueRule.from_settings(Settings())


class AtTheDesk:
    """Scans at one library desk, one after the other, as the page would take them."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self.visit = Visit()

    def scan(self, code: str) -> Step:
        """What a scan led to."""
        return self._take(actions.take_scan(self._seat.desk, self.visit, code, from_scanner=True, rule=_RULE)[1])

    def undo(self) -> Step:
        """Take the last scan back."""
        return self._take(actions.undo_scan(self._seat.desk, self.visit)[1])

    def say_sidemark(self, sidemark: str) -> Step:
        """The project, once for the visit."""
        return self._take(actions.set_sidemark(self._seat.desk, self.visit, sidemark)[1])

    def finish(self) -> Step:
        """The designer leaves."""
        return self._take(actions.finish_visit(self._seat.desk, self.visit)[1])

    def _take(self, step: Step) -> Step:
        self.visit = step.visit
        return step


class LentOut(NamedTuple):
    """What the visit came to."""

    designer_id: str
    designer_email: str
    barcodes: tuple[str, ...]
    receipt: bytes


def designer_of_the_day(showroom: dict[str, Any]) -> dict[str, Any]:
    """A designer whom nothing stands against and who has an e-mail address."""
    return next(one for one in showroom["designers"] if not one["blocked"] and one["email"])


def barcodes_in_library(seat: Seat, count: int, *, but_not: frozenset[str] = frozenset()) -> list[str]:
    """Barcodes of copies that stand on their shelf, each of another copy."""
    rows = seat.desk.database.read().rows(
        "SELECT min(b.barcode) FROM copies c JOIN copy_barcodes b ON b.copy_id = c.id "
        "WHERE c.status = 'active' AND NOT EXISTS (SELECT 1 FROM loans l WHERE l.copy_id = c.id) "
        "GROUP BY c.id ORDER BY c.id LIMIT ?",
        count + len(but_not),
    )
    return [barcode for (barcode,) in rows if barcode not in but_not][:count]


def lend_five(log: DayLog, seat: Seat, designer: dict[str, Any]) -> LentOut:
    """Her card, six copies, one of them scanned by mistake and taken back, the sidemark, the receipt."""
    desk = AtTheDesk(seat)
    step = desk.scan(code_text("designer", str(designer["card_barcode"])))
    log.check("the card is known", desk.visit.designer and desk.visit.designer.name, designer["name"])
    log.check("her card is answered in a good tone", step.lines[-1].tone is not Tone.BAD, True)
    barcodes = barcodes_in_library(seat, 6)
    before = open_loans(seat)
    for barcode in barcodes:
        step = desk.scan(barcode)
        log.check(f"{barcode} is lent", len(step.lines), 1)
        log.check(f"{barcode} is answered in a good tone", step.lines[-1].tone is not Tone.BAD, True)
    log.check("six more are out", open_loans(seat), before + 6)
    desk.undo()
    log.check("the sixth was scanned by mistake and is back", open_loans(seat), before + 5)
    desk.say_sidemark(SIDEMARK)
    named = seat.desk.database.read().value("SELECT count(*) FROM loans WHERE sidemark = ?", SIDEMARK)
    log.check("the sidemark stands on her five", named, 5)
    receipt = draw_receipt(seat.desk, desk.visit, "letter").pdf
    log.check("the receipt is a PDF", receipt[:5], b"%PDF-")
    assert desk.visit.designer is not None, "checked above"
    designer_id = desk.visit.designer.designer_id
    desk.finish()
    return LentOut(designer_id, str(designer["email"]), tuple(barcodes[:5]), receipt)


def take_two_back(log: DayLog, seat: Seat, lent: LentOut) -> None:
    """One of hers, and one that was never lent: both are taken back, the second is said plainly."""
    desk = AtTheDesk(seat)
    before = open_loans(seat)
    back = desk.scan(lent.barcodes[0])
    log.check("one of hers is back", open_loans(seat), before - 1)
    log.check("in a good tone", back.lines[-1].tone is not Tone.BAD, True)
    never_lent = barcodes_in_library(seat, 1, but_not=frozenset(lent.barcodes))[0]
    plain = desk.scan(never_lent)
    log.check("a copy that was never lent changes no loan", open_loans(seat), before - 1)
    log.note(f"{plain.lines[-1].what}: {plain.lines[-1].word}. {plain.lines[-1].note}".strip())
    returns = seat.desk.database.read().records(CopyReturn, "WHERE loan_id = ''")
    log.check("but its return is written down", len(returns), 1)


def refuse_unknown(log: DayLog, seat: Seat) -> None:
    """A barcode nobody knows, and two codes glued together."""
    desk = AtTheDesk(seat)
    unknown = desk.scan("9911007744")
    log.check("an unknown code is answered in a bad tone", unknown.lines[-1].tone, Tone.BAD)
    one, other = barcodes_in_library(seat, 2)
    glued = desk.scan(one + other)
    log.check("two glued codes are taken one by one", len(glued.lines), 2)


def open_loans(seat: Seat) -> int:
    """How many copies are out."""
    return int(seat.desk.database.read().value("SELECT count(*) FROM loans WHERE returned_at IS NULL"))


def draw_labels(seat: Seat, barcodes: tuple[str, ...]) -> bytes:
    """A sheet of labels for some copies."""
    from desktop.printing.labels import label_sheet_pdf
    from desktop.printing.papers import Label

    reader = seat.desk.database.read()
    labels = []
    for barcode in barcodes:
        copy_id = reader.records(CopyBarcode, "WHERE barcode = ?", barcode)[0].copy_id
        copy = reader.get(Copy, copy_id)
        assert copy is not None, "the barcode's copy is on this station"
        labels.append(
            Label(
                barcode_text=code_text("copy", barcode),
                copy_number=barcode,
                item_number=copy.item_no,
                pattern=copy.title,
                colour="",
                sample_type=copy.sample_type,
                owner=seat.desk.acting.organisation_name,
            )
        )
    return label_sheet_pdf(labels, "avery-5160")


def loans_at(seat: Seat) -> list[Loan]:
    """All loans this station knows, for comparing two desks."""
    return seat.desk.database.read().records(Loan, "ORDER BY id")


def write_papers(folder: Path, *, receipt: bytes, labels: bytes) -> None:
    """Keep the day's papers."""
    (folder / "receipt.pdf").write_bytes(receipt)
    (folder / "labels.pdf").write_bytes(labels)
