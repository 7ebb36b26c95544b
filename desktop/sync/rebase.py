"""The rebase: the server's state of things, with what still waits here applied on top (`sync.md` section 3).

In one transaction: undo the local effects backwards from their journals, take the pulled rows over, note outcomes,
drop the operations whose effect has arrived, apply the rest again. A reader sees before or after, nothing between.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from desktop.cache.meta import set_meta
from desktop.cache.record_codec import instant_text
from desktop.cache.records import StationRecords
from desktop.cache.station_db import StationDatabase
from desktop.sync.outbox import COLUMNS, Journal, OutboxEntry, entry_of, journal_of
from desktop.sync.pulled import Taken, begin_afresh, take_over, withdraw
from shared_models.kernel.errors import DomainError
from shared_models.kernel.records import from_values
from shared_models.sync.operation_codec import decode
from shared_models.sync.registry import KIND_BY_NAME
from shared_models.sync.wire import Outcome, StreamPage

PUT_BACK = (
    "The server was restored from a backup. Everything was fetched afresh, and what was done at this desk in the last "
    "30 days was offered to the server again; nothing that this desk holds is lost."
)
"""What a person is told after `fetch_all_afresh`."""

Work = Callable[[StationRecords], set[str]]
"""What is done to the server's state between undo and apply; returns the tables that it touched."""


class Rebased(NamedTuple):
    """What changed."""

    kinds: frozenset[str]
    taken: Taken | None = None


def rebase(database: StationDatabase, work: Work, *, at: datetime) -> frozenset[str]:
    """Do `work` on the server's state of things, under the local effects; returns the tables that may differ now."""
    with database.write() as records:
        kinds = _undo(records)
        kinds |= work(records)
        _drop_arrived(records, at)
        kinds |= _apply_again(records)
    return frozenset(kinds)


def take_page(database: StationDatabase, page: StreamPage, *, at: datetime) -> Rebased:
    """Take one pulled page over. `taken` is None when the page came out of order and was thrown away."""
    taken: Taken | None = None

    def work(records: StationRecords) -> set[str]:
        nonlocal taken
        taken = take_over(records, page, at)
        return set(taken.kinds) if taken is not None else set()

    return Rebased(rebase(database, work, at=at), taken)


def take_heads(database: StationDatabase, streams: Collection[str], *, at: datetime) -> frozenset[str]:
    """Note which record streams may be pulled; what belonged to others only is deleted."""
    known = {stream for (stream,) in database.read().rows("SELECT stream FROM streams")}
    withdrawn, new = known - set(streams), set(streams) - known
    if not withdrawn and not new:
        return frozenset()

    def work(records: StationRecords) -> set[str]:
        records.connection.executemany(
            "INSERT INTO streams (stream, position, rows, checksum, refetching) VALUES (?, 0, 0, 0, 1)",
            ((stream,) for stream in sorted(new)),
        )
        return withdraw(records, withdrawn)

    return rebase(database, work, at=at)


def take_outcomes(database: StationDatabase, outcomes: Sequence[Outcome], *, at: datetime) -> frozenset[str]:
    """Store what the server said of operations; `retry` leaves them waiting, with the sentence.

    Accepted ones keep their local effect until the server's has arrived; refused ones lose it at once.
    """
    final = [outcome for outcome in outcomes if outcome.result != "retry"]
    with database.write() as records:
        for outcome in outcomes:
            if outcome.result == "retry":
                records.connection.execute(
                    "UPDATE operations SET code = ?, sentence = ? WHERE id = ? AND state = 'waiting'",
                    (outcome.code, outcome.sentence, outcome.operation_id),
                )

    if not final:
        return frozenset()

    def work(records: StationRecords) -> set[str]:
        for outcome in final:
            _store(records, outcome, at)
        set_meta(records, newest_pushed=final[-1].operation_id)
        return set()

    return rebase(database, work, at=at)


def reapply(database: StationDatabase, *, at: datetime) -> frozenset[str]:
    """Apply everything that waits anew, for instance after an operation was sent again."""
    return rebase(database, lambda _records: set(), at=at)


