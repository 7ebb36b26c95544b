"""A run from its file to its answer: read, checked, compared, and landed whole, held or refused; nothing in between."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import zstandard
from sqlalchemy import Connection

from shared_models.kernel.clock import Clock
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id
from sync_server.features.feeds.answers import (
    first_answer,
    ignored,
    landed,
    refuse_errors,
    refused,
    with_difference,
    with_file,
)
from sync_server.features.feeds.cells import instant_text
from sync_server.features.feeds.comparing import compare
from sync_server.features.feeds.delta import complete
from sync_server.features.feeds.difference import Publisher, find_difference, stage
from sync_server.features.feeds.difference_store import keep_difference, with_kept
from sync_server.features.feeds.freshness import publish_freshness
from sync_server.features.feeds.guards import why_hold
from sync_server.features.feeds.habits import FeedHabits, read_habits, require_dataset
from sync_server.features.feeds.history import Mode, Run, keep_file, store_run
from sync_server.features.feeds.landing import land
from sync_server.features.feeds.posted_files import ReadFile, read_file
from sync_server.features.feeds.row_changes import NO_DIFFERENCE, RunDifference
from sync_server.features.feeds.spooling import MOST_BYTES, Survey, survey
from sync_server.features.feeds.states import lock_state, store_state
from sync_server.features.feeds.tables import STAGING
from sync_server.foundation.database import Database
from sync_server.foundation.frames import bounded_memory, drop_temporary

logger = logging.getLogger(__name__)

FURTHEST_AHEAD = timedelta(hours=24)
"""An `as_of` further in the future would shut out every honest file after it."""
LONGEST_BATCH_ID = 100


class Posting(NamedTuple):
    """The envelope of a file. `as_of` None means the instant of posting; a `batch_id` is made when it is empty."""

    distributor_id: str
    dist_code: str
    dataset: str
    mode: Mode = "full"
    as_of: datetime | None = None
    batch_id: str = ""
    posted_by: str = ""
    accept_good_rows: bool = False
    dry_run: bool = False
    has_been_seen: bool = False
    """A person looked and accepted: the guards are silent."""


class _Undone(Exception):
    """Carries the answer of a dry run out of its transaction, which is thereby rolled back."""

    def __init__(self, run: Run) -> None:
        super().__init__("dry run")
        self.run = run


OnHeld = Callable[[Connection, Run], None]
"""Told in the same transaction that a run is held, so that its distributor gets a mail."""


class FeedDesk:
    """Takes files in. Built once by the composition root."""

    def __init__(
        self, database: Database, clock: Clock, *, on_held: OnHeld | None = None, most_bytes: int = MOST_BYTES
    ) -> None:
        """`most_bytes` of one file."""
        self.database = database
        self.clock = clock
        self.on_held = on_held
        self.most_bytes = most_bytes

    def post(self, posting: Posting, file: Path) -> Run:
        """Take a file in. Gives the run, whatever became of it; `file` is read only.

        Raises `DomainError` when there is nothing to record: `no_such_dataset`, `batch_id_unfit`, `body_differs`,
        `as_of_ahead`; and `StorageUnavailable`.
        """
        posting = self._completed(posting)
        blank = Run(
            id=new_id(),
            distributor_id=posting.distributor_id,
            dataset=posting.dataset,
            mode=posting.mode,
            as_of=posting.as_of or self.clock.now(),
            batch_id=posting.batch_id,
            sha256="",
            accept_good_rows=posting.accept_good_rows,
            posted_at=self.clock.now(),
            posted_by=posting.posted_by,
            dry_run=posting.dry_run,
            status="refused",
        )
        with self.database.reading() as connection:
            habits = read_habits(connection, posting.distributor_id, posting.dataset)
        try:
            found = survey(file, self.most_bytes)
            blank = msgspec.structs.replace(blank, sha256=found.sha256, habits_digest=habits.digest)
            earlier = self._earlier(blank)
            if earlier is not None:
                return earlier
            read = _read(file, found, posting, habits)
        except DomainError as error:
            if error.code == "body_differs":
                raise
            return self._record(refused(blank, error))

        def unit(connection: Connection) -> Run:
            return self._settle(connection, posting, blank, read, file, habits)

        return self._in_one_transaction(blank, unit)

    def settle_seen(
        self, connection: Connection, run: Run, posting: Posting, file: Path, habits: FeedHabits
    ) -> tuple[Run, RunDifference]:
        """Land the file of a held run inside the caller's transaction; raises `DomainError` when it cannot be."""
        read = _read(file, survey(file, self.most_bytes), posting, habits)
        return self._difference(connection, posting, run, read, habits)

    def _completed(self, posting: Posting) -> Posting:
        require_dataset(posting.dataset)
        now = self.clock.now()
        if posting.as_of is not None and posting.as_of > now + FURTHEST_AHEAD:
            raise DomainError(
                "as_of_ahead",
                f"As of {instant_text(posting.as_of)} lies more than a day ahead of the server's clock "
                f"({instant_text(now)}). Nothing was changed; correct it and post again.",
            )
        batch_id = posting.batch_id.strip()
        if len(batch_id) > LONGEST_BATCH_ID or not batch_id.isprintable():
            raise DomainError("batch_id_unfit", f"A batch id is at most {LONGEST_BATCH_ID} printable characters.")
        return posting._replace(batch_id=batch_id or new_id())

    def _earlier(self, blank: Run) -> Run | None:
        with self.database.reading() as connection:
            return first_answer(connection, blank)

    def _record(self, run: Run) -> Run:
        """Keep a refused run in the history; of a dry run nothing is kept."""

        def unit(connection: Connection) -> Run:
            earlier = first_answer(connection, run)
            if earlier is None and not run.dry_run:
                store_run(connection, run)
            return earlier or run

        return self.database.write_unit(unit)

    def _in_one_transaction(self, blank: Run, unit: Callable[[Connection], Run]) -> Run:
        try:
            run = self.database.write_unit(unit)
        except _Undone as dry:
            run = dry.run
        logger.info("feed %s %s %s: %s", blank.distributor_id, blank.dataset, run.id, run.status)
        return run

    def _settle(
        self,
        connection: Connection,
        posting: Posting,
        blank: Run,
        read: ReadFile,
        file: Path,
        habits: FeedHabits,
    ) -> Run:
        lock_state(connection, posting.distributor_id, posting.dataset)
        earlier = first_answer(connection, blank)
        if earlier is not None:
            return earlier
        try:
            run, difference = self._difference(connection, posting, blank, read, habits)
        except DomainError as error:
            run, difference = refused(with_file(blank, read), error), NO_DIFFERENCE
        if posting.dry_run:
            raise _Undone(msgspec.structs.replace(run, row_changes=list(difference.row_changes())))
        store_run(connection, run)
        keep_difference(connection, run, difference)
        if run.status == "held":
            keep_file(connection, run.id, _compressed(file), habits)
            if self.on_held is not None:
                self.on_held(connection, run)
        return run

    def _difference(
        self, connection: Connection, posting: Posting, blank: Run, read: ReadFile, habits: FeedHabits
    ) -> tuple[Run, RunDifference]:
        """Compare and, unless something speaks against it, write. The state must be locked."""
        run = with_file(blank, read)
        live_as_of, next_row_key = lock_state(connection, posting.distributor_id, posting.dataset)
        if live_as_of is not None and run.as_of < live_as_of:
            return ignored(run, live_as_of), NO_DIFFERENCE
        refuse_errors(read.checked, accept_good_rows=posting.accept_good_rows)
        with bounded_memory(connection):
            return self._compare_and_land(connection, posting, run, read, habits, next_row_key)

    def _compare_and_land(
        self,
        connection: Connection,
        posting: Posting,
        run: Run,
        read: ReadFile,
        habits: FeedHabits,
        next_row_key: int,
    ) -> tuple[Run, RunDifference]:
        publisher = Publisher(posting.distributor_id, posting.dataset, self.clock.now(), run.as_of)
        checked, is_delta = read.checked, posting.mode == "delta"
        try:
            stage(connection, posting.dataset, checked)
            if is_delta:
                checked = complete(connection, publisher, checked, read.present)
                stage(connection, posting.dataset, checked)
            found = find_difference(connection, publisher, is_delta=is_delta)
            differing = checked.narrowed(found.different["row"])
            difference = compare(connection, publisher, differing, found)
            run = with_kept(with_difference(run, found), difference)
            most_gone = habits.most_gone_percent
            if not posting.has_been_seen:
                why = why_hold(connection, publisher, checked, found, most_gone_percent=most_gone, is_delta=is_delta)
                if why is not None:
                    return msgspec.structs.replace(run, status="held", code=why[0], sentence=why[1]), difference
            free_key = land(connection, publisher, differing, found, next_row_key)
        finally:
            drop_temporary(connection, STAGING[posting.dataset])
        store_state(
            connection,
            posting.distributor_id,
            posting.dataset,
            as_of=run.as_of,
            run_id=run.id,
            next_row_key=free_key,
        )
        publish_freshness(connection, posting.distributor_id, posting.dataset)
        return landed(run, self.clock.now()), difference


def _read(file: Path, found: Survey, posting: Posting, habits: FeedHabits) -> ReadFile:
    return read_file(
        file,
        found,
        habits,
        dataset=posting.dataset,
        is_delta=posting.mode == "delta",
        dist_code=posting.dist_code,
    )


def _compressed(file: Path) -> bytes:
    return zstandard.ZstdCompressor(level=6).compress(file.read_bytes())
