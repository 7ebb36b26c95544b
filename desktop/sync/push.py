"""Choosing what to send: batches of waiting operations in their order, without what a refused one holds back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from desktop.cache.reader import Reader
from desktop.cache.record_codec import instant_text
from desktop.cache.station_db import StationDatabase
from desktop.sync.client import Trouble
from desktop.sync.origins import forget_origins, origins
from desktop.sync.outbox import COLUMNS, OutboxEntry, entry_of
from shared_models.sync.wire import OperationEnvelope, Outcome

OPERATIONS_A_BATCH = 200


class PushedBatch(NamedTuple):
    """Operations that are sent together; the batch as such means nothing."""

    envelopes: tuple[OperationEnvelope, ...]

    @property
    def ids(self) -> set[str]:
        """The operations in it."""
        return {envelope.id for envelope in self.envelopes}

    def halves(self) -> tuple[PushedBatch, PushedBatch]:
        """The earlier and the later ones."""
        middle = len(self.envelopes) // 2
        return PushedBatch(self.envelopes[:middle]), PushedBatch(self.envelopes[middle:])

    def without(self, operation_id: str) -> PushedBatch:
        """The others; those that build on it go as well, and the server holds them."""
        return PushedBatch(tuple(one for one in self.envelopes if one.id != operation_id))


def next_batch(database: StationDatabase, *, without: Collection[str]) -> PushedBatch | None:
    """The next waiting operations in their order, but those in `without` and those that are held back."""
    reader = database.read()
    waiting = _waiting(reader)
    waiting_ids = {entry.id for entry in waiting}
    held, brought = _held(waiting, _refused(reader)), origins(reader)
    chosen = [entry for entry in waiting if entry.id not in held and entry.id not in without][:OPERATIONS_A_BATCH]
    return PushedBatch(tuple(_envelope(entry, waiting_ids, brought) for entry in chosen)) if chosen else None


def batch_of(database: StationDatabase, operation_id: str) -> PushedBatch | None:
    """One waiting operation by itself; None when it waits no longer, or is held back."""
    reader = database.read()
    waiting = _waiting(reader)
    held = _held(waiting, _refused(reader))
    found = [entry for entry in waiting if entry.id == operation_id and entry.id not in held]
    return PushedBatch((_envelope(found[0], {entry.id for entry in waiting}, origins(reader)),)) if found else None


def held_back(database: StationDatabase) -> int:
    """How many wait because they build on one that was refused and that nobody has dealt with."""
    reader = database.read()
    return len(_held(_waiting(reader), _refused(reader)))


def refuse_by_problem(trouble: Trouble, batch: PushedBatch) -> Outcome | None:
    """The outcome of the one operation for whose sake the server refused a whole batch; None when it names none."""
    problem = trouble.problem
    if trouble.kind != "refused" or problem is None or problem.code not in ("body_differs", "malformed"):
        return None
    named = str(problem.facts.get("operation_id") or problem.facts.get("id") or "")
    if named not in batch.ids:
        return None
    return Outcome(
        operation_id=named, result="refused", code=problem.code, sentence=problem.sentence, facts=problem.facts
    )


def may_be_for_one(trouble: Trouble) -> bool:
    """Whether something may refuse a batch for the sake of one operation in it, without naming it.

    A filter on the way that dislikes a word, a body that is too long, a fault of the server: not a line that is dead.
    """
    kinds = ("not_order_track", "server_fault", "refused", "too_long")
    return trouble.kind in kinds and trouble.code != "station_copied"


def prune_done(database: StationDatabase, *, before: datetime) -> None:
    """Forget what was settled longer ago than that; the newest row stays, for the numbers go on from it."""
    edge = instant_text(before)
    done = (
        "state IN ('applied', 'needs_review', 'refused') AND settled_at < ? "
        "AND (state <> 'refused' OR dealt_with_at < ?) AND row < (SELECT max(row) FROM operations)"
    )
    if database.read().value(f"SELECT 1 FROM operations WHERE {done} LIMIT 1", edge, edge):
        with database.write() as records:
            records.connection.execute(f"DELETE FROM operations WHERE {done}", (edge, edge))
            forget_origins(records)


def _waiting(reader: Reader) -> list[OutboxEntry]:
    rows = reader.rows(f"SELECT {COLUMNS} FROM operations WHERE state = 'waiting' ORDER BY place, row")
    return [entry_of(row) for row in rows]


def _refused(reader: Reader) -> set[str]:
    rows = reader.rows("SELECT id FROM operations WHERE state = 'refused' AND dealt_with_at IS NULL")
    return {operation_id for (operation_id,) in rows}


def _held(waiting: list[OutboxEntry], refused: set[str]) -> set[str]:
    """What builds on a refused one, directly or through others; earlier ones come first in `waiting`."""
    held: set[str] = set()
    for entry in waiting:
        if any(ground in refused or ground in held for ground in entry.after):
            held.add(entry.id)
    return held


def _envelope(entry: OutboxEntry, waiting_ids: set[str], brought: Mapping[str, str]) -> OperationEnvelope:
    return OperationEnvelope(
        id=entry.id,
        name=entry.name,
        version=entry.version,
        payload=msgspec.Raw(entry.payload.encode()),
        made_at=entry.made_at,
        organisation_id=entry.organisation_id,
        station_seq=entry.station_seq,
        lane=entry.lane,
        # What has an outcome already holds nothing back any more, and a person's decision to discard counts as one.
        after=[ground for ground in entry.after if ground in waiting_ids],
        offered_again=bool(entry.outcome),
        brought_from=brought.get(entry.id, ""),
    )
