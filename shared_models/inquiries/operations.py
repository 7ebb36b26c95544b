"""Asking a distributor about a reserve or an order, taking the question back, and answering it."""

from datetime import date, datetime, timedelta
from typing import ClassVar, Literal, NewType

from shared_models.accounts.records import Organisation, Person
from shared_models.follow_up.records import Reserve, SalesOrderLine
from shared_models.inquiries.records import Answer, Inquiry, Wanted
from shared_models.inquiries.rules import ASKED_OF, OVER, expiry_of
from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Act, Module, Operation, Role
from shared_models.kernel.records import Records

InquiryId = NewType("InquiryId", str)
LONGEST_NOTE = 2_000
_LONGEST_EXTENSION = timedelta(days=730)
_THINGS = {"reserves": "Reserve", "sales_orders": "Order"}
_TO_DO = {
    "EXTEND": "to be extended",
    "RELEASE": "to be released",
    "CFA": "for a cutting for approval",
    "QUESTION": "about it",
}


def named(dataset: str, number: str, line_no: str) -> str:
    """`Reserve R-1042`, `Order 77 line 2`."""
    return f"{_THINGS.get(dataset, 'Row')} {number}{f' line {line_no}' if line_no else ''}"


def named_within(dataset: str, number: str, line_no: str) -> str:
    """The same in the middle of a sentence: `reserve R-1042`."""
    name = named(dataset, number, line_no)
    return name[0].lower() + name[1:]


def not_shown(dataset: str, number: str, line_no: str) -> DomainError:
    """The refusal of asking about what is gone or was never shown to the one who asks: both sound the same."""
    return DomainError(
        "not_found",
        f"{named(dataset, number, line_no)} is not among what the distributor shows you now, so nothing was asked. "
        "Please call.",
        dataset=dataset,
        number=number,
    )


class AskDistributor(Operation, frozen=True, kw_only=True):
    """A showroom or a rep wants something of a distributor about one of the rows that it sees."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP})
    MODULE: ClassVar = None
    """Basic is the distributor's; the server looks whether the row is shown to the one who asks."""

    inquiry_id: InquiryId
    distributor_id: str
    dataset: Literal["reserves", "sales_orders"]
    number: str
    line_no: str = ""
    wanted: Wanted
    until_on: date | None = None
    note: str = ""

    def lane(self) -> str:
        """The inquiry."""
        return f"inquiry:{self.inquiry_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Store the inquiry with what stands in the row now.

        Refused when the row is not there, when its reserve is over, when the same is asked for already, when the day
        is not a later one, or when a question says nothing.
        """
        row = self._row(records)
        self._require_sense(row, act)
        self._require_once(records, act)
        records.insert(
            Inquiry(
                id=self.inquiry_id,
                organisation_id=act.organisation_id,
                distributor_id=self.distributor_id,
                dataset=self.dataset,
                number=self.number,
                line_no=self.line_no,
                wanted=self.wanted,
                until_on=self.until_on if self.wanted == "EXTEND" else None,
                note=self.note.strip(),
                asked_by=act.person_id,
                asked_by_name=records.need(Person, act.person_id).name,
                asked_from=records.need(Organisation, act.organisation_id).name,
                asked_at=act.made_at,
                item_no=row.item_no,
                qty=row.qty if isinstance(row, Reserve) else row.qty_ordered,
                unit=row.unit,
                sidemark=row.sidemark,
                expires_at=row.expires_at if isinstance(row, Reserve) else "",
                rep_code=row.rep_code,
            )
        )

    def _row(self, records: Records) -> Reserve | SalesOrderLine:
        found: list[Reserve] | list[SalesOrderLine]
        if self.dataset == "reserves":
            found = records.find(
                Reserve, distributor_id=self.distributor_id, reserve_no=self.number, line_no=self.line_no
            )
        else:
            found = records.find(
                SalesOrderLine, distributor_id=self.distributor_id, order_no=self.number, line_no=self.line_no
            )
        if not found:
            raise not_shown(self.dataset, self.number, self.line_no)
        return found[0]

    def _require_sense(self, row: Reserve | SalesOrderLine, act: Act) -> None:
        require_short(self.note)
        if self.wanted not in ASKED_OF[self.dataset]:
            raise DomainError("not_asked_so", "An order cannot be extended or released; ask about it instead.")
        if self.wanted == "QUESTION":
            if not self.note.strip():
                raise DomainError("question_empty", "Write what you want to know.")
            return
        if isinstance(row, Reserve):
            self._require_holding(row, act)
        if self.wanted == "EXTEND":
            self._require_later_day(row, act)

    def _require_holding(self, row: Reserve, act: Act) -> None:
        """A reserve that ended holds nothing: it can only be asked about."""
        name = named(self.dataset, self.number, self.line_no)
        ends = expiry_of(row.expires_at)
        how = OVER.get(row.status) or ("expired" if ends is not None and ends <= act.made_at else "")
        if how:
            day = f" on {_day(local_day(ends))}" if how == "expired" and ends is not None else ""
            raise DomainError(
                "reserve_over",
                f"{name} {how}{day}: nothing is held any more. Ask a question about it, or place a new reserve.",
                number=self.number,
                status=row.status,
            )

    def _require_later_day(self, row: Reserve | SalesOrderLine, act: Act) -> None:
        today = local_day(act.made_at)
        ends = expiry_of(row.expires_at) if isinstance(row, Reserve) else None
        holds_until = max(today, local_day(ends)) if ends is not None else today
        if self.until_on is None or self.until_on <= holds_until:
            raise DomainError(
                "day_not_later", f"Choose a day after {_day(holds_until)}: until then it is held already."
            )
        if self.until_on - today > _LONGEST_EXTENSION:
            raise DomainError("day_too_late", "Choose a day within two years.")

    def _require_once(self, records: Records, act: Act) -> None:
        """Two desks may want the same of one row; the distributor is asked once."""
        if self.wanted == "QUESTION":
            return
        asked = records.find(
            Inquiry,
            distributor_id=self.distributor_id,
            dataset=self.dataset,
            number=self.number,
            line_no=self.line_no,
            organisation_id=act.organisation_id,
            wanted=self.wanted,
            answer=None,
            withdrawn_at=None,
        )
        if asked:
            first = asked[0]
            raise DomainError(
                "already_asked",
                f"{first.asked_by_name} asked {_TO_DO[self.wanted]} already on {_day(local_day(first.asked_at))}; "
                "there is no answer yet.",
                inquiry_id=first.id,
            )


class WithdrawInquiry(Operation, frozen=True, kw_only=True):
    """Whoever asked does not want it any more; withdrawing twice is the same as once."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REP})
    MODULE: ClassVar = None

    inquiry_id: InquiryId

    def lane(self) -> str:
        """The inquiry."""
        return f"inquiry:{self.inquiry_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Mark it. Refused when it was answered already."""
        inquiry = records.need(Inquiry, self.inquiry_id, organisation_id=act.organisation_id)
        if inquiry.answer is not None:
            raise already_answered(inquiry)
        if inquiry.withdrawn_at is None:
            name = records.need(Person, act.person_id).name
            records.change(inquiry, withdrawn_at=act.made_at, withdrawn_by_name=name)


