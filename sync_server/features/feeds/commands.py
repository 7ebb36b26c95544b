"""The command `feed` of `order-track-server`: post files, look at runs, settle held ones, declare how files are.

What reads files (polars) is loaded by the commands that need it; looking at runs does without.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
import msgspec

from shared_models.kernel.errors import DomainError
from sync_server.features.accounts.actions import organisation_of
from sync_server.features.feeds.datasets import DATASETS as _DATASETS
from sync_server.features.feeds.difference_command import (
    SHOWN_ROWS,
    columns_sentence,
    feed_difference,
    show_changes,
    write_difference,
)
from sync_server.features.feeds.history import Mode, Run, list_runs, need_run
from sync_server.features.feeds.sender import all_distributors
from sync_server.foundation.command_line import REFUSED, CommandContext, json_option, pass_context, show

if TYPE_CHECKING:
    from sync_server.features.feeds.runs import FeedDesk

DATASETS = tuple(_DATASETS)
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
_distributor = click.option("--distributor", "code", required=True, help="Code of the distributor.")


@click.group()
def feed() -> None:
    """Files of distributors."""


@feed.command("post")
@click.argument("dataset", type=click.Choice(DATASETS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_distributor
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


@feed.group("mapping")
def mapping() -> None:
    """How a distributor's files of one dataset are written."""


@mapping.command("set")
@click.argument("dataset", type=click.Choice(DATASETS))
@click.argument("headings", nargs=-1)
@_distributor
@click.option("--day-format", "day_formats", multiple=True, help="YYYYMMDD or MM/DD/YYYY, besides ISO days.")
@click.option("--thousands", default=None, help="Thousands separator in numbers; an empty text for none.")
@click.option("--most-gone-percent", type=int, default=None, help="Hold a whole file that removes more than this.")
@click.option("--due-every-minutes", type=int, default=None, help="How often new figures are promised: 60 for hourly.")
@pass_context
def mapping_set(
    context: CommandContext,
    dataset: str,
    headings: tuple[str, ...],
    code: str,
    day_formats: tuple[str, ...],
    thousands: str | None,
    most_gone_percent: int | None,
    due_every_minutes: int | None,
) -> None:
    """Declare that HEADING=COLUMN, as often as needed; HEADING= leaves a column out. What is not said stays."""
    from sync_server.features.feeds.habits import HabitsChange, change_habits

    pairs = [heading.rpartition("=") for heading in headings]
    if any(not separator for _, separator, _ in pairs):
        raise click.UsageError("Write each heading as HEADING=COLUMN.")
    change = HabitsChange(
        mapping={heading: column for heading, _, column in pairs},
        day_formats=list(day_formats) or None,
        thousands=thousands,
        most_gone_percent=most_gone_percent,
        due_every_minutes=due_every_minutes,
    )
    with context.database.reading() as connection:
        distributor_id = organisation_of(connection, code).id
    context.database.write_unit(lambda connection: change_habits(connection, distributor_id, dataset, change))


@mapping.command("forget")
@click.argument("dataset", type=click.Choice(DATASETS))
@click.argument("headings", nargs=-1, required=True)
@_distributor
@pass_context
def mapping_forget(context: CommandContext, dataset: str, headings: tuple[str, ...], code: str) -> None:
    """Forget what was declared of these HEADINGS: they mean again what everybody takes them for."""
    from sync_server.features.feeds.habits import HabitsChange, change_habits

    change = HabitsChange(mapping=dict.fromkeys(headings))
    with context.database.reading() as connection:
        distributor_id = organisation_of(connection, code).id
    context.database.write_unit(lambda connection: change_habits(connection, distributor_id, dataset, change))


@mapping.command("suggest")
@click.argument("dataset", type=click.Choice(DATASETS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_distributor
@json_option
@pass_context
def mapping_suggest(context: CommandContext, dataset: str, file: Path, code: str, as_json: bool) -> None:
    """What each heading of a file is taken for, and what the unknown ones may mean. Nothing is changed."""
    from sync_server.features.feeds.habits import read_habits
    from sync_server.features.feeds.posted_files import look_at_headings
    from sync_server.features.feeds.spooling import survey

    with context.database.reading() as connection:
        habits = read_habits(connection, organisation_of(connection, code).id, dataset)
    rows = look_at_headings(file, survey(file), habits, dataset=dataset).told()
    show(rows, ["heading", "column", "how"], as_json=as_json)
    accepted = [f"{row['heading']}={row['column']}" for row in rows if row["is_suggested"]]
    if accepted and not as_json:
        click.echo(f"\nTo accept: {_mapping_command(dataset, accepted, code)}")


@mapping.command("list")
@_distributor
@json_option
@pass_context
def mapping_list(context: CommandContext, code: str, as_json: bool) -> None:
    """What was declared of a distributor's files."""
    from sync_server.features.feeds.habits import read_habits

    with context.database.reading() as connection:
        distributor_id = organisation_of(connection, code).id
        rows = [
            {"dataset": dataset, **msgspec.to_builtins(read_habits(connection, distributor_id, dataset))}
            for dataset in DATASETS
        ]
    show(rows, ["dataset", "mapping", "day_formats", "thousands", "most_gone_percent"], as_json=as_json)


def _mapping_command(dataset: str, pairs: list[str], code: str) -> str:
    words = ["order-track-server", "feed", "mapping", "set", dataset, *pairs, "--distributor", code]
    return shlex.join(words)


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
