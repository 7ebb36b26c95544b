"""What a run is told: the first answer to a repeat, the refusals and the sentences of each outcome."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from shared_models.kernel.errors import DomainError
from sync_server.features.feeds.cells import instant_text
from sync_server.features.feeds.checking import Checked
from sync_server.features.feeds.difference import Difference
from sync_server.features.feeds.history import Run, find_batch, find_same_file
from sync_server.features.feeds.posted_files import ReadFile, UnfitFile


def first_answer(connection: Connection, run: Run) -> Run | None:
    """What the same batch, or the very same file, was answered before.

    Raises `DomainError("body_differs")` when the batch was posted before with another file.
    """
    earlier = find_batch(connection, run.distributor_id, run.batch_id)
    if earlier is not None:
        same = (earlier.dataset, earlier.mode, earlier.sha256) == (run.dataset, run.mode, run.sha256)
        if not same:
            raise DomainError(
                "body_differs",
                f"Batch {run.batch_id} was posted before with another file. Nothing was changed; post this file with "
                "a batch id of its own.",
                batch_id=run.batch_id,
            )
    else:
        earlier = find_same_file(connection, run)
    return None if earlier is None else msgspec.structs.replace(earlier, repeated=True)


def refuse_errors(checked: Checked, *, accept_good_rows: bool) -> None:
    """Raises `DomainError("row_errors")`: one wrong row refuses the run, unless the good ones are to be taken."""
    if checked.error_count == 0 or (accept_good_rows and checked.keys.height):
        return
    first = checked.errors[0]
    cell = f"column {first.column}, “{first.value}”" if first.column else first.value
    count = "1 error" if checked.error_count == 1 else f"{checked.error_count:,} errors"
    raise DomainError(
        "row_errors",
        f"The file has {count} in its rows. Nothing was changed. The first: {checked.counted} {first.row}, {cell}: "
        f"expected {first.expected}; for example {first.example}. Correct the rows and post the file again.",
        errors=checked.error_count,
        row=first.row,
        column=first.column,
    )


def with_file(run: Run, read: ReadFile) -> Run:
    """The run with what its file holds."""
    checked = read.checked
    run = _with_headings(run, read)
    return msgspec.structs.replace(
        run,
        rows_read=checked.rows_read,
        rows_refused=checked.rows_read - checked.keys.height,
        error_count=checked.error_count,
        errors=checked.errors,
    )


def _with_headings(run: Run, read: ReadFile | UnfitFile) -> Run:
    """The run with what the headings of its file were taken for, and what the unknown ones may mean."""
    return msgspec.structs.replace(
        run,
        unknown_columns=list(read.unknown),
        mapped_columns=dict(read.mapped),
        suggested_columns=list(read.suggested),
    )


def with_difference(run: Run, found: Difference) -> Run:
    """The run with what it changes."""
    return msgspec.structs.replace(
        run,
        rows_new=found.new,
        rows_changed=found.changed,
        rows_unchanged=found.unchanged,
        rows_gone=len(found.gone),
        rows_left_alone=found.left_alone,
    )


def refused(run: Run, error: DomainError) -> Run:
    """The run that `error` ended."""
    if isinstance(error, UnfitFile):
        run = _with_headings(run, error)
    return msgspec.structs.replace(run, status="refused", code=error.code, sentence=error.sentence, facts=error.facts)


def ignored(run: Run, live_as_of: datetime) -> Run:
    """The run whose file is older than what is live."""
    sentence = (
        f"This file is as of {instant_text(run.as_of)}, and what is live is as of {instant_text(live_as_of)}. Nothing "
        "was changed: the newest wins."
    )
    return msgspec.structs.replace(run, status="ignored", code="older_than_live", sentence=sentence)


def landed(run: Run, now: datetime) -> Run:
    """The run that changed what is live."""
    left_alone = f", {run.rows_left_alone:,} left alone: newer was told of them" if run.rows_left_alone else ""
    refused_too = f", {run.rows_refused:,} refused" if run.rows_refused else ""
    sentence = (
        f"{run.rows_new:,} new, {run.rows_changed:,} changed, {run.rows_gone:,} gone, {run.rows_unchanged:,} "
        f"unchanged{refused_too}{left_alone}."
    )
    return msgspec.structs.replace(run, status="landed", settled_at=now, sentence=sentence)
