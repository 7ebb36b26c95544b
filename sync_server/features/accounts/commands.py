"""The commands `organisation`, `person`, `module`, `line` and `load-world` of `order-track-server`."""

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import cast

import click
from sqlalchemy import Connection

from shared_models.kernel.clock import local_day
from shared_models.kernel.errors import DomainError
from shared_models.kernel.operation import Module, Role
from sync_server.features.accounts import actions, queries
from sync_server.features.accounts.actions import Contact, Kind, organisation_of, person_of
from sync_server.features.accounts.passwords import hash_password, set_password
from sync_server.features.accounts.tokens import end_all_of_person
from sync_server.foundation.command_line import CommandContext, json_option, pass_context, show

DAY = click.DateTime(formats=["%Y-%m-%d"])
MODULES = click.Choice([module.value for module in Module])
ROLES = click.Choice([role.value for role in Role])


def _day(given: datetime | None, context: CommandContext) -> date:
    return given.date() if given else local_day(context.clock.now())


# --- organisations ---------------------------------------------------------------------------------------


@click.group()
def organisation() -> None:
    """Distributors, showrooms and the operator."""


@organisation.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--kind", type=click.Choice(["distributor", "showroom", "operator"]), required=True)
@click.option("--takes-part/--by-mail-only", default=True, help="Whether a distributor uses Order-Track itself.")
@click.option("--email", default="", help="Sample department of a distributor; acknowledgements of a showroom.")
@click.option("--phone", default="")
@click.option("--address1", default="")
@click.option("--address2", default="")
@click.option("--city", default="")
@click.option("--state", default="")
@click.option("--postal-code", default="")
@click.option("--country", default="US", show_default=True)
@pass_context
def organisation_add(
    context: CommandContext, /, code: str, name: str, kind: str, takes_part: bool, **contact: str
) -> None:
    """Add an organisation and print its id."""
    added = context.database.write_unit(
        lambda connection: actions.add_organisation(
            connection,
            code=code,
            name=name,
            kind=cast(Kind, kind),
            takes_part=takes_part,
            contact=Contact(**contact),
        )
    )
    print(added.id)


@organisation.command("list")
@json_option
@pass_context
def organisation_list(context: CommandContext, as_json: bool) -> None:
    """All organisations with their modules and partners of today."""
    with context.database.reading() as connection:
        rows = queries.list_organisations(connection, local_day(context.clock.now()))
    show(rows, ["code", "name", "kind", "takes_part", "modules", "lines"], as_json=as_json)


# --- people ----------------------------------------------------------------------------------------------


@click.group()
def person() -> None:
    """People, their roles and passwords."""


_password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
_password_given = click.option(
    "--password", default=None, help="The password itself. Other users of this machine can see it: scripts only."
)


def _password(given: str | None, from_stdin: bool) -> str | None:
    if given is not None:
        print("A password on the command line can be read by others on this machine.", file=sys.stderr)
        return given
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n") or None
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


@person.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--organisation", "code", default=None, help="Code of the organisation the person works for.")
@click.option("--role", type=ROLES, default=None)
@_password_stdin
@_password_given
@pass_context
def person_add(
    context: CommandContext,
    email: str,
    name: str,
    code: str | None,
    role: str | None,
    password_stdin: bool,
    password: str | None,
) -> None:
    """Add a person, perhaps with a role and a password, and print the id."""
    if (code is None) != (role is None):
        raise click.UsageError("--organisation and --role belong together.")
    secret = _password(password, password_stdin) if password_stdin or password is not None else None
    if secret is not None:
        hash_password(secret)

    def unit(connection: Connection) -> str:
        added = actions.add_person(connection, name=name, email=email)
        if code is not None and role is not None:
            actions.add_membership(connection, added, organisation_of(connection, code), Role(role))
        if secret is not None:
            set_password(connection, added.id, secret, context.clock.now())
        return added.id

    print(context.database.write_unit(unit))


@person.command("list")
@json_option
@pass_context
def person_list(context: CommandContext, as_json: bool) -> None:
    """All people with their roles."""
    with context.database.reading() as connection:
        rows = queries.list_people(connection)
    show(rows, ["name", "email", "memberships", "rep_codes"], as_json=as_json)


@person.command("password")
@click.argument("email")
@_password_stdin
@_password_given
@pass_context
def person_password(context: CommandContext, email: str, password_stdin: bool, password: str | None) -> None:
    """Set the person's password (from standard input); every station has to sign in anew."""
    secret = _password(password, password_stdin)
    if secret is None:
        raise DomainError("password_unfit", "No password came on standard input; nothing was changed.")

    def unit(connection: Connection) -> None:
        found = person_of(connection, email)
        set_password(connection, found.id, secret, context.clock.now())
        end_all_of_person(connection, found.id, context.clock.now())

    context.database.write_unit(unit)


@person.command("join")
@click.argument("email")
@click.argument("code")
@click.option("--role", type=ROLES, required=True)
@pass_context
def person_join(context: CommandContext, email: str, code: str, role: str) -> None:
    """Give a person a role in an organisation."""
    context.database.write_unit(
        lambda connection: actions.add_membership(
            connection, person_of(connection, email), organisation_of(connection, code), Role(role)
        )
    )


