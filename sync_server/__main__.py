"""`order-track-server`: the command line of the server, and the composition root of its commands."""

import click

from sync_server.foundation.command_line import CommandContext, LazyCommand, LazyGroup, pass_context, run
from sync_server.foundation.logs import start_logging

_BACKUP = "sync_server.features.backup.commands"
_ACCOUNTS = "sync_server.features.accounts.commands"


@click.group(
    cls=LazyGroup,
    lazy={
        "backup": LazyCommand(
            _BACKUP,
            "backup",
            "Save the whole database to FILE (- for standard output) while the server goes on serving.",
        ),
        "feed": LazyCommand("sync_server.features.feeds.commands", "feed", "Files of distributors."),
        "line": LazyCommand(_ACCOUNTS, "line", "Which showroom sells which distributor's goods."),
        "link": LazyCommand(
            "sync_server.features.web_pages.commands",
            "link",
            "The links in mails by which people without an account see or answer a sample request.",
        ),
        "load-world": LazyCommand(
            _ACCOUNTS, "load_world_command", "Bring in organisations, people, libraries and kits from a world file."
        ),
        "mail": LazyCommand(
            "sync_server.features.mail.commands", "mail", "The outbox: what waits, what left, what could not."
        ),
        "module": LazyCommand(_ACCOUNTS, "module", "Which organisation has which module from when to when."),
        "organisation": LazyCommand(_ACCOUNTS, "organisation", "Distributors, showrooms and the operator."),
        "person": LazyCommand(_ACCOUNTS, "person", "People, their roles and passwords."),
        "restore": LazyCommand(_BACKUP, "restore", "Bring the backup in FILE back; stop the server first."),
        "station": LazyCommand(
            "sync_server.features.accounts.station_commands", "station", "The stations that people sign in at."
        ),
        "status": LazyCommand(
            "sync_server.status", "status", "Stations last seen, operations, mail that waits, feeds."
        ),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def cli() -> None:
    """The Order-Track server. Settings come from ORDER_TRACK_… variables or order-track.toml."""
    start_logging()


@cli.command()
@pass_context
def init(context: CommandContext) -> None:
    """Make the database, or bring it to the newest tables; what is in it stays."""
    from sync_server.features.sync.history import ensure_history
    from sync_server.migrations.upgrade import upgrade

    upgrade(context.database)
    context.database.write_unit(lambda connection: ensure_history(connection, context.clock.now()))
    print("initialised")


@cli.command("serve")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Whether to do the background work too.")
@pass_context
def serve_command(context: CommandContext, worker: bool) -> None:
    """Answer stations and feeds; prints “ready”, stops on SIGTERM."""
    from sync_server.serve import serve

    serve(context.settings, with_worker=worker)


@cli.command("worker")
@pass_context
def worker_command(context: CommandContext) -> None:
    """Only the background work: mail, cleaning up."""
    from sync_server.serve import run_worker

    run_worker(context.settings)


def main() -> None:
    """Entry point of `order-track-server`."""
    run(cli)


if __name__ == "__main__":
    main()
