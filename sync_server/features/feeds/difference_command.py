"""The command `feed difference`: what a run changed, row by row, on the screen or as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import click
import msgspec

from sync_server.features.feeds.datasets import DATASETS
from sync_server.features.feeds.difference_csv import difference_csv
from sync_server.features.feeds.difference_store import Wanted, read_difference, wanted_changes, what_is_missing
from sync_server.features.feeds.history import Run, need_run
from sync_server.features.feeds.row_changes import KINDS, ChangeKind, RowChange
from sync_server.features.feeds.sender import all_distributors
from sync_server.foundation.command_line import CommandContext, json_option, pass_context, show

SHOWN_ROWS = 20
"""Of a dry run on the screen; `--difference FILE` writes all."""
_COLUMNS = ["change", "row", "key", "known_by", "column", "before", "after"]


@click.command("difference")
@click.argument("run_id")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="Only rows of this kind.")
@click.option("--column", default="", help="Only rows in which this column changed, and only that cell.")
@click.option("--search", default="", help="Only rows that hold all these words.")
@click.option("--limit", type=click.IntRange(1, 1_000), default=100, show_default=True, help="How many rows to show.")
@click.option("--offset", type=click.IntRange(0), default=0, help="How many rows to pass over.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=None,
    help="Write all wanted rows to this file instead.",
)
@json_option
@pass_context
def feed_difference(
    context: CommandContext,
    run_id: str,
    kind: str | None,
    column: str,
    search: str,
    limit: int,
    offset: int,
    csv_file: Path | None,
    as_json: bool,
) -> None:
    """What a run changed, or what a held one would change: gone, changed before → after, new."""
    wanted = Wanted(cast(ChangeKind | None, kind), column, search)
    with context.database.reading() as connection:
        run = need_run(connection, run_id, all_distributors(connection))
        if csv_file is not None:
            _write(csv_file, run, wanted_changes(connection, run, wanted))
            return
        page = read_difference(connection, run, wanted, offset=offset, most=limit)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(page), indent=1).decode())
        return
    click.echo(f"{run.rows_gone:,} gone, {run.rows_changed:,} changed, {run.rows_new:,} new.")
    if run.changed_columns:
        click.echo(f"Changed columns: {columns_sentence(run)}")
    if page.sentence:
        click.echo(page.sentence)
    if page.rows:
        show_changes(run.dataset, page.rows)
    after = page.offset + len(page.rows)
    if after < page.matches:
        click.echo(f"Rows {page.offset + 1:,} to {after:,} of {page.matches:,}; go on with --offset {after}")


def write_difference(context: CommandContext, run: Run, file: Path) -> None:
    """Write what a run that was just posted changes; of a dry run it is in the run itself."""
    if run.dry_run:
        _write(file, run, run.row_changes)
        return
    with context.database.reading() as connection:
        _write(file, run, wanted_changes(connection, run, Wanted()))


def _write(file: Path, run: Run, changes: Iterable[RowChange]) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        for part in difference_csv(run.dataset, changes):
            target.write(part)
    missing = what_is_missing(run)
    if missing:
        click.echo(missing, err=True)


def columns_sentence(run: Run) -> str:
    """`price_trade in 31 rows, status in 2 rows`."""
    return ", ".join(f"{name} in {count:,}" for name, count in run.changed_columns.items())


def show_changes(dataset: str, changes: Sequence[RowChange]) -> None:
    """A line a changed cell; a new row and one that is gone are a line each."""
    key = DATASETS[dataset].key
    lines = []
    for change in changes:
        named = ", ".join(value if name == key[0] else f"{name} {value}" for name, value in _named(key, change))
        head = {"change": change.kind, "row": change.row or "-", "key": named, "known_by": change.about}
        if change.kind == "changed":
            lines += [{**head, "column": one.column, "before": one.before, "after": one.after} for one in change.cells]
        else:
            lines.append({**head, "column": f"{len(change.cells)} columns", "before": "", "after": ""})
    show(lines, _COLUMNS, as_json=False)


def _named(key: Sequence[str], change: RowChange) -> list[tuple[str, str]]:
    return [(name, value) for name, value in zip(key, change.key, strict=True) if value]
