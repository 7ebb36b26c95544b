"""What a station's screens may show from one commit to the next: own work stays, and nothing goes back in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from shared_models.follow_up.records import FOLLOW_UP_DATASETS, follow_up_id
from shared_models.kernel import records
from shared_models.sync.streams import FollowUpStream, parse_follow_up
from sync_server.features.sync.tables import FOLLOW_UP_TABLES
from sync_server.foundation.database import Moved
from tests.sync_scenarios.simulation.ledger import Ledger, effect_of, made_by, needed_by
from tests.sync_scenarios.simulation.story import Violation

Place = tuple[str, str, str]
"""Stream, table, id."""
Ask = Callable[..., list[Any]]
_OWN_WORK_WATCHED = 15


class VersionLog:
    """Every state of every row of every stream, in the order in which the server published them."""

    def __init__(self, ask: Ask) -> None:
        """`ask` looks into the server's database."""
        self._ask = ask
        self._known: dict[str, int] = {}
        self.versions: dict[Place, list[int | None]] = {}
        self.history_id = ""
        self.begin()

    def begin(self) -> None:
        """A new history: what was published before counts no more."""
        self.history_id = self._ask("SELECT id FROM server_history ORDER BY number DESC LIMIT 1")[0][0]
        self._known.clear()
        self.versions.clear()
        self.catch_up()

    def catch_up(self) -> None:
        """Read what was published without a word, for instance before the server was killed."""
        self.moved(dict(self._ask("SELECT stream, head FROM stream_heads")))

    def moved(self, positions: Moved) -> None:
        """Streams reached new positions."""
        for stream in positions:
            if stream.startswith("line:"):
                continue
            if (follow_up := parse_follow_up(stream)) is not None:
                self._follow_up_moved(stream, follow_up)
                continue
            rows = self._ask(
                "SELECT kind, key, row_hash, gone_at, position FROM stream_entries WHERE stream = ? AND position > ?",
                stream,
                self._known.get(stream, 0),
            )
            for kind, key, row_hash, gone_at, position in rows:
                self.versions.setdefault((stream, kind, key), []).append(None if gone_at else row_hash)
                self._known[stream] = max(self._known.get(stream, 0), position)

    def _follow_up_moved(self, stream: str, of: FollowUpStream) -> None:
        """Rows of the follow-up stand in streams by themselves; only those that left one leave an entry behind."""
        known, moved = self._known.get(stream, 0), []
        for dataset, shape in FOLLOW_UP_DATASETS.items():
            mine = "" if of.scope == "all" else f"AND seen_{of.scope} = ?"
            rows = self._ask(
                f"SELECT position_{of.scope}, gone_at, row_key, {', '.join(shape.columns)} "
                f"FROM {FOLLOW_UP_TABLES[dataset].name} WHERE distributor_id = ? AND position_{of.scope} > ? {mine}",
                of.distributor_id,
                known,
                *([of.code] if mine else []),
            )
            for position, gone_at, row_key, *values in rows:
                key = follow_up_id(of.distributor_id, row_key)
                hashed = None if gone_at else records.row_hash(dataset, (key, of.distributor_id, *values))
                moved.append((position, dataset, key, hashed))
        left = "SELECT position, dataset, row_key FROM follow_up_left WHERE stream = ? AND position > ?"
        for position, dataset, row_key in self._ask(left, stream, known):
            moved.append((position, dataset, follow_up_id(of.distributor_id, row_key), None))
        for position, dataset, key, hashed in sorted(moved, key=lambda one: one[0]):
            self.versions.setdefault((stream, dataset, key), []).append(hashed)
            self._known[stream] = position

    def rank(self, place: Place, row_hash: int | None) -> int:
        """How new a state is: the last time that it was published; -1 when it never was."""
        versions = self.versions.get(place, [])
        return next((rank for rank in range(len(versions) - 1, -1, -1) if versions[rank] == row_hash), -1)


