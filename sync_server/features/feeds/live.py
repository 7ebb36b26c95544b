"""Real time (Web Distribution): one record or a small batch, told by itself, through the same checks as a file.

A fact is as old as its `as_of`, however it came: what is told here marks its row, and a file that is older leaves the
row alone; what is told here of a row that a newer file brought is left alone too.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
import polars as pl
from sqlalchemy import Connection, and_, exists, literal, or_, select, update

from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.cells import instant_text
from sync_server.features.feeds.checking import Checked, check_pieces
from sync_server.features.feeds.comparing import compare
from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.delta import complete
from sync_server.features.feeds.difference import Difference, Publisher, find_difference, microseconds, same_key, stage
from sync_server.features.feeds.habits import FeedHabits, read_habits
from sync_server.features.feeds.headers import read_headings
from sync_server.features.feeds.landing import land
from sync_server.features.feeds.live_history import Told, note_told
from sync_server.features.feeds.reading import Piece
from sync_server.features.feeds.row_changes import NO_DIFFERENCE, RunDifference
from sync_server.features.feeds.row_errors import RowError
from sync_server.features.feeds.runs import FURTHEST_AHEAD
from sync_server.features.feeds.states import lock_state, store_row_key
from sync_server.features.feeds.tables import MARKS, STAGING
from sync_server.foundation.database import Database
from sync_server.foundation.frames import drop_temporary

MOST_RECORDS = 500
"""Of one batch; more is a file of changes."""
_NOTHING_READ = Checked(pl.DataFrame(), pl.DataFrame(), [], [], 0, 0)


class LiveAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the records."""

    dataset: str
    as_of: datetime
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_gone: int = 0
    left_alone: int = 0
    """Records of which something newer is known."""
    unknown_columns: list[str] = []
    sentence: str = ""
    run_id: str = ""
    """The line of the history that this is part of."""


_Landed = tuple[LiveAnswer, RunDifference]


class Teller(NamedTuple):
    """Who tells something of which dataset, and as of when (None: now)."""

    distributor_id: str
    dist_code: str
    dataset: str
    as_of: datetime | None = None
    by: str = ""
    """The person, for the history."""


class LiveDesk:
    """Takes single records in. Built once by the composition root."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Over the database of the feeds."""
        self.database = database
        self._clock = clock

    def tell(self, teller: Teller, records: Sequence[Mapping[str, str]]) -> LiveAnswer:
        """Land these records, all or none; a column that a record does not have stays as it is.

        Raises `DomainError`: `too_many_records`, `as_of_ahead`, `record_wrong`, and what headings are refused with.
        """
        if len(records) > MOST_RECORDS:
            raise DomainError(
                "too_many_records",
                f"At most {MOST_RECORDS} records are taken in at once, these are {len(records):,}. Nothing was "
                "changed; post them as a file of changes (mode=delta).",
            )
        as_of = self._as_of(teller)
        with self.database.reading() as connection:
            habits = read_habits(connection, teller.distributor_id, teller.dataset)
        groups = [_read(part, teller, habits) for part in _alike(records)]

        def unit(connection: Connection) -> LiveAnswer:
            landed = [self._land(connection, teller, as_of, checked, present) for checked, present, _ in groups]
            unknown = list(dict.fromkeys(name for _, _, names in groups for name in names))
            return self._noted(connection, teller, as_of, landed, unknown)

        return self.database.write_unit(unit)

    def end(self, teller: Teller, key: Mapping[str, str]) -> LiveAnswer:
        """The record with this key is no more. Raises `DomainError`: `not_found`, `as_of_ahead`."""
        as_of = self._as_of(teller)

        def unit(connection: Connection) -> LiveAnswer:
            return self._noted(connection, teller, as_of, [self._take_away(connection, teller, as_of, key)], [])

        return self.database.write_unit(unit)

    def _noted(
        self, connection: Connection, teller: Teller, as_of: datetime, landed: Sequence[_Landed], unknown: list[str]
    ) -> LiveAnswer:
        """The answer to a call, which is in the history now."""
        answer = _added(teller, as_of, [one for one, _ in landed], unknown)
        told = Told(
            distributor_id=teller.distributor_id,
            dataset=teller.dataset,
            as_of=as_of,
            now=self._clock.now(),
            by=teller.by,
            rows_new=answer.rows_new,
            rows_changed=answer.rows_changed,
            rows_unchanged=answer.rows_unchanged,
            rows_gone=answer.rows_gone,
            left_alone=answer.left_alone,
            differences=tuple(difference for _, difference in landed),
        )
        return msgspec.structs.replace(answer, run_id=note_told(connection, told))

    def _as_of(self, teller: Teller) -> datetime:
        now = self._clock.now()
        as_of = teller.as_of or now
        if as_of > now + FURTHEST_AHEAD:
            raise DomainError(
                "as_of_ahead",
                f"As of {instant_text(as_of)} lies more than a day ahead of the server's clock ({instant_text(now)}). "
                "Nothing was changed; correct it and send it again.",
            )
        return as_of

    def _land(
        self, connection: Connection, teller: Teller, as_of: datetime, checked: Checked, present: frozenset[str]
    ) -> _Landed:
        state = lock_state(connection, teller.distributor_id, teller.dataset)
        publisher = Publisher(teller.distributor_id, teller.dataset, self._clock.now(), as_of)
        if state.as_of is not None and as_of < state.as_of:
            left_alone = LiveAnswer(dataset=teller.dataset, as_of=as_of, left_alone=checked.keys.height)
            return left_alone, NO_DIFFERENCE
        try:
            stage(connection, teller.dataset, checked)
            checked = complete(connection, publisher, checked, present)
            stage(connection, teller.dataset, checked)
            found = find_difference(connection, publisher, is_delta=True)
            difference = compare(connection, publisher, checked, found)
            next_key = land(connection, publisher, checked, found, state.next_row_key, is_live=True)
            _mark_told(connection, publisher)
        finally:
            drop_temporary(connection, STAGING[teller.dataset])
        store_row_key(connection, teller.distributor_id, teller.dataset, next_key)
        answer = LiveAnswer(
            dataset=teller.dataset,
            as_of=as_of,
            rows_new=found.new,
            rows_changed=found.changed,
            rows_unchanged=found.unchanged,
            left_alone=found.left_alone,
        )
        return answer, difference

    def _take_away(self, connection: Connection, teller: Teller, as_of: datetime, key: Mapping[str, str]) -> _Landed:
        state = lock_state(connection, teller.distributor_id, teller.dataset)
        marks = MARKS[teller.dataset]
        mine = and_(
            marks.c.distributor_id == teller.distributor_id, *(marks.c[name] == value for name, value in key.items())
        )
        found = connection.execute(
            select(marks.c.row_key, marks.c.row_hash, marks.c.is_gone, marks.c.live_as_of).where(mine)
        ).first()
        if found is None:
            said = ", ".join(f"{name} {value}" for name, value in key.items() if value)
            raise DomainError("not_found", f"There is no record {said} in your {DATASETS[teller.dataset].title}.")
        answer = LiveAnswer(dataset=teller.dataset, as_of=as_of)
        told = microseconds(as_of)
        if (state.as_of is not None and as_of < state.as_of) or (found.live_as_of or told) > told:
            return msgspec.structs.replace(answer, left_alone=1), NO_DIFFERENCE
        if found.is_gone:
            connection.execute(update(marks).where(mine).values(live_as_of=told))
            return msgspec.structs.replace(answer, rows_unchanged=1), NO_DIFFERENCE
        publisher = Publisher(teller.distributor_id, teller.dataset, self._clock.now(), as_of)
        nothing = pl.DataFrame(schema={"row": pl.Int32, "row_key": pl.Int64, "was_gone": pl.Boolean})
        gone = Difference(nothing, [(found.row_key, found.row_hash)], 0, 0, 0, 1, 0)
        difference = compare(connection, publisher, _NOTHING_READ, gone)
        land(connection, publisher, _NOTHING_READ, gone, state.next_row_key, is_live=True)
        return msgspec.structs.replace(answer, rows_gone=1), difference


