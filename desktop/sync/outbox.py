"""The outbox: every operation that was recorded here, what became of it, and what a person may still do about it.

States: `waiting` (the server has not answered for it), `sent` (applied on the server, its effect not yet pulled),
then for good `applied`, `needs_review` or `refused`. Only a stored, typed outcome takes one out of waiting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

from desktop.cache.record_codec import instant_text
from desktop.cache.records import StationRecords
from desktop.cache.station_db import StationDatabase
from desktop.sync.origins import carry_origin
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import OperationId, new_id
from shared_models.kernel.operation import Act, Operation
from shared_models.kernel.records import Touch
from shared_models.sync.operation_codec import encode

State = Literal["waiting", "sent", "applied", "needs_review", "refused"]
STATES: tuple[State, ...] = get_args(State)

Journal = list[tuple[str, str, dict[str, Any] | None]]
"""Table, id and former state (None: it was not there) of everything an operation changed, in the order of changing."""

COLUMNS = (
    "row, id, station_seq, place, name, version, payload, made_at, organisation_id, person_id, station_id, lane, "
    "after_ids, state, outcome, code, sentence, facts, positions, settled_at, dealt_with_at"
)


OLDEST_WAITING = "SELECT made_at FROM operations WHERE state = 'waiting' ORDER BY made_at LIMIT 1"
"""Asked after every scan: its answer is the first entry of an index."""
_WAITING = "SELECT id, undo FROM operations WHERE state = 'waiting' ORDER BY place, row"


class OutboxEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One operation as the outbox holds it."""

    row: int
    id: str
    station_seq: int
    place: int
    name: str
    version: int
    payload: str
    """JSON as it was made; it is never rewritten."""
    made_at: datetime
    organisation_id: str
    person_id: str
    station_id: str
    lane: str
    after: tuple[str, ...]
    state: State
    outcome: str
    """What the server said, once it has: `applied`, `needs_review` or `refused`. One that waits and has an outcome is
    offered again to a server that was restored."""
    code: str
    sentence: str
    facts: dict[str, str | int | None]
    positions: dict[str, int]
    settled_at: str | None
    dealt_with_at: str | None
    """When a person dealt with a refused one; None while it needs somebody."""

    def act(self) -> Act:
        """Who did it, for whom, where and when."""
        return Act(*(getattr(self, name) for name in ("id", "person_id", "organisation_id", "station_id", "made_at")))


def entry_of(row: Sequence[Any]) -> OutboxEntry:
    """The entry from a row of `COLUMNS`."""
    names = OutboxEntry.__struct_fields__
    values = dict(zip(names, row, strict=True))
    for name in ("after", "facts", "positions"):
        values[name] = msgspec.json.decode(values[name])
    return msgspec.convert(values, OutboxEntry)


def journal_of(touched: Iterable[Touch]) -> bytes:
    """The undo journal of what was just changed."""
    return msgspec.json.encode([(touch.kind.TABLE.name, touch.key, touch.before) for touch in touched])


