"""Operations settle here: each in a savepoint of its own, all of a push in one transaction with their entries."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from shared_models.accounts.records import Membership, ModuleGrant
from shared_models.accounts.rules import require_may_do
from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import OperationId, OrganisationId, PersonId, StationId
from shared_models.kernel.operation import Act, Operation
from shared_models.kernel.records import Touch
from shared_models.reviews.records import ReviewItem
from shared_models.sync.operation_codec import decode
from shared_models.sync.wire import MOST_OPERATIONS_A_BATCH, OperationEnvelope, Outcome, PushRequest
from sync_server.features.sync.deferred_records import DeferredRecords
from sync_server.features.sync.foresight import Foresight, foresee
from sync_server.features.sync.history import restored_at
from sync_server.features.sync.permissions import allowed_streams, streams_within
from sync_server.features.sync.reactions import Context, Reaction, Reactions
from sync_server.features.sync.receipts import (
    Receipt,
    Settled,
    body_hash,
    find_receipts,
    newest_numbers,
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
OFFERED_FOR = timedelta(days=30)
"""So long stations keep what they did, and offer it to a server that was restored."""
_MISSING_AFTER_RESTORE = frozenset({"not_found", "not_a_member", "role_missing", "module_missing"})
_FINAL = ("applied", "needs_review", "refused")


class Read(NamedTuple):
    """An envelope with its operation, or why there is none; and the hash of what it says."""

    envelope: OperationEnvelope
    operation: Operation | DomainError
    said: bytes


class Pushed(NamedTuple):
    """A push, and who sends it."""

    request: PushRequest
    caller: Caller
    reads: Sequence[Read]
    """What `read_push` made of it."""


class _Applied(NamedTuple):
    outcome: Outcome
    touched: list[Touch]


class _Push:
    """One push on its way through its transaction."""

    def __init__(self, pushed: Pushed, records: ServerRecords, *, now: datetime, reactions: Reactions) -> None:
        self.caller = pushed.caller
        self.now = now
        self.drift = now - pushed.request.station_clock
        self.envelopes = pushed.request.operations
        self.reactions = reactions
        self.records = records
        self.outcomes: dict[str, Outcome] = {}
        self.applied: dict[str, _Applied] = {}
        self.fresh: list[Read] = []
        self._correction = self.drift if abs(self.drift) >= TRAVEL_TIME else None
        self._permitted = self.caller.permitted

    def settle(self, reads: Sequence[Read], receipts: Mapping[str, Receipt]) -> None:
        """An outcome for each operation of the push."""
        for read in reads:
            envelope = read.envelope
            if envelope.id in self.outcomes:
                continue
            outcome = _repeated(envelope, receipts, self.caller) or _held(
                envelope, receipts, self.outcomes, self.caller
            )
            if outcome is None:
                self.applied[envelope.id] = applied = self._settle_one(read)
                self.fresh.append(read)
                outcome = applied.outcome
            self.outcomes[envelope.id] = outcome

    def settled(self) -> list[Settled]:
        """The operations that have their final outcome since just now."""
        drift_ms = round(self.drift.total_seconds() * 1000)
        outcomes = [(read, self.outcomes[read.envelope.id]) for read in self.fresh]
        return [
            Settled(read.envelope, read.said, outcome, self.caller, drift_ms)
            for read, outcome in outcomes
            if outcome.result in _FINAL
        ]

    def _settle_one(self, read: Read) -> _Applied:
        """Apply one operation that has no receipt yet."""
        envelope, operation, _ = read
        if isinstance(operation, DomainError):
            return _Applied(_refused(envelope.id, operation), [])
        made_at = envelope.made_at if self._correction is None else envelope.made_at + self._correction
        act = Act(
            operation_id=OperationId(envelope.id),
            person_id=PersonId(self.caller.person_id),
            organisation_id=OrganisationId(envelope.organisation_id),
            station_id=StationId(self.caller.station_id),
            made_at=min(made_at, self.now),
            guest_name=self.caller.person_name if self.caller.guest is not None else "",
        )
        already = len(self.records.touched)
        try:
            self._require_permission(operation, act)
            self.records.show_rows(lambda: self._streams_of(act.organisation_id))
            with self.records.savepoint():
                operation.apply(self.records, act)
                if concerned := self.reactions.to(type(operation), brought=bool(envelope.brought_from)):
                    context = Context(
                        self.records, act, self.caller, self.now, envelope.offered_again, envelope.brought_from
                    )
                    for reaction in concerned:
                        reaction(context, operation, self.records.touched[already:])
        except DomainError as refusal:
            if self._may_still_come(envelope, act, refusal):
                return _Applied(_not_yet(envelope.id, refusal), [])
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

    def _streams_of(self, organisation_id: str) -> frozenset[str]:
        """What the caller may see today for the organisation: whom nothing is shown any more can do nothing with it."""
        return streams_within(self.records.connection, self.caller, organisation_id, local_day(self.now))

    def _may_still_come(self, envelope: OperationEnvelope, act: Act, refusal: DomainError) -> bool:
        """After a restore: what is missing may be brought by another station, what is not allowed by the operator.

        When it was done is what `act` says: the station's own clock may be days off.
        """
        if refusal.code not in _MISSING_AFTER_RESTORE:
            return False
        restored = restored_at(self.records.connection)
        if restored is not None and self.now - restored < OFFERED_FOR:
            return refusal.code == "not_found" or act.made_at < restored
        return envelope.offered_again and self.now - act.made_at < OFFERED_FOR

    def _require_permission(self, operation: Operation, act: Act) -> None:
        if self.caller.guest is not None:
            asked_for = (type(operation).__name__, act.organisation_id, operation.lane())
            if asked_for != msgspec.structs.astuple(self.caller.guest):
                raise DomainError("role_missing", "This link does not allow that.")
            return
        # A day begins and ends at a full quarter of an hour wherever this machine stands.
        asked = (type(operation), act.organisation_id, int(act.made_at.timestamp()) // 900)
        if asked not in self._permitted or self.records.changes_rights:
            self._tell_rights(act.organisation_id)
            require_may_do(
                type(operation),
                person_id=act.person_id,
                organisation_id=act.organisation_id,
                day=local_day(act.made_at),
                records=self.records,
            )
            self._permitted.remember(asked)

    def _tell_rights(self, organisation_id: str) -> None:
        """What was read of the caller to recognise the token answers, too, what the caller may do."""
        records, caller = self.records, self.caller
        if not isinstance(records, DeferredRecords):
            return
        members = [member for member in caller.memberships if member.organisation_id == organisation_id]
        records.know(Membership, members, organisation_id=organisation_id, person_id=caller.person_id)
        if members and caller.reach is not None:
            grants = [grant for grant in caller.reach.grants if grant.organisation_id == organisation_id]
            records.know(ModuleGrant, grants, organisation_id=organisation_id)


def settle_pushes(
    connection: Connection, pushes: Sequence[Pushed], *, now: datetime, reactions: Sequence[Reaction]
) -> list[list[Outcome] | DomainError]:
    """For each push the outcomes of its operations in their order, or why nothing of it was stored.

    All of them settle in the given transaction, as if one after the other. No two may come from one station or name
    the same operation.
    """
    return _settle(connection, pushes, DeferredRecords(connection), now=now, reactions=reactions)


def settle_push(
    connection: Connection, request: PushRequest, caller: Caller, *, now: datetime, reactions: Sequence[Reaction]
) -> list[Outcome]:
    """An outcome for each operation of one batch, in its order; everything in the given transaction.

    Each operation is written as it settles: slower than `settle_pushes`, but what the database has against one is
    known to be that one's. Raises `DomainError`, and then nothing of the batch may be kept: `batch_too_long`,
    `body_differs` (an id that was settled with other words) and `station_copied` (a number that this station used
    for another operation).
    """
    records = ServerRecords(connection, locking=True)
    (settled,) = _settle(
        connection, [Pushed(request, caller, read_push(request))], records, now=now, reactions=reactions
    )
    if isinstance(settled, DomainError):
        raise settled
    return settled


def _settle(
    connection: Connection,
    pushes: Sequence[Pushed],
    records: ServerRecords,
    *,
    now: datetime,
    reactions: Sequence[Reaction],
) -> list[list[Outcome] | DomainError]:
    foresight = foresee(
        (read.operation, read.envelope.organisation_id, pushed.caller.person_id)
        for pushed in pushes
        for read in pushed.reads
        if not isinstance(read.operation, DomainError)
    )
    _lock_organisations(connection, pushes, foresight)
    receipts = find_receipts(connection, {one for pushed in pushes for one in _named(pushed)})
    newest = newest_numbers(connection, {pushed.caller.station_id for pushed in pushes})
    records.foresee(foresight.keys, foresight.columns)
    settled: list[_Push | DomainError] = []
    by_kind = Reactions(reactions)
    for pushed in pushes:
        push = _Push(pushed, records, now=now, reactions=by_kind)
        try:
            # Whatever can be wrong with a push as a whole shows before anything of it is done.
            _require_good(connection, pushed, receipts, newest)
        except DomainError as refusal:
            settled.append(refusal)
            continue
        push.settle(pushed.reads, receipts)
        settled.append(push)
    good = [push for push in settled if isinstance(push, _Push)]
    _publish(connection, records, good, now)
    store_receipts(connection, [one for push in good for one in push.settled()], now=now)
    return [
        [one.outcomes[envelope.id] for envelope in one.envelopes] if isinstance(one, _Push) else one for one in settled
    ]


def _named(pushed: Pushed) -> Iterator[str]:
    """The operations of a push, and those that they build on."""
    for envelope in pushed.request.operations:
        yield envelope.id
        yield from envelope.after


def read_push(request: PushRequest) -> list[Read]:
    """The operations of a push; nothing is asked of the database for it."""
    return [_read(envelope) for envelope in request.operations]


def _read(envelope: OperationEnvelope) -> Read:
    operation: Operation | DomainError
    try:
        operation = decode(envelope.name, envelope.version, envelope.payload)
    except DomainError as refusal:
        operation = refusal
    return Read(envelope, operation, body_hash(envelope))


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


def _publish(connection: Connection, records: ServerRecords, pushes: Sequence[_Push], now: datetime) -> None:
    """Write records and stream entries, and tell each operation at which positions its caller can see its effect."""
    records.flush()
    if not records.touched:
        return
    published = write_log(connection, records.touched, records)
    for push in pushes:
        if not push.applied:
            continue
        visible = allowed_streams(connection, push.caller, local_day(now))
        told: dict[frozenset[str], dict[str, int]] = {}
        for operation_id, (outcome, touched) in push.applied.items():
            places = ((touch.kind.TABLE.name, touch.key) for touch in touched)
            streams = visible.intersection(chain.from_iterable(published.streams_of.get(one, ()) for one in places))
            if not streams:
                continue
            positions = told.get(streams)
            if positions is None:
                positions = told[streams] = {stream: published.positions[stream] for stream in sorted(streams)}
            push.outcomes[operation_id] = msgspec.structs.replace(outcome, positions=positions)


def _require_good(
    connection: Connection,
    pushed: Pushed,
    receipts: Mapping[str, Receipt],
    newest: Mapping[str, int],
) -> None:
    """Raises `DomainError` for what forbids to settle a push at all."""
    reads = pushed.reads
    if len(reads) > MOST_OPERATIONS_A_BATCH:
        raise DomainError(
            "batch_too_long",
            f"Send at most {MOST_OPERATIONS_A_BATCH} operations at once.",
            sent=len(reads),
        )
    _require_own_numbers(connection, pushed, newest)
    caller = pushed.caller
    said: dict[str, bytes] = {}
    for read in reads:
        envelope = read.envelope
        if not _OPERATION_ID.fullmatch(envelope.id):
            raise DomainError("malformed", "An operation's id is no id.", id=envelope.id[:80])
        receipt = receipts.get(envelope.id)
        if receipt is not None and _may_know(receipt, caller):
            _require_same(receipt.body_hash, read)
        _require_same(said.setdefault(envelope.id, read.said), read)


def _may_know(receipt: Receipt, caller: Caller) -> bool:
    return receipt.person_id == caller.person_id or receipt.organisation_id in caller.organisation_ids


def _repeated(envelope: OperationEnvelope, receipts: Mapping[str, Receipt], caller: Caller) -> Outcome | None:
    """The outcome that the operation has already."""
    receipt = receipts.get(envelope.id)
    if receipt is None:
        return None
    if not _may_know(receipt, caller):
        refusal = DomainError("not_a_member", "You no longer work for this organisation in Order-Track.")
        return _refused(envelope.id, refusal)
    return receipt.outcome


def _require_same(known: bytes, read: Read) -> None:
    if known != read.said:
        raise DomainError(
            "body_differs",
            "An operation with this id was settled before and said something else. Nothing of this batch was stored.",
            operation_id=read.envelope.id,
        )


def _held(
    envelope: OperationEnvelope, receipts: Mapping[str, Receipt], outcomes: Mapping[str, Outcome], caller: Caller
) -> Outcome | None:
    """A refused or still waiting operation holds back what builds on it; another house's does not exist for this."""
    for earlier in envelope.after:
        receipt = receipts.get(earlier)
        outcome = outcomes.get(earlier) or (receipt.outcome if receipt and _may_know(receipt, caller) else None)
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


