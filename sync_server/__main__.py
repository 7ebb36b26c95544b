"""`order-track-server`: the command line of the server, and the composition root of its commands."""

from datetime import datetime

import click
import msgspec
from sqlalchemy import Connection, func, select

from shared_models.accounts.records import Organisation
from sync_server.features.accounts.commands import COMMANDS as ACCOUNT_COMMANDS
from sync_server.features.accounts.stations import StationRow, list_stations
from sync_server.features.feeds.commands import feed
from sync_server.features.feeds.history import list_runs
from sync_server.features.mail.commands import mail
from sync_server.features.mail.queries import MailStatus, mail_status
from sync_server.features.sync.history import begin_history, history_id
from sync_server.features.sync.records import ServerRecords
from sync_server.features.sync.tables import RECEIPTS, SERVER_HISTORY
from sync_server.foundation.command_line import CommandContext, json_option, pass_context, run, show
from sync_server.foundation.logs import start_logging
from sync_server.migrations.upgrade import upgrade
from sync_server.serve import run_worker, serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """The Order-Track server. Settings come from ORDER_TRACK_… variables or order-track.toml."""
    start_logging()


@cli.command()
@pass_context
def init(context: CommandContext) -> None:
    """Make the database, or bring it to the newest tables; what is in it stays."""
    initialise(context)
    print("initialised")


def initialise(context: CommandContext) -> None:
    """Newest tables, and a history when there is none yet."""
    upgrade(context.database)

    def unit(connection: Connection) -> None:
        if connection.execute(select(SERVER_HISTORY.c.id)).first() is None:
            begin_history(connection, context.clock.now())

    context.database.write_unit(unit)


@cli.command("serve")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Whether to do the background work too.")
@pass_context
def serve_command(context: CommandContext, worker: bool) -> None:
    """Answer stations and feeds; prints “ready”, stops on SIGTERM."""
    serve(context.settings, with_worker=worker)


@cli.command("worker")
@pass_context
def worker_command(context: CommandContext) -> None:
    """Only the background work: mail, cleaning up."""
    run_worker(context.settings)


# --- status ----------------------------------------------------------------------------------------------


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """The last run of one distributor's dataset."""

    distributor: str
    dataset: str
    status: str
    posted_at: datetime


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the server is, for the operator."""

    database: str
    history_id: str
    operations_settled: int
    last_operation_at: datetime | None
    stations: list[StationRow]
    mail: MailStatus
    feeds: list[FeedState]


@cli.command()
@json_option
@pass_context
def status(context: CommandContext, as_json: bool) -> None:
    """Stations last seen, operations, mail that waits, feeds."""
    with context.database.reading() as connection:
        now = _status(connection, context)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(now), indent=1))
        return
    click.echo(f"database {now.database}, history {now.history_id}")
    click.echo(f"{now.operations_settled} operations settled, the last at {now.last_operation_at or '-'}")
    click.echo(f"mail: {now.mail.sentence}")
    show(now.stations, ["name", "people", "last_seen_at", "revoked_at"], as_json=False, nothing="no station yet")
    show(now.feeds, ["distributor", "dataset", "status", "posted_at"], as_json=False, nothing="no feed yet")


def _status(connection: Connection, context: CommandContext) -> Status:
    settled, last = connection.execute(select(func.count(), func.max(RECEIPTS.c.received_at))).one()
    return Status(
        database=context.database.engine.dialect.name,
        history_id=history_id(connection),
        operations_settled=settled,
        last_operation_at=last,
        stations=list_stations(connection),
        mail=mail_status(connection, context.settings),
        feeds=_feed_states(connection),
    )


def _feed_states(connection: Connection) -> list[FeedState]:
    houses = ServerRecords(connection).find(Organisation, kind="distributor")
    last: dict[tuple[str, str], FeedState] = {}
    for house in houses:
        for one in list_runs(connection, [house.id]):
            known = last.get((house.code, one.dataset))
            if known is None or known.posted_at < one.posted_at:
                last[house.code, one.dataset] = FeedState(
                    distributor=house.code, dataset=one.dataset, status=one.status, posted_at=one.posted_at
                )
    return [last[key] for key in sorted(last)]


for _command in (*ACCOUNT_COMMANDS, feed, mail):
    cli.add_command(_command)


def main() -> None:
    """Entry point of `order-track-server`."""
    run(cli)


if __name__ == "__main__":
    main()
