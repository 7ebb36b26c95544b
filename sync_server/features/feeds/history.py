"""The stored history of runs: what was posted, what became of it, which rows were refused and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from shared_models.kernel.errors import DomainError, Fact
from sync_server.features.feeds.habits import FeedHabits
from sync_server.features.feeds.row_changes import RowChange
from sync_server.features.feeds.row_errors import RowError
from sync_server.features.feeds.suggested_column import SuggestedColumn
from sync_server.features.feeds.tables import FEED_FILES, FEED_RUN_ERRORS, FEED_RUNS

Mode = Literal["full", "delta", "live"]
LIVE: Literal["live"] = "live"
"""The mode of a line of the history that stands for what was told in real time within an hour."""
Status = Literal["landed", "held", "refused", "ignored", "rejected"]
DifferenceState = Literal["", "kept", "forgotten"]
MOST_RUNS_LISTED = 500


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a feed: the answer to who posted it, and a line of the history."""

    id: str
    distributor_id: str
    dataset: str
    mode: Mode
    as_of: datetime
    batch_id: str
    sha256: str
    habits_digest: str = ""
    """Stands for what was declared of such files when this one was read (`habits.FeedHabits.digest`)."""
    accept_good_rows: bool = False
    posted_at: datetime
    posted_by: str = ""
    settled_at: datetime | None = None
    settled_by: str = ""
    status: Status
    """landed; held until a person looks; refused; ignored, being older than what is live; rejected by a person."""
    code: str = ""
    sentence: str = ""
    rows_read: int = 0
    rows_refused: int = 0
    rows_new: int = 0
    rows_changed: int = 0
    rows_unchanged: int = 0
    rows_gone: int = 0
    rows_left_alone: int = 0
    """Rows of which something newer was told in real time."""
    error_count: int = 0
    unknown_columns: list[str] = []
    """Headings that nothing answers to; their cells are not taken in."""
    mapped_columns: dict[str, str] = {}
    """Headings that the saved mapping gave their column, or "" where it leaves them out."""
    suggested_columns: list[SuggestedColumn] = []
    """What unknown headings may mean; nothing is taken for it until the mapping says so."""
    changed_columns: dict[str, int] = {}
    """In how many of the changed rows each column differs, the most first."""
    difference: DifferenceState = ""
    """Whether it can be looked at row by row: kept, forgotten for newer ones, or none."""
    kept_new: int = 0
    """How many of the new rows can be looked at, and so on."""
    kept_changed: int = 0
    kept_gone: int = 0
    row_changes: list[RowChange] = []
    """Of a dry run, whose difference is nowhere else: as many of each kind as were asked for."""
    errors: list[RowError] = []
    """The first thousand, in the order of their rows."""
    facts: dict[str, Fact] = {}
    dry_run: bool = False
    """True when nothing was kept of it, this record included."""
    repeated: bool = False
    """True when this is the answer to an earlier posting of the same batch or the same file."""


_STORED = tuple(column.name for column in FEED_RUNS.columns)
_STORED_AS_JSON: dict[str, Any] = {
    "unknown_columns": list[str],
    "mapped_columns": dict[str, str],
    "suggested_columns": list[SuggestedColumn],
    "changed_columns": dict[str, int],
}


def store_run(connection: Connection, run: Run) -> None:
    """Add a run to the history."""
    connection.execute(insert(FEED_RUNS).values(_columns(run)))
    if run.errors:
        connection.execute(
            insert(FEED_RUN_ERRORS),
            [
                {"run_id": run.id, "place": place, **msgspec.structs.asdict(error)}
                for place, error in enumerate(run.errors)
            ],
        )


def change_run(connection: Connection, run: Run) -> None:
    """Store what became of a run that was held."""
    connection.execute(update(FEED_RUNS).where(FEED_RUNS.c.id == run.id).values(_columns(run)))


def _columns(run: Run) -> dict[str, Any]:
    values = {name: getattr(run, name) for name in _STORED}
    return {**values, **{name: msgspec.json.encode(values[name]).decode() for name in _STORED_AS_JSON}}


def find_batch(connection: Connection, distributor_id: str, batch_id: str) -> Run | None:
    """The run of a batch, with its row errors."""
    row = connection.execute(
        select(FEED_RUNS).where(FEED_RUNS.c.distributor_id == distributor_id, FEED_RUNS.c.batch_id == batch_id)
    ).first()
    return None if row is None else _with_errors(connection, row)