class Outbox:
    """The operations of one station. Its questions may be asked from any thread."""

    def __init__(self, database: StationDatabase) -> None:
        """Over the station's open file."""
        self._database = database
        self._makers: dict[tuple[str, str], str] | None = None
        self._changers: dict[tuple[str, str], str] = {}

    # --- questions -----------------------------------------------------------------------------------

    def waiting_count(self) -> int:
        """How many the server has not answered for."""
        return int(self._database.read().value("SELECT count(*) FROM operations WHERE state = 'waiting'"))

    def unsettled_count(self) -> int:
        """How many would be lost with this station: waiting ones, and refused ones that nobody has dealt with."""
        return sum(self.unsettled_by_organisation().values())

    def unsettled_by_organisation(self) -> dict[str, int]:
        """As `unsettled_count`, for each house that something was done for."""
        rows = self._database.read().rows(
            "SELECT organisation_id, count(*) FROM operations "
            "WHERE state = 'waiting' OR (state = 'refused' AND dealt_with_at IS NULL) GROUP BY organisation_id"
        )
        return {str(house): int(count) for house, count in rows}

    def oldest_waiting_at(self) -> datetime | None:
        """When the oldest waiting one was made, by this station's clock; None when nothing waits."""
        text = self._database.read().value(OLDEST_WAITING)
        return datetime.fromisoformat(text) if text else None

    def operations(self, *states: State, limit: int = 1000) -> list[OutboxEntry]:
        """The newest `limit` operations of these states (all states when none is named), newest first."""
        wanted = states or STATES
        marks = ", ".join("?" * len(wanted))
        rows = self._database.read().rows(
            f"SELECT {COLUMNS} FROM operations WHERE state IN ({marks}) ORDER BY place DESC, row DESC LIMIT ?",
            *wanted,
            limit,
        )
        return [entry_of(row) for row in rows]

    def needs_attention(self) -> list[OutboxEntry]:
        """Refused ones that nobody has dealt with, oldest first."""
        rows = self._database.read().rows(
            f"SELECT {COLUMNS} FROM operations WHERE state = 'refused' AND dealt_with_at IS NULL ORDER BY place, row"
        )
        return [entry_of(row) for row in rows]

    def attention_count(self) -> int:
        """How many refused ones nobody has dealt with."""
        return int(
            self._database.read().value(
                "SELECT count(*) FROM operations WHERE state = 'refused' AND dealt_with_at IS NULL"
            )
        )

    def get(self, operation_id: str) -> OutboxEntry:
        """One operation. Raises `DomainError("not_found")`."""
        row = self._database.read().row(f"SELECT {COLUMNS} FROM operations WHERE id = ?", operation_id)
        if row is None:
            raise DomainError("not_found", "There is no such operation in this station's outbox.", id=operation_id)
        return entry_of(row)

    # --- recording -----------------------------------------------------------------------------------

    def add(self, records: StationRecords, operation: Operation, act: Act) -> None:
        """Store an operation that was just applied in `records`, in the same transaction."""
        last = records.connection.execute(
            "SELECT row, station_seq, station_id FROM operations ORDER BY row DESC LIMIT 1"
        ).fetchone()
        row, seq = (last[0] + 1, last[1] + 1 if last[2] == act.station_id else 1) if last else (1, 1)
        records.connection.execute(
            "INSERT INTO operations (row, id, station_seq, place, name, version, payload, made_at, organisation_id, "
            "person_id, station_id, lane, after_ids, undo) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row,
                act.operation_id,
                seq,
                row,
                type(operation).__name__,
                operation.VERSION,
                bytes(encode(operation)).decode(),
                instant_text(act.made_at),
                act.organisation_id,
                act.person_id,
                act.station_id,
                operation.lane(),
                msgspec.json.encode(self._builds_on(records)).decode(),
                journal_of(records.touched).decode(),
            ),
        )

    def remember(self, operation_id: str, touched: Iterable[Touch]) -> None:
        """Note after the commit what the operation made and changed, for those that build on it."""
        if self._makers is None:
            return
        for touch in touched:
            key = (touch.kind.TABLE.name, touch.key)
            self._changers[key] = operation_id
            if touch.before is None:
                self._makers[key] = operation_id

    def read_again(self) -> None:
        """Read what waits: called when a round of sync, or a person, has changed it.

        Not left to the next recording, which may be a scan in the window's own thread.
        """
        reader = self._database.read_before_write()
        # Held until it is known here: what is recorded meanwhile would be missing from it.
        with reader.together():
            self._take_waiting(reader.rows(_WAITING))

    def _builds_on(self, records: StationRecords) -> list[str]:
        """The waiting operations that made what was read, or last changed what was changed.

        A mere change of something that was only read is no ground: a refused edit of a designer's card must not
        hold back the loans to her.
        """
        if self._makers is None:
            self._take_waiting(records.connection.execute(_WAITING))
        makers = self._makers or {}
        grounds = {makers[key] for key in records.seen if key in makers}
        for touch in records.touched:
            key = (touch.kind.TABLE.name, touch.key)
            if key in self._changers:
                grounds.add(self._changers[key])
        return sorted(grounds)

    def _take_waiting(self, rows: Iterable[tuple[str, str]]) -> None:
        makers: dict[tuple[str, str], str] = {}
        changers: dict[tuple[str, str], str] = {}
        for operation_id, undo in rows:
            for table, key, before in msgspec.json.decode(undo, type=Journal):
                changers[table, key] = operation_id
                if before is None:
                    makers[table, key] = operation_id
        self._makers, self._changers = makers, changers

    # --- what a person does about a refused one ----------------------------------------------------------

    def discard(self, operation_id: str, *, at: datetime) -> None:
        """A person gives a refused operation up; it stays in the list of the last 30 days.

        Raises `DomainError("not_refused")` for any other: what waits or was done cannot be taken back here.
        """
        with self._database.write() as records:
            self._deal_with(records, operation_id, at)
        self.read_again()

    def send_again(self, operation_id: str, *, at: datetime) -> OperationId:
        """Send a refused operation anew, under a new id and in its old place; those that build on it follow.

        The caller must apply it afterwards (`rebase.reapply`), then `read_again`. Raises `DomainError("not_refused")`
        as `discard`.
        """
        fresh = OperationId(new_id())
        with self._database.write() as records:
            entry = self._deal_with(records, operation_id, at)
            self._insert_copy(records, entry, fresh)
            carry_origin(records, operation_id, fresh)
            for dependent, after in records.connection.execute(
                "SELECT id, after_ids FROM operations WHERE state = 'waiting' AND after_ids LIKE ?",
                (f"%{operation_id}%",),
            ).fetchall():
                records.connection.execute(
                    "UPDATE operations SET after_ids = ? WHERE id = ?", (after.replace(operation_id, fresh), dependent)
                )
        self._makers = None
        return fresh

    @staticmethod
    def _deal_with(records: StationRecords, operation_id: str, at: datetime) -> OutboxEntry:
        row = records.connection.execute(
            f"SELECT {COLUMNS} FROM operations WHERE id = ? AND state = 'refused' AND dealt_with_at IS NULL",
            (operation_id,),
        ).fetchone()
        if row is None:
            raise DomainError(
                "not_refused", "Only an operation that was refused can be dealt with here.", id=operation_id
            )
        records.connection.execute(
            "UPDATE operations SET dealt_with_at = ? WHERE id = ?", (instant_text(at), operation_id)
        )
        return entry_of(row)

    @staticmethod
    def _insert_copy(records: StationRecords, entry: OutboxEntry, fresh_id: str) -> None:
        records.connection.execute(
            "INSERT INTO operations (row, id, station_seq, place, name, version, payload, made_at, organisation_id, "
            "person_id, station_id, lane, after_ids) "
            "SELECT max(row) + 1, ?, (SELECT station_seq + 1 FROM operations ORDER BY row DESC LIMIT 1), "
            "?, ?, ?, ?, ?, ?, ?, (SELECT station_id FROM operations ORDER BY row DESC LIMIT 1), ?, ? FROM operations",
            (
                fresh_id,
                entry.place,
                entry.name,
                entry.version,
                entry.payload,
                instant_text(entry.made_at),
                entry.organisation_id,
                entry.person_id,
                entry.lane,
                msgspec.json.encode(entry.after).decode(),
            ),
        )
