"""Operations settle here: each in a savepoint of its own, all of a push in one transaction with their entries."""

import logging
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

import msgspec
from sqlalchemy import Connection, text

from shared_models.accounts.rules import require_may_do
from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import OperationId, OrganisationId, PersonId, StationId
from shared_models.kernel.operation import Act, Operation
from shared_models.kernel.records import Touch
from shared_models.reviews.records import ReviewItem
from shared_models.sync.operation_codec import decode
from shared_models.sync.wire import MOST_OPERATIONS_A_BATCH, OperationEnvelope, Outcome, PushRequest
from sync_server.features.sync.permissions import allowed_streams
from sync_server.features.sync.receipts import (
    Receipt,
    Settled,
    body_hash,
    find_receipts,
    operations_of_numbers,
    store_receipts,
)
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.stream_log import write_log
from sync_server.foundation.caller import Caller
from sync_server.foundation.faults import operational_errors

logger = logging.getLogger(__name__)

TRAVEL_TIME = timedelta(seconds=2)
"""A smaller difference between two clocks is the time that a message travels, and is not corrected."""
_OPERATION_ID = re.compile(r"[0-9a-z-]{8,64}")
_FINAL = ("applied", "needs_review", "refused")


class Context(NamedTuple):
    """What a reaction works with; all of it belongs to the operation's own savepoint."""

    connection: Connection
    records: ServerRecords
    act: Act
    caller: Caller
    now: datetime


Reaction: TypeAlias = Callable[[Context, Operation, Sequence[Touch]], None]
"""What else happens when an operation lands: runs in its savepoint, before publishing.

Records that it changes through `context.records` are published with the operation's own; a `DomainError` refuses
the operation. It must not commit, call out or wait.
"""


class _Applied(NamedTuple):
    outcome: Outcome
    touched: list[Touch]


class _Push:
    """One push on its way through its transaction."""

    def __init__(
        self, connection: Connection, caller: Caller, *, now: datetime, drift: timedelta, reactions: Sequence[Reaction]
    ) -> None:
        self.connection = connection
        self.caller = caller
        self.now = now
        self.drift = drift if abs(drift) >= TRAVEL_TIME else timedelta(0)
        self.reactions = reactions
        self.records = ServerRecords(connection, locking=True)
        self.permitted: set[tuple[type[Operation], str, object]] = set()

    def settle_one(self, envelope: OperationEnvelope) -> _Applied:
        """Apply one operation that has no receipt yet."""
        act = Act(
            operation_id=OperationId(envelope.id),
            person_id=PersonId(self.caller.person_id),
            organisation_id=OrganisationId(envelope.organisation_id),
            station_id=StationId(self.caller.station_id),
            made_at=min(envelope.made_at + self.drift, self.now),
        )
        already = len(self.records.touched)
        try:
            operation = decode(envelope.name, envelope.version, envelope.payload)
            self._require_permission(operation, act)
            with self.records.savepoint():
                operation.apply(self.records, act)
                context = Context(self.connection, self.records, act, self.caller, self.now)
                for reaction in self.reactions:
                    reaction(context, operation, self.records.touched[already:])
        except DomainError as refusal:
            return _Applied(_refused(envelope.id, refusal), [])
        except operational_errors():
            # The whole batch fails, and is tried again.
            raise
        except Exception:
            # One operation that trips over a fault of ours must not hold up the others; it stays waiting.
            logger.exception("operation %s (%s) failed", envelope.id, envelope.name)
            sentence = "The server stumbled over this. It is kept and sent again; tell the operator if it stays."
            return _Applied(
                Outcome(operation_id=envelope.id, result="retry", code="server_fault", sentence=sentence), []
            )
        touched = self.records.touched[already:]
        return _Applied(_accepted(envelope.id, touched), touched)

    def _require_permission(self, operation: Operation, act: Act) -> None:
        day = local_day(act.made_at)
        asked = (type(operation), act.organisation_id, day)
        if asked not in self.permitted:
            require_may_do(
                type(operation),
                person_id=act.person_id,
                organisation_id=act.organisation_id,
                day=day,
                records=self.records,
            )
            self.permitted.add(asked)


def settle_push(
    connection: Connection, request: PushRequest, caller: Caller, *, now: datetime, reactions: Sequence[Reaction]
) -> list[Outcome]:
    """An outcome for each operation of the batch, in its order; everything in the given transaction.

    Raises `DomainError`, and then nothing of the batch may be kept: `batch_too_long`, `body_differs` (an id that was
    settled with other words) and `station_copied` (a number that this station used for another operation).
    """
    if len(request.operations) > MOST_OPERATIONS_A_BATCH:
        raise DomainError(
            "batch_too_long",
            f"Send at most {MOST_OPERATIONS_A_BATCH} operations at once.",
            sent=len(request.operations),
        )
    drift = now - request.station_clock
    push = _Push(connection, caller, now=now, drift=drift, reactions=reactions)
    _lock_organisations(connection, {envelope.organisation_id for envelope in request.operations})
    receipts = find_receipts(
        connection, {one for envelope in request.operations for one in (envelope.id, *envelope.after)}
    )
    _require_own_numbers(connection, request.operations, caller)
    outcomes: dict[str, Outcome] = {}
    applied: dict[str, _Applied] = {}
    fresh: list[OperationEnvelope] = []
    for envelope in request.operations:
        repeat = _repeated(envelope, receipts, outcomes, fresh, caller)
        if repeat is None and (held := _held(envelope, receipts, outcomes)) is not None:
            repeat = held
        if repeat is None:
            applied[envelope.id] = push.settle_one(envelope)
            repeat = applied[envelope.id].outcome
            fresh.append(envelope)
        outcomes[envelope.id] = repeat
    _publish(push, applied, outcomes)
    settled = [Settled(one, outcomes[one.id]) for one in fresh if outcomes[one.id].result in _FINAL]
    store_receipts(connection, settled, caller, drift_ms=round(drift.total_seconds() * 1000), now=now)
    return [outcomes[envelope.id] for envelope in request.operations]


