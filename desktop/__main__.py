"""`order-track`: the desktop program, and with the word `station` the same station without a window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="order-track",
        description="Order-Track: lend samples, order them, pick and confirm them, offline too.",
        epilog="The same station without a window, for scripts: order-track --profile DIR station --help",
    )
    parser.add_argument("--profile", type=Path, metavar="DIR", help="folder for cache, settings and logs")
    parser.add_argument("--server", default="", metavar="URL", help="address of the server")
    parser.add_argument("--offline", action="store_true", help="do not speak to the server")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; 0 when done, 1 when refused with a sentence, 2 for wrong usage."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    if not _wants_station(given):
        parsed = parser.parse_args(given)
        from desktop.app import run  # Qt is loaded only for the window

        return run(profile=parsed.profile, server=parsed.server, offline=parsed.offline)
    from desktop.station.arguments import add_station_commands, run_station

    station = parser.add_subparsers(dest="part", required=True, metavar="station")
    add_station_commands(station.add_parser("station", help="the station without a window"))
    return run_station(parser.parse_args(given))


def _wants_station(given: Sequence[str]) -> bool:
    """Whether `station` is among the arguments and is no option's value."""
    values = {index + 1 for index, text in enumerate(given) if text in ("--profile", "--server")}
    return any(text == "station" for index, text in enumerate(given) if index not in values)


if __name__ == "__main__":
    sys.exit(main())