def fetch_all_afresh(database: StationDatabase, *, at: datetime) -> frozenset[str]:
    """The server has another history: fetch every stream afresh and offer all that is still kept here again.

    Ids make doubles impossible: what the server still knows is answered with the outcome that it stored. How long ago
    something was made says nothing: the server may have heard of it just before it lost its memory.
    """

    def work(records: StationRecords) -> set[str]:
        for (stream,) in records.connection.execute("SELECT stream FROM streams").fetchall():
            begin_afresh(records.connection, stream)
        # `outcome` stays: it says of one that waits that an earlier history had accepted it (`push.py`).
        records.connection.execute(
            "UPDATE operations SET state = 'waiting', code = '', sentence = '', facts = '{}', "
            "positions = '{}', settled_at = NULL "
            "WHERE state IN ('sent', 'applied', 'needs_review')"
        )
        set_meta(records, newest_settled="", newest_pushed="")
        return set()

    return rebase(database, work, at=at)


def _undo(records: StationRecords) -> set[str]:
    kinds: set[str] = set()
    rows = records.connection.execute(
        "SELECT row, undo FROM operations WHERE state IN ('waiting', 'sent') AND undo <> '[]' "
        "ORDER BY place DESC, row DESC"
    ).fetchall()
    for _, undo in rows:
        for table, key, before in reversed(msgspec.json.decode(undo, type=Journal)):
            kind = KIND_BY_NAME[table]
            state = None if before is None else from_values(kind, tuple(before), tuple(before.values()))
            records.restore(kind, key, state)
            kinds.add(table)
    records.connection.executemany("UPDATE operations SET undo = '[]' WHERE row = ?", ((row,) for row, _ in rows))
    return kinds


def _store(records: StationRecords, outcome: Outcome, at: datetime) -> None:
    refused = outcome.result == "refused"
    records.connection.execute(
        "UPDATE operations SET state = ?, outcome = ?, code = ?, sentence = ?, facts = ?, positions = ?, "
        "settled_at = ? WHERE id = ? AND state = 'waiting'",
        (
            "refused" if refused else "sent",
            outcome.result,
            outcome.code,
            outcome.sentence,
            msgspec.json.encode(outcome.facts).decode(),
            msgspec.json.encode(outcome.positions).decode(),
            instant_text(at) if refused else None,
            outcome.operation_id,
        ),
    )


def _drop_arrived(records: StationRecords, at: datetime) -> None:
    """Sent ones whose effect the pulled rows contain are done. Streams that are not pulled here do not count.

    Nothing has arrived in a stream of which more is on the way: a row that was changed again lies behind the
    position at which it was made, perhaps on a later page.
    """
    sent = records.connection.execute("SELECT row, outcome, positions FROM operations WHERE state = 'sent'").fetchall()
    if not sent:
        return
    reached = dict(
        records.connection.execute(
            "SELECT stream, CASE WHEN agreed_at IS NULL THEN 0 ELSE position END FROM streams"
        ).fetchall()
    )
    for row, outcome, positions in sent:
        wanted = msgspec.json.decode(positions, type=dict[str, int])
        if all(reached[stream] >= position for stream, position in wanted.items() if stream in reached):
            records.connection.execute(
                "UPDATE operations SET state = ?, settled_at = ? WHERE row = ?", (outcome, instant_text(at), row)
            )


def _apply_again(records: StationRecords) -> set[str]:
    kinds: set[str] = set()
    rows = records.connection.execute(
        f"SELECT {COLUMNS} FROM operations WHERE state IN ('waiting', 'sent') ORDER BY place, row"
    ).fetchall()
    for entry in map(entry_of, rows):
        touched = _apply_one(records, entry)
        kinds.update(touch.kind.TABLE.name for touch in touched.touched)
        records.connection.execute(
            "UPDATE operations SET undo = ? WHERE row = ?", (journal_of(touched.touched).decode(), entry.row)
        )
    return kinds


def _apply_one(records: StationRecords, entry: OutboxEntry) -> StationRecords:
    """What one operation touches now; nothing when it no longer applies: it waits for the server's word."""
    mine = StationRecords(records.connection)
    records.connection.execute("SAVEPOINT one_operation")
    try:
        decode(entry.name, entry.version, entry.payload.encode()).apply(mine, entry.act())
    except DomainError as refusal:
        _back_out(records, mine)
        logging.getLogger(__name__).info("operation %s shows no effect for now: %s", entry.id, refusal.code)
    except Exception:
        # A fault of ours in one operation must not keep the others, and the pulled rows, from the screens.
        _back_out(records, mine)
        logging.getLogger(__name__).exception("operation %s could not be applied again", entry.id)
    records.connection.execute("RELEASE one_operation")
    return mine


def _back_out(records: StationRecords, mine: StationRecords) -> None:
    records.connection.execute("ROLLBACK TO one_operation")
    mine.touched.clear()
