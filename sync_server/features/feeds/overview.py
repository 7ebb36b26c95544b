"""How each dataset of a distributor stands: what is live as of when, the newest run, and what waits for a person."""

from datetime import date, datetime

import msgspec
from sqlalchemy import Connection, func, select

from shared_models.accounts.records import Organisation
from shared_models.catalogue.freshness import Punctuality, punctuality
from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.history import Run, list_runs
from sync_server.features.feeds.sender import require_module
from sync_server.features.feeds.tables import FEED_HABITS, FEED_STATES, MARKS


class DatasetState(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset of one distributor."""

    dataset: str
    why_not: str = ""
    """The sentence that a file of it would be refused with today, for want of a module; empty when it is taken in."""
    as_of: datetime | None = None
    """The instant of the figures that are live; None when none ever landed."""
    due_every_minutes: int = 0
    """How often new figures are promised; 0 when that was not said."""
    punctuality: Punctuality = "no_promise"
    rows: int = 0
    """Live ones."""
    last_run: Run | None = None
    """That of the newest file, whatever became of it, without its row errors."""
    held_run: Run | None = None
    """The newest one that waits for a person."""


def states_of(connection: Connection, mine: Organisation, today: date, now: datetime) -> list[DatasetState]:
    """Every dataset that can be taken in, in the order in which files are usually set up."""
    as_of = {
        row.dataset: row.as_of
        for row in connection.execute(
            select(FEED_STATES.c.dataset, FEED_STATES.c.as_of).where(FEED_STATES.c.distributor_id == mine.id)
        )
    }
    due: dict[str, int] = {
        row.dataset: row.due_every_minutes
        for row in connection.execute(
            select(FEED_HABITS.c.dataset, FEED_HABITS.c.due_every_minutes).where(
                FEED_HABITS.c.distributor_id == mine.id
            )
        )
    }
    return [
        DatasetState(
            dataset=dataset,
            why_not=_why_not(connection, mine, dataset, today),
            as_of=as_of.get(dataset),
            due_every_minutes=due.get(dataset, 0),
            punctuality=punctuality(as_of.get(dataset), due.get(dataset, 0), now),
            rows=_live_rows(connection, mine.id, dataset),
            last_run=_newest(connection, mine.id, dataset),
            held_run=_newest(connection, mine.id, dataset, status="held"),
        )
        for dataset in MARKS
    ]


def _why_not(connection: Connection, mine: Organisation, dataset: str, today: date) -> str:
    try:
        require_module(connection, mine, dataset, today)
    except DomainError as refusal:
        return refusal.sentence
    return ""


def _live_rows(connection: Connection, distributor_id: str, dataset: str) -> int:
    marks = MARKS[dataset]
    return connection.execute(
        select(func.count()).where(marks.c.distributor_id == distributor_id, marks.c.is_gone.is_(False))
    ).scalar_one()


def _newest(connection: Connection, distributor_id: str, dataset: str, *, status: str = "") -> Run | None:
    runs = list_runs(connection, [distributor_id], dataset=dataset, status=status, files_only=True, most=1)
    return next(iter(runs), None)