class Watcher:
    """Looks at one station's file after each of its commits."""

    def __init__(self, name: str, log: VersionLog, ledger: Ledger) -> None:
        """Nothing was seen yet."""
        self._name = name
        self._log = log
        self._ledger = ledger
        self._cursors: dict[str, tuple[int, int]] = {}
        self._seen: dict[Place, int] = {}
        self.is_blind = False
        """Whether what the station shows is of its disk's making, and not of its program's."""
        self._ground_was_lost = False
        """What was done on the ground of rows that are gone shows nothing until the server's own state of it comes."""

    def forget(self) -> None:
        """The machine's disk is another one now, or the server's."""
        self._ground_was_lost = True
        self._cursors.clear()
        self._seen.clear()

    def committed(self, connection: Any) -> None:
        """Raises `Violation`. Files other than station.db are none of it."""
        ask = connection.unhooked
        if self.is_blind:
            self.forget()
            return
        if not ask("SELECT 1 FROM sqlite_master WHERE name = 'stream_rows'").fetchone():
            return
        meta = ask("SELECT value FROM meta WHERE name = 'history_id'").fetchone()
        if meta is None:
            return
        if meta[0] != self._log.history_id:
            self.forget()
            return
        cursors = {
            stream: (position, refetching)
            for stream, position, refetching in ask("SELECT stream, position, refetching FROM streams")
        }
        changed = {stream for stream in cursors if cursors[stream] != self._cursors.get(stream)}
        for stream in self._cursors.keys() - cursors.keys():
            self._ground_was_lost = True
            self._seen = {place: rank for place, rank in self._seen.items() if place[0] != stream}
        for stream in changed:
            self._look_at(stream, ask("SELECT kind, key, row_hash, stale FROM stream_rows WHERE stream = ?", stream))
        self._cursors = cursors
        self._own_work(ask, cursors)

    def _look_at(self, stream: str, rows: Iterable[Any]) -> None:
        present = set()
        for kind, key, row_hash, stale in rows:
            place = (stream, kind, key)
            present.add(place)
            if stale:
                continue
            rank = self._log.rank(place, row_hash)
            if rank < 0:
                raise Violation(f"{self._name} holds {kind} {key} in a state that the server never published")
            if rank < self._seen.get(place, 0):
                raise Violation(f"{self._name}'s screen went back in time: {kind} {key} shows an older state again")
            self._seen[place] = rank
        for place in [place for place in self._seen if place[0] == stream and place not in present]:
            if self._log.rank(place, None) < self._seen[place]:
                raise Violation(f"{self._name} lost {place[1]} {place[2]}, which nobody deleted")
            del self._seen[place]

    def _own_work(self, ask: Callable[..., Any], cursors: dict[str, tuple[int, int]]) -> None:
        """What was accepted stays on the screen while its server state is on the way, and after it has come."""
        rows = ask(
            "SELECT id, state, positions, undo FROM operations "
            "WHERE state = 'sent' OR (state IN ('applied', 'needs_review') "
            f"AND row > (SELECT max(row) FROM operations) - {_OWN_WORK_WATCHED})"
        ).fetchall()
        for operation_id, state, positions, undo in rows:
            told = self._ledger.told.get(operation_id)
            effect = effect_of(told) if told is not None else None
            # Who may no longer see a stream has no place in it, and loses it with the next pull.
            if effect is None or cursors.get(effect.stream, (0, 1))[1] or effect.stream not in positions:
                continue
            if state == "sent" and undo == "[]" and self._ground_was_lost:
                continue
            if not ask(f"SELECT 1 FROM {effect.kind.TABLE.name} WHERE id = ?", effect.key).fetchone():
                raise Violation(
                    f"{self._name} no longer shows its own {type(told.operation).__name__} {operation_id}"  # type: ignore[union-attr]
                )


def check_own_ground(name: str, reader: Any, ledger: Ledger) -> None:
    """What a desk did on the ground of its own earlier work is not refused because that was not there yet."""
    rows = reader.rows("SELECT id, state, code FROM operations ORDER BY row")
    made: set[str] = set()
    for operation_id, state, code in rows:
        told = ledger.told.get(operation_id)
        if told is None:
            continue
        if state == "refused" and code == "not_found" and needed_by(told.operation) & made:
            raise Violation(
                f"{name}'s {type(told.operation).__name__} {operation_id} was refused before its ground came"
            )
        if state in ("applied", "needs_review", "sent"):
            made |= made_by(told.operation)


def check_writes_follow_reads(machine_reader: Any, ledger: Ledger, history_id: str) -> None:
    """What was done after something was seen comes after it in every stream, so that nobody sees it before."""
    rows = machine_reader.rows(
        "SELECT id, positions FROM operations WHERE positions <> '{}' ORDER BY row DESC LIMIT 30"
    )
    for operation_id, positions in rows:
        told = ledger.told.get(operation_id)
        if told is None or told.history_id != history_id:
            continue
        for stream, position in msgspec.json.decode(positions, type=dict[str, int]).items():
            if position <= told.cursors.get(stream, 0):
                raise Violation(f"operation {operation_id} stands in {stream} before what its person had seen")
