"""What else happens when a picker confirms lines: the designer and the showroom are told."""

from collections.abc import Sequence

from shared_models.accounts.records import Organisation
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Touch
from shared_models.picking.operations import SHIPPED_AFTER_CANCELLATION, ConfirmLines
from shared_models.picking.records import Confirmation, ConfirmationLine
from shared_models.reviews.operations import raise_review
from shared_models.sample_orders.records import RequestLine, SampleRequest
from sync_server.features.mail.outbox import Outbox
from sync_server.features.mail.signed_links import LinkSigner, new_link
from sync_server.features.picking.letters import Answered, acknowledgements
from sync_server.features.sync.reactions import Context, Reaction, concerned_with
from sync_server.settings import Settings


def reactions(settings: Settings) -> list[Reaction]:
    """Review items and acknowledgements."""
    return [tell_who_cancelled, Acknowledgements(Outbox(settings.mail_from), LinkSigner.of(settings))]


@concerned_with(ConfirmLines)
def tell_who_cancelled(context: Context, operation: Operation, touched: Sequence[Touch]) -> None:
    """Goods that left although they had been cancelled: the showroom's desks get a review item too."""
    if not isinstance(operation, ConfirmLines):
        return
    for line, quantity in left_all_the_same(touched).items():
        request = context.records.need(SampleRequest, line.request_id)
        house = context.records.need(Organisation, line.distributor_id)
        parcel = " ".join(part for part in (operation.carrier, operation.tracking_no) if part.strip())
        raise_review(
            context.records,
            context.act,
            code=SHIPPED_AFTER_CANCELLATION,
            about_id=line.id,
            sentence=f"{house.name} sent {quantity} of {line.title or line.item_no} ({request.number}) before it knew "
            f"of your cancellation{f': {parcel}' if parcel else ''}. They are on the way and count as shipped.",
            organisation_id=line.organisation_id,
        )


@concerned_with(ConfirmLines)
class Acknowledgements:
    """Writes what a confirmation said to those who wait for the samples."""

    def __init__(self, outbox: Outbox, signer: LinkSigner) -> None:
        """`outbox` is where the mails go; `signer` makes the links in them."""
        self._outbox = outbox
        self._signer = signer

    def __call__(self, context: Context, operation: Operation, touched: Sequence[Touch]) -> None:
        """A reaction (`sync/apply.py`)."""
        if not isinstance(operation, ConfirmLines):
            return
        answered = self._answered(context, operation, touched)
        # All that was said may have been overtaken by a cancellation: then there is nothing to tell.
        for letter in acknowledgements(answered) if answered.confirmed else ():
            self._outbox.put_later(context.records, letter, now=context.now, held=context.offered_again)

    def _answered(self, context: Context, operation: ConfirmLines, touched: Sequence[Touch]) -> Answered:
        records = context.records
        request = records.need(SampleRequest, operation.request_id)
        lines = records.find(RequestLine, request_id=request.id)
        return Answered(
            request=request,
            lines=sorted(lines, key=lambda line: line.position),
            confirmation=records.need(Confirmation, operation.confirmation_id),
            confirmed=[touch.after for touch in touched if isinstance(touch.after, ConfirmationLine)],
            showroom=records.need(Organisation, request.organisation_id),
            distributor=records.need(Organisation, request.distributor_id),
            left_all_the_same={line.id: quantity for line, quantity in left_all_the_same(touched).items()},
            link_to_status=lambda to: new_link(records, self._signer, "status", request, to, context.now),
        )


def left_all_the_same(touched: Sequence[Touch]) -> dict[RequestLine, int]:
    """How many of a line shipped although they had been cancelled; the line as it stands now."""
    found: dict[str, tuple[RequestLine, int]] = {}
    for touch in touched:
        before, after = touch.before, touch.after
        if isinstance(before, RequestLine) and isinstance(after, RequestLine) and after.cancelled < before.cancelled:
            so_far = found[after.id][1] if after.id in found else 0
            found[after.id] = after, so_far + before.cancelled - after.cancelled
    return dict(found.values())
