"""What happens at the library desk. Physical events are never refused for being late (`sync.md` section 2)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

from msgspec.structs import replace

from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, ReturnId
from shared_models.kernel.operation import Act, Module, Operation, Role
from shared_models.kernel.records import Records
from shared_models.library.records import Copy, CopyBarcode, CopyReturn, Loan
from shared_models.library.rules import LoanEnding, after_own_scans, loan_endings
from shared_models.reviews.operations import raise_review, settle_reviews

_DESK = frozenset({Role.CLERK, Role.REP})


class AddCopy(Operation, frozen=True, kw_only=True):
    """A new sample joins the library, with one or several barcodes."""

    ROLES: ClassVar = _DESK
    MODULE: ClassVar = Module.SAMPLE_CHECKOUT

    copy_id: CopyId
    distributor_id: str
    item_no: str
    title: str
    sample_type: str = "MEMO"
    shelf: str = ""
    condition: str = ""
    barcodes: tuple[str, ...]

    def lane(self) -> str:
        """The copy."""
        return f"copy:{self.copy_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Store it. Refused without a barcode, or when a barcode already belongs to another copy here."""
        # As a scan of it will read: without blanks around it, and each once.
        barcodes = tuple(dict.fromkeys(barcode.strip() for barcode in self.barcodes))
        if not barcodes or not all(barcodes):
            raise DomainError("barcode_missing", "A copy needs at least one barcode.")
        for barcode in barcodes:
            for taken in records.find(CopyBarcode, showroom_id=act.organisation_id, barcode=barcode):
                raise DomainError(
                    "barcode_taken", f"Barcode {barcode} is already on another copy.", copy_id=taken.copy_id
                )
        records.insert(
            Copy(
                id=self.copy_id,
                showroom_id=act.organisation_id,
                distributor_id=self.distributor_id,
                item_no=self.item_no,
                title=self.title,
                sample_type=self.sample_type,
                shelf=self.shelf,
                condition=self.condition,
                added_at=act.made_at,
            )
        )
        for number, barcode in enumerate(barcodes, start=1):
            records.insert(
                CopyBarcode(
                    id=f"{self.copy_id}:{number}",
                    showroom_id=act.organisation_id,
                    copy_id=self.copy_id,
                    barcode=barcode,
                )
            )


class CheckOutCopy(Operation, frozen=True, kw_only=True):
    """A copy leaves the desk with a designer."""

    ROLES: ClassVar = _DESK
    MODULE: ClassVar = Module.SAMPLE_CHECKOUT

    loan_id: LoanId
    copy_id: CopyId
    designer_id: DesignerId
    due_on: date
    sidemark: str = ""

    def lane(self) -> str:
        """The copy: its loans settle in the order in which this station made them."""
        return f"copy:{self.copy_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Record the loan.

        When the copy is still out by what is known, it must have come back unseen: of the two loans the one that
        began earlier is closed as “return not recorded”, and the desks get a review item unless both are the same
        designer's. So it is, too, when this check-out arrives after a later one.
        """
        copy = records.need(Copy, self.copy_id, showroom_id=act.organisation_id)
        designer = records.need(Designer, self.designer_id, showroom_id=act.organisation_id)
        loans, returns = _history(copy, records)
        loan = Loan(
            id=self.loan_id,
            showroom_id=act.organisation_id,
            copy_id=copy.id,
            designer_id=designer.id,
            lent_at=after_own_scans(act.made_at, act.station_id, loans, returns),
            lent_by=act.person_id,
            station_id=act.station_id,
            due_on=self.due_on,
            sidemark=self.sidemark,
        )
        records.insert(loan)
        _settle_history(_found_again(copy, records), [*loans, loan], returns, records, act)


class ReturnCopy(Operation, frozen=True, kw_only=True):
    """A copy comes back over the desk, whoever brings it. Never an error."""

    ROLES: ClassVar = _DESK
    MODULE: ClassVar = Module.SAMPLE_CHECKOUT

    return_id: ReturnId
    copy_id: CopyId

    def lane(self) -> str:
        """The copy."""
        return f"copy:{self.copy_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Record the return; it ends the loan that was running then, and settles a review item that missed it."""
        copy = records.need(Copy, self.copy_id, showroom_id=act.organisation_id)
        loans, returns = _history(copy, records)
        scanned = CopyReturn(
            id=self.return_id,
            showroom_id=act.organisation_id,
            copy_id=copy.id,
            returned_at=after_own_scans(act.made_at, act.station_id, loans, returns),
            returned_by=act.person_id,
            station_id=act.station_id,
        )
        endings = loan_endings(loans, [*returns, scanned])
        back = replace(scanned, loan_id=_ended_by(endings).get(scanned.id, ""))
        records.insert(back)
        _settle_endings(_found_again(copy, records), loans, [*returns, back], endings, records, act)


