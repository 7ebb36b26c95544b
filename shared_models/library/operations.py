"""What happens at the library desk. Physical events are never refused for being late (`sync.md` section 2)."""

from datetime import date
from typing import ClassVar

from shared_models.designers.records import Designer
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import CopyId, DesignerId, LoanId, ReturnId
from shared_models.kernel.operation import Act, Module, Operation, Role
from shared_models.kernel.records import Records
from shared_models.library.records import Copy, CopyBarcode, CopyReturn, Loan
from shared_models.library.rules import loan_ended_by_return, open_loan
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
        if not self.barcodes or not all(barcode.strip() for barcode in self.barcodes):
            raise DomainError("barcode_missing", "A copy needs at least one barcode.")
        for barcode in self.barcodes:
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
        for number, barcode in enumerate(self.barcodes, start=1):
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

        When another loan of the copy is open, the copy must have come back unseen: the earlier of the two loans,
        by the time it was lent, is closed as “return not recorded”, and the desks get a review item unless both
        are the same designer's.
        """
        copy = records.need(Copy, self.copy_id, showroom_id=act.organisation_id)
        designer = records.need(Designer, self.designer_id, showroom_id=act.organisation_id)
        other = open_loan(records.find(Loan, copy_id=copy.id, returned_at=None))
        loan = Loan(
            id=self.loan_id,
            showroom_id=act.organisation_id,
            copy_id=copy.id,
            designer_id=designer.id,
            lent_at=act.made_at,
            lent_by=act.person_id,
            due_on=self.due_on,
            sidemark=self.sidemark,
        )
        records.insert(loan)
        if other is None:
            return
        earlier, later = sorted((other, loan), key=lambda one: (one.lent_at, one.id))
        records.change(earlier, returned_at=later.lent_at, ended_as="return_not_recorded")
        if other.designer_id != designer.id:
            before, after = (records.need(Designer, one.designer_id).name for one in (earlier, later))
            raise_review(
                records,
                act,
                code="return_not_recorded",
                about_id=earlier.id,
                sentence=f"{copy.title} went to {after} while it was still out to {before}. "
                f"The loan to {before} was closed as “return not recorded”.",
            )


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
        """End the loan that was running at that time, and settle a review item that asked for this return."""
        copy = records.need(Copy, self.copy_id, showroom_id=act.organisation_id)
        loan = loan_ended_by_return(records.find(Loan, copy_id=copy.id), act.made_at)
        records.insert(
            CopyReturn(
                id=self.return_id,
                showroom_id=act.organisation_id,
                copy_id=copy.id,
                loan_id=loan.id if loan else "",
                returned_at=act.made_at,
                returned_by=act.person_id,
            )
        )
        if copy.status in ("lost", "kept"):
            records.change(copy, status="active")
        if loan is None:
            return
        records.change(loan, returned_at=act.made_at, returned_by=act.person_id, ended_as="returned")
        settle_reviews(records, act, about_id=loan.id, code="return_not_recorded")


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
        """Mark the loan as undone and open again the one that it had closed.

        Nothing happens when the loan has ended in another way meanwhile.
        """
        loan = records.need(Loan, self.loan_id, showroom_id=act.organisation_id, copy_id=self.copy_id)
        if loan.returned_at is not None:
            return
        records.change(loan, returned_at=act.made_at, returned_by=act.person_id, ended_as="undone")
        for closed in records.find(Loan, copy_id=self.copy_id, ended_as="return_not_recorded"):
            if closed.returned_at == loan.lent_at:
                records.change(closed, returned_at=None, ended_as="")
                settle_reviews(records, act, about_id=closed.id, code="return_not_recorded")


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
        """Open the loan again, unless the copy has been lent anew meanwhile."""
        back = records.need(CopyReturn, self.return_id, showroom_id=act.organisation_id, copy_id=self.copy_id)
        if back.undone:
            return
        records.change(back, undone=True)
        if back.loan_id and open_loan(records.find(Loan, copy_id=back.copy_id, returned_at=None)) is None:
            loan = records.need(Loan, back.loan_id)
            records.change(loan, returned_at=None, returned_by="", ended_as="")


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
