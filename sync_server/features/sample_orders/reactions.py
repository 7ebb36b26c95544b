"""What else happens when a sample order lands or a line is cancelled: public numbers, and mails to the distributors."""

from collections.abc import Sequence

from shared_models.accounts.records import Organisation, Person
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Touch
from shared_models.reviews.operations import raise_review
from shared_models.sample_orders.operations import CancelLine, PlaceSampleOrder
from shared_models.sample_orders.records import RequestLine, SampleRequest
from sync_server.features.mail.outbox import Outbox
from sync_server.features.mail.signed_links import LinkSigner, new_link
from sync_server.features.mail.wording import address_or_none
from sync_server.features.sample_orders.letters import cancellation_letter, request_letter
from sync_server.features.sample_orders.numbers import RequestNumbers
from sync_server.features.sync.reactions import Context, Reaction, concerned_with
from sync_server.settings import Settings


def reactions(settings: Settings) -> list[Reaction]:
    """Numbers first: the mails name them."""
    outbox = Outbox(settings.mail_from)
    return [number_requests, RequestMails(outbox, LinkSigner.of(settings)), CancellationMails(outbox)]


@concerned_with(PlaceSampleOrder)
def number_requests(context: Context, operation: Operation, touched: Sequence[Touch]) -> None:
    """Give each new request its distributor's next number."""
    for request in _new_requests(operation, touched):
        distributor = context.records.need(Organisation, request.distributor_id)
        number = context.records.later(RequestNumbers).next(distributor.id)
        context.records.change(request, number=f"{distributor.code}-{number}")


@concerned_with(PlaceSampleOrder)
class RequestMails:
    """Writes the mail for each new request; one that nobody would learn of comes back to the showroom for review."""

    def __init__(self, outbox: Outbox, signer: LinkSigner) -> None:
        """`outbox` is where the mails go; `signer` makes the links in them."""
        self._outbox = outbox
        self._signer = signer

    def __call__(self, context: Context, operation: Operation, touched: Sequence[Touch]) -> None:
        """A reaction (`sync/apply.py`)."""
        for new in _new_requests(operation, touched):
            request = context.records.need(SampleRequest, new.id)
            distributor = context.records.need(Organisation, request.distributor_id)
            recipient = address_or_none(distributor.email)
            if recipient is not None:
                self._ask(context, request, distributor, recipient)
            elif not distributor.takes_part:
                raise_review(
                    context.records,
                    context.act,
                    code="distributor_not_reached",
                    about_id=request.id,
                    sentence=f"{distributor.name} does not take part in Order-Track and has no e-mail address here, so "
                    f"nobody was asked for request {request.number}. Please call or write to them.",
                )

    def _ask(self, context: Context, request: SampleRequest, distributor: Organisation, recipient: str) -> None:
        lines = context.records.find(RequestLine, request_id=request.id)
        confirm_url = ""
        if not distributor.takes_part:
            confirm_url = new_link(context.records, self._signer, "confirm", request, recipient, context.now)
        letter = request_letter(
            request,
            sorted(lines, key=lambda line: line.position),
            showroom=context.records.need(Organisation, request.organisation_id),
            distributor=distributor,
            recipient=recipient,
            confirm_url=confirm_url,
        )
        self._outbox.put_later(context.records, letter, now=context.now, held=context.offered_again)


@concerned_with(CancelLine)
class CancellationMails:
    """Tells whoever was asked by mail that a line is not wanted any more."""

    def __init__(self, outbox: Outbox) -> None:
        """`outbox` is where the mails go."""
        self._outbox = outbox

    def __call__(self, context: Context, operation: Operation, touched: Sequence[Touch]) -> None:
        """A reaction (`sync/apply.py`)."""
        if not isinstance(operation, CancelLine):
            return
        line, quantity = _cancelled(touched)
        request = context.records.need(SampleRequest, line.request_id)
        distributor = context.records.need(Organisation, request.distributor_id)
        recipient = address_or_none(distributor.email)
        if recipient is not None:
            letter = cancellation_letter(
                request,
                line,
                quantity,
                showroom=context.records.need(Organisation, request.organisation_id),
                distributor=distributor,
                recipient=recipient,
                cancelled_by=context.records.need(Person, context.act.person_id).name,
                operation_id=context.act.operation_id,
            )
            self._outbox.put_later(context.records, letter, now=context.now, held=context.offered_again)
        elif not distributor.takes_part:
            raise_review(
                context.records,
                context.act,
                code="distributor_not_reached",
                about_id=line.id,
                sentence=f"{distributor.name} does not take part in Order-Track and has no e-mail address here, so "
                f"nobody was told that {line.title or line.item_no} of {request.number} is cancelled. Please call or "
                "write to them.",
            )


def _cancelled(touched: Sequence[Touch]) -> tuple[RequestLine, int]:
    """The line as it stands now, and how many of it were cancelled by this operation."""
    for touch in touched:
        if isinstance(touch.before, RequestLine) and isinstance(touch.after, RequestLine):
            return touch.after, touch.after.cancelled - touch.before.cancelled
    raise AssertionError("a cancellation that changed no line is refused")


def _new_requests(operation: Operation, touched: Sequence[Touch]) -> list[SampleRequest]:
    """In the order of their distributors: two orders then wait for each other instead of blocking one another."""
    if not isinstance(operation, PlaceSampleOrder):
        return []
    new = [touch.after for touch in touched if touch.before is None and isinstance(touch.after, SampleRequest)]
    return sorted(new, key=lambda request: (request.distributor_id, request.id))
