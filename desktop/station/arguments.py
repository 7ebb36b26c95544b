"""The command line of `order-track station`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from desktop.station import commands
from desktop.station.friendly import HELP
from shared_models.kernel.errors import DomainError
from shared_models.sync.registry import OPERATIONS

REFUSED = 1


def add_station_commands(parser: argparse.ArgumentParser) -> None:
    """Describe the commands that follow the word `station`."""
    lines = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    sign_in = lines.add_parser("sign-in", help="sign in; the password is read from standard input")
    sign_in.add_argument("email", metavar="EMAIL")
    do = lines.add_parser(
        "do",
        help="record operations, one JSON object a line",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Reads JSON lines from standard input. Prints “SAVED <operation id>” when an operation is durable, "
        "or “REFUSED <sentence>”.",
        epilog=_operations_help(),
    )
    do.add_argument("source", metavar="-", choices=["-"], help="standard input")
    lines.add_parser("sync", help="one round with the server; prints synced, waiting or offline")
    recover = lines.add_parser(
        "recover", help="open a station whose password or key file is lost; the new password on standard input"
    )
    recover.add_argument("code", metavar="CODE", help="the administrator's one-time code")
    sign_out = lines.add_parser("sign-out", help="end the sign-in and delete keys and files; refused while work waits")
    sign_out.add_argument("--export", type=Path, metavar="FILE", help="write to a file what waits, then leave")
    outbox = lines.add_parser("outbox", help="every operation of the last 30 days and what became of it")
    outbox.add_argument("--json", action="store_true", dest="as_json")
    show = lines.add_parser("show", help="the rows of a table as this station believes them")
    show.add_argument("table", metavar="TABLE")
    show.add_argument("--json", action="store_true", dest="as_json")
    export = lines.add_parser("export", help="write what waits to a file")
    export.add_argument("file", metavar="FILE", type=Path)
    bring_in = lines.add_parser("import", help="bring in what another station wrote to a file")
    bring_in.add_argument("file", metavar="FILE", type=Path)


def _operations_help() -> str:
    rows = ["Operations and their fields; the fields of the payload itself are taken too:", ""]
    for name, kind in OPERATIONS.items():
        rows.append(f"  {name}")
        if name in HELP:
            rows.append(f"      {HELP[name]}")
        rows.append(f"      payload: {', '.join(kind.__struct_fields__)}")
    rows += ["", 'Example: {"operation":"CheckOutCopy","barcode":"4471","designer":"Dana Weiss"}']
    return "\n".join(rows)


def run_station(arguments: argparse.Namespace) -> int:
    """Run the command; 0 when done, 1 when refused with a sentence on standard error."""
    try:
        _run(arguments)
    except DomainError as error:
        print(error.sentence, file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # Whoever read the answers has gone; what was saved is saved.
        sys.stderr.close()
        return REFUSED
    except KeyboardInterrupt:
        return REFUSED
    return 0


def _run(arguments: argparse.Namespace) -> None:
    profile, server = arguments.profile, arguments.server
    match arguments.command:
        case "sign-in":
            _reached(lambda: commands.sign_in(profile, server, arguments.email))
        case "do":
            commands.do(profile, sys.stdin, sys.stdout)
        case "sync":
            commands.sync(profile, server)
        case "recover":
            _reached(lambda: commands.recover(profile, server, arguments.code))
        case "sign-out":
            commands.sign_out(profile, arguments.export)
        case "outbox":
            commands.outbox(profile, as_json=arguments.as_json)
        case "show":
            commands.show(profile, arguments.table, as_json=arguments.as_json)
        case "export":
            commands.export(profile, arguments.file)
        case "import":
            commands.bring_in(profile, arguments.file)


def _reached(command: Callable[[], None]) -> None:
    """Run a command that needs the server; its trouble is a refusal."""
    from desktop.sync.client import Trouble  # the network's library is loaded only where it is used

    try:
        command()
    except Trouble as trouble:
        raise DomainError(trouble.code or trouble.kind, trouble.sentence) from trouble
