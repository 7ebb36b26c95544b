"""`order-track-server`: the command line of the server, and the composition root of its commands."""

from datetime import datetime
from importlib import import_module
from importlib.util import find_spec

import click
import msgspec
from sqlalchemy import Connection, func, select

from sync_server.features.accounts.commands import COMMANDS as ACCOUNT_COMMANDS
from sync_server.features.accounts.stations import StationRow, list_stations
from sync_server.features.mail.queries import MailStatus, mail_status
from sync_server.features.sync.history import begin_history, history_id
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


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the server is, for the operator."""

    database: str
    history_id: str
    operations_settled: int
    last_operation_at: datetime | None
    stations: list[StationRow]
    mail: MailStatus


@cli.command()
@json_option
@pass_context
def status(context: CommandContext, as_json: bool) -> None:
    """Stations last seen, operations, mail that waits, feeds."""
    with context.database.reading() as connection:
        settled, last = connection.execute(select(func.count(), func.max(RECEIPTS.c.received_at))).one()
        now = Status(
            database=context.database.engine.dialect.name,
            history_id=history_id(connection),
            operations_settled=settled,
            last_operation_at=last,
            stations=list_stations(connection),
            mail=mail_status(connection, context.settings),
        )
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(now), indent=1))
        return
    click.echo(f"database {now.database}, history {now.history_id}")
    click.echo(f"{now.operations_settled} operations settled, the last at {now.last_operation_at or '-'}")
    click.echo(now.mail.sentence)
    show(now.stations, ["name", "people", "last_seen_at", "revoked_at"], as_json=False, nothing="no station yet")


def _add_commands() -> None:
    for command in ACCOUNT_COMMANDS:
        cli.add_command(command)
    for module, name in (("feeds", "feed"), ("mail", "mail")):
        path = f"sync_server.features.{module}.commands"
        if find_spec(path) is not None:
            cli.add_command(getattr(import_module(path), name))


def main() -> None:
    """Entry point of `order-track-server`."""
    _add_commands()
    run(cli)


if __name__ == "__main__":
    main()