class TakeBackCheckOut(Operation, frozen=True, kw_only=True):
    """Undo of a scan: the copy did not leave after all."""

    ROLES: ClassVar = _DESK
    MODULE: ClassVar = Module.SAMPLE_CHECKOUT

    loan_id: LoanId
    copy_id: CopyId

    def lane(self) -> str:
        """The copy."""
        return f"copy:{self.copy_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Mark the loan as undone; a loan that it had closed is open again. Undoing twice is the same as once."""
        loan = records.need(Loan, self.loan_id, showroom_id=act.organisation_id, copy_id=self.copy_id)
        if loan.ended_as == "undone":
            return
        _settle_missed_return(loan, records, act)
        records.change(loan, returned_at=max(act.made_at, loan.lent_at), returned_by=act.person_id, ended_as="undone")
        copy = records.need(Copy, self.copy_id)
        _settle_history(copy, *_history(copy, records), records, act)


class TakeBackReturn(Operation, frozen=True, kw_only=True):
    """Undo of a scan: the copy did not come back after all, so its loan goes on."""

    ROLES: ClassVar = _DESK
    MODULE: ClassVar = Module.SAMPLE_CHECKOUT

    return_id: ReturnId
    copy_id: CopyId

    def lane(self) -> str:
        """The copy."""
        return f"copy:{self.copy_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Open the loan again, unless the copy has been lent anew meanwhile: then its return was not recorded."""
        back = records.need(CopyReturn, self.return_id, showroom_id=act.organisation_id, copy_id=self.copy_id)
        if back.undone:
            return
        records.change(back, undone=True)
        copy = records.need(Copy, self.copy_id)
        _settle_history(copy, *_history(copy, records), records, act)


class SetSidemark(Operation, frozen=True, kw_only=True):
    """The designer's project, said once for all the loans of a visit."""

    ROLES: ClassVar = _DESK
    MODULE: ClassVar = Module.SAMPLE_CHECKOUT

    loan_ids: tuple[LoanId, ...]
    sidemark: str

    def lane(self) -> str:
        """The first of the loans; the operation waits for those that made the others through `after`."""
        return f"sidemark:{self.loan_ids[0]}" if self.loan_ids else "sidemark"

    def apply(self, records: Records, act: Act) -> None:
        """Write the sidemark on each loan."""
        for loan_id in self.loan_ids:
            loan = records.need(Loan, loan_id, showroom_id=act.organisation_id)
            records.change(loan, sidemark=self.sidemark.strip())


def _history(copy: Copy, records: Records) -> tuple[list[Loan], list[CopyReturn]]:
    return records.find(Loan, copy_id=copy.id), records.find(CopyReturn, copy_id=copy.id)


def _found_again(copy: Copy, records: Records) -> Copy:
    """A copy that passes the desk is neither lost nor kept."""
    return records.change(copy, status="active") if copy.status in ("lost", "kept") else copy


def _settle_history(
    copy: Copy, loans: Sequence[Loan], returns: Sequence[CopyReturn], records: Records, act: Act
) -> None:
    """Bring the endings of a copy's loans in line with everything that is known about it by now."""
    _settle_endings(copy, loans, returns, loan_endings(loans, returns), records, act)


def _ended_by(endings: Mapping[str, LoanEnding]) -> dict[str, str]:
    """By the id of a return the loan that it ended."""
    return {ending.return_id: loan_id for loan_id, ending in endings.items()}


def _settle_endings(
    copy: Copy,
    loans: Sequence[Loan],
    returns: Sequence[CopyReturn],
    endings: Mapping[str, LoanEnding],
    records: Records,
    act: Act,
) -> None:
    loan_of = _ended_by(endings)
    for back in returns:
        records.change(back, loan_id=loan_of.get(back.id, ""))
    for loan in loans:
        ending = endings.get(loan.id)
        if ending is None or (loan.returned_at, loan.ended_as) == (ending.returned_at, ending.ended_as):
            continue
        _settle_missed_return(loan, records, act)
        changed = records.change(
            loan, returned_at=ending.returned_at, returned_by=ending.returned_by, ended_as=ending.ended_as
        )
        if ending.followed_by:
            _ask_for_missed_return(copy, changed, records.need(Loan, ending.followed_by), records, act)


def _ask_for_missed_return(copy: Copy, loan: Loan, following: Loan, records: Records, act: Act) -> None:
    if loan.designer_id == following.designer_id:
        return
    before, after = (records.need(Designer, one.designer_id).name for one in (loan, following))
    raise_review(
        records,
        act,
        code="return_not_recorded",
        about_id=loan.id,
        sentence=f"{copy.title} went to {after} while it was still out to {before}. "
        f"The loan to {before} was closed as “return not recorded”.",
    )


def _settle_missed_return(loan: Loan, records: Records, act: Act) -> None:
    if loan.ended_as == "return_not_recorded":
        settle_reviews(records, act, about_id=loan.id, code="return_not_recorded")
