"""What a master does with feeds; each asks the server and answers with the Changes. In a job, always.

Nothing of it waits at this desk: without the server nothing is done, and who asked is told so.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from desktop.features.feeds.differences import TRIED_ROWS, DifferenceAsk
from desktop.features.feeds.queries import feed_client
from desktop.features.feeds.rows import ChosenFile, Trial
from desktop.foundation.changes import Changes
from desktop.sync.desk import Desk
from desktop.sync.feed_client import Envelope
from desktop.sync.feed_messages import DeclaredMapping, FeedRun, MappingChange
from desktop.widgets.table_export import write_whole
from shared_models.kernel.errors import DomainError
from shared_models.kernel.ids import new_id

MOST_BYTES = 100 << 20
"""More the server does not take; so much need not be sent to learn it."""
_FEEDS = Changes.of("feed_runs")


def look_at(
    desk: Desk, chosen: ChosenFile, on_sent: Callable[[int, int], None], called_off: threading.Event
) -> tuple[Changes, Trial]:
    """Let the server read the file and say what it would do; nothing is kept.

    Raises `DomainError`: `empty_file`, `file_too_large`, `file_changed`; `OSError`, `CalledOff`, `Trouble`.
    """
    _require_sendable(chosen.path)
    digest = _sha256(chosen)
    envelope = _envelope(desk, chosen, dry_run=True)._replace(difference_rows=TRIED_ROWS)
    with closing(feed_client(desk)) as client:
        declared = client.mapping(envelope.distributor, chosen.dataset)
        run = client.post(envelope, chosen.path, on_sent, called_off)
    if run.sha256 and run.sha256 != digest:
        raise _changed(chosen.path)
    return Changes.none(), Trial(chosen, digest, new_id(), run, declared)


def take_in(
    desk: Desk, trial: Trial, on_sent: Callable[[int, int], None], called_off: threading.Event
) -> tuple[Changes, FeedRun]:
    """Post the very bytes that were looked at, for good. Asked again it gets the answer of the first time.

    Raises `DomainError("file_changed")`; `OSError`, `CalledOff`, `Trouble`.
    """
    if _sha256(trial.chosen) != trial.sha256:
        raise _changed(trial.chosen.path)
    envelope = _envelope(desk, trial.chosen, batch_id=trial.batch_id)
    with closing(feed_client(desk)) as client:
        return _FEEDS, client.post(envelope, trial.chosen.path, on_sent, called_off)


def settle(desk: Desk, run_id: str, *, accept: bool) -> tuple[Changes, FeedRun]:
    """Accept or reject a held run. Raises `Trouble`, also when somebody settled it meanwhile."""
    with closing(feed_client(desk)) as client:
        return _FEEDS, client.settle(run_id, accept=accept)


def save_difference(desk: Desk, run_id: str, ask: DifferenceAsk, file: Path) -> tuple[Changes, Path]:
    """Write what a run changed, as far as it is asked for, as CSV, whole or not at all.

    Raises `Trouble`; `OSError` when the file cannot be written.
    """
    with closing(feed_client(desk)) as client:
        content = client.difference_csv(run_id, kind=ask.kind, column=ask.column, search=ask.search)
    write_whole(file, content)
    return Changes.none(), file


def declare(desk: Desk, dataset: str, change: MappingChange) -> tuple[Changes, DeclaredMapping]:
    """Declare how files of the dataset are written; the next file is read by it. Raises `Trouble`."""
    with closing(feed_client(desk)) as client:
        return Changes.none(), client.declare(desk.acting.organisation_code, dataset, change)


def _envelope(desk: Desk, chosen: ChosenFile, *, batch_id: str = "", dry_run: bool = False) -> Envelope:
    saved_at = chosen.facts.saved_at
    # A file from a machine whose clock is ahead is of now.
    is_past = saved_at <= desk.clock.now()
    return Envelope(
        desk.acting.organisation_code,
        chosen.dataset,
        chosen.mode,
        "" if chosen.as_of_now or not is_past else saved_at.isoformat(timespec="seconds"),
        batch_id=batch_id,
        dry_run=dry_run,
        accept_good_rows=chosen.good_rows_only,
    )


def _require_sendable(path: Path) -> None:
    name, size = path.name, path.stat().st_size
    if size == 0:
        raise DomainError("empty_file", f"{name} is empty. Nothing was sent; check the export.")
    if size > MOST_BYTES:
        raise DomainError(
            "file_too_large",
            f"{name} is larger than {MOST_BYTES >> 20} MiB. Nothing was sent; export it in parts, as changes only.",
        )


def _changed(path: Path) -> DomainError:
    return DomainError(
        "file_changed", f"{path.name} was changed since it was looked at. Nothing was taken in; look at it again."
    )


def _sha256(chosen: ChosenFile) -> str:
    with chosen.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
