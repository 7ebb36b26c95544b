"""The ordered log of every stream: what a transaction touched becomes entries at the streams' new heads.

The position comes from the stream's head row, changed in the writing transaction itself: whoever reads a head
reads everything up to it. A database sequence would hand out numbers that become visible out of order.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, Dialect, bindparam, select

from shared_models.accounts.records import Line, Membership, ModuleGrant, Organisation, Person
from shared_models.kernel.records import Record, Records, Touch, hash_of
from shared_models.sync.streams import audiences
from sync_server.features.sync.tables import STREAM_ENTRIES, STREAM_HEADS
from sync_server.foundation.bulk import bulk_update, bulk_upsert, run_bulk_of_mappings, run_bulk_of_tuples
from sync_server.foundation.database import MOVED
from sync_server.foundation.driver_sql import Ready, among, instant_value, listed, ready, rows_of, run_many
from sync_server.foundation.upsert import insert_or

_MODULUS = 2**64
_NOTHING = (0, 0)
_NOWHERE: Mapping[str, int] = {}


class Head(NamedTuple):
    """A stream's newest position, its live rows and their checksum (modulo 2**64)."""

    head: int
    rows: int
    checksum: int


_Entry = tuple[str, str, str, int | None]
"""Stream, kind, key, and the row's hash: None for a record that leaves the stream."""
_ENTRY_COLUMNS = ("stream", "kind", "key", "position", "gone_at", "row_hash")


class Published(NamedTuple):
    """The new position of each stream that moved, and by (table, key) the streams in which a record was moved."""

    positions: dict[str, int]
    streams_of: dict[tuple[str, str], list[str]]


def publish(connection: Connection, touched: Sequence[Touch], records: Records) -> dict[str, int]:
    """As `write_log`; gives the new position of each stream that moved."""
    return write_log(connection, touched, records).positions


def write_log(connection: Connection, touched: Sequence[Touch], records: Records) -> Published:
    """Write the stream entries of everything touched.

    All entries of one call in one stream share one position, so that a record and its parts are never cut apart.
    A record that no longer belongs to a stream leaves it by an entry that says “gone”. Call it once, last in the
    transaction: it locks the heads, in sorted order.
    """
    merged = _merged(touched, records)
    held = _held(connection, merged)
    entries: list[_Entry] = []
    added: dict[str, tuple[int, int]] = {}
    streams_of: dict[tuple[str, str], list[str]] = {}
    for touch in merged:
        name = touch.kind.TABLE.name
        place = (name, touch.key)
        before = held.get(place, _NOWHERE)
        after = _where_now(touch.after, records)
        for stream, row_hash in after.items():
            old_hash = before.get(stream)
            if old_hash != row_hash:
                entries.append((stream, name, touch.key, row_hash))
                rows, checksum = added.get(stream, _NOTHING)
                added[stream] = (rows + (old_hash is None), checksum + row_hash - (old_hash or 0))
                streams_of.setdefault(place, []).append(stream)
        for stream, old_hash in before.items():
            if stream not in after:
                entries.append((stream, name, touch.key, None))
                rows, checksum = added.get(stream, _NOTHING)
                added[stream] = (rows - 1, checksum - old_hash)
                streams_of.setdefault(place, []).append(stream)
    if not added:
        return Published({}, {})
    heads = _locked_heads(connection, sorted(added))
    for stream, (rows, checksum) in added.items():
        old = heads[stream]
        heads[stream] = Head(old.head + 1, old.rows + rows, (old.checksum + checksum) % _MODULUS)
    positions = {stream: head.head for stream, head in heads.items()}
    _write_entries(connection, entries, positions)
    _write_heads(connection, heads)
    return Published(positions, streams_of)


class Move(NamedTuple):
    """By how many positions a stream moves, and the rows and the checksum to add; these two may be negative."""

    by: int
    rows: int
    checksum: int


def advance(connection: Connection, stream: str, *, by: int, rows: int, checksum: int) -> int:
    """Move a stream's head by `by` positions at once and give the old head; for feeds, whose rows carry their own.

    `rows` and `checksum` are what to add (either may be negative). The head stays locked until the commit.
    """
    return advance_all(connection, {stream: Move(by, rows, checksum)})[stream]


def advance_all(connection: Connection, moves: Mapping[str, Move]) -> dict[str, int]:
    """As `advance`, for many streams at once; gives their old heads."""
    old = _locked_heads(connection, sorted(moves))
    _write_heads(
        connection,
        {
            stream: Head(
                old[stream].head + move.by,
                old[stream].rows + move.rows,
                (old[stream].checksum + move.checksum) % _MODULUS,
            )
            for stream, move in moves.items()
        },
    )
    return {stream: old[stream].head for stream in moves}


def lock_head(connection: Connection, stream: str) -> None:
    """Keep everybody else from moving the stream until the commit."""
    _locked_heads(connection, [stream])


def read_heads(connection: Connection, streams: Iterable[str]) -> dict[str, Head]:
    """The heads of the streams; one that nothing was ever published in has position 0."""
    wanted = sorted(set(streams))
    if not wanted:
        return {}
    dialect = connection.dialect
    found = rows_of(connection, _heads(False, dialect), (listed(wanted, dialect),))
    heads = {stream: Head(head, rows, int(checksum, 16)) for stream, head, rows, checksum in found}
    return {stream: heads.get(stream, Head(0, 0, 0)) for stream in wanted}


@lru_cache
def _heads(locked: bool, dialect: Dialect) -> Ready:
    """The heads of some streams, in the order in which everybody locks them."""
    wanted = among(STREAM_HEADS.c.stream, "wanted", dialect)
    statement = select(STREAM_HEADS).where(wanted).order_by(STREAM_HEADS.c.stream)
    return ready(statement.with_for_update() if locked else statement, dialect)