def settle(
    connection: Connection,
    envelope: OperationEnvelope,
    caller: Caller,
    *,
    station_clock: datetime,
    now: datetime,
    reactions: Sequence[Reaction],
) -> Outcome:
    """One operation by itself; as `settle_push`."""
    request = PushRequest(station_clock=station_clock, operations=[envelope])
    return settle_push(connection, request, caller, now=now, reactions=reactions)[0]


def _publish(push: _Push, applied: dict[str, _Applied], outcomes: dict[str, Outcome]) -> None:
    """Write the stream entries, and tell each operation at which positions its effect can be seen by the caller."""
    if not push.records.touched:
        return
    published = write_log(push.connection, push.records.touched, push.records)
    visible = allowed_streams(push.connection, push.caller, local_day(push.now))
    for operation_id, (outcome, touched) in applied.items():
        streams = {
            stream
            for touch in touched
            for stream in published.streams_of.get((touch.kind.TABLE.name, touch.key), ())
            if stream in visible
        }
        positions = {stream: published.positions[stream] for stream in sorted(streams)}
        outcomes[operation_id] = msgspec.structs.replace(outcome, positions=positions)


def _repeated(
    envelope: OperationEnvelope,
    receipts: dict[str, Receipt],
    outcomes: dict[str, Outcome],
    fresh: list[OperationEnvelope],
    caller: Caller,
) -> Outcome | None:
    """The outcome that the operation has already; or what forbids to settle it at all."""
    if not _OPERATION_ID.fullmatch(envelope.id):
        raise DomainError("malformed", "An operation's id is no id.", id=envelope.id[:80])
    receipt = receipts.get(envelope.id)
    if receipt is None:
        if envelope.id in outcomes:
            twin = next((one for one in fresh if one.id == envelope.id), envelope)
            _require_same(body_hash(twin), envelope)
            return outcomes[envelope.id]
        return None
    if receipt.person_id != caller.person_id and receipt.organisation_id not in caller.organisation_ids:
        refusal = DomainError("not_a_member", "You no longer work for this organisation in Order-Track.")
        return _refused(envelope.id, refusal)
    _require_same(receipt.body_hash, envelope)
    return receipt.outcome


def _require_same(known: bytes, envelope: OperationEnvelope) -> None:
    if known != body_hash(envelope):
        raise DomainError(
            "body_differs",
            "An operation with this id was settled before and said something else. Nothing of this batch was stored.",
            operation_id=envelope.id,
        )


def _held(envelope: OperationEnvelope, receipts: dict[str, Receipt], outcomes: dict[str, Outcome]) -> Outcome | None:
    """A refused or still waiting operation holds back what builds on it."""
    for earlier in envelope.after:
        outcome = outcomes.get(earlier) or (receipts[earlier].outcome if earlier in receipts else None)
        if outcome is None or outcome.result not in ("applied", "needs_review"):
            sentence = (
                "This builds on something that was refused; settle that first."
                if outcome is not None and outcome.result == "refused"
                else "This builds on something that the server does not have yet."
            )
            return Outcome(
                operation_id=envelope.id, result="retry", code="held", sentence=sentence, facts={"after": earlier}
            )
    return None


def _require_own_numbers(connection: Connection, envelopes: Sequence[OperationEnvelope], caller: Caller) -> None:
    """The same number for two operations means that the station's files were copied onto a second machine."""
    numbers = [envelope.station_seq for envelope in envelopes]
    if any(not 0 < number < 2**63 for number in numbers):
        raise DomainError("malformed", "The operations of a station are numbered from 1.")
    known = operations_of_numbers(connection, caller.station_id, numbers)
    for envelope in envelopes:
        if known.setdefault(envelope.station_seq, envelope.id) != envelope.id:
            raise DomainError(
                "station_copied",
                "This station's files are also used on another machine. Sign in again to go on as a new station; "
                "nothing that waits is lost.",
                station_seq=envelope.station_seq,
            )


def _lock_organisations(connection: Connection, organisation_ids: set[str]) -> None:
    """PostgreSQL: one push an organisation at a time, so that what an operation reads stays true until it commits."""
    if connection.dialect.name != "postgresql":
        return
    for organisation_id in sorted(organisation_ids):
        number = int.from_bytes(blake2b(organisation_id.encode(), digest_size=8).digest(), "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _refused(operation_id: str, refusal: DomainError) -> Outcome:
    """Typed and final, except when only an older server is the reason."""
    return Outcome(
        operation_id=operation_id,
        result="retry" if refusal.code == "newer_operation" else "refused",
        code=refusal.code,
        sentence=refusal.sentence,
        facts=refusal.facts,
    )


def _accepted(operation_id: str, touched: Sequence[Touch]) -> Outcome:
    for touch in touched:
        if touch.before is None and isinstance(touch.after, ReviewItem):
            return Outcome(
                operation_id=operation_id,
                result="needs_review",
                code=touch.after.code,
                sentence=touch.after.sentence,
                facts={"review_id": touch.after.id, "about_id": touch.after.about_id},
            )
    return Outcome(operation_id=operation_id, result="applied")
