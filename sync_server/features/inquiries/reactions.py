"""What else happens when a distributor is asked or answers: its rep is found, and whoever waits for it is mailed."""

from collections.abc import Sequence

from sqlalchemy import select

from shared_models.accounts.records import Membership, Organisation, Person
from shared_models.inquiries.operations import AnswerInquiry, AskDistributor, WithdrawInquiry
from shared_models.inquiries.records import Inquiry
from shared_models.kernel.operation import Operation, Role
from shared_models.kernel.records import Touch
from shared_models.reviews.operations import raise_review
from sync_server.features.inquiries.letters import answer_letter, asking_letter, withdrawal_letter
from sync_server.features.mail.letters import Letter
from sync_server.features.mail.outbox import Outbox
from sync_server.features.mail.wording import address_or_none
from sync_server.features.sync.reactions import Context, Reaction, concerned_with
from sync_server.features.sync.tables import FOLLOW_UP_TABLES
from sync_server.settings import Settings


def reactions(settings: Settings) -> list[Reaction]:
    """Whose it is, and the mails."""
    return [note_whose_row_it_is, InquiryMails(Outbox(settings.mail_from))]


@concerned_with(AskDistributor)
def note_whose_row_it_is(context: Context, operation: Operation, touched: Sequence[Touch]) -> None:
    """The rep to whom the row is shown may be its customer's: only the server knows that."""
    if not isinstance(operation, AskDistributor):
        return
    rows = FOLLOW_UP_TABLES[operation.dataset]
    number = rows.c.reserve_no if operation.dataset == "reserves" else rows.c.order_no
    seen_rep: str = context.connection.execute(
        select(rows.c.seen_rep).where(
            rows.c.distributor_id == operation.distributor_id,
            number == operation.number,
            rows.c.line_no == operation.line_no,
        )
    ).scalar_one()
    inquiry = context.records.need(Inquiry, operation.inquiry_id)
    context.records.change(inquiry, rep_code=seen_rep)


@concerned_with(AskDistributor, WithdrawInquiry, AnswerInquiry)
class InquiryMails:
    """Tells the distributor what is asked and what is not wanted any more, and whoever asked what was answered."""

    def __init__(self, outbox: Outbox) -> None:
        """`outbox` is where the mails go."""
        self._outbox = outbox

    def __call__(self, context: Context, operation: Operation, touched: Sequence[Touch]) -> None:
        """A reaction (`sync/apply.py`)."""
        if not isinstance(operation, AskDistributor | WithdrawInquiry | AnswerInquiry):
            return
        if not any(isinstance(touch.after, Inquiry) for touch in touched):
            return
        inquiry = context.records.need(Inquiry, operation.inquiry_id)
        house = context.records.need(Organisation, inquiry.distributor_id)
        for letter in self._letters(context, operation, inquiry, house):
            self._outbox.put_later(context.records, letter, now=context.now, held=context.offered_again)

    def _letters(
        self, context: Context, operation: Operation, inquiry: Inquiry, house: Organisation
    ) -> Sequence[Letter]:
        said_by = context.act.operation_id
        asker = context.records.need(Person, inquiry.asked_by)
        if isinstance(operation, AnswerInquiry):
            address = address_or_none(asker.email)
            return [answer_letter(inquiry, house, asker, address, said_by)] if address else []
        readers = _who_answers(context, house)
        if isinstance(operation, WithdrawInquiry):
            return [withdrawal_letter(inquiry, house, whom, address, said_by) for whom, address in readers]
        if not readers:
            raise_review(
                context.records,
                context.act,
                code="distributor_not_reached",
                about_id=inquiry.id,
                sentence=f"{house.name} has no e-mail address here, so it finds what you asked about {inquiry.number} "
                "only when it opens Order-Track. Please call if it is urgent.",
            )
        return [asking_letter(inquiry, house, asker, whom, address) for whom, address in readers]


def _who_answers(context: Context, house: Organisation) -> list[tuple[Person | Organisation, str]]:
    """The masters of the distributor, who can answer; without any, its own address; with neither, nobody."""
    masters = context.records.find(Membership, organisation_id=house.id, role=Role.MASTER)
    people = [context.records.need(Person, member.person_id) for member in masters]
    known: list[tuple[Person | Organisation, str]] = [
        (person, address) for person in people if (address := address_or_none(person.email))
    ]
    own = address_or_none(house.email)
    return known or ([(house, own)] if own else [])