@person.command("leave")
@click.argument("email")
@click.argument("code")
@click.option("--role", type=ROLES, required=True)
@pass_context
def person_leave(context: CommandContext, email: str, code: str, role: str) -> None:
    """Take a role away from a person."""
    context.database.write_unit(
        lambda connection: actions.end_membership(
            connection, person_of(connection, email), organisation_of(connection, code), Role(role)
        )
    )


@person.command("rep-code")
@click.argument("email")
@click.argument("distributor")
@click.argument("code")
@click.option("--remove", is_flag=True, help="Take the code away instead.")
@pass_context
def person_rep_code(context: CommandContext, email: str, distributor: str, code: str, remove: bool) -> None:
    """Say by which CODE a distributor's orders, reserves and customers name a rep: she sees those and no others."""

    def unit(connection: Connection) -> None:
        act = actions.end_rep_code if remove else actions.add_rep_code
        act(connection, person_of(connection, email), organisation_of(connection, distributor), code)

    context.database.write_unit(unit)


# --- modules and lines -----------------------------------------------------------------------------------


@click.group()
def module() -> None:
    """Which organisation has which module from when to when."""


@module.command("grant")
@click.argument("code")
@click.argument("name", type=MODULES)
@click.option("--from", "starts", type=DAY, default=None, help="First day; today when not given.")
@click.option("--until", "ends", type=DAY, default=None, help="Last day; open when not given.")
@pass_context
def module_grant(context: CommandContext, code: str, name: str, starts: datetime | None, ends: datetime | None) -> None:
    """Grant a module to an organisation."""
    context.database.write_unit(
        lambda connection: actions.grant_module(
            connection,
            organisation_of(connection, code),
            Module(name),
            starts_on=_day(starts, context),
            ends_on=ends.date() if ends else None,
        )
    )


@module.command("end")
@click.argument("code")
@click.argument("name", type=MODULES)
@click.option("--last-day", type=DAY, default=None, help="Yesterday when not given: it ends at once.")
@pass_context
def module_end(context: CommandContext, code: str, name: str, last_day: datetime | None) -> None:
    """End a module of an organisation."""
    last = last_day.date() if last_day else _day(None, context) - timedelta(days=1)
    context.database.write_unit(
        lambda connection: actions.end_module(
            connection, organisation_of(connection, code), Module(name), last_day=last
        )
    )


@module.command("list")
@json_option
@pass_context
def module_list(context: CommandContext, as_json: bool) -> None:
    """All grants, ended ones too."""
    with context.database.reading() as connection:
        rows = queries.list_modules(connection, local_day(context.clock.now()))
    show(rows, ["organisation", "module", "starts_on", "ends_on", "in_force"], as_json=as_json)


@click.group()
def line() -> None:
    """Which showroom sells which distributor's goods."""


@line.command("add")
@click.argument("showroom")
@click.argument("distributor")
@click.option("--from", "starts", type=DAY, default=None, help="First day; today when not given.")
@click.option("--showroom-code", default="", help="The distributor's own code of the showroom; by default its own.")
@pass_context
def line_add(
    context: CommandContext, showroom: str, distributor: str, starts: datetime | None, showroom_code: str
) -> None:
    """Let a showroom sell a distributor's goods (both by code)."""
    context.database.write_unit(
        lambda connection: actions.add_line(
            connection,
            organisation_of(connection, showroom),
            organisation_of(connection, distributor),
            starts_on=_day(starts, context),
            showroom_code=showroom_code,
        )
    )


@line.command("code")
@click.argument("showroom")
@click.argument("distributor")
@click.argument("code")
@pass_context
def line_code(context: CommandContext, showroom: str, distributor: str, code: str) -> None:
    """Say by which CODE a distributor's orders, reserves and customers name the showroom."""
    context.database.write_unit(
        lambda connection: actions.set_showroom_code(
            connection, organisation_of(connection, showroom), organisation_of(connection, distributor), code
        )
    )


@line.command("end")
@click.argument("showroom")
@click.argument("distributor")
@click.option("--last-day", type=DAY, default=None, help="Yesterday when not given: it ends at once.")
@pass_context
def line_end(context: CommandContext, showroom: str, distributor: str, last_day: datetime | None) -> None:
    """End a line; the distributor's goods leave the showroom's stations at their next contact."""
    last = last_day.date() if last_day else _day(None, context) - timedelta(days=1)
    context.database.write_unit(
        lambda connection: actions.end_line(
            connection,
            organisation_of(connection, showroom),
            organisation_of(connection, distributor),
            last_day=last,
        )
    )


@line.command("list")
@json_option
@pass_context
def line_list(context: CommandContext, as_json: bool) -> None:
    """All lines, ended ones too."""
    with context.database.reading() as connection:
        rows = queries.list_lines(connection, local_day(context.clock.now()))
    show(rows, ["showroom", "distributor", "showroom_code", "starts_on", "ends_on", "in_force"], as_json=as_json)


# --- the demonstration -----------------------------------------------------------------------------------


@click.command("load-world")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_context
def load_world_command(context: CommandContext, file: Path) -> None:
    """Bring in organisations, people, libraries and kits from a world file."""
    from sync_server.features.accounts.world import load_world

    loaded = load_world(context.database, file, context.clock.now())
    print(", ".join(f"{count} {table.replace('_', ' ')}" for table, count in loaded.counts.items()))
