"""What waited at a station whose work the operator discarded is not taken either when a colleague brings it."""

from collections.abc import Sequence

from sqlalchemy import select

from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Operation
from shared_models.kernel.records import Touch
from sync_server.features.accounts.tables import STATIONS
from sync_server.features.sync.reactions import Context, concerned_with_brought


@concerned_with_brought
def refuse_discarded(context: Context, _operation: Operation, _touched: Sequence[Touch]) -> None:
    """A reaction (`sync/apply.py`). Raises `DomainError("station_discarded")`."""
    row = context.connection.execute(
        select(STATIONS.c.name, STATIONS.c.revoked_waiting).where(
            STATIONS.c.id == context.brought_from, STATIONS.c.revoked_at.is_not(None)
        )
    ).first()
    if row is not None and row.revoked_waiting == "discard":
        raise DomainError(
            "station_discarded",
            f"This was made at “{row.name}”, which the operator shut out, deciding that nothing of what waited there "
            "is taken. It was not done; ask the operator, or do again what is missing.",
            station=str(row.name),
        )