def _require_own_numbers(connection: Connection, pushed: Pushed, newest: Mapping[str, int]) -> None:
    """The same number for two operations means that the station's files were copied onto a second machine."""
    envelopes, station_id = pushed.request.operations, pushed.caller.station_id
    numbers = [envelope.station_seq for envelope in envelopes]
    if any(not 0 < number < 2**63 for number in numbers):
        raise DomainError("malformed", "The operations of a station are numbered from 1.")
    used = [number for number in numbers if number <= newest.get(station_id, 0)]
    known = operations_of_numbers(connection, station_id, used) if used else {}
    for envelope in envelopes:
        if known.setdefault(envelope.station_seq, envelope.id) != envelope.id:
            raise DomainError(
                "station_copied",
                "This station's files are also used on another machine. Sign in again to go on as a new station; "
                "nothing that waits is lost.",
                station_seq=envelope.station_seq,
            )


def _lock_organisations(connection: Connection, pushes: Sequence[Pushed], foresight: Foresight) -> None:
    """PostgreSQL: one push an organisation at a time, so that what an operation reads stays true until it commits.

    A distributor whose requests get numbers is locked as well. All in sorted order: the numbers' own rows would be
    locked in the order of the operations, and two batches for several distributors would block one another.
    """
    if connection.dialect.name != "postgresql":
        return
    acting = {envelope.organisation_id for pushed in pushes for envelope in pushed.request.operations}
    locks = sorted(
        int.from_bytes(blake2b(one.encode(), digest_size=8).digest(), "big", signed=True)
        for one in acting | foresight.numbered
    )
    # One statement, one round; the inner order is the order in which they are taken.
    wanted = "SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(%s AS bigint[])) AS number"
    connection.connection.cursor().execute(wanted, (locks,))


def _refused(operation_id: str, refusal: DomainError) -> Outcome:
    """Typed and final, except when only an older server is the reason."""
    return Outcome(
        operation_id=operation_id,
        result="retry" if refusal.code == "newer_operation" else "refused",
        code=refusal.code,
        sentence=refusal.sentence,
        facts=refusal.facts,
    )


def _not_yet(operation_id: str, refusal: DomainError) -> Outcome:
    sentence = (
        "The server was restored from a backup, and what this needs has not come back yet, from another station or by "
        "its operator. It is kept and tried again."
    )
    return Outcome(operation_id=operation_id, result="retry", code="restored", sentence=sentence, facts=refusal.facts)


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
