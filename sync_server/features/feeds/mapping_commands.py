"""The command `feed mapping`: how a distributor's files of each dataset are written, and when the next is due.

What reads files (polars) is loaded by the commands that need it.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import msgspec
from sqlalchemy import Connection

from shared_models.catalogue.freshness import cadence_words
from sync_server.features.accounts.actions import organisation_of
from sync_server.features.feeds.datasets import DATASETS as _DATASETS
from sync_server.foundation.command_line import CommandContext, json_option, pass_context, show

DATASETS = tuple(_DATASETS)
distributor_option = click.option("--distributor", "code", required=True, help="Code of the distributor.")


@click.group("mapping")
def mapping() -> None:
    """How a distributor's files of one dataset are written."""


@mapping.command("set")
@click.argument("dataset", type=click.Choice(DATASETS))
@click.argument("headings", nargs=-1)
@distributor_option
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


@click.command("due")
@click.argument("minutes", type=click.IntRange(0))
@click.argument("datasets", type=click.Choice(DATASETS), nargs=-1)
@distributor_option
@pass_context
def feed_due(context: CommandContext, minutes: int, datasets: tuple[str, ...], code: str) -> None:
    """New figures of these DATASETS (all when none is named) are promised every so many MINUTES; 0 for no promise.

    Whoever sees a figure sees, too, whether it is later than promised.
    """
    from sync_server.features.feeds.habits import HabitsChange, change_habits

    with context.database.reading() as connection:
        distributor_id = organisation_of(connection, code).id

    def promise(connection: Connection) -> None:
        for dataset in datasets or DATASETS:
            change_habits(connection, distributor_id, dataset, HabitsChange(due_every_minutes=minutes))

    context.database.write_unit(promise)
    whose = ", ".join(datasets) if datasets else "every dataset"
    click.echo(f"{whose} of {code.upper()}: due {cadence_words(minutes)}" if minutes else f"{whose}: nothing promised")


@mapping.command("forget")
@click.argument("dataset", type=click.Choice(DATASETS))
@click.argument("headings", nargs=-1, required=True)
@distributor_option
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
@distributor_option
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
@distributor_option
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