@lru_cache
def _new_heads(dialect: Dialect) -> Ready:
    return ready(insert_or(dialect, STREAM_HEADS).on_conflict_do_nothing(), dialect)


@lru_cache
def _holders(dialect: Dialect) -> Ready:
    """In which streams records of one kind are, by their keys; those that they left among them."""
    columns = (STREAM_ENTRIES.c.key, STREAM_ENTRIES.c.stream, STREAM_ENTRIES.c.row_hash, STREAM_ENTRIES.c.gone_at)
    of_kind = STREAM_ENTRIES.c.kind == bindparam("of_kind", type_=STREAM_ENTRIES.c.kind.type)
    keys = among(STREAM_ENTRIES.c.key, "wanted", dialect)
    return ready(select(*columns).where(of_kind, keys), dialect)


def _merged(touched: Sequence[Touch], records: Records) -> list[Touch]:
    """One touch a record, from its first state to its last, with the records whose audience it changes."""
    merged: dict[tuple[type[Record], str], Touch] = {}
    for touch in touched:
        first = merged.get((touch.kind, touch.key))
        merged[touch.kind, touch.key] = (
            touch if first is None else Touch(touch.kind, touch.key, first.before, touch.after)
        )
    for touch in list(merged.values()):
        for record in _whose_audience_follows(touch, records):
            merged.setdefault((type(record), record.id), Touch(type(record), record.id, record, record))
    return [touch for touch in merged.values() if touch.before is not None or touch.after is not None]


def _whose_audience_follows(touch: Touch, records: Records) -> list[Record]:
    """A line shows each partner the other's card and modules; a membership shows an organisation the person's card."""
    shown: list[Record | None] = []
    for state in (touch.before, touch.after):
        if isinstance(state, Line):
            for organisation_id in (state.showroom_id, state.distributor_id):
                shown.append(records.get(Organisation, organisation_id))
                shown += records.find(ModuleGrant, organisation_id=organisation_id)
        elif isinstance(state, Membership):
            shown.append(records.get(Person, state.person_id))
    return [record for record in shown if record is not None]


def _held(connection: Connection, touched: Sequence[Touch]) -> dict[tuple[str, str], dict[str, int]]:
    """By (table, key) the streams in which each record that was there before is, with its hash as they know it."""
    keys: dict[str, list[str]] = {}
    for touch in touched:
        if touch.before is not None:
            keys.setdefault(touch.kind.TABLE.name, []).append(touch.key)
    dialect = connection.dialect
    held: dict[tuple[str, str], dict[str, int]] = {}
    for name, all_keys in keys.items():
        rows = rows_of(connection, _holders(dialect), (name, listed(all_keys, dialect)))
        for key, stream, old_hash, gone_at in rows:
            if gone_at is None:
                held.setdefault((name, key), {})[stream] = old_hash
    return held


def _where_now(record: Record | None, records: Records) -> dict[str, int]:
    """The streams that a record belongs to, with its hash."""
    return {} if record is None else dict.fromkeys(audiences(record, records), hash_of(record))


def _write_entries(connection: Connection, entries: Sequence[_Entry], positions: Mapping[str, int]) -> None:
    dialect = connection.dialect
    now = instant_value(datetime.now(UTC), dialect)
    bulk = bulk_upsert(STREAM_ENTRIES, ("stream", "kind", "key"), ("position", "gone_at", "row_hash"), dialect)
    rows = [
        (stream, kind, key, positions[stream], None if row_hash is not None else now, row_hash or 0)
        for stream, kind, key, row_hash in entries
    ]
    run_bulk_of_tuples(connection, bulk, _ENTRY_COLUMNS, rows)


def _locked_heads(connection: Connection, streams: Sequence[str]) -> dict[str, Head]:
    """The heads, made when missing and locked until the commit; `streams` must be sorted, or two writers deadlock."""
    if connection.dialect.name == "sqlite":
        found = read_heads(connection, streams)
        missing = [stream for stream in streams if found[stream] == Head(0, 0, 0)]
        if missing:
            run_many(connection, _new_heads(connection.dialect), _empty_heads(missing))
        return found
    found = _lock_heads(connection, streams)
    if missing := [stream for stream in streams if stream not in found]:
        # Only a stream's very first entry comes here; somebody else's at the same time may mean another try.
        run_many(connection, _new_heads(connection.dialect), _empty_heads(missing))
        found |= _lock_heads(connection, missing)
    return found


def _lock_heads(connection: Connection, streams: Sequence[str]) -> dict[str, Head]:
    """The heads that are there, each locked."""
    dialect = connection.dialect
    rows = rows_of(connection, _heads(True, dialect), (listed(streams, dialect),))
    return {stream: Head(head, count, int(checksum, 16)) for stream, head, count, checksum in rows}


def _empty_heads(streams: Iterable[str]) -> list[dict[str, str | int]]:
    return [{"stream": stream, "head": 0, "rows": 0, "checksum": f"{0:016x}"} for stream in streams]


def _write_heads(connection: Connection, heads: dict[str, Head]) -> None:
    run_bulk_of_mappings(
        connection,
        bulk_update(STREAM_HEADS, ("stream",), connection.dialect),
        [
            {"stream": stream, "head": head.head, "rows": head.rows, "checksum": f"{head.checksum:016x}"}
            for stream, head in heads.items()
        ],
    )
    moved: dict[str, int] = connection.info.get(MOVED, {})
    moved.update({stream: head.head for stream, head in heads.items()})
