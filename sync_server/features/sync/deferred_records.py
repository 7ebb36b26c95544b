"""`DeferredRecords`: the shared `Records` of pushes: the database is asked once for a batch, and written once.

What an operation changes waits in memory until `flush`; reading sees it at once. A savepoint is a place in the list
of changes. Only a reaction that writes tables of its own gets a savepoint of the database around it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from shared_models.follow_up.records import FollowUpRecord
from shared_models.kernel.records import Record, Touch
from sync_server.features.sync.later import Later
from sync_server.features.sync.records import NEVER_LOCKED, ServerRecords, form_of
from sync_server.features.sync.tables import RECORD_TABLES
from sync_server.foundation.bulk import bulk_delete, bulk_insert, bulk_update, run_bulk

R = TypeVar("R", bound=Record)
_UNKNOWN: Any = object()


class _Answers:
    """To one kind of question, records of a kind by some columns: the ids of what was found for each value."""

    __slots__ = ("asked_of", "found")

    def __init__(self, columns: tuple[str, ...]) -> None:
        """Nothing was asked yet."""
        self.asked_of: Callable[[Record], Any] = attrgetter(*columns) if columns else lambda _record: ()
        """The value of the columns in a record; of several columns a tuple."""
        self.found: dict[Any, set[str]] = {}


class _Step(NamedTuple):
    """One change in memory, and what was there before it."""

    touch: Touch
    pending: Touch | None


_NONE: dict[tuple[str, ...], _Answers] = {}


def _value(equals: Mapping[str, Any]) -> Any:
    """As `_Answers.asked_of` gives it."""
    return tuple(equals.values()) if len(equals) != 1 else next(iter(equals.values()))


class DeferredRecords(ServerRecords):
    """As `ServerRecords`, but nothing is written before `flush`.

    Two changes that the database refuses together show only at `flush`, when it can no longer be said whose fault it
    was: the caller then does all of it again over plain `ServerRecords`, which write at once.
    """

    def __init__(self, connection: Connection) -> None:
        """Nothing is read yet."""
        super().__init__(connection, locking=True)
        self._answers: dict[type[Record], dict[tuple[str, ...], _Answers]] = {}
        self._pending: dict[type[Record], dict[str, Touch]] = {}
        self._steps: list[_Step] = []
        self._savepoint: DeferredSavepoint | None = None

    # --- reading -------------------------------------------------------------------------------------

    def find(self, kind: type[R], /, **equals: str | bool | int | None) -> list[R]:
        """As in `Records`; the same question is asked once, and its answer kept up with what changes."""
        if issubclass(kind, FollowUpRecord):
            return super().find(kind, **equals)
        known = self._answered(kind, tuple(equals)).found
        value = _value(equals)
        ids = known.get(value)
        if ids is None:
            ids = known[value] = self._ask(kind, equals)
        found: list[Any] = [self._known[kind, key] for key in (ids if len(ids) < 2 else sorted(ids))]
        return found

    def know(self, kind: type[R], found: Iterable[R], **equals: str) -> None:
        """The answer to a question, for somebody has asked it already."""
        records = self._keep(list(found))
        self._answered(kind, tuple(equals)).found[_value(equals)] = {record.id for record in records}

    def foresee(
        self, keys: Mapping[type[Record], Iterable[str]], columns: Mapping[tuple[type[Record], str], Iterable[str]]
    ) -> None:
        """Read what will be asked for: records by id, and records by the value of one column."""
        for kind, wanted in keys.items():
            missing = sorted({key for key in wanted if (kind, key) not in self._known and "\0" not in key})
            for key in missing:
                self._known[kind, key] = None
            self._keep(self.find_among(kind, "id", missing, locked=self._locks(kind)))
        for (kind, column), values in columns.items():
            answers = self._answered(kind, (column,)).found
            asked = sorted({value for value in values if value not in answers and "\0" not in value})
            if kind in self._pending:
                continue
            answers.update({value: set() for value in asked})
            for record in self._keep(self.find_among(kind, column, asked, locked=self._locks(kind))):
                answers[getattr(record, column)].add(record.id)

    def _locks(self, kind: type[Record]) -> bool:
        return self._locking and kind not in NEVER_LOCKED

    def _answered(self, kind: type[Record], columns: tuple[str, ...]) -> _Answers:
        of_kind = self._answers.setdefault(kind, {})
        answers = of_kind.get(columns)
        if answers is None:
            answers = of_kind[columns] = _Answers(columns)
        return answers

    def _ask(self, kind: type[Record], equals: Mapping[str, Any]) -> set[str]:
        """The ids of what matches now: what the database has, without what changed here, and with it as it is here."""
        former = {key: self._known[kind, key] for key in self._pending.get(kind, ())}
        found = {record.id for record in self._find(kind, equals)} - former.keys()
        # `_find` remembered what it read; what waits here is newer.
        self._known.update({(kind, key): record for key, record in former.items()})
        return found | {
            key
            for key, record in former.items()
            if record is not None and all(getattr(record, name) == value for name, value in equals.items())
        }

    def _keep(self, records: Sequence[R]) -> list[R]:
        """What is known already is newer than what was just read."""
        kept: list[R] = []
        for record in records:
            known: Any = self._known.get((type(record), record.id))
            if known is None:
                self._known[type(record), record.id] = known = record
            kept.append(known)
        return kept

    @property
    def changes_rights(self) -> bool:
        """As in `ServerRecords`."""
        return self._noted or not NEVER_LOCKED.isdisjoint(self._pending)

    # --- changing ------------------------------------------------------------------------------------

    def _write(self, touch: Touch) -> None:
        if touch.after is not None:
            form_of(touch.kind, self._dialect).require_storable(touch.after)
        pending = self._pending.setdefault(touch.kind, {})
        former = pending.get(touch.key)
        self._steps.append(_Step(touch, former))
        pending[touch.key] = touch if former is None else Touch(touch.kind, touch.key, former.before, touch.after)
        self._take(touch)

    def _take(self, touch: Touch) -> None:
        """Bring what is known, and the answers that were given, in line with a change."""
        kind, key, before, after = touch
        self._known[kind, key] = after
        for answers in self._answers.get(kind, _NONE).values():
            was = None if before is None else answers.asked_of(before)
            now = None if after is None else answers.asked_of(after)
            if before is not None and after is not None and was == now:
                continue
            if before is not None and was in answers.found:
                answers.found[was].discard(key)
            if after is not None and now in answers.found:
                answers.found[now].add(key)

    def savepoint(self) -> AbstractContextManager[None]:
        """A context in which everything changed is taken back when something is raised."""
        return DeferredSavepoint(self)

    def connection_in_savepoint(self) -> Connection:
        """As in `ServerRecords`; what was changed here is not in the tables yet."""
        if self._savepoint is not None:
            self._savepoint.open_in_database()
        return self.connection

    def _take_back(self, to: int) -> None:
        while len(self._steps) > to:
            touch, former = self._steps.pop()
            pending = self._pending[touch.kind]
            if former is None:
                del pending[touch.key]
            else:
                pending[touch.key] = former
            self._take(Touch(touch.kind, touch.key, touch.after, touch.before))
        del self.touched[to:]

    # --- writing -------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Write everything that waits, kind by kind; may raise what the database has against it."""
        connection, dialect = self.connection, self._dialect
        for kind, touches in self._pending.items():
            if kind in NEVER_LOCKED and touches:
                self._note_account_change()
            table, form = RECORD_TABLES[kind], form_of(kind, dialect)
            gone = [touch for touch in touches.values() if touch.before is not None and touch.after is None]
            changed = [
                touch.after for touch in touches.values() if touch.before is not None and touch.after is not None
            ]
            new = [touch.after for touch in touches.values() if touch.before is None and touch.after is not None]
            run_bulk(connection, bulk_delete(table, "id", dialect), form.keys(gone))
            update = bulk_update(table, ("id",), dialect)
            run_bulk(connection, update, form.rows(changed, update.names))
            insert = bulk_insert(table, dialect)
            run_bulk(connection, insert, form.rows(new, insert.names))
        self._pending.clear()
        self._steps.clear()
        super().flush()


class DeferredSavepoint:
    """`with records.savepoint():` … all or nothing, in memory and, where a reaction wrote, in the database."""

    def __init__(self, records: DeferredRecords) -> None:
        """Use `DeferredRecords.savepoint`."""
        self._records = records
        self._begun = 0
        self._marks: dict[type[Later], int] = {}
        self._in_database = False

    def open_in_database(self) -> None:
        """From here on statements of others are taken back too."""
        if not self._in_database:
            self._records._run("SAVEPOINT one_operation")
            self._in_database = True

    def __enter__(self) -> None:
        self._begun = len(self._records._steps)
        self._marks = {kind: later.mark() for kind, later in self._records._laters.items()}
        self._records._savepoint = self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._records._savepoint = None
        if kind is not None:
            self._records._take_back(self._begun)
            for later_kind, later in self._records._laters.items():
                later.take_back(self._marks.get(later_kind, 0))
            if self._in_database:
                self._records._run("ROLLBACK TO SAVEPOINT one_operation")
        if self._in_database:
            self._records._run("RELEASE SAVEPOINT one_operation")
