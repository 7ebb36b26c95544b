"""What else happens when a picker confirms lines: the designer and the showroom are told by mail."""

from collections.abc import Sequence

from shared_models.accounts.records import Organisation
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Touch
from shared_models.picking.operations import ConfirmLines
from shared_models.picking.records import Confirmation, ConfirmationLine
from shared_models.sample_orders.records import RequestLine, SampleRequest
from sync_server.features.mail.outbox import Outbox
from sync_server.features.picking.letters import Answered, acknowledgements
from sync_server.features.sync.apply import Context, Reaction
from sync_server.settings import Settings


def reactions(settings: Settings) -> list[Reaction]:
    """The acknowledgements."""
    return [Acknowledgements(Outbox(settings.mail_from))]


class Acknowledgements:
    """Writes what a confirmation said to those who wait for the samples."""

    def __init__(self, outbox: Outbox) -> None:
        """`outbox` is where the mails go."""
        self._outbox = outbox

    def __call__(self, context: Context, operation: Operation, touched: Sequence[Touch]) -> None:
        """A reaction (`sync/apply.py`)."""
        if not isinstance(operation, ConfirmLines):
            return
        for letter in acknowledgements(_answered(context, operation, touched)):
            self._outbox.put(context.connection, letter, now=context.now)


def _answered(context: Context, operation: ConfirmLines, touched: Sequence[Touch]) -> Answered:
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
    )