class AnswerInquiry(Operation, frozen=True, kw_only=True):
    """The distributor answers: yes until when, yes by which parcel, no because, or with words."""

    ROLES: ClassVar = frozenset({Role.MASTER})
    MODULE: ClassVar = Module.BASIC

    inquiry_id: InquiryId
    answer: Answer
    until_on: date | None = None
    carrier: str = ""
    tracking_no: str = ""
    text: str = ""
    corrects: bool = False
    """It takes the place of an answer that was given before."""

    def lane(self) -> str:
        """The inquiry."""
        return f"inquiry:{self.inquiry_id}"

    def apply(self, records: Records, act: Act) -> None:
        """Store the answer. Refused when it was withdrawn, answered (unless this corrects it), or says too little."""
        inquiry = records.need(Inquiry, self.inquiry_id, distributor_id=act.organisation_id)
        if inquiry.withdrawn_at is not None:
            raise DomainError(
                "inquiry_withdrawn",
                f"{inquiry.withdrawn_by_name} withdrew this on {_day(local_day(inquiry.withdrawn_at))}; "
                "it needs no answer.",
            )
        if inquiry.answer is not None and not self.corrects:
            raise already_answered(inquiry)
        self._require_whole(inquiry, act.made_at)
        is_extended = self.answer == "AGREED" and inquiry.wanted == "EXTEND"
        is_sent = self.answer == "AGREED" and inquiry.wanted == "CFA"
        records.change(
            inquiry,
            answer=self.answer,
            answered_at=act.made_at,
            answered_by_name=records.need(Person, act.person_id).name,
            agreed_until_on=self.until_on if is_extended else None,
            carrier=self.carrier.strip() if is_sent else "",
            tracking_no=self.tracking_no.strip() if is_sent else "",
            answer_text=self.text.strip(),
        )

    def _require_whole(self, inquiry: Inquiry, now: datetime) -> None:
        require_short(self.text)
        require_short(self.carrier + self.tracking_no)
        if self.answer == "DECLINED" and not self.text.strip():
            raise DomainError("reason_missing", "Say why not: whoever asked reads it.")
        if self.answer == "TOLD" and not self.text.strip():
            raise DomainError("answer_empty", "Write the answer.")
        if self.answer == "AGREED" and inquiry.wanted == "QUESTION":
            raise DomainError("answer_empty", "A question is answered with words.")
        if self.answer == "AGREED" and inquiry.wanted == "EXTEND":
            if self.until_on is None or self.until_on < local_day(now):
                raise DomainError("day_not_later", "Say until which day it is extended: today or later.")
            if self.until_on - local_day(now) > _LONGEST_EXTENSION:
                raise DomainError("day_too_late", "Choose a day within two years.")


def already_answered(inquiry: Inquiry) -> DomainError:
    """The refusal of a second answer and of a withdrawal that comes too late."""
    on = f" on {_day(local_day(inquiry.answered_at))}" if inquiry.answered_at else ""
    return DomainError(
        "already_answered",
        f"{inquiry.answered_by_name or 'The distributor'} answered this already{on}.",
        inquiry_id=inquiry.id,
    )


def require_short(text: str) -> None:
    """Raises `DomainError` for more than a person reads."""
    if len(text) > LONGEST_NOTE:
        raise DomainError("text_too_long", f"That is too long: at most {LONGEST_NOTE:,} characters.", length=len(text))


def _day(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"
