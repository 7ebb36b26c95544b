"""The command `station` of `order-track-server`: list, shut out, look back, let in again by a code."""

import sys
from pathlib import Path

import click
import msgspec

from sync_server.features.accounts.recovery import issue_code
from sync_server.features.accounts.revocation import rescued_of, revoke_station
from sync_server.features.accounts.station_events import list_events
from sync_server.features.accounts.stations import list_stations
from sync_server.foundation.command_line import CommandContext, json_option, pass_context, show


@click.group()
def station() -> None:
    """The stations that people sign in at."""


@station.command("list")
@json_option
@pass_context
def station_list(context: CommandContext, as_json: bool) -> None:
    """All stations, last seen first."""
    with context.database.reading() as connection:
        rows = list_stations(connection)
    show(rows, ["id", "name", "people", "last_seen_at", "revoked_at", "order", "farewell_at"], as_json=as_json)


@station.command("revoke")
@click.argument("station_id")
@click.option(
    "--accept-waiting/--discard-waiting",
    "accept",
    default=True,
    show_default=True,
    help="Whether what waits there is still taken, in the name of its person and marked.",
)
@click.option(
    "--wipe/--keep-files",
    default=True,
    show_default=True,
    help="Whether the station deletes its keys and files, or only has to sign in anew.",
)
@pass_context
def station_revoke(context: CommandContext, station_id: str, accept: bool, wipe: bool) -> None:
    """Shut a station out at once; at its next contact it carries the order out."""
    name = context.database.write_unit(
        lambda connection: revoke_station(
            connection,
            station_id,
            context.clock.now(),
            order="wipe" if wipe else "sign_in",
            waiting="accept" if accept else "discard",
        )
    )
    then = "it sends what waits and wipes itself" if accept and wipe else "it wipes itself" if wipe else "it signs out"
    print(f"{name} is shut out. At its next contact {then}; until then the password is the protection.")


@station.command("log")
@click.argument("station_id", default="")
@json_option
@pass_context
def station_log(context: CommandContext, station_id: str, as_json: bool) -> None:
    """What happened to a station, or to all, newest first."""
    with context.database.reading() as connection:
        rows = list_events(connection, station_id)
    show(rows, ["at", "station_id", "event", "who", "detail"], as_json=as_json)


@station.command("recovery-code")
@click.argument("station_id")
@json_option
@pass_context
def station_recovery_code(context: CommandContext, station_id: str, as_json: bool) -> None:
    """Print a one-time code that opens a station whose password is lost; it holds for half an hour."""
    given = context.database.write_unit(
        lambda connection: issue_code(connection, station_id, context.clock.now(), who="operator")
    )
    if as_json:
        click.echo(msgspec.json.encode(given).decode())
        return
    print(given.code)
    print(f"Holds once, until {given.expires_at:%H:%M} UTC.", file=sys.stderr)


@station.command("rescued")
@click.argument("station_id")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_context
def station_rescued(context: CommandContext, station_id: str, file: Path) -> None:
    """Write the operations that a shut-out station could not get settled, for another station to bring in."""
    with context.database.reading() as connection:
        content = rescued_of(connection, station_id)
    file.write_text(content, encoding="utf-8")
    print(f"Written to {file}: readable by whoever has the file.")
