"""The command `feed` of `order-track-server`: post files, look at runs, settle held ones, declare how files are.

What reads files (polars) is loaded by the commands that need it; looking at runs does without.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
import msgspec

from shared_models.kernel.errors import DomainError
from sync_server.features.accounts.actions import organisation_of
from sync_server.features.feeds.difference_command import (
    SHOWN_ROWS,
    columns_sentence,
    feed_difference,
    show_changes,
    write_difference,
)
from sync_server.features.feeds.history import Mode, Run, list_runs, need_run
from sync_server.features.feeds.mapping_commands import DATASETS, distributor_option, feed_due, mapping
from sync_server.features.feeds.sender import all_distributors
from sync_server.foundation.command_line import REFUSED, CommandContext, json_option, pass_context, show

if TYPE_CHECKING:
    from sync_server.features.feeds.runs import FeedDesk

_ERROR_COLUMNS = ["row", "column", "value", "expected", "example"]
_RUN_COLUMNS = [
    "id",
    "posted_at",
    "dataset",
    "mode",
    "status",
    "rows_read",
    "rows_new",
    "rows_changed",
    "rows_gone",
    "error_count",
]


@click.group()
def feed() -> None:
    """Files of distributors."""


@feed.command("post")
@click.argument("dataset", type=click.Choice(DATASETS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@distributor_option
@click.option("--mode", type=click.Choice(["full", "delta"]), default="full", show_default=True)
@click.option("--as-of", default="", help="Instant of the figures, such as 2026-11-21T06:00:00Z; by default now.")
@click.option("--batch-id", default="", help="The same batch twice is answered with the first answer.")
@click.option("--dry-run", is_flag=True, help="Do everything, then take it back.")
@click.option("--accept-good-rows", is_flag=True, help="Land the good rows and list the others.")
@click.option(
    "--difference",
    "difference_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=None,
    help="Write what it changes, or would change, row by row to this file as CSV.",
)
@json_option
@pass_context
def feed_post(
    context: CommandContext,
    dataset: str,
    file: Path,
    code: str,
    mode: str,
    as_of: str,
    batch_id: str,
    dry_run: bool,
    accept_good_rows: bool,
    difference_file: Path | None,
    as_json: bool,
) -> None:
    """Take a file in: CSV, XLSX, JSON Lines or X12 4010. Exit 0 when it landed, else 1: refused, ignored or held."""
    from sync_server.features.feeds.cells import posted_instant
    from sync_server.features.feeds.runs import Posting

    with context.database.reading() as connection:
        distributor = organisation_of(connection, code)
    if distributor.kind != "distributor":
        raise DomainError("not_a_distributor", f"{distributor.code} is a {distributor.kind}; only distributors post.")
    posting = Posting(
        distributor.id,
        distributor.code,
        dataset,
        cast(Mode, mode),
        posted_instant(as_of),
        batch_id,
        posted_by="operator",
        accept_good_rows=accept_good_rows,
        dry_run=dry_run,
    )
    run = _desk(context).post(posting, file)
    if difference_file is not None:
        write_difference(context, run, difference_file)
    _tell(msgspec.structs.replace(run, row_changes=run.row_changes[:SHOWN_ROWS]), as_json=as_json)


@feed.command("runs")
@click.option("--distributor", "code", default="", help="Only this distributor's.")
@click.option("--status", default="", help="Only runs with this status, such as held.")
@json_option
@pass_context
def feed_runs(context: CommandContext, code: str, status: str, as_json: bool) -> None:
    """The newest runs, newest first."""
    with context.database.reading() as connection:
        ids = [organisation_of(connection, code).id] if code else all_distributors(connection)
        runs = list_runs(connection, ids, status=status)
    show(runs, _RUN_COLUMNS, as_json=as_json)


@feed.command("show")
@click.argument("run_id")
@json_option
@pass_context
def feed_show(context: CommandContext, run_id: str, as_json: bool) -> None:
    """One run with its row errors."""
    with context.database.reading() as connection:
        run = need_run(connection, run_id, all_distributors(connection))
    _print(run, as_json=as_json)


@feed.command("accept")
@click.argument("run_id")
@json_option
@pass_context
def feed_accept(context: CommandContext, run_id: str, as_json: bool) -> None:
    """Land a held run as it was posted."""
    from sync_server.features.feeds.held import accept_run

    with context.database.reading() as connection:
        ids = all_distributors(connection)
    _tell(accept_run(_desk(context), run_id, ids, "operator"), as_json=as_json)


@feed.command("reject")
@click.argument("run_id")
@json_option
@pass_context
def feed_reject(context: CommandContext, run_id: str, as_json: bool) -> None:
    """Drop a held run; what is live stays."""
    from sync_server.features.feeds.held import reject_run

    with context.database.reading() as connection:
        ids = all_distributors(connection)
    _print(reject_run(_desk(context), run_id, ids, "operator"), as_json=as_json)


@feed.command("errors")
@click.argument("run_id")
@pass_context
def feed_errors(context: CommandContext, run_id: str) -> None:
    """The row errors of a run as CSV on standard output."""
    from sync_server.features.feeds.errors_csv import errors_csv

    with context.database.reading() as connection:
        run = need_run(connection, run_id, all_distributors(connection))
    click.echo(errors_csv(run.errors).removeprefix("\ufeff").replace("\r\n", "\n"), nl=False)


feed.add_command(feed_difference)
feed.add_command(mapping)
feed.add_command(feed_due)


@feed.command("watch")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--every-seconds", type=click.FloatRange(min=0.1), default=5.0, show_default=True)
@click.option("--once", is_flag=True, help="Take in what lies there still, and end.")
@pass_context
def feed_watch(context: CommandContext, folder: Path, every_seconds: float, once: bool) -> None:
    """Take in files that are dropped into FOLDER/<code of a distributor>/, named after their dataset.

    inventory.csv is a whole file, inventory.delta.csv one of changes. Each is answered beside itself and laid into
    `landed`, `held` or `refused`. Ends on SIGTERM.
    """
    import signal
    import threading

    from sync_server.features.feeds.watching import Answered, FolderWatch, watch

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    looks = 0

    def wait() -> bool:
        nonlocal looks
        looks += 1
        return ended.wait(every_seconds) or (once and looks > 1)

    def tell(answered: Answered) -> None:
        click.echo(f"{answered.file.parent.parent.name} {answered.file.name} {answered.status}: {answered.sentence}")

    watch(FolderWatch(folder, _desk(context)), wait, tell)


def _desk(context: CommandContext) -> FeedDesk:
    from sync_server.features.feeds.letters import HeldMail
    from sync_server.features.feeds.runs import FeedDesk
    from sync_server.features.mail.outbox import Outbox

    on_held = HeldMail(Outbox(context.settings.mail_from), context.clock)
    return FeedDesk(context.database, context.clock, on_held=on_held)


def _tell(run: Run, *, as_json: bool) -> None:
    """Print the run; anything but landed is a refusal."""
    _print(run, as_json=as_json)
    if run.status != "landed":
        click.echo(run.sentence, err=True)
        sys.exit(REFUSED)


def _print(run: Run, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(run), indent=1, ensure_ascii=False))
        return
    again = ", answered before" if run.repeated else ", dry run: nothing was kept" if run.dry_run else ""
    click.echo(f"{run.dataset} {run.mode}: {run.status}{again}. Run {run.id}")
    if run.status == "landed":
        click.echo(run.sentence)
    else:
        click.echo(
            f"{run.rows_read:,} rows read, {run.rows_new:,} new, {run.rows_changed:,} changed, {run.rows_gone:,} gone"
        )
    if run.changed_columns:
        click.echo(f"Changed columns: {columns_sentence(run)}")
    if run.row_changes:
        show_changes(run.dataset, run.row_changes)
    if run.mapped_columns:
        told = (f"“{one}” {'is ' + to if to else 'left out'}" for one, to in run.mapped_columns.items())
        click.echo(f"By the saved mapping: {', '.join(told)}")
    if run.unknown_columns:
        click.echo(f"Not taken in, unknown columns: {', '.join(run.unknown_columns)}")
    for one in run.suggested_columns:
        click.echo(f"“{one.heading}” may be {one.column}: it {one.because}")
    if run.errors:
        show(run.errors, _ERROR_COLUMNS, as_json=False)
        if run.error_count > len(run.errors):
            click.echo(f"… and {run.error_count - len(run.errors):,} more")
