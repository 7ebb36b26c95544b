"""`python -m desktop.demo`: the program with sample data in a window, or a whole day played without one."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from shared_models.kernel.errors import DomainError

DATASETS = ("products", "inventory")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py demo",
        description="Order-Track with a server of its own and the sample data.",
    )
    parser.add_argument("--headless", action="store_true", help="play a whole working day without a screen")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the played day leaves its log, papers and mails")
    parser.add_argument(
        "--feed",
        action="append",
        default=[],
        metavar="DATASET=FILE",
        help="play the day on a distributor's own file: products=FILE, inventory=FILE",
    )
    return parser


def _feeds(parser: argparse.ArgumentParser, given: Sequence[str]) -> dict[str, Path]:
    feeds = {}
    for text in given:
        dataset, _, name = text.partition("=")
        if dataset not in DATASETS or not name:
            parser.error(f"--feed takes products=FILE or inventory=FILE, not {text}")
        feeds[dataset] = Path(name)
    return feeds


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when done, 1 when refused with a sentence on standard error, 2 for wrong usage."""
    parser = _parser()
    given = parser.parse_args(arguments)
    # Told to end, it ends what it started: the server is a process of its own.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(128 + signal.SIGTERM))
    feeds = _feeds(parser, given.feed)
    if not given.headless:
        if given.out or feeds:
            parser.error("--out and --feed belong to --headless")
        from desktop.demo.window import run_window

        return run_window()
    if given.out is None:
        parser.error("--headless needs --out DIR")
    missing = [str(file) for file in feeds.values() if not file.is_file()]
    if missing:
        print(f"There is no file {missing[0]}.", file=sys.stderr)
        return 1
    # Pictures of the real window are taken without any screen.
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from desktop.demo.day import play_day
    from desktop.demo.day_log import StepFailed
    from desktop.demo.server_process import ServerTrouble

    try:
        play_day(given.out, feeds)
    except (StepFailed, ServerTrouble) as error:
        print(f"The day ended early. {error}", file=sys.stderr)
        return 1
    except DomainError as error:
        print(f"The day ended early. {error.sentence}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The day ended early: {error.filename or given.out}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
