"""What a person does in the sync centre; each answers with the Changes."""

from __future__ import annotations

from pathlib import Path

from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from desktop.sync.kept_files import KeptFile, take_up
from desktop.sync.rebase import reapply
from desktop.sync.rescue_file import BroughtIn, export_waiting, import_waiting
from shared_models.reviews.operations import SettleReview
from shared_models.sync.registry import KIND_BY_NAME

_OPERATIONS = Changes.of("operations")


def send_again(desk: Desk, operation_id: str) -> Changes:
    """Send a refused operation anew. Raises `DomainError("not_refused")` when somebody dealt with it meanwhile."""
    now = desk.clock.now()
    desk.outbox.send_again(operation_id, at=now)
    kinds = reapply(desk.database, at=now)
    desk.outbox.read_again()
    return _OPERATIONS | Changes(kinds)


def discard(desk: Desk, operation_id: str) -> Changes:
    """Give a refused operation up; it stays in the list of the last 30 days. Raises `DomainError("not_refused")`."""
    desk.outbox.discard(operation_id, at=desk.clock.now())
    return _OPERATIONS


def settle_review(desk: Desk, review_id: str) -> Changes:
    """A person has looked at it. Raises `DomainError`."""
    recorded = desk.record(SettleReview(review_id=review_id))
    return Changes(recorded.kinds, recorded.keys) | _OPERATIONS


def export_to(desk: Desk, file: Path) -> tuple[Changes, int]:
    """Write what waits to a file; gives how many. Raises `DomainError` or OSError."""
    return Changes.none(), export_waiting(desk, file)


def import_from(desk: Desk, file: Path) -> tuple[Changes, BroughtIn]:
    """Bring in what another station wrote. Raises `DomainError`."""
    taken = import_waiting(desk, file)
    # Whatever they did is shown at once; which tables that concerns only the operations know.
    return _OPERATIONS | Changes(frozenset(KIND_BY_NAME)), taken


def take_up_kept_file(desk: Desk, kept: KeptFile, key: bytes) -> tuple[Changes, str]:
    """Bring over what waits in a file that was set aside; gives the sentence to tell. Raises `DomainError`."""
    told = take_up(desk, kept, key)
    return _OPERATIONS | Changes(frozenset(KIND_BY_NAME)), told