def find_same_file(connection: Connection, run: Run) -> Run | None:
    """The newest run of the dataset if it landed or is held and was of the same bytes, mode and instant.

    A file that would be read otherwise now, because something else was declared meanwhile, is not the same.
    """
    row = connection.execute(
        select(FEED_RUNS)
        .where(FEED_RUNS.c.distributor_id == run.distributor_id, FEED_RUNS.c.dataset == run.dataset)
        .where(FEED_RUNS.c.mode != LIVE)
        .order_by(FEED_RUNS.c.posted_at.desc(), FEED_RUNS.c.id.desc())
        .limit(1)
    ).first()
    if row is None or row.status not in ("landed", "held"):
        return None
    same = all(getattr(row, name) == getattr(run, name) for name in ("sha256", "mode", "as_of", "habits_digest"))
    return _with_errors(connection, row) if same else None


def newest_live(connection: Connection, distributor_id: str, dataset: str, *, since: datetime) -> Run | None:
    """The newest line of what was told in real time that was begun since then."""
    row = connection.execute(
        select(FEED_RUNS)
        .where(FEED_RUNS.c.distributor_id == distributor_id, FEED_RUNS.c.posted_at >= since)
        .where(FEED_RUNS.c.dataset == dataset, FEED_RUNS.c.mode == LIVE)
        .order_by(FEED_RUNS.c.posted_at.desc())
        .limit(1)
    ).first()
    return None if row is None else _run(row._mapping, [])


def list_runs(
    connection: Connection,
    distributor_ids: list[str],
    *,
    dataset: str = "",
    status: str = "",
    files_only: bool = False,
    most: int = 100,
) -> list[Run]:
    """The newest runs of these distributors, newest first, without their row errors.

    `files_only` leaves out what was told in real time.
    """
    query = select(FEED_RUNS).where(FEED_RUNS.c.distributor_id.in_(distributor_ids))
    if dataset:
        query = query.where(FEED_RUNS.c.dataset == dataset)
    if status:
        query = query.where(FEED_RUNS.c.status == status)
    if files_only:
        query = query.where(FEED_RUNS.c.mode != LIVE)
    query = query.order_by(FEED_RUNS.c.posted_at.desc(), FEED_RUNS.c.id.desc()).limit(min(most, MOST_RUNS_LISTED))
    return [_run(row._mapping, []) for row in connection.execute(query)]


def need_run(connection: Connection, run_id: str, distributor_ids: list[str]) -> Run:
    """A run of one of these distributors, with its row errors. Raises `DomainError("not_found")`."""
    row = connection.execute(
        select(FEED_RUNS).where(FEED_RUNS.c.id == run_id, FEED_RUNS.c.distributor_id.in_(distributor_ids))
    ).first()
    if row is None:
        raise DomainError("not_found", "There is no such run here.", id=run_id)
    return _with_errors(connection, row)


class HeldFile(NamedTuple):
    """The file of a held run and what was declared of such files when it was posted."""

    body: bytes
    """zstd."""
    habits: FeedHabits | None
    """None for a run that was held before this was kept."""


def keep_file(connection: Connection, run_id: str, body: bytes, habits: FeedHabits) -> None:
    """Keep the compressed file of a held run, and how it was read."""
    declared = msgspec.json.encode(habits).decode()
    connection.execute(insert(FEED_FILES).values(run_id=run_id, body=body, habits=declared))


def take_file(connection: Connection, run_id: str) -> HeldFile:
    """The file of a held run, which is forgotten with this transaction."""
    row = connection.execute(select(FEED_FILES).where(FEED_FILES.c.run_id == run_id)).one()
    connection.execute(delete(FEED_FILES).where(FEED_FILES.c.run_id == run_id))
    return HeldFile(row.body, msgspec.json.decode(row.habits, type=FeedHabits) if row.habits else None)


def _with_errors(connection: Connection, row: Row[Any]) -> Run:
    errors = connection.execute(
        select(FEED_RUN_ERRORS).where(FEED_RUN_ERRORS.c.run_id == row.id).order_by(FEED_RUN_ERRORS.c.place)
    )
    return _run(
        row._mapping,
        [
            RowError(row=one.row, column=one.column, value=one.value, expected=one.expected, example=one.example)
            for one in errors
        ],
    )


def _run(values: Mapping[Any, Any], errors: list[RowError]) -> Run:
    stored = {name: values[name] for name in _STORED}
    stored.update({name: msgspec.json.decode(stored[name], type=kind) for name, kind in _STORED_AS_JSON.items()})
    return Run(**stored, errors=errors)