def _alike(records: Sequence[Mapping[str, str]]) -> list[list[tuple[int, Mapping[str, str]]]]:
    """The records with their numbers from 1, those with the same members together."""
    groups: dict[frozenset[str], list[tuple[int, Mapping[str, str]]]] = {}
    for number, record in enumerate(records, start=1):
        groups.setdefault(frozenset(record), []).append((number, record))
    return list(groups.values())


def _read(
    records: Sequence[tuple[int, Mapping[str, str]]], teller: Teller, habits: FeedHabits
) -> tuple[Checked, frozenset[str], tuple[str, ...]]:
    """The checked records, the columns that they have, and what is no column. Raises `DomainError`."""
    headings = tuple(records[0][1])
    reading = read_headings(headings, teller.dataset, habits.plain_mapping)
    wanted = {heading: column for heading, column in zip(headings, reading.columns, strict=True) if column}
    cells = pl.DataFrame(
        {
            "row": pl.Series([number for number, _ in records], dtype=pl.Int32),
            **{
                column: pl.Series([record[heading] for _, record in records], dtype=pl.String)
                for heading, column in wanted.items()
            },
        }
    )
    present = frozenset(wanted.values())
    checked = check_pieces(
        [Piece(cells, cells.clear(), [])],
        teller.dataset,
        present,
        is_delta=True,
        dist_code=teller.dist_code,
        habits=habits.of_cells,
        counted="record",
    )
    if checked.error_count:
        raise _wrong(checked.errors)
    return checked, present, reading.unknown


def _wrong(errors: Sequence[RowError]) -> DomainError:
    first = errors[0]
    return DomainError(
        "record_wrong",
        f"Record {first.row}, column {first.column}, “{first.value}”: expected {first.expected}; for example "
        f"{first.example}. Nothing was changed; correct it and send it again.",
        record=first.row,
        column=first.column,
        errors=len(errors),
    )


def _mark_told(connection: Connection, publisher: Publisher) -> None:
    """Also what did not change was told as of now."""
    marks, staging = MARKS[publisher.dataset], STAGING[publisher.dataset]
    told = microseconds(publisher.as_of)
    is_staged = exists(select(literal(1)).select_from(staging).where(same_key(publisher)))
    connection.execute(
        update(marks)
        .where(marks.c.distributor_id == publisher.distributor_id, is_staged)
        .where(or_(marks.c.live_as_of.is_(None), marks.c.live_as_of < told))
        .values(live_as_of=told)
    )


def _added(teller: Teller, as_of: datetime, answers: Sequence[LiveAnswer], unknown: list[str]) -> LiveAnswer:
    new, changed, unchanged, gone, left_alone = (
        sum(getattr(answer, name) for answer in answers)
        for name in ("rows_new", "rows_changed", "rows_unchanged", "rows_gone", "left_alone")
    )
    sentence = f"{new} new, {changed} changed, {gone} gone, {unchanged} unchanged."
    if left_alone:
        sentence += f" {left_alone} left alone: what is known of them is newer than {instant_text(as_of)}."
    return LiveAnswer(
        dataset=teller.dataset,
        as_of=as_of,
        rows_new=new,
        rows_changed=changed,
        rows_unchanged=unchanged,
        rows_gone=gone,
        left_alone=left_alone,
        unknown_columns=unknown,
        sentence=sentence,
    )
