"""Work that happens later: a job table with leases and back-off, and chores that repeat, each in its own thread."""

import logging
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, delete, insert, or_, select, update

from shared_models.kernel.ids import new_id
from shared_models.kernel.schema import Instant
from sync_server.foundation.database import Database
from sync_server.foundation.schema import metadata

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
LONGEST_BACKOFF = timedelta(hours=1)

TASKS = Table(
    "tasks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(60), nullable=False),
    Column("payload", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Index("ix_tasks_kind_due_at", "kind", "due_at"),
)


class Task(NamedTuple):
    """A job under this process's lease; `attempts` counts this one."""

    id: str
    kind: str
    payload: dict[str, Any]
    attempts: int


class Chore(NamedTuple):
    """Something that a worker does again and again; `run` gives whether there may be more to do at once."""

    name: str
    every_seconds: float
    run: Callable[[], bool]


def enqueue(connection: Connection, kind: str, payload: Mapping[str, Any], *, due_at: datetime) -> str:
    """Remember a job in the caller's transaction: it exists if, and only if, that commits. Gives its id."""
    task_id = new_id()
    values = {"payload": msgspec.json.encode(payload).decode(), "due_at": due_at, "attempts": 0, "last_error": ""}
    connection.execute(insert(TASKS).values(id=task_id, kind=kind, **values))
    return task_id


def claim(database: Database, kinds: Sequence[str], now: datetime) -> Task | None:
    """Take the job that has been due longest, for two minutes; None when none is due and free."""

    def unit(connection: Connection) -> Task | None:
        free = or_(TASKS.c.leased_until.is_(None), TASKS.c.leased_until < now)
        row = connection.execute(
            select(TASKS)
            .where(TASKS.c.kind.in_(kinds), TASKS.c.due_at <= now, free)
            .order_by(TASKS.c.due_at, TASKS.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        leased = {"leased_until": now + LEASE, "attempts": row.attempts + 1}
        connection.execute(update(TASKS).where(TASKS.c.id == row.id).values(leased))
        return Task(row.id, row.kind, msgspec.json.decode(row.payload), row.attempts + 1)

    return database.write_unit(unit)


def finish(connection: Connection, task: Task) -> None:
    """The job is done; best in the same transaction as its effect."""
    connection.execute(delete(TASKS).where(TASKS.c.id == task.id))


def put_off(connection: Connection, task: Task, error: str, now: datetime) -> None:
    """The job failed: again after 5, 10, 20 … seconds, at most an hour, a little spread."""
    seconds = min(5 * 2 ** (task.attempts - 1), LONGEST_BACKOFF.total_seconds())
    due_at = now + timedelta(seconds=seconds * random.uniform(0.8, 1.2))
    connection.execute(
        update(TASKS).where(TASKS.c.id == task.id).values(due_at=due_at, leased_until=None, last_error=error[:500])
    )


class Worker:
    """Runs chores until it is stopped, each in a thread of its own, so that a slow one keeps nobody waiting."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        """Nothing runs before `start`."""
        self._chores = chores
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start a thread for each chore."""
        self._threads = [
            threading.Thread(target=self._repeat, args=(chore,), name=f"chore {chore.name}") for chore in self._chores
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each chore finish what it is at, and wait for that."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, chore: Chore) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                more = chore.run()
                failures = 0
            except Exception:
                failures += 1
                more = False
                logger.exception("chore %s failed, time %d in a row", chore.name, failures)
            if not more:
                self._stopping.wait(min(chore.every_seconds * 2**failures, LONGEST_BACKOFF.total_seconds()))
