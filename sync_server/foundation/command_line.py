"""What every command of `order-track-server` shares: settings, the database while it runs, and how it answers.

Nothing heavy is loaded here: a command loads what it needs when it runs (`LazyGroup`), so that each answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click
import msgspec

from shared_models.kernel.clock import Clock, SystemClock
from shared_models.kernel.errors import DomainError
from sync_server.foundation.refusals import StorageUnavailable
from sync_server.settings import Settings, read_settings

if TYPE_CHECKING:
    from sync_server.foundation.database import Database

REFUSED = 1
WRONG_USAGE = 2


class CommandContext:
    """`ctx.obj` of every command; `database` is opened at the first use and closed when the command ends."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Nothing is read or opened yet."""
        self.clock = clock or SystemClock()
        self._settings: Settings | None = None
        self._database: Database | None = None

    @property
    def settings(self) -> Settings:
        """Read once. Raises `DomainError`."""
        if self._settings is None:
            self._settings = read_settings()
        return self._settings

    @property
    def database(self) -> Database:
        """Opened once. Raises `DomainError`."""
        if self._database is None:
            from sync_server.foundation.database import open_database

            self._database = open_database(self.settings.database_url)
        return self._database

    def close(self) -> None:
        """Close the database if it was opened."""
        if self._database is not None:
            self._database.close()
            self._database = None


pass_context = click.make_pass_decorator(CommandContext)
"""Gives a command the `CommandContext` as its first argument."""
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


class LazyCommand(NamedTuple):
    """A command that is loaded when it is called: its module and name there, and its line in `--help`."""

    module: str
    name: str
    help: str


class LazyGroup(click.Group):
    """A group whose commands stand in modules of their own, none of which is loaded for another's sake."""

    def __init__(self, *arguments: Any, lazy: Mapping[str, LazyCommand], **options: Any) -> None:
        """`lazy`: the commands by the word that calls them; the rest as for `click.Group`."""
        super().__init__(*arguments, **options)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """By name."""
        return sorted({*super().list_commands(ctx), *self.lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, loaded; None when there is none of that name."""
        wanted = self.lazy.get(cmd_name)
        if wanted is None:
            return super().get_command(ctx, cmd_name)
        found: click.Command = getattr(import_module(wanted.module), wanted.name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of `--help`, without loading what it lists."""
        plain = {name: command.get_short_help_str(limit=90) for name, command in self.commands.items()}
        told = plain | {name: command.help for name, command in self.lazy.items()}
        with formatter.section("Commands"):
            formatter.write_dl(sorted(told.items()))


def show(rows: Sequence[Any], columns: Sequence[str], *, as_json: bool, nothing: str = "none") -> None:
    """Print rows (structs or dicts) as a table of some columns, or all of them as a JSON list."""
    plain: list[dict[str, Any]] = [msgspec.to_builtins(row) for row in rows]
    if as_json:
        click.echo(json.dumps(plain, indent=1, ensure_ascii=False))
        return
    if not plain:
        click.echo(nothing)
        return
    cells = [[_cell(row.get(column)) for column in columns] for row in plain]
    titles = [column.replace("_", " ") for column in columns]
    widths = [max(len(title), *(len(line[at]) for line in cells)) for at, title in enumerate(titles)]
    for line in [titles, *cells]:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value is None:
        return "-"
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def run(group: click.Group) -> NoReturn:
    """Run the command line: exit 0 done, 1 refused with a sentence on standard error, 2 wrong usage."""
    context = CommandContext()
    try:
        code = group.main(standalone_mode=False, obj=context)
        sys.exit(code if isinstance(code, int) else 0)
    except (DomainError, StorageUnavailable) as refusal:
        click.echo(refusal.sentence, err=True)
        sys.exit(REFUSED)
    except click.exceptions.Abort:
        click.echo("Stopped; nothing more was done.", err=True)
        sys.exit(REFUSED)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_USAGE)
    except BrokenPipeError:
        sys.exit(REFUSED)
    except Exception as error:  # noqa: BLE001 - the last door: nobody is shown a traceback
        click.echo(f"Something went wrong that nobody expected: {type(error).__name__}: {_first_line(error)}", err=True)
        sys.exit(REFUSED)
    finally:
        context.close()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]
